//! Templates: nothing in them is amiss, they are saved and read back, and each holds what it promises
//! to the one who loads it.
//!
//! Not here: loading one into a running plugin. Chains count here as the delays they are, but for the
//! ducking, whose compressor is heard on its own.

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "common/desk.rs"]
mod desk;
#[allow(dead_code)]
#[path = "common/routings.rs"]
mod routings;

use desk::{Run, Sound, assert_same_bits, difference, noise, play_on};
use proptest::prelude::*;
use routings::{Edit, apply, value};
use std::collections::HashSet;
use switchyard::check::{self, Surroundings, check};
use switchyard::dsp::SLICE;
use switchyard::effects::Context;
use switchyard::engine::{Engine, Setup};
use switchyard::routing::chain::{Chain, Key};
use switchyard::routing::parameter::{ALL, Parameter};
use switchyard::routing::{MAIN, NODES, Node, OUTPUT_PORTS, PORT_MAIN, Role, Routing, STRIPS, Tap};
use switchyard::schedule::{Admission, Timing, compile};
use switchyard::session::Session;
use switchyard::session::workshop::{Opening, fits, key_edges, latencies};
use switchyard::templates::{TEMPLATES, Template};

fn built(id: &str) -> (Routing, Session) {
    (Template::from_id(id).expect("a template").build)()
}

/// What a template's chains bring with them at a sample rate.
fn timing(session: &Session, sample_rate: f64) -> Timing {
    let mut timing = Timing { chain: latencies(session, sample_rate), ..Timing::ZERO };
    for (place, key) in timing.keys.iter_mut().zip(key_edges(session, sample_rate)) {
        *place = Some(key);
    }
    timing
}

/// An engine with a template, its chains as the delays they are.
fn run(id: &str) -> Run {
    let (routing, session) = built(id);
    Run::of(&routing).with_chain(&timing(&session, 48_000.0).chain)
}

/// Noise on one input port, counted from 1 as users do, silence on the others.
fn only(port: usize) -> Sound {
    let mut inputs = noise(port as u64, 2000);
    for (other, sound) in inputs.iter_mut().enumerate() {
        if other + 1 != port {
            sound.iter_mut().for_each(|side| side.fill(0.0));
        }
    }
    inputs
}

fn is_silent(sound: &[Vec<f32>; 2]) -> bool {
    sound.iter().flatten().all(|x| *x == 0.0)
}

/// The output ports on which anything sounds while only this input does.
fn heard_on(run: &Run, input: usize) -> Vec<usize> {
    let outputs = run.play_whole(&only(input)).outputs;
    (0..OUTPUT_PORTS).filter(|port| !is_silent(&outputs[*port])).collect()
}

#[test]
fn in_no_template_anything_is_found() {
    for template in TEMPLATES {
        let (routing, session) = (template.build)();
        for sample_rate in [44_100.0, 48_000.0, 96_000.0] {
            let around = Surroundings {
                sample_rate,
                latencies: check::latencies(&session, sample_rate),
                refusal: fits(&session, sample_rate, None).err(),
                latency_budget_ms: Some(5.0),
                ..Surroundings::default()
            };
            let findings = check(&routing, &session, &around);
            assert!(findings.is_empty(), "{}: {findings:#?}", template.title);
        }
    }
}

#[test]
fn every_template_says_in_one_sentence_each_what_it_is_for_and_how_to_feed_it() {
    let mut seen = HashSet::new();
    for template in TEMPLATES {
        assert!(seen.insert(template.id) && seen.insert(template.title));
        for sentence in [template.purpose, template.feeding] {
            let ends = sentence.matches(['.', '!', '?']).count();
            assert!(ends == 1 && sentence.ends_with('.'), "{sentence}");
            assert!(!sentence.contains("  "), "{sentence}");
        }
    }
    assert!(Template::from_id("no such template").is_none());
}

#[test]
fn every_template_comes_back_from_its_json_and_from_the_hosts_values() {
    for template in TEMPLATES {
        let (routing, session) = (template.build)();
        assert_eq!(Session::from_json(&session.to_json()).expect("read"), session);
        let mut from_host = Routing::default();
        ALL.iter().for_each(|parameter| parameter.set(&mut from_host, parameter.get(&routing)));
        for parameter in ALL {
            let (there, back) = (parameter.get(&routing), parameter.get(&from_host));
            assert!((there - back).abs() < 1e-4, "{}: {there} {back}", parameter.name());
        }
        let ids: Vec<u64> = session.chains.iter().flat_map(Chain::slots).map(|s| s.id).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        assert!(ids.iter().all(|id| *id > 0));
    }
}

#[test]
fn whatever_a_template_uses_has_a_name_of_its_own_and_a_colour() {
    for template in TEMPLATES {
        let (routing, session) = (template.build)();
        let untouched = Routing::default();
        let name = |node: Node| match node {
            Node::Strip(i) => session.strip_names[i].as_str(),
            Node::Bus(j) => session.bus_names[j].as_str(),
            Node::Main => "Main",
        };
        let colour = |node: Node| match node {
            Node::Strip(i) => session.strip_colours[i],
            Node::Bus(j) => session.bus_colours[j],
            Node::Main => 1,
        };
        let is_used = |node: Node| match node {
            Node::Strip(i) => {
                let is_off = routing.strips[i].input == switchyard::routing::Input::Off;
                !is_off && routing.strips[i] != untouched.strips[i]
            }
            Node::Bus(j) => routing.buses[j] != untouched.buses[j],
            Node::Main => true,
        };
        let mut names = HashSet::new();
        for node in (0..NODES).map(Node::from_index) {
            let has_chain = !session.chains[node.index()].is_empty();
            if is_used(node) || has_chain {
                let own = name(node);
                assert!(!own.is_empty() && names.insert(own), "{}: {node}", template.title);
            }
            // The editor's palette has twelve; whatever has a name stands out by one of them.
            let expected = if name(node).is_empty() { 0..=0 } else { 1..=12 };
            assert!(expected.contains(&colour(node)), "{}: {node}", template.title);
        }
    }
}

#[test]
fn every_key_of_a_template_is_granted() {
    for template in TEMPLATES {
        let (routing, session) = (template.build)();
        let timing = timing(&session, 48_000.0);
        let schedule = compile(&routing, &timing);
        for (index, _) in timing.keys.iter().enumerate().filter(|(_, key)| key.is_some()) {
            assert_eq!(schedule.key_admission(index), Admission::Open, "{}", template.title);
        }
    }
}

/// Plays a template with and without these edits half-way through, in two partitions, and asserts that
/// what leaves on some ports stays the same to the bit.
fn assert_unmoved(id: &str, edits: &[Edit], ports: &[usize]) {
    let inputs = noise(7, 2400);
    let still = run(id);
    let moved = still.clone().then(1000, &apply(&still.routing, edits));
    let before = still.play_whole(&inputs);
    let after = moved.play(&inputs, &[480, 17, 64]);
    for port in ports {
        assert!(!is_silent(&before.outputs[*port]), "port {port} of {id} is silent anyway");
        let what = format!("port {port} of {id} after {edits:?}");
        assert_same_bits(&before.outputs[*port], &after.outputs[*port], &what);
    }
}

/// Edits among some parameters.
fn edits_of(parameters: Vec<Parameter>) -> impl Strategy<Value = Vec<Edit>> {
    let one = prop::sample::select(parameters).prop_flat_map(|p| (Just(p), value(p)));
    prop::collection::vec(one, 1..30)
}

/// What a hand moves while mixing on strips and on some buses, counted from 1: faders, mutes, solos,
/// and sends into these buses.
fn mixing(buses: &[u8]) -> Vec<Parameter> {
    use Parameter as P;
    let mut all = vec![P::MainFader, P::MainMute, P::MainInsertMix, P::SoloMode];
    for i in 0..STRIPS as u8 {
        all.extend([P::StripFader(i), P::StripMute(i), P::StripSolo(i)]);
        all.extend(buses.iter().map(|j| P::StripLevel(i, j - 1)));
    }
    for j in buses.iter().map(|number| number - 1) {
        all.extend([P::BusFader(j), P::BusMute(j), P::BusSolo(j), P::BusPan(j)]);
    }
    all
}

proptest! {
    #![proptest_config(routings::cases(24))]

    #[test]
    fn studio_the_artists_headphones_do_not_hear_the_control_room_mix(
        edits in edits_of(mixing(&[1, 2])),
    ) {
        assert_unmoved("studio", &edits, &[3, 4]);
    }

    #[test]
    fn live_no_fader_mute_or_solo_of_the_front_of_house_is_heard_in_any_ear(
        edits in edits_of(mixing(&[1, 2, 3])),
    ) {
        assert_unmoved("live", &edits, &[4, 5, 6, 7, 8]);
    }

    #[test]
    fn live_nothing_done_to_one_ear_mix_is_heard_in_another_or_by_the_audience(
        ears in 5..=8u8,
        fader in 0.0..=1.0f32,
        sends in prop::collection::vec((0..STRIPS as u8, 0..3u8), 0..20),
    ) {
        let bus = ears - 1;
        let mut edits = vec![
            (Parameter::BusFader(bus), fader),
            (Parameter::BusPan(bus), 30.0),
            (Parameter::BusInsertMix(bus), 0.0),
        ];
        edits.extend(sends.into_iter().map(|(strip, to)| match to {
            0 => (Parameter::StripLevel(strip, bus), 0.0),
            1 => (Parameter::StripLevel(strip, bus), 0.9),
            _ => (Parameter::BusMute(bus), f32::from(strip % 2)),
        }));
        let others: Vec<usize> =
            [PORT_MAIN, 1, 2, 3, 5, 6, 7, 8].into_iter().filter(|port| *port != usize::from(ears)).collect();
        assert_unmoved("live", &edits, &others);
    }

    #[test]
    fn applications_no_solo_and_no_fader_of_ones_own_headphones_is_heard_on_the_air(
        edits in edits_of(
            (1..STRIPS as u8).flat_map(|i| [Parameter::StripFader(i), Parameter::StripMute(i)])
                .chain((0..STRIPS as u8).map(Parameter::StripSolo))
                .chain([Parameter::MainFader, Parameter::MainMute])
                .collect()
        ),
    ) {
        assert_unmoved("applications", &edits, &[2, 3, 4]);
    }

    #[test]
    fn shared_driver_whatever_the_other_daws_do_a_pair_stays_as_it_is(
        pair in 1..=8u8,
        edits in edits_of(mixing(&[])),
        buses in prop::collection::vec((0..8u8, any::<bool>()), 0..8),
    ) {
        let own = pair - 1;
        let foreign = |(parameter, _): &Edit| *parameter != Parameter::StripSolo(own);
        let mut edits: Vec<Edit> = edits.into_iter().filter(foreign).collect();
        for (bus, mute) in buses.into_iter().filter(|(bus, _)| *bus != own) {
            let what = [Parameter::BusFader(bus), Parameter::BusMute(bus)];
            edits.push((what[usize::from(mute)], 1.0));
        }
        assert_unmoved("shared-driver", &edits, &[usize::from(pair)]);
    }
}

#[test]
fn shared_driver_an_input_leaves_on_its_own_pair_to_the_bit_and_nowhere_else() {
    let run = run("shared-driver");
    for daw in 1..=8 {
        assert_eq!(heard_on(&run, daw), [daw]);
        let inputs = only(daw);
        let outputs = run.play(&inputs, &[64, 3, 1000]).outputs;
        assert_same_bits(&inputs[daw - 1], &outputs[daw], &format!("pair {daw}"));
    }
    for input in 9..=16 {
        assert!(heard_on(&run, input).is_empty());
    }
}

#[test]
fn applications_the_call_hears_everybody_but_itself_and_the_stream_does_not_hear_it() {
    let run = run("applications");
    let (main, voice, bed, stream, chat) = (PORT_MAIN, 1, 2, 3, 4);
    assert_eq!(heard_on(&run, 1), [voice, stream, chat]);
    assert_eq!(heard_on(&run, 2), [main, bed, stream, chat]);
    assert_eq!(heard_on(&run, 3), [main, bed, stream, chat]);
    assert_eq!(heard_on(&run, 4), [main]);
}

#[test]
fn applications_muting_the_microphone_takes_it_off_the_air() {
    let mut run = run("applications");
    run.routing.strips[0].mute = true;
    assert!(heard_on(&run, 1).is_empty());
}

#[test]
fn applications_the_music_is_ducked_while_the_voice_sounds_and_comes_back() {
    let (_, session) = built("applications");
    let bed = &session.chains[Node::Bus(1).index()];
    let slot = bed.slots().next().expect("a compressor");
    assert_eq!(slot.heard_key(), Some(Key { node: Node::Bus(0), tap: Tap::Pre }));
    let known = slot.effect.known().expect("known");
    let mut duck = known.kind.build(&known.values, 48_000.0, None);
    // One second of music alone, one of voice over it, two alone again.
    let mut reductions = Vec::new();
    for slice in 0..4 * 750usize {
        let speaks = (750..1500).contains(&slice);
        let sine = |n: usize, hertz: f32| {
            let at = (slice * SLICE + n) as f32 / 48_000.0;
            (at * hertz * std::f32::consts::TAU).sin()
        };
        let mut music: [f32; SLICE] = std::array::from_fn(|n| 0.5 * sine(n, 440.0));
        let mut other = music;
        let voice: [f32; SLICE] =
            std::array::from_fn(|n| if speaks { 0.2 * sine(n, 200.0) } else { 0.0 });
        let context =
            Context { now: (slice * SLICE) as u64, key: Some([&voice, &voice]), tempo: None };
        duck.process([&mut music, &mut other], &context);
        reductions.push(duck.reduction_db());
    }
    assert_eq!(reductions[740], 0.0);
    assert!((4.0..10.0).contains(&reductions[1490]), "{}", reductions[1490]);
    assert!(reductions[2990] < 0.5, "{}", reductions[2990]);
}

#[test]
fn live_talkback_reaches_the_ears_while_the_button_is_down_and_never_the_audience() {
    let mut run = run("live");
    assert!(heard_on(&run, 16).is_empty());
    run.routing.monitor.talkback = true;
    assert_eq!(heard_on(&run, 16), [4, 5, 6, 7, 8]);
}

#[test]
fn live_the_click_is_in_the_ears_only() {
    assert_eq!(heard_on(&run("live"), 11), [5, 6, 7, 8]);
}

#[test]
fn live_the_ears_are_earlier_than_a_millisecond_at_any_sample_rate() {
    let (routing, session) = built("live");
    for sample_rate in [44_100.0, 48_000.0, 96_000.0] {
        let schedule = compile(&routing, &timing(&session, sample_rate));
        for ears in 4..8 {
            assert!(routing.buses[ears].immediate && routing.buses[ears].role == Role::Mix);
            let samples = schedule.tap_time(STRIPS + ears, Tap::Post);
            assert!(f64::from(samples) < sample_rate / 1000.0, "{samples} at {sample_rate}");
        }
    }
}

#[test]
fn each_named_strip_is_on_main_once_beside_its_effects() {
    for (id, off_main) in
        [("studio", &[15][..]), ("band", &[]), ("applications", &[0]), ("live", &[10, 15])]
    {
        let (_, session) = built(id);
        let mut run = run(id);
        for bus in run.routing.buses.iter_mut().filter(|bus| bus.role == Role::Return) {
            bus.mute = true;
        }
        run.routing.strips.iter_mut().for_each(|strip| strip.pan = 0.0);
        let named = (0..STRIPS).filter(|i| !session.strip_names[*i].is_empty());
        for strip in named {
            let inputs = only(strip + 1);
            let heard = run.play_whole(&inputs);
            let late = heard.latency[0] as usize;
            let gain = match off_main.contains(&strip) {
                true => 0.0,
                false => run.routing.strips[strip].fader.gain(),
            };
            for n in late..2000 {
                let expected = inputs[strip][0][n - late] * gain;
                let got = heard.outputs[PORT_MAIN][0][n];
                assert!((got - expected).abs() < 1e-6, "{id} strip {strip}: {got} {expected}");
            }
        }
    }
}

#[test]
fn band_a_groups_port_is_its_stem() {
    let (routing, _) = built("band");
    let schedule = compile(&routing, &Timing::ZERO);
    let run = run("band");
    for strip in 0..10 {
        let group = (0..3).find(|bus| schedule.is_connected(strip, *bus));
        let heard = heard_on(&run, strip + 1);
        for bus in 0..3 {
            assert_eq!(heard.contains(&(bus + 1)), group == Some(bus), "strip {strip}");
        }
        // Whoever is in no group is on Main directly.
        assert_eq!(group.is_none(), schedule.is_connected(strip, MAIN), "strip {strip}");
    }
}

#[test]
fn the_empty_template_is_the_mixer_as_on_insertion() {
    assert_eq!(built("empty"), (Routing::default(), Session::default()));
}

/// An engine with a template and its effects, as a plugin would run it.
fn sounding(id: &str) -> (Engine, Routing) {
    let (routing, session) = built(id);
    let (_, plan) = Opening::new(&session, &routing.macros, 48_000.0);
    let setup = Setup { sample_rate: 48_000.0, chain_latency: [0; NODES], max_latency: 4096 };
    (Engine::with_chains(&setup, &routing, Default::default(), plan).0, routing)
}

/// Two seconds of noise on every named strip's port, peaking at −12 dBFS.
fn rehearsal(session: &Session) -> Sound {
    let mut inputs = noise(3, 96_000);
    for (port, input) in inputs.iter_mut().enumerate() {
        let gain = if session.strip_names[port].is_empty() { 0.0 } else { 0.25 };
        input.iter_mut().flatten().for_each(|x| *x *= gain);
    }
    inputs
}

#[test]
fn with_every_strip_playing_no_output_of_a_template_passes_full_scale() {
    for template in TEMPLATES {
        let (mut engine, _) = sounding(template.id);
        let outputs = play_on(&mut engine, &rehearsal(&built(template.id).1), &[512]);
        for (port, output) in outputs.iter().enumerate() {
            let peak = output.iter().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()));
            assert!(peak <= 1.0, "{} port {port}: {peak}", template.title);
        }
    }
}

#[test]
fn live_effects_and_all_the_ears_hear_nothing_of_the_front_of_house() {
    let inputs = rehearsal(&built("live").1);
    let (mut engine, routing) = sounding("live");
    let still = play_on(&mut engine, &inputs, &[512]);
    let (mut engine, _) = sounding("live");
    let moved = apply(
        &routing,
        &[
            (Parameter::StripFader(7), 0.3),
            (Parameter::StripMute(0), 1.0),
            (Parameter::StripSolo(4), 1.0),
            (Parameter::BusFader(1), 0.2),
            (Parameter::BusMute(2), 1.0),
            (Parameter::MainFader, 0.1),
        ],
    );
    let cut = 9_000;
    let part = |range: std::ops::Range<usize>| -> Sound {
        inputs.iter().map(|port| port.each_ref().map(|side| side[range.clone()].to_vec())).collect()
    };
    let mut heard = play_on(&mut engine, &part(0..cut), &[64, 100]);
    engine.set(&moved, &difference(&routing, &moved));
    let rest = play_on(&mut engine, &part(cut..96_000), &[333]);
    for (heard, rest) in heard.iter_mut().zip(rest) {
        for (heard, rest) in heard.iter_mut().zip(rest) {
            heard.extend(rest);
        }
    }
    for port in 4..=8 {
        assert!(!is_silent(&still[port]));
        assert_same_bits(&still[port], &heard[port], &format!("port {port}"));
    }
    let changed = |side: usize| still[PORT_MAIN][side] != heard[PORT_MAIN][side];
    assert!(changed(0) && changed(1));
}
