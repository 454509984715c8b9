//! How a meter moves: up at once, down at a steady rate, with a hold line that waits.
//!
//! Not here: drawing, and where peaks come from. The editor's thread only.

use crate::units::gain_to_db;

/// How fast a level falls, in dB a second: IEC 60268-18 peak meters fall 20 dB in 1.7 s.
const FALL_DB_PER_SECOND: f32 = 20.0 / 1.7;
/// How long the hold line waits before it falls, in seconds.
const HOLD_SECONDS: f32 = 1.5;
/// What reads as silence, in dB.
const FLOOR_DB: f32 = -90.0;

/// What a stereo meter shows, in dBFS per side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The bar.
    pub level: [f32; 2],
    /// The hold line.
    pub hold: [f32; 2],
}

impl Reading {
    /// Nothing to see.
    pub const SILENCE: Reading =
        Reading { level: [f32::NEG_INFINITY; 2], hold: [f32::NEG_INFINITY; 2] };
}

/// One stereo meter's movement.
#[derive(Clone, Copy, Debug)]
pub struct Ballistics {
    reading: Reading,
    held_for: [f32; 2],
}

impl Default for Ballistics {
    fn default() -> Self {
        Ballistics { reading: Reading::SILENCE, held_for: [0.0; 2] }
    }
}

impl Ballistics {
    /// Moves on by `seconds`, in which the highest linear peak was `peak`.
    pub fn advance(&mut self, peak: [f32; 2], seconds: f32) -> Reading {
        let fall = FALL_DB_PER_SECOND * seconds.max(0.0);
        for side in 0..2 {
            let db = gain_to_db(peak[side]);
            let Reading { level, hold } = &mut self.reading;
            level[side] = settle(db.max(level[side] - fall));
            self.held_for[side] += seconds.max(0.0);
            if db >= hold[side] {
                hold[side] = settle(db);
                self.held_for[side] = 0.0;
            } else if self.held_for[side] > HOLD_SECONDS {
                hold[side] = settle(level[side].max(hold[side] - fall));
            }
        }
        self.reading
    }
}

/// How a power meter moves: an exponential average over 600 ms, as the K-System asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Power {
    mean: [f32; 2],
}

impl Power {
    /// Nothing to see.
    pub const SILENCE: [f32; 2] = [f32::NEG_INFINITY; 2];
    /// The average's time constant, in seconds.
    const SECONDS: f32 = 0.6;

    /// Moves on by `seconds`, in which the mean square was `mean` (`None`: nothing was measured).
    /// Answers in dBFS of a sine: a sine that peaks at full scale reads 0.
    pub fn advance(&mut self, mean: Option<[f32; 2]>, seconds: f32) -> [f32; 2] {
        let share = 1.0 - (-seconds.max(0.0) / Self::SECONDS).exp();
        let mean = mean.unwrap_or([0.0; 2]);
        [0, 1].map(|side| {
            self.mean[side] += (mean[side] - self.mean[side]) * share;
            settle(gain_to_db((2.0 * self.mean[side]).sqrt()))
        })
    }
}

fn settle(db: f32) -> f32 {
    if db < FLOOR_DB { f32::NEG_INFINITY } else { db }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_rises_at_once_and_falls_twenty_decibels_in_one_and_seven_tenths_of_a_second() {
        let mut meter = Ballistics::default();
        assert_eq!(meter.advance([1.0, 0.0], 0.01).level, [0.0, f32::NEG_INFINITY]);
        let mut reading = Reading::SILENCE;
        for _ in 0..17 {
            reading = meter.advance([0.0; 2], 0.1);
        }
        assert!((reading.level[0] + 20.0).abs() < 0.01, "{reading:?}");
    }

    #[test]
    fn a_full_scale_sine_reads_zero_and_half_of_it_six_less() {
        let mut power = Power::default();
        for _ in 0..200 {
            power.advance(Some([0.5, 0.125]), 0.033);
        }
        let [left, right] = power.advance(Some([0.5, 0.125]), 0.033);
        assert!(left.abs() < 0.01 && (right + 6.02).abs() < 0.01, "{left} {right}");
        for _ in 0..400 {
            power.advance(None, 0.033);
        }
        assert_eq!(power.advance(None, 0.0), Power::SILENCE);
    }

    #[test]
    fn the_hold_line_waits_and_then_falls_to_silence() {
        let mut meter = Ballistics::default();
        meter.advance([0.5; 2], 0.0);
        let held = meter.advance([0.0; 2], 1.4);
        assert!((held.hold[0] + 6.02).abs() < 0.01, "{held:?}");
        for _ in 0..20 {
            meter.advance([0.0; 2], 1.0);
        }
        assert_eq!(meter.advance([0.0; 2], 0.0), Reading::SILENCE);
    }
}
