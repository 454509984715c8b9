//! What a dynamics effect listens to: the key signal or, without one, its own input, between a low
//! and a high cut.
//!
//! Not here: what is heard and where the key comes from. Audio thread, except `new`.

use super::biquad::Kind;
use super::section::{Pair, Section, Target};
use super::{SLICE, Stereo};

/// Frequency of the low cut at which it is off, in Hz.
pub const LOWEST: f32 = 20.0;
/// Frequency of the high cut at which it is off, in Hz.
pub const HIGHEST: f32 = 20_000.0;

/// Two Butterworth cuts of 12 dB/oct.
pub struct KeyFilter {
    cuts: [Section; 2],
}

fn target(side: usize, frequency: f32) -> Target {
    let on = if side == 0 { frequency > LOWEST } else { frequency < HIGHEST };
    Target { frequency, gain_db: 0.0, q: std::f32::consts::FRAC_1_SQRT_2, on }
}

impl KeyFilter {
    /// With the frequencies of the low and the high cut in Hz. [main-thread]
    pub fn new(frequencies: [f32; 2], sample_rate: f64) -> KeyFilter {
        let [low, high] = frequencies;
        KeyFilter {
            cuts: [
                Section::new(Kind::HighPass2, target(0, low), sample_rate),
                Section::new(Kind::LowPass2, target(1, high), sample_rate),
            ],
        }
    }

    /// Moves the low (0) or the high (1) cut; see [`Section::aim`].
    pub fn aim(&mut self, cut: usize, frequency: f32, now: u64, length: u32) {
        self.cuts[cut].aim(target(cut, frequency), now, length);
    }

    /// Forgets all sound; the cuts are where they go.
    pub fn reset(&mut self) {
        self.cuts.iter_mut().for_each(Section::reset);
    }

    /// Fills the first frames of `out` with what is listened to.
    pub fn process(&mut self, source: [&[f32]; 2], now: u64, out: &mut Stereo) {
        let frames = source[0].len().min(SLICE);
        for (out, source) in out.iter_mut().zip(source) {
            out[..frames].copy_from_slice(&source[..frames]);
        }
        if !self.cuts.iter().any(Section::is_awake) {
            return;
        }
        let mut pairs: [Pair; SLICE] = [[0.0; 2]; SLICE];
        let pairs = &mut pairs[..frames];
        for (i, pair) in pairs.iter_mut().enumerate() {
            *pair = [f64::from(out[0][i]), f64::from(out[1][i])];
        }
        for cut in self.cuts.iter_mut().filter(|cut| cut.is_awake()) {
            cut.process(pairs, now);
        }
        for (i, pair) in pairs.iter().enumerate() {
            [out[0][i], out[1][i]] = pair.map(|x| x as f32);
        }
    }
}
