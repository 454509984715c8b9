//! Runs a schedule on blocks of sound.
pub mod meters;

use crate::routing::parameter::ParameterSet;
use crate::routing::{NODES, Routing};
use crate::schedule::Schedule;
use meters::Meters;
use std::sync::Arc;

/// What is fixed while the engine runs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Samples per second.
    pub sample_rate: f64,
    /// A pure delay, in samples, in each node's insert chain (strips, buses, Main).
    pub chain_latency: [u32; NODES],
    /// The longest total latency the delay memory must hold, in samples.
    pub max_latency: u32,
}

/// The stereo ports of one block.
pub trait Ports {
    /// How many frames all slices hold.
    fn frames(&self) -> usize;
    /// Left and right of an input port.
    fn input(&self, port: usize) -> [&[f32]; 2];
    /// Left and right of an output port.
    fn output(&mut self, port: usize) -> [&mut [f32]; 2];
}

/// The mixer.
pub struct Engine {}

impl Engine {
    /// Allocates everything and applies `routing` at once, without a fade. [main-thread]
    pub fn new(_setup: &Setup, _routing: &Routing, _meters: Arc<Meters>) -> Engine {
        todo!()
    }
    /// New values from the next sample on; everything ramps over 10 ms. `changed` says which
    /// parameters may differ from the last routing given. [audio-thread]
    pub fn set(&mut self, _routing: &Routing, _changed: &ParameterSet) {
        todo!()
    }
    /// Runs one block of any length. [audio-thread]
    pub fn process(&mut self, _ports: &mut impl Ports) {
        todo!()
    }
    /// Forgets all sound; the values at the next frame apply at once. [audio-thread]
    pub fn reset(&mut self) {
        todo!()
    }
    /// From any input to every aligned output, in samples. [audio-thread]
    pub fn latency(&self) -> u32 {
        todo!()
    }
    /// What runs now. [audio-thread]
    pub fn schedule(&self) -> &Schedule {
        todo!()
    }
}
