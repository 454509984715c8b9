//! The effects of the insert chains: one file each, with its table of settings, its audio side and
//! its tests.
//!
//! Not here: strips, buses, the graph, how chains are put together (`crate::engine`). An effect is
//! built on the main thread, where it may allocate; [`Effect`]'s methods run on the audio thread and
//! neither allocate, lock nor wait.
//!
//! **Architecture invariants**: every setting glides, nothing clicks. Coefficients and detectors tick
//! on the absolute sample counter, so output does not depend on how blocks are cut. A slice is at
//! most [`crate::dsp::SLICE`] frames and never crosses a multiple of it.

pub mod compressor;
pub mod convolution;
pub mod delay;
pub mod dynamics;
pub mod equalizer;
pub mod gate;
pub mod impulse;
pub mod kind;
pub mod limiter;
pub mod reverb;
pub mod saturator;
pub mod setting;
pub mod spec;
#[cfg(test)]
pub mod trial;
pub mod utility;

pub use kind::Kind;
pub use setting::{Setting, Taper};
pub use spec::EffectSpec;

/// What an effect may know about the moment it processes.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The absolute sample number of the slice's first frame.
    pub now: u64,
    /// The key signal, left and right, as long as the slice; `None` if the slot has no key.
    pub key: Option<[&'a [f32]; 2]>,
    /// The host's tempo in quarter notes a minute, if it has one.
    pub tempo: Option<f64>,
}

/// The audio side of an effect.
pub trait Effect: Send {
    /// Processes a stereo slice in place; both sides are equally long, at most
    /// [`crate::dsp::SLICE`] frames, and do not cross a multiple of it.
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context);

    /// Aims the setting at `index` of the table at a plain value, from the sample `now` on. With
    /// `length` 0 it is there at once, otherwise it glides for `length` samples.
    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32);

    /// Forgets all sound; settings arrive at their targets.
    fn reset(&mut self);

    /// Samples from input to output; constant for the life of the object.
    fn latency(&self) -> u32 {
        0
    }

    /// How many samples it may sound on after its input fell silent; `u32::MAX` if for ever.
    fn tail(&self) -> u32 {
        0
    }

    /// By how many dB it turned down at the end of the last slice, 0 or more, for the meter.
    fn reduction_db(&self) -> f32 {
        0.0
    }
}
