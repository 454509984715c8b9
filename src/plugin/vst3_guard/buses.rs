//! One block's audio buses as clap-wrapper needs them: as many as it has, two channels each.
//!
//! Not here: samples. Missing channels stay null and one-channel buses name their channel twice;
//! the CLAP guard makes sound of that. Lives on the stack of one call on the audio thread.

use crate::routing::{INPUT_PORTS, OUTPUT_PORTS};
use vst3::Steinberg::Vst::{AudioBusBuffers, AudioBusBuffers__type0, ProcessData};

/// The most buses any of our plugins has in one direction.
const MOST: usize = if INPUT_PORTS > OUTPUT_PORTS { INPUT_PORTS } else { OUTPUT_PORTS };

/// The two channels of each bus.
struct Channels([[*mut f32; 2]; MOST]);

/// # Safety
/// A bus with channels has an array of as many pointers, or null.
unsafe fn channel(bus: &AudioBusBuffers, index: usize) -> *mut f32 {
    // SAFETY: 32-bit samples are the only kind that gets here, and the rest is the caller's.
    unsafe {
        let channels = bus.__field0.channelBuffers32;
        if channels.is_null() || index >= bus.numChannels.max(0) as usize {
            return std::ptr::null_mut();
        }
        *channels.add(index)
    }
}

impl Channels {
    /// # Safety
    /// As for [`channel`], of every bus.
    unsafe fn of(given: &[AudioBusBuffers]) -> Channels {
        let mut channels = Channels([[std::ptr::null_mut(); 2]; MOST]);
        for (place, bus) in channels.0.iter_mut().zip(given) {
            let second = if bus.numChannels == 1 { 0 } else { 1 };
            // SAFETY: the caller's.
            *place = unsafe { [channel(bus, 0), channel(bus, second)] };
        }
        channels
    }

    fn buses(&mut self) -> [AudioBusBuffers; MOST] {
        self.0.each_mut().map(|channels| AudioBusBuffers {
            numChannels: 2,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: channels.as_mut_ptr() },
        })
    }
}

/// # Safety
/// `first` is null or points to `count` buses.
unsafe fn given<'a>(first: *mut AudioBusBuffers, count: i32) -> &'a mut [AudioBusBuffers] {
    if first.is_null() || count <= 0 {
        return &mut [];
    }
    // SAFETY: the caller's.
    unsafe { std::slice::from_raw_parts_mut(first, count as usize) }
}

/// Runs `process` on what the host gave, put right, then clears the host's spare outputs and says
/// which of its outputs are silent. [audio-thread]
///
/// # Safety
/// `data` is what a host passes to `process`, with 32-bit samples, and `process` follows only what
/// it is given.
pub unsafe fn put_right<R>(data: &ProcessData, process: impl FnOnce(&mut ProcessData) -> R) -> R {
    // SAFETY: the caller's.
    let (inputs, outputs) =
        unsafe { (given(data.inputs, data.numInputs), given(data.outputs, data.numOutputs)) };
    let (mut input_channels, mut output_channels) =
        unsafe { (Channels::of(inputs), Channels::of(outputs)) };
    let (mut input_buses, mut output_buses) = (input_channels.buses(), output_channels.buses());
    let mut right = ProcessData {
        numSamples: data.numSamples.max(0),
        numInputs: INPUT_PORTS as i32,
        numOutputs: OUTPUT_PORTS as i32,
        inputs: input_buses.as_mut_ptr(),
        outputs: output_buses.as_mut_ptr(),
        ..*data
    };
    let result = process(&mut right);
    let frames = data.numSamples.max(0) as usize;
    let sounding = &output_channels.0[..OUTPUT_PORTS];
    for (port, bus) in outputs.iter_mut().enumerate() {
        bus.silenceFlags = 0;
        let first = if port < OUTPUT_PORTS { 2 } else { 0 };
        for index in first..bus.numChannels.max(0) as usize {
            // SAFETY: the host lends `frames` samples behind each pointer.
            unsafe {
                let spare = channel(bus, index);
                if !spare.is_null() && !sounding.as_flattened().contains(&spare) {
                    spare.write_bytes(0, frames);
                    bus.silenceFlags |= 1u64.checked_shl(index as u32).unwrap_or(0);
                }
            }
        }
    }
    result
}
