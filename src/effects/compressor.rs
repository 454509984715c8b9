//! Compressor: turns down by a ratio what is above a threshold.
//!
//! Not here: limiting to a true peak. See [`crate::effects`] for who calls what.
//!
//! Feed-forward, all in decibels, after D. Giannoulis, M. Massberg, J. Reiss, *Digital Dynamic Range
//! Compressor Design* (JAES 60(6), 2012): key → filter → detector → link → gain computer →
//! ballistics → gain on the delayed input.
//!
//! * **Detector.** *Peak* reads the highest magnitude of the last 2.5 ms, so that it stands still on
//!   tones from 200 Hz up; *RMS* the root of the mean square with a time constant of 10 ms (a sine
//!   reads 3.01 dB below its peak).
//! * **Gain computer** (their eq. 4): with x dB at the detector, threshold T, ratio R, knee W, the
//!   wanted reduction is 0 up to T − W/2, (1 − 1/R)(x − T + W/2)²/2W within the knee and
//!   (1 − 1/R)(x − T) above T + W/2.
//! * **Ballistics** (their "smooth branching" detector, eq. 17): the reduction in dB goes to the wanted
//!   one exponentially. *Attack* is the time in which it covers 63.2 % (1 − 1/e) of a step upwards,
//!   *Release* that of a step downwards, from when the detector has changed.
//! * **Auto Makeup** adds half of what a steady level of 0 dBFS is turned down by.
//! * **Link** 100 % turns both sides down alike, by what the louder one needs.
//!
//! Latency: Lookahead, rounded to the sample. Tail: as long.

use super::dynamics::{self, Ballistics, Sidechain, share};
use super::{Context, Effect, Setting, Taper};
use crate::dsp::decibels::{gain, level_db, power_db};
use crate::dsp::glide::on_grid;
use crate::dsp::peak_hold::PeakHold;
use crate::dsp::tick::{Span, TICK, Ticking};
use crate::dsp::{SILENCE, Stereo};

/// The settings, in their frozen order.
pub const SETTINGS: &[Setting] = &[
    Setting::new("threshold", "Threshold", "dB", [-60.0, 0.0], -18.0, Taper::Linear),
    Setting::new("ratio", "Ratio", ":1", [1.0, 50.0], 4.0, Taper::Logarithmic),
    Setting::new("knee", "Knee", "dB", [0.0, 24.0], 6.0, Taper::Linear),
    Setting::new("attack", "Attack", "ms", [0.05, 250.0], 10.0, Taper::Logarithmic),
    Setting::new("release", "Release", "ms", [5.0, 2500.0], 100.0, Taper::Logarithmic),
    Setting::choice("detector", "Detector", &["Peak", "RMS"], 0),
    dynamics::LOOKAHEAD,
    Setting::new("makeup", "Makeup", "dB", [-24.0, 24.0], 0.0, Taper::Linear),
    Setting::toggle("auto_makeup", "Auto Makeup", false),
    Setting::new("link", "Link", "%", [0.0, 100.0], 100.0, Taper::Linear),
    dynamics::KEY_LOW_CUT,
    dynamics::KEY_HIGH_CUT,
    dynamics::KEY_LISTEN,
];

// What ticks.
const THRESHOLD: usize = 0;
const SLOPE: usize = 1;
const KNEE: usize = 2;
const MAKEUP: usize = 3;
const LINK: usize = 4;
const RMS: usize = 5;
const ATTACK: usize = 6;
const RELEASE: usize = 7;

type Values = [f32; SETTINGS.len()];

/// The wanted reduction in dB at a level, all in dB; `slope` is 1 − 1/ratio.
#[inline(always)]
fn reduction(level: f32, threshold: f32, slope: f32, knee: f32) -> f32 {
    // Within the knee `into` runs from 0 to the knee's width; above, `over` goes on at full slope.
    let knee = knee.max(0.001);
    let into = (level - threshold + 0.5 * knee).clamp(0.0, knee);
    let over = (level - threshold - 0.5 * knee).max(0.0);
    slope * (into * into / (2.0 * knee) + over)
}

/// The level in dB that comes out of a compressor with these plain values, one a setting, while
/// `level` dB go in for long: what the curve shows. Any thread.
pub fn transfer(values: &[f32], level: f32) -> f32 {
    let values: Values = Setting::hold(SETTINGS, values);
    let [threshold, slope, knee, makeup, ..] = wanted(&values);
    level - reduction(level, threshold, slope, knee) + makeup
}

fn wanted(values: &Values) -> [f32; 8] {
    let [threshold, ratio, knee, attack, release, detector, _, makeup, auto, link, ..] = *values;
    let slope = 1.0 - 1.0 / ratio;
    let half = 0.5 * reduction(0.0, threshold, slope, knee);
    let makeup = makeup + if auto >= 0.5 { half } else { 0.0 };
    [threshold, slope, knee, makeup, link / 100.0, detector, attack, release]
}

/// The audio side.
pub struct Compressor {
    values: Values,
    sample_rate: f64,
    settings: Ticking<8>,
    /// The times that the ballistics were found for.
    times: [f32; 2],
    ballistics: Ballistics,
    rms_share: f32,
    sidechain: Sidechain,
    /// Whether both sides follow the louder one, and whether they are also turned down alike.
    is_linked: bool,
    is_alike: bool,
    peaks: [PeakHold; 2],
    /// The mean square of each side; 0 while nothing asks for it.
    squares: [f32; 2],
    /// The reduction of each side in dB.
    reduction: [f64; 2],
}

impl Compressor {
    /// A compressor with these plain values, one a setting. [main-thread]
    pub fn new(values: &[f32], sample_rate: f64) -> Compressor {
        let values: Values = Setting::hold(SETTINGS, values);
        let ticking = wanted(&values);
        let times = [ticking[ATTACK], ticking[RELEASE]];
        let peak = || PeakHold::new((0.0025 * sample_rate).round() as usize);
        Compressor {
            values,
            sample_rate,
            settings: Ticking::new(ticking),
            times,
            ballistics: Ballistics::new(times, sample_rate),
            rms_share: share(10.0, sample_rate) as f32,
            sidechain: Sidechain::new(SETTINGS, &values, sample_rate),
            is_linked: false,
            is_alike: false,
            peaks: [peak(), peak()],
            squares: [0.0; 2],
            reduction: [0.0; 2],
        }
    }

    /// The levels of the sides in dB for at most a tick of key signal; of the louder one alone if the
    /// sides are linked.
    fn detect(&mut self, key: [&[f32]; 2], span: &Span<8>, phase: usize) -> [[f32; TICK]; 2] {
        let ends = [span.from[RMS], span.to[RMS]];
        let (is_peak, is_rms) = (ends != [1.0; 2], ends != [0.0; 2]);
        let mut highest = [[0.0; TICK]; 2];
        let mut squares = [[0.0; TICK]; 2];
        for ((peak, key), highest) in self.peaks.iter_mut().zip(key).zip(&mut highest) {
            peak.run(key, highest);
        }
        if is_rms {
            let mut state = self.squares;
            for (i, (left, right)) in key[0].iter().zip(key[1]).enumerate() {
                for (side, x) in [left, right].into_iter().enumerate() {
                    state[side] += (x * x - state[side]) * self.rms_share;
                    squares[side][i] = state[side];
                }
            }
            self.squares = state;
        } else {
            self.squares = [0.0; 2];
        }
        if self.is_linked {
            for [left, right] in [&mut highest, &mut squares] {
                for (left, right) in left.iter_mut().zip(right) {
                    *left = left.max(*right);
                }
            }
        }
        let mut levels = [[0.0; TICK]; 2];
        for side in 0..if self.is_linked { 1 } else { 2 } {
            let (highest, squares) = (highest[side], squares[side]);
            levels[side] = match (is_peak, is_rms) {
                (_, false) => highest.map(level_db),
                (false, true) => squares.map(power_db),
                (true, true) => std::array::from_fn(|i| {
                    let [peak, rms] = [level_db(highest[i]), power_db(squares[i])];
                    peak + (rms - peak) * span.at(RMS, phase + i)
                }),
            };
        }
        levels
    }

    /// What both sides are to be turned down by, given their levels.
    fn compute(&self, levels: [[f32; TICK]; 2], span: &Span<8>, phase: usize) -> [[f32; TICK]; 2] {
        if self.is_linked && span.is_still() {
            let [threshold, slope, knee, ..] = span.to;
            let wanted = levels[0].map(|level| reduction(level, threshold, slope, knee));
            return [wanted; 2];
        }
        let mut wanted = [[0.0; TICK]; 2];
        for i in 0..TICK {
            let at = |index: usize| span.at(index, phase + i);
            let both =
                if self.is_linked { [levels[0][i]; 2] } else { [levels[0][i], levels[1][i]] };
            let loudest = both[0].max(both[1]);
            for side in 0..2 {
                let level = both[side] + (loudest - both[side]) * at(LINK);
                wanted[side][i] = reduction(level, at(THRESHOLD), at(SLOPE), at(KNEE));
            }
        }
        wanted
    }

    /// The gains of both sides for at most a tick of key signal.
    fn gains(&mut self, key: [&[f32]; 2], now: u64) -> [[f32; TICK]; 2] {
        let (span, is_new) = self.settings.look(now);
        let phase = (now % TICK as u64) as usize;
        if phase == 0 {
            self.peaks.iter_mut().for_each(PeakHold::tick);
        }
        if is_new {
            let times = [span.to[ATTACK], span.to[RELEASE]];
            if self.times != times {
                self.times = times;
                self.ballistics = Ballistics::new(times, self.sample_rate);
            }
            // Decided at ticks only, so that every cut into blocks takes the same way.
            self.is_linked = [span.from[LINK], span.to[LINK]] == [1.0; 2];
            self.is_alike = self.is_linked && self.reduction[0] == self.reduction[1];
        }
        let frames = key[0].len();
        let levels = self.detect(key, &span, phase);
        let mut gains = self.compute(levels, &span, phase);
        // Side by side, so that one does not wait for the other.
        let mut reduction = self.reduction;
        let ballistics = self.ballistics;
        let [left, right] = &mut gains;
        for (left, right) in left.iter_mut().zip(right).take(frames) {
            for (wanted, reduction) in [left, right].into_iter().zip(&mut reduction) {
                *reduction = ballistics.step(*reduction, *wanted);
                *wanted = *reduction as f32;
            }
        }
        self.reduction = reduction;
        let makeup: [f32; TICK] = if span.is_still() {
            [span.to[MAKEUP]; TICK]
        } else {
            std::array::from_fn(|i| span.at(MAKEUP, phase + i))
        };
        for i in 0..TICK {
            gains[0][i] = gain(makeup[i] - gains[0][i]);
        }
        if self.is_alike {
            gains[1] = gains[0];
        } else {
            for i in 0..TICK {
                gains[1][i] = gain(makeup[i] - gains[1][i]);
            }
        }
        gains
    }
}

impl Effect for Compressor {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let [left, right] = slice;
        let frames = left.len();
        let now = context.now;
        let mut heard: Stereo = SILENCE;
        self.sidechain.hear([&mut *left, &mut *right], context, &mut heard);
        for (at, length) in on_grid(now, frames, TICK) {
            let range = at..at + length;
            let key = [&heard[0][range.clone()], &heard[1][range.clone()]];
            let gains = self.gains(key, now + at as u64);
            for (out, gains) in [&mut *left, &mut *right].into_iter().zip(&gains) {
                for (out, gain) in out[range.clone()].iter_mut().zip(gains) {
                    *out *= gain;
                }
            }
        }
        self.sidechain.listen([left, right], &heard, now);
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        let value = SETTINGS[index].clamp(plain);
        if self.sidechain.set(index, value, now, length) {
            return;
        }
        self.values[index] = value;
        for (setting, value) in wanted(&self.values).into_iter().enumerate() {
            if self.settings.target(setting) != value || length == 0 {
                self.settings.aim(setting, value, now, length);
            }
        }
    }

    fn reset(&mut self) {
        self.settings.arrive();
        self.sidechain.reset();
        self.peaks.iter_mut().for_each(PeakHold::reset);
        self.squares = [0.0; 2];
        self.reduction = [0.0; 2];
    }

    fn latency(&self) -> u32 {
        self.sidechain.latency()
    }

    fn tail(&self) -> u32 {
        self.sidechain.latency()
    }

    fn reduction_db(&self) -> f32 {
        self.reduction[0].max(self.reduction[1]) as f32
    }
}

#[cfg(test)]
mod tests;
