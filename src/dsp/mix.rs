//! The mixing kernels: sums of sources times gains, and 2×2 matrices.
//!
//! Not here: which sources, which gains. Written so that the compiler makes vectors of them; body
//! and tail do the same arithmetic in the same order, sample by sample, and a constant gain gives
//! the very bits that a ramp standing still gives.

use super::ramp::Segment;

/// How many sources one pass over a destination takes. Four keep sums and ramps in registers; eight
/// spill them.
pub const PASS: usize = 4;

/// `out += Σ source·gain` for up to [`PASS`] sources, gains moving as the segments say.
pub fn add_ramping(out: &mut [f32], sources: &[&[f32]], gains: &[Segment]) {
    match *sources {
        [a] => ramping(out, [a], first(gains)),
        [a, b] => ramping(out, [a, b], first(gains)),
        [a, b, c] => ramping(out, [a, b, c], first(gains)),
        [a, b, c, d] => ramping(out, [a, b, c, d], first(gains)),
        _ => {}
    }
}

/// `out += Σ source·gain` for up to [`PASS`] sources with constant gains.
pub fn add_static(out: &mut [f32], sources: &[&[f32]], gains: &[Segment]) {
    match *sources {
        [a] => constant(out, [a], first(gains)),
        [a, b] => constant(out, [a, b], first(gains)),
        [a, b, c] => constant(out, [a, b, c], first(gains)),
        [a, b, c, d] => constant(out, [a, b, c, d], first(gains)),
        _ => {}
    }
}

fn first<const K: usize>(gains: &[Segment]) -> [Segment; K] {
    std::array::from_fn(|k| gains[k])
}

#[inline(always)]
fn ramping<const K: usize>(out: &mut [f32], sources: [&[f32]; K], gains: [Segment; K]) {
    let frames = out.len();
    let sources = sources.map(|source| &source[..frames]);
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = *out;
        for k in 0..K {
            let gain = gains[k].from + (gains[k].k + i as f32) * gains[k].step;
            sum += sources[k][i] * gain;
        }
        *out = sum;
    }
}

#[inline(always)]
fn constant<const K: usize>(out: &mut [f32], sources: [&[f32]; K], gains: [Segment; K]) {
    let frames = out.len();
    let sources = sources.map(|source| &source[..frames]);
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = *out;
        for k in 0..K {
            sum += sources[k][i] * gains[k].from;
        }
        *out = sum;
    }
}

/// `out = source·gain`, gain moving as the segment says.
pub fn scale(out: &mut [f32], source: &[f32], gain: Segment) {
    if gain.step == 0.0 {
        for (out, x) in out.iter_mut().zip(source) {
            *out = x * gain.from;
        }
    } else {
        for (i, (out, x)) in out.iter_mut().zip(source).enumerate() {
            *out = x * (gain.from + (gain.k + i as f32) * gain.step);
        }
    }
}

/// Replaces −0 by +0, so that leaving out a silent source changes no bit.
pub fn clear_negative_zero(out: &mut [f32]) {
    for x in out {
        *x += 0.0;
    }
}

/// `out = old + (new − old)·r`, with `r` rising from `k/length` at frame 0: one read position
/// fading into another. At the end of the fade it is exactly `new`.
pub fn cross_fade(out: &mut [f32], old: &[f32], new: &[f32], k: f32, length: f32) {
    for (i, ((out, old), new)) in out.iter_mut().zip(old).zip(new).enumerate() {
        let r = (k + i as f32) / length;
        *out = old + (new - old) * r;
    }
}

/// The largest magnitude. In eight lanes, because a single running maximum waits for itself.
pub fn peak(samples: &[f32]) -> f32 {
    let (eights, rest) = samples.as_chunks::<8>();
    let mut lanes = [0.0f32; 8];
    for eight in eights {
        for (lane, x) in lanes.iter_mut().zip(eight) {
            let magnitude = x.abs();
            *lane = if magnitude > *lane { magnitude } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(0.0, |peak: f32, x| peak.max(x.abs()))
}

/// The sum of squares, in eight lanes like [`peak`].
pub fn energy(samples: &[f32]) -> f32 {
    let (eights, rest) = samples.as_chunks::<8>();
    let mut lanes = [0.0f32; 8];
    for eight in eights {
        for (lane, x) in lanes.iter_mut().zip(eight) {
            *lane += x * x;
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>()
}

/// Whether any sample is not zero.
pub fn is_loud(samples: &[f32]) -> bool {
    let bits = samples.iter().fold(0, |bits, x| bits | x.to_bits());
    bits & !SIGN != 0
}

/// The bit that tells −0 from +0.
const SIGN: u32 = 1 << 31;

/// The largest magnitude an input may have: +300 dBFS. What a mixer can add to that stays finite.
pub const CEILING: f32 = 1e15;

/// Copies an input, making NaN, infinities and subnormals 0 and holding magnitudes to [`CEILING`].
/// Answers whether anything was not finite.
pub fn sanitise(out: &mut [f32], input: &[f32]) -> bool {
    let mut fault = 0;
    for (out, x) in out.iter_mut().zip(input) {
        let magnitude = x.to_bits() & !SIGN;
        fault |= u32::from(magnitude >= f32::INFINITY.to_bits());
        let audible = (f32::MIN_POSITIVE.to_bits()..f32::INFINITY.to_bits()).contains(&magnitude);
        *out = if audible { x.clamp(-CEILING, CEILING) } else { 0.0 };
    }
    fault != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(seed: usize, frames: usize) -> Vec<f32> {
        (0..frames).map(|i| ((i * 7 + seed * 13) as f32 * 0.61).sin()).collect()
    }

    #[test]
    fn any_split_and_a_standing_ramp_give_the_same_bits() {
        let sources: Vec<Vec<f32>> = (0..PASS).map(|k| signal(k, 61)).collect();
        for count in 1..=PASS {
            let slices: Vec<&[f32]> = sources[..count].iter().map(Vec::as_slice).collect();
            let moving: Vec<Segment> = (0..count)
                .map(|k| Segment { from: 0.3 * k as f32, step: 0.0013, k: 5.0 })
                .collect();
            let mut whole = vec![0.0; 61];
            add_ramping(&mut whole, &slices, &moving);
            for cut in 1..60 {
                let mut halves = vec![0.0; 61];
                let (left, right) = halves.split_at_mut(cut);
                let early: Vec<&[f32]> = slices.iter().map(|s| &s[..cut]).collect();
                let late: Vec<&[f32]> = slices.iter().map(|s| &s[cut..]).collect();
                let later: Vec<Segment> =
                    moving.iter().map(|g| Segment { k: g.k + cut as f32, ..*g }).collect();
                add_ramping(left, &early, &moving);
                add_ramping(right, &late, &later);
                assert_eq!(whole, halves, "{count} sources cut at {cut}");
            }
            let standing: Vec<Segment> =
                moving.iter().map(|g| Segment { step: 0.0, ..*g }).collect();
            let (mut a, mut b) = (vec![0.0; 61], vec![0.0; 61]);
            add_ramping(&mut a, &slices, &standing);
            add_static(&mut b, &slices, &standing);
            assert_eq!(a, b);
        }
    }

    #[test]
    fn what_is_not_a_number_becomes_silence_and_is_told() {
        let mut out = [9.0; 6];
        assert!(sanitise(&mut out, &[1.0, f32::NAN, f32::INFINITY, 1e-40, -2e20, -0.5]));
        assert_eq!(out, [1.0, 0.0, 0.0, 0.0, -CEILING, -0.5]);
        assert!(!sanitise(&mut out, &[0.25; 6]));
    }

    #[test]
    fn the_peak_is_found_wherever_it_is_and_zeros_of_both_signs_are_silence() {
        for frames in [0, 1, 7, 8, 9, 61, 64] {
            for at in 0..frames {
                let mut samples = vec![-0.25; frames];
                samples[at] = -0.5;
                assert_eq!(peak(&samples), 0.5);
            }
        }
        assert!(!is_loud(&[0.0, -0.0]) && is_loud(&[0.0, -1e-30]));
    }
}
