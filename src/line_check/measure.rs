//! What did arrive: the delay at which a strip's two sequences explain most of what was heard, and
//! the gains that do it.
//!
//! Not here: what should have arrived. Main thread; transforms.
//!
//! For every delay `d` the gains are the least squares fit of `left(n − d)` and `right(n − d)`, so
//! that what little the two sequences have in common spoils nothing. A transform gives the
//! correlations at all delays at once, and the best of them is then summed in double precision.

use super::Matrix;
use crate::engine::probe::Burst;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Quieter than this, relative to the signal (linear, −80 dB), nothing is looked for.
const NOTHING: f64 = 1e-4;

/// What of a strip's signal arrived at one output port.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Arrival {
    /// What became of left and right.
    pub gains: Matrix,
    /// How late each side came, in samples; `None` where nothing came.
    pub delays: [Option<u32>; 2],
    /// How loud the rest is that the signal does not explain, relative to the signal, linear.
    pub rest: f64,
}

impl Arrival {
    /// How late the louder side came, in samples.
    pub fn delay(&self) -> Option<u32> {
        let [left, right] = self.gains.map(|row| row[0] * row[0] + row[1] * row[1]);
        let [first, second] = if right > left { [1, 0] } else { [0, 1] };
        self.delays[first].or(self.delays[second])
    }
}

/// Transforms for bursts of one length, and one burst's sequences as they need them.
pub struct Ear {
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    length: usize,
}

/// One burst's sequences: their spectra and what they have in common.
struct Sequences<'a> {
    signal: &'a [Vec<f32>; 2],
    spectra: [Vec<Complex<f32>>; 2],
    /// Energies of left and right, and what they share.
    energy: [f64; 2],
    shared: f64,
}

impl Ear {
    /// For signals of `signal` samples in windows of `window`.
    pub fn new(signal: usize, window: usize) -> Ear {
        let length = (signal + window).next_power_of_two();
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, back) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        Ear { forward, back, length }
    }

    /// Whether it is made for windows of this length behind signals of that.
    pub fn fits(&self, signal: usize, window: usize) -> bool {
        self.length >= signal + window
    }

    /// What arrived at an output port.
    pub fn hear<const PORTS: usize>(&self, burst: &Burst) -> [Arrival; PORTS] {
        let sequences = self.sequences(burst.signal());
        std::array::from_fn(|port| {
            let mut arrival = Arrival::default();
            let mut rest: f64 = 0.0;
            for side in 0..2 {
                let (gains, delay, left) = self.side(&sequences, burst.heard(port, side));
                arrival.gains[side] = gains;
                arrival.delays[side] = delay;
                rest = rest.max(left);
            }
            Arrival { rest, ..arrival }
        })
    }

    fn sequences<'a>(&self, signal: &'a [Vec<f32>; 2]) -> Sequences<'a> {
        let [left, right] = signal;
        Sequences {
            signal,
            spectra: [self.spectrum(left), self.spectrum(right)],
            energy: [product(left, left), product(right, right)],
            shared: product(left, right),
        }
    }

    fn spectrum(&self, samples: &[f32]) -> Vec<Complex<f32>> {
        let mut padded = vec![0.0; self.length];
        padded[..samples.len()].copy_from_slice(samples);
        let mut bins = self.forward.make_output_vec();
        // Lengths are the transform's own, so it cannot refuse.
        let _ = self.forward.process(&mut padded, &mut bins);
        bins
    }

    /// Gains, delay, and the rest, of one side of one port.
    fn side(&self, sequences: &Sequences<'_>, heard: &[f32]) -> ([f64; 2], Option<u32>, f64) {
        let energy = product(heard, heard);
        let scale = (sequences.energy[0] + sequences.energy[1]) / 2.0;
        if energy <= scale * NOTHING * NOTHING {
            return ([0.0; 2], None, 0.0);
        }
        let spectrum = self.spectrum(heard);
        let correlations = [0, 1].map(|of| self.correlate(&spectrum, &sequences.spectra[of]));
        // Later than this the window does not hold all of the signal.
        let latest = heard.len() - sequences.signal[0].len();
        let fit = |c: [f64; 2]| sequences.explains(c);
        let at = |d: &usize| fit([0, 1].map(|of| f64::from(correlations[of][*d])));
        let best = (0..=latest).max_by(|a, b| at(a).total_cmp(&at(b))).unwrap_or(0);
        let exact = [0, 1].map(|of| product(&heard[best..], &sequences.signal[of]));
        let gains = sequences.gains(exact);
        let rest = ((energy - fit(exact)).max(0.0) / scale).sqrt();
        if gains.iter().all(|gain| gain.abs() < NOTHING) {
            return ([0.0; 2], None, rest);
        }
        (gains, Some(best as u32), rest)
    }

    /// What was heard times a sequence, at every delay.
    fn correlate(&self, heard: &[Complex<f32>], sequence: &[Complex<f32>]) -> Vec<f32> {
        let mut bins: Vec<_> = heard.iter().zip(sequence).map(|(a, b)| a * b.conj()).collect();
        // These two are real; rounding must not say otherwise.
        let last = bins.len() - 1;
        bins[0].im = 0.0;
        bins[last].im = 0.0;
        let mut correlation = self.back.make_output_vec();
        let _ = self.back.process(&mut bins, &mut correlation);
        let scale = 1.0 / self.length as f32;
        correlation.iter_mut().for_each(|x| *x *= scale);
        correlation
    }
}

impl Sequences<'_> {
    /// The gains that fit these correlations best.
    fn gains(&self, c: [f64; 2]) -> [f64; 2] {
        let [left, right] = self.energy;
        let determinant = left * right - self.shared * self.shared;
        [
            (right * c[0] - self.shared * c[1]) / determinant,
            (left * c[1] - self.shared * c[0]) / determinant,
        ]
    }

    /// The energy they explain.
    fn explains(&self, c: [f64; 2]) -> f64 {
        let [left, right] = self.gains(c);
        left * c[0] + right * c[1]
    }
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}
