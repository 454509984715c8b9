//! What can be done to insert chains and to what macros drive, as values: an edit is applied to a
//! session, says what it does in words and how it is taken back.
//!
//! Not here: widgets, the host, steps ([`crate::editor::edits`]). Pure functions; the editor's thread.

use crate::editor::drawing::{signed_db, typographic};
use crate::editor::view::Names;
use crate::effects::impulse::ImpulseRef;
use crate::effects::{EffectSpec, Kind, Setting};
use crate::routing::chain::{Chain, Key, LANES, Lane, SLOTS, Slot};
use crate::routing::{MACROS, Node};
use crate::session::Session;
use crate::session::macros::Macro;
use crate::units::Fader;

/// Where a slot goes: before the slot `at` of a lane. A lane one past the last is a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose chain.
    pub node: Node,
    /// The lane, from 0.
    pub lane: usize,
    /// The position in it, from 0.
    pub at: usize,
}

/// One change of chains or macros.
#[derive(Clone, Debug, PartialEq)]
pub enum ChainEdit {
    /// A new effect comes to a place.
    Add(Place, Kind),
    /// A copied slot comes to a place, with an id of its own.
    Insert(Place, Box<Slot>),
    /// A slot goes.
    Remove(u64),
    /// A slot goes to another place and sounds on there.
    Move(u64, Place),
    /// A slot passes its input on, or no longer.
    Bypass(u64, bool),
    /// How much of a slot is heard, 0 to 1.
    Mix(u64, f32),
    /// What a slot listens to.
    Key(u64, Option<Key>),
    /// Settings of a slot, by index, get plain values.
    Set(u64, Vec<(usize, f32)>),
    /// A convolution gets an impulse response.
    Impulse(u64, ImpulseRef),
    /// A chain gets another, empty lane.
    AddLane(Node),
    /// A lane goes with its slots.
    RemoveLane(Node, usize),
    /// How loud a lane is.
    LaneLevel(Node, usize, Fader),
    /// How loud the dry signal is.
    Dry(Node, Fader),
    /// A whole chain is replaced by a copied one, with ids of its own.
    Replace(Node, Box<Chain>),
    /// A macro, from 0, drives a setting.
    Drive(u64, usize, usize),
    /// Nothing drives a setting any more.
    Release(u64, usize),
    /// Where a driven setting's knob stands at macro values 0 and 1.
    Range(u64, usize, [f32; 2]),
    /// Chains, by node, and macros are what they were.
    Restore(Vec<(usize, Chain)>, Option<Vec<Macro>>),
}

/// What belongs together in one step while it moves: what kind of value, whose, which.
pub type Subject = (u8, u64, usize);

impl ChainEdit {
    /// One setting of a slot.
    pub fn set(slot: u64, index: usize, plain: f32) -> ChainEdit {
        ChainEdit::Set(slot, vec![(index, plain)])
    }

    /// Changes a session, in which `macros` are the macros' values, 0 to 1. Answers the slot that
    /// came, if one did.
    ///
    /// # Errors
    /// Says what stands against it; the session may then be half changed and is to be dropped.
    pub fn apply(
        &self,
        session: &mut Session,
        macros: &[f32; MACROS],
    ) -> Result<Option<u64>, String> {
        match self {
            ChainEdit::Add(place, kind) => {
                let slot = Slot::new(0, EffectSpec::new(*kind));
                return insert(session, *place, slot).map(Some);
            }
            ChainEdit::Insert(place, slot) => {
                return insert(session, *place, Slot { id: 0, ..(**slot).clone() }).map(Some);
            }
            ChainEdit::Remove(id) => drop(take(session, *id)?),
            ChainEdit::Move(id, place) => relocate(session, *id, *place)?,
            ChainEdit::Bypass(id, on) => slot(session, *id)?.bypass = *on,
            ChainEdit::Mix(id, mix) => slot(session, *id)?.mix = mix.clamp(0.0, 1.0),
            ChainEdit::Key(id, key) => slot(session, *id)?.key = *key,
            ChainEdit::Set(id, values) => {
                let known = slot(session, *id)?.effect.known_mut().ok_or_else(gone)?;
                for (index, plain) in values {
                    let line = known.kind.settings().get(*index).ok_or_else(gone)?;
                    known.values[*index] = line.clamp(*plain);
                }
            }
            ChainEdit::Impulse(id, impulse) => {
                let known = slot(session, *id)?.effect.known_mut().ok_or_else(gone)?;
                known.impulse = Some(impulse.clone());
            }
            ChainEdit::AddLane(node) => {
                let chain = &mut session.chains[node.index()];
                if chain.lanes.len() >= LANES {
                    return Err(format!("{node} has {LANES} lanes already; remove one first."));
                }
                chain.lanes.push(Lane::default());
            }
            ChainEdit::RemoveLane(node, lane) => {
                let chain = &mut session.chains[node.index()];
                if *lane >= chain.lanes.len() {
                    return Err(gone());
                }
                chain.lanes.remove(*lane);
            }
            ChainEdit::LaneLevel(node, lane, level) => {
                let lanes = &mut session.chains[node.index()].lanes;
                lanes.get_mut(*lane).ok_or_else(gone)?.level = *level;
            }
            ChainEdit::Dry(node, level) => session.chains[node.index()].dry = *level,
            ChainEdit::Replace(node, chain) => {
                let mut chain = (**chain).clone();
                chain.slots_mut().for_each(|slot| slot.id = 0);
                session.chains[node.index()] = chain;
                session.number_slots();
            }
            ChainEdit::Drive(id, index, by) => {
                let setting = line(session, *id, *index)?.id;
                let value = macros.get(*by).copied().unwrap_or(0.0);
                session
                    .map_macro(*by, value, *id, setting, macros)
                    .map_err(|error| format!("{error}."))?;
            }
            ChainEdit::Release(id, index) => {
                let setting = line(session, *id, *index)?.id;
                session.unmap_macro(*id, setting, macros);
            }
            ChainEdit::Range(id, index, [from, to]) => {
                let setting = line(session, *id, *index)?.id;
                let targets = session.macros.iter_mut().flat_map(|one| &mut one.targets);
                for target in targets.filter(|t| t.slot == *id && t.setting == setting) {
                    (target.from, target.to) = (from.clamp(0.0, 1.0), to.clamp(0.0, 1.0));
                }
            }
            ChainEdit::Restore(chains, macros) => {
                for (node, chain) in chains {
                    session.chains[*node] = chain.clone();
                }
                if let Some(macros) = macros {
                    session.macros = macros.clone();
                }
            }
        }
        Ok(None)
    }

    /// Whether latencies, keys or impulse responses may be others afterwards, so that it has to be
    /// asked whether the result can be run.
    pub fn is_structural(&self, session: &Session) -> bool {
        match self {
            ChainEdit::Bypass(..)
            | ChainEdit::Mix(..)
            | ChainEdit::LaneLevel(..)
            | ChainEdit::Dry(..)
            | ChainEdit::Range(..)
            | ChainEdit::Drive(..)
            | ChainEdit::Release(..) => false,
            ChainEdit::Set(id, values) => values
                .iter()
                .any(|(index, _)| line(session, *id, *index).is_ok_and(|line| line.rebuilds)),
            _ => true,
        }
    }

    /// What it moves, if it moves one value; moves of the same in one drag are one step.
    pub fn subject(&self) -> Option<Subject> {
        match self {
            ChainEdit::Mix(slot, _) => Some((0, *slot, 0)),
            // A band's frequency and gain move together.
            ChainEdit::Set(slot, values) => Some((1, *slot, values.first()?.0)),
            ChainEdit::LaneLevel(node, lane, _) => Some((2, node.index() as u64, *lane)),
            ChainEdit::Dry(node, _) => Some((3, node.index() as u64, 0)),
            ChainEdit::Range(slot, index, _) => Some((4, *slot, *index)),
            _ => None,
        }
    }

    /// What takes it back and what does it again, given the session before and after it.
    pub fn both_ways(&self, before: &Session, after: &Session) -> (ChainEdit, ChainEdit) {
        let was = |id: &u64| before.slot(*id).map(|(_, slot)| slot);
        let back = match self {
            ChainEdit::Bypass(id, _) => was(id).map(|slot| ChainEdit::Bypass(*id, slot.bypass)),
            ChainEdit::Mix(id, _) => was(id).map(|slot| ChainEdit::Mix(*id, slot.mix)),
            ChainEdit::Key(id, _) => was(id).map(|slot| ChainEdit::Key(*id, slot.key)),
            ChainEdit::Set(id, values) => was(id).and_then(|slot| {
                let known = slot.effect.known()?;
                let old =
                    values.iter().map(|(index, _)| Some((*index, *known.values.get(*index)?)));
                Some(ChainEdit::Set(*id, old.collect::<Option<Vec<_>>>()?))
            }),
            ChainEdit::LaneLevel(node, lane, _) => before.chains[node.index()]
                .lanes
                .get(*lane)
                .map(|kept| ChainEdit::LaneLevel(*node, *lane, kept.level)),
            ChainEdit::Dry(node, _) => Some(ChainEdit::Dry(*node, before.chains[node.index()].dry)),
            _ => None,
        };
        match back {
            Some(back) => (back, self.clone()),
            None => (restore(before, after), restore(after, before)),
        }
    }

    /// What it does, in words for Undo.
    pub fn describe(&self, before: &Session, names: &Names) -> String {
        let effect = |id: &u64| match before.slot(*id) {
            Some((node, slot)) => format!("{} of {}", slot.effect.name(), names.of(node)),
            None => "effect".into(),
        };
        let setting =
            |id: &u64, index: usize| line(before, *id, index).map_or("", |line| line.name);
        match self {
            ChainEdit::Add(place, kind) => {
                format!("Add {} to {}", kind.name(), names.of(place.node))
            }
            ChainEdit::Insert(place, slot) => {
                format!("Paste {} into {}", slot.effect.name(), names.of(place.node))
            }
            ChainEdit::Remove(id) => format!("Remove {}", effect(id)),
            ChainEdit::Move(id, place) => match before.slot(*id) {
                Some((node, slot)) if node != place.node => {
                    format!("Move {} to {}", slot.effect.name(), names.of(place.node))
                }
                _ => format!("Move {}", effect(id)),
            },
            ChainEdit::Bypass(id, true) => format!("Bypass {}", effect(id)),
            ChainEdit::Bypass(id, false) => format!("Bypass off: {}", effect(id)),
            ChainEdit::Mix(id, mix) => format!("Mix {:.0} %, {}", mix * 100.0, effect(id)),
            ChainEdit::Key(id, None) => format!("No key, {}", effect(id)),
            ChainEdit::Key(id, Some(key)) => {
                format!("Key {} {}, {}", names.of(key.node), key.tap.name(), effect(id))
            }
            ChainEdit::Set(id, values) => {
                let first = values.first().and_then(|(index, plain)| {
                    let line = line(before, *id, *index).ok()?;
                    Some(format!("{} {}", line.name, typographic(&line.to_text(*plain))))
                });
                format!("{}, {}", first.unwrap_or_default(), effect(id))
            }
            ChainEdit::Impulse(id, impulse) => format!("Response {}, {}", impulse.name, effect(id)),
            ChainEdit::AddLane(node) => format!("Add a lane to {}", names.of(*node)),
            ChainEdit::RemoveLane(node, lane) => {
                format!("Remove lane {} of {}", lane + 1, names.of(*node))
            }
            ChainEdit::LaneLevel(node, lane, level) => {
                let level = signed_db(level.db());
                format!("Lane {} of {} {level} dB", lane + 1, names.of(*node))
            }
            ChainEdit::Dry(node, level) => {
                format!("Dry of {} {} dB", names.of(*node), signed_db(level.db()))
            }
            ChainEdit::Replace(node, chain) if chain.is_empty() => {
                format!("Clear the chain of {}", names.of(*node))
            }
            ChainEdit::Replace(node, _) => format!("Paste a chain into {}", names.of(*node)),
            ChainEdit::Drive(id, index, by) => {
                format!("Macro {} drives {}", by + 1, setting(id, *index))
            }
            ChainEdit::Release(id, index) => format!("No macro drives {}", setting(id, *index)),
            ChainEdit::Range(id, index, _) => format!("Macro range of {}", setting(id, *index)),
            ChainEdit::Restore(..) => "Chains".into(),
        }
    }
}

/// The edit that makes of `other` what `wanted` is.
fn restore(wanted: &Session, other: &Session) -> ChainEdit {
    let pairs = wanted.chains.iter().zip(&other.chains).enumerate();
    let chains = pairs.filter(|(_, (a, b))| a != b).map(|(node, (chain, _))| (node, chain.clone()));
    let macros = (wanted.macros != other.macros).then(|| wanted.macros.clone());
    ChainEdit::Restore(chains.collect(), macros)
}

fn gone() -> String {
    "It is not there any more; nothing was changed.".into()
}

fn slot(session: &mut Session, id: u64) -> Result<&mut Slot, String> {
    session.slot_mut(id).ok_or_else(gone)
}

/// The line of a slot's setting in its effect's table.
pub fn line(session: &Session, id: u64, index: usize) -> Result<&'static Setting, String> {
    let kind = session.slot(id).and_then(|(_, slot)| slot.kind()).ok_or_else(gone)?;
    kind.settings().get(index).ok_or_else(gone)
}

/// Where a slot is.
pub fn place_of(session: &Session, id: u64) -> Option<Place> {
    session.chains.iter().enumerate().find_map(|(node, chain)| {
        chain.lanes.iter().enumerate().find_map(|(lane, slots)| {
            let at = slots.slots.iter().position(|slot| slot.id == id)?;
            Some(Place { node: Node::from_index(node), lane, at })
        })
    })
}

fn insert(session: &mut Session, place: Place, mut slot: Slot) -> Result<u64, String> {
    if slot.id == 0 {
        slot.id = session.free_slot_id();
    }
    let id = slot.id;
    let chain = &mut session.chains[place.node.index()];
    if place.lane == chain.lanes.len() && place.lane < LANES {
        chain.lanes.push(Lane::default());
    }
    let Some(lane) = chain.lanes.get_mut(place.lane) else {
        return Err(format!("{} has {LANES} lanes already; a chain holds no more.", place.node));
    };
    if lane.slots.len() >= SLOTS {
        return Err(format!(
            "Lane {} of {} is full: a lane holds {SLOTS} effects. Use another lane.",
            place.lane + 1,
            place.node
        ));
    }
    lane.slots.insert(place.at.min(lane.slots.len()), slot);
    Ok(id)
}

fn take(session: &mut Session, id: u64) -> Result<Slot, String> {
    let place = place_of(session, id).ok_or_else(gone)?;
    let chain = &mut session.chains[place.node.index()];
    let slot = chain.lanes[place.lane].slots.remove(place.at);
    // A chain that lost its last effect is as it was before its first.
    if let [only] = chain.lanes.as_slice()
        && *only == Lane::default()
        && chain.dry == Fader::OFF
    {
        chain.lanes.clear();
    }
    Ok(slot)
}

fn relocate(session: &mut Session, id: u64, to: Place) -> Result<(), String> {
    let from = place_of(session, id).ok_or_else(gone)?;
    let mut to = to;
    if from.node == to.node && from.lane == to.lane && from.at < to.at {
        to.at -= 1;
    }
    let lanes = session.chains[from.node.index()].lanes.len();
    let slot = take(session, id)?;
    // The lane that was left may have been the only one.
    if from.node == to.node && session.chains[to.node.index()].lanes.len() < lanes {
        to.lane = 0;
    }
    insert(session, to, slot).map(drop)
}
