//! Convolution: makes everything sound through an impulse response, of a room, a plate, a speaker.
//!
//! Not here: the convolution itself ([`crate::dsp::convolution`]) and where impulse responses come
//! from ([`super::impulse`]). See [`crate::effects`] for who calls what.
//!
//! The signal runs pre-delay → convolution → low and high cut → width → gain. Only the effect comes
//! out; how much of the input stays beside it is the slot's mix. The latency is 0, the tail as long
//! as the response and the pre-delay, and a quarter of a second for the cuts to ring out.
//!
//! The response belongs to the effect for life. Settings that change the response itself (Length,
//! Decay, Reverse, Normalize), like another response, need the effect built anew off the audio
//! thread; the others glide. Without a response, because its file is missing, the effect passes its
//! input on unchanged.

mod trim;

use std::sync::Arc;

use super::impulse::Impulse;
use super::{Context, Effect, Setting, Taper};
use crate::dsp::biquad::Kind;
use crate::dsp::convolution::{Convolver, Response};
use crate::dsp::delay::Delay;
use crate::dsp::glide::{Glide, on_grid};
use crate::dsp::section::{Pair, Section, Target};
use crate::dsp::{SILENCE, SLICE};
use crate::units::db_to_gain;

/// The settings, in their frozen order.
///
/// * *Gain* of the effect's sound.
/// * *Pre-Delay*: how long before the response begins; it tells the size of a room.
/// * *Length*: how much of the response is kept; the rest is faded out and costs nothing.
/// * *Decay*: its reverberation time, as a share of what it was.
/// * *Reverse*: plays the response backwards.
/// * *Normalize*: white noise leaves about as loud as it came, whatever the response's level.
/// * *Low Cut*, *High Cut*: 12 dB an octave, −3 dB at the frequency; off at the end of the range.
/// * *Width*: 0 % is mono, 100 % leaves the effect as it is, 200 % doubles the difference of the
///   sides.
pub const SETTINGS: &[Setting] = &[
    Setting::new("gain", "Gain", "dB", [-60.0, 24.0], 0.0, Taper::Linear),
    Setting::new("pre_delay", "Pre-Delay", "ms", [0.0, 500.0], 0.0, Taper::Linear),
    Setting::new("length", "Length", "%", [1.0, 100.0], 100.0, Taper::Linear).rebuilding(),
    Setting::new("decay", "Decay", "%", [10.0, 100.0], 100.0, Taper::Linear).rebuilding(),
    Setting::toggle("reverse", "Reverse", false).rebuilding(),
    Setting::toggle("normalize", "Normalize", true).rebuilding(),
    Setting::new("low_cut", "Low Cut", "Hz", [20.0, 2000.0], 20.0, Taper::Logarithmic),
    Setting::new("high_cut", "High Cut", "Hz", [500.0, 20_000.0], 20_000.0, Taper::Logarithmic),
    Setting::new("width", "Width", "%", [0.0, 200.0], 100.0, Taper::Linear),
];

const PRE_DELAY: usize = 1;
const LOW_CUT: usize = 6;
const HIGH_CUT: usize = 7;

/// The audio side.
pub struct Convolution {
    values: [f32; SETTINGS.len()],
    sample_rate: f64,
    /// `None` without a response.
    convolver: Option<Convolver>,
    delay: Delay,
    cuts: [Section; 2],
    /// How much of a side stays on it, and how much goes to the other.
    own: Glide,
    other: Glide,
}

impl Convolution {
    /// A convolution with these plain values, one a setting, and a response at `sample_rate`.
    /// [main-thread]
    pub fn new(values: &[f32], sample_rate: f64, impulse: Option<&Impulse>) -> Convolution {
        let held: [f32; SETTINGS.len()] = Setting::hold(SETTINGS, values);
        let convolver = impulse.map(|impulse| {
            let [_, _, length, decay, reverse, normalize, ..] = held;
            let wishes = trim::Wishes {
                length: f64::from(length) / 100.0,
                decay: f64::from(decay) / 100.0,
                reverse: reverse >= 0.5,
                normalize: normalize >= 0.5,
            };
            let channels = trim::trimmed(&impulse.channels, &wishes, sample_rate);
            Convolver::new(Arc::new(Response::new(&channels)))
        });
        let longest = milliseconds(SETTINGS[PRE_DELAY].max, sample_rate);
        let fade = milliseconds(10.0, sample_rate).max(1);
        let cut = |kind, index| Section::new(kind, cut(&held, index), sample_rate);
        let mut effect = Convolution {
            sample_rate,
            convolver,
            delay: Delay::new(milliseconds(held[PRE_DELAY], sample_rate), longest, fade),
            cuts: [cut(Kind::HighPass2, LOW_CUT), cut(Kind::LowPass2, HIGH_CUT)],
            own: Glide::fixed(0.0),
            other: Glide::fixed(0.0),
            values: held,
        };
        effect.aim(0, 0);
        effect
    }

    fn aim(&mut self, now: u64, length: u32) {
        let [gain, .., width] = self.values;
        let (gain, width) = (db_to_gain(gain), width / 100.0);
        // L' = mid + width·side, R' = mid − width·side, with mid and side halves of sum and
        // difference.
        self.own.aim(gain * (0.5 + 0.5 * width), now, length);
        self.other.aim(gain * (0.5 - 0.5 * width), now, length);
    }
}

/// Milliseconds as whole samples.
fn milliseconds(time: f32, sample_rate: f64) -> u32 {
    (f64::from(time) * sample_rate / 1000.0).round() as u32
}

/// What one of the two cuts is to be: a Butterworth filter, unheard at the open end of its range.
fn cut(values: &[f32; SETTINGS.len()], index: usize) -> Target {
    let frequency = values[index];
    let open = if index == LOW_CUT { SETTINGS[index].min } else { SETTINGS[index].max };
    Target { frequency, gain_db: 0.0, q: std::f32::consts::FRAC_1_SQRT_2, on: frequency != open }
}

impl Effect for Convolution {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let Some(convolver) = &mut self.convolver else { return };
        let [left, right] = slice;
        for (at, frames) in on_grid(context.now, left.len().min(right.len()), SLICE) {
            let now = context.now + at as u64;
            let range = at..at + frames;
            let (left, right) = (&mut left[range.clone()], &mut right[range]);
            let mut sound = SILENCE;
            sound[0][..frames].copy_from_slice(left);
            sound[1][..frames].copy_from_slice(right);
            self.delay.run(&mut sound, now, frames);
            let [a, b] = &mut sound;
            let (a, b) = (&mut a[..frames], &mut b[..frames]);
            convolver.process([a, b], now);
            if self.cuts.iter().any(Section::is_awake) {
                let mut pairs: [Pair; SLICE] = [[0.0; 2]; SLICE];
                let pairs = &mut pairs[..frames];
                for (pair, (a, b)) in pairs.iter_mut().zip(a.iter().zip(b.iter())) {
                    *pair = [f64::from(*a), f64::from(*b)];
                }
                self.cuts.iter_mut().for_each(|cut| cut.process(pairs, now));
                for (pair, (a, b)) in pairs.iter().zip(a.iter_mut().zip(b.iter_mut())) {
                    [*a, *b] = pair.map(|x| x as f32);
                }
            }
            let end = now + frames as u64;
            let moving = self.own.is_moving(now) || self.other.is_moving(now);
            let (mut own, mut other) = (self.own.at(end), self.other.at(end));
            for (i, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                if moving {
                    own = self.own.at(now + i as u64);
                    other = self.other.at(now + i as u64);
                }
                left[i] = a * own + b * other;
                right[i] = b * own + a * other;
            }
        }
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        self.values[index] = SETTINGS[index].clamp(plain);
        match index {
            PRE_DELAY => self.delay.set(milliseconds(self.values[index], self.sample_rate)),
            LOW_CUT | HIGH_CUT => {
                self.cuts[index - LOW_CUT].aim(cut(&self.values, index), now, length);
            }
            _ => self.aim(now, length),
        }
    }

    fn reset(&mut self) {
        if let Some(convolver) = &mut self.convolver {
            convolver.reset();
        }
        self.delay.reset();
        self.cuts.iter_mut().for_each(Section::reset);
        self.aim(0, 0);
    }

    fn tail(&self) -> u32 {
        let Some(convolver) = &self.convolver else { return 0 };
        let ringing = milliseconds(250.0, self.sample_rate);
        convolver.response().len() as u32 + self.delay.length() + ringing
    }
}

#[cfg(test)]
mod tests;
