//! The spectrum of what the engine's scope holds: windowed, transformed, in parts of equal width on a
//! scale of octaves.
//!
//! Not here: drawing. The editor's thread, only while the chain view is open.

use crate::engine::scope::{LENGTH, Scope};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// How many parts the picture has, from 20 Hz to 20 kHz.
const PARTS: usize = 160;
/// How fast it falls, in dB a second.
const FALL: f32 = 36.0;
/// The quietest level there is, in dBFS.
const FLOOR: f32 = -120.0;

/// A transform and the levels as they were last shown.
pub struct Spectrum {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    shown: Vec<f32>,
}

impl Default for Spectrum {
    fn default() -> Self {
        let transform = RealFftPlanner::<f32>::new().plan_fft_forward(LENGTH);
        let angle = |n: usize| std::f32::consts::TAU * n as f32 / LENGTH as f32;
        Spectrum {
            window: (0..LENGTH).map(|n| 0.5 - 0.5 * angle(n).cos()).collect(),
            input: transform.make_input_vec(),
            bins: transform.make_output_vec(),
            shown: vec![FLOOR; PARTS],
            transform,
        }
    }
}

impl Spectrum {
    /// The levels in dBFS of a sine, `seconds` after the last ones.
    pub fn advance(&mut self, scope: &Scope, sample_rate: f64, seconds: f32) -> Vec<f32> {
        let mut samples = [0.0; LENGTH];
        scope.read(&mut samples);
        for ((input, sample), window) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *input = sample * window;
        }
        if self.transform.process(&mut self.input, &mut self.bins).is_err() {
            return Vec::new();
        }
        let per_bin = sample_rate as f32 / LENGTH as f32;
        let edge = |part: usize| 20.0 * 1000f32.powf(part as f32 / PARTS as f32) / per_bin;
        for part in 0..PARTS {
            let first = edge(part).floor() as usize;
            let last = (edge(part + 1).ceil() as usize).max(first + 1).min(self.bins.len());
            let bins = self.bins.get(first..last).unwrap_or(&[]);
            let most = bins.iter().map(|bin| bin.norm_sqr()).fold(0.0, f32::max);
            // A sine of full scale gives a quarter of the length through a Hann window.
            let level = 10.0 * (most + 1e-20).log10() - 20.0 * (LENGTH as f32 / 4.0).log10();
            let fallen = self.shown[part] - FALL * seconds;
            self.shown[part] = level.max(fallen).max(FLOOR);
        }
        self.shown.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_of_full_scale_stands_at_0_dbfs_at_its_frequency_and_then_falls() {
        let scope = Scope::default();
        scope.look_at(Some(0));
        // In the middle of a bin.
        let hertz = 48_000.0 / LENGTH as f32 * 85.0;
        for block in 0..LENGTH / 64 {
            let side = std::array::from_fn(|n| {
                let at = (block * 64 + n) as f32 / 48_000.0;
                (std::f32::consts::TAU * hertz * at).sin()
            });
            let sound = [side, side];
            scope.write(0, &sound, 64);
        }
        let mut spectrum = Spectrum::default();
        let levels = spectrum.advance(&scope, 48_000.0, 0.03);
        let part = (PARTS as f32 * (hertz / 20.0).ln() / 1000f32.ln()) as usize;
        assert!(levels[part].abs() < 0.5, "{} dBFS", levels[part]);
        assert!(levels[part / 2] < -60.0 && levels[PARTS - 1] < -60.0);
        scope.look_at(None);
        let later = spectrum.advance(&scope, 48_000.0, 0.5);
        assert!((later[part] - levels[part] + FALL * 0.5).abs() < 0.1, "{}", later[part]);
    }
}
