//! What feeds each output, read off the routing and its schedule.
//!
//! Not here: sound. An edge that automation moves counts as feeding when any point of its lane
//! opens it.

use std::collections::HashSet;
use switchyard::routing::parameter::Parameter;
use switchyard::routing::{
    BUSES, MAIN, MonitorSource, NODES, Node, OUTPUT_PORTS, PORT_CUE, PORT_MAIN, PORT_MONITOR_A,
    PORT_MONITOR_B, Role, Routing, SOURCES, STRIPS, SoloMode, Speakers, Tap,
};
use switchyard::schedule::{Admission, Timing, compile};

/// What strips and buses are used for, beside their numbers; empty where nothing is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// By strip.
    pub strips: Vec<String>,
    /// By bus.
    pub buses: Vec<String>,
}

impl Labels {
    /// A node with its label: "Strip 2 Snare".
    pub fn name(&self, node: Node) -> String {
        let label = match node {
            Node::Strip(i) => self.strips.get(i),
            Node::Bus(j) => self.buses.get(j),
            Node::Main => None,
        };
        match label {
            Some(label) if !label.is_empty() => format!("{node} {label}"),
            _ => node.to_string(),
        }
    }
}

/// The name of an output port as the mixer counts it.
pub fn port_name(port: usize) -> String {
    match port {
        PORT_MAIN => "Main".into(),
        PORT_MONITOR_A => "Monitor A".into(),
        PORT_MONITOR_B => "Monitor B".into(),
        PORT_CUE => "Cue".into(),
        bus => format!("Bus {bus}"),
    }
}

/// What feeds each output port. `opened` are the automated parameters whose lane rises above the
/// lowest value at some point.
pub fn sources(
    routing: &Routing,
    opened: &HashSet<Parameter>,
    labels: &Labels,
) -> [Vec<String>; OUTPUT_PORTS] {
    let schedule = compile(routing, &Timing { chain: [0; NODES], floor: 0 });
    // While a lane works a mute or a solo, what its last values leave silent may have sounded.
    let masks_move = opened.iter().any(|parameter| {
        use Parameter::{BusMute, BusSolo, StripMute, StripSolo};
        matches!(parameter, StripMute(_) | StripSolo(_) | BusMute(_) | BusSolo(_))
    });
    let mut found: [Vec<String>; OUTPUT_PORTS] = std::array::from_fn(|_| Vec::new());
    for destination in 0..=MAIN {
        let port = if destination == MAIN { PORT_MAIN } else { destination + 1 };
        for source in 0..SOURCES {
            let edge = routing.edge(source, destination);
            let (level, tap) = parameters(source, destination);
            let level_moves = level.is_some_and(|level| opened.contains(&level));
            let tap_moves = tap.is_some_and(|tap| opened.contains(&tap));
            let open = (edge.tap != Tap::Off || tap_moves) && (edge.level.is_open() || level_moves);
            let heard =
                schedule.passes(source, destination) || masks_move || level_moves || tap_moves;
            let admitted = schedule.admission(source, destination);
            let allowed = admitted == Admission::Open || (tap_moves && admitted == Admission::Off);
            if open && heard && allowed {
                let how = match (tap_moves, level_moves) {
                    (false, false) => format!("{:?} {}", edge.tap, decibels(edge.level.db())),
                    (false, true) => format!("{:?}, level automated", edge.tap),
                    (true, false) => format!("tap automated, {}", decibels(edge.level.db())),
                    (true, true) => "automated".into(),
                };
                found[port].push(format!("{} ({how})", labels.name(Node::from_index(source))));
            }
        }
        talkback(routing, destination, opened, labels, &mut found[port]);
    }
    listening(routing, opened, labels, &mut found);
    found
}

/// The parameters of an edge's level and tap. The edge to Main has no level.
fn parameters(source: usize, destination: usize) -> (Option<Parameter>, Option<Parameter>) {
    let (from, to) = (source as u8, destination as u8);
    if source < STRIPS {
        if destination == MAIN {
            return (None, Some(Parameter::StripMainTap(from)));
        }
        return (Some(Parameter::StripLevel(from, to)), Some(Parameter::StripTap(from, to)));
    }
    let from = (source - STRIPS) as u8;
    if destination == MAIN {
        (None, Some(Parameter::BusMainTap(from)))
    } else if from == to {
        (None, None)
    } else {
        (Some(Parameter::BusLevel(from, to)), Some(Parameter::BusTap(from, to)))
    }
}

fn talkback(
    routing: &Routing,
    destination: usize,
    opened: &HashSet<Parameter>,
    labels: &Labels,
    into: &mut Vec<String>,
) {
    let on = routing.monitor.talkback || opened.contains(&Parameter::MonitorTalkback);
    let is_mix = destination < BUSES && routing.buses[destination].role == Role::Mix;
    if let Some(strip) = routing.talkback_source.filter(|_| on && is_mix) {
        into.push(format!("{} (talkback)", labels.name(Node::Strip(strip))));
    }
}

/// What Cue and the Monitor hear.
fn listening(
    routing: &Routing,
    opened: &HashSet<Parameter>,
    labels: &Labels,
    found: &mut [Vec<String>; OUTPUT_PORTS],
) {
    let mode = match routing.solo_mode {
        SoloMode::InPlace => None,
        SoloMode::Pfl => Some("PFL"),
        SoloMode::Afl => Some("AFL"),
    };
    if let Some(mode) = mode {
        for source in 0..SOURCES {
            let node = Node::from_index(source);
            let (soloed, parameter) = match node {
                Node::Strip(i) => (
                    routing.strips[i].solo && !routing.is_talkback(i),
                    Parameter::StripSolo(i as u8),
                ),
                Node::Bus(j) => (routing.buses[j].solo, Parameter::BusSolo(j as u8)),
                Node::Main => (false, Parameter::Bypass),
            };
            if soloed || opened.contains(&parameter) {
                found[PORT_CUE].push(format!("{} ({mode})", labels.name(node)));
            }
        }
    }
    let heard = if !found[PORT_CUE].is_empty() {
        Some("Cue".to_string())
    } else if opened.contains(&Parameter::MonitorSource) {
        Some("Monitor Source, automated".to_string())
    } else {
        match routing.monitor.source {
            MonitorSource::Off => None,
            MonitorSource::Main => Some("Main".into()),
            MonitorSource::Cue => Some("Cue".into()),
            MonitorSource::Bus(j) => Some(labels.name(Node::Bus(j))),
        }
    };
    let Some(heard) = heard else { return };
    let level = if opened.contains(&Parameter::MonitorLevel) {
        "level automated".to_string()
    } else {
        decibels(routing.monitor.level.db())
    };
    let both = opened.contains(&Parameter::MonitorSpeakers);
    for (port, speakers) in [(PORT_MONITOR_A, Speakers::A), (PORT_MONITOR_B, Speakers::B)] {
        if both || routing.monitor.speakers == speakers {
            found[port].push(format!("{heard} ({level})"));
        }
    }
}

fn decibels(db: f32) -> String {
    if db == f32::NEG_INFINITY { "-inf dB".into() } else { format!("{db:.1} dB") }
}
