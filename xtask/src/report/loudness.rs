//! How loud a stereo signal is: its peak, its mean power and its loudness as broadcasters measure it.

use anyhow::{Context, Result};
use ebur128::{EbuR128, Mode};
use switchyard::units::gain_to_db;

/// An output carries sound when its peak is above this, in dB relative to full scale.
pub const SILENCE_DB: f32 = -120.0;

/// The level of one output while it runs.
#[derive(Default)]
pub struct Loudness {
    peak: f32,
    power: f64,
    samples: u64,
    non_finite: u64,
    /// Made with the first sound, so that silent outputs cost nothing.
    meter: Option<EbuR128>,
}

impl Loudness {
    /// Takes in more frames, both sides equally long, of `rate` a second (the same each time).
    ///
    /// # Errors
    /// When the rate is none the meter can work at.
    pub fn add(&mut self, sides: [&[f32]; 2], rate: u32) -> Result<()> {
        let mut all_finite = true;
        for sample in sides.into_iter().flatten() {
            if sample.is_finite() {
                self.peak = self.peak.max(sample.abs());
                self.power += f64::from(*sample) * f64::from(*sample);
            } else {
                self.non_finite += 1;
                all_finite = false;
            }
        }
        self.samples += 2 * sides[0].len() as u64;
        if self.meter.is_none() && self.peak > 0.0 {
            let meter = EbuR128::new(2, rate, Mode::I);
            self.meter = Some(meter.context("loudness cannot be measured at this sample rate")?);
        }
        // A sample that is no number would be in all the meter says from then on.
        if let Some(meter) = self.meter.as_mut().filter(|_| all_finite) {
            meter.add_frames_planar_f32(&sides)?;
        }
        Ok(())
    }

    /// The highest sample in dB, −∞ for silence.
    pub fn peak_db(&self) -> f32 {
        gain_to_db(self.peak)
    }

    /// The mean power in dB, −∞ for silence.
    pub fn rms_db(&self) -> f32 {
        let mean = if self.samples == 0 { 0.0 } else { self.power / self.samples as f64 };
        gain_to_db(mean.sqrt() as f32)
    }

    /// The loudness of the whole in LUFS (EBU R 128); `None` when it is too short or too quiet.
    pub fn lufs(&self) -> Option<f32> {
        let global = self.meter.as_ref()?.loudness_global().ok()?;
        global.is_finite().then_some(global as f32)
    }

    /// How many samples were no finite numbers.
    pub fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Whether there is anything to hear, or anything wrong.
    pub fn carries_sound(&self) -> bool {
        self.peak_db() > SILENCE_DB || self.non_finite > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frames: usize, gain: f64) -> Vec<f32> {
        let sample = |frame: usize| {
            let phase = frame as f64 / 48.0 * std::f64::consts::TAU;
            (gain * phase.sin()) as f32
        };
        (0..frames).map(sample).collect()
    }

    #[test]
    fn a_full_scale_sine_has_a_peak_of_zero_and_a_power_of_minus_three_decibels() {
        let mut loudness = Loudness::default();
        let sine = sine(48_000, 1.0);
        loudness.add([&sine, &sine], 48_000).unwrap();
        assert!(loudness.peak_db().abs() < 0.01);
        assert!((loudness.rms_db() + 3.01).abs() < 0.01);
        assert!(loudness.carries_sound());
    }

    #[test]
    fn the_recommendations_own_calibration_tone_reads_as_it_says() {
        // EBU Tech 3341, case 1: a stereo sine of 1 kHz at −23 dBFS reads −23.0 ± 0.1 LUFS.
        let mut loudness = Loudness::default();
        let tone = sine(5 * 48_000, 10_f64.powf(-23.0 / 20.0));
        loudness.add([&tone, &tone], 48_000).unwrap();
        assert!((loudness.lufs().unwrap() + 23.0).abs() < 0.1, "{:?}", loudness.lufs());
    }

    #[test]
    fn silence_and_what_nobody_hears_is_not_sound_but_a_bad_sample_is_reported() {
        let mut loudness = Loudness::default();
        assert!(!loudness.carries_sound());
        loudness.add([&[0.0, 9e-7], &[-9e-7, 0.0]], 48_000).unwrap();
        assert!(!loudness.carries_sound());
        assert_eq!(loudness.lufs(), None);
        loudness.add([&[f32::NAN], &[0.5]], 48_000).unwrap();
        assert!(loudness.carries_sound());
        assert_eq!(loudness.non_finite(), 1);
        assert!(loudness.rms_db().is_finite());
    }
}
