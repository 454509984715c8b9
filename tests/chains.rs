//! Insert chains in the engine: aligned to the sample, changed without a click, bit-exact where
//! nothing changes.

#[path = "common/desk.rs"]
#[allow(dead_code)]
mod desk;

use desk::{play_on, sound};
use std::sync::Arc;
use switchyard::dsp::SLICE;
use switchyard::effects::{Context, Effect, utility};
use switchyard::engine::chain::{Chain, Lane, Slot};
use switchyard::engine::rack::{Place, Plan, Transfer};
use switchyard::engine::{Engine, Setup, ramp_length};
use switchyard::routing::{INPUT_PORTS, NODES, Routing};

const RATE: f64 = 48_000.0;
const LONGEST: u32 = 4096;

/// A pure delay with a gain, as an effect with latency.
struct Wait {
    past: Vec<[f32; 2]>,
    delay: u32,
    gain: f32,
}

impl Wait {
    fn boxed(delay: u32, gain: f32) -> Box<dyn Effect> {
        Box::new(Wait { past: vec![[0.0; 2]; 8192], delay, gain })
    }
}

impl Effect for Wait {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let [left, right] = slice;
        assert!(left.len() <= SLICE);
        for (i, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let now = context.now as usize + i;
            self.past[now % 8192] = [*left, *right];
            let [l, r] = self.past[now.wrapping_sub(self.delay as usize) % 8192];
            (*left, *right) = (l * self.gain, r * self.gain);
        }
    }
    fn set(&mut self, _index: usize, plain: f32, _now: u64, _length: u32) {
        self.gain = plain;
    }
    fn reset(&mut self) {
        self.past.fill([0.0; 2]);
    }
    fn latency(&self) -> u32 {
        self.delay
    }
}

/// An effect that gives out a NaN at one sample and otherwise passes sound.
struct Breaks(u64);

impl Effect for Breaks {
    fn process(&mut self, [left, _]: [&mut [f32]; 2], context: &Context) {
        for (i, x) in left.iter_mut().enumerate() {
            if context.now + i as u64 == self.0 {
                *x = f32::NAN;
            }
        }
    }
    fn set(&mut self, _index: usize, _plain: f32, _now: u64, _length: u32) {}
    fn reset(&mut self) {}
}

/// Runs `frames` in blocks of `block`; input port 0 carries `signal` from the sample `from` on. Gives
/// the left side of every output.
fn run(
    engine: &mut Engine,
    from: usize,
    frames: usize,
    block: usize,
    signal: impl Fn(usize) -> f32,
) -> Vec<Vec<f32>> {
    let heard = |port, _, n| if port == 0 { signal(from + n) } else { 0.0 };
    let out = play_on(engine, &sound(INPUT_PORTS, frames, heard), &[block]);
    out.into_iter().map(|[left, _]| left).collect()
}

fn ramp() -> u32 {
    ramp_length(RATE)
}

fn chain(lanes: Vec<Vec<(u64, Box<dyn Effect>)>>, dry: f32) -> Box<Chain> {
    let lanes = lanes
        .into_iter()
        .map(|slots| {
            let slots =
                slots.into_iter().map(|(id, effect)| Slot::new(id, effect, 1.0, ramp())).collect();
            Lane::new(slots, 1.0, LONGEST, ramp())
        })
        .collect();
    Box::new(Chain::new(lanes, dry, LONGEST, ramp()))
}

fn plan(node: usize, chain: Box<Chain>) -> Plan {
    let mut plan = Plan::empty();
    plan.chains[node] = Some(chain);
    plan
}

fn setup() -> Setup {
    Setup { sample_rate: RATE, chain_latency: [0; NODES], max_latency: LONGEST }
}

fn engine(routing: &Routing, plan: Plan) -> (Engine, switchyard::engine::rack::Office) {
    Engine::with_chains(&setup(), routing, Arc::default(), plan)
}

fn wave(n: usize) -> f32 {
    (n as f32 * 0.01).sin()
}

/// The largest step of a signal.
fn step(signal: &[f32]) -> f32 {
    signal.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max)
}

#[test]
fn insert_mix_at_zero_is_the_delayed_input_bit_for_bit() {
    let mut routing = Routing::default();
    routing.strips[0].insert_mix = 0.0;
    let parts = vec![vec![(1, Wait::boxed(100, 0.3)), (2, Wait::boxed(33, -2.0))]];
    let (mut engine, _) = engine(&routing, plan(0, chain(parts, 0.0)));
    assert_eq!(engine.latency(), 133);
    let out = run(&mut engine, 0, 2000, 97, wave);
    assert!((133..2000).all(|n| out[0][n] == wave(n - 133)));
}

#[test]
fn lanes_of_different_latency_and_the_dry_signal_null_against_each_other() {
    // Dry at −1 against a lane of 100 samples and one of 40, each at +½.
    let lanes = vec![vec![(1, Wait::boxed(100, 0.5))], vec![(2, Wait::boxed(40, 0.5))]];
    let (mut engine, _) = engine(&Routing::default(), plan(0, chain(lanes, -1.0)));
    let out = run(&mut engine, 0, 3000, 64, wave);
    assert!(out[0].iter().all(|x| *x == 0.0));
}

#[test]
fn an_effect_that_breaks_is_silent_for_ten_milliseconds_and_comes_back_without_a_click() {
    let breaks: Box<dyn Effect> = Box::new(Breaks(1000));
    let slots = vec![vec![(1, breaks)]];
    let (mut engine, _) = engine(&Routing::default(), plan(0, chain(slots, 0.0)));
    let out = run(&mut engine, 0, 4000, 100, |_| 1.0);
    let out = &out[0];
    assert!(out.iter().all(|x| x.is_finite()));
    assert!(out[..1000].iter().all(|x| *x == 1.0) && out[1000..1480].iter().all(|x| *x == 0.0));
    assert!(step(&out[1001..]) < 0.0025 && out[1960..].iter().all(|x| *x == 1.0));
}

/// Slot 1 stays, slot 2 (late by 77) goes, slot 3 (late by 50) comes, in one edit while playing.
fn replaced(block: usize) -> Vec<Vec<f32>> {
    let slots = vec![vec![(1, Wait::boxed(20, 1.0)), (2, Wait::boxed(77, 0.5))]];
    let mut routing = Routing::default();
    routing.strips[1].input = switchyard::routing::Input::Port(0);
    routing.strips[1].main_tap = switchyard::routing::Tap::Off;
    routing.strips[1].sends[4].level = switchyard::routing::Fader::UNITY;
    routing.buses[4].immediate = true;
    routing.buses[4].main_tap = switchyard::routing::Tap::Off;
    let (mut engine, mut office) = engine(&routing, plan(0, chain(slots, 0.0)));
    let mut out = run(&mut engine, 0, 1000, block, wave);
    let new = vec![
        Slot::awaited(1, 20, 1.0, ramp()),
        Slot::awaited(0, 77, 0.0, ramp()),
        Slot::new(3, Wait::boxed(50, 1.5), 1.0, ramp()),
    ];
    let lane = Lane::new(new, 1.0, LONGEST, ramp());
    let mut next = plan(0, Box::new(Chain::new(vec![lane], 0.0, LONGEST, ramp())));
    let at = |slot| Place { node: 0, lane: 0, slot };
    next.transfers = vec![
        Transfer::Stays(at(0), at(0)),
        Transfer::Remains(at(1), at(1)),
        Transfer::Lane((0, 0), (0, 0)),
        Transfer::Chain(0),
    ];
    assert!(office.send(Box::new(next)).is_ok());
    assert!(!office.is_free());
    for (whole, more) in out.iter_mut().zip(run(&mut engine, 1000, 4000, block, wave)) {
        whole.extend(more);
    }
    assert!(office.is_free(), "the old structure came home");
    out
}

#[test]
fn replacing_an_effect_while_playing_has_bounded_steps_and_touches_nothing_else() {
    let out = replaced(100);
    let expect = |range: std::ops::Range<usize>, gain: f32| {
        for n in range {
            let wanted = gain * wave(n - 97);
            assert!((out[0][n] - wanted).abs() < 1e-6, "{n}: {} for {wanted}", out[0][n]);
        }
    };
    expect(97..1000, 0.5);
    // The latency only grows while active, so what leaves is still 97 late, 70 of it in the chain.
    expect(3000..5000, 1.5);
    if let Some(n) = (1..5000).find(|n| (out[0][*n] - out[0][n - 1]).abs() > 0.03) {
        panic!("a step at {n}: {:?}", &out[0][n - 2..n + 2]);
    }
    // Strip 2 on its Immediate bus never had to do with any of it.
    assert!(step(&out[5]) < 0.011, "{}", step(&out[5]));
}

#[test]
fn a_new_structure_gives_the_same_bits_however_the_later_blocks_are_cut() {
    let whole = replaced(1000);
    for block in [1, 64, 100, 200] {
        assert_eq!(replaced(block)[0], whole[0], "blocks of {block}");
    }
}

#[test]
fn while_one_structure_is_on_its_way_another_is_given_back() {
    let (mut engine, mut office) = engine(&Routing::default(), Plan::empty());
    run(&mut engine, 0, 100, 100, wave);
    assert!(office.send(Box::new(Plan::empty())).is_ok());
    assert!(office.send(Box::new(Plan::empty())).is_err());
    run(&mut engine, 100, 100, 100, wave);
    assert!(office.send(Box::new(Plan::empty())).is_ok());
}

#[test]
fn a_utility_in_a_strip_acts_on_what_its_bus_hears_pre_fader() {
    let mut routing = Routing::default();
    routing.strips[0].sends[0] = switchyard::routing::Send {
        tap: switchyard::routing::Tap::Pre,
        level: switchyard::routing::Fader::UNITY,
    };
    let values: Vec<f32> = utility::SETTINGS
        .iter()
        .map(|setting| if setting.id == "gain" { -6.0 } else { setting.default })
        .collect();
    let effect: Box<dyn Effect> = Box::new(utility::Utility::new(&values, RATE));
    let (mut engine, _) = engine(&routing, plan(0, chain(vec![vec![(1, effect)]], 0.0)));
    let out = run(&mut engine, 0, 500, 500, |_| 1.0);
    assert!((out[1][400] - 0.501_187_2).abs() < 1e-6);
}
