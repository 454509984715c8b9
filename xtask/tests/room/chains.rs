//! Render sessions with insert chains, heard through the built plugin.
//!
//! Not here: what a chain's JSON may say (unit tests of `xtask::session`), and each effect by itself.

use super::*;
use xtask::room::state::framed;

/// A session's JSON, read; files lie relative to the current folder.
pub fn read(json: &str) -> Session {
    Session::from_json(json, Path::new("")).unwrap()
}

/// A room that works on a session, in which nothing has sounded yet.
pub fn opened(session: &Session, setup: Setup) -> Room {
    let mut room = Room::open(plugin(), setup).unwrap();
    room.load_session(&session.saved).unwrap();
    for (parameter, text) in &session.values {
        room.set_text(*parameter, text).unwrap();
    }
    room
}

fn blocks_of(block: usize) -> Setup {
    Setup { block, ..Setup::default() }
}

/// Renders a session, its automation included.
pub fn heard(session: &Session, setup: Setup, inputs: &[Stereo], frames: usize) -> Vec<Stereo> {
    let mut room = opened(session, setup);
    let lanes = session.read(&mut room, setup.sample_rate).unwrap().lanes;
    room.render(inputs, &lanes, frames).unwrap()
}

fn assert_near(heard: &[f32], expected: impl Fn(usize) -> f32, tolerance: f32, what: &str) {
    for (frame, sample) in heard.iter().enumerate() {
        let expected = expected(frame);
        let off = (sample - expected).abs();
        assert!(off <= tolerance, "{what}, frame {frame}: {sample}, not {expected}");
    }
}

/// What `signal` is `late` frames later.
fn delayed(signal: &[f32], late: usize) -> Vec<f32> {
    let mut delayed = vec![0.0; late.min(signal.len())];
    delayed.extend(&signal[..signal.len() - delayed.len()]);
    delayed
}

/// Every kind of effect in chains of strips, buses and Main, keys, lanes and a macro among them.
const RICH: &str = r#"{
    "parameters": {"s1b1": "0 dB", "s1mt": "Off", "s2b2": "0 dB", "s2mt": "Off", "s3b3": "-6 dB",
        "s2b3": "-12 dB", "b3ro": "Return", "s1b6t": "Pre", "s1b6": "-6 dB", "b6ro": "Mix",
        "s4mx": "40 %", "mc1": "30 %"},
    "automation": [
        {"parameter": "Macro 1", "points": [[0.01, "30 %"], [0.06, "90 %"]]},
        {"parameter": "Strip 2 > Bus 3", "points": [[0.0, "-12 dB"], [0.08, "0 dB"]]}],
    "chains": {
        "Strip 1": [{"effect": "Gate", "settings": {"Lookahead": "1 ms"}},
                    {"effect": "Equalizer", "settings": {"Bell 1 Gain": "6 dB"}}],
        "Strip 4": [{"effect": "Saturator", "settings": {"Drive": "12 dB"}, "mix": "70 %"}],
        "Bus 1": {"dry": "0 dB", "lanes": [{"level": "-6 dB", "slots": [
            {"name": "Crush", "effect": "Compressor", "settings": {"Lookahead": "2 ms"},
             "key": ["Strip 3", "Pre"]}]}, [{"effect": "Utility", "settings": {"Width": "30 %"}}]]},
        "Bus 2": [{"effect": "Delay", "settings": {"Time": "11 ms"}}],
        "Bus 3": [{"effect": "Reverb"}, {"effect": "Convolution", "impulse": "Cabinet"}],
        "Main": [{"effect": "Limiter", "settings": {"Gain": "6 dB"}}]},
    "macros": {"Macro 1": [
        {"slot": "Crush", "setting": "Threshold", "from": "0 dB", "to": "-40 dB"}]}}"#;

#[test]
fn a_utility_at_minus_six_decibels_halves_wherever_it_stands() {
    let noises = noises(3_000);
    for node in ["Strip 5", "Bus 7", "Main"] {
        let json = format!(
            r#"{{"parameters": {{"s5mt": "Off", "s5b7": "0 dB"}}, "chains": {{"{node}":
                [{{"effect": "utility", "settings": {{"GAIN": "-6.0206 dB"}}}}]}}}}"#
        );
        let mut only = vec![[vec![], vec![]]; INPUT_PORTS];
        only[4] = noises[4].clone();
        let main = &heard(&read(&json), blocks_of(256), &only, 3_000)[PORT_MAIN];
        for side in 0..2 {
            assert_near(&main[side], |frame| noises[4][side][frame] / 2.0, 1e-6, node);
        }
    }
}

/// A quiet steady strip 1 and a loud strip 2 that plays only from 24,000 to 48,000.
fn steady_and_key() -> Vec<Stereo> {
    let key: Vec<f32> =
        (0..96_000).map(|at| if (24_000..48_000).contains(&at) { 1.0 } else { 0.0 }).collect();
    vec![[vec![0.1; 96_000], vec![0.1; 96_000]], [key.clone(), key]]
}

/// 20 dB above the threshold at 4:1 leave 5 dB: 15 dB less.
fn ducked(key: &str, parameters: &str) -> Vec<f32> {
    let session = read(&format!(
        r#"{{"parameters": {{"s1mt": "Off", "s1b1": "0 dB", "s2mt": "Off" {parameters}}},
            "chains": {{"Bus 1": [{{"effect": "Compressor" {key}, "settings": {{
                "Threshold": "-20 dB", "Ratio": "4", "Knee": "0 dB", "Attack": "1 ms",
                "Release": "20 ms"}}}}]}}}}"#
    ));
    heard(&session, blocks_of(512), &steady_and_key(), 96_000)[1][0].clone()
}

#[test]
fn a_compressor_keyed_from_another_strip_ducks_by_what_its_ratio_says_while_the_key_plays() {
    for tap in ["Input", "Pre", "Post"] {
        let heard = ducked(&format!(r#", "key": ["Strip 2", "{tap}"]"#), "");
        let low = 0.1 * 10_f32.powf(-15.0 / 20.0);
        assert_near(&heard[..24_000], |_| 0.1, 1e-5, "before the key");
        assert_near(&heard[26_400..48_000], |_| low, 1e-4, "50 ms into the key");
        assert_near(&heard[72_000..], |_| 0.1, 1e-4, "half a second after the key");
    }
}

#[test]
fn the_same_compressor_without_a_key_leaves_alone_what_is_below_its_threshold() {
    assert_near(&ducked("", ""), |_| 0.1, 1e-5, "no key");
}

#[test]
fn a_key_before_the_fader_is_heard_with_the_fader_down_and_one_after_it_is_not() {
    let pre = ducked(r#", "key": ["Strip 2", "Pre"]"#, r#", "s2fd": "-inf dB""#);
    assert!(pre[40_000] < 0.02, "{}", pre[40_000]);
    let post = ducked(r#", "key": ["Strip 2", "Post"]"#, r#", "s2fd": "-inf dB""#);
    assert_near(&post, |_| 0.1, 1e-5, "a closed fader");
}

#[test]
fn dry_and_lanes_of_different_latency_add_up_sample_on_sample() {
    let session = read(
        r#"{"chains": {"Bus 2": {"dry": "0 dB", "lanes": [
                [{"effect": "Limiter", "bypass": true}],
                {"level": "0 dB", "slots": []},
                [{"effect": "Gate", "bypass": true, "settings": {"Lookahead": "5 ms"}}]]}},
            "parameters": {"s1mt": "Off", "s1b2": "0 dB"}}"#,
    );
    let noise = noises(4_000).swap_remove(0);
    let mut room = opened(&session, blocks_of(300));
    let outputs = room.render(std::slice::from_ref(&noise), &[], 4_000).unwrap();
    let late = room.latency() as usize;
    assert!(late >= 240, "5 ms are 240 samples: {late}");
    for side in 0..2 {
        let expected = delayed(&noise[side], late);
        assert_near(&outputs[2][side], |frame| 4.0 * expected[frame], 1e-6, "four in step");
    }
}

#[test]
fn insert_mix_at_nothing_is_the_delayed_input_to_the_bit_through_the_whole_plugin() {
    let session = read(
        r#"{"parameters": {"Strip 1 Insert Mix": "0 %", "Main Insert Mix": "0 %"}, "chains": {
            "Strip 1": {"dry": "-3 dB", "lanes": [[{"effect": "Saturator"}, {"effect": "Reverb"}],
                [{"effect": "Equalizer", "settings": {"Linear Phase": "On"}}]]},
            "Main": [{"effect": "Limiter", "settings": {"Gain": "12 dB"}}]}}"#,
    );
    let noise = noises(12_000).swap_remove(0);
    let mut room = opened(&session, blocks_of(512));
    let outputs = room.render(std::slice::from_ref(&noise), &[], 12_000).unwrap();
    let late = room.latency() as usize;
    assert!(late > 100, "limiter, saturator and linear phase are late: {late}");
    for side in 0..2 {
        assert!(outputs[PORT_MAIN][side] == delayed(&noise[side], late), "side {side}");
    }
}

#[test]
fn every_output_is_late_by_what_the_plugin_reports_whatever_is_in_the_chains() {
    let session = read(
        r#"{"parameters": {"s1b1": "0 dB", "s2b2": "0 dB", "b2ro": "Mix", "s1mt": "Off"}, "chains": {
            "Strip 2": [{"effect": "Gate", "bypass": true, "settings": {"Lookahead": "3 ms"}}],
            "Bus 1": [{"effect": "Saturator", "bypass": true}],
            "Main": [{"effect": "Limiter", "bypass": true}]}}"#,
    );
    let click = |at: usize| {
        let side: Vec<f32> = (0..3_000).map(|frame| f32::from(u8::from(frame == at))).collect();
        [side.clone(), side]
    };
    let mut room = opened(&session, blocks_of(128));
    let outputs = room.render(&[click(70), click(70)], &[], 3_000).unwrap();
    let late = room.latency() as usize;
    for (port, peak) in [(PORT_MAIN, 2.0), (1, 1.0), (2, 1.0)] {
        let place = |frame: usize| if frame == 70 + late { peak } else { 0.0 };
        assert_near(&outputs[port][0], place, 1e-6, &format!("port {port}"));
    }
}

#[test]
fn chains_that_are_there_at_activation_tell_their_latency_and_ask_for_no_restart() {
    let session = read(r#"{"chains": {"Main": [{"effect": "Limiter"}]}}"#);
    let mut room = opened(&session, blocks_of(64));
    assert!(!room.take_latency_changed());
    room.start().unwrap();
    assert!(room.latency() > 0 && room.take_latency_changed());
    room.render(&[], &[], 640).unwrap();
    assert_eq!(room.restarts(), 0);
}

fn write_impulse(file: &Path, samples: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(file, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}

const CONVOLVED: &str = r#"{"chains": {"Main": [
    {"effect": "Convolution", "impulse": "two taps.wav", "settings": {"Normalize": "Off"}}]}}"#;

#[test]
fn an_impulse_response_beside_the_session_is_what_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.json");
    std::fs::write(&file, CONVOLVED).unwrap();
    write_impulse(&folder.path().join("two taps.wav"), &[0.5, 0.0, 0.25]);
    let session = Session::from_file(&file).unwrap();
    let noise = noises(2_000).swap_remove(0);
    let outputs = heard(&session, blocks_of(512), std::slice::from_ref(&noise), 2_000);
    for side in 0..2 {
        let earlier = delayed(&noise[side], 2);
        let expected = |frame: usize| 0.5 * noise[side][frame] + 0.25 * earlier[frame];
        assert_near(&outputs[PORT_MAIN][side], expected, 1e-5, "two taps");
    }
}

#[test]
fn without_its_impulse_response_the_sound_passes_unchanged_and_the_report_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.json");
    std::fs::write(&file, CONVOLVED).unwrap();
    let session = Session::from_file(&file).unwrap();
    let noise = noises(2_000).swap_remove(0);
    let outputs = heard(&session, blocks_of(512), std::slice::from_ref(&noise), 2_000);
    assert!(outputs[PORT_MAIN] == noise);
    let stems = [tone("Keys", 440.0, 2)];
    let performance = Performance { stems: &stems, session: &session, labels: Labels::default() };
    let report = performance.run(&mut room(512), folder.path()).unwrap();
    assert!(report.notes[0].contains("two taps.wav"), "{:?}", report.notes);
    assert!(report.table().contains("two taps.wav"));
}

#[test]
fn a_chain_that_is_too_late_to_run_is_refused_by_name_before_anything_plays() {
    let linear = r#"{"effect": "Equalizer", "settings": {"Linear Phase": "On"}}"#;
    let session = read(&format!(r#"{{"chains": {{"Bus 3": [{linear}, {linear}, {linear}]}}}}"#));
    let folder = tempfile::tempdir().unwrap();
    let stems = [tone("Keys", 440.0, 2)];
    let performance = Performance { stems: &stems, session: &session, labels: Labels::default() };
    let error = performance.run(&mut room(512), folder.path()).expect_err("it is too late");
    assert!(format!("{error:#}").contains("the chain of Bus 3 would be"), "{error:#}");
}

#[test]
fn a_macro_moves_the_setting_it_drives() {
    let json = |percent: &str| {
        format!(
            r#"{{"parameters": {{"Macro 2": "{percent}"}},
                "chains": {{"Main": [{{"name": "out", "effect": "Utility"}}]}},
                "macros": {{"Macro 2": [
                    {{"slot": "out", "setting": "Gain", "from": "0 dB", "to": "-20 dB"}}]}}}}"#
        )
    };
    let ones = vec![[vec![0.5; 2_000], vec![0.5; 2_000]]];
    for (percent, expected) in [("0 %", 0.5), ("50 %", 0.158_114), ("100 %", 0.05)] {
        let main = &heard(&read(&json(percent)), blocks_of(256), &ones, 2_000)[PORT_MAIN];
        assert_near(&main[0], |_| expected, 1e-5, percent);
    }
}

#[test]
fn chains_keys_and_macros_sound_the_same_to_the_bit_in_blocks_of_any_length() {
    let session = read(RICH);
    let noises = noises(5_000);
    let whole = heard(&session, blocks_of(5_000), &noises, 5_000);
    assert!([PORT_MAIN, 1, 2, 3, 6].iter().all(|port| !is_silent(&whole[*port])));
    for block in [1, 37, 64, 480, 512, 1_000, 2_048] {
        let cut = heard(&session, blocks_of(block), &noises, 5_000);
        for (port, (cut, whole)) in cut.iter().zip(&whole).enumerate() {
            assert!(cut == whole, "port {port} sounds different in blocks of {block}");
        }
    }
}

#[test]
fn an_offline_render_is_the_realtime_one_to_the_bit() {
    let session = read(RICH);
    let noises = noises(8_000);
    let render =
        |offline: bool| heard(&session, Setup { offline, ..blocks_of(512) }, &noises, 8_000);
    assert!(render(true) == render(false));
}

#[test]
fn a_state_with_chains_brings_the_same_sound_to_a_new_instance_to_the_bit() {
    let session = read(RICH);
    let noises = noises(8_000);
    let state = opened(&session, blocks_of(512)).save().unwrap();
    let mut fresh = room(512);
    fresh.load(&state).unwrap();
    assert_eq!(fresh.session().unwrap(), session.saved);
    assert!(fresh.save().unwrap() == state, "a state loaded and saved is the same state");
    let lanes = session.read(&mut fresh, 48_000.0).unwrap().lanes;
    let again = fresh.render(&noises, &lanes, 8_000).unwrap();
    assert!(again == heard(&session, blocks_of(512), &noises, 8_000));
}

#[test]
fn a_state_saved_after_playing_brings_the_same_chains_back() {
    let session = read(RICH);
    let mut played = opened(&session, blocks_of(512));
    played.render(&noises(8_000), &[], 8_000).unwrap();
    let state = played.save().unwrap();
    let mut fresh = room(512);
    fresh.load(&state).unwrap();
    assert_eq!(fresh.session().unwrap(), session.saved);
    // What rang in the first must not be part of the comparison.
    let mut second = room(512);
    second.load(&state).unwrap();
    let noises = noises(4_000);
    let sound = fresh.render(&noises, &[], 4_000).unwrap();
    assert!(sound == second.render(&noises, &[], 4_000).unwrap());
    assert!(sound[PORT_MAIN] != noises[0]);
}

#[test]
fn a_state_of_the_first_version_still_loads_and_has_no_chains() {
    let mut room = room(256);
    let session =
        serde_json::json!({"version": 1, "strip_names": ["Kick"], "bus_names": ["Drums"]});
    let state = serde_json::json!({"version": "0.1.0",
        "params": {"s1b1": {"f32": 0.75}}, "fields": {"session": session.to_string()}});
    room.load(&framed(&state)).unwrap();
    let read = room.session().unwrap();
    assert_eq!((read.strip_names[0].as_str(), read.bus_names[0].as_str()), ("Kick", "Drums"));
    assert!(read.chains.iter().all(|chain| chain.is_empty()));
    let noise = noises(1_000).swap_remove(0);
    let outputs = room.render(std::slice::from_ref(&noise), &[], 1_000).unwrap();
    assert!(outputs[1] == noise);
    assert_eq!(room.latency(), 0);
}

#[test]
fn an_effect_of_another_version_passes_sound_and_is_saved_word_for_word() {
    let vocoder = serde_json::json!({"id": 9, "effect": "vocoder", "settings": {"bands": [1, 2]}});
    let session = serde_json::json!({"version": 2,
        "chains": {"Main": {"lanes": [{"slots": [vocoder]}]}}});
    let state = serde_json::json!({"fields": {"session": session.to_string()}});
    let mut room = room(256);
    room.load(&framed(&state)).unwrap();
    let noise = noises(1_000).swap_remove(0);
    let outputs = room.render(std::slice::from_ref(&noise), &[], 1_000).unwrap();
    assert!(outputs[PORT_MAIN] == noise);
    let saved: serde_json::Value = serde_json::from_slice(&room.save().unwrap()[8..]).unwrap();
    let saved = saved["fields"]["session"].as_str().unwrap();
    let saved: serde_json::Value = serde_json::from_str(saved).unwrap();
    assert_eq!(saved["chains"]["Main"]["lanes"][0]["slots"][0], vocoder);
}

#[test]
fn names_of_a_session_are_those_of_ports_and_of_the_report() {
    let session = read(
        r#"{"names": {"Bus 4": "Reverb", "Strip 1": "Voice"}, "parameters":
        {"s1b4": "0 dB"}, "chains": {"Bus 4": [{"effect": "Utility"}]}}"#,
    );
    let mut room = opened(&session, blocks_of(512));
    assert!(room.output_name(4).contains("Reverb"), "{}", room.output_name(4));
    let folder = tempfile::tempdir().unwrap();
    let stems = [tone("01 Keys", 440.0, 2)];
    let labels = Labels::new(&session.saved, &stems);
    let performance = Performance { stems: &stems, session: &session, labels };
    let report = performance.run(&mut room, folder.path()).unwrap();
    let bus = report.outputs.iter().find(|output| output.port == 4).unwrap();
    assert_eq!(bus.label.as_deref(), Some("Reverb"));
    assert_eq!(bus.sources, ["Strip 1 Voice (Post 0.0 dB)"]);
    assert_eq!(report.chains[0].line(), "Bus 4 Reverb: Utility");
}
