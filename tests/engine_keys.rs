//! Keys in the engine: what a slot listens to reaches it with its input to the sample, is refused and
//! readmitted without a click, and depends on no block.
//!
//! Not here: admission, order and times as such (`schedule`, `schedule_golden`).

// Ports, sides and samples are indices into several sounds at once.
#![allow(clippy::needless_range_loop)]

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "common/desk.rs"]
mod desk;
#[allow(dead_code)]
#[path = "common/listeners.rs"]
mod listeners;
#[allow(dead_code)]
#[path = "oracle/oracle.rs"]
mod oracle;
#[allow(dead_code)]
#[path = "common/routings.rs"]
mod routings;

use desk::{MAX_LATENCY, Sound, assert_same_bits, difference, noise, play_on, sound};
use listeners::{Duck, Notes, Recorder, ducks, slot};
use oracle::slots::{Chains, Slot};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};
use switchyard::engine::rack::{Office, Place, Plan, Transfer};
use switchyard::engine::{Engine, Setup, chain, ramp_length};
use switchyard::routing::{
    BUSES, Fader, INPUT_PORTS, MAIN, NODES, Node, OUTPUT_PORTS, Role, Routing, STRIPS, Tap,
};
use switchyard::schedule::Admission;
use switchyard::schedule::keys::{KEYS, KeyEdge};

const RATE: f64 = 48_000.0;

/// −120 dB, as for routings without keys.
const CLOSE: f64 = 1e-6;

fn engine(routing: &Routing, delay: &[u32; NODES], plan: Plan) -> (Engine, Office) {
    let setup = Setup { sample_rate: RATE, chain_latency: *delay, max_latency: MAX_LATENCY };
    Engine::with_chains(&setup, routing, Arc::default(), plan)
}

/// The oracle's chains of a test's slots behind pure delays.
fn described(delay: &[u32; NODES], slots: &[routings::ListeningSlot]) -> Chains {
    let mut chains = Chains::delays(delay);
    for (node, latency, key) in slots {
        chains.slots[*node].push(Slot { latency: *latency, key: *key });
    }
    chains
}

/// The samples of a sound between two.
fn window(inputs: &Sound, range: std::ops::Range<usize>) -> Sound {
    inputs.iter().map(|port| port.each_ref().map(|side| side[range.clone()].to_vec())).collect()
}

fn append(whole: &mut Sound, more: Sound) {
    for (whole, more) in whole.iter_mut().flatten().zip(more.into_iter().flatten()) {
        whole.extend(more);
    }
}

fn assert_same_sound(a: &Sound, b: &Sound, what: &str) {
    for port in 0..OUTPUT_PORTS {
        assert_same_bits(&a[port], &b[port], &format!("{what}, port {port}"));
    }
}

/// The largest step of a port.
fn step(port: &[Vec<f32>; 2]) -> f32 {
    let steps = port.iter().flat_map(|side| side.windows(2));
    steps.map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

proptest! {
    #![proptest_config(routings::cases(300))]

    #[test]
    fn the_engine_equals_the_oracle_for_arbitrary_routings_with_keys(
        edits in routings::edits(60),
        delay in routings::latencies(30),
        slots in routings::slots(8, 40),
        places in routings::places(),
        seed in any::<u64>(),
        blocks in prop::collection::vec(1..200usize, 1..8),
    ) {
        let routing = routings::edited(&edits);
        let chains = described(&delay, &slots);
        let (mut engine, _) = engine(&routing, &delay, ducks(&chains, &places, RATE));
        let inputs = noise(seed, 500);
        let heard = play_on(&mut engine, &inputs, &blocks);
        let expected = oracle::mix_with(&routing, &chains, &inputs);
        prop_assert_eq!(engine.latency(), expected.latency);
        for port in 0..OUTPUT_PORTS {
            let tolerance = CLOSE * expected.outputs[port].bound.max(1.0);
            for (n, frame) in expected.outputs[port].frames.iter().enumerate() {
                for side in 0..2 {
                    let got = f64::from(heard[port][side][n]);
                    prop_assert!(
                        (got - frame[side]).abs() <= tolerance,
                        "port {port} side {side} sample {n}: {got} instead of {}, tolerance \
                         {tolerance}",
                        frame[side]
                    );
                }
            }
        }
    }
}

/// A slot that writes down what it hears: node, lane, latency, key.
type WritingSlot = (usize, usize, u32, Option<(usize, Tap)>);

proptest! {
    #![proptest_config(routings::cases(80))]

    #[test]
    fn an_impulse_in_every_strip_reaches_a_slots_input_and_its_key_at_the_same_sample(
        slots in routings::slots(24, 24),
        lanes in prop::collection::vec(0..3usize, 24),
        delay in routings::latencies(20),
        places in routings::places(),
        bus_edges in prop::collection::vec((0..BUSES, 0..BUSES, 1..=3usize), 0..16),
        strip_taps in prop::collection::vec(1..=3usize, STRIPS),
        mixes in prop::collection::vec(any::<bool>(), BUSES),
        at in 0..70usize,
    ) {
        const TAPS: [Tap; 4] = [Tap::Off, Tap::Input, Tap::Pre, Tap::Post];
        let mut routing = Routing::default();
        for j in 0..BUSES {
            routing.buses[j].role = if mixes[j] { Role::Mix } else { Role::Group };
            for i in 0..STRIPS {
                routing.strips[i].sends[j].level = Fader::UNITY;
                routing.strips[i].sends[j].tap = TAPS[strip_taps[i]];
            }
        }
        for (j, k, tap) in bus_edges {
            routing.buses[j].sends[k].tap = TAPS[tap];
        }

        let slots: Vec<WritingSlot> = slots
            .iter()
            .zip(lanes)
            .map(|((node, latency, key), lane)| (*node, lane, *latency, *key))
            .collect();
        let mut plan = Plan::empty();
        let mut written = Vec::new();
        for node in 0..NODES {
            let here: Vec<_> = slots.iter().filter(|slot| slot.0 == node).collect();
            if here.is_empty() {
                continue;
            }
            let mut parallel: Vec<Vec<chain::Slot>> = (0..3).map(|_| Vec::new()).collect();
            let mut offsets = [0; 3];
            for (_, lane, latency, key) in here {
                let index = written.len();
                let place = key.map(|(source, tap)| {
                    let [source, node] = [source, node].map(Node::from_index);
                    let offset = offsets[*lane];
                    plan.keys[places[index]] = Some(KeyEdge { source, tap, node, offset });
                    places[index]
                });
                let notes = Arc::new(Mutex::new(Notes::default()));
                let effect = Recorder::boxed(*latency, &notes);
                parallel[*lane].push(slot(index as u64 + 1, effect, place, RATE));
                written.push((node, offsets[*lane], place, notes));
                offsets[*lane] += latency;
            }
            plan.chains[node] = Some(listeners::chain(parallel, RATE));
        }
        let (mut engine, _) = engine(&routing, &delay, plan);
        let length = at + engine.latency() as usize + 100;
        let impulse = sound(INPUT_PORTS, length, |_, _, n| if n == at { 1.0 } else { 0.0 });
        play_on(&mut engine, &impulse, &[128, 50]);

        let schedule = engine.schedule();
        for (node, offset, key, notes) in &written {
            let notes = notes.lock().unwrap();
            let head = schedule.head(*node) + delay[*node];
            let here = schedule.tap_time(*node, Tap::Input) + head + offset;
            let here = vec![at as u64 + u64::from(here)];
            prop_assert_eq!(&notes.input, &here, "input at node {}", node);
            match key.map(|key| (key, schedule.key_admission(key))) {
                None => prop_assert!(notes.keyless > 0 && notes.key.is_empty()),
                Some((key, Admission::Open)) => {
                    prop_assert_eq!(&notes.key, &here, "key {} at node {}", key, node);
                    prop_assert_eq!(notes.keyless, 0);
                }
                // A refused key is silence, which is not the same as no key.
                Some(_) => prop_assert!(notes.keyless == 0 && notes.key.is_empty()),
            }
        }
    }

    #[test]
    fn with_keys_any_partition_into_blocks_gives_the_same_bits(
        start in routings::edits(40),
        changes in prop::collection::vec((1..600usize, routings::edits(8)), 0..4),
        delay in routings::latencies(40),
        slots in routings::slots(10, 40),
        places in routings::places(),
        partition in prop::collection::vec(1..=1024usize, 1..8),
        seed in any::<u64>(),
    ) {
        let inputs = noise(seed, 600 * (changes.len() + 2));
        let chains = described(&delay, &slots);
        let play = |partition: &[usize]| {
            let mut values = routings::edited(&start);
            let (mut engine, _) = engine(&values, &delay, ducks(&chains, &places, RATE));
            let mut out = sound(OUTPUT_PORTS, 0, |_, _, _| 0.0);
            let mut from = 0;
            for (pause, edits) in &changes {
                append(&mut out, play_on(&mut engine, &window(&inputs, from..from + pause), partition));
                from += pause;
                let next = routings::apply(&values, edits);
                engine.set(&next, &difference(&values, &next));
                values = next;
            }
            let rest = window(&inputs, from..inputs[0][0].len());
            append(&mut out, play_on(&mut engine, &rest, partition));
            out
        };
        let whole = play(&[10_000]);
        for partition in [&partition[..], &[64], &[1]] {
            assert_same_sound(&whole, &play(partition), &format!("blocks {partition:?}"));
        }
    }
}

proptest! {
    #![proptest_config(routings::cases(40))]

    #[test]
    fn where_new_chains_and_keys_lead_does_not_depend_on_the_old_ones(
        start in routings::edits(40),
        old in routings::slots(8, 40),
        new in routings::slots(8, 40),
        kept in 0..4usize,
        places in routings::places(),
        delay in routings::latencies(30),
        seed in any::<u64>(),
    ) {
        // Some entries of the table stay as they are, though all slots go and come.
        let new: Vec<_> = old.iter().take(kept).copied().chain(new).collect();
        let routing = routings::edited(&start);
        let [old, new] = [old, new].map(|slots| described(&delay, &slots));
        let inputs = noise(seed, 12_000);
        let (mut used, mut office) = engine(&routing, &delay, ducks(&old, &places, RATE));
        play_on(&mut used, &window(&inputs, 0..700), &[100]);
        let mut next = ducks(&new, &places, RATE);
        for (node, slots) in old.slots.iter().enumerate() {
            let goes = |slot| Transfer::Goes(Place { node, lane: 0, slot });
            next.transfers.extend((0..slots.len()).map(goes));
        }
        prop_assert!(office.send(Box::new(next)).is_ok());
        let settled = 10_000;
        play_on(&mut used, &window(&inputs, 700..settled), &[100, 31]);
        prop_assert!(office.is_free());
        let (mut fresh, _) = engine(&routing, &delay, ducks(&new, &places, RATE));
        let later = (used.latency() - fresh.latency()) as usize;
        play_on(&mut fresh, &window(&inputs, 0..settled - later), &[100]);
        let (a, b) = (
            play_on(&mut used, &window(&inputs, settled..12_000), &[64]),
            play_on(&mut fresh, &window(&inputs, settled - later..12_000), &[64]),
        );
        for port in 0..OUTPUT_PORTS {
            // The reported latency only grows while running; what is aligned moves with it.
            let aligned = !((1..=BUSES).contains(&port) && routing.buses[port - 1].immediate);
            let from = if aligned { 0 } else { later };
            let tail = |sound: &Sound, from: usize| {
                sound[port].each_ref().map(|side| side[from..from + 1900].to_vec())
            };
            let what = format!("port {port}, {later} later");
            assert_same_bits(&tail(&a, 0), &tail(&b, from), &what);
        }
    }
}

/// Strip 1 on Bus 1, Strip 2 on Bus 2, both on their ports alone; Bus 2 turned down by Bus 1. With
/// `against`, Bus 2 feeds Bus 1, so that the key is refused.
fn two_buses(against: bool) -> Routing {
    let mut routing = Routing::default();
    for i in 0..STRIPS {
        routing.strips[i].main_tap = Tap::Off;
    }
    for i in 0..2 {
        routing.strips[i].sends[i].level = Fader::UNITY;
        routing.buses[i].main_tap = Tap::Off;
    }
    if against {
        routing.buses[1].sends[0].tap = Tap::Post;
    }
    routing
}

/// The key from Bus 1 to Bus 2, whose slot is `latency` late.
fn bus_duck(delay: &[u32; NODES], latency: u32) -> Plan {
    ducks(&described(delay, &[(STRIPS + 1, latency, Some((STRIPS, Tap::Post)))]), &[17], RATE)
}

proptest! {
    #![proptest_config(routings::cases(60))]

    #[test]
    fn a_key_refused_and_readmitted_while_playing_never_clicks(
        pauses in prop::collection::vec(1..1500usize, 1..6),
        late in 0..200u32,
        latency in 0..60u32,
        against in any::<bool>(),
    ) {
        let mut delay = [0; NODES];
        delay[STRIPS] = late;
        let play = |partition: &[usize]| {
            let mut against = against;
            let (mut engine, _) =
                engine(&two_buses(against), &delay, bus_duck(&delay, latency));
            let ones = |length| sound(INPUT_PORTS, length, |_, _, _| 1.0);
            play_on(&mut engine, &ones(1000), partition);
            let mut out = sound(OUTPUT_PORTS, 0, |_, _, _| 0.0);
            for pause in pauses.iter().chain([&4000]) {
                let before = two_buses(against);
                against = !against;
                let after = two_buses(against);
                engine.set(&after, &difference(&before, &after));
                append(&mut out, play_on(&mut engine, &ones(*pause), partition));
            }
            (out, engine, against)
        };
        let (out, mut used, against) = play(&[100]);
        // A gain of 1 goes by in 480 samples; x/(1 + k²) follows at most two thirds as fast, and a
        // delay that changes meanwhile adds as much again, as does the edge into the other bus.
        for port in 1..=2 {
            prop_assert!(step(&out[port]) < 4.0 / 480.0, "port {port}: {}", step(&out[port]));
        }
        let refused = used.schedule().key_admission(17) == Admission::Loop;
        prop_assert_eq!(refused, against);
        // At rest everything is as if it had never been otherwise.
        let inputs = sound(INPUT_PORTS, 1500, |_, _, _| 1.0);
        let (mut fresh, _) = engine(&two_buses(against), &delay, bus_duck(&delay, latency));
        let (a, b) = (play_on(&mut used, &inputs, &[64]), play_on(&mut fresh, &inputs, &[64]));
        assert_same_sound(&window(&a, 1400..1500), &window(&b, 1400..1500), "at rest");
        let expected = if against { 1.0 } else { 0.5 };
        prop_assert_eq!(a[2][0][1400], expected);
        // And all of it in any blocks.
        assert_same_sound(&out, &play(&[1, 77]).0, "other blocks");
    }
}

#[test]
fn the_padding_of_a_chain_comes_and_goes_in_a_fade() {
    let mut delay = [0; NODES];
    delay[STRIPS] = 200;
    let turn = 0.004;
    let waves = sound(INPUT_PORTS, 3000, |_, side, n| (turn * n as f32 + side as f32).sin());
    let (mut engine, _) = engine(&two_buses(false), &delay, bus_duck(&delay, 0));
    assert_eq!(engine.schedule().head(STRIPS + 1), 200);
    let mut out = play_on(&mut engine, &window(&waves, 0..1000), &[100]);
    for (from, against) in [(1000, true), (2000, false)] {
        engine.set(&two_buses(against), &difference(&two_buses(!against), &two_buses(against)));
        assert_eq!(engine.schedule().head(STRIPS + 1), if against { 0 } else { 200 });
        append(&mut out, play_on(&mut engine, &window(&waves, from..from + 1000), &[100]));
    }
    // Waves move by 0.004 a sample; of 200 of them a fade adds a 480th, the key's gain some more.
    let steps = step(&window(&out, 600..3000)[2]);
    assert!(steps < 0.015, "{steps}");
}

/// Strips 1 and 2 on the ports of Buses 1 and 2.
fn two_strips() -> Routing {
    two_buses(false)
}

fn key(source: Node, tap: Tap, node: Node, offset: u32) -> Option<KeyEdge> {
    Some(KeyEdge { source, tap, node, offset })
}

fn stays(node: usize, from: usize, to: usize) -> Vec<Transfer> {
    let at = |slot| Place { node, lane: 0, slot };
    vec![
        Transfer::Stays(at(from), at(to)),
        Transfer::Lane((node, 0), (node, 0)),
        Transfer::Chain(node),
    ]
}

fn awaited(id: u64, latency: u32, key: Option<usize>) -> chain::Slot {
    chain::Slot::awaited(id, latency, 1.0, ramp_length(RATE)).listening(key)
}

/// Strip 1 turned down by Strip 2.
fn first_by_second() -> Plan {
    let mut plan = Plan::empty();
    plan.chains[0] =
        Some(listeners::chain(vec![vec![slot(1, Duck::boxed(30), Some(5), RATE)]], RATE));
    plan.keys[5] = key(Node::Strip(1), Tap::Pre, Node::Strip(0), 0);
    plan
}

/// Plays `inputs`, handing a plan over after 1000 samples.
fn handed_over(start: Plan, next: Option<Plan>, inputs: &Sound, partition: &[usize]) -> Sound {
    let (mut engine, mut office) = engine(&two_strips(), &[0; NODES], start);
    let mut out = play_on(&mut engine, &window(inputs, 0..1000), partition);
    if let Some(next) = next {
        assert!(office.send(Box::new(next)).is_ok());
    }
    append(&mut out, play_on(&mut engine, &window(inputs, 1000..inputs[0][0].len()), partition));
    assert!(office.is_free());
    out
}

#[test]
fn a_key_that_stays_in_a_new_structure_is_not_touched() {
    let mut same = Plan::empty();
    same.chains[0] = Some(listeners::chain(vec![vec![awaited(1, 30, Some(5))]], RATE));
    same.keys[5] = key(Node::Strip(1), Tap::Pre, Node::Strip(0), 0);
    same.transfers = stays(0, 0, 0);
    let inputs = noise(3, 4000);
    let (a, b) = (
        handed_over(first_by_second(), Some(same), &inputs, &[100]),
        handed_over(first_by_second(), None, &inputs, &[100]),
    );
    assert_same_sound(&a, &b, "handed over");
    assert!(a[1][0].iter().any(|x| x.abs() > 0.1));
}

#[test]
fn a_slot_whose_key_left_the_table_hears_silence() {
    let mut keyless = Plan::empty();
    keyless.chains[0] = Some(listeners::chain(vec![vec![awaited(1, 30, Some(5))]], RATE));
    keyless.transfers = stays(0, 0, 0);
    let ones = sound(INPUT_PORTS, 2000, |_, _, _| 1.0);
    let out = handed_over(first_by_second(), Some(keyless), &ones, &[100]);
    assert_eq!((out[1][0][999], out[1][0][1999]), (0.5, 1.0));
}

/// A slot of 50 samples comes before the one that listens.
fn with_a_slot_before() -> Plan {
    let mut next = Plan::empty();
    let slots = vec![slot(2, Duck::boxed(50), None, RATE), awaited(1, 30, Some(5))];
    next.chains[0] = Some(listeners::chain(vec![slots], RATE));
    next.keys[5] = key(Node::Strip(1), Tap::Pre, Node::Strip(0), 50);
    next.transfers = stays(0, 0, 1);
    next
}

/// As [`with_a_slot_before`], from the start.
fn with_a_slot_before_at_once() -> Plan {
    let mut plan = Plan::empty();
    let slots = vec![slot(2, Duck::boxed(50), None, RATE), slot(1, Duck::boxed(30), Some(5), RATE)];
    plan.chains[0] = Some(listeners::chain(vec![slots], RATE));
    plan.keys[5] = key(Node::Strip(1), Tap::Pre, Node::Strip(0), 50);
    plan
}

#[test]
fn a_key_whose_slot_moves_back_follows_it_in_a_fade() {
    let turn = |n: usize| n as f32 * 0.004;
    let waves = sound(INPUT_PORTS, 5000, |port, side, n| (turn(n) + (port + side) as f32).sin());
    let out = handed_over(first_by_second(), Some(with_a_slot_before()), &waves, &[100]);
    assert!(step(&window(&out, 600..5000)[1]) < 0.012, "{}", step(&out[1]));
    let fresh = handed_over(with_a_slot_before_at_once(), None, &waves, &[100]);
    assert_same_sound(&window(&out, 4000..5000), &window(&fresh, 4000..5000), "at rest");
    let other = handed_over(first_by_second(), Some(with_a_slot_before()), &waves, &[1000, 1]);
    assert_same_sound(&out, &other, "other blocks");
}

/// Strip 1 stays turned down by Strip 2 as far as the table goes, but Strip 2 now listens to Strip 1,
/// which comes first in the order of sources: the old key is refused.
fn turned_round(stays_in_place: bool) -> Plan {
    let mut plan = Plan::empty();
    let first = if stays_in_place {
        awaited(1, 30, Some(5))
    } else {
        slot(1, Duck::boxed(30), Some(5), RATE)
    };
    plan.chains[0] = Some(listeners::chain(vec![vec![first]], RATE));
    let second = slot(2, Duck::boxed(10), Some(63), RATE);
    plan.chains[1] = Some(listeners::chain(vec![vec![second]], RATE));
    plan.keys[5] = key(Node::Strip(1), Tap::Pre, Node::Strip(0), 0);
    plan.keys[63] = key(Node::Strip(0), Tap::Post, Node::Strip(1), 0);
    if stays_in_place {
        plan.transfers = stays(0, 0, 0);
    }
    plan
}

#[test]
fn a_key_against_the_running_order_of_strips_waits_until_the_other_is_silent() {
    let ones = sound(INPUT_PORTS, 5000, |_, _, _| 1.0);
    let out = handed_over(first_by_second(), Some(turned_round(true)), &ones, &[100]);
    for port in 1..=2 {
        assert!(step(&window(&out, 600..5000)[port]) < 4.0 / 480.0, "{}", step(&out[port]));
    }
    let left = |port: usize, n: usize| out[port][0][n];
    assert_eq!([left(1, 990), left(2, 990)], [0.5, 1.0]);
    // Both keys never sound together: while the first is on its way to silence the second waits.
    assert!(left(1, 1240) < 1.0 && left(2, 1480) == 1.0);
    assert_eq!([left(1, 4000), left(2, 4000)], [1.0, 0.5]);
    let noise = noise(8, 5000);
    let out = handed_over(first_by_second(), Some(turned_round(true)), &noise, &[100]);
    let fresh = handed_over(turned_round(false), None, &noise, &[100]);
    assert_same_sound(&window(&out, 4000..5000), &window(&fresh, 4000..5000), "at rest");
    let other = handed_over(first_by_second(), Some(turned_round(true)), &noise, &[500, 1]);
    assert_same_sound(&out, &other, "other blocks");
}

#[test]
fn a_key_of_another_source_is_heard_at_once_by_the_slot_that_comes_in() {
    let notes = Arc::new(Mutex::new(Notes::default()));
    let mut next = Plan::empty();
    let new = slot(2, Recorder::boxed(0, &notes), Some(5), RATE);
    next.chains[0] = Some(listeners::chain(vec![vec![new]], RATE));
    next.keys[5] = key(Node::Strip(2), Tap::Input, Node::Strip(0), 0);
    next.transfers = vec![Transfer::Goes(Place { node: 0, lane: 0, slot: 0 }), Transfer::Chain(0)];
    let ones = sound(INPUT_PORTS, 3000, |port, _, _| if port == 1 { 0.0 } else { 1.0 });
    handed_over(first_by_second(), Some(next), &ones, &[100]);
    let notes = notes.lock().unwrap();
    let taken_over = 1000 + u64::from(ramp_length(RATE));
    assert_eq!(notes.key.first(), Some(&taken_over));
    assert_eq!(notes.key.len() as u64, 3000 - taken_over);
}

#[test]
fn behind_a_head_insert_mix_at_zero_is_the_delayed_input_bit_for_bit() {
    let mut routing = two_strips();
    routing.strips[0].insert_mix = 0.0;
    let mut delay = [0; NODES];
    (delay[0], delay[1]) = (20, 110);
    let slots = [(0, 30, Some((1, Tap::Pre)))];
    let (mut engine, _) = engine(&routing, &delay, ducks(&described(&delay, &slots), &[0], RATE));
    // The chain waits 90 for a key that comes at 110 and is heard 20 into it.
    assert_eq!((engine.schedule().head(0), engine.latency()), (90, 140));
    let inputs = noise(6, 1500);
    let out = play_on(&mut engine, &inputs, &[97]);
    for side in 0..2 {
        assert!(out[1][side][..140].iter().all(|x| *x == 0.0));
        assert_eq!(out[1][side][140..], inputs[0][side][..1360]);
    }
}

#[test]
fn a_slot_that_names_a_key_nobody_has_hears_silence() {
    for place in [7, KEYS - 1, KEYS, usize::MAX] {
        let notes = Arc::new(Mutex::new(Notes::default()));
        let mut plan = Plan::empty();
        let lanes = vec![vec![slot(1, Recorder::boxed(0, &notes), Some(place), RATE)]];
        plan.chains[STRIPS + MAIN] = Some(listeners::chain(lanes, RATE));
        let (mut engine, _) = engine(&Routing::default(), &[0; NODES], plan);
        play_on(&mut engine, &noise(2, 300), &[100]);
        let notes = notes.lock().unwrap();
        assert!(notes.keyless == 0 && notes.key.is_empty() && notes.input.len() == 300);
    }
}

#[test]
fn a_slot_hears_a_strip_that_is_muted_not_soloed_and_sent_nowhere() {
    let mut routing = two_strips();
    routing.strips[1].sends[1].level = Fader::OFF;
    routing.strips[1].mute = true;
    routing.strips[0].solo = true;
    let slots = [(0, 0, Some((1, Tap::Post)))];
    let plan = ducks(&described(&[0; NODES], &slots), &[40], RATE);
    let (mut engine, _) = engine(&routing, &[0; NODES], plan);
    let ones = sound(INPUT_PORTS, 100, |_, _, _| 1.0);
    assert_eq!(play_on(&mut engine, &ones, &[64])[1][0][99], 0.5);
    // At Post its fader counts.
    let mut silent = routing;
    silent.strips[1].fader = Fader::OFF;
    engine.set(&silent, &difference(&routing, &silent));
    let out = play_on(&mut engine, &sound(INPUT_PORTS, 600, |_, _, _| 1.0), &[64]);
    assert_eq!(out[1][0][599], 1.0);
}

#[test]
fn after_a_reset_keys_begin_anew_at_once() {
    let delay = [0; NODES];
    let inputs = noise(4, 900);
    // Bus 2 hears Bus 1 as late as its listening slot stands behind another, so in the past.
    let slots = [(STRIPS + 1, 25, None), (STRIPS + 1, 10, Some((STRIPS, Tap::Post)))];
    let plan = || ducks(&described(&delay, &slots), &[17], RATE);
    // One way a key is on its way to silence when the reset comes, the other way it waits for that.
    for against in [true, false] {
        let (before, after) = (two_buses(!against), two_buses(against));
        let (mut used, _) = engine(&before, &delay, plan());
        play_on(&mut used, &inputs, &[100]);
        used.set(&after, &difference(&before, &after));
        play_on(&mut used, &window(&inputs, 0..100), &[100]);
        used.reset();
        let (mut fresh, _) = engine(&after, &delay, plan());
        let later = (used.latency() - fresh.latency()) as usize;
        let (a, b) = (play_on(&mut used, &inputs, &[50]), play_on(&mut fresh, &inputs, &[50]));
        let (a, b) = (window(&a, later..900), window(&b, 0..900 - later));
        assert_same_sound(&a, &b, "after a reset");
    }
}
