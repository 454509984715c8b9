//! The engine against the oracle: for arbitrary routings, loops and all, every output is what the
//! naive f64 mixer says, when it says.

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

use desk::{Run, noise, sound};
use proptest::prelude::*;
use switchyard::routing::{
    BUSES, Fader, INPUT_PORTS, NODES, OUTPUT_PORTS, PORT_MAIN, Role, Routing, STRIPS, Tap,
};

/// −120 dB.
const CLOSE: f64 = 1e-6;

/// Fails unless every output equals the oracle's within −120 dB of full scale.
///
/// Full scale of an output is 1, or more where gains add up to more: the sum over all its paths of
/// the product of the gains' magnitudes times the inputs' peaks, as the oracle counts it. An f32
/// path of k roundings errs by at most k·2⁻²⁴ of that sum, whatever cancels, so −120 dB leaves room
/// for sixteen roundings in a row, all in the same direction.
fn assert_equals_oracle(
    routing: &Routing,
    chain: &[u32; NODES],
    seed: u64,
    blocks: &[usize],
) -> Result<(), TestCaseError> {
    let inputs = noise(seed, 420);
    let heard = Run::of(routing).with_chain(chain).play(&inputs, blocks);
    let expected = oracle::mix(routing, chain, &inputs);
    prop_assert_eq!(heard.latency, [expected.latency; 2]);
    for port in 0..OUTPUT_PORTS {
        let tolerance = CLOSE * expected.outputs[port].bound.max(1.0);
        for (n, frame) in expected.outputs[port].frames.iter().enumerate() {
            for side in 0..2 {
                let got = f64::from(heard.outputs[port][side][n]);
                prop_assert!(
                    (got - frame[side]).abs() <= tolerance,
                    "port {} side {} sample {}: {} instead of {}, tolerance {}",
                    port,
                    side,
                    n,
                    got,
                    frame[side],
                    tolerance
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(routings::cases(400))]

    #[test]
    fn the_engine_equals_the_oracle_for_arbitrary_routings(
        edits in routings::edits(60),
        chain in routings::latencies(60),
        seed in any::<u64>(),
        blocks in prop::collection::vec(1..200usize, 1..8),
    ) {
        let routing = routings::edited(&edits);
        assert_equals_oracle(&routing, &chain, seed, &blocks)?;
    }
}

proptest! {
    #![proptest_config(routings::cases(120))]

    #[test]
    fn the_engine_equals_the_oracle_for_crowded_routings(
        edits in routings::edits(400),
        seed in any::<u64>(),
    ) {
        let routing = routings::edited(&edits);
        assert_equals_oracle(&routing, &[0; NODES], seed, &[64, 1, 333])?;
    }

    #[test]
    fn the_engine_equals_the_oracle_with_a_latency_in_every_chain(
        edits in routings::edits(80),
        chain in prop::collection::vec(0..24u32, NODES),
        seed in any::<u64>(),
    ) {
        let routing = routings::edited(&edits);
        let chain: [u32; NODES] = chain.try_into().unwrap();
        assert_equals_oracle(&routing, &chain, seed, &[97])?;
    }

    #[test]
    fn an_impulse_in_any_strip_reaches_every_output_at_the_reported_latency(
        chain in prop::collection::vec(0..90u32, NODES),
        bus_edges in prop::collection::vec((0..BUSES, 0..BUSES, 1..=3usize), 0..24),
        strip_edges in prop::collection::vec((0..STRIPS, 0..BUSES, 1..=3usize), 0..60),
        mixes in prop::collection::vec(any::<bool>(), BUSES),
        at in 0..70usize,
    ) {
        let chain: [u32; NODES] = chain.try_into().unwrap();
        let mut routing = Routing::default();
        for (j, mix) in mixes.into_iter().enumerate() {
            routing.buses[j].role = if mix { Role::Mix } else { Role::Group };
        }
        for (j, k, tap) in bus_edges {
            routing.buses[j].sends[k].tap = [Tap::Off, Tap::Input, Tap::Pre, Tap::Post][tap];
        }
        for (i, j, tap) in strip_edges {
            routing.strips[i].sends[j].level = Fader::UNITY;
            routing.strips[i].sends[j].tap = [Tap::Off, Tap::Input, Tap::Pre, Tap::Post][tap];
        }
        let length = 90 * (BUSES + 2) + 80;
        let impulse = sound(INPUT_PORTS, length, |_, _, n| if n == at { 1.0 } else { 0.0 });
        let heard = Run::of(&routing).with_chain(&chain).play(&impulse, &[128]);
        let latency = heard.latency[0] as usize;
        // Unity gains: Main hears every strip at least once, at one sample and no other.
        prop_assert!(heard.outputs[PORT_MAIN][0][at + latency] >= STRIPS as f32);
        for port in 0..OUTPUT_PORTS {
            for side in 0..2 {
                for (n, x) in heard.outputs[port][side].iter().enumerate() {
                    prop_assert!(*x == 0.0 || n == at + latency, "port {port} sample {n}: {x}");
                }
            }
        }
    }
}
