//! One block as a host lends it: ports whose channels may be missing, null, shared or 64-bit, and
//! events in any order.
//!
//! Not here: whom it is lent to, and checks of the sound.

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::*;
use clap_sys::process::clap_process;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::ptr::{null, null_mut};

/// How many stereo ports the plugin has in each direction.
pub const PORTS: usize = 16;

/// Where a port's channels lie: indices into a block's memory, `None` for a null pointer.
#[derive(Clone, Debug, Default)]
pub struct Port {
    pub channels: Vec<Option<usize>>,
    /// The array of channels itself is null.
    pub null: bool,
    /// The memory is lent as 64-bit samples.
    pub double: bool,
}

/// Samples beyond the block that nobody may touch.
const BEYOND: usize = 16;
const UNTOUCHED: f32 = 12345.0;

/// One block as the host lends it.
pub struct Block {
    pub frames: usize,
    memory: Vec<Vec<f64>>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    pub events: Events,
    pub masks: Vec<u64>,
    singles: BTreeSet<usize>,
}

fn buffers(ports: &[Port], pointers: &mut [Vec<*mut c_void>]) -> Vec<clap_audio_buffer> {
    let lent = |lent: bool, pointers: &mut Vec<*mut c_void>| -> *mut c_void {
        if lent { pointers.as_mut_ptr().cast() } else { null_mut() }
    };
    ports
        .iter()
        .zip(pointers)
        .map(|(port, pointers)| clap_audio_buffer {
            data32: lent(!port.null && !port.double, pointers).cast(),
            data64: lent(!port.null && port.double, pointers).cast(),
            channel_count: pointers.len() as u32,
            latency: 0,
            constant_mask: 0,
        })
        .collect()
}

/// A test signal whose sums are exact: small multiples of 1/1024, different in every channel.
pub fn signal(port: usize, side: usize, n: usize) -> f32 {
    ((n * 7 + port * 13 + side * 5 + 1) % 32) as f32 / 1024.0
}

impl Block {
    /// All sixteen stereo ports both ways, inputs filled with [`signal`], outputs with rubbish.
    pub fn whole(frames: usize) -> Block {
        let mut block = Block::empty(frames);
        for port in 0..PORTS {
            let channels = (0..2)
                .map(|side| {
                    let at = block.lend(7.0);
                    block.fill(at, |n| signal(port, side, n));
                    Some(at)
                })
                .collect();
            block.inputs.push(Port { channels, ..Port::default() });
        }
        for _ in 0..PORTS {
            let channels = (0..2).map(|_| Some(block.lend(f32::NAN))).collect();
            block.outputs.push(Port { channels, ..Port::default() });
        }
        block
    }

    /// As [`Block::whole`], with all memory in 64-bit samples.
    pub fn whole_in_doubles(frames: usize) -> Block {
        let mut block = Block::whole(frames);
        for port in 0..PORTS {
            block.inputs[port].double = true;
            block.outputs[port].double = true;
            for side in 0..2 {
                let input = block.lend_double(|n| f64::from(signal(port, side, n)));
                let output = block.lend_double(|_| f64::NAN);
                block.inputs[port].channels[side] = Some(input);
                block.outputs[port].channels[side] = Some(output);
            }
        }
        block
    }

    /// No ports at all.
    pub fn empty(frames: usize) -> Block {
        Block {
            frames,
            memory: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            events: Events::default(),
            masks: Vec::new(),
            singles: BTreeSet::new(),
        }
    }

    /// Another piece of memory for one channel, filled with a value; its index. It is aligned and
    /// long enough for 64-bit samples.
    pub fn lend(&mut self, value: f32) -> usize {
        self.memory.push(vec![0.0; self.frames + BEYOND]);
        let at = self.memory.len() - 1;
        self.singles.insert(at);
        self.samples_mut(at).fill(UNTOUCHED);
        self.fill(at, |_| value);
        at
    }

    /// As [`Block::lend`], for 64-bit samples.
    pub fn lend_double(&mut self, sample: impl Fn(usize) -> f64) -> usize {
        let frames = self.frames;
        let mut samples: Vec<f64> = (0..frames).map(sample).collect();
        samples.resize(frames + BEYOND, f64::from(UNTOUCHED));
        self.memory.push(samples);
        self.memory.len() - 1
    }

    fn samples_mut(&mut self, at: usize) -> &mut [f32] {
        let memory = &mut self.memory[at];
        unsafe { std::slice::from_raw_parts_mut(memory.as_mut_ptr().cast(), memory.len()) }
    }

    pub fn fill(&mut self, at: usize, sample: impl Fn(usize) -> f32) {
        let frames = self.frames;
        self.samples_mut(at)[..frames].iter_mut().enumerate().for_each(|(n, x)| *x = sample(n));
    }

    /// The samples of a piece of memory.
    pub fn samples(&self, at: usize) -> &[f32] {
        let memory = &self.memory[at];
        unsafe { std::slice::from_raw_parts(memory.as_ptr().cast(), self.frames) }
    }

    pub fn doubles(&self, at: usize) -> &[f64] {
        &self.memory[at][..self.frames]
    }

    /// One channel of an output port.
    pub fn output(&self, port: usize, side: usize) -> &[f32] {
        self.samples(self.outputs[port].channels[side].unwrap())
    }

    /// What an input port's channel holds now.
    pub fn input(&self, port: usize, side: usize) -> &[f32] {
        self.samples(self.inputs[port].channels[side].unwrap())
    }

    /// The channel pointers of the inputs and of the outputs.
    pub fn pointers(&mut self) -> (Vec<Vec<*mut c_void>>, Vec<Vec<*mut c_void>>) {
        let memory = &mut self.memory;
        let mut of = |ports: &[Port]| -> Vec<Vec<*mut c_void>> {
            let mut at = |channel: &Option<usize>| match channel {
                Some(index) => memory[*index].as_mut_ptr().cast(),
                None => null_mut(),
            };
            ports.iter().map(|port| port.channels.iter().map(&mut at).collect()).collect()
        };
        (of(&self.inputs), of(&self.outputs))
    }

    /// Calls `process` with everything prepared, and afterwards checks that it kept to the block.
    pub fn lend_to<R>(&mut self, process: impl FnOnce(&clap_process) -> R) -> R {
        let (mut input_pointers, mut output_pointers) = self.pointers();
        let inputs = buffers(&self.inputs, &mut input_pointers);
        let mut outputs = buffers(&self.outputs, &mut output_pointers);
        let list = self.events.list();
        let result = process(&clap_process {
            steady_time: -1,
            frames_count: self.frames as u32,
            transport: null(),
            audio_inputs: if inputs.is_empty() { null() } else { inputs.as_ptr() },
            audio_outputs: if outputs.is_empty() { null_mut() } else { outputs.as_mut_ptr() },
            audio_inputs_count: inputs.len() as u32,
            audio_outputs_count: outputs.len() as u32,
            in_events: if self.events.absent { null() } else { &list },
            out_events: null(),
        });
        self.masks = outputs.iter().map(|buffer| buffer.constant_mask).collect();
        self.assert_nothing_beyond_the_block_was_written();
        result
    }

    pub fn assert_nothing_beyond_the_block_was_written(&self) {
        for (at, memory) in self.memory.iter().enumerate() {
            if self.singles.contains(&at) {
                let all: &[f32] =
                    unsafe { std::slice::from_raw_parts(memory.as_ptr().cast(), memory.len()) };
                assert!(all[self.frames..].iter().all(|x| *x == UNTOUCHED), "memory {at}");
            } else {
                let beyond = &memory[self.frames..];
                assert!(beyond.iter().all(|x| *x == f64::from(UNTOUCHED)), "memory {at}");
            }
        }
    }
}

/// Events in the order the host sends them, `None` for a null pointer.
#[derive(Default)]
pub struct Events {
    pub events: Vec<Option<Box<clap_event_param_value>>>,
    /// The list itself is null.
    pub absent: bool,
}

impl Events {
    pub fn set(mut self, time: u32, id: u32, value: f64) -> Events {
        self.push(time, id, value);
        self
    }

    pub fn push(&mut self, time: u32, id: u32, value: f64) {
        self.events.push(Some(Box::new(param_event(time, id, value))));
    }

    pub fn list(&self) -> clap_input_events {
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            unsafe { (*(*list).ctx.cast::<Events>()).events.len() as u32 }
        }
        unsafe extern "C" fn get(
            list: *const clap_input_events,
            index: u32,
        ) -> *const clap_event_header {
            let events = unsafe { &(*(*list).ctx.cast::<Events>()).events };
            match events.get(index as usize) {
                Some(Some(event)) => &event.header,
                _ => null(),
            }
        }
        clap_input_events {
            ctx: (&raw const *self).cast_mut().cast(),
            size: Some(size),
            get: Some(get),
        }
    }
}

pub fn param_event(time: u32, id: u32, value: f64) -> clap_event_param_value {
    clap_event_param_value {
        header: clap_event_header {
            size: size_of::<clap_event_param_value>() as u32,
            time,
            space_id: CLAP_CORE_EVENT_SPACE_ID,
            type_: CLAP_EVENT_PARAM_VALUE,
            flags: 0,
        },
        param_id: id,
        cookie: null_mut(),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value,
    }
}
