//! Properties of the schedule: what is admitted, in which order it runs, how late it is.
//!
//! Not here: sound. The structure is compared with the oracle's, which was worked out apart.

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "oracle/oracle.rs"]
mod oracle;
#[allow(dead_code)]
#[path = "common/routings.rs"]
mod routings;

use oracle::structure::{Structure, Verdict, reaches, wish};
use proptest::prelude::*;
use routings::edited;
use switchyard::routing::{BUSES, DESTINATIONS, MAIN, NODES, Routing, SOURCES, STRIPS, Tap};
use switchyard::schedule::{Admission, Schedule, Timing, compile};

/// The admitted edges between buses as pairs of bus indices, in (source, destination) order.
fn admitted(schedule: &Schedule) -> Vec<(usize, usize)> {
    let pairs = (0..BUSES).flat_map(|j| (0..BUSES).map(move |k| (j, k)));
    pairs.filter(|(j, k)| schedule.admission(STRIPS + j, *k) == Admission::Open).collect()
}

proptest! {
    #![proptest_config(routings::cases(400))]

    #[test]
    fn every_edge_meets_the_fate_the_oracle_says(edits in routings::edits(120)) {
        let routing = edited(&edits);
        let schedule = compile(&routing, &Timing::ZERO);
        let structure = Structure::of(&routing, &[0; NODES]);
        for source in 0..SOURCES {
            for destination in 0..DESTINATIONS {
                let expected = match structure.verdict[source][destination] {
                    Verdict::Off => Admission::Off,
                    Verdict::Open => Admission::Open,
                    Verdict::Role => Admission::Role,
                    Verdict::Loop => Admission::Loop,
                };
                prop_assert_eq!(
                    schedule.admission(source, destination), expected, "{} {}", source, destination
                );
            }
        }
    }

    #[test]
    fn an_edge_is_refused_only_if_it_would_close_a_loop_with_those_before_it(
        edits in routings::edits(120),
    ) {
        let routing = edited(&edits);
        let schedule = compile(&routing, &Timing::ZERO);
        let edges = admitted(&schedule);
        for j in 0..BUSES {
            for k in 0..BUSES {
                let earlier: Vec<_> = edges.iter().copied().filter(|edge| *edge < (j, k)).collect();
                match schedule.admission(STRIPS + j, k) {
                    Admission::Loop => {
                        prop_assert!(reaches(&earlier, k, j));
                        let path = schedule.loop_path(j, k);
                        prop_assert_eq!(path.first(), Some(&k));
                        prop_assert_eq!(path.last(), Some(&j));
                        for pair in path.windows(2) {
                            prop_assert!(edges.contains(&(pair[0], pair[1])), "{path:?}");
                        }
                    }
                    Admission::Open => prop_assert!(!reaches(&edges, k, j)),
                    Admission::Off | Admission::Role => {}
                }
            }
        }
    }

    #[test]
    fn a_bus_runs_after_all_that_feed_it(edits in routings::edits(120)) {
        let routing = edited(&edits);
        let schedule = compile(&routing, &Timing::ZERO);
        let mut sorted = schedule.order;
        sorted.sort_unstable();
        prop_assert!(sorted.iter().enumerate().all(|(j, bus)| j == usize::from(*bus)));
        let position = |bus: usize| schedule.order.iter().position(|b| usize::from(*b) == bus);
        for (j, k) in admitted(&schedule) {
            prop_assert!(position(j) < position(k), "{j} > {k} in {:?}", schedule.order);
        }
    }

    #[test]
    fn delays_align_every_path_and_latency_is_the_longest(
        edits in routings::edits(120),
        chain in prop::collection::vec(0..500u32, NODES),
        floor in prop_oneof![Just(0), 0..9000u32],
    ) {
        let routing = edited(&edits);
        let chain = chain.try_into().unwrap();
        let schedule = compile(&routing, &Timing { chain, floor, ..Timing::ZERO });
        let structure = Structure::of(&routing, &chain);
        prop_assert_eq!(schedule.latency, structure.latency.max(floor));
        for source in 0..SOURCES {
            for destination in 0..DESTINATIONS {
                let (tap, _) = wish(&routing, source, destination);
                if structure.verdict[source][destination] == Verdict::Open {
                    let expected = structure.arrival[destination] - structure.tap_time(source, tap);
                    let delay = schedule.delay(source, tap, destination);
                    prop_assert_eq!(delay, expected, "{} {:?} {}", source, tap, destination);
                }
            }
        }
    }

    #[test]
    fn masks_let_through_what_the_oracle_lets_through(edits in routings::edits(120)) {
        let routing = edited(&edits);
        let schedule = compile(&routing, &Timing::ZERO);
        let structure = Structure::of(&routing, &[0; NODES]);
        for source in 0..SOURCES {
            for destination in 0..DESTINATIONS {
                // Of a silent edge it does not matter whether a mask is in its way as well, and of
                // a Return with nothing soloed before it neither: it is solo-safe.
                let (tap, level) = wish(&routing, source, destination);
                let sounds = tap != Tap::Off
                    && level > 0.0
                    && structure.verdict[source][destination] == Verdict::Open;
                let safe = source >= STRIPS
                    && routing.buses[source - STRIPS].role == switchyard::routing::Role::Return;
                if sounds && !safe {
                    prop_assert_eq!(
                        schedule.passes(source, destination),
                        structure.passes(&routing, source, destination),
                        "{} {}", source, destination
                    );
                }
            }
        }
    }
}

#[test]
fn levels_masks_and_faders_play_no_part_in_admission() {
    let mut routing = Routing::default();
    routing.buses[0].sends[1].tap = Tap::Post;
    routing.buses[1].sends[0].tap = Tap::Post;
    routing.buses[0].sends[1].level = switchyard::routing::Fader::OFF;
    routing.buses[0].mute = true;
    let schedule = compile(&routing, &Timing::ZERO);
    assert_eq!(schedule.admission(STRIPS, 1), Admission::Open);
    assert_eq!(schedule.admission(STRIPS + 1, 0), Admission::Loop);
    assert_eq!(schedule.loop_path(1, 0), [0, 1]);
    assert_eq!(schedule.admission(STRIPS + 1, MAIN), Admission::Open);
}
