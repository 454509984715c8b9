//! Decibels fast enough for every sample: logarithm and exponential without a library call, written
//! so that a loop over them becomes vectors.
//!
//! Not here: exact conversions for settings and meters ([`crate::units`]).

/// 20·log₁₀ 2: decibels in one octave of level.
pub const OCTAVE_DB: f32 = 6.020_6;

/// What stands for silence: −200 dB.
pub const SILENT: f32 = 1e-10;

/// log₂ of a positive, finite number, within 1e-6 plus rounding.
///
/// x = m·2ᵉ with m in √½..√2; log₂ m = 2/ln 2 · artanh t with t = (m − 1)/(m + 1), at most 0.172,
/// whose series t + t³/3 + t⁵/5 + t⁷/7 leaves 4e-8.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    const SQRT_HALF: i32 = 0x3F35_04F3;
    let bits = x.to_bits() as i32 - SQRT_HALF;
    let exponent = bits >> 23;
    let mantissa = f32::from_bits(((bits & 0x007F_FFFF) + SQRT_HALF) as u32);
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let squared = t * t;
    let series = 1.0 + squared * (1.0 / 3.0 + squared * (0.2 + squared * (1.0 / 7.0)));
    exponent as f32 + t * series * (2.0 * std::f32::consts::LOG2_E)
}

/// 2ˣ for −126..126, outside of which it is held to; relative error within 3e-7.
///
/// 2ˣ = 2ⁿ·e^((x − n)·ln 2) with n the nearest integer; the series to the sixth power leaves
/// 0.347⁷/7! = 1.2e-7.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    // Adding this number pushes the fraction out of the mantissa, rounding to nearest.
    const ROUND: f32 = 12_582_912.0;
    let held = x.clamp(-126.0, 126.0);
    let shifted = held + ROUND;
    let y = (held - (shifted - ROUND)) * std::f32::consts::LN_2;
    let high = 1.0 / 6.0 + y * (1.0 / 24.0 + y * (1.0 / 120.0 + y * (1.0 / 720.0)));
    let series = 1.0 + y * (1.0 + y * (0.5 + y * high));
    // The integer stands in the low bits of the shifted number: move it to the exponent.
    let power = (shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits());
    series * f32::from_bits(power)
}

/// The level of a magnitude in dB, at least −200.
#[inline(always)]
pub fn level_db(magnitude: f32) -> f32 {
    log2(magnitude.max(SILENT)) * OCTAVE_DB
}

/// The level in dB of a squared magnitude, at least −200.
#[inline(always)]
pub fn power_db(square: f32) -> f32 {
    log2(square.max(SILENT * SILENT)) * (0.5 * OCTAVE_DB)
}

/// The gain of so many dB.
#[inline(always)]
pub fn gain(db: f32) -> f32 {
    exp2(db * (1.0 / OCTAVE_DB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_exponential_are_as_close_as_they_say() {
        for i in -12_000..12_000 {
            let x = i as f32 * 0.0101;
            let exact = f64::from(x).exp2();
            assert!((f64::from(exp2(x)) / exact - 1.0).abs() < 3e-7, "2^{x}");
            let back = f64::from(log2(exact as f32));
            assert!((back - f64::from(exact as f32).log2()).abs() < 1e-6 + x.abs() as f64 * 1e-7);
        }
        assert_eq!(exp2(0.0), 1.0);
        assert_eq!(log2(1.0), 0.0);
        assert_eq!(level_db(0.0), level_db(SILENT));
        assert!(exp2(1000.0).is_finite() && exp2(-1000.0) > 0.0);
    }

    #[test]
    fn decibels_go_there_and_back() {
        for db in -150..60 {
            let db = db as f32;
            assert!((level_db(gain(db)) - db).abs() < 1e-4, "{db}");
            assert!((power_db(gain(db) * gain(db)) - db).abs() < 1e-4, "{db}");
        }
    }
}
