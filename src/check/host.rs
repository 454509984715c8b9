//! Rules about what comes from outside: ports the host gives, signals that were seen, latency.
//!
//! Not here: measuring any of it. Main thread.

use super::desk::{bus_of, list};
use super::rules::Seen;
use super::{Desk, Edit, Fix, Place};
use crate::effects::Kind;
use crate::routing::parameter::Parameter;
use crate::routing::{
    BUSES, Input, MAIN, MonitorSource, NODES, Node, PORT_MAIN, PORT_MONITOR_A, PORT_MONITOR_B,
    Role, SOURCES, STRIPS, Source, Speakers, Tap,
};
use crate::session::workshop::Refusal;

/// Below this peak an input counts as silent: −80 dBFS.
const SILENT: f32 = 1e-4;
/// Above this peak an input counts as playing: −40 dBFS.
const PLAYING: f32 = 1e-2;

fn input_off(strip: usize) -> Fix {
    Fix::set(Parameter::StripInput(strip as u8), 0.0)
}

pub fn input_fault(desk: &Desk) -> Vec<Seen> {
    let see = |i: usize| {
        let port = desk.port(i).filter(|_| desk.around.faults[i])?;
        Some(Seen {
            path: vec![Place::Input(port), Place::Node(Node::Strip(i))],
            text: format!(
                "Input port {} gave {} something that is not a number: those samples are replaced by \
                 silence.",
                port + 1,
                desk.name(Node::Strip(i))
            ),
            fixes: vec![input_off(i)],
        })
    };
    (0..STRIPS).filter_map(see).collect()
}

pub fn missing_input(desk: &Desk) -> Vec<Seen> {
    let see = |i: usize| {
        let node = Node::Strip(i);
        let port = desk.port(i).filter(|port| !desk.around.inputs[*port] && desk.is_used(node))?;
        Some(Seen {
            path: vec![Place::Input(port), Place::Node(node)],
            text: format!(
                "{} listens to input port {}, which the host does not give: it is silent.",
                desk.name(node),
                port + 1
            ),
            fixes: vec![input_off(i)],
        })
    };
    (0..STRIPS).filter_map(see).collect()
}

pub fn missing_output(desk: &Desk) -> Vec<Seen> {
    let monitor = &desk.routing.monitor;
    let mut needed: Vec<(usize, Place, String)> = Vec::new();
    if desk.sources(MAIN).next().is_some() {
        needed.push((PORT_MAIN, Place::Node(Node::Main), desk.name(Node::Main)));
    }
    for j in (0..BUSES).filter(|j| desk.role(*j) == Role::Mix) {
        let feeds_mix = desk.destinations(STRIPS + j).next().is_some();
        let is_listened_to = monitor.source == MonitorSource::Bus(j);
        if desk.sources(j).next().is_some() && !feeds_mix && !is_listened_to {
            needed.push((j + 1, Place::Node(Node::Bus(j)), desk.name(Node::Bus(j))));
        }
    }
    if monitor.source != MonitorSource::Off {
        let (port, name) = match monitor.speakers {
            Speakers::A => (PORT_MONITOR_A, "Monitor A"),
            Speakers::B => (PORT_MONITOR_B, "Monitor B"),
        };
        needed.push((port, Place::Monitor, name.to_owned()));
    }
    let missing = needed.into_iter().filter(|(port, ..)| !desk.around.outputs[*port]);
    let see = |(port, place, name): (usize, Place, String)| Seen {
        path: vec![place, Place::Output(port)],
        text: format!(
            "{name} leaves on channels {}/{}, which the host does not give: nobody hears it. Give the \
             track more output channels.",
            2 * port + 1,
            2 * port + 2,
        ),
        fixes: match port {
            PORT_MONITOR_A | PORT_MONITOR_B => vec![Fix::set(Parameter::MonitorSource, 0.0)],
            _ => Vec::new(),
        },
    };
    missing.map(see).collect()
}

pub fn silent_link(desk: &Desk) -> Vec<Seen> {
    let links = (0..STRIPS).filter(|i| matches!(desk.routing.strips[*i].input, Input::Link(_)));
    let see = |i: usize| Seen {
        path: vec![Place::Node(Node::Strip(i))],
        text: format!(
            "{} listens to a link, and links are silent in this version.",
            desk.name(Node::Strip(i))
        ),
        fixes: vec![Fix::set(Parameter::StripInput(i as u8), (i + 1) as f32), input_off(i)],
    };
    links.map(see).collect()
}

pub fn silent_input(desk: &Desk) -> Vec<Seen> {
    let Some(peaks) = desk.around.peaks else { return Vec::new() };
    let others_play = |i: usize| (0..STRIPS).any(|k| k != i && peaks[k] > PLAYING);
    let see = |i: usize| {
        let node = Node::Strip(i);
        let port = desk.port(i).filter(|port| desk.around.inputs[*port])?;
        let is_waiting = desk.is_used(node) && !desk.is_muted(node) && !desk.routing.is_talkback(i);
        if peaks[i] >= SILENT || !is_waiting || !others_play(i) {
            return None;
        }
        let source = desk.routing.strips[i].source;
        let part = match source {
            Source::Stereo => String::new(),
            other => format!(" (Source {other:?})"),
        };
        let mut fixes = vec![input_off(i)];
        if source != Source::Stereo {
            fixes.insert(0, Fix::set(Parameter::StripSource(i as u8), 0.0));
        }
        Some(Seen {
            path: vec![Place::Input(port), Place::Node(node)],
            text: format!(
                "Nothing comes from input port {}{part} into {}, while other strips play.",
                port + 1,
                desk.name(node)
            ),
            fixes,
        })
    };
    (0..STRIPS).filter_map(see).collect()
}

pub fn long_latency(desk: &Desk) -> Vec<Seen> {
    let milliseconds = |samples: u32| f64::from(samples) * 1000.0 / desk.around.sample_rate;
    let Some(budget) = desk.around.latency_budget_ms else { return Vec::new() };
    let latency = desk.schedule.latency;
    if milliseconds(latency) <= f64::from(budget) {
        return Vec::new();
    }
    let causes = longest_way(desk);
    let told: Vec<String> = (causes.iter())
        .map(|node| {
            let share = milliseconds(desk.delay_of(*node));
            format!("{} with {share:.1} ms{}", desk.name(*node), slowest(desk, *node))
        })
        .collect();
    vec![Seen {
        path: causes.iter().map(|node| Place::Node(*node)).collect(),
        text: format!(
            "The latency is {:.1} ms ({latency} samples), more than the {budget:.1} ms allowed. The \
             longest way leads through {}.",
            milliseconds(latency),
            list(&told)
        ),
        fixes: causes.iter().flat_map(|node| quicker(desk, *node)).collect(),
    }]
}

/// The nodes whose chains make the longest way, in signal order.
fn longest_way(desk: &Desk) -> Vec<Node> {
    let schedule = &desk.schedule;
    let end = |node: Node| schedule.tap_time(node.index(), Tap::Post);
    let strips = || (0..STRIPS).map(Node::Strip);
    let longest = strips().map(end).max().unwrap_or(0);
    // Of equally late nodes the one that adds least stands furthest down the signal's way.
    let ends = (0..=BUSES).map(Node::destination);
    let mut at =
        ends.filter(|node| end(*node) == schedule.latency).min_by_key(|node| desk.delay_of(*node));
    let mut way = Vec::new();
    while let Some(node) = at {
        way.push(node);
        let arrival = schedule.tap_time(node.index(), Tap::Input);
        let destination = bus_of(node).unwrap_or(MAIN);
        let waits_for = |source: &usize| {
            schedule.is_open(*source, destination)
                && schedule.tap_time(*source, desk.tap(*source, destination)) == arrival
        };
        // Every bus waits for all strips; only what comes later than they do makes it later.
        at = (STRIPS..SOURCES).find(waits_for).map(Node::from_index).filter(|_| arrival > longest);
    }
    way.reverse();
    let late = |node: &Node| desk.delay_of(*node) > 0;
    let strips = strips().filter(|node| end(*node) == longest);
    strips.chain(way).filter(late).collect()
}

/// ", most of it the Limiter" for the slot that is latest, if that is known.
fn slowest(desk: &Desk, node: Node) -> String {
    let latency = |id: u64| desk.around.latencies.iter().find(|(of, _)| *of == id);
    let slots = desk.chain(node).slots();
    let known = slots.filter_map(|slot| Some((slot, latency(slot.id)?.1)));
    match known.max_by_key(|(_, latency)| *latency).filter(|(_, latency)| *latency > 0) {
        Some((slot, _)) => format!(", most of it the {}", slot.effect.name()),
        None => String::new(),
    }
}

pub fn refused_chains(desk: &Desk) -> Vec<Seen> {
    let Some(refusal) = &desk.around.refusal else { return Vec::new() };
    let late = |node: &Node| desk.delay_of(*node) > 0;
    let nodes: Vec<Node> = match refusal {
        Refusal::Chain { node, .. } => vec![*node],
        Refusal::Total { .. } => (0..NODES).map(Node::from_index).filter(late).collect(),
        Refusal::Keys { .. } => desk.keyed().map(|(node, ..)| node).collect(),
    };
    let mut path: Vec<Place> = nodes.iter().map(|node| Place::Node(*node)).collect();
    path.dedup();
    if path.is_empty() {
        path.push(Place::Node(Node::Main));
    }
    vec![Seen {
        path,
        text: format!("The chains were not taken over and those before run on: {refusal}."),
        fixes: nodes.iter().flat_map(|node| quicker(desk, *node)).collect(),
    }]
}

/// What makes the effects of a chain less late.
fn quicker(desk: &Desk, node: Node) -> Vec<Fix> {
    let quicken = |slot: &crate::routing::chain::Slot| {
        let known = slot.effect.known()?;
        let id = match known.kind {
            Kind::Equalizer => "linear_phase",
            Kind::Gate | Kind::Compressor | Kind::Limiter => "lookahead",
            Kind::Saturator => "oversampling",
            _ => return None,
        };
        let (at, setting) = known.setting(id)?;
        let least = Edit::Setting(slot.id, setting.id, setting.min);
        let label = format!(
            "Set {} of {} to {}",
            setting.name,
            desk.effect(node, slot),
            setting.to_text(setting.min)
        );
        (known.values[at] > setting.min).then(|| Fix::new(label, [least]))
    };
    desk.chain(node).slots().filter_map(quicken).collect()
}
