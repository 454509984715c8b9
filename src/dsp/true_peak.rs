//! How high a signal rises between its samples.
//!
//! Not here: what is done about it (the limiter, the meters). Audio thread, but for the constructor.
//!
//! ITU-R BS.1770-4, annex 2: interpolation by a polyphase FIR filter of 48 taps to four times the
//! rate, or twice from 96 kHz on. The filter is the sinc function under Hann's window.

use super::SLICE;

/// Taps of all phases together.
const TAPS: usize = 48;

/// One channel's detector.
pub struct TruePeak {
    /// Taps of each phase between two samples, oldest sample first.
    phases: Vec<Vec<f32>>,
    /// The last samples and the slice at hand.
    line: Vec<f32>,
    past: usize,
}

impl TruePeak {
    /// For a sample rate in Hz. [main-thread]
    pub fn new(sample_rate: f64) -> TruePeak {
        let factor = if sample_rate < 96_000.0 { 4 } else { 2 };
        let count = TAPS / factor;
        let half = (count / 2) as f64;
        let tap = |phase: usize, k: usize| {
            // From the point between two samples to the sample, in samples.
            let d = phase as f64 / factor as f64 - (k as f64 - (half - 1.0));
            let angle = std::f64::consts::PI * d;
            let window = 0.5 + 0.5 * (angle / half).cos();
            (window * angle.sin() / angle) as f32
        };
        let phase = |phase| (0..count).map(|k| tap(phase, k)).collect();
        let past = count - 1;
        TruePeak { phases: (1..factor).map(phase).collect(), line: vec![0.0; past + SLICE], past }
    }

    /// By how many samples the answer is late.
    pub fn delay(&self) -> usize {
        self.past.div_ceil(2)
    }

    /// For each input the largest magnitude from the sample [`TruePeak::delay`] earlier (included)
    /// to the one after it (not included).
    pub fn run(&mut self, input: &[f32], peaks: &mut [f32]) {
        const LANES: usize = 16;
        let frames = input.len();
        self.line[self.past..self.past + frames].copy_from_slice(input);
        let centre = self.past - self.delay();
        let peaks = &mut peaks[..frames];
        for (peak, x) in peaks.iter_mut().zip(&self.line[centre..]) {
            *peak = x.abs();
        }
        let (pieces, rest) = peaks.as_chunks_mut::<LANES>();
        let first = pieces.len() * LANES;
        for taps in &self.phases {
            for (piece, peaks) in pieces.iter_mut().enumerate() {
                let mut sums = [0.0f32; LANES];
                for (samples, tap) in self.line[piece * LANES..].windows(LANES).zip(taps) {
                    for lane in 0..LANES {
                        sums[lane] += tap * samples[lane];
                    }
                }
                for (peak, sum) in peaks.iter_mut().zip(sums) {
                    *peak = peak.max(sum.abs());
                }
            }
            for (at, peak) in rest.iter_mut().enumerate() {
                let mut sum = 0.0f32;
                for (x, tap) in self.line[first + at..].iter().zip(taps) {
                    sum += tap * x;
                }
                *peak = peak.max(sum.abs());
            }
        }
        self.line.copy_within(frames..frames + self.past, 0);
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.line.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_sampled_beside_its_crests_shows_its_crests() {
        for rate in [44_100.0, 48_000.0, 96_000.0] {
            let mut detector = TruePeak::new(rate);
            // A quarter of the rate, sampled 45° beside every crest: samples reach 0.707 only.
            let wave = |n: usize| ((n as f32 + 0.5) * std::f32::consts::FRAC_PI_2).sin();
            let signal: Vec<f32> = (0..SLICE).map(wave).collect();
            let mut peaks = [0.0; SLICE];
            detector.run(&signal, &mut peaks);
            detector.run(&signal, &mut peaks);
            let top = peaks.iter().fold(0.0, |top: f32, x| top.max(*x));
            assert!((top - 1.0).abs() < 0.01, "{top} at {rate}");
        }
    }

    #[test]
    fn the_answer_comes_at_the_delay() {
        let mut detector = TruePeak::new(48_000.0);
        let mut signal = [0.0; SLICE];
        signal[20] = 1.0;
        let mut peaks = [0.0; SLICE];
        detector.run(&signal, &mut peaks);
        assert_eq!(peaks[20 + detector.delay()], 1.0);
        assert!(peaks[20 + detector.delay() - 1] > 0.8);
        assert!(peaks[20 + detector.delay() + 1] < 0.5);
    }
}
