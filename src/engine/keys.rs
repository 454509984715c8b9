//! What slots listen to: one row per key, summed before the chain that hears it runs.
//!
//! Not here: which keys are admitted and how late they are ([`crate::schedule`]), and the effects
//! that listen ([`super::chain`]). Audio thread; allocates only when made.

use super::row::{Moment, Row};
use super::{PLACE_INPUT, line};
use crate::dsp::line::Lines;
use crate::dsp::{SILENCE, Stereo};
use crate::routing::{NODES, Node};
use crate::schedule::keys::{KEYS, KeyEdge, Keys};
use crate::schedule::{Admission, Schedule};

/// A key is as loud as its tap.
const UNITY: [f32; 2] = [1.0; 2];
const OFF: [f32; 2] = [0.0; 2];

/// The keys of all slots, and the padding of the chains' heads that waits for them.
pub struct Listening {
    rows: Vec<Row>,
    /// By key: what its slot hears in this slice; silent where there is no key.
    heard: Vec<Stereo>,
    /// Per node: the set of keys its slots hear.
    of_node: [u64; NODES],
    /// Per node: its Input tap, read as late as its chain begins.
    heads: Vec<Row>,
}

const _: () = assert!(KEYS <= 64, "a set of keys is 64 bits wide");

impl Listening {
    /// Hears nothing yet. [main-thread]
    pub fn new(ramp: u32) -> Listening {
        Listening {
            rows: (0..KEYS).map(|_| Row::new(1, ramp)).collect(),
            heard: vec![SILENCE; KEYS],
            of_node: [0; NODES],
            heads: (0..NODES).map(|_| Row::new(1, ramp)).collect(),
        }
    }

    /// All its rows.
    pub fn rows(&mut self) -> impl Iterator<Item = &mut Row> {
        self.rows.iter_mut().chain(&mut self.heads)
    }

    /// Goes from one table of keys to another. A key of another source, tap or node is forgotten;
    /// answers the set of those, to be aimed at once, for their slots are silent at this moment.
    pub fn replace(&mut self, old: &Keys, new: &Keys) -> u64 {
        let what = |key: &KeyEdge| (key.source, key.tap, key.node);
        let mut changed = 0;
        self.of_node = [0; NODES];
        for (index, (old, new)) in old.iter().zip(new).enumerate() {
            if old.as_ref().map(what) != new.as_ref().map(what) {
                self.rows[index].clear();
                self.heard[index] = SILENCE;
                changed |= 1 << index;
            }
            if let Some(key) = new {
                self.of_node[key.node.index()] |= 1 << index;
            }
        }
        changed
    }

    /// Whether a key sounds or is on its way to or from silence.
    pub fn holds(&self, index: usize, key: &KeyEdge) -> bool {
        key.tap.place().is_some_and(|place| self.rows[index].holds(line(key.source.index(), place)))
    }

    /// Aims a key as the schedule says. Answers the sample at which the change is complete.
    pub fn aim(
        &mut self,
        index: usize,
        key: &KeyEdge,
        schedule: &Schedule,
        moment: Moment,
    ) -> Option<u64> {
        let place = key.tap.place()?;
        let gain = if schedule.key_admission(index) == Admission::Open { UNITY } else { OFF };
        let delay = schedule.key_delay(index);
        self.rows[index].aim(line(key.source.index(), place), gain, delay, moment)
    }

    /// Silences a key.
    pub fn silence(&mut self, index: usize, key: &KeyEdge, moment: Moment) -> Option<u64> {
        let place = key.tap.place()?;
        self.rows[index].aim(line(key.source.index(), place), OFF, 0, moment)
    }

    /// Aims the beginning of a node's chain, `delay` samples behind its Input tap. Answers the
    /// sample at which the change is complete.
    pub fn aim_head(&mut self, node: usize, delay: u32, moment: Moment) -> Option<u64> {
        self.heads[node].aim(line(node, PLACE_INPUT), UNITY, delay, moment)
    }

    /// What the slots of a node hear in the slice that begins at `now`, and the sound at the
    /// beginning of its chain, of which `slice` holds the Input tap.
    pub fn run(&mut self, node: usize, lines: &Lines, now: u64, slice: &mut Stereo, frames: usize) {
        let mut left = self.of_node[node];
        while left != 0 {
            let index = left.trailing_zeros() as usize;
            left &= left - 1;
            self.rows[index].sum(lines, now, &mut self.heard[index], frames);
        }
        if !self.heads[node].is_a_wire() {
            self.heads[node].sum(lines, now, slice, frames);
        }
    }

    /// By key: what its slot hears, after [`Listening::run`] of the slot's node.
    pub fn heard(&self) -> &[Stereo] {
        &self.heard
    }
}

/// The keys of chains that begin behind pure delays of these lengths, per node in samples.
pub fn behind(keys: &Keys, delays: &[u32; NODES]) -> Keys {
    keys.map(|key| key.map(|key| KeyEdge { offset: key.offset + delays[key.node.index()], ..key }))
}

/// Whether, in an order of strips and an order of buses, a key's source runs in time for its node.
pub fn runs_in_time(key: &KeyEdge, strips: &[u8], buses: &[u8]) -> bool {
    let is_before = |order: &[u8], from: usize, to: usize| {
        let place = |of: usize| order.iter().position(|at| usize::from(*at) == of);
        place(from) < place(to)
    };
    match (key.source, key.node) {
        _ if !key.orders() => true,
        (Node::Strip(from), Node::Strip(to)) => is_before(strips, from, to),
        (Node::Bus(from), Node::Bus(to)) => is_before(buses, from, to),
        _ => true,
    }
}
