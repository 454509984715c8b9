//! Chains edited while sound runs, from the session's side: whatever is added, removed, moved,
//! bypassed or keyed, steps are bounded, nothing is allocated on the audio thread, and in the end
//! the engine sounds as one that began with the session as it is now.

#[path = "support/counting.rs"]
mod counting;
#[path = "common/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "common/show.rs"]
#[allow(dead_code)]
mod show;

use counting::allocations;
use desk::{Block, Sound, sound};
use show::{MACROS_AT_ZERO, Show};
use std::sync::atomic::{AtomicBool, Ordering};
use switchyard::effects::impulse::{BUILT_IN, ImpulseRef};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::engine::Engine;
use switchyard::engine::compare::Hearing;
use switchyard::routing::chain::{Chain, Key, LANES, Lane, SLOTS, Slot};
use switchyard::routing::parameter::{Parameter, ParameterSet};
use switchyard::routing::{
    Fader, INPUT_PORTS, NODES, Node, OUTPUT_PORTS, Routing, STRIPS, Send, Tap,
};
use switchyard::session::Session;
use switchyard::session::workshop::{Progress, Refusal, Workshop};

const BLOCK: usize = 128;

/// A show that goes on block by block.
struct Playing {
    engine: Engine,
    workshop: Workshop,
    inputs: Sound,
    outputs: Sound,
    now: usize,
}

impl Playing {
    fn new(session: &Session, routing: &Routing, sample_rate: f64) -> Playing {
        let Show { engine, workshop, .. } = Show::open(session, routing, sample_rate, 20_000);
        let [inputs, outputs] =
            [INPUT_PORTS, OUTPUT_PORTS].map(|ports| sound(ports, BLOCK, |_, _, _| 0.0));
        Playing { engine, workshop, inputs, outputs, now: 0 }
    }

    /// One block of a slow wave on the first three ports, which no effect here makes steep.
    fn block(&mut self) {
        for (port, input) in self.inputs.iter_mut().take(3).enumerate() {
            for (i, x) in input[0].iter_mut().enumerate() {
                *x = 0.25 * ((self.now + i) as f32 * 0.01 + port as f32).sin();
            }
            let [left, right] = input;
            right.copy_from_slice(left);
        }
        let mut block = Block::whole(&self.inputs, &mut self.outputs);
        let counted = allocations(|| self.engine.process(&mut block));
        assert_eq!(counted, 0, "the audio thread allocated or freed");
        self.now += BLOCK;
    }

    /// Plays for some blocks and appends the left side of every output.
    fn play(&mut self, blocks: usize, heard: &mut Vec<Vec<f32>>) {
        heard.resize(OUTPUT_PORTS, Vec::new());
        for _ in 0..blocks {
            self.block();
            for (heard, output) in heard.iter_mut().zip(&self.outputs) {
                heard.extend(&output[0]);
            }
        }
    }

    /// Updates and plays until everything the session says has arrived.
    fn settle(&mut self, session: &Session) {
        for _ in 0..2000 {
            let progress = self.workshop.update(session, &MACROS_AT_ZERO);
            self.block();
            if progress == Progress::Settled && !self.workshop.is_flying() {
                return;
            }
            assert!(!matches!(progress, Progress::Refused(_)), "{progress:?}");
        }
        panic!("it never settled");
    }
}

fn slot(id: u64, kind: Kind) -> Slot {
    Slot::new(id, EffectSpec::new(kind))
}

/// Strip 1 to Main and Bus 2, Strip 2 to Bus 2, Bus 2 to Main, and Strip 3 apart on an Immediate Mix.
fn routing() -> Routing {
    let mut routing = Routing::default();
    routing.strips[0].sends[1] = Send { tap: Tap::Post, level: Fader(0.5) };
    routing.strips[1].main_tap = Tap::Off;
    routing.strips[1].sends[1].level = Fader::UNITY;
    routing.strips[2].main_tap = Tap::Off;
    routing.strips[2].sends[6].level = Fader::UNITY;
    routing.buses[6].main_tap = Tap::Off;
    routing.buses[6].immediate = true;
    routing
}

const BUS_2: usize = STRIPS + 1;

fn steepest(signal: &[f32]) -> f32 {
    signal.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max)
}

fn session() -> Session {
    let mut session = Session::default();
    // Short, so that what it remembers of an edit is soon forgotten.
    let echo = EffectSpec::new(Kind::Delay).with("time", 20.0);
    let lookahead = EffectSpec::new(Kind::Compressor).with("lookahead", 2.0);
    session.chains[0] = Chain::serial([
        slot(1, Kind::Utility),
        Slot::new(2, lookahead),
        Slot::new(3, EffectSpec::new(Kind::Saturator).with("drive", 0.0)),
    ]);
    session.chains[BUS_2] = Chain {
        dry: Fader::UNITY,
        lanes: vec![
            Lane { level: Fader(0.5), slots: vec![slot(4, Kind::Limiter)] },
            Lane { level: Fader(0.4), slots: vec![Slot::new(5, echo), slot(6, Kind::Utility)] },
        ],
    };
    session
}

type Edit = (&'static str, fn(&mut Session));

const EDITS: &[Edit] = &[
    ("add at the head", |s| s.chains[0].lanes[0].slots.insert(0, slot(10, Kind::Equalizer))),
    ("add with latency", |s| s.chains[0].lanes[0].slots.push(slot(11, Kind::Limiter))),
    ("remove without latency", |s| drop(s.chains[0].lanes[0].slots.remove(0))),
    ("remove with latency", |s| drop(s.chains[0].lanes[0].slots.remove(1))),
    ("swap", |s| s.chains[0].lanes[0].slots.swap(0, 2)),
    ("rotate", |s| s.chains[0].lanes[0].slots.rotate_left(1)),
    ("move to another node", |s| {
        let moved = s.chains[0].lanes[0].slots.remove(1);
        s.chains[BUS_2].lanes[0].slots.push(moved);
    }),
    ("move to another lane", |s| {
        let moved = s.chains[BUS_2].lanes[0].slots.remove(0);
        s.chains[BUS_2].lanes[1].slots.insert(0, moved);
    }),
    ("bypass", |s| s.chains[0].lanes[0].slots[1].bypass = true),
    ("mix", |s| s.chains[0].lanes[0].slots[2].mix = 0.3),
    ("a setting", |s| {
        let known = s.slot_mut(1).and_then(|slot| slot.effect.known_mut()).expect("a utility");
        known.values[0] = -20.0;
    }),
    ("a setting that rebuilds", |s| {
        let known = s.slot_mut(2).and_then(|slot| slot.effect.known_mut()).expect("a compressor");
        let (index, _) = known.setting("lookahead").expect("a setting");
        known.values[index] = 9.0;
    }),
    ("the kind, as late", |s| s.slot_mut(1).expect("a slot").effect = EffectSpec::new(Kind::Gate)),
    ("another impulse", |s| {
        let mut effect = EffectSpec::new(Kind::Convolution);
        effect.known_mut().expect("known").impulse = Some(ImpulseRef::built_in(BUILT_IN[1]));
        s.slot_mut(1).expect("a slot").effect = effect;
    }),
    ("dry level", |s| s.chains[BUS_2].dry = Fader(0.2)),
    ("lane level", |s| s.chains[BUS_2].lanes[1].level = Fader::UNITY),
    ("remove the first lane", |s| drop(s.chains[BUS_2].lanes.remove(0))),
    ("add a lane", |s| {
        let lane = Lane { slots: vec![slot(12, Kind::Reverb)], ..Lane::default() };
        s.chains[BUS_2].lanes.insert(1, lane);
    }),
    ("swap lanes", |s| s.chains[BUS_2].lanes.swap(0, 1)),
    ("serial to parallel", |s| {
        s.chains[0].dry = Fader::UNITY;
        let slots = s.chains[0].lanes[0].slots.split_off(1);
        s.chains[0].lanes.push(Lane { slots, ..Lane::default() });
    }),
    ("a whole chain goes", |s| s.chains[0] = Chain::default()),
    ("a parallel chain goes", |s| s.chains[BUS_2] = Chain::default()),
    ("a parallel chain comes", |s| {
        s.chains[1] = s.chains[BUS_2].clone();
        for (at, slot) in s.chains[1].slots_mut().enumerate() {
            slot.id = 20 + at as u64;
        }
    }),
    ("two chains change places", |s| s.chains.swap(0, BUS_2)),
    ("a key comes", |s| {
        s.slot_mut(2).expect("a slot").key = Some(Key { node: Node::Strip(1), tap: Tap::Pre });
    }),
    ("everything at once", |s| {
        s.chains.swap(0, 1);
        s.chains[BUS_2].lanes[0].slots.clear();
        s.chains[NODES - 1] = Chain::serial([slot(30, Kind::Limiter), slot(31, Kind::Equalizer)]);
    }),
];

#[test]
fn every_edit_while_playing_has_bounded_steps_and_undone_leaves_no_trace() {
    const AFTER: usize = 300;
    let mut untouched = Vec::new();
    let mut fresh = Playing::new(&session(), &routing(), 48_000.0);
    fresh.play(60 + 120 + AFTER, &mut untouched);
    for (name, edit) in EDITS {
        let mut now = session();
        let mut show = Playing::new(&now, &routing(), 48_000.0);
        let mut heard = Vec::new();
        show.play(60, &mut heard);
        // The edit, and back again, with time to arrive.
        let before = now.clone();
        edit(&mut now);
        now.number_slots();
        for wanted in [&now, &before] {
            for _ in 0..60 {
                show.workshop.update(wanted, &MACROS_AT_ZERO);
                show.play(1, &mut heard);
            }
            assert_eq!(show.workshop.update(wanted, &MACROS_AT_ZERO), Progress::Settled, "{name}");
            assert!(!show.workshop.is_flying(), "{name}");
        }
        for (port, heard) in heard.iter().enumerate() {
            assert!(heard.iter().all(|x| x.is_finite()));
            let skipped = &heard[BLOCK * 4..];
            if let Some(at) = skipped.windows(2).position(|w| (w[1] - w[0]).abs() > 0.035) {
                panic!(
                    "{name}: a step on port {port} at {}: {:?}",
                    at + BLOCK * 4,
                    &skipped[at - 2..at + 3]
                );
            }
        }
        // Strip 3 on its Immediate bus has no chain; it is only timed anew, by a slow cross-fade.
        assert!(steepest(&heard[7][BLOCK * 4..]) < 0.006, "{name}");
        // What is left is that the latency does not shrink while sound runs.
        show.play(AFTER, &mut heard);
        let later = (show.engine.latency() - fresh.engine.latency()) as usize;
        for (port, (heard, untouched)) in heard.iter().zip(&untouched).enumerate() {
            let end = heard.len() - later;
            let late = if port == 7 { 0 } else { later };
            for n in end - 40 * BLOCK..end {
                let (heard, wanted) = (heard[n + late], untouched[n]);
                assert!((heard - wanted).abs() < 2e-3, "{name}: port {port}: {heard} for {wanted}");
            }
        }
    }
}

#[test]
fn a_node_whose_chain_is_not_edited_gives_the_same_bits_as_if_nothing_had_been() {
    let mut edited = session();
    let mut left_alone = Playing::new(&edited, &routing(), 48_000.0);
    let mut show = Playing::new(&edited, &routing(), 48_000.0);
    let (mut heard, mut expected) = (Vec::new(), Vec::new());
    for round in 0..40 {
        // Nothing with latency: the paths stay as long as they were.
        let kind = [Kind::Utility, Kind::Equalizer, Kind::Reverb, Kind::Delay][round % 4];
        let slots = &mut edited.chains[0].lanes[0].slots;
        slots.retain(|slot| slot.id < 40);
        slots.insert(round % 3, slot(40 + round as u64, kind));
        show.workshop.update(&edited, &MACROS_AT_ZERO);
        show.play(12, &mut heard);
        left_alone.play(12, &mut expected);
    }
    // Strip 1 feeds Main and Bus 2; Bus 7 is fed by Strip 3 alone.
    assert!(heard[0] != expected[0]);
    assert!(heard[7] == expected[7]);
    assert!(heard[7].iter().any(|x| *x != 0.0));
}

/// One random structural edit.
fn edit(session: &mut Session, random: &mut fastrand::Rng) {
    const KINDS: [Kind; 7] = [
        Kind::Utility,
        Kind::Equalizer,
        Kind::Gate,
        Kind::Compressor,
        Kind::Saturator,
        Kind::Limiter,
        Kind::Delay,
    ];
    let node = [0, 1, 2, BUS_2, STRIPS + 6, NODES - 1][random.usize(..6)];
    let id = session.free_slot_id();
    let chain = &mut session.chains[node];
    let lanes = chain.lanes.len();
    let filled = |chain: &Chain| chain.lanes.iter().position(|lane| !lane.slots.is_empty());
    match random.u8(..12) {
        0 if lanes < LANES => {
            let level = Fader(random.f32());
            chain.lanes.insert(random.usize(..=lanes), Lane { level, ..Lane::default() });
        }
        1 if lanes > 0 => drop(chain.lanes.remove(random.usize(..lanes))),
        2 => chain.dry = Fader(random.f32()),
        3 if lanes > 1 => chain.lanes.swap(0, lanes - 1),
        4 | 5 => {
            if let Some(lane) = filled(chain) {
                let slots = &mut chain.lanes[lane].slots;
                slots.remove(random.usize(..slots.len()));
            }
        }
        6 => {
            if let Some(lane) = filled(chain) {
                random.shuffle(&mut chain.lanes[lane].slots);
            }
        }
        7 => {
            let Some(lane) = filled(chain) else { return };
            let moved = chain.lanes[lane].slots.remove(0);
            let to = [0, 1, BUS_2][random.usize(..3)];
            match session.chains[to].lanes.last_mut() {
                Some(lane) if lane.slots.len() < SLOTS => lane.slots.push(moved),
                _ => {}
            }
        }
        8 => {
            let key = Key {
                node: Node::from_index(random.usize(..NODES - 1)),
                tap: Tap::PLACES[random.usize(..3)],
            };
            if let Some(slot) = chain.slots_mut().next() {
                slot.key = random.bool().then_some(key);
            }
        }
        9 => {
            if let Some(slot) = chain.slots_mut().last() {
                slot.bypass = !slot.bypass;
                slot.mix = random.f32();
            }
        }
        _ => {
            if lanes == 0 {
                chain.lanes.push(Lane::default());
            }
            let at = random.usize(..chain.lanes.len());
            let slots = &mut chain.lanes[at].slots;
            if slots.len() < SLOTS {
                let kind = KINDS[random.usize(..KINDS.len())];
                slots.insert(random.usize(..=slots.len()), slot(id, kind));
            }
        }
    }
}

#[test]
fn ten_thousand_random_edits_allocate_nothing_on_the_audio_thread_and_stay_finite() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut session = Session::default();
    // A low rate makes the 10 ms fades short, so that more edits fit into the time.
    let mut show = Playing::new(&session, &routing(), 8000.0);
    let mut landed = 0;
    for _ in 0..10_000 {
        edit(&mut session, &mut random);
        match show.workshop.update(&session, &MACROS_AT_ZERO) {
            Progress::Settled => landed += 1,
            Progress::Waiting => {}
            Progress::Refused(refusal) => {
                assert!(matches!(refusal, Refusal::Chain { .. } | Refusal::Total { .. }));
                session = Session::default();
            }
        }
        if random.u8(..3) == 0 {
            let node = Node::from_index([0, 1, BUS_2][random.usize(..3)]);
            let hearing = [Hearing::Output, Hearing::MatchedInput, Hearing::MatchedOutput];
            show.workshop.compare(node, hearing[random.usize(..3)]);
        }
        show.block();
        for output in show.outputs.iter().flatten() {
            assert!(output.iter().all(|x| x.is_finite()));
        }
    }
    assert!(landed > 1000, "only {landed} structures were handed over");
    show.settle(&session);
}

#[test]
fn edits_from_another_thread_end_in_the_session_as_it_is() {
    let session = session();
    let Playing { mut engine, mut workshop, inputs, mut outputs, .. } =
        Playing::new(&session, &routing(), 8000.0);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let playing = scope.spawn(|| {
            let mut blocks = 0u64;
            while !over.load(Ordering::Acquire) {
                let counted = allocations(|| {
                    engine.process(&mut Block::whole(&inputs, &mut outputs));
                });
                assert_eq!(counted, 0);
                assert!(outputs.iter().flatten().flatten().all(|x| x.is_finite()));
                blocks += 1;
            }
            blocks
        });
        let mut random = fastrand::Rng::with_seed(11);
        let mut session = session.clone();
        let update = |workshop: &mut Workshop, session: &mut Session| {
            let progress = workshop.update(session, &MACROS_AT_ZERO);
            if let Progress::Refused(_) = progress {
                *session = Session::default();
            }
            progress
        };
        for _ in 0..2000 {
            edit(&mut session, &mut random);
            update(&mut workshop, &mut session);
        }
        while update(&mut workshop, &mut session) != Progress::Settled || workshop.is_flying() {
            std::thread::yield_now();
        }
        over.store(true, Ordering::Release);
        assert!(playing.join().expect("the audio thread lives") > 0);
    });
}

#[test]
fn a_macro_moves_its_settings_sample_accurately_and_lets_go_without_a_change() {
    let mut session = Session::default();
    session.chains[0] = Chain::serial([slot(1, Kind::Utility)]);
    // Strip 1 alone goes to Main.
    let mut routing = routing();
    routing.buses[1].main_tap = Tap::Off;
    let mut show = Playing::new(&session, &routing, 48_000.0);
    let mut heard = Vec::new();
    show.play(4, &mut heard);
    session.map_macro(3, 0.0, 1, "gain", &MACROS_AT_ZERO).expect("mapped");
    show.settle(&session);
    // From 0 dB upwards to 24 dB: half of the knob's way.
    routing.macros[3] = 0.5;
    let mut changed = ParameterSet::EMPTY;
    changed.insert(Parameter::Macro(3).index());
    show.engine.set(&routing, &changed);
    let mut moved = Vec::new();
    show.play(20, &mut moved);
    let mut values = MACROS_AT_ZERO;
    values[3] = 0.5;
    let gain = session.driven(1, "gain", &values).expect("driven");
    assert!(gain > 6.0);
    let end = moved[0].len() - 1;
    let dry = 0.25 * ((show.now - 1) as f32 * 0.01).sin();
    let wanted = dry * 10f32.powf(gain / 20.0);
    assert!((moved[0][end] - wanted).abs() < 1e-4, "{} for {wanted}", moved[0][end]);
    // Let go: the setting stays, and messages reach it again.
    session.unmap_macro(1, "gain", &values);
    for _ in 0..40 {
        show.workshop.update(&session, &values);
        show.block();
    }
    let last = show.outputs[0][0][BLOCK - 1];
    let dry = 0.25 * ((show.now - 1) as f32 * 0.01).sin();
    assert!((last - dry * 10f32.powf(gain / 20.0)).abs() < 1e-4);
    assert!(steepest(&moved[0]) < 0.05);
}

#[test]
fn a_chain_with_too_much_latency_is_refused_by_name_and_what_ran_runs_on() {
    let mut session = session();
    let mut show = Playing::new(&session, &routing(), 48_000.0);
    show.block();
    let linear = || EffectSpec::new(Kind::Equalizer).with("linear_phase", 1.0);
    session.chains[1] = Chain::serial((50..53).map(|id| Slot::new(id, linear())));
    let latency = show.engine.latency();
    let progress = show.workshop.update(&session, &MACROS_AT_ZERO);
    let Progress::Refused(refusal) = progress else { panic!("{progress:?}") };
    assert!(refusal.to_string().starts_with("the chain of Strip 2 would be 26112 samples late"));
    show.block();
    assert_eq!(show.engine.latency(), latency);
    session.chains[1].lanes[0].slots.pop();
    session.chains[BUS_2] = Chain::serial([Slot::new(60, linear())]);
    let progress = show.workshop.update(&session, &MACROS_AT_ZERO);
    assert!(matches!(progress, Progress::Refused(Refusal::Total { .. })), "{progress:?}");
}

#[test]
fn an_effect_of_another_version_and_a_lost_impulse_pass_sound() {
    let json = r#"{"version": 2, "chains": {"Strip 1": {"lanes": [{"slots": [
        {"id": 1, "effect": "vocoder", "settings": {"bands": 16}},
        {"id": 2, "effect": "convolution",
         "impulse": {"name": "hall.wav", "path": "/nowhere/hall.wav", "hash": "00"}}]}]}}}"#;
    let session = Session::from_json(json).expect("a session");
    let mut show = Playing::new(&session, &Routing::default(), 48_000.0);
    let mut heard = Vec::new();
    show.play(3, &mut heard);
    let expected: Vec<f32> = (0..show.now).map(|n| 0.25 * (n as f32 * 0.01).sin()).collect();
    // Strips 2 and 3 are at their defaults and in Main too.
    let others: Vec<f32> = (0..show.now)
        .map(|n| (1..3).map(|port| 0.25 * (n as f32 * 0.01 + port as f32).sin()).sum())
        .collect();
    for ((heard, expected), others) in heard[0].iter().zip(expected).zip(others) {
        assert!((heard - expected - others).abs() < 1e-6);
    }
    let problem = show.workshop.problems().get(&2).expect("told");
    assert!(problem.starts_with("/nowhere/hall.wav: the file is not there"), "{problem}");
    let written: serde_json::Value = serde_json::from_str(&session.to_json()).expect("JSON");
    let slots = &written["chains"]["Strip 1"]["lanes"][0]["slots"];
    assert_eq!(slots[0]["settings"]["bands"], 16);
    assert_eq!(slots[1]["impulse"]["path"], "/nowhere/hall.wav");
}
