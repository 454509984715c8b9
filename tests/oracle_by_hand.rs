//! The oracle itself, against cases small enough to work out by hand. What judges the engine must be
//! judged first.

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "oracle/oracle.rs"]
mod oracle;
#[allow(dead_code)]
#[path = "common/routings.rs"]
mod routings;

use oracle::slots::{Chains, Slot};
use oracle::structure::{Key, Structure, Verdict};
use oracle::{laws, mix, mix_with};
use switchyard::routing::{
    BUSES, Fader, INPUT_PORTS, Input, MAIN, MonitorSource, NODES, PORT_CUE, PORT_MAIN,
    PORT_MONITOR_A, PORT_MONITOR_B, PanLaw, Role, Routing, STRIPS, SoloMode, Source, Speakers, Tap,
};
use switchyard::units;

const NO_LATENCY: [u32; NODES] = [0; NODES];

/// No strip reaches Main, so that a case shows only what it sets.
fn quiet() -> Routing {
    let mut routing = Routing::default();
    routing.strips.iter_mut().for_each(|strip| strip.main_tap = Tap::Off);
    routing
}

/// Port p carries the constant (p + 1, 10·(p + 1)).
fn steady(length: usize) -> Vec<[Vec<f32>; 2]> {
    (1..=INPUT_PORTS).map(|p| [vec![p as f32; length], vec![10.0 * p as f32; length]]).collect()
}

/// What a port settles to.
fn settled(routing: &Routing, port: usize) -> [f64; 2] {
    *mix(routing, &NO_LATENCY, &steady(1)).outputs[port].frames.last().unwrap()
}

#[track_caller]
fn assert_close(a: [f64; 2], b: [f64; 2]) {
    assert!((a[0] - b[0]).abs() < 1e-6 && (a[1] - b[1]).abs() < 1e-6, "{a:?} is not {b:?}");
}

#[test]
fn by_default_main_is_the_sum_of_all_ports() {
    let sum = (1..=16).sum::<i32>() as f64;
    assert_close(settled(&Routing::default(), PORT_MAIN), [sum, 10.0 * sum]);
    for port in 1..=BUSES + 3 {
        assert_close(settled(&Routing::default(), port), [0.0, 0.0]);
    }
}

#[test]
fn one_send_at_minus_twenty_decibels_is_a_tenth() {
    let mut routing = quiet();
    routing.strips[1].sends[3].level = Fader::from_db(-20.0);
    assert_close(settled(&routing, 4), [0.2, 2.0]);
    routing.strips[1].sends[3].tap = Tap::Pre;
    routing.strips[1].fader = Fader::OFF;
    assert_close(settled(&routing, 4), [0.2, 2.0]);
    routing.strips[1].sends[3].tap = Tap::Post;
    assert_close(settled(&routing, 4), [0.0, 0.0]);
}

#[test]
fn a_mono_strip_loses_three_decibels_at_the_centre_and_a_stereo_one_nothing() {
    let mut routing = quiet();
    routing.strips[0].main_tap = Tap::Post;
    routing.strips[0].source = Source::Mono;
    let half = 0.5f64.sqrt();
    assert_close(settled(&routing, PORT_MAIN), [5.5 * half, 5.5 * half]);
    routing.strips[0].source = Source::Swapped;
    assert_close(settled(&routing, PORT_MAIN), [10.0, 1.0]);
    routing.strips[0].pan = 0.25;
    assert_close(settled(&routing, PORT_MAIN), [7.5, 1.0]);
    routing.strips[0].source = Source::Side;
    routing.strips[0].polarity = true;
    routing.strips[0].pan = 1.0;
    assert_close(settled(&routing, PORT_MAIN), [0.0, 4.5]);
}

#[test]
fn the_laws_agree_with_the_units_over_their_whole_range() {
    for k in 0..=1024 {
        let fader = Fader(k as f32 / 1024.0);
        let ours = laws::fader_gain(fader);
        assert!((ours - f64::from(fader.gain())).abs() <= 2e-6 * ours, "{fader:?}");
        let pan = k as f32 / 512.0 - 1.0;
        for law in [PanLaw::Minus3, PanLaw::Minus4_5, PanLaw::Minus6] {
            assert_close(laws::pan_mono(law, pan), units::pan_mono(law, pan).map(f64::from));
        }
        assert_close(laws::balance(pan), units::balance(pan).map(f64::from));
    }
}

#[test]
fn the_edge_that_closes_a_loop_is_refused_and_silent() {
    let mut routing = quiet();
    for j in 0..3 {
        routing.buses[j].sends[(j + 1) % 3].tap = Tap::Post;
        routing.buses[j].main_tap = Tap::Off;
    }
    routing.strips[0].sends[0].level = Fader::UNITY;
    let structure = Structure::of(&routing, &NO_LATENCY);
    assert_eq!(structure.verdict[STRIPS][1], Verdict::Open);
    assert_eq!(structure.verdict[STRIPS + 1][2], Verdict::Open);
    assert_eq!(structure.verdict[STRIPS + 2][0], Verdict::Loop);
    for port in 1..=3 {
        assert_close(settled(&routing, port), [1.0, 10.0]);
    }
}

#[test]
fn a_refused_edge_does_not_stand_in_the_way_of_a_later_one() {
    let mut routing = quiet();
    // 1→2 is admitted, 2→1 refused; 3→1 comes later and closes nothing.
    routing.buses[0].sends[1].tap = Tap::Post;
    routing.buses[1].sends[0].tap = Tap::Post;
    routing.buses[2].sends[0].tap = Tap::Post;
    let structure = Structure::of(&routing, &NO_LATENCY);
    assert_eq!(structure.verdict[STRIPS + 1][0], Verdict::Loop);
    assert_eq!(structure.verdict[STRIPS + 2][0], Verdict::Open);
}

#[test]
fn a_mix_feeds_only_mixes() {
    let mut routing = quiet();
    routing.buses[0].role = Role::Mix;
    routing.buses[1].role = Role::Mix;
    routing.buses[0].sends[1].tap = Tap::Post;
    routing.buses[0].sends[2].tap = Tap::Post;
    let structure = Structure::of(&routing, &NO_LATENCY);
    assert_eq!(structure.verdict[STRIPS][1], Verdict::Open);
    assert_eq!(structure.verdict[STRIPS][2], Verdict::Role);
    assert_eq!(structure.verdict[STRIPS][MAIN], Verdict::Role);
}

#[test]
fn solo_in_place_keeps_the_soloed_strip_its_return_and_nothing_else_on_main() {
    let mut routing = Routing::default();
    routing.buses[0].role = Role::Return;
    routing.strips[0].sends[0].level = Fader::UNITY;
    routing.strips[1].sends[0].level = Fader::UNITY;
    routing.strips[0].solo = true;
    // Dry and through the return: once each.
    assert_close(settled(&routing, PORT_MAIN), [2.0, 20.0]);
    assert_close(settled(&routing, 1), [1.0, 10.0]);
    assert_close(settled(&routing, PORT_CUE), [0.0, 0.0]);
}

#[test]
fn solo_of_a_group_keeps_what_feeds_it() {
    let mut routing = Routing::default();
    for i in 0..2 {
        routing.strips[i].main_tap = Tap::Off;
        routing.strips[i].sends[4].level = Fader::UNITY;
    }
    routing.buses[4].solo = true;
    assert_close(settled(&routing, PORT_MAIN), [3.0, 30.0]);
    // A send at −∞ keeps no path open.
    routing.strips[1].sends[4].level = Fader::OFF;
    routing.strips[1].main_tap = Tap::Post;
    assert_close(settled(&routing, PORT_MAIN), [1.0, 10.0]);
}

#[test]
fn a_soloed_mix_silences_nobody() {
    let mut routing = Routing::default();
    routing.buses[0].role = Role::Mix;
    routing.buses[0].solo = true;
    assert_close(settled(&routing, PORT_MAIN), [136.0, 1360.0]);
}

#[test]
fn mute_leaves_a_strip_in_the_mixes_and_takes_it_from_all_else() {
    let mut routing = Routing::default();
    routing.buses[0].role = Role::Mix;
    routing.strips[0].sends[0].level = Fader::UNITY;
    routing.strips[0].sends[1].level = Fader::UNITY;
    routing.strips[0].mute = true;
    assert_close(settled(&routing, 1), [1.0, 10.0]);
    assert_close(settled(&routing, 2), [0.0, 0.0]);
    assert_close(settled(&routing, PORT_MAIN), [135.0, 1350.0]);
}

#[test]
fn a_muted_bus_is_silent_on_its_port_and_in_a_mix() {
    let mut routing = quiet();
    routing.strips[0].sends[0].level = Fader::UNITY;
    routing.buses[0].sends[1].tap = Tap::Post;
    routing.buses[1].role = Role::Mix;
    assert_close(settled(&routing, 2), [1.0, 10.0]);
    routing.buses[0].mute = true;
    assert_close(settled(&routing, 1), [0.0, 0.0]);
    assert_close(settled(&routing, 2), [0.0, 0.0]);
}

#[test]
fn into_a_mix_a_pre_edge_follows_the_pan_unless_told_not_to() {
    let mut routing = quiet();
    routing.buses[0].role = Role::Mix;
    routing.strips[0].sends[0].level = Fader::UNITY;
    routing.strips[0].sends[0].tap = Tap::Pre;
    routing.strips[0].pan = -0.5;
    assert_close(settled(&routing, 1), [1.0, 5.0]);
    routing.buses[0].pan_follow = false;
    assert_close(settled(&routing, 1), [1.0, 10.0]);
    routing.buses[0].pan_follow = true;
    routing.buses[0].role = Role::Group;
    assert_close(settled(&routing, 1), [1.0, 10.0]);
}

#[test]
fn pfl_and_afl_sound_on_cue_and_monitor_and_leave_main() {
    let mut routing = Routing { solo_mode: SoloMode::Pfl, ..Routing::default() };
    routing.strips[2].solo = true;
    routing.strips[2].fader = Fader::from_db(-20.0);
    let main = settled(&routing, PORT_MAIN);
    assert_close(main, [133.3, 1333.0]);
    assert_close(settled(&routing, PORT_CUE), [3.0, 30.0]);
    assert_close(settled(&routing, PORT_MONITOR_A), [3.0, 30.0]);
    routing.solo_mode = SoloMode::Afl;
    assert_close(settled(&routing, PORT_CUE), [0.3, 3.0]);
    routing.strips[2].mute = true;
    assert_close(settled(&routing, PORT_CUE), [0.0, 0.0]);
    routing.solo_mode = SoloMode::Pfl;
    assert_close(settled(&routing, PORT_CUE), [3.0, 30.0]);
}

#[test]
fn the_monitor_dims_folds_and_changes_speakers() {
    let mut routing = quiet();
    routing.strips[0].main_tap = Tap::Post;
    routing.monitor.source = MonitorSource::Main;
    assert_close(settled(&routing, PORT_MONITOR_A), [1.0, 10.0]);
    routing.monitor.dim = true;
    routing.monitor.talkback = true;
    routing.monitor.mono = true;
    routing.monitor.speakers = Speakers::B;
    assert_close(settled(&routing, PORT_MONITOR_A), [0.0, 0.0]);
    assert_close(settled(&routing, PORT_MONITOR_B), [0.55, 0.55]);
    routing.monitor.mute = true;
    assert_close(settled(&routing, PORT_MONITOR_B), [0.0, 0.0]);
}

#[test]
fn talkback_reaches_every_mix_and_nothing_else() {
    let mut routing = quiet();
    routing.strips[0].main_tap = Tap::Post;
    routing.strips[0].sends[2].level = Fader::UNITY;
    routing.strips[0].fader = Fader::OFF;
    routing.buses[0].role = Role::Mix;
    routing.buses[1].role = Role::Mix;
    routing.talkback_source = Some(0);
    assert_close(settled(&routing, 1), [0.0, 0.0]);
    routing.monitor.talkback = true;
    assert_close(settled(&routing, 1), [1.0, 10.0]);
    assert_close(settled(&routing, 2), [1.0, 10.0]);
    assert_close(settled(&routing, 3), [0.0, 0.0]);
    assert_close(settled(&routing, PORT_MAIN), [0.0, 0.0]);
}

#[test]
fn every_path_arrives_together_and_an_immediate_port_early() {
    // Strip 1 (5) ─► Bus 1 (7) ─► Bus 2 (0) ─► Main (3); Strip 2 (0) ─► Main.
    let mut routing = quiet();
    let mut chain = NO_LATENCY;
    (chain[0], chain[STRIPS], chain[NODES - 1]) = (5, 7, 3);
    routing.strips[0].sends[0].level = Fader::UNITY;
    routing.strips[1].main_tap = Tap::Input;
    routing.strips[1].sends[4].level = Fader::UNITY;
    routing.buses[0].sends[1].tap = Tap::Post;
    routing.buses[0].main_tap = Tap::Off;
    routing.buses[4].immediate = true;
    routing.buses[4].main_tap = Tap::Off;
    let mut inputs = steady(32);
    for port in &mut inputs {
        port.iter_mut().for_each(|side| side[1..].fill(0.0));
    }
    let mixed = mix(&routing, &chain, &inputs);
    assert_eq!(mixed.latency, 15);
    let onset = |port: usize| mixed.outputs[port].frames.iter().position(|f| f[0] != 0.0);
    assert_eq!(onset(PORT_MAIN), Some(15));
    assert_close(mixed.outputs[PORT_MAIN].frames[15], [3.0, 30.0]);
    assert_eq!(onset(1), Some(15));
    assert_eq!(onset(2), Some(15));
    // All strips are padded to the longest, 5, and no further.
    assert_eq!(onset(5), Some(5));
}

#[test]
fn bypass_is_the_delayed_main_input_and_groups_fall_silent() {
    let mut routing = Routing::default();
    routing.strips[0].sends[0].level = Fader::UNITY;
    routing.strips[0].sends[1].level = Fader::UNITY;
    routing.buses[1].role = Role::Mix;
    routing.bypass = true;
    assert_close(settled(&routing, PORT_MAIN), [1.0, 10.0]);
    assert_close(settled(&routing, 1), [0.0, 0.0]);
    assert_close(settled(&routing, 2), [1.0, 10.0]);
}

#[test]
fn one_port_feeds_several_strips_and_links_are_silent() {
    let mut routing = Routing::default();
    routing.strips.iter_mut().for_each(|strip| strip.input = Input::Off);
    routing.strips[7].input = Input::Port(2);
    routing.strips[9].input = Input::Port(2);
    routing.strips[10].input = Input::Link(2);
    assert_close(settled(&routing, PORT_MAIN), [6.0, 60.0]);
}

/// A property test proves nothing about what its generator never makes.
#[test]
fn arbitrary_routings_hold_what_the_laws_are_about() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = routings::edits(60);
    let mut seen = std::collections::BTreeMap::<&str, u32>::new();
    for _ in 0..300 {
        let routing = routings::edited(&strategy.new_tree(&mut runner).unwrap().current());
        let structure = Structure::of(&routing, &NO_LATENCY);
        let verdicts: Vec<Verdict> = structure.verdict.iter().flatten().copied().collect();
        let masked = (0..STRIPS + BUSES).any(|source| {
            (0..BUSES).any(|destination| {
                let (tap, level) = oracle::structure::wish(&routing, source, destination);
                let sounds = tap != Tap::Off && level > 0.0;
                sounds && !structure.passes(&routing, source, destination)
            })
        });
        let outputs = mix(&routing, &NO_LATENCY, &steady(1)).outputs;
        let loud = outputs.iter().filter(|port| port.frames[0] != [0.0; 2]).count();
        let soloed = !oracle::structure::listened_to(&routing).is_empty();
        let mut count = |what, holds: bool| *seen.entry(what).or_default() += u32::from(holds);
        count("a refused loop", verdicts.contains(&Verdict::Loop));
        count("a refused role", verdicts.contains(&Verdict::Role));
        count("a masked send", masked);
        count("four loud ports", loud >= 4);
        count("sound on Main", outputs[PORT_MAIN].frames[0] != [0.0; 2]);
        count("sound on Cue", outputs[PORT_CUE].frames[0] != [0.0; 2]);
        count("sound on speakers A", outputs[PORT_MONITOR_A].frames[0] != [0.0; 2]);
        count("sound on speakers B", outputs[PORT_MONITOR_B].frames[0] != [0.0; 2]);
        count("solo in place", soloed && routing.solo_mode == SoloMode::InPlace);
        count("talkback", routing.monitor.talkback && routing.talkback_source.is_some());
        count("bypass", routing.bypass);
        count("no bypass", !routing.bypass);
    }
    for (what, times) in &seen {
        assert!(*times >= 12, "{what} in only {times} of 300 routings: {seen:?}");
    }
}

#[test]
fn a_slot_is_turned_down_by_the_strip_it_listens_to_and_waits_for_it() {
    // Strip 1's slot [2] listens to Strip 2 [3] at Post: the chain waits 3, and 1/(1 + ½²) is 0.8.
    let mut routing = quiet();
    routing.strips[0].main_tap = Tap::Pre;
    let mut chains = Chains::delays(&NO_LATENCY);
    chains.delay[1] = 3;
    chains.slots[0] = vec![Slot { latency: 2, key: Some((1, Tap::Post)) }];
    let mut inputs = steady(9);
    inputs[0] = [vec![1.0; 9], vec![1.0; 9]];
    inputs[1] = [vec![0.5; 9], vec![2.0; 9]];
    let mixed = mix_with(&routing, &chains, &inputs);
    assert_eq!(mixed.latency, 5);
    let main = &mixed.outputs[PORT_MAIN].frames;
    assert_eq!(main[4], [0.0; 2]);
    assert_close(main[5], [0.8, 0.2]);
    // Half of the chain and half of its input.
    routing.strips[0].insert_mix = 0.5;
    assert_close(mix_with(&routing, &chains, &inputs).outputs[PORT_MAIN].frames[5], [0.9, 0.6]);
    // What a muted strip sends nowhere can still be listened to; at its fader, it is silence.
    routing.strips[0].insert_mix = 1.0;
    routing.strips[1].mute = true;
    assert_close(mix_with(&routing, &chains, &inputs).outputs[PORT_MAIN].frames[5], [0.8, 0.2]);
    routing.strips[1].fader = Fader::OFF;
    assert_close(mix_with(&routing, &chains, &inputs).outputs[PORT_MAIN].frames[5], [1.0, 1.0]);
}

#[test]
fn keys_are_refused_after_all_edges_and_in_the_order_of_their_sources() {
    let key = |source, tap, node| Key { source, tap, node, offset: 0 };
    let mut routing = Routing::default();
    routing.buses[0].sends[1].tap = Tap::Post;
    let keys = [
        key(STRIPS + 1, Tap::Input, STRIPS),
        key(STRIPS, Tap::Input, STRIPS + 1),
        key(1, Tap::Post, 0),
        key(0, Tap::Pre, 1),
        key(1, Tap::Input, 0),
        key(2, Tap::Input, 2),
        key(2, Tap::Pre, 2),
        key(STRIPS, Tap::Input, 3),
        key(STRIPS + MAIN, Tap::Post, STRIPS),
        key(STRIPS + MAIN, Tap::Input, STRIPS + MAIN),
        key(STRIPS + 5, Tap::Post, STRIPS + MAIN),
        key(5, Tap::Off, 6),
    ];
    let structure = Structure::with_keys(&routing, &NO_LATENCY, &keys);
    let fates: Vec<Verdict> = structure.keys.iter().map(|(_, verdict)| *verdict).collect();
    use Verdict::{Loop, Off, Open};
    assert_eq!(fates, [Loop, Open, Loop, Open, Open, Open, Loop, Loop, Loop, Open, Open, Off]);
}
