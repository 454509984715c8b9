//! Reverb: a dense, clean room by a feedback delay network.
//!
//! Not here: measured rooms (Convolution), mixing with dry (the slot): the output is reverb only.
//! See [`crate::effects`] for who calls what.
//!
//! Pre-delay → low and high cut → four diffusers a side (M. R. Schroeder, "Natural sounding
//! artificial reverberation", 1962) → sixteen lines that feed one another through Hadamard's matrix
//! (J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial reverberators", 1991).
//! A line of `d` samples loses `10^(−3·d/(T·rate))` per pass, so that all of them, and so any path
//! through them, lose 60 dB in the decay time `T`. Behind it a one-pole low-pass is made so that it
//! loses as much again at the damping frequency, where the decay takes half as long.
//!
//! Modulation turns the lines' outputs among one another, in pairs at eight slow rates (S. J.
//! Schlecht and E. A. P. Habets, "Time-varying feedback matrices in feedback delay networks", 2015):
//! resonances wander and none can ring, while the matrix stays lossless at every moment and no
//! delay moves, so neither pitch nor decay changes.
//!
//! Latency 0. Tail: twice the decay time (−120 dB) and the pre-delay.

use super::{Context, Effect, Setting, Taper};
use crate::dsp::glide::{Glide, on_grid};
use crate::dsp::one_pole::OnePole;
use crate::dsp::{SILENCE, delay};

/// The settings, in their frozen order.
pub const SETTINGS: &[Setting] = &[
    // Length of the lines: a small room rings closer, a large one spreads.
    Setting::new("size", "Size", "%", [25.0, 250.0], 100.0, Taper::Logarithmic),
    // Until the sound has gone down by 60 dB.
    Setting::new("decay", "Decay", "s", [0.2, 20.0], 2.0, Taper::Logarithmic),
    // The frequency at which the decay takes half as long; from 16 kHz on this fades, and at 20 kHz
    // nothing is damped.
    Setting::new("damping", "Damping", "Hz", [500.0, 20_000.0], 6000.0, Taper::Logarithmic),
    Setting::new("pre_delay", "Pre-Delay", "ms", [0.0, 250.0], 10.0, Taper::Linear),
    // 0 % is mono, 100 % two independent sides, 200 % doubles the side signal.
    Setting::new("width", "Width", "%", [0.0, 200.0], 100.0, Taper::Linear),
    // How fast resonances wander. At 0 they stand, and small rooms ring.
    Setting::new("modulation", "Modulation", "%", [0.0, 100.0], 60.0, Taper::Linear),
    // 6 dB an octave each, once.
    Setting::new("low_cut", "Low Cut", "Hz", [20.0, 1000.0], 60.0, Taper::Logarithmic),
    Setting::new("high_cut", "High Cut", "Hz", [1000.0, 20_000.0], 14_000.0, Taper::Logarithmic),
];

const SIZE: usize = 0;
const DECAY: usize = 1;
const DAMPING: usize = 2;
const PRE_DELAY: usize = 3;
const WIDTH: usize = 4;
const MODULATION: usize = 5;
const LOW_CUT: usize = 6;
const HIGH_CUT: usize = 7;

const LINES: usize = 16;

/// How often coefficients and the modulation tick, in samples, and how many are made at once.
const GRID: usize = 16;

/// One frame of all lines.
type Frame = [f32; LINES];

/// The shortest and the longest line at size 100 %, in ms; the others lie between them in equal
/// ratios, each moved a little so that no two are multiples.
const SPAN: [f64; 2] = [17.3, 71.9];

/// Lengths of the diffusers in ms.
const DIFFUSERS: [[f64; 4]; 2] = [[2.03, 3.47, 5.83, 9.41], [2.29, 3.11, 6.37, 8.89]];

/// How much of itself a diffuser feeds back.
const DIFFUSION: f32 = 0.62;

/// How the sides enter the lines, left the even and right the odd ones: 1/√8 each, signs mixed.
const SIGNS: Frame = {
    const P: f32 = 0.353_553_4;
    [P, P, -P, P, P, -P, P, P, -P, -P, -P, P, P, P, -P, -P]
};

/// Which rows of the matrix are heard left and right: they are orthogonal and balanced.
const HEARD: [usize; 2] = [6, 9];

/// Gain of what is heard: √8, so that either side gets half of the lines' power.
const HEARD_GAIN: f32 = 2.0 * std::f32::consts::SQRT_2;

/// Turns a second of each pair at full modulation; signs alternate so that no line moves one way.
const TURNS: [f64; 8] = [1.83, -2.49, 3.21, -2.13, 1.59, -2.91, 2.67, -3.39];

/// One tick's worth of samples.
type Tick = [f32; GRID];

/// Adds up the lines in all sixteen ways of Hadamard's matrix (not normalised).
#[inline(always)]
fn hadamard(lines: &mut [Tick; LINES]) {
    for half in [8, 4, 2, 1] {
        for pairs in lines.chunks_exact_mut(2 * half) {
            let (low, high) = pairs.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                for (low, high) in low.iter_mut().zip(high) {
                    (*low, *high) = (*low + *high, *low - *high);
                }
            }
        }
    }
}

/// The past of one line. The first tick's worth is kept twice, so that any is read in one piece.
struct Ring {
    memory: Vec<f32>,
    mask: usize,
}

impl Ring {
    fn new(longest: usize) -> Ring {
        let capacity = (longest + 2 * GRID).next_power_of_two();
        Ring { memory: vec![0.0; capacity + GRID], mask: capacity - 1 }
    }

    /// A tick's worth from `delay` samples before `now`; of what is newer than the last write,
    /// there is something old.
    #[inline(always)]
    fn read(&self, now: u64, delay: usize) -> Tick {
        let at = now.wrapping_sub(delay as u64) as usize & self.mask;
        self.memory[at..].first_chunk().copied().unwrap_or([0.0; GRID])
    }

    /// Writes the first `frames` of a tick's worth; they do not cross the grid.
    #[inline(always)]
    fn write(&mut self, now: u64, samples: &Tick, frames: usize) {
        let at = now as usize & self.mask;
        let twin = (at < GRID).then_some(at + self.mask + 1);
        for at in [Some(at), twin].into_iter().flatten() {
            if frames == GRID {
                self.memory[at..at + GRID].copy_from_slice(samples);
            } else {
                self.memory[at..at + frames].copy_from_slice(&samples[..frames]);
            }
        }
    }
}

/// A delay that passes all frequencies alike and spreads them in time.
struct Diffuser {
    ring: Ring,
    length: usize,
}

impl Diffuser {
    fn new(ms: f64, sample_rate: f64) -> Diffuser {
        // Longer than a tick, so that a tick's worth can be read before it is written.
        let length = ((ms * sample_rate / 1000.0).round() as usize).max(GRID);
        Diffuser { ring: Ring::new(length), length }
    }

    #[inline(always)]
    fn run(&mut self, samples: &mut Tick, now: u64, frames: usize) {
        let old = self.ring.read(now, self.length);
        let mut new = *samples;
        for ((x, new), old) in samples.iter_mut().zip(&mut new).zip(old) {
            *new += DIFFUSION * old;
            *x = old - DIFFUSION * *new;
        }
        self.ring.write(now, &new, frames);
    }
}

/// What every line loses.
#[derive(Clone, Copy)]
struct Losses {
    /// Gain of a pass, and Hadamard's 1/4.
    gain: Frame,
    /// The low-pass's pole.
    pole: Frame,
}

/// The audio side.
pub struct Reverb {
    values: [f32; SETTINGS.len()],
    sample_rate: f64,
    pre_delay: delay::Delay,
    low: [OnePole; 2],
    high: [OnePole; 2],
    /// Corners in octaves above 1 Hz, and their coefficients since the last tick.
    corners: [Glide; 2],
    coefficients: [f32; 2],
    diffusers: [[Diffuser; 4]; 2],
    lines: [Ring; LINES],
    lengths: [usize; LINES],
    /// The lengths the size asks for, which wait for a fade under way.
    wanted: [usize; LINES],
    /// The lengths a fade leaves, until a sample, over a number of samples.
    leaving: Option<([usize; LINES], u64, u32)>,
    /// The losses and where they glide to, by this share.
    losses: [Losses; 2],
    share: Glide,
    damped: Frame,
    /// Cosines and sines of the pairs' angles at this tick and the next.
    turns: [[[f32; 8]; 2]; 2],
    angles: [f64; 8],
    modulation: Glide,
    width: Glide,
}

impl Reverb {
    /// A reverb with these plain values, one a setting. [main-thread]
    pub fn new(values: &[f32], sample_rate: f64) -> Reverb {
        let held: [f32; SETTINGS.len()] = Setting::hold(SETTINGS, values);
        let fade = (sample_rate / 50.0).round() as u32;
        let longest = Self::samples(SETTINGS[PRE_DELAY].max, sample_rate);
        let diffuser = |ms| Diffuser::new(ms, sample_rate);
        let [.., last] = Self::lengths(SETTINGS[SIZE].max, sample_rate);
        let none = Losses { gain: [0.0; LINES], pole: [0.0; LINES] };
        let mut reverb = Reverb {
            values: held,
            sample_rate,
            pre_delay: delay::Delay::new(
                Self::samples(held[PRE_DELAY], sample_rate),
                longest,
                fade,
            ),
            low: Default::default(),
            high: Default::default(),
            corners: [Glide::fixed(0.0); 2],
            coefficients: [0.0; 2],
            diffusers: DIFFUSERS.map(|side| side.map(diffuser)),
            lines: std::array::from_fn(|_| Ring::new(last)),
            lengths: Self::lengths(held[SIZE], sample_rate),
            wanted: Self::lengths(held[SIZE], sample_rate),
            leaving: None,
            losses: [none; 2],
            share: Glide::fixed(1.0),
            damped: [0.0; LINES],
            turns: [[[0.0; 8]; 2]; 2],
            angles: [0.0; 8],
            modulation: Glide::fixed(0.0),
            width: Glide::fixed(1.0),
        };
        reverb.aim(0, 0);
        reverb.aim_losses(0, 0);
        reverb.settle();
        reverb
    }

    fn samples(ms: f32, sample_rate: f64) -> u32 {
        (f64::from(ms) * sample_rate / 1000.0).round() as u32
    }

    /// The lines' lengths in samples at a size in per cent, the last one the longest.
    fn lengths(size: f32, sample_rate: f64) -> [usize; LINES] {
        std::array::from_fn(|line| {
            // The golden ratio's multiples are spread as evenly, and as irregularly, as can be.
            let moved = (line as f64 * 0.618_034).fract() * 0.5 - 0.25;
            let inner = line > 0 && line < LINES - 1;
            let at = (line as f64 + if inner { moved } else { 0.0 }) / (LINES - 1) as f64;
            let ms = SPAN[0] * (SPAN[1] / SPAN[0]).powf(at) * f64::from(size) / 100.0;
            // Odd, and long enough for a tick's worth to be read before it is written.
            (ms * sample_rate / 1000.0).round().max(2.0 * GRID as f64) as usize | 1
        })
    }

    /// What lines of these lengths lose with the decay and damping that are set.
    fn losses(&self) -> Losses {
        let rate = self.sample_rate;
        let decay = f64::from(self.values[DECAY]);
        let damping = (f64::from(self.values[DAMPING]) / rate).min(0.49);
        let cosine = (2.0 * std::f64::consts::PI * damping).cos();
        let gains = self.lengths.map(|d| 10f64.powf(-3.0 * d as f64 / (decay * rate)));
        let strength = f64::from(((20_000.0 - self.values[DAMPING]) / 4000.0).clamp(0.0, 1.0));
        // |(1 − p)/(1 − p·e^(−iω))| = g, solved for the pole p.
        let pole = |g: f64| {
            let (a, b) = (1.0 - g * g * cosine, 1.0 - g * g);
            (strength * (a - (a * a - b * b).max(0.0).sqrt()) / b.max(1e-12)) as f32
        };
        Losses { gain: gains.map(|g| (0.25 * g) as f32), pole: gains.map(pole) }
    }

    fn losses_at(&self, now: u64) -> Losses {
        let share = self.share.at(now);
        let [from, to] = &self.losses;
        let mix =
            |from: &Frame, to: &Frame| std::array::from_fn(|l| from[l] + (to[l] - from[l]) * share);
        Losses { gain: mix(&from.gain, &to.gain), pole: mix(&from.pole, &to.pole) }
    }

    fn aim_losses(&mut self, now: u64, length: u32) {
        let to = self.losses();
        let from = if length == 0 { to } else { self.losses_at(now) };
        self.losses = [from, to];
        self.share = Glide::fixed(0.0);
        self.share.aim(1.0, now, length);
    }

    fn aim(&mut self, now: u64, length: u32) {
        self.corners[0].aim(self.values[LOW_CUT].log2(), now, length);
        self.corners[1].aim(self.values[HIGH_CUT].log2(), now, length);
        self.width.aim(self.values[WIDTH] / 100.0, now, length);
        self.modulation.aim(self.values[MODULATION] / 100.0, now, length);
        self.pre_delay.set(Self::samples(self.values[PRE_DELAY], self.sample_rate));
    }

    /// Everything but the sound is where it heads for.
    fn settle(&mut self) {
        self.coefficients = self
            .corners
            .map(|corner| OnePole::coefficient(corner.target().exp2(), self.sample_rate));
        self.angles = std::array::from_fn(|pair| 0.4 + 0.7 * pair as f64);
        self.turns =
            [[self.angles.map(|a| a.cos() as f32), self.angles.map(|a| a.sin() as f32)]; 2];
    }

    fn tick(&mut self, now: u64) {
        if self.corners.iter().any(|corner| corner.is_moving(now.saturating_sub(GRID as u64))) {
            self.coefficients = self
                .corners
                .map(|corner| OnePole::coefficient(corner.at(now).exp2(), self.sample_rate));
        }
        self.turns[0] = self.turns[1];
        let speed = f64::from(self.modulation.at(now)) * GRID as f64 / self.sample_rate;
        if speed > 0.0 {
            // One pair's cosine and sine are made anew a tick; the others turn by their little
            // angle, for which two terms of the series are exact enough until their turn comes.
            let anew = (now / GRID as u64 % 8) as usize;
            let [cosines, sines] = &mut self.turns[1];
            for pair in 0..8 {
                let step = 2.0 * std::f64::consts::PI * TURNS[pair] * speed;
                self.angles[pair] = (self.angles[pair] + step) % (2.0 * std::f64::consts::PI);
                if pair == anew {
                    let (sine, cosine) = self.angles[pair].sin_cos();
                    (sines[pair], cosines[pair]) = (sine as f32, cosine as f32);
                } else {
                    let (s, c) = (step as f32, 1.0 - 0.5 * (step * step) as f32);
                    let (sine, cosine) = (sines[pair], cosines[pair]);
                    sines[pair] = sine * c + cosine * s;
                    cosines[pair] = cosine * c - sine * s;
                }
            }
        }
    }

    fn follow_size(&mut self, now: u64) {
        if self.leaving.is_some_and(|(_, end, _)| end <= now) {
            self.leaving = None;
        }
        if self.leaving.is_none() && self.wanted != self.lengths {
            let length = (self.sample_rate / 25.0).round() as u32;
            self.leaving = Some((self.lengths, now + u64::from(length), length));
            self.lengths = self.wanted;
            self.aim_losses(now, length);
        }
    }

    /// One tick's worth, of which `frames` count: replaces the diffused input by what the network
    /// makes of it.
    fn network(&mut self, sides: &mut [Tick; 2], now: u64, frames: usize) {
        let mut lines = [[0.0f32; GRID]; LINES];
        for (line, samples) in lines.iter_mut().enumerate() {
            *samples = self.lines[line].read(now, self.lengths[line]);
            if let Some((lengths, end, length)) = self.leaving {
                let old = self.lines[line].read(now, lengths[line]);
                for (i, (x, old)) in samples.iter_mut().zip(old).enumerate() {
                    let share = end.saturating_sub(now + i as u64) as f32 / length as f32;
                    *x += (old - *x) * share;
                }
            }
        }
        self.lose(&mut lines, now, frames);
        hadamard(&mut lines);
        let [into_left, into_right] = *sides;
        for (side, row) in sides.iter_mut().zip(HEARD) {
            *side = lines[row].map(|x| x * HEARD_GAIN);
        }
        let first = now as usize % GRID;
        let shares: Tick = std::array::from_fn(|i| (first + i) as f32 / GRID as f32);
        let [[cosines, sines], [next_cosines, next_sines]] = self.turns;
        let (low, high) = lines.split_at_mut(LINES / 2);
        for (pair, (low, high)) in low.iter_mut().zip(high).enumerate() {
            let (cosine, sine) = (cosines[pair], sines[pair]);
            let (turned, risen) = (next_cosines[pair] - cosine, next_sines[pair] - sine);
            for i in 0..GRID {
                let (c, s) = (cosine + turned * shares[i], sine + risen * shares[i]);
                (low[i], high[i]) = (c * low[i] - s * high[i], s * low[i] + c * high[i]);
            }
        }
        for (line, samples) in lines.iter_mut().enumerate() {
            let input = if line % 2 == 0 { &into_left } else { &into_right };
            for (x, input) in samples.iter_mut().zip(input) {
                *x += SIGNS[line] * input;
            }
            self.lines[line].write(now, samples, frames);
        }
    }

    /// Takes from every line what it loses. Frame by frame with the lines side by side, since each
    /// low-pass waits for its own last sample.
    #[inline(always)]
    fn lose(&mut self, lines: &mut [Tick; LINES], now: u64, frames: usize) {
        let mut turned = [[0.0f32; LINES]; GRID];
        for (line, samples) in lines.iter().enumerate() {
            for (frame, x) in turned.iter_mut().zip(samples) {
                frame[line] = *x;
            }
        }
        let mut losses = self.losses_at(now);
        let moving = self.share.is_moving(now);
        let mut damped = self.damped;
        for (i, frame) in turned[..frames].iter_mut().enumerate() {
            if moving && i > 0 {
                losses = self.losses_at(now + i as u64);
            }
            for l in 0..LINES {
                damped[l] = frame[l] + losses.pole[l] * (damped[l] - frame[l]);
                frame[l] = damped[l] * losses.gain[l];
            }
        }
        self.damped = damped;
        for (line, samples) in lines.iter_mut().enumerate() {
            for (frame, x) in turned.iter().zip(samples) {
                *x = frame[line];
            }
        }
    }
}

impl Effect for Reverb {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let frames = slice[0].len();
        let mut delayed = SILENCE;
        for (delayed, samples) in delayed.iter_mut().zip(&slice) {
            delayed[..frames].copy_from_slice(samples);
        }
        self.pre_delay.run(&mut delayed, context.now, frames);
        let [left, right] = slice;
        for (at, length) in on_grid(context.now, frames, GRID) {
            let now = context.now + at as u64;
            if now.is_multiple_of(GRID as u64) {
                self.tick(now);
                self.follow_size(now);
            }
            let [low_cut, high_cut] = self.coefficients;
            let mut sides = [[0.0; GRID]; 2];
            for i in 0..length {
                for side in 0..2 {
                    let x = self.low[side].high(delayed[side][at + i], low_cut);
                    sides[side][i] = self.high[side].low(x, high_cut);
                }
            }
            for (samples, diffusers) in sides.iter_mut().zip(&mut self.diffusers) {
                for diffuser in diffusers {
                    diffuser.run(samples, now, length);
                }
            }
            self.network(&mut sides, now, length);
            for i in 0..length {
                let width = self.width.at(now + i as u64);
                let (own, other) = (0.5 + 0.5 * width, 0.5 - 0.5 * width);
                left[at + i] = own * sides[0][i] + other * sides[1][i];
                right[at + i] = own * sides[1][i] + other * sides[0][i];
            }
        }
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        self.values[index] = SETTINGS[index].clamp(plain);
        self.aim(now, length);
        match index {
            SIZE => {
                self.wanted = Self::lengths(self.values[SIZE], self.sample_rate);
                if length == 0 {
                    self.lengths = self.wanted;
                    self.leaving = None;
                    self.aim_losses(now, 0);
                }
            }
            DECAY | DAMPING => self.aim_losses(now, length),
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.pre_delay.reset();
        self.low = Default::default();
        self.high = Default::default();
        for diffuser in self.diffusers.iter_mut().flatten() {
            diffuser.ring.memory.fill(0.0);
        }
        self.lines.iter_mut().for_each(|line| line.memory.fill(0.0));
        self.damped = [0.0; LINES];
        self.lengths = self.wanted;
        self.leaving = None;
        self.aim(0, 0);
        self.aim_losses(0, 0);
        self.settle();
    }

    fn tail(&self) -> u32 {
        let decay = 2.0 * f64::from(self.values[DECAY]) * self.sample_rate;
        decay as u32 + self.pre_delay.length() + Self::samples(200.0, self.sample_rate)
    }
}

#[cfg(test)]
mod tests;
