//! Scenes below the plugin: what is kept and what never is, how slots and macros fare, what is wrong in
//! a file; and a recall while sound runs costs the audio thread no allocation and the sound no step.
//! Beneath, the laws that hold for arbitrary mixes.
//!
//! Not here: the host and the editor.

#[path = "support/counting.rs"]
mod counting;
#[path = "common/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "scenes/laws.rs"]
mod laws;
#[path = "common/mixes.rs"]
mod mixes;
#[path = "common/show.rs"]
#[allow(dead_code)]
mod show;

use counting::allocations;
use desk::{Block, difference, sound};
use show::Show;
use std::sync::Arc;
use switchyard::effects::impulse::ImpulseRef;
use switchyard::effects::{EffectSpec, Kind as Effect};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::parameter::{ALL, Kind, Parameter};
use switchyard::routing::{Fader, INPUT_PORTS, Node, OUTPUT_PORTS, Role, Routing, Send, Tap};
use switchyard::session::Session;
use switchyard::session::macros::Target;
use switchyard::session::scenes::recall::Recall;
use switchyard::session::scenes::{Part, SCENES, Scene, Scope};
use switchyard::session::workshop::Progress;

const EVERYTHING: Scope =
    Scope { faders: true, sends: true, mutes: true, chains: true, monitor: true };

/// Recalls a scene as the editor does, but at once.
fn recall(scene: &Scene, routing: &mut Routing, session: &mut Session) -> Recall {
    let recall = Recall::of(scene, routing, session);
    recall.values.iter().for_each(|(parameter, value)| parameter.set(routing, *value));
    recall.apply(session);
    recall
}

fn slot_ids(session: &Session) -> Vec<u64> {
    session.chains.iter().flat_map(Chain::slots).map(|slot| slot.id).collect()
}

#[test]
fn what_a_mixer_is_and_what_a_hand_holds_is_never_recalled() {
    let mut kept: Vec<_> =
        ALL.iter().filter(|parameter| Part::of(**parameter).is_none()).map(|p| p.name()).collect();
    kept.iter_mut().for_each(|name| {
        *name = name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>().replace("  ", " ");
    });
    kept.dedup();
    kept.sort();
    kept.dedup();
    assert_eq!(
        kept,
        [
            "Bus Immediate",
            "Bus Pan Follow",
            "Bus Role",
            "Bus Solo",
            "Bypass",
            "Monitor Talkback",
            "Pan Law",
            "Solo Mode",
            "Strip Input",
            "Strip Solo",
            "Strip Source",
            "Talkback Source",
        ]
    );
}

fn compressor(id: u64) -> Slot {
    Slot::new(id, EffectSpec::new(Effect::Compressor))
}

fn gate(id: u64) -> Slot {
    Slot::new(id, EffectSpec::new(Effect::Gate))
}

#[test]
fn slots_that_are_still_there_keep_their_ids_so_that_tails_ring_on() {
    let mut then = Session::default();
    then.chains[0] = Chain::serial([compressor(1), gate(2)]);
    then.chains[1] = Chain::serial([gate(3)]);
    then.macros[0].targets.push(Target { slot: 2, setting: "range".into(), from: 0.0, to: 0.5 });
    let scene = Scene::of("", &Routing::default(), &then);
    // Slot 1 moved to another strip, slot 2 was removed and put in anew, slot 3 is another effect.
    let mut now = Session::default();
    now.chains[0] = Chain::serial([gate(7)]);
    now.chains[1] = Chain::serial([compressor(3)]);
    now.chains[5] = Chain::serial([compressor(1)]);
    let ids = |session: &Session, node: usize| -> Vec<u64> {
        session.chains[node].slots().map(|slot| slot.id).collect()
    };
    recall(&scene, &mut Routing::default(), &mut now);
    assert_eq!(ids(&now, 0), [1, 7], "one came back, the other is the gate that was there");
    assert_eq!(now.macros[0].targets[0].slot, 7, "and the macro drives it");
    assert!(now.chains[5].is_empty());
    let [fresh] = ids(&now, 1)[..] else { panic!("one slot") };
    assert!(![1, 2, 3, 7].contains(&fresh), "a gate is no compressor: {fresh}");
}

#[test]
fn a_slot_that_moved_to_a_safe_strip_stays_there_and_the_scene_brings_another() {
    let mut then = Session::default();
    then.chains[0] = Chain::serial([compressor(1)]);
    let scene = Scene::of("", &Routing::default(), &then);
    let mut now = Session::default();
    now.chains[4] = Chain::serial([compressor(1)]);
    now.scenes.set_safe(Node::Strip(4), true);
    recall(&scene, &mut Routing::default(), &mut now);
    assert_eq!(slot_ids(&now), [2, 1]);
}

#[test]
fn a_new_slot_gets_an_id_that_no_scene_remembers() {
    let mut session = Session::default();
    session.chains[0] = Chain::serial([compressor(41)]);
    let scene = Scene::of("", &Routing::default(), &session);
    session.scenes.put(6, Some(Arc::new(scene)));
    session.chains[0] = Chain::default();
    assert_eq!(session.free_slot_id(), 42);
}

#[test]
fn a_macro_that_drives_something_safe_stays_wholly_as_it_is() {
    let mut session = Session::default();
    session.chains[0] = Chain::serial([compressor(1)]);
    session.chains[1] = Chain::serial([compressor(2)]);
    let mut routing = Routing::default();
    let empty = Scene::of("", &routing, &Session::default());
    for (macro_, slot) in [(0, 1), (1, 2)] {
        session.map_macro(macro_, 0.0, slot, "threshold", &routing.macros).expect("mapped");
        routing.macros[macro_] = 0.5;
    }
    session.scenes.set_safe(Node::Strip(0), true);
    recall(&empty, &mut routing, &mut session);
    assert_eq!((routing.macros[0], routing.macros[1]), (0.5, 0.0));
    assert_eq!((session.macros[0].targets.len(), session.macros[1].targets.len()), (1, 0));
    assert!(session.chains[1].is_empty());
}

#[test]
fn an_edge_is_safe_if_either_of_its_ends_is() {
    let mut then = Routing::default();
    for strip in &mut then.strips {
        strip.sends.iter_mut().for_each(|send| send.level = Fader::UNITY);
    }
    let mut session = Session::default();
    let scene = Scene::of("", &then, &session);
    session.scenes.set_safe(Node::Strip(2), true);
    session.scenes.set_safe(Node::Bus(5), true);
    let mut routing = Routing::default();
    recall(&scene, &mut routing, &mut session);
    for (i, strip) in routing.strips.iter().enumerate() {
        for (j, send) in strip.sends.iter().enumerate() {
            let safe = i == 2 || j == 5;
            assert_eq!(send.level.is_open(), !safe, "Strip {} > Bus {}", i + 1, j + 1);
        }
    }
}

#[test]
fn scenes_are_written_for_people_and_what_is_wrong_in_them_is_said() {
    let mut routing = Routing::default();
    routing.strips[1].fader = Fader(0.5);
    routing.strips[2].mute = true;
    routing.strips[2].sends[0].tap = Tap::Pre;
    routing.strips[2].solo = true;
    routing.buses[3].role = Role::Mix;
    let mut session = Session::default();
    let scene = Scene::of("Chorus", &routing, &session);
    let contents = scene.contents();
    assert_eq!((contents.strips, contents.buses, contents.chains), (2, 0, 0));
    session.scenes.put(2, Some(Arc::new(scene)));
    session.scenes.set_safe(Node::Bus(5), true);
    let json: serde_json::Value = serde_json::from_str(&session.to_json()).expect("JSON");
    assert_eq!(
        json["scenes"],
        serde_json::json!({
            "stored": {"3": {
                "name": "Chorus",
                "parameters": {"s2fd": 0.5, "s3mu": true, "s3b1t": "Pre"},
            }},
            "scope": {"faders": true, "sends": true, "mutes": true, "chains": true, "monitor": false},
            "safes": ["Bus 6"],
        })
    );
    assert_eq!(session.scenes.title(2), "Scene 3 Chorus");
    assert_eq!(session.scenes.title(4), "Scene 5");
    let refused = |scenes: &str| {
        let text = format!(r#"{{"version": 3, "scenes": {scenes}}}"#);
        Session::from_json(&text).expect_err("refused").to_string()
    };
    assert!(refused(r#"{"stored": {"9": {}}}"#).contains("no scene \"9\"; they are 1 to 8"));
    assert!(refused(r#"{"stored": {"0": {}}}"#).contains("no scene \"0\""));
    assert!(refused(r#"{"safes": ["Bus 13"]}"#).contains("\"Bus 13\" to be safe"));
    let unknown = refused(r#"{"stored": {"1": {"parameters": {"s99fd": 0.5}}}}"#);
    assert!(unknown.contains("parameters.s99fd: there is no such parameter"), "{unknown}");
    let wrong = refused(r#"{"stored": {"1": {"parameters": {"s1fd": 7}}}}"#);
    assert!(wrong.contains("from 0 to 1"), "{wrong}");
    assert!(refused(r#"{"stored": {"1": {"drives": {"17": []}}}}"#).contains("no macro \"17\""));
}

#[test]
fn slots_without_an_id_of_their_own_get_one_and_absurd_ids_are_none() {
    let text = r#"{"version": 3,
        "chains": {"Main": {"lanes": [{"slots": [{"id": 18446744073709551615, "effect": "gate"}]}]}},
        "scenes": {"stored": {"1": {"chains": {"Strip 1": {"lanes": [{"slots": [
            {"id": 4, "effect": "gate"}, {"id": 4, "effect": "gate"}, {"effect": "gate"},
            {"id": 18446744073709551615, "effect": "gate"}]}]}}}}}}"#;
    let session = Session::from_json(text).expect("read");
    let scene = session.scenes.get(0).expect("stored");
    let ids: Vec<u64> = scene.chains[0].slots().map(|slot| slot.id).collect();
    assert_eq!(ids, [4, 5, 6, 7]);
    assert_eq!(slot_ids(&session), [8]);
}

#[test]
fn an_impulse_response_that_travels_in_the_session_is_kept_once_for_all_scenes() {
    let bytes = "A".repeat(100_000);
    let with_bytes = |id: u64, hash: &str| {
        let mut slot = Slot::new(id, EffectSpec::new(Effect::Convolution));
        let impulse = ImpulseRef {
            name: "Hall.wav".into(),
            path: Some("/x/Hall.wav".into()),
            hash: hash.into(),
            embedded: Some(bytes.clone()),
        };
        slot.effect.known_mut().expect("known").impulse = Some(impulse);
        slot
    };
    let mut session = Session::default();
    session.chains[3] = Chain::serial([with_bytes(1, "aa")]);
    let mut routing = Routing::default();
    for number in 0..SCENES {
        let scene = Scene::of("", &routing, &session);
        session.scenes.put(number, Some(Arc::new(scene)));
        assert!(session.scenes.is_as_stored(number, &routing, &session));
    }
    let json = session.to_json();
    assert!(json.len() < 150_000, "{} bytes", json.len());
    assert_eq!(Session::from_json(&json).expect("read"), session);
    // The chain goes, and the scene brings it back with its bytes, after saving too.
    let live = session.chains[3].clone();
    session.chains[3] = Chain::serial([with_bytes(2, "bb")]);
    assert!(!session.scenes.is_as_stored(0, &routing, &session));
    let json = session.to_json();
    assert!(json.len() > 200_000 && json.len() < 250_000, "{} bytes", json.len());
    let mut read = Session::from_json(&json).expect("read");
    assert_eq!(read, session);
    let scene = read.scenes.get(5).cloned().expect("stored");
    recall(&scene, &mut routing, &mut read);
    let impulse =
        |chain: &Chain| chain.slots().next().and_then(|slot| slot.effect.known()?.impulse.clone());
    assert_eq!(impulse(&read.chains[3]), impulse(&live));
    (0..SCENES).for_each(|number| read.scenes.put(number, None));
    read.chains[3] = Chain::default();
    assert!(read.to_json().len() < 5_000, "nothing is kept that nobody needs");
}

#[test]
fn values_that_came_back_from_a_host_in_32_bits_are_still_as_stored() {
    let mut routing = Routing::default();
    let mut random = fastrand::Rng::with_seed(4);
    for parameter in ALL {
        let kind = parameter.kind();
        let (min, max) = kind.range();
        parameter.set(&mut routing, kind.clamp(min + (max - min) * random.f32()));
    }
    let mut session = Session::default();
    session.scenes.scope = EVERYTHING;
    let scene = Scene::of("", &routing, &session);
    let mut travelled = routing;
    for parameter in ALL {
        let (min, max) = parameter.kind().range();
        let normalised = (parameter.get(&routing) - min) / (max - min);
        parameter.set(&mut travelled, min + normalised * (max - min));
    }
    assert!(Recall::of(&scene, &travelled, &session).is_nothing());
    let Kind::Level = Parameter::MainFader.kind() else { panic!() };
    travelled.main.fader = Fader(routing.main.fader.0 * 0.99);
    assert_eq!(Recall::of(&scene, &travelled, &session).values.len(), 1);
}

/// Two mixes that differ in faders, sends, taps, mutes and chains, with slow waves through them.
fn verse_and_chorus() -> [(Routing, Session); 2] {
    let mut verse = Routing::default();
    for i in 0..4 {
        verse.strips[i].sends[i] = Send { tap: Tap::Post, level: Fader::UNITY };
    }
    let mut chorus = verse;
    for i in 0..4 {
        chorus.strips[i].fader = Fader::from_db(-9.0);
        chorus.strips[i].pan = 0.5;
        chorus.strips[i].sends[i + 4] = Send { tap: Tap::Pre, level: Fader::from_db(-6.0) };
        chorus.strips[i].main_tap = Tap::Off;
    }
    chorus.strips[2].mute = true;
    chorus.buses[1].fader = Fader::from_db(-20.0);
    chorus.main.fader = Fader::from_db(-3.0);
    let utility = |id, gain| Slot::new(id, EffectSpec::new(Effect::Utility).with("gain", gain));
    let (mut soft, mut hard) = (Session::default(), Session::default());
    soft.chains[0] = Chain::serial([utility(1, -6.0)]);
    soft.chains[16] = Chain::serial([Slot::new(2, EffectSpec::new(Effect::Reverb))]);
    hard.chains[0] = Chain::serial([utility(1, 0.0), compressor(3)]);
    hard.chains[17] = Chain::serial([utility(4, -12.0)]);
    [(verse, soft), (chorus, hard)]
}

#[test]
fn recalls_while_sound_runs_allocate_nothing_on_the_audio_thread_and_step_nowhere() {
    const BLOCK: usize = 64;
    let mixes = verse_and_chorus();
    let (mut routing, mut session) = mixes[0].clone();
    for (number, (routing, kept)) in mixes.iter().enumerate() {
        session.scenes.put(number, Some(Arc::new(Scene::of("", routing, kept))));
    }
    let Show { mut engine, mut workshop, .. } = Show::open(&session, &routing, 48_000.0, 20_000);
    let mut inputs = sound(INPUT_PORTS, BLOCK, |_, _, _| 0.0);
    let mut outputs = sound(OUTPUT_PORTS, BLOCK, |_, _, _| 0.0);
    let mut last: Option<Vec<[f32; 2]>> = None;
    let (mut steepest, mut recalls) = (0.0f32, 0);
    for turn in 0..1500usize {
        for (port, input) in inputs.iter_mut().take(4).enumerate() {
            for side in input.iter_mut() {
                for (i, x) in side.iter_mut().enumerate() {
                    let n = (turn * BLOCK + i) as f32;
                    *x = 0.25 * (n * 0.01 + port as f32).sin();
                }
            }
        }
        let mut set = None;
        if turn % 100 == 50 && !workshop.is_flying() {
            let scene = session.scenes.get((recalls + 1) % 2).cloned().expect("stored");
            let before = routing;
            let recalled = recall(&scene, &mut routing, &mut session);
            assert!(recalled.values.len() > 10 && !recalled.chains.is_empty(), "{recalled:?}");
            set = Some(difference(&before, &routing));
            recalls += 1;
        }
        let progress = workshop.update(&session, &routing.macros);
        assert!(!matches!(progress, Progress::Refused(_)), "{progress:?}");
        let counted = allocations(|| {
            if let Some(changed) = &set {
                engine.set(&routing, changed);
            }
            engine.process(&mut Block::whole(&inputs, &mut outputs));
        });
        assert_eq!(counted, 0, "turn {turn}");
        for n in 0..BLOCK {
            let now: Vec<[f32; 2]> = outputs.iter().map(|port| [port[0][n], port[1][n]]).collect();
            for (port, (now, before)) in now.iter().zip(last.iter().flatten()).enumerate() {
                for side in 0..2 {
                    assert!(now[side].is_finite(), "turn {turn} port {port}");
                    steepest = steepest.max((now[side] - before[side]).abs());
                }
            }
            last = Some(now);
        }
    }
    assert!(recalls >= 10, "{recalls} recalls");
    // Four waves of 0.25 that rise by 0.0025 a sample, and gains that change by at most all of them
    // within 480 samples.
    assert!(steepest < 0.02, "a step of {steepest}");
    assert!(steepest > 0.002, "something was heard: {steepest}");
}
