//! What feeds each output, read off the routing and its schedule.
//!
//! Not here: sound. An edge that automation moves counts as feeding when any point of its lane
//! opens it; a strip nobody plays into, and a bus nothing reaches, feed nothing.

use crate::stems::Stem;
use std::collections::HashSet;
use switchyard::routing::parameter::Parameter;
use switchyard::routing::{
    BUSES, DESTINATIONS, Input, MAIN, MonitorSource, Node, OUTPUT_PORTS, PORT_CUE, PORT_MAIN,
    PORT_MONITOR_A, PORT_MONITOR_B, Role, Routing, SOURCES, STRIPS, SoloMode, Speakers, Tap,
};
use switchyard::schedule::{Admission, Timing, compile};
use switchyard::session::Session;

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

impl Labels {
    /// What a session calls things; a strip it has no name for goes by its stem's.
    pub fn new(session: &Session, stems: &[Stem]) -> Labels {
        let mut strips = session.strip_names.clone();
        for (name, stem) in strips.iter_mut().zip(stems) {
            if name.is_empty() {
                *name = stem.bare_name().into();
            }
        }
        Labels { strips, buses: session.bus_names.clone() }
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

/// What feeds each output port. `stems` play into the first inputs; `opened` are the automated
/// parameters whose lane rises above the lowest value at some point.
pub fn sources(
    routing: &Routing,
    stems: usize,
    opened: &HashSet<Parameter>,
    labels: &Labels,
) -> [Vec<String>; OUTPUT_PORTS] {
    let schedule = compile(routing, &Timing::ZERO);
    // While a lane works a mute or a solo, what its last values leave silent may have sounded.
    let masks_move = opened.iter().any(|parameter| {
        use Parameter::{BusMute, BusSolo, StripMute, StripSolo};
        matches!(parameter, StripMute(_) | StripSolo(_) | BusMute(_) | BusSolo(_))
    });
    let mut edges: [Vec<(usize, String)>; DESTINATIONS] = std::array::from_fn(|_| Vec::new());
    for (destination, into) in edges.iter_mut().enumerate() {
        for source in 0..SOURCES {
            let edge = routing.edge(source, destination);
            let (level, tap) = parameters(source, destination);
            let level_moves = level.is_some_and(|level| opened.contains(&level));
            let tap_moves = tap.is_some_and(|tap| opened.contains(&tap));
            let open = (edge.tap != Tap::Off || tap_moves) && (edge.level.is_open() || level_moves);
            let moves = masks_move || level_moves || tap_moves;
            let admitted = schedule.admission(source, destination);
            let allowed = admitted == Admission::Open || (tap_moves && admitted == Admission::Off);
            if open && allowed && (moves || schedule.passes(source, destination)) {
                let how = match (tap_moves, level_moves) {
                    (false, false) => format!("{:?} {}", edge.tap, decibels(edge.level.db())),
                    (false, true) => format!("{:?}, level automated", edge.tap),
                    (true, false) => format!("tap automated, {}", decibels(edge.level.db())),
                    (true, true) => "automated".into(),
                };
                let name = labels.name(Node::from_index(source));
                into.push((source, format!("{name} ({how})")));
            }
        }
        into.extend(talkback(routing, destination, opened, labels));
    }
    let playing = playing(routing, stems, &edges);
    let mut found: [Vec<String>; OUTPUT_PORTS] = std::array::from_fn(|_| Vec::new());
    for (destination, into) in edges.into_iter().enumerate() {
        let port = if destination == MAIN { PORT_MAIN } else { destination + 1 };
        let heard = into.into_iter().filter(|(source, _)| playing[*source]);
        found[port] = heard.map(|(_, text)| text).collect();
    }
    listening(routing, &playing, opened, labels, &mut found);
    found
}

/// Which strips a stem plays into, and which buses such a strip reaches.
fn playing(
    routing: &Routing,
    stems: usize,
    edges: &[Vec<(usize, String)>; DESTINATIONS],
) -> [bool; SOURCES] {
    let mut playing = [false; SOURCES];
    for (strip, values) in routing.strips.iter().enumerate() {
        playing[strip] = matches!(values.input, Input::Port(port) if port < stems);
    }
    // A path has at most as many buses as there are, so after that many rounds all are found.
    for _ in 0..BUSES {
        for bus in 0..BUSES {
            let reached = edges[bus].iter().any(|(source, _)| playing[*source]);
            playing[STRIPS + bus] |= reached;
        }
    }
    playing
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

/// The talkback strip and its text, where a destination hears it.
fn talkback(
    routing: &Routing,
    destination: usize,
    opened: &HashSet<Parameter>,
    labels: &Labels,
) -> Option<(usize, String)> {
    let on = routing.monitor.talkback || opened.contains(&Parameter::MonitorTalkback);
    let is_mix = destination < BUSES && routing.buses[destination].role == Role::Mix;
    let strip = routing.talkback_source.filter(|_| on && is_mix)?;
    Some((strip, format!("{} (talkback)", labels.name(Node::Strip(strip)))))
}

/// What Cue and the Monitor hear.
fn listening(
    routing: &Routing,
    playing: &[bool; SOURCES],
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
        for (source, plays) in playing.iter().enumerate() {
            let node = Node::from_index(source);
            let (soloed, parameter) = match node {
                Node::Strip(i) => (
                    routing.strips[i].solo && !routing.is_talkback(i),
                    Parameter::StripSolo(i as u8),
                ),
                Node::Bus(j) => (routing.buses[j].solo, Parameter::BusSolo(j as u8)),
                Node::Main => (false, Parameter::Bypass),
            };
            if *plays && (soloed || opened.contains(&parameter)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use switchyard::routing::{Fader, Send};

    fn fed(routing: &Routing, stems: usize) -> [Vec<String>; OUTPUT_PORTS] {
        sources(routing, stems, &HashSet::new(), &Labels::default())
    }

    #[test]
    fn only_strips_that_play_and_buses_they_reach_feed_anything() {
        let mut routing = Routing::default();
        routing.strips[0].main_tap = Tap::Off;
        routing.strips[0].sends[3] = Send { tap: Tap::Pre, level: Fader::from_db(-10.0) };
        routing.buses[3].sends[1] = Send { tap: Tap::Post, level: Fader::UNITY };
        let fed = fed(&routing, 2);
        assert_eq!(fed[4], ["Strip 1 (Pre -10.0 dB)"]);
        assert_eq!(fed[2], ["Bus 4 (Post 0.0 dB)"]);
        let main = ["Strip 2 (Post 0.0 dB)", "Bus 2 (Post 0.0 dB)", "Bus 4 (Post 0.0 dB)"];
        assert_eq!(fed[PORT_MAIN], main);
        assert!(fed[5].is_empty() && fed[PORT_CUE].is_empty() && fed[PORT_MONITOR_A].is_empty());
    }

    #[test]
    fn a_muted_strip_feeds_only_the_mixes() {
        let mut routing = Routing::default();
        routing.strips[0].mute = true;
        routing.strips[0].sends[5].level = Fader::UNITY;
        routing.buses[5].role = Role::Mix;
        let fed = fed(&routing, 1);
        assert_eq!(fed[6], ["Strip 1 (Post 0.0 dB)"]);
        assert!(fed[PORT_MAIN].is_empty());
    }

    #[test]
    fn a_send_that_automation_opens_is_named_although_it_rests_closed() {
        let opened = HashSet::from([Parameter::StripLevel(0, 3)]);
        let labels = Labels { strips: vec!["Kick".into()], buses: vec![] };
        let fed = sources(&Routing::default(), 1, &opened, &labels);
        assert_eq!(fed[4], ["Strip 1 Kick (Post, level automated)"]);
    }

    #[test]
    fn a_listening_solo_is_on_cue_and_takes_the_monitor_over() {
        let mut routing = Routing { solo_mode: SoloMode::Pfl, ..Routing::default() };
        routing.strips[0].solo = true;
        routing.monitor.source = MonitorSource::Main;
        routing.monitor.speakers = Speakers::B;
        let fed = fed(&routing, 1);
        assert_eq!(fed[PORT_CUE], ["Strip 1 (PFL)"]);
        assert_eq!(fed[PORT_MONITOR_B], ["Cue (0.0 dB)"]);
        assert!(fed[PORT_MONITOR_A].is_empty());
    }

    #[test]
    fn talkback_is_named_in_the_mixes_while_it_is_on() {
        let mut routing = Routing { talkback_source: Some(1), ..Routing::default() };
        routing.buses[5].role = Role::Mix;
        assert!(fed(&routing, 2)[6].is_empty());
        routing.monitor.talkback = true;
        assert_eq!(fed(&routing, 2)[6], ["Strip 2 (talkback)"]);
    }
}
