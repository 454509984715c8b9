//! The CLAP border, called as the worst host would call it. Each test is one thing a host was seen
//! to do, or one a broken host might.
#![cfg(feature = "plugin")]

#[path = "support/raw_host.rs"]
mod raw_host;

use clap_sys::process::*;
use raw_host::*;
use std::ptr::null;
use switchyard::routing::BUSES;

/// What Main carries by default: the sum of the given inputs. The test signal's sums are exact.
fn sum(inputs: impl IntoIterator<Item = usize>, side: usize, frames: usize) -> Vec<f32> {
    let inputs: Vec<usize> = inputs.into_iter().collect();
    (0..frames).map(|n| inputs.iter().map(|port| signal(*port, side, n)).sum()).collect()
}

fn silent(samples: &[f32]) -> bool {
    samples.iter().all(|x| *x == 0.0)
}

/// Strip k feeds bus k at 0 dB and nothing but its own port comes of it, so that port k carries
/// input k and Main the sum of all.
fn fan_out(instance: &Instance) {
    let mut events = Events::default();
    for bus in 1..=BUSES {
        events.push(0, instance.id(&format!("s{bus}b{bus}")), 0.75);
        events.push(0, instance.id(&format!("b{bus}mt")), 0.0);
    }
    instance.flush(&events);
}

/// A block's outputs after [`fan_out`].
fn assert_fanned_out(block: &Block, case: &str) {
    for side in 0..2 {
        assert_eq!(block.output(0, side), sum(0..PORTS, side, block.frames), "{case}: Main");
        for bus in 1..=BUSES {
            let expected = sum([bus - 1], side, block.frames);
            assert_eq!(block.output(bus, side), expected, "{case}: bus {bus}, side {side}");
        }
        for port in BUSES + 1..PORTS {
            assert!(silent(block.output(port, side)), "{case}: port {port}");
        }
    }
}

fn running_fanned_out(longest: u32) -> Instance {
    let mut instance = Instance::new();
    fan_out(&instance);
    instance.activate(longest);
    instance
}

#[test]
fn sixteen_inputs_reach_their_outputs_when_the_host_does_everything_right() {
    let instance = running_fanned_out(64);
    let mut block = Block::whole(64);
    assert_eq!(instance.process(&mut block), CLAP_PROCESS_TAIL);
    assert!(instance.tail() < 48_000, "without effects nothing rings for long");
    assert_fanned_out(&block, "all right");
    assert!(block.masks.iter().all(|mask| *mask == 0));
}

#[test]
fn missing_inputs_are_silence_and_missing_outputs_are_not_missed() {
    let instance = running_fanned_out(64);
    for (inputs, outputs) in [(1, 1), (0, 1), (3, 2), (16, 0), (0, 0), (15, 15)] {
        let mut block = Block::whole(64);
        block.inputs.truncate(inputs);
        block.outputs.truncate(outputs);
        assert_ne!(instance.process(&mut block), CLAP_PROCESS_ERROR);
        for side in 0..2 {
            if outputs > 0 {
                assert_eq!(block.output(0, side), sum(0..inputs, side, 64));
            }
            for port in 1..outputs.min(BUSES + 1) {
                let expected = sum((port <= inputs).then(|| port - 1), side, 64);
                assert_eq!(block.output(port, side), expected, "{inputs} in, {outputs} out");
            }
        }
    }
}

#[test]
fn null_channel_arrays_and_null_channels_are_silence_and_sinks() {
    let instance = running_fanned_out(64);
    for port in 0..PORTS {
        let mut block = Block::whole(64);
        block.inputs[port].null = true;
        instance.process(&mut block);
        for side in 0..2 {
            let heard = (0..PORTS).filter(|p| *p != port);
            assert_eq!(block.output(0, side), sum(heard, side, 64));
        }

        let mut block = Block::whole(64);
        block.inputs[port].channels[1] = None;
        instance.process(&mut block);
        assert_eq!(block.output(0, 0), sum(0..PORTS, 0, 64));
        assert_eq!(block.output(0, 1), sum((0..PORTS).filter(|p| *p != port), 1, 64));

        let mut block = Block::whole(64);
        block.outputs[port].null = true;
        let mut other = Block::whole(64);
        other.outputs[port].channels = vec![None, None];
        for block in [&mut block, &mut other] {
            instance.process(block);
            let heard = if port == 0 { 1 } else { 0 };
            let expected = if port == 0 { sum([0], 0, 64) } else { sum(0..PORTS, 0, 64) };
            assert_eq!(block.output(heard, 0), expected);
        }
        let lent = block.outputs[port].channels[0].unwrap();
        assert!(block.samples(lent).iter().all(|x| x.is_nan()), "an unlent buffer was written");
    }
}

#[test]
fn ports_beyond_the_sixteenth_are_ignored_in_and_cleared_out() {
    let instance = running_fanned_out(64);
    let mut block = Block::whole(64);
    for _ in 0..5 {
        let (input, output) = (block.lend(1.0), block.lend(f32::NAN));
        block.inputs.push(Port { channels: vec![Some(input); 2], ..Port::default() });
        block.outputs.push(Port { channels: vec![Some(output), None], ..Port::default() });
    }
    instance.process(&mut block);
    assert_fanned_out(&block, "21 ports");
    for port in PORTS..PORTS + 5 {
        assert!(silent(block.output(port, 0)));
        assert_eq!(block.masks[port], u64::MAX, "a cleared port is constant");
    }
}

#[test]
fn channels_beyond_the_second_are_ignored_in_and_cleared_out() {
    let instance = running_fanned_out(64);
    let mut block = Block::whole(64);
    for port in 0..PORTS {
        let (input, output) = (block.lend(1.0), block.lend(f32::NAN));
        block.inputs[port].channels.push(Some(input));
        block.outputs[port].channels.push(Some(output));
    }
    instance.process(&mut block);
    assert_fanned_out(&block, "three channels");
    assert!((0..PORTS).all(|port| silent(block.output(port, 2))));
}

#[test]
fn a_mono_input_is_heard_on_both_sides() {
    let instance = running_fanned_out(64);
    for port in 0..PORTS {
        let mut block = Block::whole(64);
        block.inputs[port].channels.truncate(1);
        instance.process(&mut block);
        let others = sum((0..PORTS).filter(|p| *p != port), 1, 64);
        let expected: Vec<f32> =
            others.iter().enumerate().map(|(n, x)| x + signal(port, 0, n)).collect();
        assert_eq!(block.output(0, 0), sum(0..PORTS, 0, 64), "input {port}");
        assert_eq!(block.output(0, 1), expected, "input {port}");
    }
}

#[test]
fn a_mono_output_carries_half_the_sum_of_both_sides() {
    let instance = running_fanned_out(64);
    for port in 0..=BUSES {
        let mut block = Block::whole(64);
        block.outputs[port].channels.truncate(1);
        let mut shared = Block::whole(64);
        shared.outputs[port].channels[1] = shared.outputs[port].channels[0];
        for block in [&mut block, &mut shared] {
            instance.process(block);
            let inputs = || if port == 0 { 0..PORTS } else { port - 1..port };
            let sides = sum(inputs(), 0, 64).into_iter().zip(sum(inputs(), 1, 64));
            let expected: Vec<f32> = sides.map(|(left, right)| 0.5 * (left + right)).collect();
            assert_eq!(block.output(port, 0), expected, "output {port}");
        }
    }
}

#[test]
fn every_input_may_lie_in_the_memory_of_every_output() {
    let instance = running_fanned_out(64);
    for input in 0..PORTS {
        for output in 0..PORTS {
            let mut block = Block::whole(64);
            block.outputs[output].channels = block.inputs[input].channels.clone();
            instance.process(&mut block);
            assert_fanned_out(&block, &format!("input {input} in output {output}"));
        }
    }
}

#[test]
fn all_inputs_may_lie_in_outputs_at_once_in_any_rotation_and_with_sides_crossed() {
    let instance = running_fanned_out(64);
    for rotation in 0..PORTS {
        for crossed in [false, true] {
            let mut block = Block::whole(64);
            for input in 0..PORTS {
                let mut channels = block.inputs[input].channels.clone();
                if crossed {
                    channels.reverse();
                }
                block.outputs[(input + rotation) % PORTS].channels = channels;
            }
            instance.process(&mut block);
            assert_fanned_out(&block, &format!("rotation {rotation}, crossed {crossed}"));
        }
    }
}

#[test]
fn an_automation_point_amid_a_block_in_place_does_not_mix_up_input_and_output() {
    let instance = running_fanned_out(64);
    let mut block = Block::whole(64);
    for input in 0..PORTS {
        let channels = block.inputs[input].channels.clone();
        block.outputs[(input + 1) % PORTS].channels = channels;
    }
    for time in [1, 17, 40, 63] {
        block.events.push(time, instance.id("mc1"), f64::from(time) / 64.0);
    }
    instance.process(&mut block);
    assert_fanned_out(&block, "in place with automation");
}

#[test]
fn outputs_that_share_memory_get_the_first_ones_sound() {
    let instance = running_fanned_out(64);
    let mut block = Block::whole(64);
    let dummy = block.outputs[1].channels.clone();
    for port in 2..PORTS {
        block.outputs[port].channels = dummy.clone();
    }
    instance.process(&mut block);
    assert_eq!(block.output(0, 0), sum(0..PORTS, 0, 64));
    assert_eq!(block.output(1, 1), sum([0], 1, 64));
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
fn a_long_block_may_be_in_place_too() {
    let instance = running_fanned_out(100);
    let mut block = Block::whole(1000);
    for input in 0..PORTS {
        let channels = block.inputs[input].channels.clone();
        block.outputs[(input + 3) % PORTS].channels = channels;
    }
    instance.process(&mut block);
    assert_fanned_out(&block, "long and in place");
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
