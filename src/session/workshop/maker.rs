//! Builds effects, finds their impulse responses, and says what they cost in latency.
//!
//! Not here: where effects go ([`super::structure`]). Any thread but the audio thread.

use super::super::Session;
use crate::effects::impulse::{Impulse, ImpulseRef};
use crate::effects::spec::Known;
use crate::effects::{Effect, Kind};
use crate::engine::ramp_length;
use crate::routing::chain::Chain;
use crate::routing::{NODES, Node};
use crate::schedule::Timing;
use crate::schedule::keys::{KEYS, KeyEdge};
use std::collections::HashMap;
use std::sync::Arc;

/// The longest latency of one chain, in seconds: two linear-phase equalizers one after another.
const CHAIN_LONGEST: f64 = 0.364;

/// What is said of an impulse response whose file is another than the one saved.
pub const CHANGED: &str = "the file is not the one that was saved; it is used as it is";

/// Why a session's chains cannot be run as they are; what ran before runs on.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum Refusal {
    /// One chain is later than a chain may be.
    #[error(
        "the chain of {node} would be {latency} samples late, more than the {longest} a chain may be: take out an effect with latency, or turn Linear Phase off"
    )]
    Chain {
        /// Whose chain.
        node: Node,
        /// What it would be, in samples.
        latency: u32,
        /// What it may be, in samples.
        longest: u32,
    },
    /// All chains together are later than the delay memory is long.
    #[error(
        "together the chains could be {latency} samples late, more than the {longest} there is memory for: restart the plugin to make room, or take out an effect with latency"
    )]
    Total {
        /// What they could be, in samples.
        latency: u32,
        /// What there is memory for, in samples.
        longest: u32,
    },
    /// More slots listen to a key than there is room for.
    #[error("{found} effects have a key, more than the {KEYS} there can be: take one off")]
    Keys {
        /// How many there would be.
        found: usize,
    },
}

/// The longest latency of one chain at a sample rate, in samples.
pub(super) fn chain_longest(sample_rate: f64) -> u32 {
    (CHAIN_LONGEST * sample_rate).round() as u32
}

/// What a session's chains are late by, in samples a node, at a sample rate in Hz. Effects are built
/// to be asked, but without impulse responses.
pub fn latencies(session: &Session, sample_rate: f64) -> [u32; NODES] {
    std::array::from_fn(|node| chain_latency(&session.chains[node], sample_rate))
}

/// What a session's slots listen to, at a sample rate in Hz.
pub fn key_edges(session: &Session, sample_rate: f64) -> impl Iterator<Item = KeyEdge> {
    let lanes = session.chains.iter().enumerate().flat_map(|(node, chain)| {
        chain.lanes.iter().map(move |lane| (Node::from_index(node), lane))
    });
    lanes.flat_map(move |(node, lane)| {
        let mut offset = 0;
        lane.slots.iter().filter_map(move |slot| {
            let here = offset;
            offset += slot.effect.known().map_or(0, |known| latency(known, sample_rate));
            let key = slot.heard_key()?;
            Some(KeyEdge { source: key.node, tap: key.tap, node, offset: here })
        })
    })
}

fn chain_latency(chain: &Chain, sample_rate: f64) -> u32 {
    let lane = |lane: &crate::routing::chain::Lane| {
        lane.slots
            .iter()
            .filter_map(|slot| slot.effect.known())
            .map(|known| latency(known, sample_rate))
            .sum()
    };
    chain.lanes.iter().map(lane).max().unwrap_or(0)
}

/// What an effect is late by, in samples.
pub fn latency(known: &Known, sample_rate: f64) -> u32 {
    let settings = known.kind.settings().iter().zip(&known.values);
    // Most effects have no setting on which a latency could depend, or have it at its default.
    let plain = settings.clone().all(|(s, value)| !s.rebuilds || *value == s.default);
    if plain && !matches!(known.kind, Kind::Saturator | Kind::Limiter) {
        return 0;
    }
    known.kind.build(&known.values, sample_rate, None).latency()
}

/// What a schedule is computed with beside the routing, at a sample rate in Hz: the chains'
/// latencies and their keys.
pub fn timing(session: &Session, sample_rate: f64) -> Timing {
    let mut timing = Timing { chain: latencies(session, sample_rate), ..Timing::ZERO };
    for (place, key) in timing.keys.iter_mut().zip(key_edges(session, sample_rate)) {
        *place = Some(key);
    }
    timing
}

/// Whether a session's chains can be run at a sample rate in Hz; `longest` is the longest latency
/// there is memory for, in samples, if there is an engine.
///
/// # Errors
/// [`Refusal`] says which chain is too late and what to do.
pub fn fits(session: &Session, sample_rate: f64, longest: Option<u32>) -> Result<(), Refusal> {
    can_run(session, &timing(session, sample_rate), sample_rate, longest)
}

/// [`fits`], given what the chains are late by.
///
/// # Errors
/// As [`fits`].
pub fn can_run(
    session: &Session,
    timing: &Timing,
    sample_rate: f64,
    longest: Option<u32>,
) -> Result<(), Refusal> {
    let may_be = chain_longest(sample_rate);
    if let Some(node) = (0..NODES).find(|node| timing.chain[*node] > may_be) {
        let latency = timing.chain[node];
        return Err(Refusal::Chain { node: Node::from_index(node), latency, longest: may_be });
    }
    let slots = session.chains.iter().flat_map(Chain::slots);
    let keys = slots.filter(|slot| slot.heard_key().is_some()).count();
    if keys > KEYS {
        return Err(Refusal::Keys { found: keys });
    }
    let latency = timing.bound();
    match longest {
        Some(longest) if latency > longest => Err(Refusal::Total { latency, longest }),
        _ => Ok(()),
    }
}

/// Builds effects at one sample rate.
pub(super) struct Maker {
    pub(super) sample_rate: f64,
    pub(super) ramp: u32,
    /// What is wrong with slots, by slot id.
    pub(super) problems: HashMap<u64, String>,
    /// Impulse responses that were found, by what the session says of them.
    impulses: HashMap<String, Arc<Impulse>>,
}

impl Maker {
    pub(super) fn new(sample_rate: f64) -> Maker {
        Maker {
            sample_rate,
            ramp: ramp_length(sample_rate),
            problems: HashMap::new(),
            impulses: HashMap::new(),
        }
    }

    /// Builds a slot's effect with these plain values. Without its impulse response it passes its
    /// input on, and the problem is noted.
    pub(super) fn build(&mut self, slot: u64, known: &Known, values: &[f32]) -> Box<dyn Effect> {
        self.problems.remove(&slot);
        let impulse = match &known.impulse {
            Some(reference) if known.kind.has_impulse() => self.impulse(slot, reference),
            None if known.kind.has_impulse() => {
                self.problems.insert(slot, "no impulse response is chosen".to_owned());
                None
            }
            _ => None,
        };
        known.kind.build(values, self.sample_rate, impulse.as_deref())
    }

    fn impulse(&mut self, slot: u64, reference: &ImpulseRef) -> Option<Arc<Impulse>> {
        let name = format!("{}\n{:?}\n{}", reference.name, reference.path, reference.hash);
        if let Some(impulse) = self.impulses.get(&name) {
            return Some(Arc::clone(impulse));
        }
        match reference.load(self.sample_rate) {
            Ok(loaded) => {
                if loaded.changed {
                    let path = reference.path.as_deref().unwrap_or(&reference.name);
                    self.problems.insert(slot, format!("{path}: {CHANGED}"));
                } else {
                    self.impulses.insert(name, Arc::clone(&loaded.impulse));
                }
                Some(loaded.impulse)
            }
            Err(error) => {
                log::warn!("Switchyard passes the dry sound: {error}");
                self.problems.insert(slot, error.to_string());
                None
            }
        }
    }

    /// Forgets what no slot of the session needs any more.
    pub(super) fn forget(&mut self, session: &Session) {
        let ids: std::collections::HashSet<u64> =
            session.chains.iter().flat_map(Chain::slots).map(|slot| slot.id).collect();
        self.problems.retain(|slot, _| ids.contains(slot));
        self.impulses.retain(|_, impulse| Arc::strong_count(impulse) > 1);
    }
}
