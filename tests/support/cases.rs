//! What hosts do to buffers, whatever the border: a case lends a block in one odd way and says what
//! must come of it. [`buffer_cases`] makes a test of each.
//!
//! Not here: what only one border knows (events, silence flags, 64-bit samples, activation). Every
//! border has the routing of [`fan_out`].

use super::raw_host::{Block, Events, Instance, PORTS, Port, signal};
use switchyard::routing::BUSES;

/// Makes a test of every case at one border: an expression that gives the instance under test, in
/// blocks of up to 64 frames, and a function that runs a block on it and finds no error.
macro_rules! buffer_cases {
    ($running:expr, $process:ident) => {
        buffer_cases! { $running, $process =>
            sixteen_inputs_reach_their_outputs_when_the_host_does_everything_right
            missing_inputs_are_silence_and_missing_outputs_are_not_missed
            inactive_ports_without_channels_do_not_stop_the_others
            null_channel_arrays_and_null_channels_are_silence_and_sinks
            ports_beyond_the_sixteenth_are_ignored_in_and_cleared_out
            channels_beyond_the_second_are_ignored_in_and_cleared_out
            a_mono_input_is_heard_on_both_sides
            a_mono_output_carries_half_the_sum_of_both_sides
            every_input_may_lie_in_the_memory_of_every_output
            all_inputs_may_lie_in_outputs_at_once_in_any_rotation_and_with_sides_crossed
            outputs_that_share_memory_get_the_first_ones_sound
            a_block_longer_than_announced_is_processed_whole_and_may_be_in_place
        }
    };
    ($running:expr, $process:ident => $($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                let instance = $running;
                cases::$case(|block| $process(&instance, block));
            }
        )*
    };
}

/// What Main carries by default: the sum of the given inputs. The test signal's sums are exact.
pub fn sum(inputs: impl IntoIterator<Item = usize>, side: usize, frames: usize) -> Vec<f32> {
    let inputs: Vec<usize> = inputs.into_iter().collect();
    (0..frames).map(|n| inputs.iter().map(|port| signal(*port, side, n)).sum()).collect()
}

/// All inputs but one.
fn others(port: usize) -> impl Iterator<Item = usize> {
    (0..PORTS).filter(move |other| *other != port)
}

/// The inputs an output carries after [`fan_out`].
fn inputs_of(output: usize) -> std::ops::Range<usize> {
    if output == 0 { 0..PORTS } else { output - 1..output }
}

pub fn silent(samples: &[f32]) -> bool {
    samples.iter().all(|x| *x == 0.0)
}

/// Strip k feeds bus k at 0 dB and nothing but its own port comes of it, so that port k carries
/// input k and Main the sum of all.
pub fn fan_out(instance: &Instance) {
    let mut events = Events::default();
    for bus in 1..=BUSES {
        events.push(0, instance.id(&format!("s{bus}b{bus}")), 0.75);
        events.push(0, instance.id(&format!("b{bus}mt")), 0.0);
    }
    instance.flush(&events);
}

/// A block's outputs after [`fan_out`].
pub fn assert_fanned_out(block: &Block, case: &str) {
    for side in 0..2 {
        for output in 0..=BUSES {
            let expected = sum(inputs_of(output), side, block.frames);
            assert_eq!(block.output(output, side), expected, "{case}: {output}, side {side}");
        }
        for port in BUSES + 1..PORTS {
            assert!(silent(block.output(port, side)), "{case}: port {port}");
        }
    }
}

pub fn sixteen_inputs_reach_their_outputs_when_the_host_does_everything_right(
    process: impl Fn(&mut Block),
) {
    let mut block = Block::whole(64);
    process(&mut block);
    assert_fanned_out(&block, "all right");
    assert!(block.masks.iter().all(|mask| *mask == 0));
}

pub fn missing_inputs_are_silence_and_missing_outputs_are_not_missed(process: impl Fn(&mut Block)) {
    for (inputs, outputs) in [(1, 1), (0, 1), (3, 2), (16, 0), (0, 0), (15, 15)] {
        let mut block = Block::whole(64);
        block.inputs.truncate(inputs);
        block.outputs.truncate(outputs);
        process(&mut block);
        for side in 0..2 {
            for port in 0..outputs.min(BUSES + 1) {
                let heard = inputs_of(port).filter(|input| *input < inputs);
                let expected = sum(heard, side, 64);
                assert_eq!(block.output(port, side), expected, "{inputs} in, {outputs} out");
            }
        }
    }
}

pub fn inactive_ports_without_channels_do_not_stop_the_others(process: impl Fn(&mut Block)) {
    let mut block = Block::whole(64);
    for port in 1..PORTS {
        block.inputs[port].channels.clear();
        block.outputs[port] = Port { null: port % 2 == 0, ..Port::default() };
    }
    process(&mut block);
    for side in 0..2 {
        assert_eq!(block.output(0, side), sum([0], side, 64));
    }
}

pub fn null_channel_arrays_and_null_channels_are_silence_and_sinks(process: impl Fn(&mut Block)) {
    for port in 0..PORTS {
        let mut block = Block::whole(64);
        block.inputs[port].null = true;
        process(&mut block);
        for side in 0..2 {
            assert_eq!(block.output(0, side), sum(others(port), side, 64));
        }

        let mut block = Block::whole(64);
        block.inputs[port].channels[1] = None;
        process(&mut block);
        assert_eq!(block.output(0, 0), sum(0..PORTS, 0, 64));
        assert_eq!(block.output(0, 1), sum(others(port), 1, 64));

        let mut block = Block::whole(64);
        block.outputs[port].null = true;
        let mut other = Block::whole(64);
        other.outputs[port].channels = vec![None, None];
        let heard = usize::from(port == 0);
        for block in [&mut block, &mut other] {
            process(block);
            assert_eq!(block.output(heard, 0), sum(inputs_of(heard), 0, 64));
        }
        let lent = block.outputs[port].channels[0].unwrap();
        assert!(block.samples(lent).iter().all(|x| x.is_nan()), "an unlent buffer was written");
    }
}

pub fn ports_beyond_the_sixteenth_are_ignored_in_and_cleared_out(process: impl Fn(&mut Block)) {
    let mut block = Block::whole(64);
    for _ in 0..5 {
        let (input, output) = (block.lend(1.0), block.lend(f32::NAN));
        block.inputs.push(Port { channels: vec![Some(input); 2], ..Port::default() });
        block.outputs.push(Port { channels: vec![Some(output), None], ..Port::default() });
    }
    process(&mut block);
    assert_fanned_out(&block, "21 ports");
    for port in PORTS..PORTS + 5 {
        assert!(silent(block.output(port, 0)));
        assert!(block.masks[port] & 1 == 1, "a cleared port is told to be silent");
    }
}

pub fn channels_beyond_the_second_are_ignored_in_and_cleared_out(process: impl Fn(&mut Block)) {
    let mut block = Block::whole(64);
    for port in 0..PORTS {
        let (input, output) = (block.lend(1.0), block.lend(f32::NAN));
        block.inputs[port].channels.push(Some(input));
        block.outputs[port].channels.push(Some(output));
    }
    process(&mut block);
    assert_fanned_out(&block, "three channels");
    assert!((0..PORTS).all(|port| silent(block.output(port, 2))));
}

pub fn a_mono_input_is_heard_on_both_sides(process: impl Fn(&mut Block)) {
    for port in 0..PORTS {
        let mut block = Block::whole(64);
        block.inputs[port].channels.truncate(1);
        process(&mut block);
        let others = sum(others(port), 1, 64).into_iter().enumerate();
        let expected: Vec<f32> = others.map(|(n, x)| x + signal(port, 0, n)).collect();
        assert_eq!(block.output(0, 0), sum(0..PORTS, 0, 64), "input {port}");
        assert_eq!(block.output(0, 1), expected, "input {port}");
    }
}

pub fn a_mono_output_carries_half_the_sum_of_both_sides(process: impl Fn(&mut Block)) {
    for port in 0..=BUSES {
        let mut block = Block::whole(64);
        block.outputs[port].channels.truncate(1);
        let mut shared = Block::whole(64);
        shared.outputs[port].channels[1] = shared.outputs[port].channels[0];
        let [left, right] = [0, 1].map(|side| sum(inputs_of(port), side, 64));
        let expected: Vec<f32> = left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect();
        for block in [&mut block, &mut shared] {
            process(block);
            assert_eq!(block.output(port, 0), expected, "output {port}");
        }
    }
}

pub fn every_input_may_lie_in_the_memory_of_every_output(process: impl Fn(&mut Block)) {
    for input in 0..PORTS {
        for output in 0..PORTS {
            let mut block = Block::whole(64);
            block.outputs[output].channels = block.inputs[input].channels.clone();
            process(&mut block);
            assert_fanned_out(&block, &format!("input {input} in output {output}"));
        }
    }
}

/// Lends every input's memory to the output `rotation` ports further on.
pub fn in_place(block: &mut Block, rotation: usize) {
    for input in 0..PORTS {
        let channels = block.inputs[input].channels.clone();
        block.outputs[(input + rotation) % PORTS].channels = channels;
    }
}

pub fn all_inputs_may_lie_in_outputs_at_once_in_any_rotation_and_with_sides_crossed(
    process: impl Fn(&mut Block),
) {
    for rotation in 0..PORTS {
        for crossed in [false, true] {
            let mut block = Block::whole(64);
            in_place(&mut block, rotation);
            if crossed {
                block.outputs.iter_mut().for_each(|port| port.channels.reverse());
            }
            process(&mut block);
            assert_fanned_out(&block, &format!("rotation {rotation}, crossed {crossed}"));
        }
    }
}

pub fn outputs_that_share_memory_get_the_first_ones_sound(process: impl Fn(&mut Block)) {
    let mut block = Block::whole(64);
    let shared = block.outputs[1].channels.clone();
    block.outputs[2..].iter_mut().for_each(|port| port.channels = shared.clone());
    process(&mut block);
    assert_eq!(block.output(0, 0), sum(0..PORTS, 0, 64));
    assert_eq!(block.output(1, 1), sum([0], 1, 64));
}

pub fn a_block_longer_than_announced_is_processed_whole_and_may_be_in_place(
    process: impl Fn(&mut Block),
) {
    let mut block = Block::whole(1000);
    in_place(&mut block, 3);
    process(&mut block);
    assert_fanned_out(&block, "long and in place");
}
