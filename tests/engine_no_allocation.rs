//! The engine neither allocates nor frees while keys are refused, readmitted and handed over.
//!
//! Not here: the plugin around it (`no_allocation`).

#[path = "support/counting.rs"]
mod counting;
#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "common/desk.rs"]
mod desk;
#[allow(dead_code)]
#[path = "common/listeners.rs"]
mod listeners;
#[allow(dead_code)]
#[path = "oracle/oracle.rs"]
mod oracle;

use counting::allocations;
use desk::{Block, MAX_LATENCY, difference, noise, sound};
use listeners::ducks;
use oracle::slots::{Chains, Slot};
use switchyard::engine::rack::Plan;
use switchyard::engine::{Engine, Setup};
use switchyard::routing::{BUSES, NODES, OUTPUT_PORTS, Routing, Tap};
use switchyard::schedule::Admission;
use switchyard::schedule::keys::KEYS;

const RATE: f64 = 48_000.0;

/// A table full of keys between random nodes, two or three to a node.
fn crowded(random: &mut fastrand::Rng) -> Plan {
    let mut chains = Chains::delays(&[0; NODES]);
    for at in 0..KEYS {
        let tap = Tap::PLACES[random.usize(..3)];
        let key = Some((random.usize(..NODES), tap));
        chains.slots[at % NODES].push(Slot { latency: random.u32(..40), key });
    }
    let mut places: Vec<usize> = (0..KEYS).collect();
    random.shuffle(&mut places);
    ducks(&chains, &places, RATE)
}

#[test]
fn keys_come_go_and_are_refused_without_an_allocation() {
    let mut random = fastrand::Rng::with_seed(11);
    let mut routing = Routing::default();
    let setup = Setup { sample_rate: RATE, chain_latency: [3; NODES], max_latency: MAX_LATENCY };
    let plan = crowded(&mut random);
    let (mut engine, mut office) =
        Engine::with_chains(&setup, &routing, std::sync::Arc::default(), plan);
    let (mut handed_over, mut open, mut refused) = (0, 0, 0);
    for turn in 0..300 {
        let frames = [1, 64, 100, 480, 0][turn % 5];
        let inputs = noise(turn as u64, frames);
        let mut outputs = sound(OUTPUT_PORTS, frames, |_, _, _| 0.0);
        let mut block = Block::whole(&inputs, &mut outputs);
        let mut next = routing;
        let (from, to) = (random.usize(..BUSES), random.usize(..BUSES));
        next.buses[from].sends[to].tap = [Tap::Off, Tap::Input, Tap::Post][random.usize(..3)];
        let changed = difference(&routing, &next);
        routing = next;
        if turn % 20 == 0 && office.is_free() {
            assert!(office.send(Box::new(crowded(&mut random))).is_ok());
            handed_over += 1;
        }
        let counted = allocations(|| {
            engine.set(&routing, &changed);
            engine.process(&mut block);
            if turn == 150 {
                engine.reset();
            }
        });
        assert_eq!(counted, 0, "turn {turn}");
        for key in 0..KEYS {
            let admission = engine.schedule().key_admission(key);
            open += usize::from(admission == Admission::Open);
            refused += usize::from(admission == Admission::Loop);
        }
        let sounds = outputs.iter().flatten().flatten().all(|x| x.is_finite());
        assert!(sounds, "turn {turn}");
    }
    assert!(handed_over > 10 && open > 3000 && refused > 3000, "{handed_over} {open} {refused}");
}
