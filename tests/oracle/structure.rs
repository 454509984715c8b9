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

/// What a slot listens to. Nodes by their index.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub source: usize,
    pub tap: Tap,
    /// In whose chain the slot is, and how many samples after the chain's beginning.
    pub node: usize,
    pub offset: u32,
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
    /// The keys it was made with, and what became of them.
    pub keys: Vec<(Key, Verdict)>,
    /// What each chain waits for its keys, in samples.
    pub head: [u32; NODES],
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
    /// Works it all out for a mixer without keys.
    pub fn of(routing: &Routing, chain: &[u32; NODES]) -> Structure {
        Structure::with_keys(routing, chain, &[])
    }

    /// Works it all out.
    pub fn with_keys(routing: &Routing, chain: &[u32; NODES], keys: &[Key]) -> Structure {
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
        let mut structure = Structure {
            verdict,
            arrival: [0; DESTINATIONS],
            latency: 0,
            chain: *chain,
            keys: judged(keys, admitted),
            head: [0; NODES],
        };
        structure.find_arrivals(routing);
        structure
    }

    fn find_arrivals(&mut self, routing: &Routing) {
        for node in self.any_valid_order() {
            if node >= STRIPS {
                let destination = node - STRIPS;
                let strips = (0..STRIPS).map(|i| self.tap_time(i, Tap::Post));
                let buses = (STRIPS..SOURCES)
                    .filter(|source| self.verdict[*source][destination] == Verdict::Open)
                    .map(|source| self.tap_time(source, wish(routing, source, destination).0));
                self.arrival[destination] = strips.chain(buses).max().unwrap();
            }
            let input = self.tap_time(node, Tap::Input);
            for (key, _) in self.keys.iter().filter(|key| key.0.node == node && is_open(key)) {
                let wait = self.tap_time(key.source, key.tap).saturating_sub(input + key.offset);
                self.head[node] = self.head[node].max(wait);
            }
            self.latency = self.latency.max(self.tap_time(node, Tap::Post));
        }
    }

    /// When sound that entered at sample 0 is at a node's tap.
    pub fn tap_time(&self, node: usize, tap: Tap) -> u32 {
        let input = if node < STRIPS { 0 } else { self.arrival[node - STRIPS] };
        if tap == Tap::Input { input } else { input + self.head[node] + self.chain[node] }
    }

    /// Nodes such that each comes after all that feed it and all that its slots listen to: whichever
    /// node is ready, again and again, strips before buses before Main.
    pub fn any_valid_order(&self) -> Vec<usize> {
        let edges = (0..SOURCES).flat_map(|source| (0..DESTINATIONS).map(move |d| (source, d)));
        let edges = edges.filter(|(source, d)| self.verdict[*source][*d] == Verdict::Open);
        let mut before: Vec<(usize, usize)> =
            edges.map(|(source, d)| (source, STRIPS + d)).collect();
        before.extend(self.keys.iter().filter(|key| is_open(key)).filter_map(|key| waits(&key.0)));
        let mut order: Vec<usize> = Vec::new();
        while order.len() < NODES {
            let ready = (0..NODES).find(|node| {
                !order.contains(node)
                    && before.iter().all(|(from, to)| to != node || order.contains(from))
            });
            order.push(ready.expect("what is admitted holds no loop"));
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

fn is_open((_, verdict): &(Key, Verdict)) -> bool {
    *verdict == Verdict::Open
}

/// The node whose chain must run before another's, if a key needs that: inputs of strips are there
/// before any chain runs, and a node's own input before its own chain.
fn waits(key: &Key) -> Option<(usize, usize)> {
    let early = key.tap == Tap::Input && (key.source < STRIPS || key.source == key.node);
    (!early).then_some((key.source, key.node))
}

/// Keys and their verdicts, in the order given. They are judged after all edges, by source, tap and
/// destination. Where automation can open an edge (strips to buses, all to Main) there is a way.
fn judged(keys: &[Key], admitted: Vec<(usize, usize)>) -> Vec<(Key, Verdict)> {
    let mut ways = admitted;
    for to in STRIPS..NODES {
        ways.extend((0..STRIPS).map(|strip| (strip, to)));
    }
    ways.extend((STRIPS..SOURCES).map(|bus| (bus, STRIPS + MAIN)));
    let mut judged: Vec<(Key, Verdict)> = keys.iter().map(|key| (*key, Verdict::Off)).collect();
    let mut turns: Vec<usize> = (0..keys.len()).collect();
    turns.sort_by_key(|at| (keys[*at].source, keys[*at].tap.place(), keys[*at].node));
    for at in turns {
        let key = &keys[at];
        judged[at].1 = match waits(key) {
            _ if key.tap == Tap::Off => Verdict::Off,
            None => Verdict::Open,
            Some((from, to)) if reaches(&ways, to, from) => Verdict::Loop,
            Some(way) => {
                ways.push(way);
                Verdict::Open
            }
        };
    }
    judged
}
