//! Effects that listen: one that turns down by its key, one that writes down when it hears what. And
//! chains of them for an engine.
//!
//! Not here: what they should hear. Test threads only.

use crate::oracle::slots::Chains;
use std::sync::{Arc, Mutex};
use switchyard::effects::{Context, Effect};
use switchyard::engine::chain::{Chain, Lane, Slot};
use switchyard::engine::rack::Plan;
use switchyard::engine::ramp_length;
use switchyard::routing::Node;
use switchyard::schedule::keys::KeyEdge;

/// The longest latency of a chain under test, in samples.
pub const LONGEST: u32 = 512;

const MEMORY: usize = 1024;

/// Gives `x / (1 + k²)` of its input and its key, as late as it says; without a key its input.
pub struct Duck {
    past: Vec<[f32; 2]>,
    latency: u32,
}

impl Duck {
    /// Late by up to [`LONGEST`] samples.
    pub fn boxed(latency: u32) -> Box<dyn Effect> {
        assert!(latency <= LONGEST);
        Box::new(Duck { past: vec![[0.0; 2]; MEMORY], latency })
    }
}

impl Effect for Duck {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        for (side, slice) in slice.into_iter().enumerate() {
            for (i, x) in slice.iter_mut().enumerate() {
                let now = context.now as usize + i;
                let key = context.key.map_or(0.0, |key| key[side][i]);
                self.past[now % MEMORY][side] = *x / (1.0 + key * key);
                *x = self.past[now.wrapping_sub(self.latency as usize) % MEMORY][side];
            }
        }
    }
    fn set(&mut self, _index: usize, _plain: f32, _now: u64, _length: u32) {}
    fn reset(&mut self) {
        self.past.fill([0.0; 2]);
    }
    fn latency(&self) -> u32 {
        self.latency
    }
}

/// The samples at which something was heard.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    pub input: Vec<u64>,
    pub key: Vec<u64>,
    /// Slices in which the slot had no key.
    pub keyless: usize,
}

/// Passes its input on, late, and writes down when its input and its key sound.
pub struct Recorder {
    duck: Box<dyn Effect>,
    notes: Arc<Mutex<Notes>>,
}

impl Recorder {
    /// Late by up to [`LONGEST`] samples, writing into `notes`.
    pub fn boxed(latency: u32, notes: &Arc<Mutex<Notes>>) -> Box<dyn Effect> {
        Box::new(Recorder { duck: Duck::boxed(latency), notes: notes.clone() })
    }
}

impl Effect for Recorder {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let mut notes = self.notes.lock().expect("nobody panics with it");
        for i in 0..slice[0].len() {
            let now = context.now + i as u64;
            if slice.iter().any(|side| side[i] != 0.0) {
                notes.input.push(now);
            }
            if context.key.is_some_and(|key| key.iter().any(|side| side[i] != 0.0)) {
                notes.key.push(now);
            }
        }
        notes.keyless += usize::from(context.key.is_none());
        if let Some(key) = context.key {
            assert_eq!(key.map(<[f32]>::len), [slice[0].len(); 2], "a key is as long as the slice");
        }
        self.duck.process(slice, &Context { key: None, ..*context });
    }
    fn set(&mut self, _index: usize, _plain: f32, _now: u64, _length: u32) {}
    fn reset(&mut self) {
        self.duck.reset();
    }
    fn latency(&self) -> u32 {
        self.duck.latency()
    }
}

/// A slot with a key, wholly heard.
pub fn slot(id: u64, effect: Box<dyn Effect>, key: Option<usize>, sample_rate: f64) -> Slot {
    let mut slot = Slot::new(id, effect, 1.0, ramp_length(sample_rate));
    slot.key = key;
    slot
}

/// A chain of these lanes without the dry signal.
pub fn chain(lanes: Vec<Vec<Slot>>, sample_rate: f64) -> Box<Chain> {
    let ramp = ramp_length(sample_rate);
    let lanes = lanes.into_iter().map(|slots| Lane::new(slots, 1.0, LONGEST, ramp)).collect();
    Box::new(Chain::new(lanes, 0.0, LONGEST, ramp))
}

/// The oracle's chains, without their pure delays, of ducks. Keys stand in the table at `places`.
pub fn ducks(chains: &Chains, places: &[usize], sample_rate: f64) -> Plan {
    let mut plan = Plan::empty();
    let mut places = places.iter().copied();
    let mut id = 0;
    for (node, slots) in chains.slots.iter().enumerate().filter(|(_, slots)| !slots.is_empty()) {
        let mut offset = 0;
        let mut lane = Vec::new();
        for of in slots {
            let key = of.key.map(|(source, tap)| {
                let place = places.next().expect("a place for every key");
                let [source, node] = [source, node].map(Node::from_index);
                plan.keys[place] = Some(KeyEdge { source, tap, node, offset });
                place
            });
            id += 1;
            lane.push(slot(id, Duck::boxed(of.latency), key, sample_rate));
            offset += of.latency;
        }
        plan.chains[node] = Some(chain(vec![lane], sample_rate));
    }
    plan
}
