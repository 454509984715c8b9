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

#[cfg(test)]
mod bench;
pub mod compressor;
pub mod convolution;
pub mod delay;
pub mod equalizer;
pub mod gate;
pub mod impulse;
pub mod limiter;
pub mod reverb;
pub mod saturator;
#[cfg(test)]
pub mod trial;
pub mod utility;

/// How a setting's range is spread over a knob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taper {
    /// Evenly.
    Linear,
    /// Evenly in octaves; the range is above 0.
    Logarithmic,
    /// On (1) or off (0).
    Toggle,
    /// One of a list, by index.
    Choice(&'static [&'static str]),
}

/// One line of an effect's table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The name saved states know it by, never changed.
    pub id: &'static str,
    /// The name users see, unique within the effect.
    pub name: &'static str,
    /// What follows the number: "dB", "Hz", "ms", "%", ":1" or nothing.
    pub unit: &'static str,
    /// Lowest plain value, in `unit`.
    pub min: f32,
    /// Highest plain value, in `unit`.
    pub max: f32,
    /// The plain value of a new effect.
    pub default: f32,
    /// How the range is spread.
    pub taper: Taper,
    /// Whether a change may change the latency or needs long computing, so that the effect is built
    /// anew off the audio thread instead of being told.
    pub rebuilds: bool,
}

impl Setting {
    /// A continuous setting.
    pub const fn new(
        id: &'static str,
        name: &'static str,
        unit: &'static str,
        range: [f32; 2],
        default: f32,
        taper: Taper,
    ) -> Setting {
        Setting { id, name, unit, min: range[0], max: range[1], default, taper, rebuilds: false }
    }

    /// An on/off setting.
    pub const fn toggle(id: &'static str, name: &'static str, on: bool) -> Setting {
        let default = if on { 1.0 } else { 0.0 };
        Setting::new(id, name, "", [0.0, 1.0], default, Taper::Toggle)
    }

    /// A choice from a list.
    pub const fn choice(
        id: &'static str,
        name: &'static str,
        names: &'static [&'static str],
        default: usize,
    ) -> Setting {
        let range = [0.0, (names.len() - 1) as f32];
        Setting::new(id, name, "", range, default as f32, Taper::Choice(names))
    }

    /// The same setting, marked as one that needs the effect built anew.
    pub const fn rebuilding(self) -> Setting {
        Setting { rebuilds: true, ..self }
    }

    /// `plain` held to the range, rounded where it is stepped; NaN becomes the default.
    pub fn clamp(&self, plain: f32) -> f32 {
        let held = if plain.is_nan() { self.default } else { plain.clamp(self.min, self.max) };
        match self.taper {
            Taper::Toggle | Taper::Choice(_) => held.round(),
            Taper::Linear | Taper::Logarithmic => held,
        }
    }
}

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
