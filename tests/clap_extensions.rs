//! What the plugin tells a CLAP host about itself: parameters, ports, names, unsaved changes.
#![cfg(feature = "plugin")]

#[path = "support/raw_host.rs"]
mod raw_host;

use clap_sys::ext::{audio_ports::*, params::*};
use raw_host::*;
use std::ptr::null;
use switchyard::routing::parameter::{ALL, COUNT};

#[test]
fn parameter_info_past_the_end_is_refused() {
    let instance = Instance::new();
    let count = unsafe { instance.params().count.unwrap()(instance.plugin) };
    assert_eq!(count as usize, COUNT);
    assert!(instance.param_info(count - 1).is_some());
    for index in [count, count + 1, u32::MAX] {
        assert!(instance.param_info(index).is_none());
    }
    let get_info = instance.params().get_info.unwrap();
    assert!(!unsafe { get_info(instance.plugin, 0, std::ptr::null_mut()) });
}

#[test]
fn every_parameter_has_an_id_of_its_own_and_its_name() {
    let instance = Instance::new();
    let mut ids = std::collections::HashSet::new();
    for (index, parameter) in ALL.iter().enumerate() {
        let info = instance.param_info(index as u32).unwrap();
        assert!(ids.insert(info.id), "{parameter:?} shares its id");
        assert_eq!(name_of(&info.name), parameter.name());
        let automatable = info.flags & CLAP_PARAM_IS_AUTOMATABLE != 0;
        assert_eq!(automatable, parameter.is_automatable(), "{parameter:?}");
    }
}

#[test]
fn ports_past_the_end_are_refused_and_the_others_have_their_names() {
    let instance = Instance::new();
    let name = |index, is_input| name_of(&instance.port_info(index, is_input).unwrap().name);
    assert_eq!([0, 1, 15].map(|i| name(i, true)), ["In 1", "In 2", "In 16"]);
    assert_eq!(
        [0, 1, 12, 13, 14, 15].map(|i| name(i, false)),
        ["Main", "Bus 1", "Bus 12", "Monitor A", "Monitor B", "Cue"]
    );
    for is_input in [true, false] {
        assert!(instance.port_info(16, is_input).is_none());
        assert!(instance.port_info(u32::MAX, is_input).is_none());
        for index in 0..16 {
            let info = instance.port_info(index, is_input).unwrap();
            assert_eq!(info.channel_count, 2);
            assert_eq!(info.flags & CLAP_AUDIO_PORT_IS_MAIN != 0, index == 0);
        }
    }
    let (input, output) =
        (instance.port_info(0, true).unwrap(), instance.port_info(0, false).unwrap());
    assert_eq!((input.in_place_pair, output.in_place_pair), (output.id, input.id));
}

#[test]
fn names_the_user_gives_reach_the_host_and_ids_stay() {
    let instance = Instance::new();
    let ids = || -> Vec<u32> {
        (0..COUNT as u32).map(|index| instance.param_info(index).unwrap().id).collect()
    };
    let before = ids();
    instance.shared().shared.edit_session(|session| {
        session.strip_names[2] = "Vox".into();
        session.bus_names[11] = "Verb".into();
    });
    assert!(instance.asked().callbacks.load(std::sync::atomic::Ordering::SeqCst) > 0);
    instance.on_main_thread();
    let title = |id: &str| {
        let index = switchyard::routing::parameter::Parameter::from_id(id).unwrap().index();
        name_of(&instance.param_info(index as u32).unwrap().name)
    };
    assert_eq!(title("s3b12"), "Vox > Verb");
    assert_eq!(title("s3fd"), "Vox Fader");
    assert_eq!(name_of(&instance.port_info(12, false).unwrap().name), "Bus 12 Verb");
    assert_eq!(name_of(&instance.port_info(2, true).unwrap().name), "In 3 Vox");
    assert_eq!(ids(), before);
    let asked = instance.asked();
    let rescans = &asked.params_rescans;
    assert_eq!(rescans.load(std::sync::atomic::Ordering::SeqCst), CLAP_PARAM_RESCAN_INFO);
    let rescans = &asked.ports_rescans;
    assert_eq!(rescans.load(std::sync::atomic::Ordering::SeqCst), CLAP_AUDIO_PORTS_RESCAN_NAMES);
}

#[test]
fn the_host_s_track_gives_the_first_strip_its_name_unless_it_has_one_of_its_own() {
    let instance = Instance::new();
    let title = || name_of(&instance.param_info(1).unwrap().name);
    let port = || name_of(&instance.port_info(0, true).unwrap().name);
    assert_eq!((title().as_str(), port().as_str()), ("Strip 1 Fader", "In 1"));
    instance.set_track("Drums", [0xC0, 0x50, 0x10]);
    assert_eq!((title().as_str(), port().as_str()), ("Drums Fader", "In 1 Drums"));
    let rescans = &instance.asked().params_rescans;
    assert_eq!(rescans.load(std::sync::atomic::Ordering::SeqCst), CLAP_PARAM_RESCAN_INFO);
    let track = instance.shared().shared.track();
    assert_eq!((track.name.as_str(), track.colour), ("Drums", Some([0xC0, 0x50, 0x10])));
    let saved = instance.shared().shared.session(|session| session.strip_names[0].clone());
    assert_eq!(saved, "", "it is the project's, not ours to save");
    instance.shared().shared.edit_session(|session| session.strip_names[0] = "Kick".into());
    instance.on_main_thread();
    assert_eq!((title().as_str(), port().as_str()), ("Kick Fader", "In 1 Kick"));
}

#[test]
fn a_name_too_long_for_the_host_is_cut_between_characters() {
    let instance = Instance::new();
    instance.shared().shared.edit_session(|session| session.strip_names[0] = "ü".repeat(1000));
    let name = name_of(&instance.param_info(1).unwrap().name);
    assert!(name.chars().all(|c| c == 'ü') && name.len() > 250, "{name}");
}

#[test]
fn an_edit_of_the_session_marks_the_project_dirty_once() {
    let instance = Instance::new();
    let dirty = || instance.asked().dirty.load(std::sync::atomic::Ordering::SeqCst);
    instance.on_main_thread();
    assert_eq!(dirty(), 0);
    instance.shared().shared.edit_session(|session| session.editor_size = [900, 500]);
    instance.on_main_thread();
    instance.on_main_thread();
    assert_eq!(dirty(), 1);
}

#[test]
fn an_edit_after_the_plugin_is_gone_wakes_nobody() {
    let instance = Instance::new();
    let shared = instance.shared();
    drop(instance);
    shared.shared.edit_session(|session| session.editor_size = [900, 500]);
}

#[test]
fn an_unknown_plugin_or_no_host_makes_no_plugin() {
    let factory = factory();
    unsafe {
        let create = (*factory).create_plugin.unwrap();
        assert!(create(factory, null(), c"audio.switchyard.switchyard".as_ptr()).is_null());
        assert!(create(factory, null(), null()).is_null());
        let descriptor = (*factory).get_plugin_descriptor.unwrap();
        let count = (*factory).get_plugin_count.unwrap()(factory);
        assert!(descriptor(factory, count).is_null());
        assert!(!descriptor(factory, 0).is_null());
    }
}
