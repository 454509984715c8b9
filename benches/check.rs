//! What Route Check costs: one run over each template and over mixers in which everything is connected.
//! `cargo bench --no-default-features --bench check`. The editor runs it once for each change and has
//! 10 ms for it.

use std::hint::black_box;
use std::time::Instant;
use switchyard::check::{Surroundings, check, latencies};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::{BUSES, Fader, Routing, STRIPS, Tap};
use switchyard::session::Session;
use switchyard::templates::TEMPLATES;

const RUNS: usize = 200;

/// Every strip on every bus, every bus on every later one, four effects in every chain.
fn everything() -> (Routing, Session) {
    let (mut routing, mut session) = (Routing::default(), Session::default());
    for strip in &mut routing.strips {
        strip.sends.iter_mut().for_each(|send| send.level = Fader::UNITY);
    }
    for bus in 0..BUSES {
        for to in bus + 1..BUSES {
            routing.buses[bus].sends[to].tap = Tap::Post;
        }
    }
    let kinds = [Kind::Equalizer, Kind::Compressor, Kind::Saturator, Kind::Reverb];
    for chain in &mut session.chains {
        *chain = Chain::serial(kinds.map(|kind| Slot::new(0, EffectSpec::new(kind))));
    }
    session.number_slots();
    for strip in 0..STRIPS {
        session.strip_names[strip] = format!("Source {strip}");
    }
    (routing, session)
}

fn main() {
    // Test runners start every target; only `cargo bench` says so.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let templates = TEMPLATES.iter().map(|template| (template.id, (template.build)()));
    for (name, (routing, session)) in templates.chain([("everything", everything())]) {
        let surroundings =
            Surroundings { latencies: latencies(&session, 48_000.0), ..Surroundings::default() };
        let mut times: Vec<f64> = (0..RUNS)
            .map(|_| {
                let begun = Instant::now();
                black_box(check(black_box(&routing), &session, &surroundings));
                begun.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let found = check(&routing, &session, &surroundings).len();
        let (median, worst) = (times[RUNS / 2], times[RUNS - 1]);
        println!("{name:14} {median:8.3} ms, at most {worst:8.3} ms, {found:4} findings");
    }
}
