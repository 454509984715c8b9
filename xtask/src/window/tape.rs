//! What the audio thread wrote down: how loud each output was, what the plugin told its host, and
//! the stages a run went through.
//!
//! Not here: recording it ([`super::player`]) and what it should have been. Plain values, which a
//! program prints as JSON and a test reads.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Outputs that are listened to: Main, Bus 1 and Bus 2.
pub const PORTS: usize = 3;

/// How loud one output was over some time. Only one strip plays into it, a tone whose sides are a
/// quarter of a turn apart: the length of (left, right) is then the gain it came through, at every
/// sample.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Loudness {
    /// The lowest gain.
    pub lowest: f32,
    /// The highest gain.
    pub highest: f32,
    /// The greatest difference of gain between two neighbouring samples.
    pub step: f32,
    /// Whether every sample was a number.
    pub finite: bool,
}

impl Loudness {
    /// Before anything was heard.
    pub const NOTHING: Loudness =
        Loudness { lowest: f32::MAX, highest: 0.0, step: 0.0, finite: true };

    /// Both times together.
    pub fn and(self, other: Loudness) -> Loudness {
        Loudness {
            lowest: self.lowest.min(other.lowest),
            highest: self.highest.max(other.highest),
            step: self.step.max(other.step),
            finite: self.finite && other.finite,
        }
    }
}

/// One block.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Block {
    /// Its first frame, counted from the start.
    pub position: u64,
    /// How many frames it has.
    pub frames: u32,
    /// Main, Bus 1, Bus 2.
    pub ports: [Loudness; PORTS],
    /// Where the host's lanes stood at its end, in host values.
    pub lanes: Vec<f64>,
}

/// One thing the plugin told its host out of the audio callback.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Event {
    /// The absolute frame.
    pub position: u64,
    /// The parameter's id, such as "s1b1".
    pub parameter: String,
    /// What about it.
    pub what: What,
}

/// What is told of a parameter.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub enum What {
    /// A gesture begins.
    Begin,
    /// It has this host value now.
    Value(f64),
    /// The gesture ends.
    End,
}

/// Everything one instance played.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Tape {
    /// In time order, without a gap.
    pub blocks: Vec<Block>,
    /// In the order they came out.
    pub events: Vec<Event>,
    /// What was done meanwhile: first frame, and the first frame after it.
    pub stages: BTreeMap<String, [u64; 2]>,
}

impl Tape {
    /// The blocks of a stage.
    ///
    /// # Panics
    /// When the run had no such stage.
    pub fn blocks(&self, stage: &str) -> impl Iterator<Item = &Block> {
        let [from, to] = self.stages[stage];
        self.blocks.iter().filter(move |block| (from..to).contains(&block.position))
    }

    /// How loud a port was throughout a stage.
    ///
    /// # Panics
    /// When the run had no such stage or it lasted no block.
    pub fn loudness(&self, stage: &str, port: usize) -> Loudness {
        let mut blocks = self.blocks(stage).map(|block| block.ports[port]).peekable();
        assert!(blocks.peek().is_some(), "{stage} lasted no block");
        blocks.fold(Loudness::NOTHING, Loudness::and)
    }

    /// What the plugin told during a stage.
    ///
    /// # Panics
    /// When the run had no such stage.
    pub fn events(&self, stage: &str) -> Vec<&Event> {
        let [from, to] = self.stages[stage];
        self.events.iter().filter(|event| (from..to).contains(&event.position)).collect()
    }
}

/// What a program that played says in the end.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Report {
    /// One for each instance.
    pub tapes: Vec<Tape>,
    /// How often an instance asked for a restart.
    pub restarts: u32,
    /// What was seen around closings.
    pub closed: Option<Closed>,
}

/// An editor's comings and goings.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Closed {
    /// Threads that the open editor has.
    pub open: usize,
    /// Threads that are there after closing and were not before the first opening.
    pub left: usize,
    /// How often the plugin asked for the main thread while its editor was closed.
    pub callbacks: u32,
    /// The share of pixels in which the patched crosspoint of a new window differs from the empty
    /// one.
    pub reopened: f64,
}
