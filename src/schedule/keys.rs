//! Keys: what a slot's effect listens to instead of its input, as edges of the schedule.
//!
//! Not here: edges of the mix and masks ([`super`]); mute, solo, roles and levels mean nothing to a
//! key. Any thread; the audio thread compiles, so nothing here allocates.
//!
//! **Architecture invariant**: a key's place in the table is a name, nothing more. What is admitted,
//! what runs when and how late depend on the keys themselves, in whatever places they stand.

use super::{Admission, Schedule};
use crate::routing::{BUSES, NODES, Node, STRIPS, Tap};

/// How many keys a mixer can have.
pub const KEYS: usize = 64;

/// A slot that listens to a tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyEdge {
    /// Whose signal the slot listens to.
    pub source: Node,
    /// Where along the source's path.
    pub tap: Tap,
    /// In whose chain the slot is.
    pub node: Node,
    /// Samples from the head of that chain to the slot: the latencies before it in its lane. More
    /// than the whole chain has counts as that.
    pub offset: u32,
}

/// All keys. The index is a slot's name for its key as long as it has one.
pub type Keys = [Option<KeyEdge>; KEYS];

/// No keys.
pub const NO_KEYS: Keys = [None; KEYS];

impl KeyEdge {
    /// Whether the source's chain must run before the listener's. A strip's Input tap is there
    /// before any strip's chain runs, a node's own Input tap before its own, and between kinds the
    /// order is fixed: strips, buses, Main.
    pub fn orders(&self) -> bool {
        match (self.source, self.node) {
            (Node::Strip(from), Node::Strip(to)) => from != to && self.tap != Tap::Input,
            (Node::Bus(from), Node::Bus(to)) => from != to,
            _ => false,
        }
    }
}

/// What became of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listening {
    pub keys: Keys,
    pub admission: [Admission; KEYS],
    /// By how much a key is to be read later than its tap, in samples.
    pub delay: [u32; KEYS],
    /// Per node: the padding before its chain, for a key that comes later than the slot's input.
    pub head: [u32; NODES],
}

impl Listening {
    pub fn new(keys: &Keys) -> Listening {
        Listening {
            keys: *keys,
            admission: [Admission::Off; KEYS],
            delay: [0; KEYS],
            head: [0; NODES],
        }
    }

    /// The keys that run, with their indices.
    fn open(&self) -> impl Iterator<Item = (usize, KeyEdge)> {
        let all = self.keys.iter().zip(self.admission).enumerate();
        all.filter_map(|(index, (key, admission))| {
            key.filter(|_| admission == Admission::Open).map(|key| (index, key))
        })
    }

    /// All keys, by what they are and not by where they stand.
    pub fn in_order(&self) -> impl Iterator<Item = (usize, KeyEdge)> + use<> {
        let keys = self.keys;
        let mut order: [usize; KEYS] = std::array::from_fn(|index| index);
        order.sort_unstable_by_key(|index| {
            keys[*index].map(|key| {
                (key.source.index(), key.tap.place(), key.node.index(), key.offset, *index)
            })
        });
        order.into_iter().filter_map(move |index| keys[index].map(|key| (index, key)))
    }

    /// Adds to each node's set those that must run before it.
    pub fn run_before(&self, strips: &mut [u16; STRIPS], buses: &mut [u16; BUSES]) {
        for (_, key) in self.open().filter(|(_, key)| key.orders()) {
            match (key.source, key.node) {
                (Node::Strip(from), Node::Strip(to)) => strips[to] |= 1 << from,
                (Node::Bus(from), Node::Bus(to)) => buses[to] |= 1 << from,
                _ => {}
            }
        }
    }
}

/// Adds a way from one strip or bus to another unless it would close a loop. Bit `k` of `reach[j]`
/// says that a signal in `j` gets to `k`.
pub(super) fn join<const N: usize>(reach: &mut [u16; N], from: usize, to: usize) -> Admission {
    if reach[to] & (1 << from) != 0 {
        return Admission::Loop;
    }
    let gained = reach[to];
    for before in reach.iter_mut().filter(|before| **before & (1 << from) != 0) {
        *before |= gained;
    }
    Admission::Open
}

impl Schedule {
    /// Pass 2. Keys are admitted after all edges, in (source, tap, destination) order. Any strip may feed
    /// any bus, and any strip or bus Main, by automation, so a key the other way round is refused
    /// whatever the edges are now: automation never changes what is refused.
    pub(super) fn admit_keys(&mut self, buses: &mut [u16; BUSES]) {
        let mut strips: [u16; STRIPS] = std::array::from_fn(|i| 1 << i);
        for (index, key) in self.listening.in_order() {
            self.listening.admission[index] = match (key.source, key.node) {
                _ if key.tap == Tap::Off => Admission::Off,
                (source, node) if source == node => match key.tap {
                    Tap::Input => Admission::Open,
                    _ => Admission::Loop,
                },
                (Node::Main, _) | (Node::Bus(_), Node::Strip(_)) => Admission::Loop,
                (Node::Strip(from), Node::Strip(to)) if key.orders() => join(&mut strips, from, to),
                (Node::Bus(from), Node::Bus(to)) => join(buses, from, to),
                (Node::Strip(_) | Node::Bus(_), _) => Admission::Open,
            };
        }
    }

    /// Pads a node's chain until the latest of its keys has come. All that feeds the node is timed.
    pub(super) fn pad_head(&mut self, node: usize) {
        let keys = self.listening.open().filter(|(_, key)| key.node.index() == node);
        self.listening.head[node] = keys
            .map(|(_, key)| {
                let heard = self.arrival[node] + self.offset(&key);
                self.tap_time(key.source.index(), key.tap).saturating_sub(heard)
            })
            .max()
            .unwrap_or(0);
    }

    /// Delays every key until its slot hears the same moment in its input.
    pub(super) fn time_keys(&mut self) {
        for index in 0..KEYS {
            let key = self.listening.keys[index];
            let key = key.filter(|_| self.key_admission(index) == Admission::Open);
            self.listening.delay[index] = key.map_or(0, |key| {
                let node = key.node.index();
                let heard = self.arrival[node] + self.head(node) + self.offset(&key);
                heard - self.tap_time(key.source.index(), key.tap)
            });
        }
    }

    fn offset(&self, key: &KeyEdge) -> u32 {
        key.offset.min(self.chain[key.node.index()])
    }

    /// What became of a key.
    pub fn key_admission(&self, index: usize) -> Admission {
        self.listening.admission[index]
    }

    /// The delay in samples that aligns a key with its slot's input; 0 for one that does not run.
    pub fn key_delay(&self, index: usize) -> u32 {
        self.listening.delay[index]
    }

    /// The padding in samples before a node's chain, so that the latest of its keys is there in
    /// time.
    pub fn head(&self, node: usize) -> u32 {
        self.listening.head[node]
    }
}
