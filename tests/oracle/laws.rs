//! The oracle's own faders and pans, in f64 and from the design's text.
//!
//! Not here: signals and routings. Test threads only.

use switchyard::routing::{Fader, PanLaw};

/// The gain of a level in decibels.
pub fn db_gain(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// The gain of a fader position on the X32 law.
pub fn fader_gain(fader: Fader) -> f64 {
    let x = f64::from(fader.0);
    let db = match x {
        _ if x <= 0.0 => return 0.0,
        _ if x < 1.0 / 16.0 => 480.0 * x - 90.0,
        _ if x < 1.0 / 4.0 => 160.0 * x - 70.0,
        _ if x < 1.0 / 2.0 => 80.0 * x - 50.0,
        _ => 40.0 * x - 30.0,
    };
    db_gain(db)
}

/// Left and right of a balance: the side one turns away from fades linearly.
pub fn balance(pan: f32) -> [f64; 2] {
    let pan = f64::from(pan);
    if pan < 0.0 { [1.0, 1.0 + pan] } else { [1.0 - pan, 1.0] }
}

/// Left and right of a mono sound placed by a pan law: constant power, constant sum, or the
/// geometric mean of both.
pub fn pan_mono(law: PanLaw, pan: f32) -> [f64; 2] {
    let right = (1.0 + f64::from(pan)) / 2.0;
    let sum = [1.0 - right, right];
    let turn = std::f64::consts::FRAC_PI_2 * right;
    let power = [turn.cos(), turn.sin()];
    match law {
        PanLaw::Minus3 => power,
        PanLaw::Minus6 => sum,
        // At the ends a cosine of −1e-17 must not become a NaN.
        PanLaw::Minus4_5 => [0, 1].map(|side| (sum[side] * power[side]).max(0.0).sqrt()),
    }
}
