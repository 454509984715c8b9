//! Laws of every chain, whatever effects are in it: Insert Mix at 0 % is a delayed wire, lanes of
//! different latency null, compared signals are equally loud, and the cost is told.

#[path = "common/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "common/show.rs"]
mod show;

use desk::{play_on, sound};
use show::{MACROS_AT_ZERO, Show};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::engine::Engine;
use switchyard::engine::compare::Hearing;
use switchyard::routing::chain::{Chain, Key, Lane, Slot};
use switchyard::routing::{Fader, INPUT_PORTS, Node, Routing, Tap};
use switchyard::session::Session;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 480;

fn show(session: &Session, routing: &Routing) -> Show {
    Show::open(session, routing, RATE, 0)
}

/// Plays both sides of the first port and gives both sides of Main.
fn play(engine: &mut Engine, input: &[Vec<f32>; 2]) -> [Vec<f32>; 2] {
    let mut inputs = sound(INPUT_PORTS, input[0].len(), |_, _, _| 0.0);
    inputs[0] = input.clone();
    play_on(engine, &inputs, &[BLOCK]).swap_remove(0)
}

fn noise(blocks: usize, level: f32) -> [Vec<f32>; 2] {
    let mut random = fastrand::Rng::with_seed(5);
    [0, 1].map(|_| (0..blocks * BLOCK).map(|_| level * (random.f32() * 2.0 - 1.0)).collect())
}

fn slot(id: u64, effect: EffectSpec) -> Slot {
    Slot::new(id, effect)
}

#[test]
fn insert_mix_at_zero_is_bit_exactly_the_delayed_input_for_every_effect() {
    let mut effects: Vec<EffectSpec> = Kind::ALL.into_iter().map(EffectSpec::new).collect();
    effects.push(EffectSpec::new(Kind::Equalizer).with("linear_phase", 1.0));
    effects.push(EffectSpec::new(Kind::Compressor).with("lookahead", 5.0));
    effects.push(EffectSpec::new(Kind::Gate).with("lookahead", 3.0));
    effects.push(EffectSpec::new(Kind::Saturator).with("oversampling", 3.0).with("drive", 30.0));
    let input = noise(40, 0.9);
    let mut with_latency = 0;
    for effect in effects {
        let mut keyed = slot(1, effect.clone());
        keyed.key = Some(Key { node: Node::Strip(3), tap: Tap::Post });
        let mut session = Session::default();
        // Two of them in a lane, one in another, and the dry signal beside.
        session.chains[0] = Chain {
            dry: Fader(0.4),
            lanes: vec![
                Lane { slots: vec![keyed, slot(2, effect.clone())], ..Lane::default() },
                Lane { level: Fader(0.3), slots: vec![slot(3, effect.clone())] },
            ],
        };
        let mut routing = Routing::default();
        routing.strips[0].insert_mix = 0.0;
        let mut show = show(&session, &routing);
        let latency = show.engine.latency() as usize;
        with_latency += usize::from(latency > 0);
        let heard = play(&mut show.engine, &input);
        for (heard, input) in heard.iter().zip(&input) {
            assert!(heard[..latency].iter().all(|x| *x == 0.0), "{}", effect.name());
            assert!(heard[latency..] == input[..input.len() - latency], "{}", effect.name());
        }
    }
    assert!(with_latency >= 6);
}

#[test]
fn a_lane_nulls_against_its_inverted_twin_behind_an_oversampled_saturator() {
    let straight = EffectSpec::new(Kind::Saturator).with("drive", 0.0).with("oversampling", 2.0);
    let inverted =
        EffectSpec::new(Kind::Utility).with("invert_left", 1.0).with("invert_right", 1.0);
    let mut session = Session::default();
    session.chains[0].lanes = vec![
        Lane { slots: vec![slot(1, EffectSpec::new(Kind::Utility))], ..Lane::default() },
        Lane { slots: vec![slot(2, inverted), slot(3, straight)], ..Lane::default() },
    ];
    let mut show = show(&session, &Routing::default());
    assert_eq!(show.engine.latency(), 73);
    let heard = play(&mut show.engine, &noise(40, 1.0));
    let loudest = heard.iter().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()));
    assert!(loudest < 1e-5, "{loudest}");
}

/// The loudness in LUFS of what was heard in the last second.
fn loudness(heard: &[Vec<f32>; 2]) -> f64 {
    let mut meter = ebur128::EbuR128::new(2, RATE as u32, ebur128::Mode::I).unwrap();
    let last = heard[0].len() - RATE as usize;
    meter.add_frames_planar_f32(&[&heard[0][last..], &heard[1][last..]]).unwrap();
    meter.loudness_global().unwrap()
}

#[test]
fn compared_input_and_output_are_equally_loud_and_afterwards_nothing_is_left() {
    // An equalizer that is 12 dB louder, and only in the treble.
    let bright = EffectSpec::new(Kind::Equalizer).with("high_shelf_gain", 12.0).with("output", 3.0);
    let mut session = Session::default();
    session.chains[0] = Chain::serial([slot(1, bright)]);
    let mut show = show(&session, &Routing::default());
    let input = noise(400, 0.1);
    let plain = play(&mut show.engine, &input);
    let dry = loudness(&input);
    assert!(loudness(&plain) - dry > 9.0);
    show.workshop.compare(Node::Strip(0), Hearing::MatchedOutput);
    let matched = play(&mut show.engine, &input);
    assert!((loudness(&matched) - dry).abs() < 0.2, "{} for {dry}", loudness(&matched));
    assert!(show.meters.compare_gain(0) < -9.0);
    // It is the output all the same, only quieter: as much brighter as before.
    show.workshop.compare(Node::Strip(0), Hearing::MatchedInput);
    let original = play(&mut show.engine, &input);
    assert!(original[0][BLOCK * 2..] == input[0][BLOCK * 2..], "the input is heard bit for bit");
    show.workshop.compare(Node::Strip(0), Hearing::Output);
    let after = play(&mut show.engine, &input);
    assert!((loudness(&after) - loudness(&plain)).abs() < 0.01);
    assert_eq!(show.meters.compare_gain(0), 0.0);
    for heard in [&matched, &original, &after] {
        let steepest = |s: &[f32]| s.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(steepest(&heard[0]) <= 1.05 * steepest(&plain[0]), "no change clicks");
    }
}

#[test]
fn a_chain_tells_what_it_costs_and_how_far_it_turns_down() {
    let squeeze = EffectSpec::new(Kind::Compressor).with("threshold", -40.0).with("ratio", 20.0);
    let mut session = Session::default();
    session.chains[0] = Chain::serial([slot(1, EffectSpec::new(Kind::Reverb)), slot(2, squeeze)]);
    let mut show = show(&session, &Routing::default());
    play(&mut show.engine, &noise(50, 0.9));
    assert!(show.meters.chain_load(0) > 0.0);
    assert_eq!(show.meters.chain_load(1), 0.0);
    assert_eq!(show.meters.reduction(0, 0, 0), 0.0);
    assert!(show.meters.reduction(0, 0, 1) > 6.0);
    session.chains[0] = Chain::default();
    for _ in 0..4 {
        show.workshop.update(&session, &MACROS_AT_ZERO);
        play(&mut show.engine, &noise(20, 0.9));
    }
    assert_eq!(show.meters.reduction(0, 0, 1), 0.0, "what is gone turns nothing down");
}
