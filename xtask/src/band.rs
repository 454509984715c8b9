//! A small synthesised band, for when nobody brings stems: drums, bass, keys and a voice play eight
//! bars. Every run gives the same samples.
//!
//! Not here: how an instrument sounds (those are its submodules) and how the band is mixed. The
//! music is in D minor, 108 beats a minute: | Dm7 | Bb | F | C | twice, sung the second time higher.

mod drums;
mod tones;

use crate::stems::Stem;
use std::f64::consts::TAU;

/// Quarter notes per minute.
const TEMPO: f64 = 108.0;
/// Bars played; four quarters each.
pub const BARS: usize = 8;
/// How long the last notes may ring, in seconds.
const RING: f64 = 1.2;

/// Seconds from the start to a sixteenth note, counted from 0.
fn sixteenth(count: f64) -> f64 {
    count * 60.0 / TEMPO / 4.0
}

/// Seconds from the start to a bar, counted from 0.
pub fn bar(count: usize) -> f64 {
    sixteenth(16.0 * count as f64)
}

/// The frequency of a MIDI note number, in Hz.
fn pitch(note: f64) -> f64 {
    440.0 * ((note - 69.0) / 12.0).exp2()
}

/// A tape that notes are mixed onto.
struct Tape {
    rate: f64,
    channels: Vec<Vec<f64>>,
}

impl Tape {
    fn new(rate: f64, channels: usize) -> Tape {
        let frames = ((bar(BARS) + RING) * rate).ceil() as usize;
        Tape { rate, channels: vec![vec![0.0; frames]; channels] }
    }

    /// Adds `length` seconds of sound from `start` on. `sound` is asked for each frame in order,
    /// with the seconds since the note began, and answers with one value a channel.
    fn play<const N: usize>(
        &mut self,
        start: f64,
        length: f64,
        mut sound: impl FnMut(f64) -> [f64; N],
    ) {
        let first = (start * self.rate).round() as usize;
        let frames = (length * self.rate) as usize;
        for frame in 0..frames {
            let values = sound(frame as f64 / self.rate);
            for (channel, value) in self.channels.iter_mut().zip(values) {
                if let Some(sample) = channel.get_mut(first + frame) {
                    *sample += value;
                }
            }
        }
    }

    /// The stem, scaled so that its highest peak is `peak` (linear) and faded out at the very end.
    fn into_stem(self, name: &str, peak: f64) -> Stem {
        let highest = self.channels.iter().flatten().fold(0.0_f64, |high, s| high.max(s.abs()));
        let fade = (0.1 * self.rate) as usize;
        let channels = self
            .channels
            .into_iter()
            .map(|channel| {
                let frames = channel.len();
                channel
                    .into_iter()
                    .enumerate()
                    .map(|(at, sample)| {
                        let end = ((frames - at) as f64 / fade as f64).min(1.0);
                        (sample / highest * peak * end) as f32
                    })
                    .collect()
            })
            .collect();
        Stem { name: name.into(), channels }
    }
}

/// Noise that is the same in every run: a xorshift generator, uniform from −1 to 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// A state-variable filter after Simper: low, band and high pass of one resonance.
#[derive(Default)]
struct Filter {
    first: f64,
    second: f64,
}

impl Filter {
    /// Runs one sample; `cutoff` in Hz, `q` is the resonance. Answers low, band (0 dB at its
    /// centre) and high pass.
    fn run(&mut self, input: f64, cutoff: f64, q: f64, rate: f64) -> [f64; 3] {
        let g = (std::f64::consts::PI * (cutoff / rate).min(0.45)).tan();
        let k = 1.0 / q;
        let a = 1.0 / (1.0 + g * (g + k));
        let high_part = input - self.second;
        let band = a * (self.first + g * high_part);
        let low = self.second + g * band;
        self.first = 2.0 * band - self.first;
        self.second = 2.0 * low - self.second;
        [low, k * band, input - k * band - low]
    }
}

/// A saw wave at `phase` (0..1) without steps: the corner is rounded over one sample, `step` being
/// the phase's advance a sample.
fn saw(phase: f64, step: f64) -> f64 {
    let corner = if phase < step {
        let t = phase / step;
        t + t - t * t - 1.0
    } else if phase > 1.0 - step {
        let t = (phase - 1.0) / step;
        t * t + t + t + 1.0
    } else {
        0.0
    };
    2.0 * phase - 1.0 - corner
}

/// Rises to 1 within `attack` seconds, holds, and falls within `release` before `length` is over.
fn swell(at: f64, attack: f64, release: f64, length: f64) -> f64 {
    let up = (at / attack).min(1.0);
    let down = ((length - at) / release).clamp(0.0, 1.0);
    // Raised cosines, so that neither end has a corner.
    (0.5 - 0.5 * (TAU / 2.0 * up).cos()) * (0.5 - 0.5 * (TAU / 2.0 * down).cos())
}

/// The band's stems at `rate` samples per second, in strip order.
pub fn play(rate: u32) -> Vec<Stem> {
    let rate = f64::from(rate);
    vec![
        drums::kick(rate),
        drums::snare(rate),
        drums::hat(rate),
        tones::bass(rate),
        tones::keys(rate),
        tones::voice(rate),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_is_the_same_every_time_and_every_member_is_heard_within_full_scale() {
        let band = play(48_000);
        assert_eq!(band, play(48_000));
        let names: Vec<&str> = band.iter().map(|stem| stem.name.as_str()).collect();
        assert_eq!(names, ["01 Kick", "02 Snare", "03 Hat", "04 Bass", "05 Keys", "06 Voice"]);
        for stem in &band {
            assert_eq!(stem.frames(), band[0].frames(), "{}", stem.name);
            for side in &stem.channels {
                let peak = side.iter().fold(0.0_f32, |high, sample| high.max(sample.abs()));
                assert!((0.2..=0.9).contains(&peak), "{} peaks at {peak}", stem.name);
                assert!(side.iter().all(|sample| sample.is_finite()));
                let mean = side.iter().map(|s| f64::from(*s)).sum::<f64>() / side.len() as f64;
                assert!(mean.abs() < 5e-3, "{} has an offset of {mean}", stem.name);
            }
        }
    }

    #[test]
    fn no_member_begins_or_ends_with_a_step() {
        for stem in play(44_100) {
            for side in &stem.channels {
                assert!(side[0].abs() < 0.02, "{} begins at {}", stem.name, side[0]);
                let last = side[side.len() - 1];
                assert!(last.abs() < 1e-4, "{} ends at {last}", stem.name);
            }
        }
    }

    #[test]
    fn the_keys_are_in_stereo_and_the_others_are_mono() {
        for stem in play(8_000) {
            assert_eq!(stem.is_mono(), stem.name != "05 Keys", "{}", stem.name);
            if !stem.is_mono() {
                assert_ne!(stem.channels[0], stem.channels[1]);
            }
        }
    }
}
