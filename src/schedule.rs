//! What runs when: the pure function from a [`Routing`] and its chains' latencies to a [`Schedule`].
//!
//! Not here: gains over time, buffers, history. The audio thread calls it when a tap, a mute, a solo
//! or a role changes; editor, route check and tests call it too. Fixed size, `Copy`, no heap.
//!
//! **Architecture invariant**: order, admission and delays depend on chain latencies, keys, roles and
//! bus-to-bus taps only. None of these can be automated, so automation never changes latency.

pub mod keys;
mod path;
mod text;

use crate::routing::{
    BUSES, DESTINATIONS, MAIN, NODES, Node, Role, Routing, SOURCES, STRIPS, SoloMode, Tap,
};
use keys::{Keys, Listening, NO_KEYS, join};

/// What the insert chains bring with them, and the latency already promised to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Each chain's latency in samples, per node: strips, buses, Main.
    pub chain: [u32; NODES],
    /// The schedule's latency is at least this, in samples.
    pub floor: u32,
    /// What slots of the chains listen to.
    pub keys: Keys,
}

impl Timing {
    /// No latency anywhere, and no keys.
    pub const ZERO: Timing = Timing { chain: [0; NODES], floor: 0, keys: NO_KEYS };

    /// No routing of these chains and keys has a higher latency than this. What the strips take
    /// depends on no routing; after them, a bus or Main is at most as late as all chains before it
    /// one after the other, whether it waits for an edge or its head for a key.
    pub fn bound(&self) -> u32 {
        let strips = compile(&Routing::default(), self).longest_strip();
        self.floor.max(strips + self.chain[STRIPS..].iter().sum::<u32>())
    }
}

/// What became of an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// Its tap is Off.
    #[default]
    Off,
    /// It runs.
    Open,
    /// A Mix feeds only other Mixes.
    Role,
    /// It would close a loop, now or with an edge that automation can open.
    Loop,
}

/// What runs when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The strips in the order their chains run; the sound at all their Input taps is there before.
    pub strips: [u8; STRIPS],
    /// The buses in the order they run; Main runs last.
    pub order: [u8; BUSES],
    /// From any input to every aligned output, in samples.
    pub latency: u32,
    /// When a signal that entered at 0 is at a node's Input tap, in samples.
    arrival: [u32; NODES],
    chain: [u32; NODES],
    admission: [[Admission; DESTINATIONS]; SOURCES],
    taps: [[Tap; DESTINATIONS]; SOURCES],
    /// Bit `d` of a source's word: connected, that is open and above −∞.
    connected: [u16; SOURCES],
    /// Bit `d` of a source's word: mute, solo, roles and talkback let it sound.
    passes: [u16; SOURCES],
    /// What became of the keys.
    listening: Listening,
}

const _: () = assert!(DESTINATIONS <= 16 && STRIPS <= 16, "sets of nodes are 16 bits wide");

/// Computes the schedule: admit edges and keys, order strips and buses, time them, then mask.
pub fn compile(routing: &Routing, timing: &Timing) -> Schedule {
    let mut schedule = Schedule {
        strips: [0; STRIPS],
        order: [0; BUSES],
        latency: 0,
        arrival: [0; NODES],
        chain: timing.chain,
        admission: [[Admission::Off; DESTINATIONS]; SOURCES],
        taps: [[Tap::Off; DESTINATIONS]; SOURCES],
        connected: [0; SOURCES],
        passes: [0; SOURCES],
        listening: Listening::new(&timing.keys),
    };
    let mut reach = schedule.admit(routing);
    schedule.admit_keys(&mut reach);
    schedule.sort();
    schedule.time(timing.floor);
    schedule.mask(routing);
    schedule
}

impl Schedule {
    /// Pass 1. Edges are admitted in (source, destination) order; one that a role forbids or that
    /// would close a loop is refused. Answers which buses each bus reaches.
    fn admit(&mut self, routing: &Routing) -> [u16; BUSES] {
        // Bit `k` of `reach[j]`: a signal in bus j gets to bus k over admitted edges.
        let mut reach: [u16; BUSES] = std::array::from_fn(|j| 1 << j);
        for source in 0..SOURCES {
            for destination in 0..DESTINATIONS {
                let send = routing.edge(source, destination);
                self.taps[source][destination] = send.tap;
                let admission = if send.tap == Tap::Off {
                    Admission::Off
                } else if source < STRIPS {
                    Admission::Open
                } else {
                    admit_bus(routing, &mut reach, source - STRIPS, destination)
                };
                self.admission[source][destination] = admission;
                if admission == Admission::Open && send.is_connected() {
                    self.connected[source] |= 1 << destination;
                }
            }
        }
        reach
    }

    /// Pass 3. What feeds a bus or is a key to a strip or bus runs before it.
    fn sort(&mut self) {
        let mut strips = [0; STRIPS];
        let mut buses: [u16; BUSES] = std::array::from_fn(|bus| {
            let feeds = |from: &usize| self.is_open(STRIPS + from, bus);
            (0..BUSES).filter(feeds).fold(0, |set, from| set | 1 << from)
        });
        self.listening.run_before(&mut strips, &mut buses);
        self.strips = sorted(&strips);
        self.order = sorted(&buses);
    }

    /// Pass 4. Everything is padded to the longest strip chain, connected or not; a bus starts when
    /// its latest admitted edge has come, its chain when its latest key has.
    fn time(&mut self, floor: u32) {
        for strip in self.strips {
            self.pad_head(strip.into());
        }
        let longest = self.longest_strip();
        self.latency = floor.max(longest);
        for destination in self.order.map(usize::from).into_iter().chain([MAIN]) {
            let node = Node::destination(destination).index();
            self.arrival[node] = (STRIPS..SOURCES)
                .filter(|source| self.is_open(*source, destination))
                .map(|source| self.tap_time(source, self.taps[source][destination]))
                .fold(longest, u32::max);
            self.pad_head(node);
            self.latency = self.latency.max(self.tap_time(node, Tap::Post));
        }
        self.time_keys();
    }

    /// How late the latest strip is at its Post tap, in samples.
    fn longest_strip(&self) -> u32 {
        (0..STRIPS).map(|strip| self.tap_time(strip, Tap::Post)).max().unwrap_or(0)
    }

    /// Pass 5. Mute, solo and talkback as masks on edges, from the values alone.
    fn mask(&mut self, routing: &Routing) {
        let is_mix = |destination: usize| {
            destination != MAIN && routing.buses[destination].role == Role::Mix
        };
        let mixes = (0..BUSES).filter(|d| is_mix(*d)).fold(0u16, |mask, d| mask | 1 << d);
        let solo = self.solo_in_place(routing, mixes);
        for (source, solo) in solo.into_iter().enumerate() {
            let mut pass = u16::MAX;
            if source < STRIPS {
                if routing.strips[source].mute {
                    pass &= mixes;
                }
                if routing.is_talkback(source) {
                    pass = 0;
                }
            } else if routing.buses[source - STRIPS].mute {
                pass = 0;
            }
            self.passes[source] = pass & (solo | mixes);
        }
    }

    /// The edges that solo-in-place keeps: those on a path through something soloed.
    fn solo_in_place(&self, routing: &Routing, mixes: u16) -> [u16; SOURCES] {
        let soloed = |source: usize| {
            if source < STRIPS {
                routing.strips[source].solo && !routing.is_talkback(source)
            } else {
                let bus = &routing.buses[source - STRIPS];
                bus.solo && bus.role != Role::Mix
            }
        };
        if routing.solo_mode != SoloMode::InPlace || !(0..SOURCES).any(soloed) {
            return [u16::MAX; SOURCES];
        }
        let edges: [u16; SOURCES] = std::array::from_fn(|s| self.connected[s] & !mixes);
        // Something soloed is here or upstream of here.
        let mut from_solo: [bool; SOURCES] = std::array::from_fn(soloed);
        for bus in self.order.map(usize::from) {
            let fed = (0..SOURCES).any(|s| from_solo[s] && edges[s] & (1 << bus) != 0);
            from_solo[STRIPS + bus] |= fed;
        }
        // Bit `d`: something soloed is at destination d or downstream of it.
        let mut to_solo = 0u16;
        for bus in self.order.map(usize::from).into_iter().rev() {
            if soloed(STRIPS + bus) || edges[STRIPS + bus] & to_solo != 0 {
                to_solo |= 1 << bus;
            }
        }
        std::array::from_fn(|s| if from_solo[s] { u16::MAX } else { to_solo })
    }

    /// What became of the edge from a source (strips, then buses) to a destination (buses, Main).
    pub fn admission(&self, source: usize, destination: usize) -> Admission {
        self.admission[source][destination]
    }

    /// Whether the edge runs at all, audible or not.
    pub fn is_open(&self, source: usize, destination: usize) -> bool {
        self.admission[source][destination] == Admission::Open
    }

    /// Whether the edge runs and its level is above −∞.
    pub fn is_connected(&self, source: usize, destination: usize) -> bool {
        self.connected[source] & (1 << destination) != 0
    }

    /// Whether the edge runs and mute, solo and talkback let it sound.
    pub fn passes(&self, source: usize, destination: usize) -> bool {
        self.is_open(source, destination) && self.passes[source] & (1 << destination) != 0
    }

    /// When a signal that entered at 0 is at a tap of a node, in samples.
    pub fn tap_time(&self, node: usize, tap: Tap) -> u32 {
        match tap {
            Tap::Off | Tap::Input => self.arrival[node],
            Tap::Pre | Tap::Post => self.arrival[node] + self.head(node) + self.chain[node],
        }
    }

    /// The delay in samples that aligns a source, taken at `tap`, at a destination. Only for edges
    /// that are open: others have no place in the order.
    pub fn delay(&self, source: usize, tap: Tap, destination: usize) -> u32 {
        let arrival = self.arrival[Node::destination(destination).index()];
        arrival.saturating_sub(self.tap_time(source, tap))
    }

    /// The delay in samples from a tap of a node to the outputs, which all leave at
    /// [`Schedule::latency`].
    pub fn delay_to_output(&self, node: usize, tap: Tap) -> u32 {
        self.latency - self.tap_time(node, tap)
    }

    /// The place of a bus in the order.
    pub fn place(&self, bus: usize) -> usize {
        self.order.iter().position(|b| *b as usize == bus).unwrap_or(0)
    }

    /// The place of a strip in the order of the strips' chains.
    pub fn strip_place(&self, strip: usize) -> usize {
        self.strips.iter().position(|s| *s as usize == strip).unwrap_or(0)
    }
}

/// An order in which each comes after all in its set; where several could be next, the lowest is.
fn sorted<const N: usize>(before: &[u16; N]) -> [u8; N] {
    let mut done = 0u16;
    std::array::from_fn(|_| {
        let ready = |j: &usize| done & (1 << j) == 0 && before[*j] & !done == 0;
        // Admission left no loop, so one is always ready.
        let next = (0..N).find(ready).unwrap_or(0);
        done |= 1 << next;
        next as u8
    })
}

fn admit_bus(
    routing: &Routing,
    reach: &mut [u16; BUSES],
    source: usize,
    destination: usize,
) -> Admission {
    if routing.buses[source].role == Role::Mix
        && (destination == MAIN || routing.buses[destination].role != Role::Mix)
    {
        return Admission::Role;
    }
    if destination == MAIN {
        return Admission::Open;
    }
    join(reach, source, destination)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::Fader;

    #[test]
    fn the_edge_that_closes_a_loop_is_refused_and_its_path_told() {
        // Bus 1 ─► Bus 3 ─► Bus 2 ─► Bus 1: admitted in source order, the last to come is 3 ─► 2.
        let mut routing = Routing::default();
        routing.buses[0].sends[2].tap = Tap::Post;
        routing.buses[1].sends[0].tap = Tap::Pre;
        routing.buses[2].sends[1].tap = Tap::Post;
        let schedule = compile(&routing, &Timing::ZERO);
        assert_eq!(schedule.admission(STRIPS, 2), Admission::Open);
        assert_eq!(schedule.admission(STRIPS + 1, 0), Admission::Open);
        assert_eq!(schedule.admission(STRIPS + 2, 1), Admission::Loop);
        assert_eq!(schedule.loop_path(2, 1), [1, 0, 2]);
        assert!(schedule.place(1) < schedule.place(0) && schedule.place(0) < schedule.place(2));
    }

    #[test]
    fn a_soloed_strip_keeps_its_return_and_masks_the_others() {
        // Strip 1 (solo) and Strip 2 both go to Main and, post-fader, to the reverb on Bus 4.
        let mut routing = Routing::default();
        routing.buses[3].role = Role::Return;
        for strip in 0..2 {
            routing.strips[strip].sends[3].level = Fader(0.5);
        }
        routing.strips[0].solo = true;
        let schedule = compile(&routing, &Timing::ZERO);
        assert!(schedule.passes(0, MAIN) && schedule.passes(0, 3));
        assert!(schedule.passes(STRIPS + 3, MAIN));
        assert!(!schedule.passes(1, MAIN) && !schedule.passes(1, 3));
    }

    #[test]
    fn buses_wait_for_the_latest_of_what_feeds_them() {
        // Strip chain 10; Bus 1 (chain 100) ─► Bus 2 (chain 5) ─► Main; Bus 3 ─► Main.
        let mut timing = Timing::ZERO;
        timing.chain[0] = 10;
        timing.chain[STRIPS] = 100;
        timing.chain[STRIPS + 1] = 5;
        let mut routing = Routing::default();
        routing.buses[0].sends[1].tap = Tap::Post;
        let schedule = compile(&routing, &timing);
        assert_eq!(schedule.latency, 115);
        assert_eq!(schedule.delay(0, Tap::Post, 0), 0);
        assert_eq!(schedule.delay(1, Tap::Post, 0), 10);
        assert_eq!(schedule.delay(1, Tap::Post, 1), 110);
        assert_eq!(schedule.delay(STRIPS + 2, Tap::Post, MAIN), 105);
        assert!(schedule.latency <= timing.bound());
    }
}
