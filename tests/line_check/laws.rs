//! What is expected is what the engine does, whatever the routing.

use crate::{RATE, check, check_at, differences, routings};
use proptest::prelude::*;
use switchyard::line_check::{Expected, level_db, tested};
use switchyard::routing::{NODES, OUTPUT_PORTS, Routing};
use switchyard::schedule::{Timing, compile};

proptest! {
    #![proptest_config(routings::cases(220))]

    #[test]
    fn measured_equals_expected_for_arbitrary_routings(
        edits in routings::edits(80),
        chain in routings::latencies(90),
    ) {
        let routing = routings::edited(&edits);
        // At a low rate, because signals are short there and the law knows no rate.
        let check = check_at(12_000.0, &routing, &routing, &chain, |_| ());
        prop_assert_eq!(differences(&check), Vec::<String>::new());
        let grid = check.grid();
        for strip in tested(&routing) {
            for port in 0..OUTPUT_PORTS {
                let cell = grid.cell(strip, port).expect("every strip that hears a port is tested");
                let [wanted, got] = [level_db(&cell.expected.gains), level_db(&cell.arrival.gains)];
                if wanted < -60.0 {
                    prop_assert!(got < -59.9, "{strip} {port}: {got} dB");
                    continue;
                }
                prop_assert!((wanted - got).abs() < 0.1, "{strip} {port}: {wanted} {got} dB");
                prop_assert_eq!(cell.arrival.delay(), Some(cell.expected.delay));
            }
        }
    }
}

#[test]
fn it_measures_the_same_at_every_sample_rate() {
    let mut chain = [0; NODES];
    (chain[0], chain[20]) = (31, 200);
    let routing = Routing::default();
    for rate in [22_050.0, 44_100.0, 96_000.0, 192_000.0] {
        let found = check_at(rate, &routing, &routing, &chain, |_| ());
        assert_eq!(differences(&found), Vec::<String>::new(), "at {rate} Hz");
        assert_eq!(found.progress(), (16, 16));
    }
}

#[test]
fn no_strip_s_signal_is_louder_than_20_dbfs_on_any_port() {
    let mut routing = Routing::default();
    for strip in &mut routing.strips {
        strip.trim_db = 24.0;
        strip.fader = switchyard::routing::Fader(1.0);
    }
    routing.main.fader = switchyard::routing::Fader(1.0);
    let mut loudest: f32 = 0.0;
    let found = check(&routing, &routing, &[0; NODES], |ports| {
        let samples = ports.sound.iter().flatten().flatten();
        loudest = samples.fold(loudest, |most, x| most.max(x.abs()));
    });
    assert!((0.099..=0.1001).contains(&loudest), "{loudest}");
    assert_eq!(differences(&found), Vec::<String>::new());
    let schedule = compile(&routing, &Timing::ZERO);
    let level = Expected::of(&routing, &schedule, 0).level(0);
    assert!((20.0 * level.log10() + 64.0).abs() < 1e-3, "44 dB of gain are held back: {level}");
}

#[test]
fn it_takes_a_few_seconds() {
    let routing = Routing::default();
    let mut chain = [0; NODES];
    chain[0] = 2000;
    let mut frames = 0;
    check(&routing, &routing, &chain, |ports| frames += ports.sound[0][0].len());
    let seconds = frames as f64 / RATE;
    assert!(seconds < 4.0, "{seconds} s");
    let told = switchyard::line_check::duration(16, 2000, RATE);
    assert!((seconds - told).abs() < 0.5, "{seconds} s, but {told} s were announced");
}
