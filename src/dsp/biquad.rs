//! Second-order filters whose magnitude follows the analogue prototype up to half the sample rate:
//! design and response.
//!
//! Not here: running them ([`super::section`]). Pure functions of numbers; nothing allocates, any
//! thread may call them.
//!
//! The bilinear transform squeezes the analogue frequency axis into half the sample rate, which
//! makes bells near it too narrow and high cuts too steep. These designs follow M. Vicanek, *Matched
//! Second Order Digital Filters* (2016): the poles are the analogue ones by impulse invariance,
//! z = exp(s/f), and the zeros are chosen so that the squared magnitude equals the analogue one at
//! given frequencies. With φ₁ = sin²(ω/2), φ₀ = 1 − φ₁ and φ₂ = 4φ₀φ₁ it is
//!
//! ```text
//! |H(ω)|² = (B₀φ₀ + B₁φ₁ + B₂φ₂) / (A₀φ₀ + A₁φ₁ + A₂φ₂)
//! A₀ = (1 + a₁ + a₂)², A₁ = (1 − a₁ + a₂)², A₂ = −4a₂, and so the Bs from b₀, b₁, b₂,
//! ```
//!
//! linear in the Bs, so that three frequencies fix them. Where we differ from the paper: the three
//! are 0, a middle one (the centre, at most 0.6π) and 0.9π rather than π, which halves the error
//! below 20 kHz; and a cut is the inverse of the boost, a high shelf a low shelf upside down, so
//! that the poles we place always lie at or below the set frequency and boost and cut mirror each
//! other exactly.

use std::f64::consts::PI;

/// What a filter does, as analogue prototype with its frequency at s = 1. A is the square root of
/// the gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 1 / (s + 1).
    LowPass1,
    /// 1 / (s² + s/Q + 1).
    LowPass2,
    /// s / (s + 1).
    HighPass1,
    /// s² / (s² + s/Q + 1).
    HighPass2,
    /// (s² + sA/Q + 1) / (s² + s/(AQ) + 1): the gain at the frequency, nothing far from it.
    Bell,
    /// A(s² + s√A/Q + A) / (As² + s√A/Q + 1): the gain far below, half its decibels at the frequency.
    LowShelf,
    /// A(As² + s√A/Q + 1) / (s² + s√A/Q + A): the gain far above, half its decibels at the frequency.
    HighShelf,
}

/// (b₀ + b₁z⁻¹ + b₂z⁻²) / (1 + a₁z⁻¹ + a₂z⁻²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Biquad {
    /// b₀, b₁, b₂.
    pub b: [f64; 3],
    /// a₁, a₂.
    pub a: [f64; 2],
}

/// The highest frequency a design takes, as a share of the sample rate; higher ones are held to it.
pub const HIGHEST: f64 = 0.49;

/// The highest Q of a shelf; higher ones are held to it. Beyond, the dip beside a large gain cannot
/// be matched any more.
pub const STEEPEST_SHELF: f64 = 1.4;

/// The middle frequency of the match is at most this, in radians per sample.
const MIDDLE: f64 = 0.6 * PI;
/// The upper frequency of the match, in radians per sample.
const UPPER: f64 = 0.9 * PI;

/// φ₀, φ₁, φ₂ from sin²(ω/2).
#[inline(always)]
fn phi(sin_squared: f64) -> [f64; 3] {
    let rest = 1.0 - sin_squared;
    [rest, sin_squared, 4.0 * rest * sin_squared]
}

fn phi_at(omega: f64) -> [f64; 3] {
    phi((0.5 * omega).sin().powi(2))
}

#[inline(always)]
fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The squared magnitude of the analogue prototype at `ratio` times its frequency.
pub fn analogue(kind: Kind, ratio: f64, gain_db: f64, q: f64) -> f64 {
    // The squared magnitude of x·s² + y·s + z at s = i·ratio.
    let squares = ratio * ratio;
    let of = |x: f64, y: f64, z: f64| (z - x * squares).powi(2) + y * y * squares;
    let a = 10f64.powf(gain_db / 40.0);
    let slope = a.sqrt() / q;
    match kind {
        Kind::LowPass1 => 1.0 / of(0.0, 1.0, 1.0),
        Kind::LowPass2 => 1.0 / of(1.0, 1.0 / q, 1.0),
        Kind::HighPass1 => of(0.0, 1.0, 0.0) / of(0.0, 1.0, 1.0),
        Kind::HighPass2 => of(1.0, 0.0, 0.0) / of(1.0, 1.0 / q, 1.0),
        Kind::Bell => of(1.0, a / q, 1.0) / of(1.0, 1.0 / (a * q), 1.0),
        Kind::LowShelf => a * a * of(1.0, slope, a) / of(a, slope, 1.0),
        Kind::HighShelf => a * a * of(a, slope, 1.0) / of(1.0, slope, a),
    }
}

impl Biquad {
    /// Passes everything unchanged.
    pub const THROUGH: Biquad = Biquad { b: [1.0, 0.0, 0.0], a: [0.0, 0.0] };

    /// A filter at `frequency` times the sample rate (held to [`HIGHEST`]); `gain_db` counts for
    /// bells and shelves, `q` (above 0) for all of second order.
    pub fn design(kind: Kind, frequency: f64, gain_db: f64, q: f64) -> Biquad {
        let omega = 2.0 * PI * frequency.clamp(1e-6, HIGHEST);
        let boost = gain_db.abs();
        let a = 10f64.powf(boost / 40.0);
        match kind {
            Kind::LowPass1 => {
                let squares = |w: f64| analogue(kind, w / omega, 0.0, q);
                Self::matched([-(-omega).exp(), 0.0], omega, squares)
            }
            Kind::HighPass1 => {
                let a = [-(-omega).exp(), 0.0];
                let at = phi_at(omega);
                let level = (0.125 * dot(denominator(a), at) / at[1]).sqrt();
                Biquad { b: [level, -level, 0.0], a }
            }
            Kind::LowPass2 => {
                let squares = |w: f64| analogue(kind, w / omega, 0.0, q);
                Self::matched(poles(omega, q), omega, squares)
            }
            Kind::HighPass2 => {
                // Both zeros stay at 0 Hz; what is left is the level, right at the frequency.
                let [a1, a2] = poles(omega, q);
                let at = phi_at(omega);
                let level = q * dot(denominator([a1, a2]), at).sqrt() / (4.0 * at[1]);
                Biquad { b: [level, -2.0 * level, level], a: [a1, a2] }
            }
            Kind::Bell => {
                let squares = |w: f64| analogue(kind, w / omega, boost, q);
                let bell = Self::matched(poles(omega, a * q), omega, squares);
                if gain_db < 0.0 { bell.inverse() } else { bell }
            }
            Kind::LowShelf | Kind::HighShelf => {
                let q = q.min(STEEPEST_SHELF);
                let squares = |w: f64| analogue(Kind::LowShelf, w / omega, boost, q);
                let root = a.sqrt();
                let shelf = Self::matched(poles(omega / root, q), omega * root, squares);
                // A high shelf is the whole gain over a low shelf of the same gain.
                let low = kind == Kind::LowShelf;
                let shelf = if low == (gain_db >= 0.0) { shelf } else { shelf.inverse() };
                if low { shelf } else { shelf.scaled(10f64.powf(gain_db / 20.0)) }
            }
        }
    }

    /// The zeros that make the squared magnitude `squares` (of radians per sample) at 0, at `middle`
    /// and at [`UPPER`]; of the possible ones those inside the unit circle, so that the inverse is
    /// stable too.
    fn matched(a: [f64; 2], middle: f64, squares: impl Fn(f64) -> f64) -> Biquad {
        let below = denominator(a);
        let b0 = squares(0.0) * below[0];
        let [left, right] = [middle.min(MIDDLE), UPPER].map(|omega| {
            let at = phi_at(omega);
            (at, squares(omega) * dot(below, at) - b0 * at[0])
        });
        let determinant = left.0[1] * right.0[2] - right.0[1] * left.0[2];
        let b1 = (left.1 * right.0[2] - right.1 * left.0[2]) / determinant;
        let b2 = (left.0[1] * right.1 - right.0[1] * left.1) / determinant;
        let [dc, nyquist] = [b0.max(0.0).sqrt(), b1.max(0.0).sqrt()];
        let sum = 0.5 * (dc + nyquist);
        let first = 0.5 * (sum + (sum * sum + b2).max(0.0).sqrt());
        Biquad { b: [first, 0.5 * (dc - nyquist), -b2 / (4.0 * first)], a }
    }

    fn inverse(self) -> Biquad {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        Biquad { b: [1.0 / b0, a1 / b0, a2 / b0], a: [b1 / b0, b2 / b0] }
    }

    fn scaled(self, gain: f64) -> Biquad {
        Biquad { b: self.b.map(|b| b * gain), ..self }
    }

    /// The squared magnitude as two sets of three numbers, for many frequencies at once.
    pub fn squares(&self) -> Squares {
        let [b0, b1, b2] = self.b;
        let above = [(b0 + b1 + b2).powi(2), (b0 - b1 + b2).powi(2), -4.0 * b0 * b2];
        Squares { above, below: denominator(self.a) }
    }

    /// The magnitude in dB at `omega` radians per sample.
    pub fn db(&self, omega: f64) -> f64 {
        let [above, below] = self.squares().at((0.5 * omega).sin().powi(2));
        10.0 * (above / below).max(1e-30).log10()
    }

    /// How many samples it rings until 120 dB below where it began.
    pub fn ring(&self) -> f64 {
        let [a1, a2] = self.a;
        let inside = a1 * a1 - 4.0 * a2;
        let radius = if inside < 0.0 { a2.sqrt() } else { 0.5 * (a1.abs() + inside.sqrt()) };
        if radius <= 0.0 { 2.0 } else { 2.0 + 1e-6f64.ln() / radius.min(1.0 - 1e-9).ln() }
    }
}

/// The squared magnitude of a [`Biquad`]: what stands above and below the fraction line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Squares {
    above: [f64; 3],
    below: [f64; 3],
}

impl Squares {
    /// Numerator and denominator of the squared magnitude where sin²(ω/2) is `sin_squared`.
    #[inline(always)]
    pub fn at(&self, sin_squared: f64) -> [f64; 2] {
        let at = phi(sin_squared);
        [dot(self.above, at), dot(self.below, at)]
    }
}

fn denominator([a1, a2]: [f64; 2]) -> [f64; 3] {
    [(1.0 + a1 + a2).powi(2), (1.0 - a1 + a2).powi(2), -4.0 * a2]
}

/// The poles of s² + s/Q + 1 at `omega` radians per sample by impulse invariance, as a₁ and a₂.
fn poles(omega: f64, q: f64) -> [f64; 2] {
    let half = 0.5 / q;
    let a1 = if half <= 1.0 {
        -2.0 * (-half * omega).exp() * ((1.0 - half * half).sqrt() * omega).cos()
    } else {
        let apart = (half * half - 1.0).sqrt();
        -((apart - half) * omega).exp() - (-(apart + half) * omega).exp()
    };
    [a1, (-2.0 * half * omega).exp()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    /// The largest distance in dB between filter and prototype up to `highest` Hz, where the
    /// prototype is above −60 dB.
    fn distance(kind: Kind, frequency: f64, gain_db: f64, q: f64, highest: f64) -> f64 {
        let filter = Biquad::design(kind, frequency / RATE, gain_db, q);
        let mut largest = 0f64;
        for i in 1..=400 {
            let f = highest * f64::from(i) / 400.0;
            let wanted = 10.0 * analogue(kind, f / frequency, gain_db, q).log10();
            if wanted > -60.0 {
                largest = largest.max((filter.db(2.0 * PI * f / RATE) - wanted).abs());
            }
        }
        largest
    }

    #[test]
    fn a_bell_at_10_khz_keeps_to_the_analogue_curve_up_to_16_khz() {
        for q in [0.3, 0.7, 1.0, 4.0, 20.0] {
            for gain in [-24.0, -12.0, -3.0, 3.0, 12.0, 24.0] {
                let distance = distance(Kind::Bell, 10_000.0, gain, q, 16_000.0);
                assert!(distance < 0.45, "Q {q}, {gain} dB: {distance}");
            }
        }
    }

    #[test]
    fn bells_and_shelves_anywhere_keep_to_the_analogue_curve_up_to_20_khz() {
        for frequency in [20.0, 100.0, 1000.0, 5000.0, 10_000.0, 14_000.0, 20_000.0] {
            for gain in [-12.0, -6.0, 6.0, 12.0] {
                for q in [0.1, 0.5, 1.0, 5.0] {
                    let distance = distance(Kind::Bell, frequency, gain, q, 20_000.0);
                    assert!(distance < 0.6, "bell {frequency} Hz, Q {q}, {gain} dB: {distance}");
                }
                for q in [0.3, std::f64::consts::FRAC_1_SQRT_2, 1.0, 1.4] {
                    for kind in [Kind::LowShelf, Kind::HighShelf] {
                        let distance = distance(kind, frequency, gain, q, 20_000.0);
                        assert!(distance < 0.35, "{kind:?} {frequency} Hz, Q {q}: {distance}");
                    }
                }
            }
        }
    }

    #[test]
    fn cuts_keep_to_the_analogue_curve_up_to_16_khz() {
        for q in [0.51, 0.6, std::f64::consts::FRAC_1_SQRT_2, 0.9, 2.56] {
            for frequency in [500.0, 5000.0, 10_000.0, 20_000.0] {
                let distance = distance(Kind::LowPass2, frequency, 0.0, q, 16_000.0);
                assert!(distance < 0.35, "high cut {frequency} Hz, Q {q}: {distance}");
            }
            for frequency in [20.0, 500.0, 5000.0] {
                let distance = distance(Kind::HighPass2, frequency, 0.0, q, 16_000.0);
                assert!(distance < 0.15, "low cut {frequency} Hz, Q {q}: {distance}");
            }
        }
        assert!(distance(Kind::LowPass1, 5000.0, 0.0, 1.0, 16_000.0) < 0.5);
        assert!(distance(Kind::HighPass1, 1000.0, 0.0, 1.0, 16_000.0) < 0.1);
    }

    #[test]
    fn boost_and_cut_mirror_each_other() {
        for kind in [Kind::Bell, Kind::LowShelf, Kind::HighShelf] {
            let [up, down] = [9.0, -9.0].map(|gain| Biquad::design(kind, 0.2, gain, 0.8));
            for i in 1..30 {
                let omega = f64::from(i) * 0.1;
                assert!((up.db(omega) + down.db(omega)).abs() < 1e-9, "{kind:?}");
            }
        }
    }

    #[test]
    fn every_design_is_stable_with_room_and_so_is_its_inverse_in_gain() {
        let kinds = [
            Kind::LowPass1,
            Kind::LowPass2,
            Kind::HighPass1,
            Kind::HighPass2,
            Kind::Bell,
            Kind::LowShelf,
            Kind::HighShelf,
        ];
        for kind in kinds {
            for frequency in [1e-5, 1e-3, 0.1, 0.3, 0.45, 0.49, 0.6] {
                for gain in [-24.0, 0.0, 24.0] {
                    for q in [0.1, 0.7, 24.0] {
                        let [a1, a2] = Biquad::design(kind, frequency, gain, q).a;
                        let margins = [1.0 + a1 + a2, 1.0 - a1 + a2, 1.0 - a2];
                        let stable = margins.iter().all(|x| *x > 0.0);
                        assert!(stable, "{kind:?} {frequency} {gain} dB Q {q}: {margins:?}");
                    }
                }
            }
        }
    }
}
