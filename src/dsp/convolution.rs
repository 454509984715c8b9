//! Convolution with a long impulse response, without latency and without work that piles up.
//!
//! Not here: where impulse responses come from (`crate::effects`). [`Response::new`] and
//! [`Convolver::new`] allocate and belong on the main thread; the rest runs on the audio thread.
//!
//! The first 64 taps are a filter in the time domain. What follows is cut into partitions that are
//! multiplied as spectra (overlap-save; Gardner, "Efficient Convolution without Input-Output
//! Delay", JAES 1995), in sizes that grow eightfold. A partition of size N begins 2N into the
//! response: its input is complete N samples before its output is due, so transforms, products and
//! inverse are spread over those N samples, left and right at different times:
//!
//! ```text
//! taps      0    64        1024                 8192                                  end
//!           time 15 × 64   14 × 512             n × 4096
//! ticks          1         L R p p p p l r      . . L R p p … p p l r . .
//! ```
//!
//! (L, R forward transforms; p products of spectra; l, r inverse transforms; a tick is 64 samples.)
//!
//! All of it ticks at multiples of 64 on the absolute sample counter, when a slice completes; in
//! between only the filter runs. That is why slices of any length give the same bits.

mod kernels;
mod response;

use std::sync::Arc;

use realfft::num_complex::Complex;

pub use response::Response;

use super::SLICE;
use super::glide::on_grid;
use kernels::{GROUP, Kernels, TAPS, WINDOW};
use response::Spectra;

/// Convolves a stereo signal with a [`Response`].
pub struct Convolver {
    response: Arc<Response>,
    kernels: Kernels,
    /// The slice before and the current one as far as it is known, for the filter.
    windows: [[f32; WINDOW]; 2],
    /// What the partitions add to the current slice.
    behind: [[f32; SLICE]; 2],
    /// The past of both inputs, by absolute sample number modulo its length.
    past: [Vec<f32>; 2],
    levels: Vec<Running>,
}

/// The state of one partition size.
struct Running {
    /// The spectra of the inputs' last blocks; the newest in slot `newest`, then ever older ones.
    spectra: [Spectra; 2],
    newest: usize,
    sums: [Vec<f32>; 2],
    /// Two blocks an output: one sounds while the other is being computed.
    blocks: [[Vec<f32>; 2]; 2],
    sounding: usize,
    time: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    plan: Plan,
}

/// On which of its ticks a level does what.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plan {
    ticks: u64,
    /// The left side's forward transform; the right side's is one tick later.
    forward: u64,
    /// The left side's inverse transform; the right side's is one tick later.
    inverse: u64,
}

impl Plan {
    /// Level `index` keeps its transforms clear of those of the levels below it, which lie at the
    /// beginning and the end of every eight ticks.
    fn new(index: usize, size: usize) -> Plan {
        let ticks = (size / SLICE) as u64;
        let clear = 2 * (index as u64).saturating_sub(1);
        Plan { ticks, forward: clear, inverse: ticks.saturating_sub(2 + clear) }
    }

    /// Which of `units` equal shares of the products are due at `tick`.
    fn share(&self, tick: u64, units: usize) -> std::ops::Range<usize> {
        let (from, to) = (self.forward + 2, self.inverse);
        let done =
            |tick: u64| (units as u64 * (tick.clamp(from, to) - from) / (to - from)) as usize;
        done(tick)..done(tick + 1)
    }
}

impl Convolver {
    /// A convolver with a silent past. [main-thread]
    pub fn new(response: Arc<Response>) -> Convolver {
        let levels: Vec<_> = response.levels.iter().enumerate().map(Running::new).collect();
        // A transform reads twice its size and may begin a few ticks late.
        let past = response.levels.last().map_or(0, |level| 4 * level.size);
        Convolver {
            kernels: Kernels::detect(),
            windows: [[0.0; WINDOW]; 2],
            behind: [[0.0; SLICE]; 2],
            past: [vec![0.0; past], vec![0.0; past]],
            levels,
            response,
        }
    }

    /// The response it convolves with.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// Replaces both sides, equally long and beginning at the absolute sample `now`, by what the
    /// response makes of them.
    pub fn process(&mut self, slice: [&mut [f32]; 2], now: u64) {
        let [left, right] = slice;
        let frames = left.len().min(right.len());
        for (at, frames) in on_grid(now, frames, SLICE) {
            let range = at..at + frames;
            self.piece([&mut left[range.clone()], &mut right[range]], now + at as u64);
        }
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.windows = [[0.0; WINDOW]; 2];
        self.behind = [[0.0; SLICE]; 2];
        self.past.iter_mut().for_each(|past| past.fill(0.0));
        self.levels.iter_mut().for_each(Running::reset);
    }

    /// Up to a slice that does not cross the grid.
    fn piece(&mut self, sides: [&mut [f32]; 2], now: u64) {
        let from = (now % SLICE as u64) as usize;
        let to = from + sides[0].len();
        for (window, side) in self.windows.iter_mut().zip(&sides) {
            window[TAPS + from..TAPS + to].copy_from_slice(side);
        }
        let mut other = [0.0; SLICE];
        for (output, side) in sides.into_iter().enumerate() {
            side.copy_from_slice(&self.behind[output][from..to]);
            for (input, channel) in self.response.paths(output) {
                let taps = &self.response.heads[*channel];
                let part = &mut other[..side.len()];
                self.kernels.filter(taps, &self.windows[*input], from, part);
                side.iter_mut().zip(part).for_each(|(side, part)| *side += *part);
            }
        }
        if to == SLICE {
            self.tick(now - from as u64 + SLICE as u64);
        }
    }

    /// The slice that ends before the sample `now`, a multiple of 64, is complete.
    fn tick(&mut self, now: u64) {
        for (window, past) in self.windows.iter_mut().zip(&mut self.past) {
            if !past.is_empty() {
                let at = now.wrapping_sub(SLICE as u64) as usize & (past.len() - 1);
                past[at..at + SLICE].copy_from_slice(&window[TAPS..TAPS + SLICE]);
            }
            window.copy_within(TAPS..2 * TAPS, 0);
        }
        self.behind = [[0.0; SLICE]; 2];
        for index in 0..self.levels.len() {
            let job = Job { response: &self.response, index, kernels: self.kernels };
            self.levels[index].tick(&job, &self.past, now, &mut self.behind);
        }
    }
}

/// What a level needs to know of its surroundings.
struct Job<'a> {
    response: &'a Response,
    index: usize,
    kernels: Kernels,
}

impl Running {
    fn new((index, level): (usize, &response::Level)) -> Running {
        let floats = || vec![0.0; level.size];
        let longest = level.forward.get_scratch_len().max(level.inverse.get_scratch_len());
        Running {
            spectra: [0, 1].map(|_| Spectra::new(level.size, level.slots)),
            newest: 0,
            sums: [0, 1].map(|_| vec![0.0; 2 * level.size]),
            blocks: [0, 1].map(|_| [floats(), floats()]),
            sounding: 0,
            time: level.forward.make_input_vec(),
            bins: level.forward.make_output_vec(),
            scratch: vec![Complex::default(); longest],
            plan: Plan::new(index, level.size),
        }
    }

    fn reset(&mut self) {
        self.spectra.iter_mut().for_each(Spectra::clear);
        self.sums.iter_mut().for_each(|sums| sums.fill(0.0));
        self.blocks.iter_mut().flatten().for_each(|block| block.fill(0.0));
    }

    /// Does what is due at `now` and adds the 64 samples that begin there to `behind`.
    fn tick(&mut self, job: &Job, past: &[Vec<f32>; 2], now: u64, behind: &mut [[f32; SLICE]; 2]) {
        let level = &job.response.levels[job.index];
        let plan = self.plan;
        let tick = now / SLICE as u64 % plan.ticks;
        let complete = now - tick * SLICE as u64;
        if tick == 0 {
            self.newest = (self.newest + level.slots - 1) % level.slots;
            self.sounding ^= 1;
        }
        let units = 2 * level.size / kernels::BINS;
        if plan.ticks == 1 {
            // The smallest partitions are wanted at once.
            (0..2).for_each(|side| self.transform(level, side, &past[side], complete));
            (0..units).for_each(|unit| self.multiply(job, unit));
            (0..2).for_each(|side| self.invert(level, side, self.sounding));
        } else {
            for (side, past) in past.iter().enumerate() {
                if tick == plan.forward + side as u64 {
                    self.transform(level, side, past, complete);
                }
                if tick == plan.inverse + side as u64 {
                    self.invert(level, side, self.sounding ^ 1);
                }
            }
            plan.share(tick, units).for_each(|unit| self.multiply(job, unit));
        }
        let from = tick as usize * SLICE;
        for (behind, blocks) in behind.iter_mut().zip(&self.blocks) {
            let block = &blocks[self.sounding][from..from + SLICE];
            behind.iter_mut().zip(block).for_each(|(behind, x)| *behind += x);
        }
    }

    /// The spectrum of the two blocks of input that end before the sample `complete`.
    fn transform(&mut self, level: &response::Level, side: usize, past: &[f32], complete: u64) {
        let start = complete.wrapping_sub(2 * level.size as u64) as usize & (past.len() - 1);
        let (early, late) = past.split_at(start);
        let first = late.len().min(self.time.len());
        let (head, tail) = self.time.split_at_mut(first);
        head.copy_from_slice(&late[..first]);
        tail.copy_from_slice(&early[..tail.len()]);
        let scratch = &mut self.scratch[..level.forward.get_scratch_len()];
        let result = level.forward.process_with_scratch(&mut self.time, &mut self.bins, scratch);
        debug_assert!(result.is_ok(), "lengths come from the plan");
        self.spectra[side].store(self.newest, &self.bins);
    }

    /// One group of bins of one output, summed over all partitions and paths.
    fn multiply(&mut self, job: &Job, unit: usize) {
        let level = &job.response.levels[job.index];
        let (group, output) = (unit / 2, unit % 2);
        // Partition p meets slot newest + p; behind the last slot the first follows.
        let (newest, slots) = (self.newest, level.slots);
        let runs = [(newest, slots, 0), (0, newest, slots - newest)];
        let mut sum = [0.0; GROUP];
        let mut ends = [0.0; 2];
        for (input, channel) in job.response.paths(output) {
            for (from, to, partition) in runs {
                let x = self.spectra[*input].run(group, from, to);
                let h = level.channels[*channel].run(group, partition, partition + to - from);
                job.kernels.accumulate(&mut sum, x, h);
                if group == 0 {
                    // The first bin holds two real ones, which do not multiply as a complex one.
                    for (x, h) in x.chunks_exact(GROUP).zip(h.chunks_exact(GROUP)) {
                        ends[0] += x[0] * h[0];
                        ends[1] += x[kernels::BINS] * h[kernels::BINS];
                    }
                }
            }
        }
        if group == 0 {
            [sum[0], sum[kernels::BINS]] = ends;
        }
        self.sums[output][group * GROUP..][..GROUP].copy_from_slice(&sum);
    }

    /// Turns an output's sums back into sound: the second half of what the inverse transform gives.
    fn invert(&mut self, level: &response::Level, side: usize, to: usize) {
        let size = level.size;
        for (bins, sum) in self.bins[..size]
            .chunks_exact_mut(kernels::BINS)
            .zip(self.sums[side].chunks_exact(GROUP))
        {
            let (re, im) = sum.split_at(kernels::BINS);
            for ((bin, re), im) in bins.iter_mut().zip(re).zip(im) {
                *bin = Complex::new(*re, *im);
            }
        }
        self.bins[size] = Complex::new(self.bins[0].im, 0.0);
        self.bins[0].im = 0.0;
        let scratch = &mut self.scratch[..level.inverse.get_scratch_len()];
        let result = level.inverse.process_with_scratch(&mut self.bins, &mut self.time, scratch);
        debug_assert!(result.is_ok(), "lengths come from the plan");
        self.blocks[side][to].copy_from_slice(&self.time[size..]);
    }
}

#[cfg(test)]
mod tests;
