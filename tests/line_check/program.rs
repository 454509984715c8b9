//! The program goes and comes back without a step, whatever ends a check, and nothing of the test
//! stays behind.

use crate::desk::{Block, Sound, constant, difference, noise, sound};
use crate::{RATE, differences, engine};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::engine::probe::{LOUDEST, Operator, Reason};
use switchyard::engine::{Engine, Setup};
use switchyard::line_check::{LineCheck, State, Why, run_through};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::{MACROS, NODES, OUTPUT_PORTS, PORT_MAIN, Routing};
use switchyard::schedule::{Schedule, Timing, compile};
use switchyard::session::Session;
use switchyard::session::workshop::{Opening, timing};

const BLOCK: usize = 128;
/// 10 ms.
const RAMP: usize = 480;
/// The latency under test, in samples.
const LATE: u32 = 300;

/// An engine that plays constants, a check of it, and everything Main put out.
struct Stage {
    engine: Engine,
    operator: Option<Operator>,
    check: LineCheck,
    inputs: Sound,
    main: Vec<f32>,
}

impl Stage {
    fn new() -> Stage {
        let mut chain = [0; NODES];
        chain[3] = LATE;
        let routing = Routing::default();
        let (mut engine, mut operator) = engine(&routing, &chain, RATE);
        let schedule = compile(&routing, &Timing { chain, ..Timing::ZERO });
        let inputs = constant(BLOCK);
        let mut main = Vec::new();
        for _ in 0..10 {
            block(&mut engine, &inputs, &mut main);
        }
        let check = LineCheck::begin(&routing, &schedule, RATE, &mut operator).unwrap();
        Stage { engine, operator: Some(operator), check, inputs, main }
    }

    fn block(&mut self) {
        if let Some(operator) = &mut self.operator {
            self.check.advance(operator, 0.003);
        }
        block(&mut self.engine, &self.inputs, &mut self.main);
    }

    fn blocks(&mut self, count: usize) {
        (0..count).for_each(|_| self.block());
    }

    /// Plays until the program is back, which is soon.
    fn comes_back(&mut self) {
        let soon = (4 * RAMP + 2 * LATE as usize) / BLOCK;
        self.blocks(soon);
        assert!(!self.engine.is_line_checked());
        let level = self.main[500];
        assert!(level.abs() > 0.5, "the program was there");
        assert_eq!(self.main[self.main.len() - BLOCK..], [level; BLOCK], "and is again");
    }
}

fn block(engine: &mut Engine, inputs: &Sound, main: &mut Vec<f32>) {
    let mut outputs = sound(OUTPUT_PORTS, inputs[0][0].len(), |_, _, _| f32::NAN);
    let mut ports = Block::whole(inputs, &mut outputs);
    engine.process(&mut ports);
    engine.record(&mut ports);
    main.extend(&outputs[PORT_MAIN][0]);
}

/// The largest step from one sample to the next.
fn steepest(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// What a ramp of 10 ms at the inputs together with one at the outputs may step.
fn gentle(main: &[f32]) -> f32 {
    2.1 * main[500].abs() / RAMP as f32
}

#[test]
fn the_program_fades_out_before_a_check_and_in_after_it() {
    let mut stage = Stage::new();
    while stage.check.state() == State::Running {
        stage.block();
    }
    assert_eq!(stage.check.state(), State::Done);
    assert_eq!(differences(&stage.check), Vec::<String>::new());
    stage.comes_back();
    let main = &stage.main;
    let most = gentle(main);
    // After the first values came through, without the fade that a change would have.
    let begin = 10 * BLOCK;
    let silent = begin + RAMP..begin + RAMP + LATE as usize;
    assert!(steepest(&main[begin - BLOCK..silent.end]) <= most);
    assert!(main[silent.clone()].iter().all(|x| *x == 0.0), "silent before the first burst");
    let last = main.iter().rposition(|x| *x == 0.0).unwrap();
    assert!(steepest(&main[last..]) <= most);
    let test = &main[silent.end..last];
    let loudest = test.iter().fold(0f32, |most, x| most.max(x.abs()));
    assert!((0.09..=LOUDEST).contains(&loudest), "the program is not in the test: {loudest}");
}

#[test]
fn a_running_program_does_not_disturb_the_measure() {
    let mut stage = Stage::new();
    stage.inputs = noise(3, BLOCK);
    while stage.check.state() == State::Running {
        stage.block();
    }
    assert_eq!(differences(&stage.check), Vec::<String>::new());
}

/// What ends a check, and the reason told.
type Ending = (&'static str, fn(&mut Stage), Option<Why>);

#[test]
fn whatever_ends_a_check_ends_it_at_once_at_any_moment() {
    let endings: [Ending; 6] = [
        (
            "asked to",
            |stage| stage.check.stop(stage.operator.as_ref().unwrap()),
            Some(Why::Engine(Reason::Asked)),
        ),
        (
            "the transport starts",
            |stage| stage.engine.interrupt_line_check(Reason::Transport),
            Some(Why::Engine(Reason::Transport)),
        ),
        (
            "a value changes",
            |stage| {
                let mut routing = Routing::default();
                routing.strips[2].fader = switchyard::routing::Fader(0.7);
                stage.engine.set(&routing, &difference(&Routing::default(), &routing));
                // And back, so that the program ends as it began.
                stage.engine.set(&Routing::default(), &difference(&Routing::default(), &routing));
            },
            Some(Why::Engine(Reason::Changed)),
        ),
        ("the operator is gone", |stage| stage.operator = None, None),
        ("the engine is reset", |stage| stage.engine.reset(), Some(Why::Engine(Reason::Reset))),
        (
            "the transport runs for long",
            |stage| {
                for _ in 0..30 {
                    stage.engine.interrupt_line_check(Reason::Transport);
                    stage.block();
                }
            },
            Some(Why::Engine(Reason::Transport)),
        ),
    ];
    for (name, end, why) in endings {
        // In the fade, in the silence, in the first burst and between the second and the third.
        for after in [1, 2, 5, 8, 30, 60, 118] {
            let mut stage = Stage::new();
            stage.blocks(after);
            assert!(stage.engine.is_line_checked());
            let at = stage.main.len();
            end(&mut stage);
            stage.comes_back();
            if let Some(why) = why {
                assert_eq!(stage.check.state(), State::Stopped(why), "{name} after {after}");
            }
            let rest = &stage.main[at..];
            if !name.contains("reset") {
                let fades = rest[RAMP..].iter().position(|x| *x == 0.0).expect("it falls silent");
                assert!(fades < BLOCK, "{name} after {after}: at once, not after {fades}");
                let last = rest.iter().rposition(|x| *x == 0.0).unwrap();
                assert!(steepest(&rest[last..]) <= gentle(&stage.main), "{name} after {after}");
            }
        }
    }
}

#[test]
fn a_check_that_nobody_feeds_ends_by_itself() {
    let mut stage = Stage::new();
    stage.blocks(40);
    // Nobody advances the check any more, as behind a hidden window, but the operator is there.
    let operator = stage.operator.take();
    stage.blocks(2 * RATE as usize / BLOCK);
    assert!(!stage.engine.is_line_checked());
    stage.operator = operator;
    stage.block();
    stage.block();
    assert_eq!(stage.check.state(), State::Stopped(Why::Engine(Reason::Alone)));
    stage.comes_back();
}

#[test]
fn no_check_begins_while_the_transport_runs_and_the_program_stays_bit_exact() {
    let mut stage = Stage::new();
    for _ in 0..50 {
        stage.engine.interrupt_line_check(Reason::Transport);
        stage.block();
        assert!(!stage.engine.is_line_checked());
    }
    assert_eq!(stage.check.state(), State::Stopped(Why::Engine(Reason::Transport)));
    let level = stage.main[500];
    assert!(stage.main[500..].iter().all(|x| *x == level));
    // Afterwards another one may.
    let routing = *stage.check.routing();
    let schedule = *stage.engine.schedule();
    let operator = stage.operator.as_mut().unwrap();
    stage.check = LineCheck::begin(&routing, &schedule, RATE, operator).unwrap();
    stage.blocks(20);
    assert!(stage.engine.is_line_checked());
}

/// A session with effects of every kind that holds sound back or turns it down, and a key.
fn rack() -> Session {
    let slot = |id, kind| Slot::new(id, EffectSpec::new(kind));
    let mut session = Session::default();
    session.chains[0] = Chain::serial([slot(1, Kind::Compressor), slot(2, Kind::Limiter)]);
    session.chains[1] = Chain::serial([slot(3, Kind::Saturator), slot(4, Kind::Delay)]);
    session.chains[20] = Chain::serial([slot(5, Kind::Reverb)]);
    session.chains[NODES - 1] = Chain::serial([slot(6, Kind::Limiter), slot(7, Kind::Utility)]);
    let utility = session.slot_mut(7).and_then(|slot| slot.effect.known_mut()).unwrap();
    utility.values[0] = -12.0;
    session
}

fn rack_engine(routing: &Routing) -> (Engine, Operator, Schedule) {
    let session = rack();
    let (opening, plan) = Opening::new(&session, &[0.0; MACROS], RATE);
    let setup = Setup { sample_rate: RATE, chain_latency: [0; NODES], max_latency: 0 };
    let (mut engine, office) = Engine::with_chains(&setup, routing, Default::default(), plan);
    let longest = engine.longest();
    drop(opening.workshop(office, longest));
    let operator = engine.operator();
    (engine, operator, compile(routing, &timing(&session, RATE)))
}

#[test]
fn chains_are_heard_dry_and_as_late_as_they_are() {
    let mut routing = Routing::default();
    routing.strips[0].sends[4].level = switchyard::routing::Fader::UNITY;
    let (mut engine, mut operator, schedule) = rack_engine(&routing);
    let mut check = LineCheck::begin(&routing, &schedule, RATE, &mut operator).unwrap();
    assert!(schedule.latency > 0, "limiters look ahead");
    run_through(&mut check, &mut engine, &mut operator, |_| ());
    assert_eq!(check.state(), State::Done);
    assert_eq!(differences(&check), Vec::<String>::new());
}

#[test]
fn nothing_of_the_test_signal_stays_in_any_effect() {
    let mut routing = Routing::default();
    for strip in &mut routing.strips {
        strip.sends[4].level = switchyard::routing::Fader::UNITY;
    }
    let (mut engine, mut operator, schedule) = rack_engine(&routing);
    let mut check = LineCheck::begin(&routing, &schedule, RATE, &mut operator).unwrap();
    run_through(&mut check, &mut engine, &mut operator, |_| ());
    let silence = sound(16, 48_000, |_, _, _| 0.0);
    let mut main = Vec::new();
    block(&mut engine, &silence, &mut main);
    let loudest = main.iter().fold(0f32, |most, x| most.max(x.abs()));
    assert!(loudest < 1e-6, "{loudest}");
}
