//! Insert chains through the raw CLAP interface: they are built while the plugin is active, begin
//! together with the values of the state they came with, and are driven by macros.
#![cfg(feature = "plugin")]

#[path = "support/raw_host.rs"]
mod raw_host;

use clap_sys::ext::params::CLAP_PARAM_RESCAN_TEXT;
use raw_host::*;
use serde_json::{Value, json};
use std::ffi::{CStr, CString};
use std::sync::atomic::Ordering::SeqCst;
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::session::Session;

const FRAMES: usize = 256;

fn slot(kind: Kind) -> Slot {
    Slot::new(0, EffectSpec::new(kind))
}

fn utility(gain: f32) -> Slot {
    Slot::new(0, EffectSpec::new(Kind::Utility).with("gain", gain))
}

/// Processes one block of ones on every input and gives the left side of Main's output.
fn play(instance: &Instance) -> Vec<f32> {
    let mut block = Block::whole(FRAMES);
    for port in 0..PORTS {
        for channel in block.inputs[port].channels.clone().into_iter().flatten() {
            block.fill(channel, |_| if port == 0 { 1.0 } else { 0.0 });
        }
    }
    instance.process(&mut block);
    block.output(0, 0).to_vec()
}

/// Plays until nothing changes any more, for a second at most, waiting for the building thread.
fn settle(instance: &Instance) -> f32 {
    let mut last = f32::NAN;
    for _ in 0..200 {
        let heard = play(instance);
        last = heard[FRAMES - 1];
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    last
}

/// The state of an instance with another session.
fn with_session(saved: &[u8], change: impl FnOnce(&mut Value, &mut Session)) -> Vec<u8> {
    let mut state: Value = serde_json::from_slice(&saved[8..]).unwrap();
    let text = state["fields"]["session"].as_str().unwrap();
    let mut session = Session::from_json(text).unwrap();
    change(&mut state, &mut session);
    session.number_slots();
    state["fields"]["session"] = json!(session.to_json());
    let json = serde_json::to_vec(&state).unwrap();
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json);
    bytes
}

#[test]
fn chains_of_a_state_are_there_in_the_first_block_after_activation() {
    let instance = Instance::new();
    let state =
        with_session(&instance.save(), |_, s| s.chains[0] = Chain::serial([utility(-20.0)]));
    let mut fresh = Instance::new();
    assert!(fresh.load(&state));
    fresh.activate(FRAMES as u32);
    assert!(play(&fresh).iter().all(|x| (x - 0.1).abs() < 1e-6));
}

#[test]
fn values_and_chains_of_a_state_loaded_while_playing_begin_in_the_same_block() {
    let instance = Instance::running(FRAMES as u32);
    assert_eq!(play(&instance), [1.0; FRAMES]);
    let state = with_session(&instance.save(), |state, session| {
        session.chains[0] = Chain::serial([utility(-20.0)]);
        // The fader goes to −10 dB.
        state["params"]["s1fd"] = json!({"f32": 0.5});
    });
    assert!(instance.load(&state));
    // After the 10 ms ramps of both, which begin at the first sample.
    let mut heard: Vec<f32> = Vec::new();
    (0..4).for_each(|_| heard.extend(play(&instance)));
    let end = 10f32.powf(-30.0 / 20.0);
    assert!(heard[0] > 0.99 && heard[40] < 0.95);
    for (n, heard) in heard[..480].iter().enumerate() {
        let ramp = n as f32 / 480.0;
        let fader = 1.0 + (10f32.powf(-0.5) - 1.0) * ramp;
        let chain = 1.0 + (0.1 - 1.0) * ramp;
        assert!((heard - fader * chain).abs() < 2e-3, "{n}: {heard} for {}", fader * chain);
    }
    assert!(heard[500..].iter().all(|x| (x - end).abs() < 1e-5));
}

#[test]
fn edits_while_playing_are_built_by_a_thread_and_come_in_without_a_step() {
    let instance = Instance::running(FRAMES as u32);
    play(&instance);
    let parameters = instance.shared();
    let shared = &parameters.shared;
    shared.edit_chains(|s| s.chains[0] = Chain::serial([utility(-20.0)])).unwrap();
    assert!((settle(&instance) - 0.1).abs() < 1e-5);
    let id = shared.session(|session| session.free_slot_id()) - 1;
    assert_eq!(id, 1, "a new slot gets an id");
    shared.edit_session(|s| {
        s.slot_mut(id).and_then(|s| s.effect.known_mut()).unwrap().values[0] = 0.0
    });
    assert!((settle(&instance) - 1.0).abs() < 1e-5);
    shared.edit_chains(|s| s.chains[0] = Chain::default()).unwrap();
    assert!((settle(&instance) - 1.0).abs() < 1e-5);
    assert!(instance.asked().dirty.load(SeqCst) == 0);
    instance.on_main_thread();
    assert!(instance.asked().dirty.load(SeqCst) > 0);
}

#[test]
fn a_limiter_added_while_playing_asks_for_one_restart_and_a_removed_one_for_none() {
    let mut instance = Instance::running(FRAMES as u32);
    play(&instance);
    let parameters = instance.shared();
    let shared = &parameters.shared;
    shared.edit_chains(|s| s.chains[0] = Chain::serial([slot(Kind::Limiter)])).unwrap();
    settle(&instance);
    instance.on_main_thread();
    assert!(shared.is_restart_needed());
    assert_eq!(instance.asked().restarts.load(SeqCst), 1);
    assert_eq!(shared.latency(), 0, "what the host knows changes at activation only");
    instance.deactivate();
    instance.activate(FRAMES as u32);
    let latency = shared.latency();
    assert!(latency > 0 && !shared.is_restart_needed());
    shared.edit_chains(|s| s.chains[0] = Chain::default()).unwrap();
    settle(&instance);
    instance.on_main_thread();
    assert_eq!(instance.asked().restarts.load(SeqCst), 1);
    assert_eq!(shared.latency(), latency, "it tightens at the next activation");
    instance.deactivate();
    instance.activate(FRAMES as u32);
    assert_eq!(shared.latency(), 0);
}

#[test]
fn an_edit_that_there_is_no_memory_for_is_refused_and_the_session_stays() {
    let instance = Instance::running(FRAMES as u32);
    let parameters = instance.shared();
    let shared = &parameters.shared;
    let linear = || Slot::new(0, EffectSpec::new(Kind::Equalizer).with("linear_phase", 1.0));
    let before = shared.session_json();
    let refusal = shared
        .edit_chains(|s| {
            for node in [0, 16, 17] {
                s.chains[node] = Chain::serial([linear(), linear()]);
            }
        })
        .unwrap_err();
    assert!(refusal.to_string().contains("restart the plugin to make room"), "{refusal}");
    assert_eq!(shared.session_json(), before);
}

#[test]
fn a_macro_moves_what_it_drives_and_its_text_says_so() {
    let instance = Instance::running(FRAMES as u32);
    let parameters = instance.shared();
    let shared = &parameters.shared;
    shared
        .edit_chains(|s| {
            s.chains[0] = Chain::serial([utility(0.0)]);
            s.number_slots();
            s.macros[1].name = "Level".into();
            s.map_macro(1, 0.0, 1, "gain", &[0.0; 16]).unwrap();
            // From 0 dB down to −60 dB instead of up.
            s.macros[1].targets[0].to = 0.0;
        })
        .unwrap();
    assert!((settle(&instance) - 1.0).abs() < 1e-5, "a new mapping leaves the sound as it is");
    instance.on_main_thread();
    assert!(instance.asked().params_rescans.load(SeqCst) & CLAP_PARAM_RESCAN_TEXT != 0);
    let id = instance.id("mc2");
    instance.flush(&Events::default().set(0, id, 0.5));
    assert!((settle(&instance) - 10f32.powf(-30.0 / 20.0)).abs() < 1e-4);
    let text = text(&instance, id, 0.5);
    assert_eq!(text, "50.0 % · Gain -30.0 dB");
    let read = CString::new(text).unwrap();
    let mut value = f64::NAN;
    let params = instance.params();
    assert!(unsafe {
        params.text_to_value.unwrap()(instance.plugin, id, read.as_ptr(), &mut value)
    });
    assert_eq!(value, 0.5);
    let index = switchyard::routing::parameter::Parameter::Macro(1).index() as u32;
    assert_eq!(name_of(&instance.param_info(index).unwrap().name), "Macro 2 Level");
}

fn text(instance: &Instance, id: u32, value: f64) -> String {
    let mut text = [0; 256];
    let params = instance.params();
    assert!(unsafe {
        params.value_to_text.unwrap()(instance.plugin, id, value, text.as_mut_ptr(), 256)
    });
    unsafe { CStr::from_ptr(text.as_ptr()) }.to_str().unwrap().to_owned()
}

#[test]
fn a_reverbs_tail_is_told_to_the_host() {
    let instance = Instance::new();
    let state = with_session(&instance.save(), |_, s| {
        s.chains[0] =
            Chain::serial([Slot::new(0, EffectSpec::new(Kind::Reverb).with("decay", 3.0))]);
    });
    let mut instance = Instance::new();
    assert!(instance.load(&state));
    instance.activate(FRAMES as u32);
    play(&instance);
    assert!(f64::from(instance.tail()) > 3.0 * RATE, "{}", instance.tail());
}

#[test]
fn a_lost_impulse_response_is_told_and_passes_the_dry_sound() {
    let instance = Instance::new();
    let state = with_session(&instance.save(), |_, session| {
        let json = json!({"lanes": [{"slots": [{"id": 9, "effect": "convolution", "settings": {},
            "impulse": {"name": "hall.wav", "path": "/nowhere/hall.wav", "hash": "00"}}]}]});
        session.chains[0] = serde_json::from_value(json).unwrap();
    });
    let mut instance = Instance::new();
    assert!(instance.load(&state));
    instance.activate(FRAMES as u32);
    assert_eq!(play(&instance), [1.0; FRAMES]);
    let bench = instance.shared().shared.bench().expect("active");
    let problems = bench.problems();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].0, 9);
    assert!(problems[0].1.starts_with("/nowhere/hall.wav: the file is not there"));
}

#[test]
fn an_impulse_response_that_cannot_be_read_is_named_and_the_old_one_stays() {
    let instance = Instance::running(FRAMES as u32);
    let parameters = instance.shared();
    let shared = &parameters.shared;
    shared.edit_chains(|s| s.chains[0] = Chain::serial([slot(Kind::Convolution)])).unwrap();
    let heard = settle(&instance);
    assert!(heard != 1.0 && heard.is_finite());
    let before = shared.session_json();
    let file = std::env::temp_dir().join(format!("switchyard-{}.wav", std::process::id()));
    std::fs::write(&file, b"RIFF and nothing else").unwrap();
    let error = shared.choose_impulse(1, &file).unwrap_err().to_string();
    std::fs::remove_file(&file).unwrap();
    assert!(error.starts_with(&file.to_string_lossy().into_owned()), "{error}");
    assert_eq!(shared.session_json(), before);
    assert!((settle(&instance) - heard).abs() < 1e-3, "it sounds as before");
}
