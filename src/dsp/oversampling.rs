//! Working at two, four or eight times the sample rate: linear-phase filters up and down.
//!
//! Not here: what is done at the higher rate (the effects), rate conversion of files. Audio thread,
//! but for the constructors.
//!
//! Every stage doubles the rate with windowed-sinc FIR filters (Kaiser's window, J. F. Kaiser and
//! R. W. Schafer, "On the use of the I0-sinh window for spectrum analysis", 1980; 110 dB and
//! more). The
//! first stage up is a half-band filter that leaves 0 to 20/48 of the sample rate untouched; the
//! first stage down is at full depth from half the sample rate on, so that what was made just above
//! it does not fold back. Delays up and down add up to whole samples of the base rate: phase is
//! linear, and what went up and down nulls against the delayed original.

use super::SLICE;

/// The highest factor.
pub const MOST: usize = 8;

/// Depth of each stage's stop bands, in dB; its pass bands ripple as little.
const DEPTHS: [f64; 3] = [110.0, 130.0, 130.0];

/// Delays of the filters up and down in each stage, in samples of the stage's higher rate. Stage
/// `s` runs at `2^(s+1)` times the base rate. Down keeps the second sample of each pair, which is
/// one later: the sum less one is a multiple of the stage's factor.
const DELAYS: [[usize; 2]; 3] = [[43, 86], [19, 18], [11, 14]];

/// Samples at the base rate that stage `s` delays, up and down together.
const fn latency_of(stage: usize) -> usize {
    (DELAYS[stage][0] + DELAYS[stage][1] - 1) >> (stage + 1)
}

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..200 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
        if term < sum * 1e-18 {
            break;
        }
    }
    sum
}

/// A low-pass of `2·delay + 1` taps, `depth` dB deep, with its edge (−6 dB) at `edge` of the sample
/// rate.
fn low_pass(delay: usize, edge: f64, depth: f64) -> Vec<f64> {
    let beta = 0.1102 * (depth - 8.7);
    let taps = (0..=2 * delay).map(|j| {
        let t = j as f64 - delay as f64;
        let angle = 2.0 * std::f64::consts::PI * edge * t;
        let sinc = if t == 0.0 { 2.0 * edge } else { 2.0 * edge * angle.sin() / angle };
        let r = t / (delay as f64 + 1.0);
        sinc * bessel_i0(beta * (1.0 - r * r).sqrt()) / bessel_i0(beta)
    });
    taps.collect()
}

/// Samples of one polyphase branch: a symmetric FIR filter and the past it needs.
struct Branch {
    /// The first half of the taps; the second mirrors it.
    half: Vec<f32>,
    /// The tap in the middle, if their number is odd.
    middle: Option<f32>,
    /// The last `taps − 1` inputs, then the slice at hand.
    line: Vec<f32>,
    past: usize,
}

impl Branch {
    fn new(taps: &[f64], longest: usize) -> Branch {
        let (count, pairs) = (taps.len(), taps.len() / 2);
        let half = taps[..pairs].iter().map(|tap| *tap as f32).collect();
        let middle = (count % 2 == 1).then(|| taps[pairs] as f32);
        Branch { half, middle, line: vec![0.0; count - 1 + longest], past: count - 1 }
    }

    /// Where the next `frames` inputs go.
    fn input(&mut self, frames: usize) -> &mut [f32] {
        &mut self.line[self.past..self.past + frames]
    }

    /// Filters the inputs into `out`, adding if `ADD`, and moves on. Each output is summed in the
    /// same order however long `out` is.
    fn run<const ADD: bool>(&mut self, out: &mut [f32]) {
        const LANES: usize = 16;
        let frames = out.len();
        let (pieces, rest) = out.as_chunks_mut::<LANES>();
        for (piece, out) in pieces.iter_mut().enumerate() {
            let line = &self.line[piece * LANES..piece * LANES + self.past + LANES];
            let mut sums = [0.0f32; LANES];
            let ends = line.windows(LANES).zip(line.windows(LANES).rev());
            for ((early, late), tap) in ends.zip(&self.half) {
                for lane in 0..LANES {
                    sums[lane] += tap * (early[lane] + late[lane]);
                }
            }
            if let Some(tap) = self.middle {
                for (sum, x) in sums.iter_mut().zip(&line[self.past / 2..]) {
                    *sum += tap * x;
                }
            }
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = if ADD { *out + sum } else { sum };
            }
        }
        let first = pieces.len() * LANES;
        for (at, out) in rest.iter_mut().enumerate() {
            let line = &self.line[first + at..=first + at + self.past];
            let mut sum = 0.0f32;
            for ((early, late), tap) in line.iter().zip(line.iter().rev()).zip(&self.half) {
                sum += tap * (early + late);
            }
            if let Some(tap) = self.middle {
                sum += tap * line[self.past / 2];
            }
            *out = if ADD { *out + sum } else { sum };
        }
        self.line.copy_within(frames..frames + self.past, 0);
    }

    fn reset(&mut self) {
        self.line.fill(0.0);
    }
}

/// One doubling: half-band filter up, low-pass down.
struct Stage {
    filtered: Vec<f32>,
    up: Branch,
    /// The up filter's other branch is a single tap, that is a delay; this is where it reads in the
    /// first one's line.
    centre: usize,
    /// For the second and the first sample of each pair.
    down: [Branch; 2],
}

impl Stage {
    fn new(stage: usize) -> Stage {
        let longest = SLICE << stage;
        let ([up_delay, down_delay], depth) = (DELAYS[stage], DEPTHS[stage]);
        let up: Vec<f64> = low_pass(up_delay, 0.25, depth).into_iter().step_by(2).collect();
        // Twice the filter, since half of the samples it reads are zeros; and each branch sums to
        // exactly 1, so that a constant stays one.
        let sum: f64 = up.iter().sum();
        let up: Vec<f64> = up.iter().map(|tap| tap / sum).collect();
        // From 20/48 to 24/48 of the base rate in the first stage; later ones have room.
        let edge = if stage == 0 { 22.0 / 96.0 } else { 0.25 };
        let mut down = low_pass(down_delay, edge, depth);
        let sum: f64 = down.iter().sum();
        down.iter_mut().for_each(|tap| *tap /= sum);
        let branch = |first: usize| {
            let taps: Vec<f64> = down.iter().copied().skip(first).step_by(2).collect();
            Branch::new(&taps, longest)
        };
        Stage {
            filtered: vec![0.0; longest],
            up: Branch::new(&up, longest),
            centre: up_delay.div_ceil(2),
            down: [branch(0), branch(1)],
        }
    }

    /// Doubles `input` into `out`, which is twice as long.
    fn raise(&mut self, input: &[f32], out: &mut [f32]) {
        let frames = input.len();
        self.up.input(frames).copy_from_slice(input);
        // The filter's delay is odd: the input comes back untouched at odd samples.
        let filtered = &mut self.filtered[..frames];
        for (pair, x) in out.chunks_exact_mut(2).zip(&self.up.line[self.centre..]) {
            pair[1] = *x;
        }
        self.up.run::<false>(filtered);
        for (pair, x) in out.chunks_exact_mut(2).zip(filtered) {
            pair[0] = *x;
        }
    }

    /// Halves `input`, which is twice as long as `out`.
    fn lower(&mut self, input: &[f32], out: &mut [f32]) {
        let frames = out.len();
        let [second, first] = &mut self.down;
        let (seconds, firsts) = (second.input(frames), first.input(frames));
        for ((pair, second), first) in input.chunks_exact(2).zip(seconds).zip(firsts) {
            *first = pair[0];
            *second = pair[1];
        }
        second.run::<false>(out);
        first.run::<true>(out);
    }

    fn reset(&mut self) {
        self.up.reset();
        self.down.iter_mut().for_each(Branch::reset);
    }
}

/// One channel's way up and down.
pub struct Oversampler {
    stages: Vec<Stage>,
    high: [Vec<f32>; 2],
}

impl Oversampler {
    /// For a factor of 1, 2, 4 or 8; others are rounded down to one of these. [main-thread]
    pub fn new(factor: usize) -> Oversampler {
        let stages = factor.clamp(1, MOST).ilog2() as usize;
        let high = || vec![0.0; SLICE << stages];
        Oversampler { stages: (0..stages).map(Stage::new).collect(), high: [high(), high()] }
    }

    /// How many samples there are at the high rate for one at the base rate.
    pub fn factor(&self) -> usize {
        1 << self.stages.len()
    }

    /// Samples at the base rate that the way up and down delays.
    pub fn latency(&self) -> usize {
        (0..self.stages.len()).map(latency_of).sum()
    }

    /// Replaces the slice by what `work` makes of it at the high rate. `work` gets all of the
    /// slice's high-rate samples in place, [`Oversampler::factor`] per frame.
    pub fn run(&mut self, slice: &mut [f32], work: impl FnOnce(&mut [f32])) {
        let frames = slice.len();
        let [mut from, mut to] = self.high.each_mut().map(Vec::as_mut_slice);
        from[..frames].copy_from_slice(slice);
        let mut count = frames;
        for stage in &mut self.stages {
            stage.raise(&from[..count], &mut to[..2 * count]);
            std::mem::swap(&mut from, &mut to);
            count *= 2;
        }
        work(&mut from[..count]);
        for stage in self.stages.iter_mut().rev() {
            count /= 2;
            stage.lower(&from[..2 * count], &mut to[..count]);
            std::mem::swap(&mut from, &mut to);
        }
        slice.copy_from_slice(&from[..frames]);
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.stages.iter_mut().for_each(Stage::reset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(factor: usize, signal: &[f32], cut: impl Fn(usize) -> usize) -> Vec<f32> {
        let mut oversampler = Oversampler::new(factor);
        let mut out = signal.to_vec();
        let mut at = 0;
        while at < out.len() {
            let end = (at + cut(at)).min(out.len());
            oversampler.run(&mut out[at..end], |_| ());
            at = end;
        }
        out
    }

    fn sines(frequencies: &[f64], frames: usize) -> Vec<f32> {
        let share = 1.0 / frequencies.len() as f64;
        let value = |n: usize| -> f64 {
            let angle = |f: &f64| (2.0 * std::f64::consts::PI * f * n as f64 + f * 99.0).sin();
            frequencies.iter().map(|f| share * angle(f)).sum()
        };
        (0..frames).map(|n| value(n) as f32).collect()
    }

    #[test]
    fn up_and_down_nulls_against_the_delayed_original_below_100_db_up_to_20_khz_at_48() {
        let signal = sines(&[0.0005, 0.013, 0.1, 0.25, 0.33, 0.39, 20.0 / 48.0], 4000);
        for factor in [1, 2, 4, 8] {
            let latency = Oversampler::new(factor).latency();
            let out = through(factor, &signal, |_| SLICE);
            let worst =
                (400..4000).map(|n| (out[n] - signal[n - latency]).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-5, "{factor}x: {} dB", 20.0 * worst.log10());
        }
    }

    #[test]
    fn an_impulse_peaks_exactly_at_the_latency_and_is_symmetric_about_it() {
        for factor in [2, 4, 8] {
            let latency = Oversampler::new(factor).latency();
            let mut impulse = vec![0.0; 400];
            impulse[20] = 1.0;
            let out = through(factor, &impulse, |_| SLICE);
            let peak = (0..400).max_by(|a, b| out[*a].abs().total_cmp(&out[*b].abs()));
            assert_eq!(peak, Some(20 + latency), "{factor}x");
            for d in 1..20 {
                assert!((out[20 + latency + d] - out[20 + latency - d]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_constant_stays_one_at_the_high_rate() {
        let mut oversampler = Oversampler::new(8);
        for _ in 0..20 {
            oversampler.run(&mut [0.5; SLICE], |_| ());
        }
        oversampler.run(&mut [0.5; SLICE], |high| {
            assert_eq!(high.len(), 8 * SLICE);
            assert!(high.iter().all(|x| (x - 0.5).abs() < 1e-6));
        });
    }

    #[test]
    fn what_is_made_above_half_the_rate_does_not_come_back() {
        for (factor, frequency) in
            [(2, 24.1), (2, 40.0), (4, 25.0), (4, 71.0), (8, 24.5), (8, 121.0)]
        {
            let step = frequency / (48.0 * factor as f64);
            let mut oversampler = Oversampler::new(factor);
            let mut n = 0u32;
            let mut worst = 0.0f32;
            for round in 0..40 {
                let mut slice = [0.0; SLICE];
                oversampler.run(&mut slice, |high| {
                    for x in high {
                        *x = (2.0 * std::f64::consts::PI * step * f64::from(n)).sin() as f32;
                        n += 1;
                    }
                });
                if round > 8 {
                    worst = slice.iter().fold(worst, |worst, x| worst.max(x.abs()));
                }
            }
            assert!(worst < 1e-5, "{frequency} kHz at {factor}x: {worst}");
        }
    }

    #[test]
    fn any_cut_into_slices_gives_the_same_bits() {
        let signal = sines(&[0.01, 0.2, 0.45], 1000);
        for factor in [2, 4, 8] {
            let whole = through(factor, &signal, |_| SLICE);
            assert_eq!(whole, through(factor, &signal, |_| 1));
            assert_eq!(whole, through(factor, &signal, |at| 1 + (at * 7) % SLICE));
        }
    }
}
