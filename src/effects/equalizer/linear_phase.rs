//! The equalizer's magnitude with linear phase: one symmetric kernel, convolved through the FFT.
//!
//! Not here: which filters there are. Audio thread, except `new`.
//!
//! **Kernel.** The magnitude of all filters together, sampled at [`LinearPhase::taps`]/2 + 1
//! frequencies (16384 taps at 44.1 and 48 kHz, so that it spans a third of a second at any rate), the
//! inverse FFT of it moved to the middle, and the outer quarters faded by half a cosine (a Tukey
//! window). What rings longer than that, such as a cut of 48 dB/oct at 20 Hz, is rounded off a
//! little.
//!
//! **New settings** do not allow a new kernel within one slice. It is designed in small steps, one
//! each 64 samples: a few hundred frequencies, or the inverse FFT, or two partitions; 51 steps, about
//! 70 ms, at 48 kHz. Then each side fades to it over one block (about 11 ms). What is set meanwhile
//! waits for the next design. Steps fall on absolute samples, so the result does not depend on
//! block sizes.
//!
//! **Convolution.** Uniform partitions of [`BLOCK`] samples, overlap-save (T. G. Stockham, 1966;
//! partitions as in W. G. Gardner, 1995). The right side's blocks begin half a block after the
//! left's, so that no slice does the work of both.
//!
//! Latency: half the taps and one block, 8704 samples at 48 kHz. Tail: all taps and one block.

use super::SECTIONS;
use crate::dsp::SLICE;
use crate::dsp::biquad::{Biquad, Squares};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Samples a partition, at any rate.
const BLOCK: usize = 512;
/// Bins of a partition's spectrum.
const BINS: usize = BLOCK + 1;
/// Frequencies whose magnitude is found in one step.
const FREQUENCIES_A_STEP: usize = 256;
/// Partitions transformed in one step.
const PARTITIONS_A_STEP: usize = 2;

type Filters = [Option<Biquad>; SECTIONS];

/// Spectra of [`BINS`] bins each, real and imaginary parts apart so that products become vectors.
struct Spectra {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Spectra {
    fn new(count: usize) -> Spectra {
        Spectra { re: vec![0.0; count * BINS], im: vec![0.0; count * BINS] }
    }

    fn store(&mut self, index: usize, spectrum: &[Complex<f32>]) {
        let range = index * BINS..(index + 1) * BINS;
        let (re, im) = (&mut self.re[range.clone()], &mut self.im[range]);
        for ((re, im), x) in re.iter_mut().zip(im).zip(spectrum) {
            (*re, *im) = (x.re, x.im);
        }
    }

    fn get(&self, index: usize) -> [&[f32]; 2] {
        let range = index * BINS..(index + 1) * BINS;
        [&self.re[range.clone()], &self.im[range]]
    }
}

/// Where the design of the next kernel is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// Nothing to do.
    Idle,
    /// The magnitudes from this frequency on are next.
    Magnitude(usize),
    /// The inverse FFT and the window are next.
    Transform,
    /// The spectra from this partition on are next.
    Partition(usize),
    /// Done; the sides are to fade to it.
    Ready,
}

struct Side {
    /// The last two blocks of input.
    input: Vec<f32>,
    output: Vec<f32>,
    past: Spectra,
    newest: usize,
    /// Which of the two kernels it plays.
    kernel: usize,
}

/// Both sides with their kernels.
pub struct LinearPhase {
    partitions: usize,
    sides: [Side; 2],
    kernels: [Spectra; 2],
    /// Which kernel the design writes.
    drawing: usize,
    stage: Stage,
    designed: [Option<Squares>; SECTIONS],
    wanted: [Option<Squares>; SECTIONS],
    is_wanted: bool,
    is_fresh: bool,
    /// sin²(ω/2) of every frequency.
    sines: Vec<f64>,
    fading: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    taps: Vec<f32>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    forward_block: Arc<dyn RealToComplex<f32>>,
    inverse_block: Arc<dyn ComplexToReal<f32>>,
    scratch: Vec<Complex<f32>>,
    block: Vec<f32>,
    block_spectrum: Vec<Complex<f32>>,
    sum: [Vec<f32>; 2],
}

impl LinearPhase {
    /// How many taps the kernel has at a rate.
    fn taps(sample_rate: f64) -> usize {
        let third = (sample_rate / 48_000.0 * 16_384.0) as usize;
        // The power of two nearest to a third of a second.
        (third * 3 / 4).next_power_of_two().max(4096)
    }

    /// A silent one that plays the kernel of these filters. [main-thread]
    pub fn new(filters: &Filters, sample_rate: f64) -> LinearPhase {
        let length = Self::taps(sample_rate);
        let partitions = length / BLOCK;
        let mut planner = RealFftPlanner::<f32>::new();
        let inverse = planner.plan_fft_inverse(length);
        let forward_block = planner.plan_fft_forward(2 * BLOCK);
        let inverse_block = planner.plan_fft_inverse(2 * BLOCK);
        let scratch = [
            inverse.get_scratch_len(),
            forward_block.get_scratch_len(),
            inverse_block.get_scratch_len(),
        ];
        let none = Complex::new(0.0, 0.0);
        let side = || Side {
            input: vec![0.0; 2 * BLOCK],
            output: vec![0.0; BLOCK],
            past: Spectra::new(partitions),
            newest: 0,
            kernel: 0,
        };
        let angle = |bin: usize| std::f64::consts::PI * bin as f64 / length as f64;
        let mut linear = LinearPhase {
            partitions,
            sides: [side(), side()],
            kernels: [Spectra::new(partitions), Spectra::new(partitions)],
            drawing: 0,
            stage: Stage::Idle,
            designed: [None; SECTIONS],
            wanted: filters.map(|filter| filter.map(|filter| filter.squares())),
            is_wanted: true,
            is_fresh: false,
            sines: (0..=length / 2).map(|bin| angle(bin).sin().powi(2)).collect(),
            fading: vec![0.0; BLOCK],
            spectrum: vec![none; length / 2 + 1],
            taps: vec![0.0; length],
            inverse,
            forward_block,
            inverse_block,
            scratch: vec![none; scratch.into_iter().max().unwrap_or(0)],
            block: vec![0.0; 2 * BLOCK],
            block_spectrum: vec![none; BINS],
            sum: [vec![0.0; BINS], vec![0.0; BINS]],
        };
        linear.arrive();
        linear
    }

    /// Wants the kernel with this filter in its place: at once, which takes well under a
    /// millisecond at the next slice, or by and by.
    pub fn aim(&mut self, section: usize, filter: Option<Biquad>, at_once: bool) {
        self.wanted[section] = filter.map(|filter| filter.squares());
        self.is_wanted = true;
        self.is_fresh |= at_once;
    }

    /// Forgets all sound and plays the kernel that is wanted.
    pub fn reset(&mut self) {
        for side in &mut self.sides {
            side.input.fill(0.0);
            side.output.fill(0.0);
            side.past.re.fill(0.0);
            side.past.im.fill(0.0);
        }
        self.arrive();
    }

    /// Samples from input to output.
    pub fn latency(&self) -> u32 {
        (self.taps.len() / 2 + BLOCK) as u32
    }

    /// Samples until it is silent.
    pub fn tail(&self) -> u32 {
        (self.taps.len() + BLOCK) as u32
    }

    /// Filters a slice that begins at the absolute sample `now`.
    pub fn process(&mut self, slice: [&mut [f32]; 2], now: u64) {
        if self.is_fresh {
            self.arrive();
        }
        let end = now + slice[0].len() as u64;
        for (index, samples) in slice.into_iter().enumerate() {
            let offset = (index * BLOCK / 2) as u64;
            let at = ((now + offset) % BLOCK as u64) as usize;
            let side = &mut self.sides[index];
            side.input[BLOCK + at..BLOCK + at + samples.len()].copy_from_slice(samples);
            samples.copy_from_slice(&side.output[at..at + samples.len()]);
            if (end + offset).is_multiple_of(BLOCK as u64) {
                self.convolve(index);
            }
        }
        if end.is_multiple_of(SLICE as u64) {
            self.step();
        }
    }

    /// Designs all that is wanted now and plays it without a fade.
    fn arrive(&mut self) {
        self.is_fresh = false;
        if self.stage == Stage::Ready {
            self.sides.iter_mut().for_each(|side| side.kernel = self.drawing);
            self.stage = Stage::Idle;
        }
        while self.is_wanted || !matches!(self.stage, Stage::Idle | Stage::Ready) {
            if self.is_wanted {
                self.stage = Stage::Idle;
            }
            self.step();
        }
        if self.stage == Stage::Ready {
            self.sides.iter_mut().for_each(|side| side.kernel = self.drawing);
            self.stage = Stage::Idle;
        }
    }

    /// One step of the design.
    fn step(&mut self) {
        self.stage = match self.stage {
            Stage::Idle if self.is_wanted => {
                self.is_wanted = false;
                self.designed = self.wanted;
                self.drawing = 1 - self.sides[0].kernel;
                Stage::Magnitude(0)
            }
            Stage::Magnitude(from) => {
                let to = (from + FREQUENCIES_A_STEP).min(self.sines.len());
                self.find_magnitudes(from, to);
                if to == self.sines.len() { Stage::Transform } else { Stage::Magnitude(to) }
            }
            Stage::Transform => {
                self.find_taps();
                Stage::Partition(0)
            }
            Stage::Partition(from) => {
                let to = (from + PARTITIONS_A_STEP).min(self.partitions);
                for partition in from..to {
                    self.transform_partition(partition);
                }
                if to == self.partitions { Stage::Ready } else { Stage::Partition(to) }
            }
            Stage::Ready if self.sides.iter().all(|side| side.kernel == self.drawing) => {
                Stage::Idle
            }
            waiting => waiting,
        };
    }

    fn find_magnitudes(&mut self, from: usize, to: usize) {
        // Fractions multiplied out filter by filter: a loop over frequencies inside becomes vectors.
        let mut squares = [1.0f64; FREQUENCIES_A_STEP];
        let sines = &self.sines[from..to];
        for filter in self.designed.iter().flatten() {
            for (square, sine) in squares.iter_mut().zip(sines) {
                let [above, below] = filter.at(*sine);
                *square *= above.max(0.0) / below;
            }
        }
        for (bin, square) in (from..to).zip(squares) {
            // Every other sign turned moves the middle of the kernel to the middle of the taps.
            let sign = if bin % 2 == 0 { 1.0 } else { -1.0 };
            self.spectrum[bin] = Complex::new((sign * square.sqrt()) as f32, 0.0);
        }
    }

    fn find_taps(&mut self) {
        let length = self.taps.len();
        let scratch = &mut self.scratch[..self.inverse.get_scratch_len()];
        // The lengths are those the plan was made for, and the outer bins are real.
        let done = self.inverse.process_with_scratch(&mut self.spectrum, &mut self.taps, scratch);
        debug_assert!(done.is_ok());
        let scale = 1.0 / length as f32;
        self.taps.iter_mut().for_each(|tap| *tap *= scale);
        let quarter = length / 4;
        for i in 0..quarter {
            let angle = std::f32::consts::PI * i as f32 / quarter as f32;
            let fade = 0.5 - 0.5 * angle.cos();
            self.taps[i] *= fade;
            if i > 0 {
                self.taps[length - i] *= fade;
            }
        }
    }

    fn transform_partition(&mut self, partition: usize) {
        let taps = &self.taps[partition * BLOCK..(partition + 1) * BLOCK];
        // The inverse FFT of the blocks leaves a factor of 2·BLOCK; it is taken off here.
        let scale = 1.0 / (2 * BLOCK) as f32;
        for (to, tap) in self.block.iter_mut().zip(taps) {
            *to = tap * scale;
        }
        self.block[BLOCK..].fill(0.0);
        self.forward();
        self.kernels[self.drawing].store(partition, &self.block_spectrum);
    }

    fn forward(&mut self) {
        let scratch = &mut self.scratch[..self.forward_block.get_scratch_len()];
        let (from, to) = (&mut self.block, &mut self.block_spectrum);
        let done = self.forward_block.process_with_scratch(from, to, scratch);
        debug_assert!(done.is_ok());
    }

    /// One block of one side, its input being complete.
    fn convolve(&mut self, index: usize) {
        let side = &mut self.sides[index];
        self.block.copy_from_slice(&side.input);
        side.input.copy_within(BLOCK.., 0);
        side.newest = (side.newest + self.partitions - 1) % self.partitions;
        let newest = side.newest;
        let old = side.kernel;
        self.forward();
        self.sides[index].past.store(newest, &self.block_spectrum);
        let new = if self.stage == Stage::Ready { self.drawing } else { old };
        self.multiply(index, old);
        self.sides[index].output.copy_from_slice(&self.block[BLOCK..]);
        if new != old {
            self.fading.copy_from_slice(&self.block[BLOCK..]);
            self.multiply(index, new);
            let output = &mut self.sides[index].output;
            for (i, ((out, old), new)) in
                output.iter_mut().zip(&self.fading).zip(&self.block[BLOCK..]).enumerate()
            {
                *out = old + (new - old) * ((i + 1) as f32 / BLOCK as f32);
            }
            self.sides[index].kernel = new;
        }
    }

    /// The sum of the side's past blocks times the kernel's partitions, back in time.
    fn multiply(&mut self, index: usize, kernel: usize) {
        let (side, kernel) = (&self.sides[index], &self.kernels[kernel]);
        let [sum_re, sum_im] = &mut self.sum;
        sum_re.fill(0.0);
        sum_im.fill(0.0);
        for partition in 0..self.partitions {
            let x = side.past.get((side.newest + partition) % self.partitions);
            accumulate(sum_re, sum_im, x, kernel.get(partition));
        }
        for ((bin, re), im) in self.block_spectrum.iter_mut().zip(&*sum_re).zip(&*sum_im) {
            *bin = Complex::new(*re, *im);
        }
        // These two are 0 but for rounding, and the inverse insists.
        self.block_spectrum[0].im = 0.0;
        self.block_spectrum[BLOCK].im = 0.0;
        let scratch = &mut self.scratch[..self.inverse_block.get_scratch_len()];
        let (from, to) = (&mut self.block_spectrum, &mut self.block);
        let done = self.inverse_block.process_with_scratch(from, to, scratch);
        debug_assert!(done.is_ok());
    }
}

/// Adds the products of two spectra.
fn accumulate(sum_re: &mut [f32], sum_im: &mut [f32], x: [&[f32]; 2], h: [&[f32]; 2]) {
    let bins = sum_re.len();
    let (sum_im, [x_re, x_im], [h_re, h_im]) =
        (&mut sum_im[..bins], x.map(|x| &x[..bins]), h.map(|h| &h[..bins]));
    for i in 0..bins {
        sum_re[i] += x_re[i] * h_re[i] - x_im[i] * h_im[i];
        sum_im[i] += x_re[i] * h_im[i] + x_im[i] * h_re[i];
    }
}
