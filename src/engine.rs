//! Runs a [`Schedule`] on blocks of sound: sanitises inputs, feeds strips, sums buses in order,
//! serves Cue, Monitor and the ports.
//!
//! Not here: the host, saved state, the screen. [`Engine::new`] runs on the main thread and
//! allocates; everything else runs on the audio thread and neither allocates, locks nor waits.
//!
//! **Architecture invariant**: time is cut into slices of at most [`SLICE`] frames that never cross
//! a multiple of [`SLICE`] on the absolute sample counter nor the end of a ramp, so the output is
//! the same to the bit however the host cuts its blocks.

mod aiming;
pub mod chain;
pub mod compare;
mod keys;
pub mod meters;
pub mod probe;
pub mod rack;
mod row;
pub mod scope;
mod strip_input;
mod targets;

use crate::dsp::glide::Glide;
use crate::dsp::line::Lines;
use crate::dsp::mix;
use crate::dsp::ramp::Ramp;
use crate::dsp::{self, SILENCE, SLICE, Stereo};
use crate::routing::{
    BUSES, DESTINATIONS, INPUT_PORTS, Input, MAIN, NODES, Node, PORT_CUE, PORT_MONITOR_A,
    PORT_MONITOR_B, Routing, SOURCES, STRIPS,
};
use crate::schedule::keys::NO_KEYS;
use crate::schedule::{self, Schedule, Timing};
use keys::Listening;
use meters::{METERS, Meter, Meters};
use probe::{Operator, Probe, Reason};
use rack::{Glance, Office, Plan, Rack};
use row::Row;
use std::collections::VecDeque;
use std::sync::Arc;
use strip_input::StripInput;

/// What is fixed while the engine runs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Samples per second.
    pub sample_rate: f64,
    /// A pure delay, in samples, in each node's insert chain (strips, buses, Main).
    pub chain_latency: [u32; NODES],
    /// The longest total latency the delay memory must hold, in samples. What the chains can add up
    /// to is always held.
    pub max_latency: u32,
}

/// The stereo ports of one block. All slices are `frames` long; an output may be the same memory
/// as the input of the same number, and no other.
pub trait Ports {
    /// How many frames all slices hold.
    fn frames(&self) -> usize;
    /// Left and right of an input port.
    fn input(&self, port: usize) -> [&[f32]; 2];
    /// Left and right of an output port.
    fn output(&mut self, port: usize) -> [&mut [f32]; 2];
}

/// One past for every tap of every node, then Cue and the main input as it came.
const LINES: usize = 3 * NODES + 2;
const LINE_CUE: usize = 3 * NODES;
const LINE_MAIN_IN: usize = 3 * NODES + 1;

fn line(node: usize, place: usize) -> usize {
    3 * node + place
}

const PLACE_INPUT: usize = 0;
const PLACE_PRE: usize = 1;
const PLACE_POST: usize = 2;

/// The mixer.
pub struct Engine {
    routing: Routing,
    schedule: Schedule,
    /// The orders that run now; the schedule's own once nothing that sounds contradicts them.
    strips: [u8; STRIPS],
    order: [u8; BUSES],
    timing: Timing,
    /// The absolute sample counter.
    now: u64,
    ramp: u32,
    /// No sound has run since activation or reset: changes apply at once.
    fresh: bool,
    /// Samples at which ramps and fades end, ascending. All ramps are equally long, so new ends come
    /// last, and there are never more than a ramp has samples.
    ends: VecDeque<u64>,
    lines: Lines,
    inputs: [StripInput; STRIPS],
    rack: Rack,
    /// Per node: how much of its chain is heard, 0..1.
    insert_mixes: [Glide; NODES],
    tempo: Option<f64>,
    /// What the next block may take from the office; everything unless said.
    allowed: Option<Glance>,
    longest: u32,
    /// Pure delays in the chains, besides the rack.
    chain_latency: [u32; NODES],
    stages: [Ramp; NODES],
    destinations: [Row; DESTINATIONS],
    /// What slots listen to, and the heads of chains that wait for it.
    listening: Listening,
    cue: Row,
    monitor: Row,
    ports: [Row; DESTINATIONS],
    speakers: [[Ramp; 2]; 2],
    /// Takes the place of the inputs while a line check runs.
    probe: Probe,
    meters: Arc<Meters>,
    peaks: [[f32; 2]; METERS],
    /// Main's sum of squares per side in this block, and of how many frames.
    energy: ([f32; 2], usize),
}

impl Engine {
    /// An engine without insert effects. Allocates everything and applies `routing` at once, without
    /// a fade. [main-thread]
    pub fn new(setup: &Setup, routing: &Routing, meters: Arc<Meters>) -> Engine {
        Engine::with_chains(setup, routing, meters, Plan::empty()).0
    }

    /// An engine that begins with these chains, and the office that sends it others. [main-thread]
    pub fn with_chains(
        setup: &Setup,
        routing: &Routing,
        meters: Arc<Meters>,
        plan: Plan,
    ) -> (Engine, Office) {
        let ramp = ramp_length(setup.sample_rate);
        let (rack, office) = Rack::new(plan, setup.sample_rate, ramp);
        let chain = sum(&setup.chain_latency, &rack.latencies());
        let keys = keys::behind(rack.keys(), &setup.chain_latency);
        let mut timing = Timing { chain, floor: 0, keys };
        let schedule = schedule::compile(routing, &timing);
        timing.floor = schedule.latency;
        let longest = timing.bound().max(setup.max_latency);
        let mut listening = Listening::new(ramp);
        listening.replace(&NO_KEYS, &keys);
        let mut engine = Engine {
            routing: *routing,
            schedule,
            strips: schedule.strips,
            order: schedule.order,
            timing,
            now: 0,
            ramp,
            fresh: true,
            ends: VecDeque::with_capacity(ramp as usize + 2),
            lines: Lines::new(LINES, longest),
            inputs: std::array::from_fn(|_| StripInput::new()),
            rack,
            insert_mixes: [Glide::fixed(1.0); NODES],
            tempo: None,
            allowed: None,
            longest,
            chain_latency: setup.chain_latency,
            stages: [Ramp::fixed([0.0; 2]); NODES],
            destinations: std::array::from_fn(|_| Row::new(3 * SOURCES, ramp)),
            listening,
            cue: Row::new(2 * SOURCES, ramp),
            monitor: Row::new(DESTINATIONS + 1, ramp),
            ports: std::array::from_fn(|_| Row::new(2, ramp)),
            speakers: [[Ramp::fixed([0.0; 2]); 2]; 2],
            probe: Probe::new(setup.sample_rate, ramp),
            meters,
            peaks: [[0.0; 2]; METERS],
            energy: ([0.0; 2], 0),
        };
        engine.aim_all();
        (engine, office)
    }

    /// Who sends test signals; an earlier one is heard no more. [main-thread]
    pub fn operator(&mut self) -> Operator {
        self.probe.operator()
    }

    /// The host's tempo in quarter notes a minute, if it has one. [audio-thread]
    pub fn set_tempo(&mut self, tempo: Option<f64>) {
        self.tempo = tempo;
    }

    /// Runs one block of any length. [audio-thread]
    pub fn process(&mut self, ports: &mut impl Ports) {
        dsp::flushing_to_zero(|| {
            let frames = ports.frames();
            let mut at = 0;
            if frames > 0 {
                let allowed = self.allowed.take().unwrap_or(self.rack.glance());
                self.rack.hear(allowed.messages, self.now, self.fresh);
                self.receive_plan(allowed.plan);
                self.with_probe(|probe, now, latency| probe.attend(now, latency));
            }
            while at < frames {
                let grid = SLICE - (self.now % SLICE as u64) as usize;
                let mut length = grid.min(frames - at);
                if let Some(end) = self.ends.front() {
                    length = length.min((end - self.now) as usize);
                }
                if let Some(left) = self.probe.frames_left(self.now) {
                    length = length.min(left);
                }
                self.slice(ports, at, length);
                at += length;
                self.now += length as u64;
                self.fresh = false;
                if self.ends.front() == Some(&self.now) {
                    self.settle();
                }
                self.with_probe(|probe, now, latency| probe.advance(now, latency));
            }
            self.publish_peaks();
            if frames > 0 {
                self.rack.publish(&self.meters, frames);
            }
        });
    }

    /// After [`Engine::process`] of the same ports: a line check that runs keeps what is in the
    /// outputs, as they are delivered. [audio-thread]
    pub fn record(&mut self, ports: &mut impl Ports) {
        self.probe.keep(ports, self.now);
    }

    /// Ends a line check, or refuses one that is about to begin. [audio-thread]
    pub fn interrupt_line_check(&mut self, reason: Reason) {
        self.probe.interrupt(reason);
    }

    /// Whether a line check holds the program back. [audio-thread]
    pub fn is_line_checked(&self) -> bool {
        self.probe.holds()
    }

    /// Lets the probe go on, and the chains follow it.
    fn with_probe(&mut self, act: impl FnOnce(&mut Probe, u64, u32)) {
        let held = self.probe.holds();
        act(&mut self.probe, self.now, self.schedule.latency);
        if held != self.probe.holds() {
            self.aim_insert_mixes();
        }
    }

    /// What waits to be taken from the office now. [audio-thread]
    pub fn glance(&self) -> Glance {
        self.rack.glance()
    }

    /// Lets the next block take no more from the office than was there at this glance, so that it
    /// takes nothing that belongs to values which have not come yet. [audio-thread]
    pub fn allow(&mut self, glance: Glance) {
        self.allowed = Some(glance);
    }

    /// The longest total latency the delay memory holds, in samples.
    pub fn longest(&self) -> u32 {
        self.longest
    }

    /// How many samples any output may sound on after all inputs fell silent: the latency, and the
    /// tails of all chains a signal can pass in turn; `u32::MAX` if for ever. [audio-thread]
    pub fn tail(&self) -> u32 {
        let tails = self.rack.tails();
        let strips = tails[..STRIPS].iter().max().copied().unwrap_or(0);
        let rest = tails[STRIPS..].iter().fold(0u32, |sum, tail| sum.saturating_add(*tail));
        self.latency().saturating_add(strips).saturating_add(rest)
    }

    /// Forgets all sound; the values at the next frame apply at once. The latency stays as promised.
    /// [audio-thread]
    pub fn reset(&mut self) {
        self.now = 0;
        self.fresh = true;
        self.ends.clear();
        self.lines.clear();
        self.inputs.iter_mut().for_each(StripInput::clear);
        self.rack.reset();
        self.probe.reset();
        let rows = self.destinations.iter_mut().chain(&mut self.ports);
        let rows = rows.chain([&mut self.cue, &mut self.monitor]);
        rows.chain(self.listening.rows()).for_each(Row::clear);
        // Nothing sounds against a new order any more.
        self.adopt_order();
        self.aim_all();
    }

    /// From any input to every aligned output, in samples. It only grows while the engine lives.
    /// [audio-thread]
    pub fn latency(&self) -> u32 {
        self.schedule.latency
    }

    /// What runs now. [audio-thread]
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }
}

/// Sound: one slice through the whole mixer.
impl Engine {
    fn slice(&mut self, ports: &mut impl Ports, at: usize, frames: usize) {
        let now = self.now;
        let range = at..at + frames;
        let mut sum = SILENCE;

        let mut inputs = [SILENCE; INPUT_PORTS];
        let mut faults = [false; INPUT_PORTS];
        for (port, (slice, fault)) in inputs.iter_mut().zip(&mut faults).enumerate() {
            for (slice, input) in slice.iter_mut().zip(ports.input(port)) {
                *fault |= mix::sanitise(&mut slice[..frames], &input[range.clone()]);
            }
        }
        let program = self.probe.is_idle(now);
        if !program {
            inputs.iter_mut().for_each(|port| self.probe.shape_input(port, now, frames));
        }
        let test = self.probe.signal(now, frames);
        let wire = match &test {
            // The wire past the mixer is tested with the strip that hears the same port.
            Some((strip, signal)) if self.routing.strips[*strip].input == Input::Port(0) => signal,
            _ => &inputs[0],
        };
        self.lines.write(LINE_MAIN_IN, now, wire, frames);

        for strip in 0..STRIPS {
            if self.inputs[strip].hears_any(&faults) {
                self.meters.set_fault(strip);
            }
            match &test {
                Some((tested, signal)) if *tested == strip => {
                    self.inputs[strip].run(&[*signal; INPUT_PORTS], now, &mut sum, frames);
                }
                _ => self.inputs[strip].run(&inputs, now, &mut sum, frames),
            }
            // A test signal must not look as if something were plugged in.
            if program {
                self.measure(Meter::StripInput(strip), &sum, frames);
            }
            self.lines.write(line(strip, PLACE_INPUT), now, &sum, frames);
        }
        // A strip may listen to the Input tap of any other, so all of them are there by now.
        for strip in self.strips.map(usize::from) {
            for (side, sum) in sum.iter_mut().enumerate() {
                let input = self.lines.read(line(strip, PLACE_INPUT), side, now, 0, frames);
                sum[..frames].copy_from_slice(input);
            }
            self.run_node(strip, &mut sum, frames);
            self.measure(Meter::Strip(strip), &sum, frames);
        }
        for destination in self.order.map(usize::from).into_iter().chain([MAIN]) {
            let input = line(Node::destination(destination).index(), PLACE_INPUT);
            self.destinations[destination].sum(&self.lines, now, &mut sum, frames);
            self.lines.write(input, now, &sum, frames);
            self.run_node(Node::destination(destination).index(), &mut sum, frames);
        }

        self.cue.sum(&self.lines, now, &mut sum, frames);
        self.lines.write(LINE_CUE, now, &sum, frames);
        self.deliver(ports, PORT_CUE, Meter::Cue, &sum, &range);
        self.monitor.sum(&self.lines, now, &mut sum, frames);
        let outputs = [(PORT_MONITOR_A, Meter::MonitorA), (PORT_MONITOR_B, Meter::MonitorB)];
        for (side, (port, meter)) in outputs.into_iter().enumerate() {
            let mut out = SILENCE;
            strip_input::add_matrix(&mut out, &sum, &self.speakers[side], now, frames);
            self.deliver(ports, port, meter, &out, &range);
        }
        for destination in 0..DESTINATIONS {
            self.ports[destination].sum(&self.lines, now, &mut sum, frames);
            let (port, meter) = match Node::destination(destination) {
                Node::Bus(j) => (1 + j, Meter::Bus(j)),
                _ => (crate::routing::PORT_MAIN, Meter::Main),
            };
            self.deliver(ports, port, meter, &sum, &range);
        }
    }

    /// A node from its Input tap, written and given in `slice`, to its Post tap, left there.
    fn run_node(&mut self, node: usize, slice: &mut Stereo, frames: usize) {
        let now = self.now;
        self.listening.run(node, &self.lines, now, slice, frames);
        let hushed = self.probe.is_hushed();
        let moment = chain::Moment { now, frames, tempo: self.tempo, hushed };
        let keys = if hushed { &[] } else { self.listening.heard() };
        self.rack.run(node, slice, keys, &self.insert_mixes[node], moment);
        self.meters.scope.write(node, slice, frames);
        self.lines.write(line(node, PLACE_PRE), now, slice, frames);
        let pre = *slice;
        for (side, slice) in slice.iter_mut().enumerate() {
            let gain = self.stages[node].segment(side, now);
            mix::scale(&mut slice[..frames], &pre[side][..frames], gain);
        }
        self.lines.write(line(node, PLACE_POST), now, slice, frames);
    }

    fn deliver(
        &mut self,
        ports: &mut impl Ports,
        port: usize,
        meter: Meter,
        slice: &Stereo,
        range: &std::ops::Range<usize>,
    ) {
        let mut shaped;
        let slice = if self.probe.is_idle(self.now) {
            slice
        } else {
            shaped = *slice;
            self.probe.shape_output(&mut shaped, self.now, range.len());
            &shaped
        };
        self.measure(meter, slice, range.len());
        for (output, slice) in ports.output(port).into_iter().zip(slice) {
            output[range.clone()].copy_from_slice(&slice[..range.len()]);
        }
    }

    fn measure(&mut self, meter: Meter, slice: &Stereo, frames: usize) {
        for (peak, slice) in self.peaks[meter.index()].iter_mut().zip(slice) {
            *peak = peak.max(mix::peak(&slice[..frames]));
        }
        if meter == Meter::Main {
            let (energy, measured) = &mut self.energy;
            for (sum, slice) in energy.iter_mut().zip(slice) {
                *sum += mix::energy(&slice[..frames]);
            }
            *measured += frames;
        }
    }

    fn publish_peaks(&mut self) {
        let (energy, frames) = std::mem::take(&mut self.energy);
        self.meters.add_energy(energy, frames);
        for meter in Meter::all() {
            let peak = std::mem::take(&mut self.peaks[meter.index()]);
            if peak != [0.0; 2] {
                self.meters.raise(meter, peak);
            }
        }
    }
}

/// 10 ms in samples.
pub fn ramp_length(sample_rate: f64) -> u32 {
    ((sample_rate / 100.0).round() as u32).max(1)
}

fn sum(a: &[u32; NODES], b: &[u32; NODES]) -> [u32; NODES] {
    std::array::from_fn(|node| a[node] + b[node])
}
