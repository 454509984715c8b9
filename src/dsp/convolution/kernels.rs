//! The two inner loops of the convolution: a short filter in the time domain, and products of
//! spectra summed up.
//!
//! Not here: transforms, and when what is computed. Audio thread.
//!
//! Both exist once, as an inlined body, and are compiled twice: for the processor's baseline and for
//! AVX2 with fused multiply-add. Every output is a chain of the same operations in the same order
//! whatever its place in a vector, so that results do not depend on how time was cut.

/// How many bins of a spectrum lie together: 32 real parts, then their 32 imaginary parts. Four
/// vectors of eight for each keep eight sums in flight, which hides the latency of the additions.
pub const BINS: usize = 32;

/// The floats of such a group.
pub const GROUP: usize = 2 * BINS;

/// The taps of [`Kernels::filter`].
pub const TAPS: usize = crate::dsp::SLICE;

/// The longest group of outputs the filter computes at once.
const WIDE: usize = 32;

/// The input of the filter: the slice before, the current one and zeros that only outputs nobody
/// reads ask for.
pub const WINDOW: usize = 2 * TAPS + WIDE;

/// A multiplication and an addition cost one instruction on this processor's baseline.
const FUSED: bool = cfg!(target_arch = "aarch64");

/// The loops in the fastest version this processor has.
#[derive(Clone, Copy, Debug)]
pub struct Kernels {
    #[cfg(target_arch = "x86_64")]
    avx2_fma: bool,
}

impl Kernels {
    /// Looks at the processor once.
    pub fn detect() -> Kernels {
        Kernels {
            #[cfg(target_arch = "x86_64")]
            avx2_fma: is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
        }
    }

    /// `out[i] = Σ taps[k]·window[TAPS + from + i − k]`. `from + out.len()` is at most [`TAPS`].
    pub fn filter(self, taps: &[f32; TAPS], window: &[f32; WINDOW], from: usize, out: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if self.avx2_fma {
            // SAFETY: the field is private and set only where the processor was found to have both.
            return unsafe { filter_avx2_fma(taps, window, from, out) };
        }
        filter::<FUSED>(taps, window, from, out);
    }

    /// `sum += Σ x·h`, complex, over equally many groups in `x` and `h`.
    pub fn accumulate(self, sum: &mut [f32; GROUP], x: &[f32], h: &[f32]) {
        #[cfg(target_arch = "x86_64")]
        if self.avx2_fma {
            // SAFETY: the field is private and set only where the processor was found to have both.
            return unsafe { accumulate_avx2_fma(sum, x, h) };
        }
        accumulate::<FUSED>(sum, x, h);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn filter_avx2_fma(taps: &[f32; TAPS], window: &[f32; WINDOW], from: usize, out: &mut [f32]) {
    filter::<true>(taps, window, from, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn accumulate_avx2_fma(sum: &mut [f32; GROUP], x: &[f32], h: &[f32]) {
    accumulate::<true>(sum, x, h);
}

/// `a·b + c`, rounded once where `FUSE`, else twice.
#[inline(always)]
fn multiply_add<const FUSE: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSE { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn filter<const FUSE: bool>(
    taps: &[f32; TAPS],
    window: &[f32; WINDOW],
    from: usize,
    out: &mut [f32],
) {
    let mut at = 0;
    while out.len() - at > 8 {
        at += outputs::<FUSE, WIDE>(taps, window, from + at, &mut out[at..]);
    }
    while at < out.len() {
        at += outputs::<FUSE, 8>(taps, window, from + at, &mut out[at..]);
    }
}

/// Computes `W` outputs and keeps as many as there is room for, which it returns.
#[inline(always)]
fn outputs<const FUSE: bool, const W: usize>(
    taps: &[f32; TAPS],
    window: &[f32; WINDOW],
    from: usize,
    out: &mut [f32],
) -> usize {
    let mut sums = [0.0f32; W];
    for (k, tap) in taps.iter().enumerate() {
        let x: &[f32; W] = window[TAPS + from - k..][..W].try_into().expect("W long");
        for i in 0..W {
            sums[i] = multiply_add::<FUSE>(*tap, x[i], sums[i]);
        }
    }
    let kept = W.min(out.len());
    out[..kept].copy_from_slice(&sums[..kept]);
    kept
}

#[inline(always)]
fn accumulate<const FUSE: bool>(sum: &mut [f32; GROUP], x: &[f32], h: &[f32]) {
    let mut re: [f32; BINS] = sum[..BINS].try_into().expect("half a group");
    let mut im: [f32; BINS] = sum[BINS..].try_into().expect("half a group");
    for (x, h) in x.as_chunks::<GROUP>().0.iter().zip(h.as_chunks::<GROUP>().0) {
        for i in 0..BINS {
            let (xr, xi, hr, hi) = (x[i], x[BINS + i], h[i], h[BINS + i]);
            re[i] = multiply_add::<FUSE>(xr, hr, re[i]);
            im[i] = multiply_add::<FUSE>(xr, hi, im[i]);
            re[i] = multiply_add::<FUSE>(-xi, hi, re[i]);
            im[i] = multiply_add::<FUSE>(xi, hr, im[i]);
        }
    }
    sum[..BINS].copy_from_slice(&re);
    sum[BINS..].copy_from_slice(&im);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32, length: usize) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn the_filter_gives_the_same_bits_however_its_slice_is_cut() {
        let taps: [f32; TAPS] = noise(1, TAPS).try_into().unwrap();
        let mut window = [0.0; WINDOW];
        window[..2 * TAPS].copy_from_slice(&noise(2, 2 * TAPS));
        let kernels = Kernels::detect();
        let mut whole = [0.0; TAPS];
        kernels.filter(&taps, &window, 0, &mut whole);
        for length in 1..TAPS {
            let mut pieces = [0.0; TAPS];
            for (piece, out) in pieces.chunks_mut(length).enumerate() {
                kernels.filter(&taps, &window, piece * length, out);
            }
            assert_eq!(whole, pieces, "in pieces of {length}");
        }
    }

    #[test]
    fn both_versions_of_the_products_agree_with_complex_arithmetic() {
        let (x, h) = (noise(3, 5 * GROUP), noise(4, 5 * GROUP));
        let mut fast = [0.25; GROUP];
        Kernels::detect().accumulate(&mut fast, &x, &h);
        let mut plain = [0.25; GROUP];
        accumulate::<false>(&mut plain, &x, &h);
        for bin in 0..BINS {
            let (mut re, mut im) = (0.25f64, 0.25f64);
            for group in 0..5 {
                let at = |v: &[f32], offset: usize| f64::from(v[group * GROUP + offset + bin]);
                let (xr, xi, hr, hi) = (at(&x, 0), at(&x, BINS), at(&h, 0), at(&h, BINS));
                re += xr * hr - xi * hi;
                im += xr * hi + xi * hr;
            }
            for sum in [&fast, &plain] {
                assert!((f64::from(sum[bin]) - re).abs() < 1e-5);
                assert!((f64::from(sum[BINS + bin]) - im).abs() < 1e-5);
            }
        }
    }
}
