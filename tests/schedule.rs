//! Properties of the schedule: what is admitted, in which order it runs, how late it is.
//!
//! Not here: sound. The structure is compared with the oracle's, which was worked out apart.

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "oracle/oracle.rs"]
mod oracle;
#[allow(dead_code)]
#[path = "common/routings.rs"]
mod routings;

use oracle::slots::{Chains, Slot};
use oracle::structure::{Structure, Verdict, reaches, wish};
use proptest::prelude::*;
use routings::edited;
use switchyard::routing::{BUSES, DESTINATIONS, MAIN, NODES, Node, Routing, SOURCES, STRIPS, Tap};
use switchyard::schedule::keys::{KEYS, KeyEdge};
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
    fn keys_meet_the_fate_and_the_times_the_oracle_says_wherever_they_stand_in_the_table(
        edits in routings::edits(60),
        chain in routings::latencies(300),
        slots in routings::slots(20, 60),
        places in [routings::places(), routings::places()],
    ) {
        let routing = edited(&edits);
        let mut chains = Chains::delays(&chain);
        for (node, latency, key) in slots {
            chains.slots[node].push(Slot { latency, key });
        }
        let keys = chains.keys();
        let chain = chains.latency();
        let structure = Structure::with_keys(&routing, &chain, &keys);
        let timings = places.each_ref().map(|places| {
            let mut timing = Timing { chain, ..Timing::ZERO };
            for (key, place) in keys.iter().zip(places) {
                let [source, node] = [key.source, key.node].map(Node::from_index);
                timing.keys[*place] =
                    Some(KeyEdge { source, tap: key.tap, node, offset: key.offset });
            }
            timing
        });
        let schedule = compile(&routing, &timings[0]);
        prop_assert_eq!(schedule.latency, structure.latency);
        prop_assert!(schedule.latency <= timings[0].bound());
        for node in 0..NODES {
            prop_assert_eq!(schedule.head(node), structure.head[node], "head {}", node);
            for tap in Tap::PLACES {
                prop_assert_eq!(schedule.tap_time(node, tap), structure.tap_time(node, tap));
            }
        }
        for ((key, verdict), place) in structure.keys.iter().zip(&places[0]) {
            let admission = schedule.key_admission(*place);
            prop_assert_eq!(admission == Admission::Loop, *verdict == Verdict::Loop, "{:?}", key);
            prop_assert_eq!(admission == Admission::Open, *verdict == Verdict::Open, "{:?}", key);
            let slot = structure.tap_time(key.node, Tap::Input) + structure.head[key.node];
            let delay = schedule.key_delay(*place);
            if *verdict == Verdict::Open {
                let heard = structure.tap_time(key.source, key.tap) + delay;
                prop_assert_eq!(heard, slot + key.offset, "{:?}", key);
            } else {
                prop_assert_eq!(delay, 0);
            }
        }
        // Elsewhere in the table, the same.
        let other = compile(&routing, &timings[1]);
        prop_assert_eq!(other.order, schedule.order);
        prop_assert_eq!(other.strips, schedule.strips);
        prop_assert_eq!(other.to_string(), schedule.to_string());
        for (one, another) in places[0].iter().zip(&places[1]).take(keys.len()) {
            prop_assert_eq!(schedule.key_admission(*one), other.key_admission(*another));
            prop_assert_eq!(schedule.key_delay(*one), other.key_delay(*another));
        }
    }

    #[test]
    fn keys_never_run_in_a_ring_and_a_refused_one_says_which(
        edits in routings::edits(60),
        slots in routings::slots(40, 0),
    ) {
        let routing = edited(&edits);
        let keys: Vec<KeyEdge> = slots
            .iter()
            .filter_map(|(node, _, key)| {
                let (source, tap) = (*key)?;
                let [source, node] = [source, *node].map(Node::from_index);
                Some(KeyEdge { source, tap, node, offset: 0 })
            })
            .collect();
        let mut timing = Timing::ZERO;
        keys.iter().enumerate().for_each(|(index, key)| timing.keys[index] = Some(*key));
        let schedule = compile(&routing, &timing);
        let mut strips = schedule.strips;
        strips.sort_unstable();
        prop_assert!(strips.iter().enumerate().all(|(i, strip)| i == usize::from(*strip)));
        let edges = admitted(&schedule);
        // What leads from one node to another: edges and keys that run, and what automation opens.
        let leads = |from: Node, to: Node| {
            let by_key = keys.iter().enumerate().any(|(index, key)| {
                (key.source, key.node) == (from, to)
                    && schedule.key_admission(index) == Admission::Open
            });
            by_key
                || match (from, to) {
                    (Node::Bus(j), Node::Bus(k)) => edges.contains(&(j, k)),
                    (Node::Strip(_), Node::Strip(_)) | (Node::Main, _) => false,
                    (from, to) => from.index() < to.index(),
                }
        };
        for (index, key) in keys.iter().enumerate() {
            let path = schedule.key_loop_path(index);
            match schedule.key_admission(index) {
                Admission::Open => {
                    prop_assert!(path.is_empty());
                    let in_time = match (key.source, key.node) {
                        (source, node) if source == node => key.tap == Tap::Input,
                        (Node::Strip(_), Node::Strip(_)) if key.tap == Tap::Input => true,
                        (Node::Strip(from), Node::Strip(to)) => {
                            schedule.strip_place(from) < schedule.strip_place(to)
                        }
                        (Node::Bus(from), Node::Bus(to)) => {
                            schedule.place(from) < schedule.place(to)
                        }
                        (from, to) => from.index() < to.index() && !matches!(to, Node::Strip(_)),
                    };
                    prop_assert!(in_time, "{key:?}");
                }
                Admission::Loop => {
                    prop_assert_eq!(path.first(), Some(&key.node));
                    prop_assert_eq!(path.last(), Some(&key.source));
                    for pair in path.windows(2) {
                        prop_assert!(leads(pair[0], pair[1]), "{key:?} {path:?}");
                    }
                }
                Admission::Off | Admission::Role => prop_assert!(false, "{key:?}"),
            }
        }
        for (j, k) in edges {
            prop_assert!(schedule.place(j) < schedule.place(k));
        }
    }

    #[test]
    fn automation_never_changes_what_becomes_of_a_key(
        edits in routings::edits(60),
        lanes in prop::collection::vec(routings::automation(), 1..40),
        chain in routings::latencies(90),
        slots in routings::slots(20, 30),
    ) {
        let routing = edited(&edits);
        let automated = routings::apply(&routing, &lanes.concat());
        let mut timing = Timing { chain, ..Timing::ZERO };
        for (index, (node, offset, key)) in slots.into_iter().enumerate() {
            timing.keys[index] = key.map(|(source, tap)| {
                let [source, node] = [source, node].map(Node::from_index);
                KeyEdge { source, tap, node, offset }
            });
        }
        let [before, after] = [&routing, &automated].map(|routing| compile(routing, &timing));
        prop_assert!(before.latency <= timing.bound());
        prop_assert_eq!(before.latency, after.latency);
        prop_assert_eq!((before.strips, before.order), (after.strips, after.order));
        for index in 0..KEYS {
            prop_assert_eq!(before.key_admission(index), after.key_admission(index));
            prop_assert_eq!(before.key_delay(index), after.key_delay(index));
            // Even an offset past the chain's end stays within what the delay memory holds.
            prop_assert!(before.key_delay(index) <= timing.bound());
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
