//! What should arrive: from a routing and its schedule to a matrix and a delay for every strip and
//! every output port.
//!
//! Not here: measuring. Apart from the engine on purpose; agrees with it by law. Chains count as
//! their delay. Pure functions.

use super::{Matrix, signal};
use crate::routing::{
    BUSES, DESTINATIONS, Input, MAIN, MonitorSource, NODES, Node, OUTPUT_PORTS, PORT_CUE,
    PORT_MAIN, PORT_MONITOR_A, PORT_MONITOR_B, Role, Routing, SOURCES, STRIPS, SoloMode, Speakers,
    Tap,
};
use crate::schedule::Schedule;
use crate::units::{Fader, balance, pan_mono};

const SILENT: Matrix = [[0.0; 2]; 2];
const WIRE: Matrix = [[1.0, 0.0], [0.0, 1.0]];

/// A way from a strip's input port to an output port.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// What becomes of left and right.
    pub gains: Matrix,
    /// In samples.
    pub delay: u32,
}

/// Every way through the mixer.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// By strip, then by output port.
    pub paths: Vec<[Path; OUTPUT_PORTS]>,
}

impl Expected {
    /// From what the user set and what became of it; `latency` is what was promised to the host, in
    /// samples, where that is more than the schedule's own.
    pub fn of(routing: &Routing, schedule: &Schedule, latency: u32) -> Expected {
        let latency = latency.max(schedule.latency);
        let delays = delays(routing, schedule, latency);
        let paths = (0..STRIPS).map(|strip| {
            let arrives = Desk { routing, schedule }.ports(strip);
            std::array::from_fn(|port| Path { gains: arrives[port], delay: delays[port] })
        });
        Expected { paths: paths.collect() }
    }

    /// How high a strip's signal may be, linear, so that no port is louder than [`signal::LEVEL`].
    pub fn level(&self, strip: usize) -> f64 {
        let sides = self.paths[strip].iter().flat_map(|path| path.gains);
        let most = sides.map(|[left, right]| left.abs() + right.abs()).fold(1.0, f64::max);
        signal::LEVEL / most
    }
}

/// When a signal that entered at 0 leaves on each port. Only an Immediate bus does not wait.
fn delays(routing: &Routing, schedule: &Schedule, latency: u32) -> [u32; OUTPUT_PORTS] {
    std::array::from_fn(|port| match port.checked_sub(1) {
        Some(bus) if bus < BUSES && routing.buses[bus].immediate => {
            schedule.tap_time(Node::Bus(bus).index(), Tap::Post)
        }
        _ => latency,
    })
}

struct Desk<'a> {
    routing: &'a Routing,
    schedule: &'a Schedule,
}

impl Desk<'_> {
    /// What arrives at every port of a signal at one strip's input port.
    fn ports(&self, strip: usize) -> [Matrix; OUTPUT_PORTS] {
        let Desk { routing, schedule } = self;
        // At the Input taps; at the Pre taps as well, because chains are heard dry.
        let mut nodes = [SILENT; NODES];
        nodes[strip] = self.enters(strip);
        for to in schedule.order.map(usize::from).into_iter().chain([MAIN]) {
            let node = Node::destination(to).index();
            for from in 0..SOURCES {
                let given = self.edge(&nodes[from], from, to);
                add(&mut nodes[node], &given);
            }
        }
        let post = |node: Node| sides(&nodes[node.index()], self.stage(node));
        let mut ports = [SILENT; OUTPUT_PORTS];
        for to in 0..DESTINATIONS {
            let is_mix = to != MAIN && routing.buses[to].role == Role::Mix;
            if !self.is_muted(to) && (is_mix || !routing.bypass) {
                let port = if to == MAIN { PORT_MAIN } else { 1 + to };
                ports[port] = post(Node::destination(to));
            }
        }
        if routing.bypass && routing.strips[strip].input == Input::Port(0) {
            add(&mut ports[PORT_MAIN], &WIRE);
        }
        for node in (0..SOURCES).filter(|node| self.is_soloed(*node)) {
            match routing.solo_mode {
                SoloMode::InPlace => {}
                SoloMode::Pfl => add(&mut ports[PORT_CUE], &nodes[node]),
                SoloMode::Afl if self.is_source_muted(node) => {}
                SoloMode::Afl => add(&mut ports[PORT_CUE], &post(Node::from_index(node))),
            }
        }
        let monitor = self.monitor(&ports[PORT_CUE], |to| post(Node::destination(to)));
        let speakers = match routing.monitor.speakers {
            Speakers::A => PORT_MONITOR_A,
            Speakers::B => PORT_MONITOR_B,
        };
        ports[speakers] = monitor;
        ports
    }

    /// From a strip's port to its Input tap.
    fn enters(&self, strip: usize) -> Matrix {
        let strip = &self.routing.strips[strip];
        if !matches!(strip.input, Input::Port(_)) {
            return SILENT;
        }
        let sign = if strip.polarity { -1.0 } else { 1.0 };
        let trim = sign * linear(strip.trim_db);
        strip.source.matrix().map(|row| row.map(|gain| f64::from(gain) * trim))
    }

    fn strip_pan(&self, strip: usize) -> [f32; 2] {
        let strip = &self.routing.strips[strip];
        match strip.source.is_mono() {
            true => pan_mono(self.routing.pan_law, strip.pan),
            false => balance(strip.pan),
        }
    }

    /// Fader and pan.
    fn stage(&self, node: Node) -> [f64; 2] {
        let (fader, pan) = match node {
            Node::Strip(i) => (self.routing.strips[i].fader, self.strip_pan(i)),
            Node::Bus(j) => (self.routing.buses[j].fader, balance(self.routing.buses[j].pan)),
            Node::Main => (self.routing.main.fader, [1.0; 2]),
        };
        pan.map(|side| f64::from(side) * gain(fader))
    }

    /// What a node that carries `sound` at its Input tap gives to a destination.
    fn edge(&self, sound: &Matrix, from: usize, to: usize) -> Matrix {
        let routing = self.routing;
        let mix = (to != MAIN).then(|| &routing.buses[to]).filter(|bus| bus.role == Role::Mix);
        if from < STRIPS && routing.is_talkback(from) {
            let speaks = mix.is_some() && routing.monitor.talkback;
            let level = if speaks { gain(routing.talkback_level) } else { 0.0 };
            return sides(sound, [level; 2]);
        }
        let send = routing.edge(from, to);
        if !send.is_connected() || !self.schedule.passes(from, to) {
            return SILENT;
        }
        let level = [gain(send.level); 2];
        if send.tap == Tap::Post {
            return sides(&sides(sound, self.stage(Node::from_index(from))), level);
        }
        let follows = from < STRIPS && mix.is_some_and(|bus| bus.pan_follow);
        let pan = if follows { self.strip_pan(from).map(f64::from) } else { [1.0; 2] };
        sides(&sides(sound, pan), level)
    }

    fn is_muted(&self, to: usize) -> bool {
        if to == MAIN { self.routing.main.mute } else { self.routing.buses[to].mute }
    }

    fn is_source_muted(&self, node: usize) -> bool {
        match node.checked_sub(STRIPS) {
            None => self.routing.strips[node].mute,
            Some(bus) => self.routing.buses[bus].mute,
        }
    }

    fn is_soloed(&self, node: usize) -> bool {
        match node.checked_sub(STRIPS) {
            None => self.routing.strips[node].solo && !self.routing.is_talkback(node),
            Some(bus) => self.routing.buses[bus].solo,
        }
    }

    fn monitor(&self, cue: &Matrix, post: impl Fn(usize) -> Matrix) -> Matrix {
        let monitor = &self.routing.monitor;
        let listens = self.routing.solo_mode != SoloMode::InPlace
            && (0..SOURCES).any(|node| self.is_soloed(node));
        let heard = match monitor.source {
            _ if listens => *cue,
            MonitorSource::Cue => *cue,
            MonitorSource::Main if !self.routing.main.mute => post(MAIN),
            MonitorSource::Bus(j) if !self.routing.buses[j].mute => post(j),
            MonitorSource::Off | MonitorSource::Main | MonitorSource::Bus(_) => SILENT,
        };
        if monitor.mute {
            return SILENT;
        }
        let dim = if monitor.dim || monitor.talkback { linear(monitor.dim_db) } else { 1.0 };
        let level = [gain(monitor.level) * dim; 2];
        let [left, right] = heard;
        let middle = [0, 1].map(|side| 0.5 * (left[side] + right[side]));
        sides(&if monitor.mono { [middle; 2] } else { heard }, level)
    }
}

fn linear(db: f32) -> f64 {
    10f64.powf(f64::from(db) / 20.0)
}

fn gain(fader: Fader) -> f64 {
    if fader.is_open() { linear(fader.db()) } else { 0.0 }
}

/// Left and right turned up or down.
fn sides(matrix: &Matrix, gains: [f64; 2]) -> Matrix {
    [0, 1].map(|side| matrix[side].map(|x| x * gains[side]))
}

fn add(sum: &mut Matrix, matrix: &Matrix) {
    for (sum, x) in sum.iter_mut().flatten().zip(matrix.iter().flatten()) {
        *sum += x;
    }
}
