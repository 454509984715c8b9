//! The CLAP border, called as the worst host would call it. Each test is one thing a host was seen
//! to do, or one a broken host might.
#![cfg(feature = "plugin")]

#[path = "support/raw_host.rs"]
mod raw_host;
#[macro_use]
#[path = "support/cases.rs"]
mod cases;

use cases::{assert_fanned_out, fan_out, in_place, silent, sum};
use clap_sys::process::*;
use raw_host::*;
use std::ptr::null;

fn running_fanned_out(longest: u32) -> Instance {
    let mut instance = Instance::new();
    fan_out(&instance);
    instance.activate(longest);
    instance
}

fn process(instance: &Instance, block: &mut Block) {
    assert_ne!(instance.process(block), CLAP_PROCESS_ERROR);
}

buffer_cases!(running_fanned_out(64), process);

#[test]
fn without_effects_nothing_rings_for_long_and_a_cleared_port_is_constant() {
    let instance = running_fanned_out(64);
    let mut block = Block::whole(64);
    let output = block.lend(f32::NAN);
    block.outputs.push(Port { channels: vec![Some(output)], ..Port::default() });
    assert_eq!(instance.process(&mut block), CLAP_PROCESS_TAIL);
    assert!(instance.tail() < 48_000);
    assert_eq!(block.masks[PORTS], u64::MAX);
}

#[test]
fn an_automation_point_amid_a_block_in_place_does_not_mix_up_input_and_output() {
    let instance = running_fanned_out(64);
    let mut block = Block::whole(64);
    in_place(&mut block, 1);
    for time in [1, 17, 40, 63] {
        block.events.push(time, instance.id("mc1"), f64::from(time) / 64.0);
    }
    instance.process(&mut block);
    assert_fanned_out(&block, "in place with automation");
}

#[test]
fn buffers_of_64_bits_are_converted_both_ways() {
    let instance = running_fanned_out(64);
    let mut block = Block::whole_in_doubles(64);
    instance.process(&mut block);
    for side in 0..2 {
        let main: Vec<f32> = block
            .doubles(block.outputs[0].channels[side].unwrap())
            .iter()
            .map(|x| *x as f32)
            .collect();
        assert_eq!(main, sum(0..PORTS, side, 64));
        let bus = block.doubles(block.outputs[3].channels[side].unwrap());
        assert!(bus.iter().enumerate().all(|(n, x)| *x == f64::from(signal(2, side, n))));
    }
}

#[test]
fn a_block_longer_than_announced_sounds_as_if_it_had_been_announced() {
    let blocks = |longest| {
        let instance = running_fanned_out(longest);
        let mut block = Block::whole(1000);
        for (time, id, value) in
            [(0, "s1fd", 0.5), (63, "s2fd", 0.2), (64, "s3mu", 1.0), (500, "s1b1", 0.0)]
        {
            block.events.push(time, instance.id(id), value);
        }
        block.events.push(999, instance.id("mc2"), 0.5);
        instance.process(&mut block);
        assert_eq!(instance.value(instance.id("mc2")), 0.5);
        block
    };
    let whole = blocks(1000);
    for longest in [1, 63, 64, 999] {
        let split = blocks(longest);
        for port in 0..PORTS {
            for side in 0..2 {
                let (a, b) = (whole.output(port, side), split.output(port, side));
                let same = a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
                assert!(same, "output {port} with blocks of {longest}");
            }
        }
    }
}

#[test]
fn a_block_of_no_frames_only_applies_its_events() {
    let instance = Instance::running(64);
    for whole in [true, false] {
        let mut block = if whole { Block::whole(0) } else { Block::empty(0) };
        let value = if whole { 0.25 } else { 0.5 };
        block.events.push(5, instance.id("s1fd"), value);
        assert_ne!(instance.process(&mut block), CLAP_PROCESS_ERROR);
        assert_eq!(instance.value(instance.id("s1fd")), value);
    }
}

#[test]
fn events_past_the_block_take_effect_on_its_last_sample() {
    let events_at = |time| {
        let instance = Instance::running(64);
        let (mut first, mut second) = (Block::whole(64), Block::whole(64));
        first.events.push(time, instance.id("mnmu"), 1.0);
        instance.process(&mut first);
        instance.process(&mut second);
        assert_eq!(instance.value(instance.id("mnmu")), 1.0);
        [first, second].map(|block| block.output(0, 0).to_vec())
    };
    let right = events_at(63);
    assert_eq!(right[0][..63], sum(0..PORTS, 0, 64)[..63]);
    assert_ne!(right[1], sum(0..PORTS, 0, 64));
    for time in [64, 65, 1000, u32::MAX] {
        assert_eq!(events_at(time), right, "an event at {time}");
    }
}

#[test]
fn an_event_lands_on_its_very_sample() {
    for time in [0, 1, 30, 63] {
        let instance = Instance::running(64);
        instance.process(&mut Block::whole(64));
        let (mut block, mut next) = (Block::whole(64), Block::whole(64));
        block.events.push(time, instance.id("mnmu"), 1.0);
        instance.process(&mut block);
        instance.process(&mut next);
        let before = sum(0..PORTS, 0, 64);
        let now = block.output(0, 0).iter().chain(next.output(0, 0));
        let first_change = now.zip(before.iter().cycle()).position(|(a, b)| a != b).unwrap();
        // A ramp begins with the old value on its first sample and moves on the next.
        assert_eq!(first_change, time as usize + 1);
    }
}

#[test]
fn events_whose_times_run_backwards_take_effect_in_their_order() {
    let instance = Instance::running(64);
    let mut block = Block::whole(64);
    let id = instance.id("s4fd");
    for (time, value) in [(40, 0.1), (10, 0.2), (50, 0.3), (0, 0.4)] {
        block.events.push(time, id, value);
    }
    assert_ne!(instance.process(&mut block), CLAP_PROCESS_ERROR);
    assert!((instance.value(id) - 0.4).abs() < 1e-6);
    assert_eq!(block.output(0, 0)[..40], sum(0..PORTS, 0, 64)[..40]);
}

#[test]
fn null_events_short_events_and_unknown_events_are_passed_over() {
    let instance = Instance::running(64);
    let id = instance.id("s5fd");
    let strange = || {
        let mut events = Events::default();
        events.events.push(None);
        let mut short = param_event(3, id, 0.9);
        short.header.size = 16;
        events.events.push(Some(Box::new(short)));
        let mut unknown = param_event(4, id, 0.9);
        unknown.header.type_ = 999;
        events.events.push(Some(Box::new(unknown)));
        let mut foreign = param_event(5, id, 0.9);
        foreign.header.space_id = 77;
        foreign.header.size = 100_000;
        events.events.push(Some(Box::new(foreign)));
        let mut nan = param_event(6, id, f64::NAN);
        nan.header.flags = u32::MAX;
        events.events.push(Some(Box::new(nan)));
        events.push(7, u32::MAX, 0.5);
        events.push(8, id, 0.125);
        events
    };
    let mut block = Block::whole(64);
    block.events = strange();
    // After an event late in the block there is still something strange to come.
    block.events.push(60, id, 0.25);
    block.events.events.extend(strange().events);
    block.events.push(0, id, 0.125);
    assert_ne!(instance.process(&mut block), CLAP_PROCESS_ERROR);
    assert_eq!(instance.value(id), 0.125);

    instance.flush(&Events::default().set(0, id, 0.5));
    instance.flush(&strange());
    assert_eq!(instance.value(id), 0.125);
}

#[test]
fn a_null_event_list_and_a_list_without_functions_are_empty() {
    let instance = Instance::running(64);
    let mut block = Block::whole(64);
    block.events.absent = true;
    assert_ne!(instance.process(&mut block), CLAP_PROCESS_ERROR);
    let hollow =
        clap_sys::events::clap_input_events { ctx: std::ptr::null_mut(), size: None, get: None };
    let deaf = clap_sys::events::clap_output_events { ctx: std::ptr::null_mut(), try_push: None };
    unsafe {
        instance.params().flush.unwrap()(instance.plugin, &hollow, &deaf);
        instance.params().flush.unwrap()(instance.plugin, null(), null());
    }
}

#[test]
fn processing_before_activation_is_an_error_and_no_crash() {
    let mut instance = Instance::new();
    assert_eq!(instance.process(&mut Block::whole(64)), CLAP_PROCESS_ERROR);
    assert_eq!(instance.process(&mut Block::empty(0)), CLAP_PROCESS_ERROR);
    instance.activate(64);
    assert_ne!(instance.process(&mut Block::whole(64)), CLAP_PROCESS_ERROR);
    instance.deactivate();
    assert_eq!(instance.process(&mut Block::whole(64)), CLAP_PROCESS_ERROR);
    instance.activate(32);
    assert_ne!(instance.process(&mut Block::whole(64)), CLAP_PROCESS_ERROR);
    unsafe {
        let process = (*instance.plugin).process.unwrap();
        assert_eq!(process(instance.plugin, null()), CLAP_PROCESS_ERROR);
        assert_eq!(process(null(), null()), CLAP_PROCESS_ERROR);
    }
}

#[test]
fn activation_at_an_impossible_sample_rate_is_refused() {
    let instance = Instance::new();
    for rate in [0.0, -44_100.0, f64::NAN, f64::INFINITY] {
        let activate = unsafe { (*instance.plugin).activate.unwrap() };
        assert!(!unsafe { activate(instance.plugin, rate, 1, 64) }, "{rate}");
    }
}

#[test]
fn the_hosts_treatment_of_subnormal_numbers_is_as_before_the_call() {
    let instance = Instance::running(64);
    let subnormal = || std::hint::black_box(f32::MIN_POSITIVE) * std::hint::black_box(0.25);
    assert!(subnormal() > 0.0, "this thread flushes already");
    let mut block = Block::whole(64);
    for port in 0..PORTS {
        let at = block.inputs[port].channels[0].unwrap();
        block.fill(at, |_| 1e-40);
    }
    instance.process(&mut block);
    assert!(subnormal() > 0.0, "flushing was left on");
    assert!(silent(block.output(0, 0)), "a subnormal number came out");
}

#[test]
fn it_is_known_which_ports_the_host_gives() {
    let instance = Instance::running(64);
    let given = || instance.shared().shared.given();
    for (inputs, outputs) in [(16, 16), (1, 1), (3, 2), (16, 0), (0, 16)] {
        let mut block = Block::whole(64);
        block.inputs.truncate(inputs);
        block.outputs.truncate(outputs);
        instance.process(&mut block);
        assert_eq!(given(), ((1 << inputs) - 1, (1 << outputs) - 1), "{inputs} in, {outputs} out");
    }
    // Ports that are there without channels carry nothing either.
    let mut block = Block::whole(64);
    block.inputs[4].channels.clear();
    block.outputs[7].channels.clear();
    instance.process(&mut block);
    assert_eq!(given(), (0xFFFF & !(1 << 4), 0xFFFF & !(1 << 7)));
}
