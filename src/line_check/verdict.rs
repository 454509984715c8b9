//! What to make of the difference between what should arrive and what does.
//!
//! Not here: either of the two. Pure functions.

use super::{Arrival, Matrix, Path, level_db};
use std::fmt;

/// How far a level may be off, in dB.
pub const TOLERANCE_DB: f64 = 0.5;
/// What is no louder than this, in dB relative to the strip's input, counts as nothing.
pub const FLOOR_DB: f64 = -60.0;
/// How loud a rest may be that the signal does not explain, in dB relative to what is expected.
const REST_DB: f64 = -30.0;

/// How what arrived at a port differs from what should have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It does not.
    AsExpected,
    /// Nothing arrived.
    Silent,
    /// Something arrived where nothing should have.
    Unexpected,
    /// It came so many samples late, or early where negative.
    Late(i64),
    /// Left and right are exchanged.
    Swapped,
    /// Its polarity is inverted.
    Inverted,
    /// It is so many dB too loud, or too quiet where negative.
    Level(f64),
    /// Left and right are mixed otherwise.
    Sides,
    /// It came with something else: an echo, or another sound.
    Blurred,
}

impl Verdict {
    /// Judges what arrived.
    pub fn of(expected: &Path, arrival: &Arrival) -> Verdict {
        let (wanted, got) = (&expected.gains, &arrival.gains);
        let floor = linear(FLOOR_DB);
        let [wanted_db, got_db] = [level_db(wanted), level_db(got)];
        if wanted_db < FLOOR_DB && got_db < FLOOR_DB + TOLERANCE_DB {
            return match arrival.rest < floor {
                true => Verdict::AsExpected,
                false => Verdict::Blurred,
            };
        }
        if got_db < FLOOR_DB && wanted_db >= FLOOR_DB + TOLERANCE_DB {
            return Verdict::Silent;
        }
        if wanted_db < FLOOR_DB {
            return Verdict::Unexpected;
        }
        if let Some(late) = lateness(expected, arrival) {
            return Verdict::Late(late);
        }
        if is_close(got, wanted) {
            let rest = linear(wanted_db + REST_DB).max(floor);
            return if arrival.rest > rest { Verdict::Blurred } else { Verdict::AsExpected };
        }
        let [left, right] = *wanted;
        let exchanged = wanted.map(|[from_left, from_right]| [from_right, from_left]);
        if is_close(got, &[right, left]) || is_close(got, &exchanged) {
            return Verdict::Swapped;
        }
        if is_close(got, &wanted.map(|row| row.map(|gain| -gain))) {
            return Verdict::Inverted;
        }
        level_off(got, wanted).map_or(Verdict::Sides, Verdict::Level)
    }

    /// Whether something is wrong.
    pub fn differs(&self) -> bool {
        *self != Verdict::AsExpected
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let samples = |count: u64| if count == 1 { "sample" } else { "samples" };
        match self {
            Verdict::AsExpected => write!(f, "as expected"),
            Verdict::Silent => write!(f, "silent"),
            Verdict::Unexpected => write!(f, "not expected"),
            Verdict::Late(late) => {
                let (count, word) = (late.unsigned_abs(), if *late > 0 { "late" } else { "early" });
                write!(f, "{count} {} {word}", samples(count))
            }
            Verdict::Swapped => write!(f, "left and right swapped"),
            Verdict::Inverted => write!(f, "polarity inverted"),
            Verdict::Level(db) => {
                let word = if *db > 0.0 { "too loud" } else { "too quiet" };
                write!(f, "{:.1} dB {word}", db.abs())
            }
            Verdict::Sides => write!(f, "sides mixed otherwise"),
            Verdict::Blurred => write!(f, "something else sounds too"),
        }
    }
}

/// By how many samples a side that sounds is late, if one is: that of the louder wrong one.
fn lateness(expected: &Path, arrival: &Arrival) -> Option<i64> {
    let floor = linear(FLOOR_DB);
    let sides = arrival.delays.iter().zip(&arrival.gains);
    let wrong = sides.filter_map(|(delay, row)| {
        let late = i64::from((*delay)?) - i64::from(expected.delay);
        (late != 0 && length(row) > floor).then_some((length(row), late))
    });
    wrong.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, late)| late)
}

/// Whether each side is another's within the tolerance, in level and in what it is mixed of.
fn is_close(got: &Matrix, wanted: &Matrix) -> bool {
    let share = linear(TOLERANCE_DB) - 1.0;
    got.iter().zip(wanted).all(|(got, wanted)| {
        let off = [got[0] - wanted[0], got[1] - wanted[1]];
        length(&off) <= share * length(wanted) + linear(FLOOR_DB)
    })
}

/// By how many dB the side that is off most is louder, if sides are off in level only.
fn level_off(got: &Matrix, wanted: &Matrix) -> Option<f64> {
    let share = linear(TOLERANCE_DB) - 1.0;
    let mut most: f64 = 0.0;
    for (got, wanted) in got.iter().zip(wanted) {
        if length(wanted) < linear(FLOOR_DB) && length(got) < linear(FLOOR_DB) {
            continue;
        }
        if length(wanted) < linear(FLOOR_DB) {
            return None;
        }
        let factor = (got[0] * wanted[0] + got[1] * wanted[1]) / length(wanted).powi(2);
        let off = [0, 1].map(|from| got[from] - factor * wanted[from]);
        if factor <= 0.0 || length(&off) > share * length(got) {
            return None;
        }
        let db = 20.0 * factor.log10();
        if db.abs() > most.abs() {
            most = db;
        }
    }
    Some(most)
}

fn length(row: &[f64; 2]) -> f64 {
    row[0].hypot(row[1])
}

fn linear(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIRE: Matrix = [[1.0, 0.0], [0.0, 1.0]];

    fn judge(wanted: Matrix, got: Matrix, delays: [Option<u32>; 2]) -> Verdict {
        let expected = Path { gains: wanted, delay: 64 };
        Verdict::of(&expected, &Arrival { gains: got, delays, rest: 0.0 })
    }

    fn times(matrix: Matrix, gain: f64) -> Matrix {
        matrix.map(|row| row.map(|x| x * gain))
    }

    #[test]
    fn every_way_to_be_wrong_is_told_apart() {
        let on_time = [Some(64); 2];
        let soft = times(WIRE, 1e-4);
        for (wanted, got, delays, verdict) in [
            (WIRE, WIRE, on_time, Verdict::AsExpected),
            (WIRE, times(WIRE, 1.05), on_time, Verdict::AsExpected),
            (soft, [[0.0; 2]; 2], [None; 2], Verdict::AsExpected),
            (WIRE, [[0.0; 2]; 2], [None; 2], Verdict::Silent),
            ([[0.0; 2]; 2], WIRE, on_time, Verdict::Unexpected),
            (WIRE, WIRE, [Some(65); 2], Verdict::Late(1)),
            (WIRE, WIRE, [Some(64), Some(62)], Verdict::Late(-2)),
            (WIRE, [[0.0, 1.0], [1.0, 0.0]], on_time, Verdict::Swapped),
            (WIRE, times(WIRE, -1.0), on_time, Verdict::Inverted),
            (WIRE, [[1.0, 0.0], [0.0, -1.0]], on_time, Verdict::Sides),
            (WIRE, [[0.5, 0.5], [0.5, 0.5]], on_time, Verdict::Sides),
            ([[0.7, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.7, 0.0]], on_time, Verdict::Swapped),
        ] {
            assert_eq!(judge(wanted, got, delays), verdict, "{wanted:?} {got:?}");
        }
        let quiet = judge(WIRE, times(WIRE, 10f64.powf(-3.0 / 20.0)), on_time);
        assert!(matches!(quiet, Verdict::Level(db) if (db + 3.0).abs() < 1e-9));
        assert_eq!(quiet.to_string(), "3.0 dB too quiet");
        assert_eq!(Verdict::Late(1).to_string(), "1 sample late");
    }
}
