//! An impulse response made ready: cut into partitions of growing size, each as a spectrum.
//!
//! Not here: the signal ([`super::Convolver`]). Everything here allocates: main thread only. A
//! [`Response`] never changes, so any number of convolvers share one.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::kernels::{BINS, GROUP, TAPS};

/// Sizes of the partitions. One of size N begins 2N into the response, which leaves the N samples
/// after its input is complete for computing its output; only the first, whose output is wanted at
/// once, begins right behind the filter in the time domain.
const SIZES: [usize; 3] = [64, 512, 4096];

/// Which input goes through which channel of the response to which output.
pub(super) type Path = (usize, usize);

/// Spectra of one size: groups of [`BINS`] bins, and within a group slot after slot, so that a
/// group's products over all slots read memory in one run.
pub(super) struct Spectra {
    floats: Vec<f32>,
    stride: usize,
}

impl Spectra {
    pub fn new(size: usize, slots: usize) -> Spectra {
        // An odd stride keeps the groups of one spectrum from falling into the same cache sets.
        let stride = (slots | 1) * GROUP;
        Spectra { floats: vec![0.0; size / BINS * stride], stride }
    }

    /// Slots `from..to` of a group.
    pub fn run(&self, group: usize, from: usize, to: usize) -> &[f32] {
        &self.floats[group * self.stride..][from * GROUP..to * GROUP]
    }

    /// Stores `size + 1` bins. The first and the last are real; they share one bin.
    pub fn store(&mut self, slot: usize, bins: &[Complex<f32>]) {
        let size = bins.len() - 1;
        for (group, bins) in bins[..size].chunks_exact(BINS).enumerate() {
            let place = &mut self.floats[group * self.stride + slot * GROUP..][..GROUP];
            let (re, im) = place.split_at_mut(BINS);
            for ((re, im), bin) in re.iter_mut().zip(im).zip(bins) {
                *re = bin.re;
                *im = bin.im;
            }
        }
        self.floats[slot * GROUP + BINS] = bins[size].re;
    }

    pub fn clear(&mut self) {
        self.floats.fill(0.0);
    }
}

/// The partitions of one size.
pub(super) struct Level {
    /// Samples in a partition; transforms are twice as long.
    pub size: usize,
    /// How many partitions.
    pub slots: usize,
    /// Their spectra, one a channel of the response.
    pub channels: Vec<Spectra>,
    pub forward: Arc<dyn RealToComplex<f32>>,
    pub inverse: Arc<dyn ComplexToReal<f32>>,
}

/// An impulse response made ready for [`super::Convolver`].
pub struct Response {
    pub(super) heads: Vec<[f32; TAPS]>,
    pub(super) levels: Vec<Level>,
    length: usize,
}

impl Response {
    /// Takes one channel (for both sides), two (left, right) or four (left to left, left to right,
    /// right to left, right to right) of any lengths; with another number the rest is left out, and
    /// without any there is silence. [main-thread]
    pub fn new(channels: &[Vec<f32>]) -> Response {
        let kept = match channels.len() {
            0 | 1 => channels.len(),
            2 | 3 => 2,
            _ => 4,
        };
        let channels = &channels[..kept];
        let length = channels.iter().map(Vec::len).max().unwrap_or(0);
        let heads = channels
            .iter()
            .map(|channel| std::array::from_fn(|tap| channel.get(tap).copied().unwrap_or(0.0)));
        let heads = heads.collect();
        let mut planner = RealFftPlanner::new();
        let mut levels = Vec::new();
        for (index, size) in SIZES.into_iter().enumerate() {
            let start = if index == 0 { TAPS } else { 2 * size };
            let end = SIZES.get(index + 1).map_or(length, |next| length.min(2 * next));
            if start < end {
                levels.push(Level::new(size, start..end, channels, &mut planner));
            }
        }
        Response { heads, levels, length }
    }

    /// Samples of the longest channel.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it holds no sample.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Inputs and response channels that make up an output.
    pub(super) fn paths(&self, output: usize) -> &'static [Path] {
        match (self.heads.len(), output) {
            (0, _) => &[],
            (1, 0) => &[(0, 0)],
            (1, _) => &[(1, 0)],
            (2, 0) => &[(0, 0)],
            (2, _) => &[(1, 1)],
            (_, 0) => &[(0, 0), (1, 2)],
            (_, _) => &[(0, 1), (1, 3)],
        }
    }
}

impl Level {
    fn new(
        size: usize,
        range: std::ops::Range<usize>,
        channels: &[Vec<f32>],
        planner: &mut RealFftPlanner<f32>,
    ) -> Level {
        let slots = range.len().div_ceil(size);
        let forward = planner.plan_fft_forward(2 * size);
        let inverse = planner.plan_fft_inverse(2 * size);
        let (mut time, mut bins) = (forward.make_input_vec(), forward.make_output_vec());
        // A transform there and back multiplies by its length.
        let scale = 0.5 / size as f32;
        let channels = channels.iter().map(|channel| {
            let mut spectra = Spectra::new(size, slots);
            let channel = &channel[..channel.len().min(range.end)];
            for (slot, part) in channel.get(range.start..).unwrap_or(&[]).chunks(size).enumerate() {
                time.fill(0.0);
                time.iter_mut().zip(part).for_each(|(time, x)| *time = x * scale);
                forward.process(&mut time, &mut bins).expect("lengths come from the plan");
                spectra.store(slot, &bins);
            }
            spectra
        });
        let channels = channels.collect();
        Level { size, slots, channels, forward, inverse }
    }
}
