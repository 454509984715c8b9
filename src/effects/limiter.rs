//! Limiter: nothing rises above the ceiling, not even between samples.
//!
//! Not here: how a peak between samples is found ([`crate::dsp::true_peak`]). See
//! [`crate::effects`] for who calls what.
//!
//! Derivation: with the peak `p` around a sample, the gain may be at most `r = min(1, ceiling/p)`
//! there. A sliding minimum of `r` looks ahead and holds, an exponential release follows, and two
//! moving averages in a row make every way down a smooth curve as long as the lookahead. The
//! minimum's window is as long as the averages and the reach of the peak's filter together, so all
//! that is averaged for a sample is at most what the sample may have, and so is the average.
//! Averages are kept in whole numbers (2⁻³²): they do not drift, and where nothing is turned down
//! the output is bit-exactly the delayed input.
//!
//! Latency: the lookahead and 12 samples (24 from 96 kHz on).

use super::{Context, Effect, Setting, Taper};
use crate::dsp::SILENCE;
use crate::dsp::glide::Glide;
use crate::dsp::line::Lines;
use crate::dsp::true_peak::TruePeak;
use crate::units::{db_to_gain, gain_to_db};

/// The settings, in their frozen order.
pub const SETTINGS: &[Setting] = &[
    // How much the input is raised; more is louder and denser.
    Setting::new("gain", "Gain", "dB", [-24.0, 24.0], 0.0, Taper::Linear),
    // The highest true peak of the output, in dBTP.
    Setting::new("ceiling", "Ceiling", "dB", [-24.0, 0.0], -1.0, Taper::Linear),
    // Until 63 % of a reduction is taken back.
    Setting::new("release", "Release", "ms", [1.0, 1000.0], 60.0, Taper::Logarithmic),
    // After long reductions the release is up to ten times as long, so that steady loudness does not
    // pump while single peaks are soon forgotten.
    Setting::toggle("auto_release", "Auto Release", true),
    // How much a side follows the other side's reduction; 100 % keeps the stereo image.
    Setting::new("link", "Link", "%", [0.0, 100.0], 100.0, Taper::Linear),
    // How long before a peak the gain begins to go down. Sets the latency.
    Setting::new("lookahead", "Lookahead", "ms", [0.5, 10.0], 3.0, Taper::Logarithmic).rebuilding(),
];

const GAIN: usize = 0;
const CEILING: usize = 1;
const RELEASE: usize = 2;
const AUTO: usize = 3;
const LINK: usize = 4;
const LOOKAHEAD: usize = 5;

/// Kept below the ceiling, in dB, for what a changing gain adds between samples.
const MARGIN: f32 = 0.05;

/// Gain 1 in whole numbers. The sums of the longest averages still fit into 53 bits.
const ONE: f64 = (1u64 << 32) as f64;

/// The lowest of the last values, by a queue of those that may still become it.
struct Lowest {
    queue: Vec<(u64, f32)>,
    first: usize,
    count: usize,
    window: u64,
}

impl Lowest {
    fn new(window: usize) -> Lowest {
        let queue = vec![(0, 0.0); window.next_power_of_two()];
        Lowest { queue, first: 0, count: 0, window: window as u64 }
    }

    fn reset(&mut self) {
        (self.first, self.count) = (0, 0);
    }

    fn next(&mut self, now: u64, value: f32) -> f32 {
        let mask = self.queue.len() - 1;
        if self.count > 0 && self.queue[self.first & mask].0 + self.window <= now {
            self.first += 1;
            self.count -= 1;
        }
        while self.count > 0 && self.queue[(self.first + self.count - 1) & mask].1 >= value {
            self.count -= 1;
        }
        self.queue[(self.first + self.count) & mask] = (now, value);
        self.count += 1;
        self.queue[self.first & mask].1
    }
}

/// The sum of the last values, exact.
struct Sum {
    values: Vec<u64>,
    at: usize,
    sum: u64,
}

impl Sum {
    fn new(window: usize, value: u64) -> Sum {
        Sum { values: vec![value; window], at: 0, sum: value * window as u64 }
    }

    fn reset(&mut self, value: u64) {
        self.values.fill(value);
        self.sum = value * self.values.len() as u64;
    }

    fn next(&mut self, value: u64) -> u64 {
        self.sum += value;
        self.sum -= std::mem::replace(&mut self.values[self.at], value);
        self.at += 1;
        if self.at == self.values.len() {
            self.at = 0;
        }
        self.sum
    }
}

/// From the gain a side may have at most to the gain it gets.
struct Side {
    detector: TruePeak,
    lowest: Lowest,
    /// Reduction (1 − gain) after the release, and its mean over a longer time.
    fast: f64,
    slow: f64,
    averages: [Sum; 2],
    /// From the last sum to a gain.
    scale: f64,
}

impl Side {
    fn new(sample_rate: f64, [first, second]: [usize; 2]) -> Side {
        let detector = TruePeak::new(sample_rate);
        let lowest = Lowest::new(2 * detector.delay() + first + second - 1);
        let one = ONE as u64;
        let averages = [Sum::new(first, one), Sum::new(second, one * first as u64)];
        let scale = 1.0 / (ONE * (first * second) as f64);
        Side { detector, lowest, fast: 0.0, slow: 0.0, averages, scale }
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.lowest.reset();
        (self.fast, self.slow) = (0.0, 0.0);
        let [first, second] = &mut self.averages;
        first.reset(ONE as u64);
        second.reset(ONE as u64 * first.values.len() as u64);
    }

    fn gain(&mut self, now: u64, may: f32, release: f32, slow: f32, auto: bool) -> f32 {
        let reduction = 1.0 - f64::from(self.lowest.next(now, may));
        self.fast = reduction.max(self.fast * f64::from(release));
        // Small enough to end: from here on the gain is exactly 1 again.
        if self.fast < 1e-6 {
            self.fast = 0.0;
        }
        self.slow += (self.fast - self.slow) * f64::from(slow);
        if self.slow < 1e-6 {
            self.slow = 0.0;
        }
        let reduction = if auto { self.fast.max(self.slow) } else { self.fast };
        let whole = ((1.0 - reduction) * ONE) as u64;
        let [first, second] = &mut self.averages;
        (second.next(first.next(whole)) as f64 * self.scale) as f32
    }
}

/// The audio side.
pub struct Limiter {
    values: [f32; SETTINGS.len()],
    sides: [Side; 2],
    past: Lines,
    latency: u32,
    sample_rate: f64,
    gain: Glide,
    ceiling: Glide,
    /// What a reduction is multiplied by in one sample, and how fast its mean follows.
    release: Glide,
    slow: Glide,
    link: Glide,
    reduction: f32,
}

impl Limiter {
    /// A limiter with these plain values, one a setting. [main-thread]
    pub fn new(values: &[f32], sample_rate: f64) -> Limiter {
        let held: [f32; SETTINGS.len()] = Setting::hold(SETTINGS, values);
        let ahead = (f64::from(held[LOOKAHEAD]) * sample_rate / 1000.0).round().max(2.0) as usize;
        // Two averages of `a` and `b` samples reach over `a + b − 2` samples.
        let averages = [ahead / 2 + 1, ahead - ahead / 2 + 1];
        let sides = [0, 1].map(|_| Side::new(sample_rate, averages));
        // The peak's filter is late, and what is around a peak counts as long as that filter.
        let latency = (ahead + 2 * sides[0].detector.delay()) as u32;
        let mut limiter = Limiter {
            values: held,
            sides,
            past: Lines::new(1, latency),
            latency,
            sample_rate,
            gain: Glide::fixed(1.0),
            ceiling: Glide::fixed(1.0),
            release: Glide::fixed(0.0),
            slow: Glide::fixed(0.0),
            link: Glide::fixed(1.0),
            reduction: 0.0,
        };
        limiter.aim(0, 0);
        limiter
    }

    fn aim(&mut self, now: u64, length: u32) {
        let values = &self.values;
        self.gain.aim(db_to_gain(values[GAIN]), now, length);
        self.ceiling.aim(db_to_gain(values[CEILING] - MARGIN), now, length);
        let samples = f64::from(values[RELEASE]) * self.sample_rate / 1000.0;
        self.release.aim((-1.0 / samples).exp() as f32, now, length);
        self.slow.aim((1.0 - (-0.1 / samples).exp()) as f32, now, length);
        self.link.aim(values[LINK] / 100.0, now, length);
    }
}

impl Effect for Limiter {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let now = context.now;
        let frames = slice[0].len();
        let mut raised = SILENCE;
        let mut peaks = SILENCE;
        for (side, samples) in slice.iter().enumerate() {
            for (i, (to, x)) in raised[side].iter_mut().zip(samples.iter()).enumerate() {
                *to = x * self.gain.at(now + i as u64);
            }
            self.sides[side].detector.run(&raised[side][..frames], &mut peaks[side][..frames]);
        }
        self.past.write(0, now, &raised, frames);
        let auto = self.values[AUTO] >= 0.5;
        let mut gains = SILENCE;
        for i in 0..frames {
            let at = now + i as u64;
            let (ceiling, link) = (self.ceiling.at(at), self.link.at(at));
            let (release, slow) = (self.release.at(at), self.slow.at(at));
            let may = [peaks[0][i], peaks[1][i]]
                .map(|peak| if peak > ceiling { ceiling / peak } else { 1.0 });
            let both = may[0].min(may[1]);
            for (side, may) in may.into_iter().enumerate() {
                let may = may + (both - may) * link;
                gains[side][i] = self.sides[side].gain(at, may, release, slow, auto);
            }
        }
        for (side, samples) in slice.into_iter().enumerate() {
            let past = self.past.read(0, side, now, self.latency, frames);
            for ((out, x), gain) in samples.iter_mut().zip(past).zip(&gains[side]) {
                *out = x * gain;
            }
        }
        let last = frames.saturating_sub(1);
        self.reduction = -gain_to_db(gains[0][last].min(gains[1][last]).max(1e-6)).min(0.0);
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        if index != LOOKAHEAD {
            self.values[index] = SETTINGS[index].clamp(plain);
            self.aim(now, length);
        }
    }

    fn reset(&mut self) {
        self.sides.iter_mut().for_each(Side::reset);
        self.past.clear();
        self.aim(0, 0);
        self.reduction = 0.0;
    }

    fn latency(&self) -> u32 {
        self.latency
    }

    fn tail(&self) -> u32 {
        self.latency
    }

    fn reduction_db(&self) -> f32 {
        self.reduction
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::trial::{
        With, noise, run, run_with, same_in_any_blocks, values, wide_noise,
    };

    fn with(settings: &[(&str, f32)]) -> Limiter {
        Limiter::new(&values(SETTINGS, settings), 48_000.0)
    }

    fn true_peak_db(signal: &[Vec<f32>; 2], rate: u32) -> f64 {
        let mut meter = ebur128::EbuR128::new(2, rate, ebur128::Mode::TRUE_PEAK).unwrap();
        meter.add_frames_planar_f32(&[&signal[0], &signal[1]]).unwrap();
        let peak = meter.true_peak(0).unwrap().max(meter.true_peak(1).unwrap());
        20.0 * peak.log10()
    }

    /// Signals made to slip through, by number, both sides.
    fn nasty(number: usize, frames: usize) -> [Vec<f32>; 2] {
        use std::f32::consts::TAU;
        let variant = number / 10;
        let level = [1.0, 1.5, 4.0, 12.0, 60.0][variant % 5];
        let value = |n: usize, side: usize| -> f32 {
            let t = n as f32;
            let random = (((n * 2 + side) as u32).wrapping_mul(2_654_435_761) >> 8) as f32
                / (1 << 23) as f32
                - 1.0;
            let odd = if (n / 613).is_multiple_of(2) { 1.0 } else { 0.01 };
            match number % 10 {
                // A quarter, a third and two fifths of the rate, between the samples.
                0 => (TAU * 0.25 * t + 0.125 * TAU + 0.1 * variant as f32).sin() * odd,
                1 => (TAU / 3.0 * t + 0.37 * variant as f32).sin() * odd,
                2 => (TAU * 0.4 * t + 0.2).sin() * if n % 997 < 40 { 1.0 } else { 0.02 },
                // Clipped noise.
                3 => (5.0 * random).clamp(-1.0, 1.0),
                4 => (3.0 * random).clamp(-1.0, 1.0) * odd,
                // Impulses: alone, in pairs of either sign, ever closer.
                5 => match n % (300 - 17 * variant) {
                    0 => 1.0,
                    1 => {
                        if variant.is_multiple_of(2) {
                            -1.0
                        } else {
                            1.0
                        }
                    }
                    _ => 0.0,
                },
                // Steps and squares.
                6 => {
                    if (n / (3 + 40 * variant)).is_multiple_of(2) {
                        1.0
                    } else {
                        -1.0
                    }
                }
                7 => {
                    if n < 500 + side {
                        0.0
                    } else {
                        1.0 - t / 9000.0
                    }
                }
                // A chirp to half the rate, and one that swells.
                8 => (TAU * 0.25 * t * t / frames as f32).sin(),
                _ => (TAU * 0.2 * t * t / frames as f32).cos() * (t / frames as f32).powi(3),
            }
        };
        [0, 1].map(|side| (0..frames).map(|n| level * value(n, side)).collect())
    }

    #[test]
    fn the_true_peak_of_100_nasty_signals_is_never_above_the_ceiling() {
        let mut worst: f64 = -99.0;
        for number in 0..100 {
            let [left, right] = nasty(number, 6000);
            let lookahead = [3.0, 0.5, 10.0, 1.0][number % 4];
            let release = [60.0, 1.0, 500.0][number % 3];
            let ceiling = -((number % 7) as f32);
            let mut limiter = with(&[
                ("lookahead", lookahead),
                ("release", release),
                ("ceiling", ceiling),
                ("link", if number % 5 == 0 { 0.0 } else { 100.0 }),
                ("auto_release", (number % 2) as f32),
            ]);
            let out = run(&mut limiter, &[&left, &right]);
            let over = true_peak_db(&out, 48_000) - f64::from(ceiling);
            worst = worst.max(over);
        }
        assert!(worst <= 0.0, "{worst} dB above the ceiling");
        assert!(worst > -0.5, "it must also use the room it has: {worst}");
    }

    #[test]
    fn it_holds_the_ceiling_at_other_sample_rates_too() {
        for rate in [44_100u32, 96_000, 192_000] {
            for number in 0..20 {
                let [left, right] = nasty(number, 6000);
                let values = values(SETTINGS, &[("gain", 12.0)]);
                let mut limiter = Limiter::new(&values, f64::from(rate));
                let out = run(&mut limiter, &[&left, &right]);
                let peak = true_peak_db(&out, rate);
                assert!(peak <= -1.0, "{peak} dB for signal {number} at {rate}");
            }
        }
    }

    #[test]
    fn what_stays_below_the_ceiling_is_bit_exactly_the_delayed_input() {
        let (left, right) = (noise(1, 4000, 0.3), noise(2, 4000, 0.3));
        let mut limiter = with(&[]);
        let latency = limiter.latency() as usize;
        assert_eq!(latency, 144 + 12);
        let [out, _] = run(&mut limiter, &[&left, &right]);
        assert_eq!(out[latency..], left[..4000 - latency]);
        assert_eq!(limiter.reduction_db(), 0.0);
    }

    #[test]
    fn after_one_release_time_63_per_cent_of_a_reduction_are_taken_back() {
        let mut signal = vec![0.1; 24_000];
        signal[..4800].fill(2.0);
        let mut limiter = with(&[
            ("ceiling", 0.0),
            ("release", 100.0),
            ("auto_release", 0.0),
            ("lookahead", 0.5),
        ]);
        let latency = limiter.latency() as usize;
        let [out, _] = run(&mut limiter, &[&signal, &signal]);
        let gain = |n: usize| out[n + latency] / signal[n];
        assert!((gain(4700) - 0.5 * db_to_gain(-MARGIN)).abs() < 0.001, "{}", gain(4700));
        let back = 1.0 - (1.0 - gain(6000 + 4800)) / (1.0 - gain(6000));
        assert!((back - 0.632).abs() < 0.005, "{back}");
    }

    #[test]
    fn linked_sides_are_turned_down_alike_and_unlinked_ones_alone() {
        let loud: Vec<f32> = noise(1, 4000, 4.0);
        let soft = vec![0.1; 4000];
        let run = |link| run(&mut with(&[("link", link)]), &[&loud, &soft])[1][2000];
        assert_eq!(run(0.0), 0.1);
        assert!(run(100.0) < 0.05);
    }

    #[test]
    fn any_cut_into_slices_gives_the_same_bits_while_settings_change() {
        let changes = [
            (100, GAIN, 12.0),
            (333, CEILING, -6.0),
            (900, RELEASE, 5.0),
            (1201, AUTO, 0.0),
            (1500, LINK, 30.0),
        ];
        let with_tempo = With { tempo: Some(131.7), ..With::changes(&changes) };
        same_in_any_blocks(|| with(&[]), &wide_noise(7000, 1.0), &with_tempo);
    }

    #[test]
    fn no_change_clicks_and_60_db_over_full_scale_stay_below_the_ceiling() {
        let steady = vec![0.5; 12_000];
        let changes = [
            (2000, GAIN, 20.0),
            (4000, CEILING, -20.0),
            (6000, LINK, 0.0),
            (8000, GAIN, -6.0),
            (9000, AUTO, 0.0),
        ];
        let [out, _] = run_with(&mut with(&[]), &[&steady, &steady], &With::changes(&changes));
        assert!((200..12_000).all(|n| (out[n] - out[n - 1]).abs() < 0.01));
        let mut limiter = with(&[("gain", 24.0), ("ceiling", -24.0)]);
        let loud = noise(1, 4000, 1000.0);
        let out = run(&mut limiter, &[&loud, &loud]);
        assert!(true_peak_db(&out, 48_000) <= -24.0);
    }
}
