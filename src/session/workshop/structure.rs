//! What an engine has, place by place, and the drawing of the plan that leads from one structure to
//! the next.
//!
//! Not here: one node's lanes ([`super::lanes`]) and the handing over ([`super`]).

use super::lanes;
use super::maker::Maker;
use super::{Session, Told, ToldSlot};
use crate::effects::EffectSpec;
use crate::engine::rack::{Drive, Message, Place, Plan, Transfer};
use crate::routing::chain::{Chain, Key, Slot};
use crate::routing::{Fader, MACROS, NODES, Node};
use crate::schedule::keys::{KEYS, KeyEdge};
use crate::session::macros::Target;
use std::collections::{HashMap, HashSet};

/// What an engine has.
#[derive(Clone, Debug)]
pub(super) struct Structure {
    pub(super) nodes: Vec<Option<Built>>,
    /// The session's macro targets.
    targets: Vec<Vec<Target>>,
    /// The slots' settings that macros drive, by slot id and index.
    driven: HashSet<(u64, usize)>,
    /// Which entry of the table of keys a slot has, by its id.
    keys: HashMap<u64, usize>,
}

/// A node's chain.
#[derive(Clone, Debug)]
pub(super) struct Built {
    pub(super) dry: Fader,
    pub(super) lanes: Vec<BuiltLane>,
    /// Stands for no chain, after one was taken away.
    pub(super) wire: bool,
}

/// A lane.
#[derive(Clone, Debug)]
pub(super) struct BuiltLane {
    pub(super) level: Fader,
    /// In the engine's order; `None` is what remains of a slot that went.
    pub(super) places: Vec<Option<BuiltSlot>>,
}

/// A slot.
#[derive(Clone, Debug)]
pub(super) struct BuiltSlot {
    pub(super) id: u64,
    /// What it was built from.
    pub(super) effect: EffectSpec,
    pub(super) key: Option<Key>,
    pub(super) latency: u32,
}

impl Default for Structure {
    fn default() -> Self {
        Structure {
            nodes: vec![None; NODES],
            targets: vec![Vec::new(); MACROS],
            driven: HashSet::new(),
            keys: HashMap::new(),
        }
    }
}

impl BuiltSlot {
    /// Whether the effect can go on as this slot's, told its values at most.
    pub(super) fn is_same_effect(&self, slot: &Slot) -> bool {
        match (&self.effect, &slot.effect) {
            (EffectSpec::Known(old), EffectSpec::Known(new)) => new.is_told(old),
            (EffectSpec::Unknown(_), EffectSpec::Unknown(_)) => true,
            _ => false,
        }
    }
}

impl Built {
    fn is_of(&self, chain: &Chain) -> bool {
        if self.wire || chain.is_empty() {
            return self.wire && chain.is_empty();
        }
        self.lanes.len() == chain.lanes.len()
            && self.lanes.iter().zip(&chain.lanes).all(|(built, lane)| {
                let built: Vec<_> = built.places.iter().flatten().collect();
                built.len() == lane.slots.len()
                    && built.iter().zip(&lane.slots).all(|(built, slot)| {
                        built.id == slot.id
                            && built.key == slot.heard_key()
                            && built.is_same_effect(slot)
                    })
            })
    }
}

impl Structure {
    /// Whether it is what the session says, but for what can be told.
    pub(super) fn is_of(&self, session: &Session) -> bool {
        self.targets.iter().eq(session.macros.iter().map(|one| &one.targets))
            && self.nodes.iter().zip(&session.chains).all(|(built, chain)| {
                built.as_ref().map_or(chain.is_empty(), |built| built.is_of(chain))
            })
    }

    /// Whether a macro drives a slot's setting.
    pub(super) fn is_driven(&self, slot: u64, index: usize) -> bool {
        self.driven.contains(&(slot, index))
    }

    /// The chains that are more than wires, with the session's.
    fn levels<'a>(
        &'a mut self,
        session: &'a Session,
    ) -> impl Iterator<Item = (usize, &'a mut Built, &'a Chain)> {
        let nodes = self.nodes.iter_mut().zip(&session.chains).enumerate();
        nodes.filter_map(|(node, (built, chain))| {
            built.as_mut().filter(|built| !built.wire).map(|built| (node, built, chain))
        })
    }

    /// Whether all levels are what the session says.
    pub(super) fn has_levels_of(&self, session: &Session) -> bool {
        self.nodes.iter().zip(&session.chains).all(|(built, chain)| {
            built.as_ref().filter(|built| !built.wire).is_none_or(|built| {
                built.dry == chain.dry
                    && built.lanes.iter().zip(&chain.lanes).all(|(a, b)| a.level == b.level)
            })
        })
    }

    /// Tells the levels that are not what the session says.
    pub(super) fn tell_levels(&mut self, session: &Session, say: &mut impl FnMut(Message) -> bool) {
        for (node, built, chain) in self.levels(session) {
            if built.dry != chain.dry && say(Message::DryLevel { node, level: chain.dry.gain() }) {
                built.dry = chain.dry;
            }
            for (lane, (built, wanted)) in built.lanes.iter_mut().zip(&chain.lanes).enumerate() {
                let level = wanted.level;
                if built.level != level
                    && say(Message::LaneLevel { node, lane, level: level.gain() })
                {
                    built.level = level;
                }
            }
        }
    }

    /// Where every slot is.
    pub(super) fn places(&self) -> impl Iterator<Item = (Place, &BuiltSlot)> {
        self.nodes.iter().enumerate().flat_map(|(node, built)| {
            built.iter().flat_map(|built| &built.lanes).enumerate().flat_map(
                move |(lane, built)| {
                    let places = built.places.iter().enumerate();
                    places.filter_map(move |(slot, built)| {
                        built.as_ref().map(|built| (Place { node, lane, slot }, built))
                    })
                },
            )
        })
    }
}

/// The next structure and how to get there.
pub(super) struct Drawing {
    pub(super) structure: Structure,
    pub(super) plan: Plan,
    /// Slots whose effect is built anew.
    pub(super) built: HashSet<u64>,
}

/// Draws the plan from one structure to what the session says; `macros` are the macros' values.
pub(super) fn draw(
    maker: &mut Maker,
    old: &Structure,
    session: &Session,
    macros: &[f32; MACROS],
    told: &mut Told,
) -> Drawing {
    let mut plan = Plan::empty();
    let mut structure = Structure {
        targets: session.macros.iter().map(|one| one.targets.clone()).collect(),
        keys: number_keys(&old.keys, session),
        ..Structure::default()
    };
    let elsewhere: HashMap<u64, (Place, &BuiltSlot)> =
        old.places().map(|(place, slot)| (slot.id, (place, slot))).collect();
    let mut built = HashSet::new();
    for (node, (before, chain)) in old.nodes.iter().zip(&session.chains).enumerate() {
        match before {
            None if chain.is_empty() => continue,
            Some(same) if same.is_of(chain) => {
                plan.transfers.push(Transfer::Whole(node));
                structure.nodes[node] = Some(same.clone());
                continue;
            }
            _ => {}
        }
        let mut bench = lanes::Bench {
            maker,
            node,
            elsewhere: &elsewhere,
            session,
            macros,
            keys: &structure.keys,
            transfers: &mut plan.transfers,
            built: &mut built,
            told,
        };
        let (chain, now) = bench.chain(before.as_ref(), chain);
        plan.chains[node] = Some(Box::new(chain));
        structure.nodes[node] = Some(now);
    }
    let places: HashMap<u64, Place> =
        structure.places().map(|(place, slot)| (slot.id, place)).collect();
    told.retain(|id, _| places.contains_key(id));
    for (place, slot) in structure.places() {
        let Some((key, index)) = slot.key.zip(structure.keys.get(&slot.id)) else { continue };
        let lane = structure.nodes[place.node].iter().flat_map(|built| &built.lanes);
        let before = lane.skip(place.lane).take(1).flat_map(|lane| &lane.places[..place.slot]);
        plan.keys[*index] = Some(KeyEdge {
            source: key.node,
            tap: key.tap,
            node: Node::from_index(place.node),
            offset: before.flatten().map(|slot| slot.latency).sum(),
        });
    }
    for (by, target) in
        session.macros.iter().enumerate().flat_map(|(by, m)| m.targets.iter().map(move |t| (by, t)))
    {
        let Some(place) = places.get(&target.slot) else { continue };
        let known = session.slot(target.slot).and_then(|(_, slot)| slot.effect.known());
        let Some((index, setting)) = known.and_then(|known| known.setting(&target.setting)) else {
            continue;
        };
        if setting.rebuilds {
            continue;
        }
        let (from, to) = (target.from, target.to);
        plan.drives.push(Drive { by, place: *place, index, setting, from, to });
        structure.driven.insert((target.slot, index));
        if let Some(ToldSlot { values, .. }) = told.get_mut(&target.slot) {
            values[index] = f32::NAN;
        }
    }
    maker.forget(session);
    Drawing { structure, plan, built }
}

/// An entry of the table of keys for every slot that listens: the one it had, or a free one. Slots
/// beyond the table's end hear silence; [`super::fits`] keeps sessions from having so many.
fn number_keys(old: &HashMap<u64, usize>, session: &Session) -> HashMap<u64, usize> {
    let listening: Vec<u64> = session
        .chains
        .iter()
        .flat_map(Chain::slots)
        .filter(|slot| slot.heard_key().is_some())
        .map(|slot| slot.id)
        .collect();
    let mut keys: HashMap<u64, usize> =
        listening.iter().filter_map(|id| Some((*id, *old.get(id)?))).collect();
    let taken: HashSet<usize> = keys.values().copied().collect();
    let mut free = (0..KEYS).filter(|index| !taken.contains(index));
    for id in listening {
        if !keys.contains_key(&id)
            && let Some(index) = free.next()
        {
            keys.insert(id, index);
        }
    }
    keys
}
