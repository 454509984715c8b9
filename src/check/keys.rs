//! Rules about keys, which ignore mutes and solos and may listen to nothing at all.
//!
//! Not here: deciding what closes a loop; that is the schedule's. Main thread.

use super::desk::bus_of;
use super::rules::Seen;
use super::{Desk, Edit, Fix, Place};
use crate::routing::chain::{Key, Slot};
use crate::routing::parameter::Parameter;
use crate::routing::{Node, Tap};

fn remove(desk: &Desk, node: Node, slot: &Slot) -> Fix {
    let label = format!("Remove the key of {}", desk.effect(node, slot));
    Fix::new(label, [Edit::Key(slot.id, None)])
}

/// "The Compressor on Bus 2 (Music)".
fn effect(desk: &Desk, node: Node, slot: &Slot) -> String {
    format!("The {} on {}", slot.effect.name(), desk.name(node))
}

pub fn refused_key(desk: &Desk) -> Vec<Seen> {
    let see = |(node, slot): (Node, &Slot)| {
        let key = slot.heard_key()?;
        let round = desk.refused_key(slot.id)?;
        let round: Vec<String> = round.iter().map(|node| desk.name(*node)).collect();
        let from = desk.name(key.node);
        // A node that listens to itself makes a path of one.
        let why = match &round[..] {
            [] | [_] => format!("{from} cannot wait for itself"),
            _ => format!("that would close a loop: {from} > {}", round.join(" > ")),
        };
        Some(Seen {
            path: vec![Place::Node(key.node), Place::Slot(node, slot.id)],
            text: format!(
                "{} hears silence instead of its key {from} {}, because {why}.",
                effect(desk, node, slot),
                key.tap.name()
            ),
            fixes: vec![remove(desk, node, slot)],
        })
    };
    desk.slots().filter_map(see).collect()
}

pub fn muted_key(desk: &Desk) -> Vec<Seen> {
    let muted = desk.keyed().filter(|(_, _, key)| desk.is_muted(key.node));
    let see = |(node, slot, key): (Node, &Slot, Key)| {
        let mute = match key.node {
            Node::Strip(i) => Parameter::StripMute(i as u8),
            Node::Bus(j) => Parameter::BusMute(j as u8),
            Node::Main => Parameter::MainMute,
        };
        Seen {
            path: vec![Place::Node(key.node), Place::Slot(node, slot.id)],
            text: format!(
                "{} still follows {}, which is muted: keys ignore mutes, so it reacts to a sound \
                 nobody hears.",
                effect(desk, node, slot),
                desk.name(key.node)
            ),
            fixes: vec![Fix::set(mute, 0.0), remove(desk, node, slot)],
        }
    };
    muted.map(see).collect()
}

pub fn silent_key(desk: &Desk) -> Vec<Seen> {
    let mut seen = Vec::new();
    for (node, slot, key) in desk.keyed() {
        let fader_is_down = key.tap == Tap::Post && desk.stage(key.node) == 0.0;
        let is_unfed = match key.node {
            Node::Strip(i) => desk.port(i).is_none(),
            other => bus_of(other).is_some_and(|j| desk.sources(j).next().is_none()),
        };
        let (reason, mut fixes) = if is_unfed {
            ("has no input", Vec::new())
        } else if fader_is_down {
            let key = Some(Key { tap: Tap::Pre, ..key });
            let label = format!("Take the key of {} Pre", desk.effect(node, slot));
            (
                "is taken after a fader that is down",
                vec![Fix::new(label, [Edit::Key(slot.id, key)])],
            )
        } else {
            continue;
        };
        fixes.push(remove(desk, node, slot));
        seen.push(Seen {
            path: vec![Place::Node(key.node), Place::Slot(node, slot.id)],
            text: format!(
                "{} waits for its key from {}, which {reason}: it hears silence for ever.",
                effect(desk, node, slot),
                desk.name(key.node)
            ),
            fixes,
        });
    }
    seen
}
