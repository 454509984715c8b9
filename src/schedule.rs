//! The pure function from a routing and its chains' latencies to what runs when.
use crate::routing::{BUSES, NODES, Routing, Tap};

/// The insert chains' latencies and the latency already promised to the host, in samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Per node: strips, buses, Main.
    pub chain: [u32; NODES],
    /// The schedule's latency is at least this.
    pub floor: u32,
}

/// What became of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Its tap is Off.
    Off,
    /// It runs.
    Open,
    /// A Mix may not feed this destination.
    Role,
    /// It would close a loop.
    Loop,
}

/// What runs when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// The buses in the order they run; Main runs last.
    pub order: [u8; BUSES],
    /// From any input to every aligned output, in samples.
    pub latency: u32,
}

/// Computes the schedule. No allocation, any thread.
pub fn compile(_routing: &Routing, _timing: &Timing) -> Schedule {
    todo!()
}

impl Schedule {
    /// What became of the edge from a source (strips, then buses) to a destination (buses, Main).
    pub fn admission(&self, _source: usize, _destination: usize) -> Admission {
        todo!()
    }
    /// Whether mute, solo, roles and talkback let the edge sound.
    pub fn passes(&self, _source: usize, _destination: usize) -> bool {
        todo!()
    }
    /// The delay in samples that aligns the edge, taken at `tap`, at its destination.
    pub fn delay(&self, _source: usize, _tap: Tap, _destination: usize) -> u32 {
        todo!()
    }
    /// The buses on the loop the refused edge would close, from its destination back to its source.
    pub fn loop_path(&self, _source: usize, _destination: usize) -> Vec<usize> {
        todo!()
    }
}
