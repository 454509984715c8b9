//! Saturator: five curves with drive and bias, oversampled.
//!
//! Not here: the curves themselves ([`crate::dsp::curves`]), the filters up and down
//! ([`crate::dsp::oversampling`]), mixing with dry (the slot). See [`crate::effects`] for who calls
//! what.
//!
//! Derivation: a curve `S` with slope 1 at 0 is applied as `f(x) = c·(S(k(x+β)) − S(kβ))/k`. The bias
//! `β` shifts the working point; silence stays silence. `k = √(G² − 1)` for a drive of gain `G`
//! makes the curve a straight line at 0 dB, and `c = k/S(k)` keeps full scale at full scale whatever
//! the drive: a quiet signal is raised by about `G`, a full-scale one is not raised at all.
//!
//! Only the difference `f(x) − x` is made at the high rate; it is brought down and added to the
//! delayed input. So at 0 dB of drive the output is bit-exactly the delayed input, and what passes
//! unbent never meets a filter. What is bent enough to fold back is taken out from half the sample
//! rate on (110 dB).
//!
//! *Tape* bends high notes earlier: a shelf of +12 dB (time constant 50 µs, IEC 60094) before the
//! curve and its inverse after it. The constant part that asymmetric curves make (Tube, or any with
//! bias) is taken out below 5 Hz.
//!
//! Latency: 0, 64, 73 or 76 samples at 1×, 2×, 4×, 8×.

use super::{Context, Effect, Setting, Taper};
use crate::dsp::glide::Glide;
use crate::dsp::oversampling::{MOST, Oversampler};
use crate::dsp::{SLICE, curves};
use crate::units::db_to_gain;

/// The settings, in their frozen order.
pub const SETTINGS: &[Setting] = &[
    Setting::choice("curve", "Curve", &["Soft", "Hard", "Tube", "Tape", "Fold"], 0),
    // How much a quiet signal is raised; full scale stays full scale. At 0 nothing is bent.
    Setting::new("drive", "Drive", "dB", [0.0, 48.0], 6.0, Taper::Linear),
    // Where on the curve silence lies, in per cent of full scale; makes even harmonics.
    Setting::new("bias", "Bias", "%", [-100.0, 100.0], 0.0, Taper::Linear),
    Setting::new("output", "Output", "dB", [-24.0, 24.0], 0.0, Taper::Linear),
    // More is cleaner and dearer. Sets the latency.
    Setting::choice("oversampling", "Oversampling", &["1x", "2x", "4x", "8x"], 2).rebuilding(),
];

const CURVE: usize = 0;
const DRIVE: usize = 1;
const BIAS: usize = 2;
const OUTPUT: usize = 3;
const OVERSAMPLING: usize = 4;

const TUBE: usize = 2;
const TAPE: usize = 3;

/// Below this the curve is straight to 1 part in 10⁸ and counts as a line.
const STRAIGHT: f32 = 1e-4;

/// Corner of the filter that takes out the constant part, in Hz.
const BLOCKER: f64 = 5.0;

/// Time constants of the tape shelf, in seconds: from where on it rises and where it is up.
const RISE: f64 = 50e-6;
const UP: f64 = 12.5e-6;

/// The curve `S` at one point. For coefficients; loops take the functions themselves.
fn curve_at(curve: usize, u: f32) -> f32 {
    match curve {
        0 => curves::soft(u),
        1 => curves::hard(u),
        TUBE => curves::tube(u),
        TAPE => curves::tape(u),
        _ => curves::fold(u),
    }
}

/// `k/S(k)`, which brings full scale back to full scale; 1 for a straight line.
fn full_scale(curve: usize, k: f32) -> f32 {
    if k < STRAIGHT {
        return 1.0;
    }
    match curve {
        TUBE => -k / curves::tube(-k),
        // The fold's highest point within full scale.
        4 => k / curves::fold(k.min(1.0)),
        _ => k / curve_at(curve, k),
    }
}

/// First-order shelf at the high rate, or its inverse.
#[derive(Clone, Copy, Default)]
struct Shelf {
    input: f32,
    output: f32,
}

impl Shelf {
    /// Coefficients `[b0, b1, a1]` of `(1 + s·RISE)/(1 + s·UP)` by the bilinear transform.
    fn coefficients(rate: f64) -> [f32; 3] {
        let [rise, up] = [RISE, UP].map(|time| 2.0 * rate * time);
        [1.0 + rise, 1.0 - rise, 1.0 - up].map(|c| (c / (1.0 + up)) as f32)
    }

    fn up(&mut self, [b0, b1, a1]: [f32; 3], x: f32) -> f32 {
        let y = b0 * x + b1 * self.input - a1 * self.output;
        *self = Shelf { input: x, output: y };
        y
    }

    fn down(&mut self, [b0, b1, a1]: [f32; 3], x: f32) -> f32 {
        let over = 1.0 / b0;
        let y = (x + a1 * self.input) * over - (b1 * over) * self.output;
        *self = Shelf { input: x, output: y };
        y
    }
}

/// One side.
struct Side {
    oversampler: Oversampler,
    emphasis: [Shelf; 2],
    /// What the curve being left makes, at the high rate.
    leaving: Vec<f32>,
    dry: Vec<f32>,
    constant: f64,
}

/// What bends a slice: `(S(k·(x + β)) − offset)·gain − x·weight`, one set a frame.
#[derive(Clone, Copy, Default)]
struct Bend {
    k: f32,
    shift: f32,
    offset: f32,
    gain: f32,
    weight: f32,
}

impl Bend {
    #[inline(always)]
    fn of(&self, curve: impl Fn(f32) -> f32, x: f32) -> f32 {
        (curve(self.k * x + self.shift) - self.offset) * self.gain - x * self.weight
    }
}

/// The audio side.
pub struct Saturator {
    values: [f32; SETTINGS.len()],
    sides: [Side; 2],
    shelf: [f32; 3],
    blocker: f64,
    sample_rate: f64,
    k: Glide,
    bias: Glide,
    output: Glide,
    /// Share of the constant part that is taken out.
    blocking: Glide,
    /// `c` for each curve.
    scale: [Glide; 5],
    curve: usize,
    /// The curve it fades away from, until a sample, over a number of samples.
    leaving: Option<(usize, u64, u32)>,
}

impl Saturator {
    /// A saturator with these plain values, one a setting. [main-thread]
    pub fn new(values: &[f32], sample_rate: f64) -> Saturator {
        let held: [f32; SETTINGS.len()] = Setting::hold(SETTINGS, values);
        let factor = 1usize << held[OVERSAMPLING] as usize;
        let side = || Side {
            oversampler: Oversampler::new(factor),
            emphasis: Default::default(),
            leaving: vec![0.0; SLICE * MOST],
            dry: vec![0.0; 2 * SLICE + 64],
            constant: 0.0,
        };
        let mut saturator = Saturator {
            values: held,
            sides: [side(), side()],
            shelf: Shelf::coefficients(sample_rate * factor as f64),
            blocker: 1.0 - (-2.0 * std::f64::consts::PI * BLOCKER / sample_rate).exp(),
            sample_rate,
            k: Glide::fixed(0.0),
            bias: Glide::fixed(0.0),
            output: Glide::fixed(1.0),
            blocking: Glide::fixed(0.0),
            scale: [Glide::fixed(1.0); 5],
            curve: held[CURVE] as usize,
            leaving: None,
        };
        saturator.aim(0, 0);
        saturator
    }

    fn aim(&mut self, now: u64, length: u32) {
        let gain = db_to_gain(self.values[DRIVE]);
        let k = (gain * gain - 1.0).max(0.0).sqrt();
        self.k.aim(k, now, length);
        for (curve, scale) in self.scale.iter_mut().enumerate() {
            scale.aim(full_scale(curve, k), now, length);
        }
        self.bias.aim(self.values[BIAS] / 100.0, now, length);
        self.output.aim(db_to_gain(self.values[OUTPUT]), now, length);
        if self.blocking.target() == 0.0 && !self.blocking.is_moving(now) {
            self.sides.iter_mut().for_each(|side| side.constant = 0.0);
        }
        let asymmetric = self.values[CURVE] as usize == TUBE || self.values[BIAS] != 0.0;
        self.blocking.aim(if asymmetric { 1.0 } else { 0.0 }, now, length);
    }

    fn bend(&self, curve: usize, now: u64) -> Bend {
        let k = self.k.at(now);
        if k < STRAIGHT {
            return Bend::default();
        }
        let shift = k * self.bias.at(now);
        let gain = self.scale[curve].at(now) / k;
        Bend { k, shift, offset: curve_at(curve, shift), gain, weight: 1.0 }
    }

    /// One set for each frame, and whether they are all the same.
    fn bends(&self, curve: usize, now: u64, frames: usize) -> ([Bend; SLICE], bool) {
        let moving = [self.k, self.bias, self.scale[curve]].iter().any(|g| g.is_moving(now));
        let mut bends = [self.bend(curve, now); SLICE];
        if moving {
            for (i, bend) in bends[..frames].iter_mut().enumerate() {
                *bend = self.bend(curve, now + i as u64);
            }
        }
        (bends, !moving)
    }
}

/// What a saturator with these plain values, one a setting, makes of still values: its curve, Output
/// included, for drawing. [main-thread]
pub fn transfer(values: &[f32], inputs: &[f32]) -> Vec<f32> {
    let saturator = Saturator::new(values, 48_000.0);
    let bend = saturator.bend(saturator.curve, 0);
    let output = saturator.output.at(0);
    let curve = |u: f32| curve_at(saturator.curve, u);
    inputs.iter().map(|x| (x + bend.of(curve, *x)) * output).collect()
}

/// Bends everything in `high`, `factor` samples a frame.
#[inline(always)]
fn bend_with(
    curve: impl Fn(f32) -> f32 + Copy,
    high: &mut [f32],
    (bends, same): &([Bend; SLICE], bool),
    factor: usize,
) {
    if *same {
        let bend = bends[0];
        high.iter_mut().for_each(|x| *x = bend.of(curve, *x));
    } else {
        for (frame, bend) in high.chunks_exact_mut(factor).zip(bends) {
            frame.iter_mut().for_each(|x| *x = bend.of(curve, *x));
        }
    }
}

fn bend_all(
    curve: usize,
    high: &mut [f32],
    bends: &([Bend; SLICE], bool),
    factor: usize,
    emphasis: &mut [Shelf; 2],
    shelf: [f32; 3],
) {
    match curve {
        0 => bend_with(curves::soft, high, bends, factor),
        1 => bend_with(curves::hard, high, bends, factor),
        TUBE => bend_with(curves::tube, high, bends, factor),
        TAPE => {
            high.iter_mut().for_each(|x| *x = emphasis[0].up(shelf, *x));
            bend_with(curves::tape, high, bends, factor);
            high.iter_mut().for_each(|x| *x = emphasis[1].down(shelf, *x));
        }
        _ => bend_with(curves::fold, high, bends, factor),
    }
}

impl Saturator {
    /// Processes a piece within which no fade between curves begins or ends.
    fn piece(&mut self, slice: [&mut [f32]; 2], now: u64) {
        let frames = slice[0].len();
        let bends = self.bends(self.curve, now, frames);
        let leaving = self
            .leaving
            .map(|(curve, end, length)| (curve, end, length, self.bends(curve, now, frames)));
        let blocks = self.blocking.target() > 0.0 || self.blocking.is_moving(now);
        let turns = self.output.is_moving(now);
        for (side, samples) in self.sides.iter_mut().zip(slice) {
            let Side { oversampler, emphasis, leaving: old, dry, constant } = side;
            let latency = oversampler.latency();
            let factor = oversampler.factor();
            dry[latency..latency + frames].copy_from_slice(samples);
            oversampler.run(samples, |high| {
                let Some((curve, end, length, old_bends)) = &leaving else {
                    bend_all(self.curve, high, &bends, factor, emphasis, self.shelf);
                    return;
                };
                let old = &mut old[..high.len()];
                old.copy_from_slice(high);
                // Only one of the two curves can be Tape, so the shelves serve one at a time.
                bend_all(*curve, old, old_bends, factor, emphasis, self.shelf);
                bend_all(self.curve, high, &bends, factor, emphasis, self.shelf);
                let frames = high.chunks_exact_mut(factor).zip(old.chunks_exact(factor));
                for (i, (new, old)) in frames.enumerate() {
                    let share = (end - now - i as u64) as f32 / *length as f32;
                    for (new, old) in new.iter_mut().zip(old) {
                        *new += (old - *new) * share;
                    }
                }
            });
            if !blocks && !turns {
                let gain = self.output.target();
                samples.iter_mut().zip(&*dry).for_each(|(x, dry)| *x = (dry + *x) * gain);
                dry.copy_within(frames..frames + latency, 0);
                continue;
            }
            for (i, (x, dry)) in samples.iter_mut().zip(&*dry).enumerate() {
                let at = now + i as u64;
                *constant += (f64::from(*x) - *constant) * self.blocker;
                let bent = *x - self.blocking.at(at) * *constant as f32;
                *x = (dry + bent) * self.output.at(at);
            }
            dry.copy_within(frames..frames + latency, 0);
        }
    }

    /// Begins to fade to the chosen curve, if it is another one and no fade is under way.
    fn follow_curve(&mut self, now: u64) {
        let wanted = self.values[CURVE] as usize;
        if self.leaving.is_some() || wanted == self.curve {
            return;
        }
        let length = (self.sample_rate / 100.0).round().max(1.0) as u32;
        self.leaving = Some((self.curve, now + u64::from(length), length));
        self.curve = wanted;
        if wanted == TAPE {
            self.sides.iter_mut().for_each(|side| side.emphasis = Default::default());
        }
    }
}

impl Effect for Saturator {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let [mut left, mut right] = slice;
        let mut now = context.now;
        while !left.is_empty() {
            self.follow_curve(now);
            let end = self.leaving.map_or(u64::MAX, |(_, end, _)| end);
            let frames = left.len().min((end - now) as usize);
            let (left_piece, right_piece);
            (left_piece, left) = left.split_at_mut(frames);
            (right_piece, right) = right.split_at_mut(frames);
            self.piece([left_piece, right_piece], now);
            now += frames as u64;
            if now >= end {
                self.leaving = None;
            }
        }
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        if index == OVERSAMPLING {
            return;
        }
        self.values[index] = SETTINGS[index].clamp(plain);
        self.aim(now, length);
        if length == 0 {
            self.curve = self.values[CURVE] as usize;
            self.leaving = None;
        }
    }

    fn reset(&mut self) {
        for side in &mut self.sides {
            side.oversampler.reset();
            side.emphasis = Default::default();
            side.dry.fill(0.0);
            side.constant = 0.0;
        }
        self.curve = self.values[CURVE] as usize;
        self.leaving = None;
        self.aim(0, 0);
    }

    fn latency(&self) -> u32 {
        self.sides[0].oversampler.latency() as u32
    }

    fn tail(&self) -> u32 {
        // The blocker's constant part has gone down by 120 dB after 0.44 s.
        2 * self.latency() + (0.5 * self.sample_rate) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::trial::{
        With, noise, run, run_with, same_in_any_blocks, values, wide_noise,
    };

    fn with(settings: &[(&str, f32)]) -> Saturator {
        Saturator::new(&values(SETTINGS, settings), 48_000.0)
    }

    #[test]
    fn at_zero_drive_every_curve_is_bit_exactly_the_delayed_input() {
        let signal = noise(1, 3000, 2.0);
        for curve in 0..5 {
            for oversampling in 0..4 {
                let mut saturator = with(&[
                    ("curve", curve as f32),
                    ("drive", 0.0),
                    ("bias", 30.0),
                    ("oversampling", oversampling as f32),
                ]);
                let latency = saturator.latency() as usize;
                assert_eq!(latency, [0, 64, 73, 76][oversampling]);
                let [out, _] = run(&mut saturator, &[&signal, &signal]);
                assert_eq!(out[latency..], signal[..3000 - latency], "curve {curve}");
            }
        }
    }

    #[test]
    fn the_curve_that_is_drawn_is_what_becomes_of_still_values() {
        for curve in [0.0, 1.0, 4.0] {
            let changed =
                [("curve", curve), ("drive", 18.0), ("oversampling", 0.0), ("output", -3.0)];
            let inputs = [-0.9, -0.2, 0.0, 0.05, 0.6];
            let drawn = transfer(&values(SETTINGS, &changed), &inputs);
            for (input, drawn) in inputs.into_iter().zip(drawn) {
                let still = vec![input; 640];
                let [out, _] = run(&mut with(&changed), &[&still, &still]);
                assert!((out[639] - drawn).abs() < 1e-4, "{} for {drawn} at {input}", out[639]);
            }
        }
    }

    #[test]
    fn full_scale_stays_full_scale_and_a_quiet_signal_is_raised_by_the_drive() {
        // Slow enough for no filter to matter.
        let wave = |level: f32| -> Vec<f32> {
            (0..9600).map(|n| level * (n as f32 * std::f32::consts::TAU / 2400.0).sin()).collect()
        };
        let top = |signal: &[f32]| signal[4800..].iter().fold(0.0, |m: f32, x| m.max(x.abs()));
        for curve in [0, 1, 3] {
            let mut saturator = with(&[("curve", curve as f32), ("drive", 24.0)]);
            let [loud, _] = run(&mut saturator, &[&wave(1.0), &wave(1.0)]);
            assert!((top(&loud) - 1.0).abs() < 0.02, "curve {curve}: {}", top(&loud));
            saturator.reset();
            let [quiet, _] = run(&mut saturator, &[&wave(1e-3), &wave(1e-3)]);
            let gain = 20.0 * (top(&quiet) / 1e-3).log10();
            assert!((gain - 24.0).abs() < 0.1, "curve {curve}: {gain} dB");
        }
    }

    /// The strongest line that is no harmonic of the tone, in dB of the tone.
    fn aliasing(settings: &[(&str, f32)]) -> f64 {
        const SIZE: usize = 1 << 14;
        // Near 5 kHz, and sharing no factor with the transform, so that nothing that folds back
        // falls on a harmonic.
        const BIN: usize = 1707;
        let mut saturator = with(settings);
        let tone = |n: usize| {
            (2.0 * std::f64::consts::PI * ((n * BIN) % SIZE) as f64 / SIZE as f64).sin() as f32
        };
        let signal: Vec<f32> = (0..4 * SIZE).map(tone).collect();
        let [out, _] = run(&mut saturator, &[&signal, &signal]);
        let mut time: Vec<f64> = out[3 * SIZE..].iter().map(|x| f64::from(*x)).collect();
        let transform = realfft::RealFftPlanner::<f64>::new().plan_fft_forward(SIZE);
        let mut spectrum = transform.make_output_vec();
        transform.process(&mut time, &mut spectrum).unwrap();
        let foreign = |bin: &usize| !bin.is_multiple_of(BIN);
        let worst =
            (0..SIZE / 2).filter(foreign).map(|bin| spectrum[bin].norm()).fold(0.0, f64::max);
        20.0 * (worst / spectrum[BIN].norm()).log10()
    }

    #[test]
    fn a_full_scale_tone_of_5_khz_folds_back_below_90_db_at_8_times() {
        // Beyond these drives the harmonic at 384 kHz − 20 kHz is itself louder than that, and no
        // filter can know from sound what it has folded into: the hard curve's fall with the
        // square of their number only, the soft one's at 24 dB reach −77 dB.
        for (curve, drive) in [(0, 12.0), (0, 18.0), (2, 12.0), (3, 12.0), (4, 12.0)] {
            let settings = [("curve", curve as f32), ("drive", drive), ("oversampling", 3.0)];
            let level = aliasing(&settings);
            assert!(level < -90.0, "curve {curve} at {drive} dB: {level}");
        }
        let none = aliasing(&[("drive", 12.0), ("oversampling", 0.0)]);
        assert!(none > -60.0, "without oversampling it must show: {none}");
    }

    #[test]
    fn asymmetric_curves_leave_no_constant_part() {
        let signal: Vec<f32> =
            (0..96_000).map(|n| (n as f32 * std::f32::consts::TAU / 96.0).sin()).collect();
        for settings in [[("curve", 2.0), ("bias", 0.0)], [("curve", 0.0), ("bias", 40.0)]] {
            let mut saturator = with(&[settings[0], settings[1], ("drive", 18.0)]);
            let [out, _] = run(&mut saturator, &[&signal, &signal]);
            let mean = out[86_400..].iter().map(|x| f64::from(*x)).sum::<f64>() / 9600.0;
            assert!(mean.abs() < 1e-4, "{mean}");
        }
    }

    #[test]
    fn any_cut_into_slices_gives_the_same_bits_while_settings_change() {
        let changes = [
            (100, CURVE, 3.0),
            (150, DRIVE, 30.0),
            (333, CURVE, 2.0),
            (900, BIAS, -50.0),
            (1200, CURVE, 4.0),
            (1201, OUTPUT, -6.0),
            (2500, DRIVE, 0.0),
        ];
        let with_tempo = With { tempo: Some(131.7), ..With::changes(&changes) };
        same_in_any_blocks(|| with(&[("oversampling", 1.0)]), &wide_noise(7000, 1.0), &with_tempo);
    }

    #[test]
    fn it_stays_finite_at_60_db_over_full_scale_and_no_change_clicks() {
        for curve in 0..5 {
            let mut saturator = with(&[("curve", curve as f32), ("drive", 48.0), ("bias", 100.0)]);
            let [out, _] = run(&mut saturator, &[&noise(1, 5000, 1000.0), &noise(2, 5000, 1000.0)]);
            assert!(out.iter().all(|x| x.is_finite() && x.abs() < 5000.0), "curve {curve}");
        }
        let slow = vec![0.5; 12_000];
        let mut saturator = with(&[("drive", 3.0)]);
        let changes = [(2000, CURVE, 3.0), (4000, DRIVE, 20.0), (6000, CURVE, 1.0)];
        let [out, _] = run_with(&mut saturator, &[&slow, &slow], &With::changes(&changes));
        for n in 1000..12_000 {
            assert!((out[n] - out[n - 1]).abs() < 0.01, "at {n}");
        }
    }
}
