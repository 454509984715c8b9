//! The list of effects: each kind's id, name, table, and how one is built.
//!
//! Not here: what an effect does (its own file) and what a session says of one ([`super::spec`]).
//! [`Kind::build`] allocates: main thread or a thread of its own, never the audio thread.

use super::impulse::Impulse;
use super::{
    Effect, Setting, compressor, convolution, delay, equalizer, gate, limiter, reverb, saturator,
    utility,
};

/// A kind of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Gain, width, balance, mono, polarity, alignment.
    Utility,
    /// Cuts, shelves and bells.
    Equalizer,
    /// Turns down what is below the threshold.
    Gate,
    /// Turns down what is above the threshold.
    Compressor,
    /// Bends the waveform.
    Saturator,
    /// Keeps the true peak below its ceiling.
    Limiter,
    /// Echoes.
    Delay,
    /// An algorithmic room.
    Reverb,
    /// A measured room, plate or speaker.
    Convolution,
}

impl Kind {
    /// Every kind, in the order menus show them.
    pub const ALL: [Kind; 9] = [
        Kind::Utility,
        Kind::Equalizer,
        Kind::Gate,
        Kind::Compressor,
        Kind::Saturator,
        Kind::Limiter,
        Kind::Delay,
        Kind::Reverb,
        Kind::Convolution,
    ];

    /// The name saved states know it by, never changed.
    pub fn id(self) -> &'static str {
        match self {
            Kind::Utility => "utility",
            Kind::Equalizer => "equalizer",
            Kind::Gate => "gate",
            Kind::Compressor => "compressor",
            Kind::Saturator => "saturator",
            Kind::Limiter => "limiter",
            Kind::Delay => "delay",
            Kind::Reverb => "reverb",
            Kind::Convolution => "convolution",
        }
    }

    /// The name users see.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Utility => "Utility",
            Kind::Equalizer => "Equalizer",
            Kind::Gate => "Gate",
            Kind::Compressor => "Compressor",
            Kind::Saturator => "Saturator",
            Kind::Limiter => "Limiter",
            Kind::Delay => "Delay",
            Kind::Reverb => "Reverb",
            Kind::Convolution => "Convolution",
        }
    }

    /// The kind with this id.
    pub fn from_id(id: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The kind with this name, in any case.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// The table of settings.
    pub fn settings(self) -> &'static [Setting] {
        match self {
            Kind::Utility => utility::SETTINGS,
            Kind::Equalizer => equalizer::SETTINGS,
            Kind::Gate => gate::SETTINGS,
            Kind::Compressor => compressor::SETTINGS,
            Kind::Saturator => saturator::SETTINGS,
            Kind::Limiter => limiter::SETTINGS,
            Kind::Delay => delay::SETTINGS,
            Kind::Reverb => reverb::SETTINGS,
            Kind::Convolution => convolution::SETTINGS,
        }
    }

    /// Whether it listens to a key.
    pub fn has_key(self) -> bool {
        matches!(self, Kind::Gate | Kind::Compressor)
    }

    /// Whether it sounds through an impulse response.
    pub fn has_impulse(self) -> bool {
        self == Kind::Convolution
    }

    /// Makes one with these plain values, one a setting. A convolution without a response passes
    /// its input on.
    pub fn build(
        self,
        values: &[f32],
        sample_rate: f64,
        impulse: Option<&Impulse>,
    ) -> Box<dyn Effect> {
        match self {
            Kind::Utility => Box::new(utility::Utility::new(values, sample_rate)),
            Kind::Equalizer => Box::new(equalizer::Equalizer::new(values, sample_rate)),
            Kind::Gate => Box::new(gate::Gate::new(values, sample_rate)),
            Kind::Compressor => Box::new(compressor::Compressor::new(values, sample_rate)),
            Kind::Saturator => Box::new(saturator::Saturator::new(values, sample_rate)),
            Kind::Limiter => Box::new(limiter::Limiter::new(values, sample_rate)),
            Kind::Delay => Box::new(delay::Delay::new(values, sample_rate)),
            Kind::Reverb => Box::new(reverb::Reverb::new(values, sample_rate)),
            Kind::Convolution => {
                Box::new(convolution::Convolution::new(values, sample_rate, impulse))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_and_names_tell_kinds_and_settings_apart() {
        let mut ids = HashSet::new();
        for kind in Kind::ALL {
            assert!(ids.insert(kind.id()));
            assert_eq!(Kind::from_id(kind.id()), Some(kind));
            assert_eq!(Kind::from_name(&kind.name().to_uppercase()), Some(kind));
            let mut inner = HashSet::new();
            for setting in kind.settings() {
                assert!(inner.insert(setting.id) && inner.insert(setting.name), "{}", setting.name);
            }
        }
    }

    #[test]
    fn every_kind_runs_with_values_that_mean_nothing_to_it() {
        use crate::dsp::SLICE;
        use crate::effects::Context;
        for kind in Kind::ALL {
            let values = vec![f32::NAN; kind.settings().len()];
            let mut effect = kind.build(&values, 48_000.0, None);
            for slice in 0..20 {
                let (mut left, mut right) = ([0.5; SLICE], [-0.5; SLICE]);
                let context = Context { now: slice * SLICE as u64, key: None, tempo: None };
                effect.process([&mut left, &mut right], &context);
                assert!(left.iter().chain(&right).all(|x| x.is_finite()), "{}", kind.name());
            }
        }
    }
}
