//! Saturation curves and the fast functions they are made of.
//!
//! Not here: filters, oversampling, settings. Pure functions of one number without branches, so that
//! the compiler makes vectors of loops over them. Any thread.

/// Adding this rounds to a whole number, which then sits in the low bits: 1.5·2²³.
const ROUNDER: f32 = 12_582_912.0;

/// `e^z − 1` for `z` in −80…80, within 3 units in the last place, also near 0.
///
/// `z = n·ln 2 + r` with whole `n`; `e^r − 1` by its Taylor series to the seventh power, `|r|` being
/// at most 0.35; `2^n` put together from its bits.
#[inline(always)]
pub fn exp_minus_1(z: f32) -> f32 {
    let shifted = z * std::f32::consts::LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    // ln 2 in two parts, the first short enough for n times it to be exact.
    let r = (z - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let series = 1.0 / 720.0 + r * (1.0 / 5040.0);
    let series = 1.0 / 24.0 + r * (1.0 / 120.0 + r * series);
    let series = r + r * r * (0.5 + r * (1.0 / 6.0 + r * series));
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    power * series + (power - 1.0)
}

/// `tanh u`.
#[inline(always)]
pub fn soft(u: f32) -> f32 {
    // From 10 on it is 1 in single precision.
    let e = exp_minus_1(2.0 * u.clamp(-10.0, 10.0));
    e / (e + 2.0)
}

/// `u`, held to −1…1.
#[inline(always)]
pub fn hard(u: f32) -> f32 {
    u.clamp(-1.0, 1.0)
}

/// A valve stage: `1 − e^(−u)` upwards and `−tanh(v + v²/2)`, `v = |u|`, downwards, which bend alike
/// at 0 (slope 1, curvature −1), so that what is made there fades fast with the harmonic's number.
#[inline(always)]
pub fn tube(u: f32) -> f32 {
    let v = u.abs().min(30.0);
    let up = u >= 0.0;
    let e = exp_minus_1(if up { -v } else { (2.0 * v + v * v).min(20.0) });
    if up { -e } else { -e / (e + 2.0) }
}

/// `u/√(1 + u²)`: as early as, but later full than, [`soft`].
#[inline(always)]
pub fn tape(u: f32) -> f32 {
    u / (1.0 + u * u).sqrt()
}

/// `sin(π/2·u)/(π/2)`: beyond 1 the signal folds back.
#[inline(always)]
pub fn fold(u: f32) -> f32 {
    use std::f32::consts::{FRAC_2_PI, TAU};
    let turns = (0.25 * u).clamp(-2e6, 2e6);
    let turns = turns - ((turns + ROUNDER) - ROUNDER);
    // The second and third quarter mirror the first and fourth.
    let beyond = turns.abs() > 0.25;
    let a = TAU * if beyond { 0.5f32.copysign(turns) - turns } else { turns };
    let q = a * a;
    let series = 1.0 / 362_880.0 - q * (1.0 / 39_916_800.0);
    let series = 1.0 / 120.0 - q * (1.0 / 5040.0 - q * series);
    FRAC_2_PI * a * (1.0 - q * (1.0 / 6.0 - q * series))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> impl Iterator<Item = f32> {
        (-40_000..=40_000).map(|i| i as f32 * 5e-4)
    }

    #[test]
    fn they_are_the_functions_they_stand_for() {
        for u in points() {
            let exact = f64::from(u);
            let near = |fast: f32, exact: f64| {
                let error = (f64::from(fast) - exact).abs();
                assert!(error <= 3e-7 * exact.abs() + 1e-30, "at {u}: {fast} for {exact}");
            };
            near(exp_minus_1(u), exact.exp_m1());
            near(soft(u), exact.tanh());
            near(tape(u), exact / (1.0 + exact * exact).sqrt());
            let v = exact.abs();
            let valve = if u >= 0.0 { -(-exact).exp_m1() } else { -(v + 0.5 * v * v).tanh() };
            near(tube(u), valve);
            let sine = (std::f64::consts::FRAC_PI_2 * exact).sin() / std::f64::consts::FRAC_PI_2;
            assert!((f64::from(fold(u)) - sine).abs() < 1e-6, "at {u}");
        }
    }

    #[test]
    fn they_stay_bounded_for_anything() {
        for u in [1e3, -1e3, 1e9, -1e9, 1e18, -1e18, f32::MIN_POSITIVE] {
            for curve in [soft, hard, tube, tape, fold] {
                assert!(curve(u).abs() <= 1.0, "{u}");
            }
        }
    }
}
