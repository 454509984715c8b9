//! The engine's simplest truths; the laws are in the integration tests.

use super::*;
use crate::routing::Tap;
use crate::routing::parameter::{Parameter, ParameterSet};

/// Ports over plain vectors.
struct Block {
    inputs: Vec<[Vec<f32>; 2]>,
    outputs: Vec<[Vec<f32>; 2]>,
}

impl Ports for Block {
    fn frames(&self) -> usize {
        self.inputs[0][0].len()
    }
    fn input(&self, port: usize) -> [&[f32]; 2] {
        [&self.inputs[port][0], &self.inputs[port][1]]
    }
    fn output(&mut self, port: usize) -> [&mut [f32]; 2] {
        let [left, right] = &mut self.outputs[port];
        [left, right]
    }
}

fn block(frames: usize, signal: impl Fn(usize, usize, usize) -> f32) -> Block {
    let make = |port: usize, side: usize| (0..frames).map(|n| signal(port, side, n)).collect();
    Block {
        inputs: (0..INPUT_PORTS).map(|port| [make(port, 0), make(port, 1)]).collect(),
        outputs: vec![[vec![9.0; frames], vec![9.0; frames]]; crate::routing::OUTPUT_PORTS],
    }
}

fn engine(routing: &Routing) -> Engine {
    let setup = Setup { sample_rate: 48_000.0, chain_latency: [0; NODES], max_latency: 0 };
    Engine::new(&setup, routing, Arc::default())
}

#[test]
fn on_insertion_the_first_port_passes_to_main_bit_for_bit_and_all_else_is_silent() {
    let mut engine = engine(&Routing::default());
    let mut block =
        block(
            1000,
            |port, side, n| {
                if port == 0 { ((n * (side + 3)) as f32 * 0.01).sin() } else { 0.0 }
            },
        );
    engine.process(&mut block);
    assert_eq!(block.outputs[0], block.inputs[0]);
    assert!(block.outputs[1..].iter().flatten().flatten().all(|x| *x == 0.0));
}

#[test]
fn a_send_opened_midway_rises_in_a_straight_line_over_ten_milliseconds() {
    let mut routing = Routing::default();
    let mut engine = engine(&routing);
    let mut first = block(100, |_, _, _| 1.0);
    engine.process(&mut first);
    routing.strips[0].sends[2].level = crate::units::Fader::UNITY;
    let mut changed = ParameterSet::EMPTY;
    changed.insert(Parameter::StripLevel(0, 2).index());
    engine.set(&routing, &changed);
    let mut second = block(1000, |_, _, _| 1.0);
    engine.process(&mut second);
    let bus = &second.outputs[3][0];
    assert_eq!(bus[0], 0.0);
    assert!((bus[240] - 0.5).abs() < 1e-6);
    assert_eq!(bus[480], 1.0);
    assert!(first.outputs[3][0].iter().all(|x| *x == 0.0));
}

#[test]
fn turning_a_bus_edge_around_never_leaves_both_directions_sounding() {
    // Bus 1 ─► Bus 2 becomes Bus 2 ─► Bus 1 in one change.
    let mut routing = Routing::default();
    routing.strips[0].main_tap = Tap::Off;
    routing.strips[0].sends[0].level = crate::units::Fader::UNITY;
    routing.strips[1].main_tap = Tap::Off;
    routing.strips[1].sends[1].level = crate::units::Fader::UNITY;
    routing.buses[0].sends[1].tap = Tap::Post;
    let mut engine = engine(&routing);
    let mut first = block(100, |port, _, _| if port < 2 { 1.0 } else { 0.0 });
    engine.process(&mut first);
    assert_eq!((first.outputs[1][0][99], first.outputs[2][0][99]), (1.0, 2.0));
    routing.buses[0].sends[1].tap = Tap::Off;
    routing.buses[1].sends[0].tap = Tap::Post;
    engine.set(&routing, &ParameterSet::all());
    let mut second = block(1100, |port, _, _| if port < 2 { 1.0 } else { 0.0 });
    engine.process(&mut second);
    let (one, two) = (&second.outputs[1][0], &second.outputs[2][0]);
    assert_eq!((one[1099], two[1099]), (2.0, 1.0));
    for n in 1..1100 {
        assert!((one[n] - one[n - 1]).abs() < 0.003 && (two[n] - two[n - 1]).abs() < 0.003);
    }
}
