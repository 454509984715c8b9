//! What the editor shows: one snapshot of everything a view may draw.
//!
//! Not here: how it is drawn, where it comes from (the link fills it) and how it changes (that is
//! an [`Action`](super::Action)). Made and read on the editor's thread.

use super::ballistics::Reading;
use crate::engine::meters::{METERS, Meter};
use crate::routing::parameter::Parameter;
use crate::routing::{MAIN, Node, Role, Routing, STRIPS, Tap};
use crate::schedule::{self, Schedule, Timing};

/// A snapshot of the mixer.
#[derive(Clone)]
pub struct View {
    /// Every parameter's value.
    pub routing: Routing,
    /// What became of every edge, as if the chains had no latency.
    pub schedule: Schedule,
    /// What the user calls the strips and buses.
    pub names: Names,
    /// The meters, after ballistics, by [`Meter::index`].
    pub meters: [Reading; METERS],
    /// Which strips received a NaN or an infinity.
    pub faults: [bool; STRIPS],
    /// The audio callback's share of its period, 0 to 1.
    pub load: f32,
    /// What the host compensates, in samples.
    pub latency: u32,
    /// Whether the latency outgrew what the host was told, so that it must restart the plugin.
    pub restart_needed: bool,
}

impl View {
    /// A snapshot of `routing` with silent meters and no names.
    pub fn of(routing: Routing) -> View {
        View {
            routing,
            schedule: schedule::compile(&routing, &Timing::ZERO),
            names: Names::default(),
            meters: [Reading::SILENCE; METERS],
            faults: [false; STRIPS],
            load: 0.0,
            latency: 0,
            restart_needed: false,
        }
    }

    /// The plain value of a parameter.
    pub fn value(&self, parameter: Parameter) -> f32 {
        parameter.get(&self.routing)
    }

    /// Whether a switch is on.
    pub fn is_on(&self, parameter: Parameter) -> bool {
        self.value(parameter) >= 0.5
    }

    /// A meter's reading.
    pub fn meter(&self, meter: Meter) -> Reading {
        self.meters[meter.index()]
    }

    /// What the user calls a node: the given name, or "Strip 3".
    pub fn name(&self, node: Node) -> String {
        let given = match node {
            Node::Strip(i) => self.names.strips.get(i),
            Node::Bus(j) => self.names.buses.get(j),
            Node::Main => None,
        };
        match given {
            Some(name) if !name.is_empty() => name.clone(),
            _ => node.to_string(),
        }
    }

    /// Whether any strip or bus is soloed.
    pub fn anything_soloed(&self) -> bool {
        self.routing.strips.iter().any(|strip| strip.solo)
            || self.routing.buses.iter().any(|bus| bus.solo)
    }

    /// Why the user may not open an edge, in words for the status line; `None` if it may be opened.
    pub fn refusal(&self, source: usize, destination: usize) -> Option<String> {
        let bus = source.checked_sub(STRIPS)?;
        if destination == bus {
            return Some("A bus cannot feed itself.".into());
        }
        let to_mix = destination != MAIN && self.routing.buses[destination].role == Role::Mix;
        if self.routing.buses[bus].role == Role::Mix && !to_mix {
            return Some("A Mix feeds only other Mixes and its own port.".into());
        }
        if destination == MAIN {
            return None;
        }
        let path = path(&self.schedule, destination, bus)?;
        let names: Vec<_> = path.iter().map(|j| self.name(Node::Bus(*j))).collect();
        Some(format!("Would close a loop, because {} is already connected.", names.join(" > ")))
    }
}

/// What the user calls things; an empty name means the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The strips' names.
    pub strips: Vec<String>,
    /// The buses' names.
    pub buses: Vec<String>,
}

/// The shortest way from a bus to another over edges that run, both ends included. An edge from the
/// last to the first would close a loop.
pub fn path(schedule: &Schedule, from: usize, to: usize) -> Option<Vec<usize>> {
    let path = schedule.loop_path(to, from);
    (!path.is_empty()).then_some(path)
}

/// The parameters of an edge: its tap, and its level unless it goes to Main. `None` where there is
/// no edge, from a bus to itself.
pub fn edge_parameters(
    source: usize,
    destination: usize,
) -> Option<(Parameter, Option<Parameter>)> {
    use Parameter as P;
    let to = destination as u8;
    match source.checked_sub(STRIPS) {
        None if destination == MAIN => Some((P::StripMainTap(source as u8), None)),
        None => {
            let from = source as u8;
            Some((P::StripTap(from, to), Some(P::StripLevel(from, to))))
        }
        Some(bus) if destination == MAIN => Some((P::BusMainTap(bus as u8), None)),
        Some(bus) if bus == destination => None,
        Some(bus) => {
            let from = bus as u8;
            Some((P::BusTap(from, to), Some(P::BusLevel(from, to))))
        }
    }
}

/// A tap as the parameter's plain value.
pub fn tap_value(tap: Tap) -> f32 {
    f32::from(tap as u8)
}
