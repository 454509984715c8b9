//! Saved states through the raw CLAP interface: what is ours comes back exactly, what is not is
//! refused and harms nothing, and every state ever saved still loads.
#![cfg(feature = "plugin")]

#[path = "support/raw_host.rs"]
mod raw_host;

use clap_sys::stream::clap_istream;
use raw_host::*;
use serde_json::{Value, json};
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, Once};
use switchyard::plugin::state;
use switchyard::routing::BUSES;
use switchyard::routing::parameter::{ALL, COUNT, Kind, Parameter};

/// Log lines of all tests in this program.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Collects log lines; call it before anything is logged.
fn listen_to_the_log() {
    struct Lines;
    impl log::Log for Lines {
        fn enabled(&self, _: &log::Metadata) -> bool {
            true
        }
        fn log(&self, record: &log::Record) {
            LINES.lock().unwrap().push(record.args().to_string());
        }
        fn flush(&self) {}
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Lines).unwrap();
        log::set_max_level(log::LevelFilter::Info);
    });
}

fn assert_logged(parts: &[&str]) {
    let lines = LINES.lock().unwrap();
    let found = lines.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(found, "no line with {parts:?} in {lines:#?}");
}

fn with_length(json: &[u8]) -> Vec<u8> {
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json);
    bytes
}

fn state(value: &Value) -> Vec<u8> {
    with_length(&serde_json::to_vec(value).unwrap())
}

fn parse(saved: &[u8]) -> Value {
    serde_json::from_slice(&saved[8..]).unwrap()
}

/// An instance with a state of its own, and that state.
fn peculiar() -> (Instance, Vec<u8>) {
    listen_to_the_log();
    let instance = Instance::new();
    let mut random = fastrand::Rng::with_seed(7);
    let mut events = Events::default();
    for index in 0..COUNT as u32 {
        let info = instance.param_info(index).unwrap();
        let stepped = ALL[index as usize].kind().steps().is_some();
        let value = random.f64() * info.max_value;
        events.push(0, info.id, if stepped { value.round() } else { value });
    }
    instance.flush(&events);
    instance.shared().shared.edit_session(|session| {
        session.strip_names[0] = "Vox ü".into();
        session.bus_names[3] = "Verb \"2\"".into();
        session.editor_size = [1000, 600];
    });
    let saved = instance.save();
    (instance, saved)
}

/// Offers a state that must be refused and checks that nothing changed and the log says why.
fn assert_refused(offered: &[u8], why: &[&str]) {
    let (instance, before) = peculiar();
    assert!(!instance.load(offered), "{why:?} was loaded");
    assert_eq!(instance.save(), before, "{why:?} changed something");
    assert_logged(why);
}

#[test]
fn all_parameters_at_random_values_and_the_session_come_back_in_a_fresh_instance() {
    let (_first, saved) = peculiar();
    let second = Instance::new();
    assert_ne!(second.save(), saved);
    assert!(second.load(&saved));
    assert_eq!(second.save(), saved);
    for parameter in ALL {
        let (id, host) = (parameter.id(), &second.shared().all[parameter.index()]);
        let value = &parse(&saved)["params"][&id];
        let expected = match parameter.kind() {
            Kind::Toggle => f64::from(u8::from(value["bool"].as_bool().unwrap())),
            Kind::Choice(_) => value["i32"].as_f64().unwrap(),
            _ => value["f32"].as_f64().unwrap(),
        };
        assert_eq!(host.value(), expected as f32, "{id}");
    }
    assert_eq!(second.shared().shared.session(|s| s.strip_names[0].clone()), "Vox ü");
}

#[test]
fn equal_states_are_saved_as_equal_bytes() {
    let (first, saved) = peculiar();
    let (_second, other) = peculiar();
    assert_eq!(saved, other);
    assert_eq!(first.save(), saved);
}

#[test]
fn a_host_may_hand_out_a_state_in_pieces_and_with_padding() {
    let (_first, mut saved) = peculiar();
    let original = saved.clone();
    saved.extend([0; 100]);
    for piece in [1, 7, 1000] {
        let second = Instance::new();
        assert!(second.load_in_pieces(&saved, piece));
        assert_eq!(second.save(), original);
    }
}

#[test]
fn a_failing_a_lying_and_a_missing_stream_are_refused() {
    unsafe extern "C" fn fail(_: *const clap_istream, _: *mut c_void, _: u64) -> i64 {
        -1
    }
    unsafe extern "C" fn lie(_: *const clap_istream, _: *mut c_void, size: u64) -> i64 {
        size as i64 + 1
    }
    let (instance, before) = peculiar();
    for read in [Some(fail as unsafe extern "C" fn(_, _, _) -> _), Some(lie as _), None] {
        assert!(!instance.load_stream(&clap_istream { ctx: null_mut(), read }));
    }
    assert!(!instance.load_stream(null()));
    assert_eq!(instance.save(), before);
    assert_logged(&["refused", "stream"]);
}

#[test]
fn garbage_is_refused() {
    assert_refused(b"RIFF\0\0\0\0WAVEfmt", &["refused", "announces"]);
    assert_refused(&with_length(b"\x89PNG\r\n"), &["refused", "not a Switchyard state"]);
    assert_refused(&with_length(b"[1, 2, 3]"), &["refused", "not an object"]);
    assert_refused(&[], &["refused", "truncated: 0 of 8 bytes"]);
    let deep = "[".repeat(100_000);
    assert_refused(&with_length(deep.as_bytes()), &["refused", "recursion"]);
}

#[test]
fn the_state_of_another_plugin_is_refused() {
    let other = json!({"version": "1", "params": {"gain": {"f32": 0.5}}, "fields": {}});
    assert_refused(&state(&other), &["refused", "neither our parameters nor our session"]);
}

#[test]
fn a_truncated_state_is_refused_wherever_it_ends() {
    let (instance, saved) = peculiar();
    let fresh = Instance::new();
    let before = fresh.save();
    for length in (0..saved.len()).step_by(997).chain([7, 8, 9, saved.len() - 1]) {
        assert!(!fresh.load(&saved[..length]), "{length} bytes were enough");
    }
    assert_eq!(fresh.save(), before);
    assert_eq!(instance.save(), saved);
    assert_logged(&["refused", "truncated", &format!("of {} bytes", saved.len() - 8)]);
}

#[test]
fn the_state_of_a_newer_version_is_refused_whatever_its_shape() {
    let (_instance, saved) = peculiar();
    let newer = r#"{"version": 77, "strip_names": {"a": "shape of the future"}}"#;
    let mut value = parse(&saved);
    value["fields"]["session"] = newer.into();
    assert_refused(&state(&value), &["refused", "version 77", "update Switchyard"]);
    value["fields"]["session"] = r#"{"version": 99999999999}"#.into();
    assert_refused(&state(&value), &["refused", "update Switchyard"]);
}

#[test]
fn a_session_that_cannot_be_read_refuses_the_parameters_too() {
    let (_instance, saved) = peculiar();
    for session in ["", "{", "[]", r#"{"version": "one"}"#, r#"{"version": 1, "strip_names": 3}"#] {
        let mut value = parse(&saved);
        value["params"]["s1fd"] = json!({"f32": 0.123});
        value["fields"]["session"] = session.into();
        assert_refused(&state(&value), &["refused", "session cannot be read"]);
    }
}

#[test]
fn values_of_the_wrong_type_are_refused_by_name() {
    let (_instance, saved) = peculiar();
    for (id, wrong) in [
        ("s1fd", json!({"i32": 1})),
        ("s1fd", json!({"f32": "loud"})),
        ("s1fd", json!(0.5)),
        ("s1fd", json!({"f32": 0.5, "i32": 1})),
        ("s1mu", json!({"bool": null})),
        ("s1mu", json!({"f32": 1.0})),
        ("s1in", json!({"i32": true})),
    ] {
        let mut value = parse(&saved);
        value["params"][id] = wrong;
        assert_refused(&state(&value), &["refused", "wrong type", id]);
    }
    for (key, wrong) in [("params", json!([])), ("fields", json!(1)), ("version", json!({}))] {
        let mut value = parse(&saved);
        value[key] = wrong;
        assert_refused(&state(&value), &["refused", "wrong type", key]);
    }
}

#[test]
fn values_out_of_range_are_held_to_it_and_named() {
    let (instance, saved) = peculiar();
    let mut value = parse(&saved);
    let cases = [
        ("s1fd", json!({"f32": 7.5}), 1.0),
        ("s2fd", json!({"f32": -3}), 0.0),
        ("s3pn", json!({"f32": 1e300}), 100.0),
        ("s4tr", json!({"f32": -1e30}), -24.0),
        ("s5in", json!({"i32": 4_000_000_000u64}), 32.0),
        ("b1ro", json!({"i32": -1}), 0.0),
        ("panlaw", json!({"i32": 3}), 2.0),
    ];
    for (id, wrong, _) in &cases {
        value["params"][id] = wrong.clone();
    }
    assert!(instance.load(&state(&value)));
    for (id, _, held) in &cases {
        let parameter = Parameter::from_id(id).unwrap();
        assert_eq!(instance.shared().all[parameter.index()].value(), *held, "{id}");
        assert_logged(&["out of range", id]);
    }
}

#[test]
fn a_nan_becomes_the_default_and_is_named() {
    let (instance, saved) = peculiar();
    let mut value = parse(&saved);
    value["params"]["s6fd"] = json!({"f32": f32::NAN});
    assert_eq!(value["params"]["s6fd"]["f32"], Value::Null, "this is how JSON writes it");
    assert!(instance.load(&state(&value)));
    let parameter = Parameter::from_id("s6fd").unwrap();
    let now = instance.shared().all[parameter.index()].value();
    assert_eq!(now, parameter.default_value());
    assert_logged(&["out of range", "s6fd NaN"]);
}

#[test]
fn unknown_keys_are_ignored_and_named_and_the_rest_is_loaded() {
    let (_first, saved) = peculiar();
    let mut value = parse(&saved);
    value["params"]["s99fd"] = json!({"f32": 0.5});
    value["fields"]["lyrics"] = json!("la la");
    value["weather"] = json!({"rain": true});
    let second = Instance::new();
    assert!(second.load(&state(&value)));
    assert_eq!(second.save(), saved);
    assert_logged(&["ignored", "params.s99fd", "fields.lyrics", "weather"]);
}

#[test]
fn absent_keys_mean_the_defaults_and_not_what_was_there() {
    let (instance, _) = peculiar();
    assert!(instance.load(&state(&json!({"params": {"s1fd": {"f32": 0.25}}}))));
    for parameter in ALL {
        let expected = match parameter.id().as_str() {
            "s1fd" => 0.25,
            _ => parameter.default_value(),
        };
        let value = instance.shared().all[parameter.index()].value();
        assert_eq!(value, expected, "{}", parameter.id());
    }
    let fresh = Instance::new();
    let session = |instance: &Instance| instance.shared().shared.session(Clone::clone);
    assert_eq!(session(&instance), session(&fresh));
}

#[test]
fn a_load_tells_the_host_of_new_values_and_new_names() {
    let (_first, saved) = peculiar();
    let second = Instance::new();
    assert!(second.load(&saved));
    let flags = second.asked().params_rescans.load(SeqCst);
    assert_eq!(
        flags,
        clap_sys::ext::params::CLAP_PARAM_RESCAN_VALUES
            | clap_sys::ext::params::CLAP_PARAM_RESCAN_INFO
    );
    assert_eq!(second.asked().dirty.load(SeqCst), 0, "a load is no edit");
}

#[test]
fn a_load_while_playing_takes_effect_at_one_sample_everywhere() {
    listen_to_the_log();
    // Strip k feeds bus k, all alike: so what must move together lies far apart in the state.
    let sends = |level: f32| {
        let mut params = serde_json::Map::new();
        for bus in 1..=BUSES {
            params.insert(format!("s{bus}b{bus}"), json!({"f32": level}));
            params.insert(format!("b{bus}mt"), json!({"i32": 0}));
        }
        state(&json!({ "params": params }))
    };
    let states = [sends(0.75), sends(0.3), sends(0.0)];
    let mut instance = Instance::new();
    assert!(instance.load(&states[0]));
    instance.activate(64);
    let loads = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let audio = scope.spawn(|| {
            let mut levels = std::collections::BTreeSet::new();
            while loads.load(SeqCst) < 60 {
                let mut block = Block::whole(8);
                for bus in 1..=BUSES {
                    let left = block.inputs[bus - 1].channels[0].unwrap();
                    block.fill(left, |_| 1.0);
                }
                instance.process(&mut block);
                for n in 0..8 {
                    let first = block.output(1, 0)[n];
                    let torn = (2..=BUSES).find(|bus| block.output(*bus, 0)[n] != first);
                    assert_eq!(torn, None, "bus 1 is at {first}");
                }
                levels.insert(block.output(1, 0)[7].to_bits());
            }
            levels.len()
        });
        while loads.load(SeqCst) < 60 && !audio.is_finished() {
            let turn = loads.fetch_add(1, SeqCst);
            assert!(instance.load(&states[turn % states.len()]));
            instance.on_main_thread();
        }
        assert!(audio.join().unwrap() > 2, "the loads were not heard");
    });
}

/// Every file in the table of past states: what was saved is what is loaded, as long as this
/// program lives. A file is only ever added.
#[test]
fn every_state_ever_saved_still_loads() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/state");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for version in 1..=switchyard::session::VERSION {
        assert!(files.iter().any(|file| file.ends_with(format!("v{version}.json"))));
    }
    for file in files {
        let json = std::fs::read(&file).unwrap();
        let accepted = state::check(&json).unwrap();
        assert_eq!(accepted.remarks, Vec::<String>::new(), "{}", file.display());
        let instance = Instance::new();
        assert!(instance.load(&with_length(&json)), "{}", file.display());
        let (then, now): (Value, _) =
            (serde_json::from_slice(&json).unwrap(), parse(&instance.save()));
        for (id, value) in then["params"].as_object().unwrap() {
            assert_eq!(&now["params"][id], value, "{}: {id}", file.display());
        }
        let session = |state: &Value| -> Value {
            serde_json::from_str(state["fields"]["session"].as_str().unwrap()).unwrap()
        };
        let newest = switchyard::session::VERSION;
        assert_eq!(session(&now)["version"], newest, "{}", file.display());
        for (key, value) in session(&then).as_object().unwrap() {
            if key == "version" {
                continue;
            }
            assert_holds(&session(&now)[key], value, &format!("{}: {key}", file.display()));
        }
    }
}

/// What was saved is there, word for word; settings that were left out have been filled in.
fn assert_holds(now: &Value, then: &Value, place: &str) {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            for (key, value) in then {
                // What a chain has by default is not written.
                match now.get(key) {
                    Some(found) => assert_holds(found, value, &format!("{place}.{key}")),
                    None => panic!("{place}.{key} is lost"),
                }
            }
        }
        (Value::Array(now), Value::Array(then)) => {
            assert_eq!(now.len(), then.len(), "{place}");
            for (index, (now, then)) in now.iter().zip(then).enumerate() {
                assert_holds(now, then, &format!("{place}[{index}]"));
            }
        }
        _ => assert_eq!(now, then, "{place}"),
    }
}

#[test]
fn ten_thousand_mutated_states_are_loaded_or_refused_and_never_panic() {
    listen_to_the_log();
    let instance = Instance::new();
    let small = json!({
        "version": "0.1.0",
        "params": {"s1fd": {"f32": 0.5}, "s1mu": {"bool": true}, "s1in": {"i32": 3}},
        "fields": {"session": r#"{"version":3,"strip_names":["Vox"],"editor_size":[900,500],"chains":{"Strip 1":{"dry":0.5,"lanes":[{"slots":[{"id":1,"key":["Bus 1","Pre"],"effect":"gate","settings":{"range":9}}]}]}},"macros":[{"targets":[{"slot":1,"setting":"range","from":0,"to":1}]}],"scenes":{"stored":{"2":{"name":"B","parameters":{"s1fd":0.25},"chains":{"Bus 1":{"lanes":[{"slots":[{"id":1,"effect":"gate"}]}]}},"drives":{"1":[{"slot":1,"setting":"range","from":0,"to":1}]}}},"scope":{"mutes":false},"safes":["Main"]}}"#},
    });
    let original = state(&small);
    let mut random = fastrand::Rng::with_seed(2026);
    let (mut loaded, mut refused) = (0, 0);
    for _ in 0..10_000 {
        let mut bytes = original.clone();
        for _ in 0..random.usize(1..=5) {
            mutate(&mut bytes, &mut random);
        }
        match instance.load(&bytes) {
            true => loaded += 1,
            false => refused += 1,
        }
        let value = instance.shared().all[1].value();
        assert!((0.0..=1.0).contains(&value), "a fader at {value}");
    }
    assert!(loaded > 100 && refused > 5000, "{loaded} loaded, {refused} refused");
    // It still works.
    assert!(instance.load(&original));
    assert_eq!(parse(&instance.save())["params"]["s1fd"], small["params"]["s1fd"]);
}

fn mutate(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    const PIECES: [&[u8]; 10] = [
        b"null",
        b"-1",
        b"1e39",
        b"1e999",
        b"NaN",
        b"{}",
        b"\"",
        b"99999999999",
        b"true",
        b"\\u0000",
    ];
    if bytes.is_empty() {
        return;
    }
    let at = random.usize(..bytes.len());
    match random.u8(..6) {
        0 => bytes[at] ^= 1 << random.u8(..8),
        1 => bytes[at] = random.u8(..),
        2 => bytes.truncate(at),
        3 => {
            bytes.remove(at);
        }
        4 => {
            let piece = random.choice(PIECES).unwrap();
            let end = (at + random.usize(..6)).min(bytes.len());
            bytes.splice(at..end, piece.iter().copied());
        }
        _ => {
            let end = (at + random.usize(..20)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            let to = random.usize(..bytes.len());
            bytes.splice(to..to, copy);
        }
    }
    if bytes.len() >= 8 && random.u8(..4) != 0 {
        // Mostly with the right length, so that what follows is looked at too.
        let length = (bytes.len() - 8) as u64;
        bytes[..8].copy_from_slice(&length.to_le_bytes());
    }
}
