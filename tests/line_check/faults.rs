//! Faults between the engine and the ports, or in what the engine runs, are found and named.

use crate::{check, differences};
use std::collections::VecDeque;
use switchyard::line_check::{LineCheck, Outputs, Verdict};
use switchyard::routing::{Fader, NODES, PORT_MAIN, Role, Routing, Tap};
use switchyard::templates::TEMPLATES;

/// Two strips: to Main, to a Group on Bus 1, and before the fader to a Mix on Bus 3.
fn desk() -> Routing {
    let mut routing = Routing::default();
    routing.buses[2].role = Role::Mix;
    for strip in &mut routing.strips[..2] {
        strip.sends[0].level = Fader::UNITY;
        strip.sends[2].level = Fader::from_db(-6.0);
        strip.sends[2].tap = Tap::Pre;
        strip.fader = Fader::from_db(-10.0);
    }
    routing
}

fn faulty(routing: &Routing, through: impl FnMut(&mut Outputs)) -> LineCheck {
    check(routing, routing, &[7; NODES], through)
}

/// The verdicts that differ, by strip and port.
fn verdicts(check: &LineCheck) -> Vec<(usize, usize, Verdict)> {
    check.grid().differences().map(|(strip, port, cell)| (strip, port, cell.verdict)).collect()
}

#[test]
fn every_template_passes_without_a_single_difference() {
    for template in TEMPLATES {
        let (routing, _) = (template.build)();
        let found = faulty(&routing, |_| ());
        assert_eq!(differences(&found), Vec::<String>::new(), "{}", template.id);
    }
}

#[test]
fn a_swapped_pair_is_found() {
    let found = faulty(&desk(), |ports| ports.sound[3].swap(0, 1));
    assert_eq!(verdicts(&found), [(0, 3, Verdict::Swapped), (1, 3, Verdict::Swapped)]);
}

#[test]
fn two_exchanged_ports_are_found() {
    let found = faulty(&desk(), |ports| ports.sound.swap(3, 4));
    let expected =
        [0, 1].map(|strip| [(strip, 3, Verdict::Silent), (strip, 4, Verdict::Unexpected)]);
    assert_eq!(verdicts(&found), expected.concat());
}

#[test]
fn a_muted_bus_is_found() {
    let routing = desk();
    let mut runs = routing;
    runs.buses[0].mute = true;
    let found = check(&routing, &runs, &[0; NODES], |_| ());
    let silent = |strip| (strip, 1, Verdict::Silent);
    let [a, b] = [0, 1].map(silent);
    assert!(verdicts(&found).contains(&a) && verdicts(&found).contains(&b));
    // The bus fed Main as well, where its strips are too quiet now.
    let main = found.grid().cell(0, PORT_MAIN).unwrap().verdict;
    assert!(matches!(main, Verdict::Level(db) if (db + 6.02).abs() < 0.01), "{main}");
    assert_eq!(verdicts(&found).len(), 4);
}

#[test]
fn a_wrong_tap_is_found() {
    let routing = desk();
    let mut runs = routing;
    runs.strips[1].sends[2].tap = Tap::Post;
    let found = check(&routing, &runs, &[0; NODES], |_| ());
    let [(1, 3, Verdict::Level(db))] = verdicts(&found)[..] else {
        panic!("{:?}", differences(&found));
    };
    assert!((db + 10.0).abs() < 0.01, "the fader at −10 dB takes part: {db}");
}

/// Delays a side of a port by one sample.
fn late(port: usize, side: usize) -> impl FnMut(&mut Outputs) {
    let mut past = VecDeque::from([0.0]);
    move |ports| {
        for x in &mut ports.sound[port][side] {
            past.push_back(*x);
            *x = past.pop_front().unwrap_or_default();
        }
    }
}

#[test]
fn one_sample_of_misalignment_is_found_on_both_sides_and_on_one() {
    for side in 0..2 {
        let found = faulty(&desk(), late(1, side));
        assert_eq!(verdicts(&found), [(0, 1, Verdict::Late(1)), (1, 1, Verdict::Late(1))]);
    }
    let (mut left, mut right) = (late(0, 0), late(0, 1));
    let found = faulty(&desk(), |ports| {
        left(ports);
        right(ports);
    });
    let on_main = |strip| (strip, PORT_MAIN, Verdict::Late(1));
    assert_eq!(verdicts(&found), (0..16).map(on_main).collect::<Vec<_>>());
}

#[test]
fn one_sample_too_early_is_found() {
    let mut runs = desk();
    // Bus 1 leaves out the padding to Main's chain.
    runs.buses[0].immediate = true;
    let mut chain = [0; NODES];
    chain[NODES - 1] = 1;
    let found = check(&desk(), &runs, &chain, |_| ());
    assert_eq!(verdicts(&found), [(0, 1, Verdict::Late(-1)), (1, 1, Verdict::Late(-1))]);
}

#[test]
fn three_decibels_too_quiet_are_found_and_half_a_decibel_is_not() {
    let turned = |db: f32| {
        faulty(&desk(), move |ports| {
            let gain = 10f32.powf(db / 20.0);
            ports.sound[3].iter_mut().flatten().for_each(|x| *x *= gain);
        })
    };
    let found = verdicts(&turned(-3.0));
    assert_eq!(found.len(), 2);
    for (strip, port, verdict) in found {
        assert!(matches!(verdict, Verdict::Level(db) if (db + 3.0).abs() < 0.01), "{verdict}");
        assert!(strip < 2 && port == 3);
    }
    for db in [-0.45, 0.45] {
        assert_eq!(verdicts(&turned(db)), []);
    }
    assert_eq!(verdicts(&turned(0.6)).len(), 2);
}

#[test]
fn inverted_polarity_an_echo_and_a_lost_side_are_found() {
    let inverted = faulty(&desk(), |ports| {
        ports.sound[3].iter_mut().flatten().for_each(|x| *x = -*x);
    });
    assert_eq!(verdicts(&inverted), [(0, 3, Verdict::Inverted), (1, 3, Verdict::Inverted)]);
    let mut echo = late(4, 0);
    let echoed = faulty(&desk(), |ports| {
        // Port 4 is silent and serves as the echo's memory.
        ports.sound[4][0] = ports.sound[3][0].clone();
        echo(ports);
        let [wet, dry] = [ports.sound[4][0].clone(), ports.sound[3][0].clone()];
        let mixed = dry.iter().zip(&wet).map(|(dry, wet)| dry + 0.2 * wet);
        ports.sound[3][0] = mixed.collect();
        ports.sound[4][0].fill(0.0);
    });
    assert_eq!(verdicts(&echoed), [(0, 3, Verdict::Blurred), (1, 3, Verdict::Blurred)]);
    let lost = faulty(&desk(), |ports| ports.sound[1][1].fill(0.0));
    assert_eq!(verdicts(&lost), [(0, 1, Verdict::Sides), (1, 1, Verdict::Sides)]);
}

#[test]
fn a_wrong_polarity_source_or_pan_in_the_engine_is_found() {
    let routing = desk();
    type Change = fn(&mut Routing);
    let tried: [(Change, Verdict); 3] = [
        (|runs| runs.strips[0].polarity = true, Verdict::Inverted),
        (|runs| runs.strips[0].source = switchyard::routing::Source::Swapped, Verdict::Swapped),
        (|runs| runs.strips[0].source = switchyard::routing::Source::Left, Verdict::Sides),
    ];
    for (change, verdict) in tried {
        let mut runs = routing;
        change(&mut runs);
        let found = check(&routing, &runs, &[0; NODES], |_| ());
        assert_eq!(found.grid().cell(0, 3).unwrap().verdict, verdict);
        assert!(verdicts(&found).iter().all(|(strip, ..)| *strip == 0));
    }
}
