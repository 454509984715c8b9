//! Decibels, the fader law and the pan laws: pure functions between numbers.
//!
//! Not here: anything that knows a strip, a bus, a buffer or time. Any thread may call it; nothing
//! allocates.

/// The gain of `db` decibels: `10^(db/20)`, exactly 1 at 0 dB and 0 at −∞.
pub fn db_to_gain(db: f32) -> f32 {
    if db == f32::NEG_INFINITY { 0.0 } else { 10f32.powf(db / 20.0) }
}

/// The level in decibels of a gain, −∞ for 0 and below.
pub fn gain_to_db(gain: f32) -> f32 {
    if gain > 0.0 { 20.0 * gain.log10() } else { f32::NEG_INFINITY }
}

/// A fader's position, 0 (−∞) to 1 (+10 dB), on the law of the Behringer X32: four straight pieces
/// that meet at ½ (−10 dB), ¼ (−30 dB) and 1⁄16 (−60 dB). 0.75 is exactly 0 dB.
///
/// The slopes are those of the X32 OSC protocol's published fader table.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Fader(pub f32);

impl Fader {
    /// −∞ dB, silence.
    pub const OFF: Fader = Fader(0.0);
    /// 0 dB, a gain of exactly 1.
    pub const UNITY: Fader = Fader(0.75);
    /// The upper end of the travel, in dB.
    pub const MAX_DB: f32 = 10.0;
    /// The lowest level above −∞, in dB: what the law gives just above position 0.
    pub const MIN_DB: f32 = -90.0;

    /// The level in dB, −∞ at position 0.
    pub fn db(self) -> f32 {
        let p = self.0;
        if p <= 0.0 {
            f32::NEG_INFINITY
        } else if p >= 0.5 {
            40.0 * p.min(1.0) - 30.0
        } else if p >= 0.25 {
            80.0 * p - 50.0
        } else if p >= 0.0625 {
            160.0 * p - 70.0
        } else {
            480.0 * p - 90.0
        }
    }

    /// The linear gain, exactly 0 at position 0 and exactly 1 at [`Fader::UNITY`].
    pub fn gain(self) -> f32 {
        db_to_gain(self.db())
    }

    /// The position whose level is `db`, held to the ends of the travel; anything at or below
    /// [`Fader::MIN_DB`] is −∞.
    pub fn from_db(db: f32) -> Fader {
        let p = if db.is_nan() || db <= Self::MIN_DB {
            0.0
        } else if db >= -10.0 {
            (db + 30.0) / 40.0
        } else if db >= -30.0 {
            (db + 50.0) / 80.0
        } else if db >= -60.0 {
            (db + 70.0) / 160.0
        } else {
            (db + 90.0) / 480.0
        };
        Fader(p.clamp(0.0, 1.0))
    }

    /// Whether any sound passes at all.
    pub fn is_open(self) -> bool {
        self.0 > 0.0
    }
}

/// How much a mono signal loses at the centre of the pan, per side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PanLaw {
    /// Constant power: −3.01 dB at the centre.
    #[default]
    Minus3,
    /// Halfway between constant power and constant sum: −4.5 dB at the centre.
    Minus4_5,
    /// Constant sum: −6.02 dB at the centre.
    Minus6,
}

/// The left and right gain of a balance control, `pan` from −1 (left) to +1 (right). The centre is
/// 0 dB on both sides; turning away from a side fades that side linearly to silence.
pub fn balance(pan: f32) -> [f32; 2] {
    let pan = pan.clamp(-1.0, 1.0);
    [(1.0 - pan).min(1.0), (1.0 + pan).min(1.0)]
}

/// The left and right gain of a mono signal panned by `law`, `pan` from −1 (left) to +1 (right).
/// The far side is exactly 0 and the near side exactly 1 at the ends.
pub fn pan_mono(law: PanLaw, pan: f32) -> [f32; 2] {
    let pan = pan.clamp(-1.0, 1.0);
    if pan == -1.0 {
        return [1.0, 0.0];
    }
    if pan == 1.0 {
        return [0.0, 1.0];
    }
    let linear = [(1.0 - pan) * 0.5, (1.0 + pan) * 0.5];
    let angle = linear[1] * std::f32::consts::FRAC_PI_2;
    let power = [angle.cos(), angle.sin()];
    match law {
        PanLaw::Minus3 => power,
        PanLaw::Minus4_5 => [(linear[0] * power[0]).sqrt(), (linear[1] * power[1]).sqrt()],
        PanLaw::Minus6 => linear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_quarters_of_the_travel_is_exactly_unity() {
        assert_eq!(Fader::UNITY.db(), 0.0);
        assert_eq!(Fader::UNITY.gain(), 1.0);
        assert_eq!(Fader::OFF.gain(), 0.0);
        assert_eq!(Fader(1.0).db(), 10.0);
    }

    #[test]
    fn the_pieces_of_the_fader_law_meet() {
        for (p, db) in [(0.5, -10.0), (0.25, -30.0), (0.0625, -60.0)] {
            assert_eq!(Fader(p).db(), db);
            assert!((Fader(p - 1e-5).db() - db).abs() < 0.01);
        }
    }

    #[test]
    fn position_and_decibels_agree_both_ways_over_the_whole_travel() {
        for i in 1..=1000 {
            let p = Fader(i as f32 / 1000.0);
            assert!((Fader::from_db(p.db()).0 - p.0).abs() < 1e-5, "{p:?}");
        }
        assert_eq!(Fader::from_db(f32::NEG_INFINITY), Fader::OFF);
        assert_eq!(Fader::from_db(f32::NAN), Fader::OFF);
        assert_eq!(Fader::from_db(99.0), Fader(1.0));
    }

    #[test]
    fn the_centre_of_each_pan_law_is_where_its_name_says() {
        for (law, db) in
            [(PanLaw::Minus3, -3.01), (PanLaw::Minus4_5, -4.515), (PanLaw::Minus6, -6.02)]
        {
            for side in pan_mono(law, 0.0) {
                assert!((gain_to_db(side) - db).abs() < 0.01, "{law:?} {side}");
            }
            assert_eq!(pan_mono(law, -1.0), [1.0, 0.0]);
            assert_eq!(pan_mono(law, 1.0), [0.0, 1.0]);
        }
        assert_eq!(balance(0.0), [1.0, 1.0]);
        assert_eq!(balance(-1.0), [1.0, 0.0]);
    }
}
