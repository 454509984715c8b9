//! A whole check on an engine that nobody waits for.
//!
//! Not here: hosts. Any thread; it plays on the thread it is called on.

use super::{LineCheck, State};
use crate::engine::probe::Operator;
use crate::engine::{Engine, Ports};
use crate::routing::OUTPUT_PORTS;

/// Frames per block.
const BLOCK: usize = 512;

/// Silent inputs, and output ports as left and right.
pub struct Outputs {
    /// By port; each side is a block long.
    pub sound: Vec<[Vec<f32>; 2]>,
    silence: Vec<f32>,
}

impl Ports for Outputs {
    fn frames(&self) -> usize {
        BLOCK
    }

    fn input(&self, _port: usize) -> [&[f32]; 2] {
        [&self.silence, &self.silence]
    }

    fn output(&mut self, port: usize) -> [&mut [f32]; 2] {
        self.sound[port].each_mut().map(Vec::as_mut_slice)
    }
}

/// Plays until a check is over and the program is back. What the engine puts out goes `through` a
/// function before it is measured: whatever lies between the engine and the ports.
pub fn run_through(
    check: &mut LineCheck,
    engine: &mut Engine,
    operator: &mut Operator,
    mut through: impl FnMut(&mut Outputs),
) {
    let empty = || [0, 1].map(|_| vec![0.0; BLOCK]);
    let sound = (0..OUTPUT_PORTS).map(|_| empty()).collect();
    let mut ports = Outputs { sound, silence: vec![0.0; BLOCK] };
    loop {
        check.advance(operator, 0.0);
        engine.process(&mut ports);
        through(&mut ports);
        engine.record(&mut ports);
        if check.state() != State::Running && !operator.is_on() {
            return;
        }
    }
}
