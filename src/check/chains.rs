//! Rules about what is in the slots: effects that are missing something, and the same effect many
//! times over.
//!
//! Not here: keys ([`super::keys`]) and Returns ([`super::returns`]). Main thread.

use super::desk::{is_time_based, list};
use super::fix::tap_of;
use super::rules::Seen;
use super::{Desk, Edit, Fix, ImpulseFault, Place};
use crate::effects::impulse::{BUILT_IN, ImpulseRef};
use crate::effects::spec::Known;
use crate::effects::{EffectSpec, Kind};
use crate::routing::chain::Slot;
use crate::routing::parameter::Parameter;
use crate::routing::{BUSES, Fader, MAIN, Node, Role, STRIPS, Tap};
use crate::units::gain_to_db;

/// From how many strips on one shared effect is worth a word.
const MANY: usize = 3;

fn bypass(desk: &Desk, node: Node, slot: &Slot) -> Fix {
    let label = format!("Bypass {}", desk.effect(node, slot));
    Fix::new(label, [Edit::Bypass(slot.id, true)])
}

fn remove(desk: &Desk, node: Node, slot: &Slot) -> Fix {
    let label = format!("Remove {}", desk.effect(node, slot));
    Fix::new(label, [Edit::Remove(slot.id)])
}

pub fn unknown_effect(desk: &Desk) -> Vec<Seen> {
    let see = |(node, slot): (Node, &Slot)| Seen {
        path: vec![Place::Slot(node, slot.id)],
        text: format!(
            "{} holds an effect of another version, {:?}: it passes sound on unchanged and is kept as \
             it is.",
            desk.name(node),
            slot.effect.name()
        ),
        fixes: vec![remove(desk, node, slot)],
    };
    desk.slots().filter(|(_, slot)| slot.effect.known().is_none()).map(see).collect()
}

/// Whether it is part of the program, so that it can be neither lost nor changed, whatever was told
/// of the one before it in its slot.
fn is_built_in(impulse: &ImpulseRef) -> bool {
    impulse.path.is_none() && BUILT_IN.contains(&impulse.name.as_str())
}

pub fn lost_impulse(desk: &Desk) -> Vec<Seen> {
    let see = |(node, slot): (Node, &Slot)| {
        let known = slot.effect.known().filter(|known| known.kind.has_impulse())?;
        let lost = desk.around.impulses.iter().find_map(|(id, fault)| match fault {
            ImpulseFault::Lost(reason) if *id == slot.id => Some(reason),
            _ => None,
        });
        let reason = match (&known.impulse, lost) {
            (None, _) => "has no impulse response".to_owned(),
            (Some(impulse), Some(reason)) if !is_built_in(impulse) => {
                format!("has lost its impulse response {:?} ({reason})", impulse.name)
            }
            (Some(_), _) => return None,
        };
        if slot.amount() <= 0.0 {
            return None;
        }
        let room = BUILT_IN[0];
        let label = format!("Use the built-in {room} in {}", desk.effect(node, slot));
        Some(Seen {
            path: vec![Place::Slot(node, slot.id)],
            text: format!(
                "The {} on {} {reason}: it passes its input on as it came.",
                slot.effect.name(),
                desk.name(node)
            ),
            fixes: vec![
                Fix::new(label, [Edit::Impulse(slot.id, ImpulseRef::built_in(room))]),
                bypass(desk, node, slot),
            ],
        })
    };
    desk.slots().filter_map(see).collect()
}

pub fn changed_impulse(desk: &Desk) -> Vec<Seen> {
    let is_changed = |slot: &Slot| {
        let impulse = slot.effect.known().and_then(|known| known.impulse.as_ref());
        let told = desk.around.impulses.contains(&(slot.id, ImpulseFault::Changed));
        told && slot.amount() > 0.0 && impulse.is_some_and(|impulse| !is_built_in(impulse))
    };
    let see = |(node, slot): (Node, &Slot)| Seen {
        path: vec![Place::Slot(node, slot.id)],
        text: format!(
            "The impulse response on {} is another file than the one this session was saved with: it \
             may sound otherwise.",
            desk.name(node)
        ),
        fixes: vec![bypass(desk, node, slot)],
    };
    desk.slots().filter(|(_, slot)| is_changed(slot)).map(see).collect()
}

pub fn effect_fault(desk: &Desk) -> Vec<Seen> {
    let is_faulty = |slot: &Slot| desk.around.effect_faults.contains(&slot.id);
    let see = |(node, slot): (Node, &Slot)| Seen {
        path: vec![Place::Slot(node, slot.id)],
        text: format!(
            "The {} on {} gave out something that is not a number and was silenced for a moment.",
            slot.effect.name(),
            desk.name(node)
        ),
        fixes: vec![bypass(desk, node, slot)],
    };
    desk.slots().filter(|(_, slot)| is_faulty(slot) && slot.amount() > 0.0).map(see).collect()
}

/// An effect on a strip that a send into a shared one would stand in for.
struct Insert<'a> {
    strip: usize,
    slot: &'a Slot,
    known: &'a Known,
    /// How loud the send would be beside the dry signal.
    send: f32,
}

/// The effect beside the dry signal in a strip's chain, if it is one that can be shared.
fn shareable<'a>(desk: &'a Desk, strip: usize, slot: &'a Slot) -> Option<Insert<'a>> {
    let known = slot.effect.known()?;
    let chain = desk.chain(Node::Strip(strip));
    let insert_mix = desk.insert_mix(Node::Strip(strip));
    let wet = slot.amount() * insert_mix;
    if !is_time_based(known.kind, known.impulse.as_ref()) || wet <= 0.0 {
        return None;
    }
    let beside = match &chain.lanes[..] {
        [_] if !chain.dry.is_open() && wet < 1.0 => wet / (1.0 - wet),
        lanes if chain.dry.is_open() => {
            let lane = lanes.iter().find(|lane| lane.slots.contains(slot))?;
            lane.level.gain() * wet / chain.dry.gain()
        }
        // Heard alone, it is a sound of its own.
        _ => return None,
    };
    let carries = desk.reaches(strip, MAIN, None);
    carries.then_some(Insert { strip, slot, known, send: beside })
}

pub fn shared_effect(desk: &Desk) -> Vec<Seen> {
    let mut families: Vec<Vec<Insert>> = Vec::new();
    for strip in 0..STRIPS {
        for slot in desk.chain(Node::Strip(strip)).slots() {
            let Some(insert) = shareable(desk, strip, slot) else { continue };
            let same = |family: &&mut Vec<Insert>| {
                family[0].known.kind == insert.known.kind
                    && family[0].known.impulse == insert.known.impulse
            };
            match families.iter_mut().find(same) {
                Some(family) => family.push(insert),
                None => families.push(vec![insert]),
            }
        }
    }
    let is_worth_it = |family: &&Vec<Insert>| {
        let strips = family.iter().map(|insert| insert.strip);
        strips.collect::<std::collections::BTreeSet<_>>().len() >= MANY
    };
    families.iter().filter(is_worth_it).map(|family| see_family(desk, family)).collect()
}

fn see_family(desk: &Desk, family: &[Insert]) -> Seen {
    let kind = family[0].known.kind;
    let names: Vec<String> =
        family.iter().map(|insert| desk.name(Node::Strip(insert.strip))).collect();
    let cost = desk.around.costs.iter().find(|(of, _)| *of == kind).map(|(_, cost)| *cost);
    let saved = match cost {
        Some(cost) => {
            let share = (family.len() - 1) as f64 * f64::from(cost) * desk.around.sample_rate / 1e9;
            format!(
                "one shared Return fed by sends would serve them all and save {:.2} % of a processor \
                 core, as measured",
                share * 100.0
            )
        }
        None => format!(
            "one shared Return fed by sends would serve them all for 1/{} of the processor time",
            family.len()
        ),
    };
    Seen {
        path: family.iter().map(|i| Place::Slot(Node::Strip(i.strip), i.slot.id)).collect(),
        text: format!("{} each run a {} of their own: {saved}.", list(&names), kind.name()),
        fixes: share(desk, kind, family).into_iter().collect(),
    }
}

/// Moves the effect to a free bus and gives every strip a send as loud as its effect was.
fn share(desk: &Desk, kind: Kind, family: &[Insert]) -> Option<Fix> {
    let bus = (0..BUSES).find(|j| !desk.is_used(Node::Bus(*j)))?;
    let node = Node::Bus(bus);
    let effect = EffectSpec::Known(family[0].known.clone());
    let mut edits = vec![
        Edit::Value(Parameter::BusRole(bus as u8), f32::from(Role::Return as u8)),
        Edit::Name(node, kind.name().to_owned()),
        Edit::Add(node, effect),
    ];
    for insert in family {
        let level = Fader::from_db(gain_to_db(insert.send));
        edits.extend([
            Edit::Remove(insert.slot.id),
            Edit::Value(tap_of(insert.strip, bus), f32::from(Tap::Post as u8)),
            Edit::Value(Parameter::StripLevel(insert.strip as u8, bus as u8), level.0),
        ]);
    }
    let label = format!("Share one {} on {node}, fed by {} sends", kind.name(), family.len());
    Some(Fix::new(label, edits))
}
