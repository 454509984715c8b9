//! Signal arithmetic on plain slices: ramps, delay lines, mixing kernels.
//!
//! Not here: strips, buses, ids, the graph. Everything except constructors runs on the audio thread
//! and neither allocates nor waits.
//!
//! **Architecture invariant**: what comes out at a sample depends on that sample's absolute number
//! and the values, never on how time was cut into blocks.

pub mod biquad;
pub mod convolution;
pub mod curves;
pub mod decibels;
pub mod delay;
pub mod glide;
pub mod key;
pub mod line;
pub mod loudness;
pub mod mix;
pub mod one_pole;
pub mod oversampling;
pub mod peak_hold;
pub mod ramp;
pub mod section;
pub mod tick;
pub mod true_peak;

/// The most frames anything is asked to process at once. Slices never cross a multiple of it on
/// the absolute sample counter.
pub const SLICE: usize = 64;

/// A stereo slice, of which the first `frames` samples are in use.
pub type Stereo = [[f32; SLICE]; 2];

/// A silent stereo slice.
pub const SILENCE: Stereo = [[0.0; SLICE]; 2];

/// Runs `work` with the processor reading and writing subnormal numbers as 0, and puts its mode back
/// afterwards. [audio-thread]
pub fn flushing_to_zero<R>(work: impl FnOnce() -> R) -> R {
    // SAFETY: the mode is restored before this returns, also on unwinding, and nothing we run
    // depends on subnormal results: inputs are cleared of them first.
    unsafe { no_denormals::no_denormals(work) }
}
