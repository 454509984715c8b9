//! Laws of the engine that hold for any routing and any sound: no block size, linear, a wire when
//! bypassed, harmless whatever comes in.
//!
//! Not here: what happens while values change (`engine_changes`) and what exactly sounds
//! (`engine_oracle`).

// Ports, sides and samples are indices into several sounds at once.
#![allow(clippy::needless_range_loop)]

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "common/desk.rs"]
mod desk;
#[allow(dead_code)]
#[path = "oracle/oracle.rs"]
mod oracle;
#[allow(dead_code)]
#[path = "common/routings.rs"]
mod routings;

use desk::{Run, Sound, assert_same_bits, noise, sound};
use proptest::prelude::*;
use switchyard::engine::meters::Meter;
use switchyard::routing::{
    BUSES, INPUT_PORTS, Input, NODES, OUTPUT_PORTS, PORT_MAIN, Role, Routing, STRIPS, Tap,
};

const SAMPLE_RATES: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];

fn silence(length: usize) -> Sound {
    sound(INPUT_PORTS, length, |_, _, _| 0.0)
}

fn assert_same_run(a: &Sound, b: &Sound, what: &str) {
    for port in 0..OUTPUT_PORTS {
        assert_same_bits(&a[port], &b[port], &format!("{what}, port {port}"));
    }
}

proptest! {
    #![proptest_config(routings::cases(48))]

    #[test]
    fn any_partition_into_blocks_gives_the_same_bits(
        start in routings::edits(60),
        changes in prop::collection::vec((1..2600usize, routings::edits(6)), 0..6),
        chain in routings::latencies(200),
        partition in prop::collection::vec(1..=2048usize, 1..12),
        small in prop::collection::vec(1..70usize, 1..12),
        rate in prop::sample::select(SAMPLE_RATES.to_vec()),
        seed in any::<u64>(),
    ) {
        let mut run = Run::of(&routings::edited(&start)).with_chain(&chain).at(rate);
        let mut samples: Vec<_> = changes;
        samples.sort_by_key(|(sample, _)| *sample);
        let mut values = run.routing;
        for (sample, edits) in &samples {
            values = routings::apply(&values, edits);
            run = run.then(*sample, &values);
        }
        let inputs = noise(seed, 3000);
        let whole = run.play_whole(&inputs);
        for partition in [&partition[..], &small[..], &[64], &[1]] {
            let parts = run.play(&inputs, partition);
            assert_same_run(&whole.outputs, &parts.outputs, &format!("blocks {partition:?}"));
            prop_assert_eq!(whole.latency, parts.latency);
        }
    }

    #[test]
    fn what_two_sounds_give_together_is_the_sum_of_what_each_gives(
        edits in routings::edits(80),
        chain in routings::latencies(50),
        seed in any::<u64>(),
    ) {
        let routing = routings::edited(&edits);
        let run = Run::of(&routing).with_chain(&chain);
        let (a, b) = (noise(seed, 300), noise(!seed, 300));
        // Halves and quarters of 24-bit noise add without rounding, so that only the mixer rounds.
        let (a, b) = (scaled(&a, 0.5), scaled(&b, 0.25));
        let both = sound(INPUT_PORTS, 300, |port, side, n| a[port][side][n] + b[port][side][n]);
        let heard = [&a, &b, &both].map(|inputs| run.play(inputs, &[100]).outputs);
        let bounds = oracle::mix(&routing, &chain, &both).outputs;
        for port in 0..OUTPUT_PORTS {
            for side in 0..2 {
                for n in 0..300 {
                    let [x, y, z] = [0, 1, 2].map(|at| f64::from(heard[at][port][side][n]));
                    let tolerance = 3e-6 * bounds[port].bound.max(1.0);
                    prop_assert!((x + y - z).abs() <= tolerance, "port {port} {x} + {y} ≠ {z}");
                }
            }
        }
    }

    #[test]
    fn bypass_is_a_wire_of_the_reported_latency(
        start in routings::edits(80),
        chain in routings::latencies(200),
        seed in any::<u64>(),
        rate in prop::sample::select(SAMPLE_RATES.to_vec()),
    ) {
        let mut routing = routings::edited(&start);
        routing.bypass = true;
        let inputs = noise(seed, 1500);
        let heard = Run::of(&routing).with_chain(&chain).at(rate).play(&inputs, &[512, 3]);
        let latency = heard.latency[0] as usize;
        let ports = &heard.outputs;
        for side in 0..2 {
            prop_assert!(ports[PORT_MAIN][side][..latency.min(1500)].iter().all(|x| *x == 0.0));
            for n in latency..1500 {
                prop_assert_eq!(ports[PORT_MAIN][side][n], inputs[0][side][n - latency]);
            }
            for j in (0..BUSES).filter(|j| routing.buses[*j].role != Role::Mix) {
                prop_assert!(ports[1 + j][side].iter().all(|x| *x == 0.0), "port {}", 1 + j);
            }
        }
        // Mixes, Monitor and Cue sound as if nothing were bypassed.
        routing.bypass = false;
        let running = Run::of(&routing).with_chain(&chain).at(rate).play(&inputs, &[512, 3]);
        for port in 1..OUTPUT_PORTS {
            if port > BUSES || routing.buses[port - 1].role == Role::Mix {
                assert_same_bits(&ports[port], &running.outputs[port], &format!("port {port}"));
            }
        }
    }

    #[test]
    fn outputs_are_finite_and_never_subnormal(
        start in routings::edits(80),
        then in routings::edits(20),
        chain in routings::latencies(50),
        seed in any::<u64>(),
        exponent in prop::sample::select(vec![-149, -140, -130, -126, -124, -120, -60, 0, 30]),
        poison in prop::collection::vec((0..INPUT_PORTS, 0..2usize, 0..1500usize, 0..4usize), 0..9),
    ) {
        let mut inputs = noise(seed, 1500);
        let scale = 2f64.powi(exponent);
        inputs.iter_mut().flatten().flatten().for_each(|x| *x = (f64::from(*x) * scale) as f32);
        for (port, side, n, what) in poison {
            inputs[port][side][n] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-40][what];
        }
        let start = routings::edited(&start);
        let run = Run::of(&start).with_chain(&chain).then(700, &routings::apply(&start, &then));
        let heard = run.play(&inputs, &[333]);
        for (port, sides) in heard.outputs.iter().enumerate() {
            for x in sides.iter().flatten() {
                prop_assert!(x.is_normal() || *x == 0.0, "port {port}: {x:e}");
            }
        }
    }
}

fn scaled(inputs: &Sound, by: f32) -> Sound {
    inputs.iter().map(|port| port.each_ref().map(|s| s.iter().map(|x| x * by).collect())).collect()
}

#[test]
fn as_inserted_every_port_passes_to_main_sample_by_sample_as_it_is() {
    for rate in SAMPLE_RATES {
        for port in 0..INPUT_PORTS {
            let mut inputs = silence(400);
            inputs[port] = noise(7, 400)[port].clone();
            inputs[port][0][10] = f32::MIN_POSITIVE / 2.0;
            inputs[port][1][11] = -1e-44;
            inputs[port][1][12] = f32::MIN_POSITIVE;
            for block in [1, 17, 64, 65, 400] {
                let heard = Run::of(&Routing::default()).at(rate).play(&inputs, &[block]);
                assert_eq!(heard.latency, [0, 0]);
                for side in 0..2 {
                    for n in 0..400 {
                        let x = inputs[port][side][n];
                        let read = if x.is_subnormal() { 0.0 } else { x };
                        assert_eq!(heard.outputs[PORT_MAIN][side][n], read, "{port} {side} {n}");
                    }
                }
                assert!(heard.outputs[1..].iter().flatten().flatten().all(|x| *x == 0.0));
            }
        }
    }
}

#[test]
fn bad_samples_are_silence_light_their_strips_lamp_and_disturb_nothing_else() {
    let mut routing = Routing::default();
    for i in 0..STRIPS {
        routing.strips[i].sends[i % BUSES].level = switchyard::routing::Fader::UNITY;
    }
    // Two strips listen to the poisoned port, and nobody to port 6.
    routing.strips[9].input = Input::Port(3);
    routing.strips[5].input = Input::Off;
    let clean = {
        let mut inputs = noise(3, 900);
        for n in [0, 63, 64, 100, 101, 102, 899] {
            inputs[3].iter_mut().for_each(|side| side[n] = 0.0);
        }
        inputs[5].iter_mut().for_each(|side| side.fill(0.0));
        inputs
    };
    let mut dirty = clean.clone();
    for (n, bad) in [
        (0, f32::NAN),
        (63, f32::INFINITY),
        (64, f32::NEG_INFINITY),
        (100, -f32::NAN),
        (101, f32::from_bits(0x7f80_0001)),
        (102, f32::INFINITY),
        (899, f32::NAN),
    ] {
        dirty[3].iter_mut().for_each(|side| side[n] = bad);
    }
    dirty[5].iter_mut().for_each(|side| side.fill(f32::NAN));
    let run = Run::of(&routing);
    for block in [1, 64, 100, 900] {
        let (a, b) = (run.play(&clean, &[block]), run.play(&dirty, &[block]));
        assert_same_run(&a.outputs, &b.outputs, "with bad samples");
        for i in 0..STRIPS {
            assert!(!a.meters.fault(i), "strip {i}");
            assert_eq!(b.meters.fault(i), i == 3 || i == 9, "strip {i}");
        }
    }
}

#[test]
fn bad_samples_on_the_main_input_are_silence_in_bypass_too() {
    let mut inputs = noise(5, 300);
    inputs[0][0][40] = f32::NAN;
    inputs[0][1][41] = f32::INFINITY;
    let routing = Routing { bypass: true, ..Routing::default() };
    let heard = Run::of(&routing).play(&inputs, &[300]);
    assert_eq!(heard.outputs[PORT_MAIN][0][40], 0.0);
    assert_eq!(heard.outputs[PORT_MAIN][1][41], 0.0);
    assert_eq!(heard.outputs[PORT_MAIN][0][41], inputs[0][0][41]);
}

#[test]
fn meters_show_the_peaks_of_what_leaves() {
    let mut routing = Routing::default();
    routing.strips[0].trim_db = -6.0;
    routing.strips[0].sends[1].level = switchyard::routing::Fader::from_db(-12.0);
    routing.buses[1].main_tap = Tap::Off;
    let mut inputs = silence(300);
    inputs[0] = noise(11, 300)[0].clone();
    let heard = Run::of(&routing).play(&inputs, &[64, 7]);
    let peak = |port: usize| {
        heard.outputs[port].each_ref().map(|s| s.iter().fold(0f32, |m, x| m.max(x.abs())))
    };
    assert_eq!(heard.meters.take_peak(Meter::Main), peak(PORT_MAIN));
    assert_eq!(heard.meters.take_peak(Meter::Bus(1)), peak(2));
    assert_eq!(heard.meters.take_peak(Meter::Bus(2)), [0.0; 2]);
    assert_eq!(heard.meters.take_peak(Meter::StripInput(0)), peak(PORT_MAIN));
    assert_eq!(heard.meters.take_peak(Meter::Main), [0.0; 2]);
}

#[test]
fn after_a_reset_no_old_sound_is_left_and_values_hold_at_once() {
    use switchyard::engine::{Engine, Setup, meters::Meters};
    let mut chain = [0; NODES];
    (chain[0], chain[STRIPS]) = (100, 50);
    let mut other = Routing::default();
    other.strips[0].main_tap = Tap::Pre;
    other.strips[2].mute = true;
    other.buses[0].sends[1].tap = Tap::Post;
    other.strips[4].sends[0].level = switchyard::routing::Fader::UNITY;
    let setup =
        Setup { sample_rate: 48_000.0, chain_latency: chain, max_latency: desk::MAX_LATENCY };
    let inputs = noise(1, 600);
    let mut used = Engine::new(&setup, &Routing::default(), std::sync::Arc::<Meters>::default());
    desk::play_on(&mut used, &inputs, &[50]);
    used.set(&other, &desk::difference(&Routing::default(), &other));
    desk::play_on(&mut used, &inputs, &[50]);
    used.reset();
    let mut fresh = Engine::new(&setup, &other, std::sync::Arc::<Meters>::default());
    let (a, b) =
        (desk::play_on(&mut used, &inputs, &[50]), desk::play_on(&mut fresh, &inputs, &[50]));
    assert_same_run(&a, &b, "after a reset");
    // Values set between a reset and the first sample hold at once as well.
    used.reset();
    used.set(&Routing::default(), &desk::difference(&other, &Routing::default()));
    let mut fresh = Engine::new(&setup, &Routing::default(), std::sync::Arc::<Meters>::default());
    let latency = [used.latency(), fresh.latency()];
    let (a, b) =
        (desk::play_on(&mut used, &inputs, &[50]), desk::play_on(&mut fresh, &inputs, &[50]));
    if latency[0] == latency[1] {
        assert_same_run(&a, &b, "set after a reset");
    } else {
        panic!("latencies {latency:?} differ");
    }
}
