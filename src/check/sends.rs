//! Rules about where a send takes its signal: Returns want it after the fader, Mixes before.
//!
//! Not here: what the bus does with it. Main thread.

use super::desk::edge;
use super::rules::Seen;
use super::{Desk, Fix};
use crate::routing::{BUSES, Node, Role, SOURCES, STRIPS, Tap};

/// Every edge that sounds into a bus of this role and is taken at one of these taps.
fn edges_into(desk: &Desk, role: Role, taps: &[Tap]) -> Vec<(usize, usize)> {
    let pairs = (0..SOURCES).flat_map(|source| (0..BUSES).map(move |bus| (source, bus)));
    pairs
        .filter(|(source, bus)| {
            desk.role(*bus) == role
                && desk.joins(*source, *bus)
                && taps.contains(&desk.tap(*source, *bus))
        })
        .collect()
}

pub fn pre_into_return(desk: &Desk) -> Vec<Seen> {
    let see = |(source, bus): (usize, usize)| {
        let from = desk.name(Node::from_index(source));
        let tap = match desk.tap(source, bus) {
            Tap::Input => "before its inserts and its fader",
            _ => "before its fader",
        };
        Seen {
            path: vec![edge(source, bus)],
            text: format!(
                "{from} feeds the Return {} {tap}: when the fader goes down, the effect stays.",
                desk.name(Node::Bus(bus))
            ),
            fixes: vec![Fix::tap(source, bus, Tap::Post)],
        }
    };
    edges_into(desk, Role::Return, &[Tap::Input, Tap::Pre]).into_iter().map(see).collect()
}

pub fn post_into_mix(desk: &Desk) -> Vec<Seen> {
    // From one Mix into another the fader is that mix's own.
    let is_mix = |source: usize| source >= STRIPS && desk.role(source - STRIPS) == Role::Mix;
    let see = |(source, bus): (usize, usize)| Seen {
        path: vec![edge(source, bus)],
        text: format!(
            "{} feeds the Mix {} after its fader: every fader move for Main is heard in that mix.",
            desk.name(Node::from_index(source)),
            desk.name(Node::Bus(bus))
        ),
        fixes: vec![Fix::tap(source, bus, Tap::Pre)],
    };
    let edges = edges_into(desk, Role::Mix, &[Tap::Post]).into_iter();
    edges.filter(|(source, _)| !is_mix(*source)).map(see).collect()
}
