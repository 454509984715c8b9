//! The test signal: for each strip two sequences of +1 and −1 that have nothing in common with each
//! other, with those of other strips or with themselves a sample later.
//!
//! Not here: how loud it may be played. Pure functions.

use crate::engine::ramp_length;

/// How long a strip's signal is, in seconds.
pub const SECONDS: f64 = 0.12;
/// The most it reaches at any port, linear: −20 dBFS.
pub const LEVEL: f64 = 0.1;

/// How long a strip's signal is, in samples.
pub fn length(sample_rate: f64) -> usize {
    (SECONDS * sample_rate).round() as usize
}

/// Left and right of a strip's signal, `level` high, with ramps of 10 ms at both ends.
pub fn signal(strip: usize, level: f64, sample_rate: f64) -> [Vec<f32>; 2] {
    let (length, ramp) = (length(sample_rate), ramp_length(sample_rate) as usize);
    [0, 1].map(|side| {
        let signs = signs(1 + (2 * strip + side) as u32);
        let shaped = signs.take(length).enumerate().map(|(n, sign)| {
            let edge = (n + 1).min(length - n).min(ramp);
            (sign * level * edge as f64 / ramp as f64) as f32
        });
        shaped.collect()
    })
}

/// A maximum-length sequence of 2³² − 1 signs, from a place that depends on `seed`.
fn signs(seed: u32) -> impl Iterator<Item = f64> {
    // The register shifts by x³² + x²² + x² + x + 1; a factor spreads neighbouring seeds.
    let mut register = seed.wrapping_mul(0x9E37_79B9).max(1);
    std::iter::from_fn(move || {
        let bit = register & 1;
        register = (register >> 1) ^ (0x8020_0003 & bit.wrapping_neg());
        Some(if bit == 1 { 1.0 } else { -1.0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::STRIPS;

    #[test]
    fn it_never_exceeds_its_level_and_begins_and_ends_in_ramps() {
        for rate in [44_100.0, 48_000.0, 192_000.0] {
            for side in signal(3, LEVEL, rate) {
                assert!(side.iter().all(|x| x.abs() <= 0.1 + 1e-9));
                assert!(side[0].abs() < 0.001 && side[side.len() - 1].abs() < 0.001);
                let middle = side[side.len() / 2].abs();
                assert!((middle - 0.1).abs() < 1e-7, "{middle}");
            }
        }
    }

    #[test]
    fn no_two_sides_of_any_strips_are_alike_at_any_offset_of_up_to_10_ms() {
        let all: Vec<Vec<f32>> =
            (0..STRIPS).flat_map(|strip| signal(strip, 1.0, 48_000.0)).collect();
        let energy: f32 = all[0].iter().map(|x| x * x).sum();
        for (a, first) in all.iter().enumerate() {
            for (b, second) in all.iter().enumerate() {
                for offset in (0..480).step_by(7).filter(|offset| a != b || *offset > 0) {
                    let shared: f32 = first[offset..].iter().zip(second).map(|(x, y)| x * y).sum();
                    assert!(shared.abs() < 0.08 * energy, "{a} {b} {offset}: {shared}");
                }
            }
        }
    }
}
