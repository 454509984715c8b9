//! What the chain view shows besides the routing: the session's chains and macros, what they cost,
//! what is measured of them.
//!
//! Not here: where it comes from (the link fills it). Plain values on the editor's thread.

use super::keys::Costs;
use crate::routing::chain::{Chain, LANES, SLOTS, Slot};
use crate::routing::{NODES, Node};
use crate::session::Session;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// An impulse response as it is drawn: the loudest sample of each of so many equal parts, 0 to 1, and
/// how long it is, in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// 0 to 1, from the beginning.
    pub peaks: Vec<f32>,
    /// In seconds.
    pub seconds: f32,
}

/// A snapshot of the chains.
#[derive(Clone)]
pub struct Inserts {
    /// Chains and macros; shared, because it changes rarely and is drawn often.
    pub session: Arc<Session>,
    /// What they cost.
    pub costs: Arc<Costs>,
    /// The engine's sample rate in Hz, or a usual one while there is no engine.
    pub sample_rate: f64,
    /// The longest latency there is memory for, in samples, if there is an engine.
    pub longest: Option<u32>,
    /// The share of the period each node's chain takes, 0 to 1.
    pub loads: [f32; NODES],
    /// By how many dB each compared chain's output is turned up.
    pub compare_gains: [f32; NODES],
    /// By how many dB each slot of the open chain turns down.
    pub reduction: [[f32; SLOTS]; LANES],
    /// The open slot's reduction over the last seconds, newest last.
    pub history: Vec<f32>,
    /// Slots whose effect gave something that is no number.
    pub faults: HashSet<u64>,
    /// What is wrong with slots, by id.
    pub problems: HashMap<u64, String>,
    /// What impulse responses look like, by slot id.
    pub outlines: HashMap<u64, Arc<Outline>>,
    /// The spectrum of the open node behind its chain, in dBFS, in parts of equal width on a scale
    /// of octaves from 20 Hz to 20 kHz.
    pub spectrum: Option<Arc<Vec<f32>>>,
}

impl Default for Inserts {
    fn default() -> Self {
        Inserts {
            session: Arc::default(),
            costs: Arc::default(),
            sample_rate: 48_000.0,
            longest: None,
            loads: [0.0; NODES],
            compare_gains: [0.0; NODES],
            reduction: [[0.0; SLOTS]; LANES],
            history: Vec::new(),
            faults: HashSet::new(),
            problems: HashMap::new(),
            outlines: HashMap::new(),
            spectrum: None,
        }
    }
}

impl Inserts {
    /// A node's chain.
    pub fn chain(&self, node: Node) -> &Chain {
        &self.session.chains[node.index()]
    }

    /// The slot with an id, and whose it is.
    pub fn slot(&self, id: u64) -> Option<(Node, &Slot)> {
        self.session.slot(id)
    }

    /// A chain's latency in samples.
    pub fn latency(&self, node: Node) -> u32 {
        self.costs.chain(&self.session, node)
    }

    /// Which macro, from 0, drives a setting of a slot, and over which range of its knob.
    pub fn driver(&self, slot: u64, setting: &str) -> Option<(usize, [f32; 2])> {
        self.session.macros.iter().enumerate().find_map(|(n, one)| {
            let target = one.targets.iter().find(|t| t.slot == slot && t.setting == setting)?;
            Some((n, [target.from, target.to]))
        })
    }

    /// What the user calls a macro: the given name, or "Macro 3".
    pub fn macro_name(&self, n: usize) -> String {
        let given = self.session.macros.get(n).map(|one| one.name.clone());
        given.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("Macro {}", n + 1))
    }
}
