//! Aiming: from changed values to ramps that are on their way.
//!
//! Not here: what a gain should be ([`super::targets`]) and the sound itself ([`super`]). Audio
//! thread; no allocation.

use super::row::Moment;
use super::{Engine, LINE_CUE, LINE_MAIN_IN, PLACE_POST, PLACE_PRE, keys, line, sum, targets};
use crate::routing::parameter::{Parameter, ParameterSet};
use crate::routing::{
    BUSES, DESTINATIONS, MAIN, NODES, Node, Routing, SOURCES, STRIPS, SoloMode, Speakers, Tap,
};
use crate::schedule;
use crate::schedule::keys::KEYS;

/// Which targets must be computed again.
#[derive(Default)]
struct Work {
    structure: bool,
    outputs: bool,
    insert_mixes: bool,
    macros: u32,
    inputs: u32,
    stages: u32,
    edges: [u16; SOURCES],
}

impl Work {
    fn add(&mut self, parameter: Parameter, routing: &Routing) {
        use Parameter as P;
        const ALL_BUSES: u16 = (1 << BUSES) - 1;
        match parameter {
            P::StripFader(i) => self.stages |= 1 << i,
            P::StripPan(i) => {
                self.stages |= 1 << i;
                self.edges[i as usize] |= ALL_BUSES;
            }
            P::StripTrim(i) | P::StripPolarity(i) | P::StripInput(i) => self.inputs |= 1 << i,
            P::StripSource(i) => {
                self.inputs |= 1 << i;
                self.stages |= 1 << i;
                self.edges[i as usize] |= ALL_BUSES;
            }
            P::PanLaw => {
                self.stages |= (1 << STRIPS) - 1;
                self.edges[..STRIPS].iter_mut().for_each(|edges| *edges |= ALL_BUSES);
            }
            P::BusFader(j) | P::BusPan(j) => self.stages |= 1 << (STRIPS + j as usize),
            P::BusPanFollow(j) => {
                self.edges[..STRIPS].iter_mut().for_each(|edges| *edges |= 1 << j);
            }
            P::MainFader => self.stages |= 1 << (NODES - 1),
            P::StripLevel(i, j) => self.level(i as usize, j, routing),
            P::BusLevel(j, k) => self.level(STRIPS + j as usize, k, routing),
            P::MonitorTalkback | P::TalkbackLevel => {
                self.outputs = true;
                if let Some(i) = routing.talkback_source {
                    self.edges[i] |= ALL_BUSES;
                }
            }
            P::Bypass
            | P::MainMute
            | P::MonitorSource
            | P::MonitorLevel
            | P::MonitorDim
            | P::MonitorMono
            | P::MonitorMute
            | P::MonitorSpeakers
            | P::DimLevel => self.outputs = true,
            P::StripInsertMix(_) | P::BusInsertMix(_) | P::MainInsertMix => {
                self.insert_mixes = true;
            }
            P::Macro(n) => self.macros |= 1 << n,
            P::StripMute(_)
            | P::StripSolo(_)
            | P::BusMute(_)
            | P::BusSolo(_)
            | P::StripTap(..)
            | P::StripMainTap(_)
            | P::BusTap(..)
            | P::BusMainTap(_)
            | P::BusRole(_)
            | P::BusImmediate(_)
            | P::SoloMode
            | P::TalkbackSource => self.structure = true,
        }
    }

    /// A level decides a gain, and by being above −∞ it decides which paths solo in place keeps.
    fn level(&mut self, source: usize, destination: u8, routing: &Routing) {
        self.edges[source] |= 1 << destination;
        self.structure |= is_solo_in_place(routing);
    }
}

fn is_solo_in_place(routing: &Routing) -> bool {
    routing.solo_mode == SoloMode::InPlace
        && (routing.strips.iter().any(|strip| strip.solo)
            || routing.buses.iter().any(|bus| bus.solo))
}

fn bits(mut left: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (left != 0).then(|| {
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            bit
        })
    })
}

/// Aiming: from values to ramps.
impl Engine {
    /// New values from the next sample on; everything ramps over 10 ms. `changed` says which
    /// parameters may differ from the last routing given. [audio-thread]
    pub fn set(&mut self, routing: &Routing, changed: &ParameterSet) {
        self.routing = *routing;
        if !changed.is_empty() {
            self.probe.change();
        }
        let mut work = Work::default();
        for parameter in changed.iter() {
            work.add(parameter, routing);
        }
        let moment = self.moment();
        for index in bits(work.macros) {
            self.rack.drive(index, routing.macros[index], moment.now, moment.ramp);
        }
        if work.structure {
            self.recompile();
            self.aim_all();
            return;
        }
        for strip in bits(work.inputs) {
            self.aim_input(strip);
        }
        for node in bits(work.stages) {
            self.aim_stage(node);
        }
        for source in 0..SOURCES {
            for destination in bits(u32::from(work.edges[source])) {
                self.aim_edge(source, destination);
            }
        }
        if work.outputs {
            self.aim_outputs();
        }
        if work.insert_mixes {
            self.aim_insert_mixes();
        }
    }

    fn moment(&self) -> Moment {
        Moment { now: self.now, ramp: if self.fresh { 0 } else { self.ramp } }
    }

    fn note_end(&mut self, end: Option<u64>) {
        if let Some(end) = end
            && end > self.now
            && self.ends.back() != Some(&end)
        {
            debug_assert!(self.ends.back().is_none_or(|last| *last < end));
            self.ends.push_back(end);
        }
    }

    /// Computes the schedule anew; the promised latency never shrinks while sound runs.
    fn recompile(&mut self) {
        self.schedule = schedule::compile(&self.routing, &self.timing);
        self.timing.floor = self.schedule.latency;
        self.adopt_order();
    }

    /// Takes over the schedule's order, of strips and of buses, unless an edge or a key that still
    /// sounds runs against it. Such a one is on its way to silence, so the order is taken over when
    /// its ramp ends.
    pub(super) fn adopt_order(&mut self) -> bool {
        let new = &self.schedule;
        let sounds_against = |from_strips: bool| {
            self.timing.keys.iter().enumerate().any(|(index, key)| {
                key.is_some_and(|key| {
                    matches!(key.node, Node::Strip(_)) == from_strips
                        && !keys::runs_in_time(&key, &new.strips, &new.order)
                        && self.listening.holds(index, &key)
                })
            })
        };
        let mut adopted = false;
        if self.strips != new.strips && (self.fresh || !sounds_against(true)) {
            self.strips = new.strips;
            adopted = true;
        }
        let edge_against = |from: usize, to: usize| {
            new.place(from) >= new.place(to)
                && (0..3).any(|p| self.destinations[to].holds(line(STRIPS + from, p)))
        };
        let any_against = || {
            (0..BUSES).any(|to| (0..BUSES).any(|from| edge_against(from, to)))
                || sounds_against(false)
        };
        if self.order != new.order && (self.fresh || !any_against()) {
            self.order = new.order;
            adopted = true;
        }
        adopted
    }

    pub(super) fn aim_all(&mut self) {
        (0..STRIPS).for_each(|strip| self.aim_input(strip));
        (0..NODES).for_each(|node| self.aim_stage(node));
        self.aim_edges();
        self.aim_keys(0);
        self.aim_heads();
        self.aim_outputs();
        self.aim_insert_mixes();
        let moment = self.moment();
        for (index, value) in self.routing.macros.into_iter().enumerate() {
            self.rack.drive(index, value, moment.now, moment.ramp);
        }
    }

    pub(super) fn aim_insert_mixes(&mut self) {
        let moment = self.moment();
        for (node, mix) in self.insert_mixes.iter_mut().enumerate() {
            // During a line check every chain is a wire, as late as it is.
            let held = self.probe.holds();
            let share = if held { 0.0 } else { targets::insert_mix(&self.routing, node) };
            mix.aim(share, moment.now, moment.ramp);
        }
    }

    /// Looks for new chains and begins to take them over.
    pub(super) fn receive_plan(&mut self, allowed: bool) {
        if allowed {
            let end = self.rack.receive(self.now, self.fresh);
            self.note_end(end);
        }
        self.take_chains();
    }

    /// Takes new chains over if what they replace is silent by now.
    fn take_chains(&mut self) {
        if self.rack.take_over(self.now, self.fresh) {
            self.probe.change();
            self.timing.chain = sum(&self.chain_latency, &self.rack.latencies());
            let keys = keys::behind(self.rack.keys(), &self.chain_latency);
            let changed = self.listening.replace(&self.timing.keys, &keys);
            self.timing.keys = keys;
            self.recompile();
            self.aim_keys(changed);
            self.aim_all();
        }
    }

    /// Aims every key, those in the set `at_once` without a ramp. One that runs against the running
    /// order stays silent until the new order runs.
    fn aim_keys(&mut self, at_once: u64) {
        for index in 0..KEYS {
            let Some(key) = self.timing.keys[index] else { continue };
            let mut moment = self.moment();
            if at_once & (1 << index) != 0 {
                moment.ramp = 0;
            }
            let end = if keys::runs_in_time(&key, &self.strips, &self.order) {
                self.listening.aim(index, &key, &self.schedule, moment)
            } else {
                self.listening.silence(index, &key, moment)
            };
            self.note_end(end);
        }
    }

    fn aim_heads(&mut self) {
        let moment = self.moment();
        for node in 0..NODES {
            let delay = self.schedule.head(node) + self.chain_latency[node];
            let end = self.listening.aim_head(node, delay, moment);
            self.note_end(end);
        }
    }

    fn aim_edges(&mut self) {
        for source in 0..SOURCES {
            for destination in 0..DESTINATIONS {
                self.aim_edge(source, destination);
            }
        }
    }

    fn aim_input(&mut self, strip: usize) {
        let matrix = targets::strip_input(&self.routing, strip);
        let end = self.inputs[strip].aim(self.routing.strips[strip].input, matrix, self.moment());
        self.note_end(end);
    }

    fn aim_stage(&mut self, node: usize) {
        let gains = targets::stage(&self.routing, Node::from_index(node));
        let moment = self.moment();
        if self.stages[node].aim(gains, moment.now, moment.ramp) {
            self.note_end(Some(self.stages[node].end()));
        }
    }

    fn aim_edge(&mut self, source: usize, destination: usize) {
        let mut gains = targets::edge(&self.routing, &self.schedule, source, destination);
        // Until the new order runs, an edge against the running one stays silent.
        if source >= STRIPS && destination != MAIN {
            let place = |bus: usize| self.order.iter().position(|b| *b as usize == bus);
            if place(source - STRIPS) >= place(destination) {
                gains = [[0.0; 2]; 3];
            }
        }
        let moment = self.moment();
        for (place, gain) in gains.into_iter().enumerate() {
            let delay = self.schedule.delay(source, Tap::PLACES[place], destination);
            let end = self.destinations[destination].aim(line(source, place), gain, delay, moment);
            self.note_end(end);
        }
    }

    fn aim_outputs(&mut self) {
        let moment = self.moment();
        let routing = self.routing;
        let schedule = self.schedule;
        for source in 0..SOURCES {
            let [pre, post] = targets::cue(&routing, Node::from_index(source));
            for (place, gain) in [(PLACE_PRE, pre), (PLACE_POST, post)] {
                let delay = schedule.delay_to_output(source, Tap::PLACES[place]);
                let end = self.cue.aim(line(source, place), gain, delay, moment);
                self.note_end(end);
            }
        }
        for destination in 0..DESTINATIONS {
            let node = Node::destination(destination).index();
            let post = line(node, PLACE_POST);
            let aligned = schedule.delay_to_output(node, Tap::Post);
            let immediate = destination != MAIN && routing.buses[destination].immediate;
            let delay = if immediate { 0 } else { aligned };
            let gain = targets::port(&routing, destination);
            let end = self.ports[destination].aim(post, gain, delay, moment);
            self.note_end(end);
            let gain = targets::monitor(&routing, destination);
            let end = self.monitor.aim(post, gain, aligned, moment);
            self.note_end(end);
        }
        let end = self.monitor.aim(LINE_CUE, targets::monitor_cue(&routing), 0, moment);
        self.note_end(end);
        let bypass = targets::bypass(&routing);
        let end = self.ports[MAIN].aim(LINE_MAIN_IN, bypass, schedule.latency, moment);
        self.note_end(end);
        for (side, which) in [Speakers::A, Speakers::B].into_iter().enumerate() {
            let matrix = targets::speakers(&routing, which);
            for (row, gains) in matrix.into_iter().enumerate() {
                if self.speakers[side][row].aim(gains, moment.now, moment.ramp) {
                    self.note_end(Some(self.speakers[side][row].end()));
                }
            }
        }
    }

    /// At the end of ramps: drop what has faded out, begin what waited.
    pub(super) fn settle(&mut self) {
        self.ends.pop_front();
        let now = self.now;
        self.inputs.iter_mut().for_each(|input| input.settle(now));
        let rows = self.destinations.iter_mut().chain(&mut self.ports);
        let end = rows
            .chain([&mut self.cue, &mut self.monitor])
            .chain(self.listening.rows())
            .map(|row| row.settle(now))
            .fold(None, Option::max);
        self.note_end(end);
        if self.adopt_order() {
            self.aim_edges();
            self.aim_keys(0);
        }
        self.take_chains();
    }
}
