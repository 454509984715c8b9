//! The oracle's view of what is admitted, what passes, and when sound arrives where.
//!
//! Not here: sound, and anything of `switchyard::schedule`, which this is there to check. All
//! searches are brute force over at most 28 sources. Test threads only.

use super::laws::fader_gain;
use switchyard::routing::{
    BUSES, DESTINATIONS, MAIN, NODES, Role, Routing, SOURCES, STRIPS, SoloMode, Tap,
};

/// What became of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its tap is Off.
    Off,
    /// Admitted.
    Open,
    /// A Mix may not feed this destination.
    Role,
    /// It would close a loop with the edges admitted before it.
    Loop,
}

/// Verdicts, arrivals and masks of one routing.
pub struct Structure {
    /// By source (strips, buses) and destination (buses, Main).
    pub verdict: [[Verdict; DESTINATIONS]; SOURCES],
    /// When sound that entered at sample 0 arrives at each destination's Input tap.
    pub arrival: [u32; DESTINATIONS],
    /// From any input to every aligned output.
    pub latency: u32,
    /// The latencies of the chains it was made with.
    pub chain: [u32; NODES],
}

/// An edge's tap and level as set, whatever becomes of it. Edges to Main are at 0 dB.
pub fn wish(routing: &Routing, source: usize, destination: usize) -> (Tap, f64) {
    if source == STRIPS + destination {
        return (Tap::Off, 0.0);
    }
    let (main_tap, sends) = if source < STRIPS {
        (routing.strips[source].main_tap, routing.strips[source].sends)
    } else {
        (routing.buses[source - STRIPS].main_tap, routing.buses[source - STRIPS].sends)
    };
    if destination == MAIN {
        (main_tap, 1.0)
    } else {
        (sends[destination].tap, fader_gain(sends[destination].level))
    }
}

/// Every soloed strip and bus, the talkback strip excepted: what PFL and AFL listen to.
pub fn listened_to(routing: &Routing) -> Vec<usize> {
    let strips =
        (0..STRIPS).filter(|i| routing.strips[*i].solo && routing.talkback_source != Some(*i));
    let buses = (0..BUSES).filter(|j| routing.buses[*j].solo).map(|j| STRIPS + j);
    strips.chain(buses).collect()
}

fn is_mix(routing: &Routing, node: usize) -> bool {
    (STRIPS..SOURCES).contains(&node) && routing.buses[node - STRIPS].role == Role::Mix
}

/// Whether `to` can be reached from `from` along edges (pairs of node indices), or is `from`.
pub fn reaches(edges: &[(usize, usize)], from: usize, to: usize) -> bool {
    let mut seen = vec![from];
    let mut at = 0;
    while at < seen.len() {
        for (a, b) in edges {
            if *a == seen[at] && !seen.contains(b) {
                seen.push(*b);
            }
        }
        at += 1;
    }
    seen.contains(&to)
}

impl Structure {
    /// Works it all out.
    pub fn of(routing: &Routing, chain: &[u32; NODES]) -> Structure {
        let mut verdict = [[Verdict::Off; DESTINATIONS]; SOURCES];
        let mut admitted: Vec<(usize, usize)> = Vec::new();
        for (source, row) in verdict.iter_mut().enumerate() {
            for (destination, verdict) in row.iter_mut().enumerate() {
                let node = STRIPS + destination;
                *verdict = if wish(routing, source, destination).0 == Tap::Off {
                    Verdict::Off
                } else if is_mix(routing, source) && !is_mix(routing, node) {
                    Verdict::Role
                } else if reaches(&admitted, node, source) {
                    Verdict::Loop
                } else {
                    admitted.push((source, node));
                    Verdict::Open
                };
            }
        }
        let mut structure =
            Structure { verdict, arrival: [0; DESTINATIONS], latency: 0, chain: *chain };
        structure.find_arrivals(routing);
        structure
    }

    fn find_arrivals(&mut self, routing: &Routing) {
        let longest_strip = *self.chain[..STRIPS].iter().max().unwrap();
        self.arrival = [longest_strip; DESTINATIONS];
        self.latency = longest_strip;
        let destinations = self.any_valid_order().into_iter().chain([MAIN]);
        for destination in destinations {
            for j in 0..BUSES {
                if self.verdict[STRIPS + j][destination] == Verdict::Open {
                    let (tap, _) = wish(routing, STRIPS + j, destination);
                    let time = self.tap_time(STRIPS + j, tap);
                    self.arrival[destination] = self.arrival[destination].max(time);
                }
            }
            let out = self.arrival[destination] + self.chain[STRIPS + destination];
            self.latency = self.latency.max(out);
        }
    }

    /// When sound that entered at sample 0 is at a source's tap.
    pub fn tap_time(&self, source: usize, tap: Tap) -> u32 {
        let input = if source < STRIPS { 0 } else { self.arrival[source - STRIPS] };
        if tap == Tap::Input { input } else { input + self.chain[source] }
    }

    /// Buses such that each comes after all that feed it: whichever bus is ready, again and again.
    pub fn any_valid_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::new();
        while order.len() < BUSES {
            let ready = (0..BUSES).find(|j| {
                !order.contains(j)
                    && (0..BUSES).all(|k| {
                        order.contains(&k) || self.verdict[STRIPS + k][*j] != Verdict::Open
                    })
            });
            order.push(ready.expect("the admitted edges hold no loop"));
        }
        order
    }

    /// Whether mute, solo and talkback let an admitted edge sound.
    pub fn passes(&self, routing: &Routing, source: usize, destination: usize) -> bool {
        if source < STRIPS && routing.talkback_source == Some(source) {
            return false;
        }
        if source >= STRIPS && routing.buses[source - STRIPS].mute {
            return false;
        }
        if is_mix(routing, STRIPS + destination) {
            return true;
        }
        if source < STRIPS && routing.strips[source].mute {
            return false;
        }
        let soloed: Vec<usize> =
            listened_to(routing).into_iter().filter(|node| !is_mix(routing, *node)).collect();
        if routing.solo_mode != SoloMode::InPlace || soloed.is_empty() {
            return true;
        }
        let edges = self.sounding_edges(routing);
        soloed.iter().any(|solo| {
            reaches(&edges, *solo, source) || reaches(&edges, STRIPS + destination, *solo)
        })
    }

    /// The edges solo in place looks along: admitted, connected, from no talkback strip and into
    /// no Mix.
    fn sounding_edges(&self, routing: &Routing) -> Vec<(usize, usize)> {
        let mut edges = Vec::new();
        for source in 0..SOURCES {
            for destination in 0..DESTINATIONS {
                let node = STRIPS + destination;
                if self.verdict[source][destination] == Verdict::Open
                    && wish(routing, source, destination).1 > 0.0
                    && !(source < STRIPS && routing.talkback_source == Some(source))
                    && !is_mix(routing, node)
                {
                    edges.push((source, node));
                }
            }
        }
        edges
    }
}
