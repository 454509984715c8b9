//! Loudness-matched compare: hears a chain's input and output equally loud, so that louder does not
//! win.
//!
//! Not here: the chain ([`super::chain`]). Audio thread; costs nothing while nothing is compared.
//!
//! Both signals are measured K-weighted, over all that was heard since the comparison began and in
//! the end over about three seconds; the output is turned to the loudness of the input. The gain
//! moves at absolute multiples of [`SLICE`] samples, so it does not depend on how blocks are cut.

use crate::dsp::glide::Glide;
use crate::dsp::loudness::{KWeighting, power_of_lufs};
use crate::dsp::{SLICE, Stereo};
use crate::units::gain_to_db;

/// What is heard of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hearing {
    /// Its output as it is: nothing is compared.
    #[default]
    Output,
    /// Its input, as late as the output.
    MatchedInput,
    /// Its output, as loud as the input.
    MatchedOutput,
}

/// Further than this, in dB, levels are not matched: something else is wrong.
const FURTHEST_DB: f32 = 24.0;
/// Seconds of sound the loudness is taken from in the end.
const SECONDS: f64 = 3.0;
/// Below this, in LUFS, there is nothing to match (the absolute gate of BS.1770).
const SILENT: f64 = -70.0;

/// One chain's comparison.
#[derive(Clone, Copy, Debug)]
pub struct Compare {
    hearing: Hearing,
    /// 1 while something is compared.
    on: Glide,
    /// 0: the input is heard, 1: the output.
    output: Glide,
    gain: Glide,
    ramp: u32,
    measure: Option<Measure>,
}

#[derive(Clone, Copy, Debug)]
struct Measure {
    input: KWeighting,
    output: KWeighting,
    /// Since the last tick: weighted power of input and output, and frames.
    sum: [f64; 2],
    frames: u32,
    /// Mean powers, and how many ticks are in them.
    mean: [f64; 2],
    ticks: f64,
    most: f64,
}

impl Default for Compare {
    fn default() -> Self {
        Compare {
            hearing: Hearing::Output,
            on: Glide::fixed(0.0),
            output: Glide::fixed(1.0),
            gain: Glide::fixed(1.0),
            ramp: 1,
            measure: None,
        }
    }
}

impl Compare {
    /// Hears something else, cross-fading over `ramp` samples.
    pub fn set(&mut self, hearing: Hearing, sample_rate: f64, now: u64, ramp: u32) {
        if hearing == self.hearing {
            return;
        }
        self.ramp = ramp;
        if self.hearing == Hearing::Output {
            let input = KWeighting::new(sample_rate);
            let most = SECONDS * sample_rate / SLICE as f64;
            self.measure = Some(Measure {
                input,
                output: input,
                sum: [0.0; 2],
                frames: 0,
                mean: [0.0; 2],
                ticks: 0.0,
                most,
            });
            self.gain = Glide::fixed(1.0);
        }
        self.hearing = hearing;
        self.on.aim(if hearing == Hearing::Output { 0.0 } else { 1.0 }, now, ramp);
        self.output.aim(if hearing == Hearing::MatchedInput { 0.0 } else { 1.0 }, now, ramp);
    }

    /// By how many dB the output is turned up to be as loud as the input; 0 when nothing is compared.
    pub fn gain_db(&self) -> f32 {
        if self.hearing == Hearing::Output { 0.0 } else { gain_to_db(self.gain.target()) }
    }

    /// Everything arrives; what was measured is forgotten.
    pub fn reset(&mut self) {
        if let Some(measure) = &mut self.measure {
            measure.ticks = 0.0;
            measure.sum = [0.0; 2];
            measure.frames = 0;
        }
        self.on = Glide::fixed(self.on.target());
        self.output = Glide::fixed(self.output.target());
        self.gain = Glide::fixed(1.0);
    }

    /// Replaces a chain's output by what is to be heard.
    pub fn run(&mut self, out: &mut Stereo, input: &Stereo, now: u64, frames: usize) {
        if self.hearing == Hearing::Output && !self.on.is_moving(now) {
            self.measure = None;
            return;
        }
        let Some(measure) = &mut self.measure else { return };
        for i in 0..frames {
            let at = now + i as u64;
            let dry = [input[0][i], input[1][i]];
            let wet = [out[0][i], out[1][i]];
            measure.sum[0] += measure.input.power(dry);
            measure.sum[1] += measure.output.power(wet);
            let (on, share) = (self.on.at(at), self.output.at(at));
            let gain = self.gain.at(at);
            for side in 0..2 {
                let matched = dry[side] * (1.0 - share) + wet[side] * gain * share;
                out[side][i] = wet[side] * (1.0 - on) + matched * on;
            }
        }
        measure.frames += frames as u32;
        let end = now + frames as u64;
        if end.is_multiple_of(SLICE as u64)
            && let Some(gain) = measure.tick()
        {
            self.gain.aim(gain, end, self.ramp);
        }
    }
}

impl Measure {
    /// Takes what was summed into the means and says the gain that matches them, if it is known.
    fn tick(&mut self) -> Option<f32> {
        let frames = f64::from(std::mem::take(&mut self.frames).max(1));
        let powers = std::mem::take(&mut self.sum).map(|sum| sum / frames);
        if powers[0] < power_of_lufs(SILENT) {
            return None;
        }
        self.ticks = (self.ticks + 1.0).min(self.most);
        for (mean, power) in self.mean.iter_mut().zip(powers) {
            *mean += (power - *mean) / self.ticks;
        }
        let furthest = crate::units::db_to_gain(FURTHEST_DB);
        let gain = (self.mean[0] / self.mean[1].max(f64::MIN_POSITIVE)).sqrt() as f32;
        Some(gain.clamp(1.0 / furthest, furthest))
    }
}
