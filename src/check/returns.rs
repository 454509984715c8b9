//! Rules about buses with shared effects.
//!
//! Not here: the sends into them ([`super::sends`]). Main thread.

use super::desk::{Wetness, is_time_based};
use super::fix::insert_mix_of;
use super::rules::Seen;
use super::{Desk, Edit, Fix, Place};
use crate::effects::{EffectSpec, Kind};
use crate::routing::parameter::Parameter;
use crate::routing::{BUSES, Fader, MAIN, MonitorSource, Node, Role, STRIPS, Tap};

fn fed_returns<'a>(desk: &'a Desk) -> impl Iterator<Item = usize> + 'a {
    (0..BUSES).filter(|j| desk.role(*j) == Role::Return && desk.sources(*j).next().is_some())
}

/// Whether a bus's sound gets to Main over any buses, wet or not.
fn gets_to_main(desk: &Desk, bus: usize) -> bool {
    let mut reached = 0u32;
    let mut open = vec![bus];
    while let Some(at) = open.pop() {
        for destination in desk.destinations(STRIPS + at) {
            if destination == MAIN {
                return true;
            }
            if reached & 1 << destination == 0 {
                reached |= 1 << destination;
                open.push(destination);
            }
        }
    }
    false
}

pub fn unheard_return(desk: &Desk) -> Vec<Seen> {
    let feeds_mix = |j: usize| desk.destinations(STRIPS + j).any(|to| desk.is_mix(to));
    let is_listened_to = |j: usize| desk.routing.monitor.source == MonitorSource::Bus(j);
    let see = |j: usize| Seen {
        path: vec![Place::Node(Node::Bus(j))],
        text: format!(
            "{} is a Return with sources, but does not lead to Main: its effect is computed and not \
             heard.",
            desk.name(Node::Bus(j))
        ),
        fixes: vec![Fix::tap(STRIPS + j, MAIN, Tap::Post)],
    };
    fed_returns(desk)
        .filter(|j| !gets_to_main(desk, *j) && !feeds_mix(*j) && !is_listened_to(*j))
        .map(see)
        .collect()
}

pub fn dry_return(desk: &Desk) -> Vec<Seen> {
    let see = |j: usize| {
        let node = Node::Bus(j);
        let wetness = desk.wetness(node);
        let reason = match wetness {
            Wetness::Wet { dry: false } => return None,
            Wetness::Shaped if desk.insert_mix(node) >= 1.0 => return None,
            Wetness::Dry if desk.insert_mix(node) > 0.0 => "no effect in its chain".to_owned(),
            _ if desk.insert_mix(node) < 1.0 => {
                format!("an Insert Mix of {:.0} %", desk.insert_mix(node) * 100.0)
            }
            _ if desk.chain(node).dry.is_open() => "the dry signal beside its lanes".to_owned(),
            _ => "an effect that lets part of its input through".to_owned(),
        };
        Some(Seen {
            path: vec![Place::Node(node)],
            text: format!(
                "{} is a Return with {reason}: the dry signal of its sources is heard twice.",
                desk.name(node)
            ),
            fixes: make_wet(desk, node).into_iter().collect(),
        })
    };
    fed_returns(desk).filter(|j| gets_to_main(desk, *j)).filter_map(see).collect()
}

/// All that makes a Return give out nothing but its effect.
fn make_wet(desk: &Desk, node: Node) -> Option<Fix> {
    let chain = desk.chain(node);
    let mut edits = Vec::new();
    if desk.insert_mix(node) < 1.0 {
        edits.push(Edit::Value(insert_mix_of(node), 100.0));
    }
    if desk.wetness(node) == Wetness::Shaped {
        return Some(Fix::new(format!("Set {node} Insert Mix to 100 %"), edits));
    }
    if chain.dry.is_open() && !chain.lanes.is_empty() {
        edits.push(Edit::Dry(node, Fader::OFF));
    }
    let is_room = |slot: &&crate::routing::chain::Slot| {
        let known = slot.effect.known();
        known.is_some_and(|known| is_time_based(known.kind, known.impulse.as_ref()))
    };
    let open = || chain.lanes.iter().filter(|lane| lane.level.is_open());
    if open().next().is_none() || open().all(|lane| lane.slots.iter().all(|s| !is_room(&s))) {
        // Only a single lane can be made wet by one effect at its end.
        let addable = chain.lanes.len() <= 1 && desk.has_room(node);
        let audible = chain.lanes.iter().all(|lane| lane.level.is_open());
        return (addable && audible).then(|| {
            edits.push(Edit::Add(node, EffectSpec::new(Kind::Reverb)));
            Fix::new(format!("Put a Reverb on {node}"), edits)
        });
    }
    for lane in open() {
        // One effect heard wholly is enough; without any the lane is a way around the others.
        let slot = lane.slots.iter().find(is_room)?;
        if slot.bypass {
            edits.push(Edit::Bypass(slot.id, false));
        }
        if slot.mix < 1.0 {
            edits.push(Edit::Mix(slot.id, 1.0));
        }
    }
    Some(Fix::new(format!("Make {node} wholly wet"), edits))
}

pub fn return_as_group(desk: &Desk) -> Vec<Seen> {
    let is_wet_group = |j: &usize| {
        desk.role(*j) == Role::Group
            && desk.wetness(Node::Bus(*j)) == (Wetness::Wet { dry: false })
            && desk.sources(*j).any(|source| desk.reaches(source, MAIN, Some(*j)))
    };
    let see = |j: usize| Seen {
        path: vec![Place::Node(Node::Bus(j))],
        text: format!(
            "{} holds only an effect and takes sends beside the dry signal, but its role is Group: it \
             is not solo-safe, and a strip assigned to it leaves Main.",
            desk.name(Node::Bus(j))
        ),
        fixes: vec![Fix::set(Parameter::BusRole(j as u8), f32::from(Role::Return as u8))],
    };
    (0..BUSES).filter(is_wet_group).map(see).collect()
}
