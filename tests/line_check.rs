//! Line Check: what it expects is what the engine does, for any routing; what lies between the engine
//! and the ports, or in it, is found; and the program goes and comes without a step.
//!
//! Not here: the plugin around it (`line_check_plugin`) and its screen (`line_check_screen`).

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "common/desk.rs"]
mod desk;
#[path = "line_check/faults.rs"]
mod faults;
#[path = "line_check/laws.rs"]
mod laws;
#[path = "line_check/program.rs"]
mod program;
#[allow(dead_code)]
#[path = "common/routings.rs"]
mod routings;

use std::sync::Arc;
use switchyard::engine::probe::Operator;
use switchyard::engine::rack::Plan;
use switchyard::engine::{Engine, Setup};
use switchyard::line_check::{LineCheck, Outputs, State, run_through};
use switchyard::routing::{NODES, Routing};
use switchyard::schedule::{Timing, compile};

const RATE: f64 = 48_000.0;

/// An engine of pure delays, and the operator of its probe.
fn engine(routing: &Routing, chain: &[u32; NODES], sample_rate: f64) -> (Engine, Operator) {
    let setup = Setup { sample_rate, chain_latency: *chain, max_latency: desk::MAX_LATENCY };
    let (mut engine, _) = Engine::with_chains(&setup, routing, Arc::default(), Plan::empty());
    let operator = engine.operator();
    (engine, operator)
}

/// Checks an engine that runs `runs` against what is expected of `expected`.
fn check(
    expected: &Routing,
    runs: &Routing,
    chain: &[u32; NODES],
    through: impl FnMut(&mut Outputs),
) -> LineCheck {
    check_at(RATE, expected, runs, chain, through)
}

fn check_at(
    rate: f64,
    expected: &Routing,
    runs: &Routing,
    chain: &[u32; NODES],
    through: impl FnMut(&mut Outputs),
) -> LineCheck {
    let (mut engine, mut operator) = engine(runs, chain, rate);
    let schedule = compile(expected, &Timing { chain: *chain, ..Timing::ZERO });
    let mut check = LineCheck::begin(expected, &schedule, rate, &mut operator).expect("it begins");
    run_through(&mut check, &mut engine, &mut operator, through);
    assert_eq!(check.state(), State::Done);
    check
}

/// Where something differs, in words.
fn differences(check: &LineCheck) -> Vec<String> {
    let told = check.grid().differences().map(|(strip, port, cell)| {
        format!("{} {port}: {} {:?}", strip + 1, cell.verdict, cell.arrival)
    });
    told.collect()
}
