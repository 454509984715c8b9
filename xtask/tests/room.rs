//! The built plugin in the room: what a CLAP host gets from it, to the sample.
//!
//! Not here: broken hosts (the guard's tests), windows and other hosts. Insert chains and the demo's
//! claims have files of their own beside this one.

#[path = "room/chains.rs"]
mod chains;
#[path = "room/demo.rs"]
mod demo;
#[path = "room/situations.rs"]
mod situations;

use proptest::prelude::*;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use switchyard::routing::parameter::{ALL, Parameter};
use switchyard::routing::{
    BUSES, INPUT_PORTS, OUTPUT_PORTS, PORT_CUE, PORT_MAIN, PORT_MONITOR_A, PORT_MONITOR_B,
};
use xtask::bundle::{Profile, bundle};
use xtask::performance::Performance;
use xtask::report::{Labels, Report};
use xtask::room::automation::{Change, Lane};
use xtask::room::{Room, Setup, Stereo};
use xtask::session::Session;
use xtask::stems::Stem;

/// The plugin as users get it, built once for all these tests.
fn plugin() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| bundle(Profile::Release).expect("the plugin can be built").clap)
}

fn room(block: usize) -> Room {
    Room::open(plugin(), Setup { block, ..Setup::default() }).expect("the plugin can be opened")
}

/// Sound that is different on every port and side, and the same in every run.
fn noises(frames: usize) -> Vec<Stereo> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let mut side = || (0..frames).map(|_| next()).collect::<Vec<f32>>();
    (0..INPUT_PORTS).map(|_| [side(), side()]).collect()
}

fn is_silent(signal: &Stereo) -> bool {
    signal.iter().flatten().all(|sample| *sample == 0.0)
}

#[test]
fn a_fresh_instance_passes_every_input_to_main_to_the_bit_and_nothing_else_sounds() {
    let noises = noises(1_000);
    for (port, noise) in noises.iter().enumerate() {
        let mut room = room(256);
        let mut only = vec![[vec![], vec![]]; INPUT_PORTS];
        only[port] = noise.clone();
        let outputs = room.render(&only, &[], 1_000).unwrap();
        assert_eq!(room.latency(), 0);
        assert_eq!(&outputs[PORT_MAIN], noise, "input {}", port + 1);
        assert!(outputs[1..].iter().all(is_silent), "input {}", port + 1);
    }
}

#[test]
fn sixteen_distinct_sources_reach_the_outputs_they_are_sent_to_and_no_other() {
    let noises = noises(2_000);
    // Turned by four, so that all sixteen strips get their turn on the buses.
    for turn in [0, 4] {
        let strip_of = |bus: usize| bus + turn;
        let main_strip = (BUSES + turn) % INPUT_PORTS;
        let cue_strip = (BUSES + 1 + turn) % INPUT_PORTS;
        let mut room = room(512);
        for strip in 0..INPUT_PORTS {
            if strip != main_strip {
                room.set_text(Parameter::StripMainTap(strip as u8), "Off").unwrap();
            }
        }
        for bus in 0..BUSES {
            let level = Parameter::StripLevel(strip_of(bus) as u8, bus as u8);
            room.set_text(level, "0 dB").unwrap();
            room.set_text(Parameter::BusMainTap(bus as u8), "Off").unwrap();
        }
        room.set_named("Solo Mode", "PFL").unwrap();
        room.set_text(Parameter::StripSolo(cue_strip as u8), "On").unwrap();
        room.set_named("Monitor Speakers", "B").unwrap();
        let outputs = room.render(&noises, &[], 2_000).unwrap();
        assert_eq!(outputs[PORT_MAIN], noises[main_strip], "Main");
        for bus in 0..BUSES {
            assert_eq!(outputs[bus + 1], noises[strip_of(bus)], "Bus {}", bus + 1);
        }
        assert_eq!(outputs[PORT_CUE], noises[cue_strip], "Cue");
        assert_eq!(outputs[PORT_MONITOR_B], noises[cue_strip], "the Monitor hears Cue in PFL");
        assert!(is_silent(&outputs[PORT_MONITOR_A]));
    }
}

#[test]
fn the_monitor_plays_the_bus_it_listens_to_on_the_speakers_chosen() {
    let noises = noises(500);
    let mut room = room(500);
    room.set_named("Strip 16 > Bus 12", "0 dB").unwrap();
    room.set_named("Monitor Source", "Bus 12").unwrap();
    let outputs = room.render(&noises, &[], 500).unwrap();
    assert_eq!(outputs[PORT_MONITOR_A], noises[15]);
    assert!(is_silent(&outputs[PORT_MONITOR_B]) && is_silent(&outputs[PORT_CUE]));
}

/// A steady 1 on every input, a send that opens at `offset` within the second block.
fn opened_at(offset: u32) -> Vec<f32> {
    let ones = vec![[vec![1.0; 2_048], vec![1.0; 2_048]]; INPUT_PORTS];
    let mut room = room(1_024);
    room.render(&ones, &[], 1_024).unwrap();
    for port in 0..INPUT_PORTS {
        room.input_mut(port).into_iter().for_each(|side| side.fill(1.0));
    }
    let level = Parameter::StripLevel(1, 3);
    let value = room.read_text(level, "0 dB").unwrap();
    room.process(1_024, &[Change { offset, parameter: level, value }]).unwrap();
    room.output(4)[0].to_vec()
}

#[test]
fn automation_within_a_block_begins_on_its_sample_and_is_over_ten_milliseconds_later() {
    let early = opened_at(137);
    assert!(early[..=137].iter().all(|sample| *sample == 0.0), "silent up to its sample");
    assert!(early[138] > 0.0, "it moves from the next sample on");
    assert!(early[137..].windows(2).take(480).all(|pair| pair[1] > pair[0]), "a rising ramp");
    assert!(early[137 + 480..].iter().all(|sample| *sample == 1.0), "10 ms are 480 samples");
    let late = opened_at(138);
    assert_eq!(late[1..], early[..1_023], "a sample later is the same, a sample later");
}

#[test]
fn lanes_sound_the_same_to_the_bit_in_blocks_of_any_length() {
    let frames = 6_000;
    let noises = noises(frames);
    let render = |block: usize| {
        let mut room = room(block);
        room.set_named("Bus 4 > Main Tap", "Off").unwrap();
        let level = Parameter::StripLevel(1, 3);
        let open = room.read_text(level, "0 dB").unwrap();
        let tap = Parameter::StripTap(1, 3);
        let pre = room.read_text(tap, "Pre").unwrap();
        let post = room.read_text(tap, "Post").unwrap();
        let fader = Parameter::StripFader(1);
        let lanes = [
            Lane::new(level, false, vec![(333, 0.0), (2_500, open)]).unwrap(),
            Lane::new(tap, true, vec![(0, post), (4_001, pre)]).unwrap(),
            Lane::new(fader, false, vec![(1_000, 0.75), (1_000, 0.5), (5_000, 1.0)]).unwrap(),
        ];
        room.render(&noises, &lanes, frames).unwrap()
    };
    let whole = render(frames);
    assert!(!is_silent(&whole[4]));
    for block in [1, 37, 64, 480, 512, 1_000] {
        assert!(render(block) == whole, "blocks of {block} sound different");
    }
}

#[test]
fn the_plugin_reads_every_text_it_writes() {
    let mut room = room(64);
    for parameter in ALL {
        let (min, max) = room.range(parameter);
        for share in [0.0, 0.3, 0.75, 1.0] {
            let value = min + (max - min) * share;
            let value = if room.is_stepped(parameter) { value.round() } else { value };
            let text = room.text_of(parameter, value).unwrap();
            let read = room.read_text(parameter, &text);
            let read = read.unwrap_or_else(|| panic!("{parameter:?} cannot read {text:?}"));
            assert_eq!(room.text_of(parameter, read).unwrap(), text, "{parameter:?}");
        }
    }
}

/// A host value for every parameter from shares of its range.
fn scatter(room: &mut Room, shares: &[f64]) -> Vec<f64> {
    let mut values = Vec::new();
    for (parameter, share) in ALL.into_iter().zip(shares) {
        let (min, max) = room.range(parameter);
        let value = min + (max - min) * share;
        let value = if room.is_stepped(parameter) { value.round() } else { value };
        room.set(parameter, value);
        values.push(value);
    }
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn a_state_brings_back_every_parameter_and_the_same_sound(
        shares in proptest::collection::vec(0.0..=1.0, ALL.len()),
        while_running: bool,
    ) {
        let mut first = room(256);
        if while_running {
            first.render(&[], &[], 256).unwrap();
        }
        let values = scatter(&mut first, &shares);
        // One block takes the values over; half a second later all ramps are done.
        first.render(&[], &[], 24_000).unwrap();
        let state = first.save().unwrap();
        let mut second = room(256);
        if while_running {
            second.render(&[], &[], 256).unwrap();
        }
        second.load(&state).unwrap();
        second.render(&[], &[], 24_000).unwrap();
        for (parameter, value) in ALL.into_iter().zip(values) {
            let loaded = second.value(parameter);
            prop_assert!((loaded - value).abs() < 1e-5, "{parameter:?}: {value} became {loaded}");
        }
        prop_assert!(second.save().unwrap() == state, "a state loaded and saved is the same state");
        let noises = noises(700);
        let sound = first.render(&noises, &[], 700).unwrap();
        prop_assert!(second.render(&noises, &[], 700).unwrap() == sound);
    }
}

/// A saved state (a length of eight bytes, then JSON) with its JSON changed.
fn changed(state: &[u8], change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut json: serde_json::Value = serde_json::from_slice(&state[8..]).unwrap();
    change(&mut json);
    let json = serde_json::to_vec(&json).unwrap();
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

#[test]
fn a_key_that_a_state_lacks_goes_to_its_default_and_one_nobody_knows_is_passed_over() {
    let mut first = room(64);
    first.set_named("s1fd", "-20 dB").unwrap();
    first.set_named("s2fd", "-30 dB").unwrap();
    let state = changed(&first.save().unwrap(), |json| {
        let parameters = json["params"].as_object_mut().unwrap();
        parameters.remove("s1fd").expect("the fader was saved");
        let some = parameters["s2fd"].clone();
        parameters.insert("from_the_future".into(), some);
    });
    let mut second = room(64);
    second.set_named("s1fd", "-6 dB").unwrap();
    second.load(&state).unwrap();
    second.render(&[], &[], 64).unwrap();
    assert_eq!(second.text(Parameter::StripFader(0)).unwrap(), "0.0 dB");
    assert_eq!(second.text(Parameter::StripFader(1)).unwrap(), "-30.0 dB");
}

#[test]
fn a_state_that_is_none_is_refused_and_the_running_values_stay() {
    let mut room = room(64);
    room.set_named("s1fd", "-20 dB").unwrap();
    let whole = room.save().unwrap();
    for broken in [&b""[..], b"no state", b"{}", &whole[..whole.len() / 2]] {
        assert!(room.load(broken).is_err(), "{:?}", String::from_utf8_lossy(broken));
        assert_eq!(room.text(Parameter::StripFader(0)).unwrap(), "-20.0 dB");
    }
    let noise = noises(64);
    assert!(!is_silent(&room.render(&noise, &[], 64).unwrap()[PORT_MAIN]));
}

fn tone(name: &str, hertz: f32, channels: usize) -> Stem {
    let side = |shift: f32| {
        let turn = std::f32::consts::TAU * hertz / 48_000.0;
        (0..24_000).map(|frame| 0.4 * (turn * frame as f32 + shift).sin()).collect()
    };
    Stem { name: name.into(), channels: (0..channels).map(|c| side(c as f32)).collect() }
}

/// Plays a session from JSON and answers with the report and each output's samples.
fn perform(json: &str, block: usize) -> (Report, Vec<(usize, Vec<f32>)>) {
    let folder = tempfile::tempdir().unwrap();
    let mut room = room(block);
    let session = Session::from_json(json, Path::new("")).unwrap();
    let stems = [tone("Kick", 60.0, 1), tone("Keys", 440.0, 2)];
    let performance = Performance { stems: &stems, session: &session, labels: Labels::default() };
    let report = performance.run(&mut room, folder.path()).unwrap();
    let read = |file: &str| {
        let reader = hound::WavReader::open(folder.path().join(file)).unwrap();
        reader.into_samples::<f32>().map(Result::unwrap).collect()
    };
    let sound = report.outputs.iter().map(|out| (out.port, read(&out.file))).collect();
    let files: HashSet<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files.len(), report.outputs.len() + 1, "only sounding outputs have files");
    (report, sound)
}

#[test]
fn a_performance_leaves_a_file_for_every_sounding_output_and_says_what_feeds_it() {
    let json = r#"{"parameters": {"s1b1": "0 dB", "s1mt": "Off", "s2b6t": "Pre", "s2b6": "-6 dB",
        "Bus 6 Role": "Mix"}}"#;
    let (report, sound) = perform(json, 512);
    let ports: Vec<usize> = sound.iter().map(|(port, _)| *port).collect();
    assert_eq!(ports, [0, 1, 6]);
    assert_eq!(report.outputs[0].sources, ["Strip 2 (Post 0.0 dB)", "Bus 1 (Post 0.0 dB)"]);
    assert_eq!(report.outputs[1].sources, ["Strip 1 (Post 0.0 dB)"]);
    assert_eq!(report.outputs[2].sources, ["Strip 2 (Pre -6.0 dB)"]);
    assert!((report.outputs[1].peak_db + 7.96).abs() < 0.01, "{:?}", report.outputs[1]);
    assert!((report.outputs[1].rms_db + 10.97).abs() < 0.01, "{:?}", report.outputs[1]);
    assert!((report.outputs[2].peak_db + 13.96).abs() < 0.01, "{:?}", report.outputs[2]);
    assert_eq!((report.frames, report.latency_samples), (24_000, 0));
    assert!(report.chains.is_empty() && report.notes.is_empty());
    assert!(report.load > 0.0);
    assert!(sound.iter().all(|(_, samples)| samples.len() == 48_000));
}

#[test]
fn a_pre_fader_mix_keeps_every_bit_while_the_fader_moves_and_blocks_do_not_matter() {
    let still = r#"{"parameters": {"s2b6t": "Pre", "s2b6": "-6 dB", "b6ro": "Mix"}}"#;
    let moving = r#"{"parameters": {"s2b6t": "Pre", "s2b6": "-6 dB", "b6ro": "Mix"},
        "automation": [{"parameter": "Strip 2 Fader", "points": [[0.1, "0 dB"], [0.3, "-inf dB"]]}]}"#;
    let (_, still) = perform(still, 512);
    let (_, moving_sound) = perform(moving, 512);
    let on = |sound: &[(usize, Vec<f32>)], port: usize| {
        sound.iter().find(|(at, _)| *at == port).unwrap().1.clone()
    };
    assert!(on(&still, 6) == on(&moving_sound, 6));
    assert!(on(&still, 0) != on(&moving_sound, 0));
    let (_, small) = perform(moving, 61);
    assert!(small == moving_sound);
}

#[test]
fn a_file_that_is_no_plugin_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Other.clap");
    let refused = |complaint: &str| {
        let error = Room::open(&file, Setup::default()).err().expect("it is no plugin");
        let error = format!("{error:#}");
        assert!(error.contains("Other.clap") && error.contains(complaint), "{error}");
    };
    refused("does not exist");
    std::fs::write(&file, "no library").unwrap();
    refused("cannot be loaded");
}

#[test]
fn the_room_has_a_port_for_every_input_and_output_of_the_mixer() {
    let mut room = room(64);
    let names: HashSet<String> = (0..OUTPUT_PORTS).map(|port| room.output_name(port)).collect();
    assert_eq!(names.len(), OUTPUT_PORTS, "every output has a name of its own: {names:?}");
}
