//! What a render session may say of chains, names and macros, and what is said when it is wrong.

use crate::session::Session;
use proptest::prelude::*;
use std::path::Path;
use switchyard::effects::impulse::ImpulseRef;
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Key, Lane, Slot};
use switchyard::routing::{Node, Tap};
use switchyard::units::Fader;

fn read(json: &str) -> Session {
    Session::from_json(json, Path::new("")).unwrap()
}

fn refused(json: &str) -> String {
    let error = Session::from_json(json, Path::new("")).expect_err(json);
    format!("{error:#}")
}

/// A session with one slot in the chain of Bus 3.
fn one(slot: &str) -> String {
    format!(r#"{{"chains": {{"Bus 3": [{slot}]}}}}"#)
}

/// A chain without the ids of its slots, to compare with one written by hand.
fn bare(chain: &Chain) -> Chain {
    let mut chain = chain.clone();
    chain.slots_mut().for_each(|slot| slot.id = 0);
    chain
}

#[test]
fn a_chain_is_read_as_it_is_meant_lane_by_lane() {
    let session = read(
        r#"{"chains": {"bus 3": {"dry": "-inf dB", "lanes": [
            [{"effect": "Compressor", "settings": {"Threshold": "-30 dB", "knee": "3"},
              "key": ["Strip 2", "pre"], "mix": "50 %"}],
            {"level": "-10 dB", "slots": [{"effect": "reverb", "bypass": true,
              "settings": {"DECAY": "800 ms"}}, {"effect": "CONVOLUTION", "impulse": "plate"}]}
        ]}}}"#,
    );
    let mut keyed =
        Slot::new(0, EffectSpec::new(Kind::Compressor).with("threshold", -30.0).with("knee", 3.0));
    keyed.key = Some(Key { node: Node::Strip(1), tap: Tap::Pre });
    keyed.mix = 0.5;
    let mut bypassed = Slot::new(0, EffectSpec::new(Kind::Reverb).with("decay", 0.8));
    bypassed.bypass = true;
    let mut plate = EffectSpec::new(Kind::Convolution);
    plate.known_mut().unwrap().impulse = Some(ImpulseRef::built_in("Plate"));
    let expected = Chain {
        dry: Fader::OFF,
        lanes: vec![
            Lane { level: Fader::UNITY, slots: vec![keyed] },
            Lane { level: Fader(0.5), slots: vec![bypassed, Slot::new(0, plate)] },
        ],
    };
    assert_eq!(bare(&session.saved.chains[Node::Bus(2).index()]), expected);
    let others = session.saved.chains.iter().filter(|chain| !chain.is_empty()).count();
    assert_eq!(others, 1, "no other chain holds anything");
}

#[test]
fn a_list_in_place_of_a_chain_is_its_only_lane() {
    let short = read(r#"{"chains": {"Main": [{"effect": "Limiter"}]}}"#);
    let long = read(r#"{"chains": {"Main": {"lanes": [{"slots": [{"effect": "Limiter"}]}]}}}"#);
    assert_eq!(short, long);
    let chain = &short.saved.chains[Node::Main.index()];
    assert_eq!(bare(chain), Chain::serial([Slot::new(0, EffectSpec::new(Kind::Limiter))]));
}

#[test]
fn what_is_read_is_what_the_plugin_saves_and_reads_again() {
    let session = read(
        r#"{"names": {"Bus 4": "Reverb", "macro 1": "Space"},
            "chains": {"Bus 4": [{"name": "room", "effect": "Reverb"}], "Main": [{"effect": "Limiter"}]},
            "macros": {"Macro 1": [
                {"slot": "room", "setting": "Width", "from": "0 %", "to": "200 %"}]}}"#,
    );
    let again = switchyard::session::Session::from_json(&session.saved.to_json()).unwrap();
    assert_eq!(again, session.saved);
    assert_eq!(again.bus_names[3], "Reverb");
    assert_eq!(again.macros[0].name, "Space");
    let target = &again.macros[0].targets[0];
    assert_eq!((target.setting.as_str(), target.from, target.to), ("width", 0.0, 1.0));
    let (node, slot) = again.slot(target.slot).expect("the macro drives a slot there is");
    assert_eq!((node, slot.kind()), (Node::Bus(3), Some(Kind::Reverb)));
}

#[test]
fn unknown_names_are_refused_where_they_stand_with_the_nearest_one() {
    for (json, place, hint) in [
        (r#"{"chains": {"Buss 3": []}}"#, "\"Buss 3\"", "did you mean \"Bus 3\"?"),
        (
            &one(r#"{"effect": "Compresor"}"#),
            "Bus 3, lane 1, slot 1",
            "did you mean \"Compressor\"?",
        ),
        (
            &one(r#"{"effect": "Gate"}, {"effect": "Gate", "settings": {"Treshold": "0"}}"#),
            "Bus 3, lane 1, slot 2",
            "did you mean \"Threshold\"?",
        ),
        (
            &one(r#"{"effect": "Gate", "key": ["Strip 17", "Pre"]}"#),
            "its key",
            "did you mean \"Strip 1",
        ),
        (&one(r#"{"effect": "Gate", "key": ["Strip 1", "Off"]}"#), "\"Off\"", "Input, Pre, Post"),
        (
            &one(r#"{"effect": "Convolution", "impulse": "Plat"}"#),
            "Plat",
            "did you mean \"Plate\"?",
        ),
        (
            &one(r#"{"effect": "Convolution", "impulse": "?"}"#),
            "\"?\"",
            "Small Room, Plate, Cabinet",
        ),
        (&one(r#"{"effect": "xyzzy"}"#), "xyzzy", "Utility, Equalizer"),
        (r#"{"names": {"Bos 3": "Drums"}}"#, "\"Bos 3\"", "did you mean \"Bus 3\"?"),
        (r#"{"macros": {"Marco 3": []}}"#, "\"Marco 3\"", "did you mean \"Macro 3\"?"),
    ] {
        let error = refused(json);
        assert!(error.contains(place) && error.contains(hint), "{error}");
    }
}

#[test]
fn unreadable_values_are_refused_with_what_would_do() {
    for (slot, place, hint) in [
        (r#"{"effect": "Gate", "settings": {"Threshold": "loud"}}"#, "Threshold", "-80.0 dB"),
        (r#"{"effect": "Compressor", "settings": {"Detector": "ear"}}"#, "Detector", "Peak, RMS"),
        (r#"{"effect": "Delay", "settings": {"Sync": "maybe"}}"#, "Sync", "On or Off"),
        (r#"{"effect": "Gate", "mix": "half"}"#, "mix", "100 %"),
    ] {
        let error = refused(&one(slot));
        assert!(error.contains("Bus 3, lane 1, slot 1"), "{error}");
        assert!(error.contains(place) && error.contains(hint), "{error}");
    }
    let error = refused(r#"{"chains": {"Bus 3": {"dry": "wet", "lanes": [[]]}}}"#);
    assert!(error.contains("Bus 3, dry") && error.contains("-inf dB"), "{error}");
    let error = refused(r#"{"chains": {"Bus 3": {"lanes": [[], {"level": "all"}]}}}"#);
    assert!(error.contains("lane 2, level") && error.contains("\"all\""), "{error}");
}

#[test]
fn what_an_effect_does_not_have_is_refused() {
    let error = refused(&one(r#"{"effect": "Reverb", "key": ["Strip 1", "Pre"]}"#));
    assert!(error.contains("Reverb listens to no key; Gate and Compressor do"), "{error}");
    let error = refused(&one(r#"{"effect": "Reverb", "impulse": "Plate"}"#));
    assert!(error.contains("Reverb has no impulse response"), "{error}");
}

#[test]
fn wrong_shapes_are_refused_at_their_line() {
    for (json, complaint) in [
        ("{\"chains\":\n {\"Bus 3\": 7}}", "a chain: {"),
        ("{\"chains\":\n {\"Bus 3\": {\"lanes\": [7]}}}", "a lane: {"),
        ("{\"chains\":\n {\"Bus 3\": [[\"Gate\"]]}}", "an object in braces"),
        ("{\"chains\":\n {\"Bus 3\": [{\"settings\": {}}]}}", "`effect`"),
        ("{\"chains\":\n {\"Bus 3\": [{\"effect\": \"Gate\", \"kee\": 1}]}}", "`kee`"),
        ("{\"chains\":\n {\"Bus 3\": {\"wet\": \"0 dB\"}}}", "`wet`"),
    ] {
        let error = refused(json);
        assert!(error.contains(complaint) && error.contains("line 2"), "{error}");
    }
}

#[test]
fn there_is_no_more_in_a_chain_than_it_holds_and_nothing_twice() {
    let slots = |count: usize| vec![r#"{"effect": "Utility"}"#; count].join(", ");
    assert!(refused(&one(&slots(9))).contains("lane 1 has 9 slots; it holds 8"));
    read(&one(&slots(8)));
    let lanes = |count: usize| {
        format!(r#"{{"chains": {{"Main": {{"lanes": [{}]}}}}}}"#, vec!["[]"; count].join(", "))
    };
    assert!(refused(&lanes(5)).contains("5 lanes; it holds 4"));
    assert!(refused(&lanes(0)).contains("no lanes"));
    read(&lanes(4));
    for (json, doubled) in [
        (r#"{"chains": {"Bus 3": [], "bus 3": []}}"#.to_owned(), "Bus 3 is given twice"),
        (
            one(r#"{"effect": "Gate", "settings": {"Range": "1", "range": "2"}}"#),
            "\"Range\" is given twice",
        ),
        (
            one(r#"{"effect": "Gate", "name": "a"}, {"effect": "Gate", "name": "a"}"#),
            "named \"a\" already",
        ),
        (r#"{"names": {"Bus 3": "a", "BUS 3": "b"}}"#.to_owned(), "given twice"),
    ] {
        assert!(refused(&json).contains(doubled), "{}", refused(&json));
    }
}

#[test]
fn a_macro_drives_only_what_it_can_and_nobody_else_does() {
    let chains = r#""chains": {"Main": [{"name": "top", "effect": "Limiter"}]}"#;
    let with = |macros: &str| refused(&format!(r#"{{{chains}, "macros": {{{macros}}}}}"#));
    let target = |slot: &str, setting: &str| {
        format!(r#"{{"slot": "{slot}", "setting": "{setting}", "from": "1", "to": "2"}}"#)
    };
    let error = with(&format!(r#""Macro 2": [{}]"#, target("tpo", "Gain")));
    assert!(error.contains("Macro 2") && error.contains("did you mean \"top\"?"), "{error}");
    let error = with(&format!(r#""Macro 2": [{}]"#, target("top", "Gian")));
    assert!(error.contains("did you mean \"Gain\"?"), "{error}");
    let error = with(&format!(r#""Macro 2": [{}]"#, target("top", "Lookahead")));
    assert!(error.contains("built anew"), "{error}");
    let gain = target("top", "Gain");
    let error = with(&format!(r#""Macro 2": [{gain}], "Macro 3": [{gain}]"#));
    assert!(error.contains("driven twice"), "{error}");
}

#[test]
fn an_impulse_file_lies_beside_the_session_and_one_that_is_gone_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(folder.path().join("short.wav"), spec).unwrap();
    file.write_sample(0.5_f32).unwrap();
    file.finalize().unwrap();
    std::fs::write(folder.path().join("broken.wav"), "no sound").unwrap();
    let session = folder.path().join("session.json");
    let read = |impulse: &str| {
        let slot = format!(r#"{{"effect": "Convolution", "impulse": "{impulse}"}}"#);
        std::fs::write(&session, one(&slot)).unwrap();
        Session::from_file(&session)
    };
    let impulse_of = |session: &Session| {
        let slot = session.saved.chains[Node::Bus(2).index()].slots().next().unwrap();
        slot.effect.known().unwrap().impulse.clone().unwrap()
    };
    let found = read("short.wav").unwrap();
    assert!(found.notes.is_empty());
    assert_eq!(impulse_of(&found).name, "short.wav");
    let loaded = impulse_of(&found).load(48_000.0).unwrap();
    assert_eq!(loaded.impulse.channels, [[0.5]]);

    let gone = read("gone.wav").unwrap();
    assert_eq!(gone.notes.len(), 1);
    let note = &gone.notes[0];
    assert!(note.starts_with("Bus 3, lane 1, slot 1") && note.contains("\"gone.wav\""), "{note}");
    assert!(impulse_of(&gone).path.unwrap().ends_with("gone.wav"));

    let error = format!("{:#}", read("broken.wav").expect_err("it is no WAV file"));
    assert!(error.contains("session.json") && error.contains("broken.wav"), "{error}");
}

proptest! {
    #[test]
    fn no_text_in_a_chain_makes_the_reader_panic(text in ".{0,40}", at in 0_usize..9) {
        let mut texts = ["Bus 3", "Compressor", "Threshold", "-3 dB", "Strip 1", "Pre", "1 %", "0 dB", "a"];
        texts[at] = &text;
        let [node, effect, setting, value, source, tap, mix, level, name] = texts;
        let slot = serde_json::json!({"effect": effect, "settings": {setting: value},
            "key": [source, tap], "mix": mix, "name": name});
        let json = serde_json::json!({"chains": {node: {"dry": level, "lanes": [[slot]]}}});
        let _ = Session::from_json(&json.to_string(), Path::new(""));
    }
}
