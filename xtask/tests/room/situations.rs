//! The four situations Switchyard is for, each its template through the built plugin with the band's
//! recordings: what must be heard is heard, and what must not is not there.
//!
//! Not here: templates under arbitrary values (`tests/templates.rs`), where chains count as delays.

use super::chains::{heard, opened};
use super::demo::{band, db, rms};
use super::*;
use switchyard::templates::Template;
use xtask::session::TextLane;

/// Seconds that are played: two bars with drums, keys and voice.
const SECONDS: f64 = 5.0;
const FRAMES: usize = (SECONDS * 48_000.0) as usize;
/// −120 dBFS.
const NOTHING: f32 = 1e-6;

fn template(id: &str) -> Session {
    Session::of(&(Template::from_id(id).expect("a template").build)())
}

/// The bus's port, by the name the template gave the bus.
fn port(session: &Session, name: &str) -> usize {
    let bus = session.saved.bus_names.iter().position(|known| known == name);
    bus.unwrap_or_else(|| panic!("there is no bus {name:?}")) + 1
}

/// The strip, from 0, by the name the template gave it.
fn strip(session: &Session, name: &str) -> usize {
    let strip = session.saved.strip_names.iter().position(|known| known == name);
    strip.unwrap_or_else(|| panic!("there is no strip {name:?}"))
}

/// Where the band plays: each of the session's strips by name and which recording it gets.
fn played(session: &Session, parts: &[(&str, &str)]) -> Vec<Stereo> {
    let mut inputs = vec![[Vec::new(), Vec::new()]; INPUT_PORTS];
    for (name, recording) in parts {
        let stem = band().iter().find(|stem| stem.bare_name() == *recording);
        let stem = stem.unwrap_or_else(|| panic!("the band has no {recording:?}"));
        inputs[strip(session, name)] = [0, 1].map(|side| stem.side(side)[..FRAMES].to_vec());
    }
    inputs
}

fn play(session: &Session, inputs: &[Stereo]) -> Vec<Stereo> {
    heard(session, Setup::default(), inputs, FRAMES)
}

/// The session while somebody rides these faders and throws these mutes, all of them.
fn ridden(session: &Session, moved: impl IntoIterator<Item = Parameter>) -> Session {
    let mut ridden = session.clone();
    for (number, parameter) in moved.into_iter().enumerate() {
        // No two at the same time.
        let late = number as f64 * 0.01;
        let texts = match parameter {
            Parameter::StripMute(_) | Parameter::BusMute(_) | Parameter::MainMute => {
                ["Off", "On", "Off", "On"]
            }
            _ => ["0 dB", "-inf dB", "6 dB", "-20 dB"],
        };
        let points = [0.0, 1.0, 2.2, 3.4].map(|at| at + late).into_iter();
        ridden
            .lanes
            .push(TextLane { parameter, points: points.zip(texts.map(str::to_owned)).collect() });
    }
    ridden
}

/// Faders and mutes of all strips, of these buses (by port) and of Main.
fn desk(buses: &[usize]) -> Vec<Parameter> {
    use Parameter as P;
    let strips = (0..INPUT_PORTS as u8).flat_map(|i| [P::StripFader(i), P::StripMute(i)]);
    let buses = buses.iter().map(|port| *port as u8 - 1);
    let buses = buses.flat_map(|j| [P::BusFader(j), P::BusMute(j)]);
    strips.chain(buses).chain([P::MainFader, P::MainMute]).collect()
}

fn apart(a: &Stereo, b: &Stereo) -> f32 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn level(signal: &Stereo, from: f64, to: f64) -> f64 {
    let [from, to] = [from, to].map(|at| (at * 48_000.0) as usize);
    db(rms([&signal[0][from..to], &signal[1][from..to]]))
}

#[test]
fn studio_the_voice_goes_through_its_bus_into_a_shared_reverb_and_main() {
    let session = template("studio");
    let inputs = played(&session, &[("Lead Vocal", "Voice")]);
    let outputs = play(&session, &inputs);
    let (vocals, reverb) = (port(&session, "Vocals"), port(&session, "Reverb"));
    for heard in [PORT_MAIN, vocals, reverb] {
        assert!(rms([&outputs[heard][0], &outputs[heard][1]]) > 1e-4, "port {heard} is silent");
    }
    assert!(apart(&outputs[vocals], &inputs[0]) > 0.01, "it has an equalizer and a compressor");
    // Main is the dry bus and the reverb, each once.
    let sum = [0, 1].map(|side| {
        let pairs = outputs[vocals][side].iter().zip(&outputs[reverb][side]);
        pairs.map(|(dry, wet)| dry + wet).collect::<Vec<f32>>()
    });
    assert!(apart(&outputs[PORT_MAIN], &sum) < NOTHING, "{}", apart(&outputs[PORT_MAIN], &sum));
    let mut without = session.clone();
    let send = Parameter::BusLevel(vocals as u8 - 1, reverb as u8 - 1);
    without.values.push((send, "-inf dB".into()));
    assert!(is_silent(&play(&without, &inputs)[reverb]), "the bus alone feeds it");
}

#[test]
fn studio_the_artists_phones_keep_every_bit_while_the_engineer_mixes() {
    let session = template("studio");
    let parts = [
        ("Lead Vocal", "Voice"),
        ("Acoustic Guitar", "Keys"),
        ("Keys", "Keys"),
        ("Playback", "Kick"),
    ];
    let inputs = played(&session, &parts);
    let (vocals, reverb) = (port(&session, "Vocals"), port(&session, "Reverb"));
    let phones = port(&session, "Artist Phones");
    let as_it_is = play(&session, &inputs);
    let mixed = play(&ridden(&session, desk(&[vocals, reverb])), &inputs);
    assert!(!is_silent(&as_it_is[phones]));
    assert!(as_it_is[phones] == mixed[phones], "the phones moved with the faders");
    assert!(apart(&as_it_is[PORT_MAIN], &mixed[PORT_MAIN]) > 0.01, "the mix did move");
}

#[test]
fn applications_nobody_hears_the_call_in_the_stream_or_in_the_call_itself() {
    let session = template("applications");
    let others = [("Microphone", "Voice"), ("DAW", "Keys"), ("Desktop", "Kick")];
    let with_chat = played(&session, &[&others[..], &[("Chat", "Snare")]].concat());
    let without_chat = played(&session, &others);
    let (stream, chat) = (port(&session, "Stream"), port(&session, "Chat Send"));
    let [with, without] = [with_chat, without_chat].map(|inputs| play(&session, &inputs));
    for mix in [stream, chat] {
        assert!(!is_silent(&with[mix]));
        let left = apart(&with[mix], &without[mix]);
        assert!(left < NOTHING, "{left} of the call is in port {mix}");
    }
    assert!(apart(&with[PORT_MAIN], &without[PORT_MAIN]) > 0.01, "but in one's own headphones");
    for (name, heard_in_main) in [("Microphone", false), ("DAW", true), ("Desktop", true)] {
        let recording = others.iter().find(|(strip, _)| *strip == name).expect("a part").1;
        let outputs = play(&session, &played(&session, &[(name, recording)]));
        for mix in [stream, chat] {
            assert!(!is_silent(&outputs[mix]), "{name} is missing from port {mix}");
        }
        assert_eq!(!is_silent(&outputs[PORT_MAIN]), heard_in_main, "{name} on Main");
    }
}

#[test]
fn applications_the_music_gives_way_to_the_voice() {
    let session = template("applications");
    let bed = port(&session, "Bed");
    let music = play(&session, &played(&session, &[("DAW", "Keys")]));
    let under = play(&session, &played(&session, &[("DAW", "Keys"), ("Microphone", "Voice")]));
    // The loudest half second of the voice, wherever the band has it.
    let voice =
        &play(&session, &played(&session, &[("Microphone", "Voice")]))[port(&session, "Voice")];
    let halves = (0..(2.0 * SECONDS) as usize).map(|half| half as f64 / 2.0);
    let loudest = halves
        .max_by(|a, b| level(voice, *a, a + 0.5).total_cmp(&level(voice, *b, b + 0.5)))
        .expect("half seconds");
    let [free, ducked] = [&music, &under].map(|out| level(&out[bed], loudest, loudest + 0.5));
    assert!(
        free - ducked > 3.0,
        "the music is {free:.1} dB alone and {ducked:.1} dB under a voice"
    );
}

#[test]
fn live_moves_at_the_front_of_house_leave_every_bit_of_every_ear() {
    let session = template("live");
    let parts = [
        ("Kick", "Kick"),
        ("Snare", "Snare"),
        ("Bass", "Bass"),
        ("Keys", "Keys"),
        ("Lead Vocal", "Voice"),
        ("Click", "Hat"),
    ];
    let inputs = played(&session, &parts);
    let house = ["Drums", "Vocals", "FOH Reverb"].map(|name| port(&session, name));
    let as_it_is = play(&session, &inputs);
    let mixed = play(&ridden(&session, desk(&house)), &inputs);
    for ears in ["Ears Singer", "Ears Guitar", "Ears Bass", "Ears Drums"] {
        let ears = port(&session, ears);
        assert!(!is_silent(&as_it_is[ears]));
        assert!(as_it_is[ears] == mixed[ears], "port {ears} moved with the front of house");
    }
    assert!(apart(&as_it_is[PORT_MAIN], &mixed[PORT_MAIN]) > 0.01, "the house did move");
    let click = play(&session, &played(&session, &[("Click", "Hat")]));
    assert!(is_silent(&click[PORT_MAIN]), "the audience hears the click");
}

#[test]
fn several_instances_at_once_each_stay_on_their_own_pair_to_the_bit() {
    let session = template("shared-driver");
    let noises = noises(4_800);
    let mut rooms: Vec<Room> = (0..3).map(|_| opened(&session, Setup::default())).collect();
    for (number, room) in rooms.iter_mut().enumerate() {
        let mut inputs = vec![[vec![], vec![]]; INPUT_PORTS];
        inputs[number] = noises[number].clone();
        let outputs = room.render(&inputs, &[], 4_800).unwrap();
        for (port, output) in outputs.iter().enumerate() {
            if port == number + 1 {
                assert_eq!(output, &noises[number], "instance {number}");
            } else {
                assert!(is_silent(output), "instance {number} is on port {port} too");
            }
        }
    }
}
