//! Laws of the engine while values change: bounded steps, untouched paths to the bit, no memory of
//! the way.
//!
//! Not here: what holds for a routing at rest (`engine_laws`, `engine_oracle`).

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

use desk::{Run, Sound, assert_same_bits, constant, difference, noise, sound};
use oracle::steps::{Change, Reach};
use proptest::prelude::*;
use routings::Edit;
use switchyard::routing::parameter::Parameter;
use switchyard::routing::{
    BUSES, Fader, INPUT_PORTS, NODES, OUTPUT_PORTS, PORT_CUE, PORT_MAIN, PORT_MONITOR_A,
    PORT_MONITOR_B, Role, Routing, STRIPS, SoloMode, Tap,
};

const SAMPLE_RATES: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];

/// What f32 rounding may add to a step, as a share of full scale: a few roundings on each side.
const ROUNDING: f64 = 4e-6;

/// How far every output may step while a run goes through its changes.
fn change_of(run: &Run, input: Reach) -> Change<'_> {
    let way = run.changes.iter().map(|(_, routing)| routing);
    let way: Vec<&Routing> = std::iter::once(&run.routing).chain(way).collect();
    Change::new(&way, &run.chain, run.ramp(), input)
}

/// Plays a run and fails if any output, once full of sound, steps further than the ramps allow.
fn assert_bounded_steps(run: &Run, inputs: &Sound, input: Reach) -> Result<(), TestCaseError> {
    let mut change = change_of(run, input);
    let settled = change.latency_before() as usize + 1;
    let reach = change.outputs();
    let heard = run.play(inputs, &[256, 31]).outputs;
    let at = run.changes[0].0;
    for port in 0..OUTPUT_PORTS {
        let bound = reach[port].step * 1.0001 + ROUNDING * reach[port].magnitude;
        for side in 0..2 {
            let samples = &heard[port][side];
            for n in settled..samples.len() {
                let step = (f64::from(samples[n]) - f64::from(samples[n - 1])).abs();
                prop_assert!(
                    step <= bound,
                    "port {port} side {side} sample {n} ({} after the change): a step of {step}, \
                     where ramps allow {bound}",
                    n as i64 - at as i64
                );
            }
        }
    }
    Ok(())
}

/// A constant of at most full scale: every step of an output comes from the change alone.
const STEADY: Reach = Reach { magnitude: 1.0, step: 0.0 };

/// When no delay of any routing, old or new, still reads the silence before the first sample: no way
/// through the mixer takes longer than all its chains one after the other, and sound that changes
/// from an old way to a new one takes two.
fn full_of_sound(chain: &[u32; NODES]) -> usize {
    2 * chain.iter().sum::<u32>() as usize
}

/// A few automated values and, now and then, a wish that changes more.
fn automation_or_wish() -> BoxedStrategy<Vec<Edit>> {
    let lanes = prop::collection::vec(routings::automation(), 1..12);
    let wish = routings::wish().prop_filter("few edges between buses", |edits| {
        !edits.iter().any(|(parameter, _)| matches!(parameter, Parameter::BusTap(..)))
    });
    prop_oneof![3 => lanes.prop_map(|lanes| lanes.concat()), 1 => wish].boxed()
}

/// Edits that leave the number of edges between buses small, so that all simple paths of old and
/// new edges together can be counted.
fn few(edits: &[Edit]) -> Vec<Edit> {
    let mut left = 9;
    let mut kept = edits.to_vec();
    kept.retain(|(parameter, _)| {
        let edge = matches!(parameter, Parameter::BusTap(..));
        left -= i32::from(edge);
        !edge || left >= 0
    });
    kept
}

proptest! {
    #![proptest_config(routings::cases(120))]

    #[test]
    fn any_change_under_a_constant_steps_no_further_than_its_ramps(
        start in routings::edits(40),
        then in routings::edits(12),
        chain in routings::latencies(60),
        rate in prop::sample::select(SAMPLE_RATES.to_vec()),
    ) {
        let a = routings::edited(&few(&start));
        let b = routings::apply(&a, &few(&then));
        let run = Run::of(&a).with_chain(&chain).at(rate);
        let at = full_of_sound(&chain) + 40;
        let length = at + 5 * run.ramp() + 900;
        assert_bounded_steps(&run.then(at, &b), &constant(length), STEADY)?;
    }

    #[test]
    fn ramps_turned_round_before_they_end_step_no_further_than_whole_ones(
        start in routings::edits(40),
        storm in prop::collection::vec((1..900usize, automation_or_wish()), 2..6),
        chain in routings::latencies(30),
    ) {
        let mut values = routings::edited(&few(&start));
        let mut run = Run::of(&values).with_chain(&chain);
        let mut at = full_of_sound(&chain) + 40;
        for (pause, edits) in &storm {
            values = routings::apply(&values, edits);
            run = run.then(at, &values);
            at += pause;
        }
        let length = at + 5 * run.ramp() + 900;
        assert_bounded_steps(&run, &constant(length), STEADY)?;
    }

    #[test]
    fn any_change_under_slow_waves_steps_no_further_than_waves_and_ramps_together(
        start in routings::edits(40),
        then in routings::edits(12),
        chain in routings::latencies(30),
    ) {
        let a = routings::edited(&few(&start));
        let b = routings::apply(&a, &few(&then));
        let run = Run::of(&a).with_chain(&chain);
        let at = full_of_sound(&chain) + 333;
        let length = at + 5 * run.ramp() + 500;
        let turn = |port: usize| std::f64::consts::TAU * (5.0 + port as f64) / run.sample_rate;
        let waves = sound(INPUT_PORTS, length, |port, side, n| {
            (turn(port) * n as f64 + side as f64).sin() as f32
        });
        // A sine's steepest step is its angle per sample; before its first sample lies silence,
        // which has passed every output before the steps are looked at.
        let input = Reach { magnitude: 1.0, step: turn(INPUT_PORTS - 1) + 1e-7 };
        assert_bounded_steps(&run.then(at, &b), &waves, input)?;
    }

    #[test]
    fn what_a_change_does_not_touch_stays_as_it_is_to_the_bit(
        start in routings::edits(40),
        then in routings::edits(3),
        chain in routings::latencies(60),
        seed in any::<u64>(),
    ) {
        let a = routings::edited(&few(&start));
        let b = routings::apply(&a, &few(&then));
        let run = Run::of(&a).with_chain(&chain);
        let inputs = noise(seed, 2400);
        let unchanged = run.play(&inputs, &[128]).outputs;
        let run = run.then(500, &b);
        let reach = change_of(&run, STEADY).outputs();
        let changed = run.play(&inputs, &[128]).outputs;
        for port in (0..OUTPUT_PORTS).filter(|port| reach[*port].step == 0.0) {
            assert_same_bits(&changed[port], &unchanged[port], &format!("untouched port {port}"));
        }
    }

    #[test]
    fn where_one_ends_does_not_depend_on_the_way_there(
        start in routings::edits(40),
        way in prop::collection::vec((1..300usize, routings::edits(25)), 1..6),
        chain in routings::latencies(40),
        seed in any::<u64>(),
    ) {
        let end = routings::edited(&start);
        let mut run = Run::of(&end).with_chain(&chain).at(8_000.0);
        let mut at = 50;
        for (pause, edits) in &way {
            run = run.then(at, &routings::apply(&end, edits));
            at += pause;
        }
        run = run.then(at, &end);
        let fresh = Run::of(&end).with_chain(&chain).at(8_000.0);
        let settle = at + 8 * run.ramp() + 2 * (40 * (BUSES + 2));
        let inputs = noise(seed, settle + 200);
        let (far, near) = (run.play(&inputs, &[128]), fresh.play(&inputs, &[128]));
        prop_assert!(far.latency[1] >= near.latency[1]);
        // The reported latency only grows while running; what is aligned moves with it.
        let later = (far.latency[1] - near.latency[1]) as usize;
        for port in 0..OUTPUT_PORTS {
            let immediate = (1..=BUSES).contains(&port) && end.buses[port - 1].immediate;
            let later = if immediate { 0 } else { later };
            let tail = |outputs: &Sound, from: usize, to: usize| {
                outputs[port].each_ref().map(|side| side[from..to].to_vec())
            };
            let length = settle + 200;
            let a = tail(&far.outputs, settle, length);
            let b = tail(&near.outputs, settle - later, length - later);
            assert_same_bits(&a, &b, &format!("port {port}"));
        }
    }

    #[test]
    fn automation_never_changes_latency_order_or_what_is_refused(
        start in routings::edits(80),
        lanes in prop::collection::vec(routings::automation(), 1..40),
        chain in routings::latencies(90),
    ) {
        use switchyard::schedule::{Timing, compile};
        let a = routings::edited(&start);
        let b = routings::apply(&a, &lanes.concat());
        let timing = Timing { chain, ..Timing::ZERO };
        let (before, after) = (compile(&a, &timing), compile(&b, &timing));
        prop_assert_eq!(before.order, after.order);
        prop_assert_eq!(before.latency, after.latency);
        for j in 0..BUSES {
            for destination in 0..=BUSES {
                let source = STRIPS + j;
                prop_assert_eq!(
                    before.admission(source, destination),
                    after.admission(source, destination)
                );
            }
        }
        let run = Run::of(&a).with_chain(&chain).then(10, &b);
        let heard = run.play(&noise(1, 100), &[20]);
        prop_assert_eq!(heard.latency, [before.latency; 2]);
    }
}

/// The monitor section's own parameters; talkback, which Mixes hear, is not among them.
const MONITOR: [Parameter; 7] = [
    Parameter::MonitorSource,
    Parameter::MonitorLevel,
    Parameter::MonitorDim,
    Parameter::MonitorMono,
    Parameter::MonitorMute,
    Parameter::MonitorSpeakers,
    Parameter::DimLevel,
];

fn of(parameters: &[Parameter]) -> BoxedStrategy<Vec<Edit>> {
    let one = prop::sample::select(parameters.to_vec());
    let edit = one.prop_flat_map(|p| routings::value(p).prop_map(move |plain| (p, plain)));
    prop::collection::vec(edit, 1..8).boxed()
}

/// Plays `a`, and `a` with `b` from sample 400 on, and fails if a port of `same` differs in a bit.
fn assert_ports_same(a: &Routing, b: &Routing, seed: u64, same: impl Fn(usize) -> bool) {
    let inputs = noise(seed, 2000);
    let still = Run::of(a).play(&inputs, &[100]).outputs;
    let moved = Run::of(a).then(400, b).play(&inputs, &[100]).outputs;
    for port in (0..OUTPUT_PORTS).filter(|port| same(*port)) {
        assert_same_bits(&still[port], &moved[port], &format!("port {port}"));
    }
}

proptest! {
    #![proptest_config(routings::cases(60))]

    #[test]
    fn the_monitor_never_alters_main_a_bus_or_cue(
        start in routings::edits(60),
        then in of(&MONITOR),
        seed in any::<u64>(),
    ) {
        let a = routings::edited(&start);
        let b = routings::apply(&a, &then);
        assert_ports_same(&a, &b, seed, |port| port != PORT_MONITOR_A && port != PORT_MONITOR_B);
    }

    #[test]
    fn pre_and_after_fader_listen_leave_main_and_every_bus(
        start in routings::edits(60),
        after in any::<bool>(),
        strips in prop::collection::vec((0..STRIPS, any::<bool>()), 0..8),
        buses in prop::collection::vec((0..BUSES, any::<bool>()), 0..8),
        seed in any::<u64>(),
    ) {
        let mut a = routings::edited(&start);
        a.solo_mode = if after { SoloMode::Afl } else { SoloMode::Pfl };
        let mut b = a;
        strips.iter().for_each(|(i, on)| b.strips[*i].solo = *on);
        buses.iter().for_each(|(j, on)| b.buses[*j].solo = *on);
        assert_ports_same(&a, &b, seed, |port| port <= BUSES);
    }

    #[test]
    fn talkback_is_heard_in_the_mixes_and_nowhere_else(
        start in routings::edits(60),
        who in 0..STRIPS,
        seed in any::<u64>(),
    ) {
        let mut a = routings::edited(&start);
        a.talkback_source = Some(who);
        a.monitor.talkback = false;
        a.buses[0].role = Role::Mix;
        a.buses[0].mute = false;
        a.buses[0].fader = Fader::UNITY;
        a.buses[0].pan = 0.0;
        a.talkback_level = Fader::UNITY;
        let b = Routing { monitor: switchyard::routing::Monitor { talkback: true, ..a.monitor }, ..a };
        // PFL and AFL may listen to a Mix, so Cue may change.
        assert_ports_same(&a, &b, seed, |port| {
            port == PORT_MAIN || (1..=BUSES).contains(&port) && a.buses[port - 1].role != Role::Mix
        });
        // With the button up the microphone is silent everywhere; down, a Mix hears it.
        for i in 0..STRIPS {
            a.strips[i].input = switchyard::routing::Input::Off;
        }
        a.strips[who].input = switchyard::routing::Input::Port(who);
        a.strips[who].source = switchyard::routing::Source::Stereo;
        a.bypass = false;
        let inputs = noise(seed, 500);
        let up = Run::of(&a).play(&inputs, &[100]).outputs;
        prop_assert!(up.iter().flatten().flatten().all(|x| *x == 0.0));
        a.monitor.talkback = true;
        let down = Run::of(&a).play(&inputs, &[100]).outputs;
        prop_assert!(down[1][0].iter().any(|x| x.abs() > 0.01));
    }

    #[test]
    fn edges_directly_into_a_mix_never_notice_a_strips_mute_or_solo(
        sends in prop::collection::vec((0..STRIPS, 0..3usize, 1..=3usize), 1..20),
        mutes in prop::collection::vec(0..STRIPS, 0..6),
        solos in prop::collection::vec(0..STRIPS, 0..6),
        bus_solos in prop::collection::vec(0..BUSES, 0..3),
        start in routings::edits(20),
        seed in any::<u64>(),
    ) {
        let mut a = routings::edited(&start);
        for j in 0..BUSES {
            for k in 0..3 {
                a.buses[j].sends[k].tap = Tap::Off;
                a.buses[k].role = Role::Mix;
            }
        }
        for (i, j, tap) in sends {
            a.strips[i].sends[j].tap = [Tap::Off, Tap::Input, Tap::Pre, Tap::Post][tap];
            a.strips[i].sends[j].level = Fader::UNITY;
        }
        let mut b = a;
        mutes.iter().for_each(|i| b.strips[*i].mute ^= true);
        solos.iter().for_each(|i| b.strips[*i].solo ^= true);
        bus_solos.iter().for_each(|j| b.buses[*j].solo ^= true);
        assert_ports_same(&a, &b, seed, |port| (1..=3).contains(&port));
    }
}

#[test]
fn a_fader_lands_after_exactly_ten_milliseconds_at_every_rate() {
    for rate in SAMPLE_RATES {
        let a = Routing::default();
        let mut b = a;
        b.strips[0].fader = Fader::OFF;
        let run = Run::of(&a).at(rate).then(100, &b);
        let ramp = run.ramp();
        let inputs = sound(INPUT_PORTS, 100 + 2 * ramp, |port, _, _| (port == 0) as u8 as f32);
        let heard = run.play(&inputs, &[64]).outputs;
        let left = &heard[PORT_MAIN][0];
        assert_eq!(left[99], 1.0);
        assert!(left[100 + ramp - 2] > 0.0);
        assert!(left[100 + ramp + 1..].iter().all(|x| *x == 0.0));
        // A straight line: halfway in time is halfway in gain, give or take a sample.
        assert!((left[100 + ramp / 2] - 0.5).abs() <= 2.0 / ramp as f32, "{rate}");
    }
}

#[test]
fn a_tap_change_cross_fades_and_a_bus_keeps_sounding() {
    let mut a = Routing::default();
    a.strips[0].sends[0].level = Fader::UNITY;
    a.strips[0].sends[0].tap = Tap::Input;
    let mut b = a;
    b.strips[0].sends[0].tap = Tap::Post;
    let run = Run::of(&a).then(500, &b);
    let inputs = constant(2000);
    let heard = run.play(&inputs, &[64]).outputs;
    // Both taps carry the same here, so the cross-fade must not be heard at all.
    for x in &heard[1][0] {
        assert!((x - heard[1][0][0]).abs() < 1e-5, "{x}");
    }
}

#[test]
fn a_loop_wished_for_twice_sounds_the_same_whichever_half_came_first() {
    let mut first = Routing::default();
    first.strips[0].sends[0].level = Fader::UNITY;
    first.strips[1].sends[1].level = Fader::UNITY;
    let mut second = first;
    first.buses[0].sends[1].tap = Tap::Post;
    second.buses[1].sends[0].tap = Tap::Post;
    let mut both = first;
    both.buses[1].sends[0].tap = Tap::Post;
    let chain = [0; NODES];
    let inputs = noise(9, 3000);
    let fresh = Run::of(&both).with_chain(&chain).play(&inputs, &[64]).outputs;
    for start in [first, second] {
        let heard = Run::of(&start).then(100, &both).play(&inputs, &[64]).outputs;
        for port in [PORT_MAIN, 1, 2, PORT_CUE] {
            let tail = |s: &Sound| s[port].each_ref().map(|side| side[2000..].to_vec());
            assert_same_bits(&tail(&heard), &tail(&fresh), &format!("port {port}"));
        }
    }
    assert!(!difference(&first, &second).is_empty());
}

/// 1 on both sides of the first two ports.
fn ones(length: usize) -> Sound {
    sound(INPUT_PORTS, length, |port, _, _| if port < 2 { 1.0 } else { 0.0 })
}

#[test]
fn a_send_opened_midway_rises_in_a_straight_line_over_ten_milliseconds() {
    let closed = Routing::default();
    let mut opened = closed;
    opened.strips[0].sends[2].level = Fader::UNITY;
    let heard = Run::of(&closed).then(100, &opened).play_whole(&ones(1100)).outputs;
    let bus = &heard[3][0];
    assert!(bus[..=100].iter().all(|x| *x == 0.0));
    assert!((bus[340] - 0.5).abs() < 1e-6);
    assert!(bus[580..].iter().all(|x| *x == 1.0));
}

#[test]
fn turning_a_bus_edge_around_never_leaves_both_directions_sounding() {
    // Bus 1 ─► Bus 2 becomes Bus 2 ─► Bus 1 in one change.
    let mut there = Routing::default();
    there.strips[0].main_tap = Tap::Off;
    there.strips[0].sends[0].level = Fader::UNITY;
    there.strips[1].main_tap = Tap::Off;
    there.strips[1].sends[1].level = Fader::UNITY;
    let mut back = there;
    there.buses[0].sends[1].tap = Tap::Post;
    back.buses[1].sends[0].tap = Tap::Post;
    let heard = Run::of(&there).then(100, &back).play_whole(&ones(1200)).outputs;
    let (one, two) = (&heard[1][0], &heard[2][0]);
    assert_eq!((one[99], two[99]), (1.0, 2.0));
    assert_eq!((one[1199], two[1199]), (2.0, 1.0));
    for n in 1..1200 {
        assert!((one[n] - one[n - 1]).abs() < 0.003 && (two[n] - two[n - 1]).abs() < 0.003);
    }
}
