//! Utility: gain, width, balance, mono, polarity per side and an alignment delay.
//!
//! Not here: the strip's own trim and source. See [`crate::effects`] for who calls what.
//!
//! The signal runs polarity → mono/width → balance → gain → delay. Width scales the side signal
//! (L−R)/2 against the mid (L+R)/2: 0 % is mono, 100 % leaves the signal as it is, 200 % doubles the
//! side.

use super::{Context, Effect, Setting, Taper};
use crate::dsp::SLICE;
use crate::dsp::glide::Glide;
use crate::units::{balance, db_to_gain};

/// The settings, in their frozen order.
pub const SETTINGS: &[Setting] = &[
    Setting::new("gain", "Gain", "dB", [-60.0, 24.0], 0.0, Taper::Linear),
    Setting::new("width", "Width", "%", [0.0, 200.0], 100.0, Taper::Linear),
    Setting::new("balance", "Balance", "%", [-100.0, 100.0], 0.0, Taper::Linear),
    Setting::toggle("mono", "Mono", false),
    Setting::toggle("invert_left", "Invert Left", false),
    Setting::toggle("invert_right", "Invert Right", false),
    Setting::new("delay", "Delay", "ms", [0.0, 50.0], 0.0, Taper::Linear),
];

const DELAY: usize = 6;

/// The audio side. All but the delay is one 2×2 matrix whose four coefficients glide.
pub struct Utility {
    values: [f32; SETTINGS.len()],
    matrix: [[Glide; 2]; 2],
    memory: [Vec<f32>; 2],
    sample_rate: f64,
    /// Where the delay is read, in samples, and the place it fades away from until a sample.
    delay: usize,
    leaving: Option<(usize, u64, u32)>,
}

impl Utility {
    /// A utility with these plain values, one a setting. [main-thread]
    pub fn new(values: &[f32], sample_rate: f64) -> Utility {
        let longest = (sample_rate * f64::from(SETTINGS[DELAY].max) / 1000.0).ceil() as usize;
        let length = (longest + SLICE + 1).next_power_of_two();
        let mut utility = Utility {
            values: Setting::hold(SETTINGS, values),
            matrix: [[Glide::fixed(0.0); 2]; 2],
            memory: [vec![0.0; length], vec![0.0; length]],
            sample_rate,
            delay: 0,
            leaving: None,
        };
        utility.delay = utility.wanted_delay();
        utility.aim(0, 0);
        utility
    }

    fn wanted_delay(&self) -> usize {
        (f64::from(self.values[DELAY]) * self.sample_rate / 1000.0).round() as usize
    }

    fn aim(&mut self, now: u64, length: u32) {
        let [gain, width, side, mono, invert_left, invert_right, _] = self.values;
        let width = if mono >= 0.5 { 0.0 } else { width / 100.0 };
        let sides = balance(side / 100.0).map(|side| side * db_to_gain(gain));
        let signs = [invert_left, invert_right].map(|on| if on >= 0.5 { -1.0 } else { 1.0 });
        // L' = mid + width·side, R' = mid − width·side, with mid and side halves of sum and
        // difference; written so that width 1 gives coefficients of exactly 1 and 0.
        let (own, other) = (0.5 + 0.5 * width, 0.5 - 0.5 * width);
        for (to, row) in self.matrix.iter_mut().enumerate() {
            for (from, cell) in row.iter_mut().enumerate() {
                let share = if from == to { own } else { other };
                cell.aim(sides[to] * share * signs[from], now, length);
            }
        }
    }

    fn read(memory: &[f32], at: u64, delay: usize) -> f32 {
        memory[at.wrapping_sub(delay as u64) as usize & (memory.len() - 1)]
    }
}

impl Effect for Utility {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let [left, right] = slice;
        for (i, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let now = context.now + i as u64;
            let input = [*left, *right];
            let leaving = self.leaving.filter(|(_, end, _)| now < *end);
            for (side, out) in [left, right].into_iter().enumerate() {
                let row = &self.matrix[side];
                let mixed = input[0] * row[0].at(now) + input[1] * row[1].at(now);
                let memory = &mut self.memory[side];
                let mask = memory.len() - 1;
                memory[now as usize & mask] = mixed;
                let new = Self::read(memory, now, self.delay);
                *out = match leaving {
                    None => new,
                    Some((delay, end, length)) => {
                        let old = Self::read(memory, now, delay);
                        new + (old - new) * ((end - now) as f32 / length as f32)
                    }
                };
            }
            if leaving.is_none() {
                self.leaving = None;
                // A delay that changed during a fade takes its turn now.
                let wanted = self.wanted_delay();
                if wanted != self.delay {
                    let length = (self.sample_rate / 100.0).round() as u32;
                    self.leaving = Some((self.delay, now + 1 + u64::from(length), length));
                    self.delay = wanted;
                }
            }
        }
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        self.values[index] = SETTINGS[index].clamp(plain);
        self.aim(now, length);
        if length == 0 {
            self.delay = self.wanted_delay();
            self.leaving = None;
        }
    }

    fn reset(&mut self) {
        self.memory.iter_mut().for_each(|memory| memory.fill(0.0));
        self.delay = self.wanted_delay();
        self.leaving = None;
        self.aim(0, 0);
    }

    fn tail(&self) -> u32 {
        self.delay as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(utility: &mut Utility, input: [f32; 2], frames: usize) -> [Vec<f32>; 2] {
        let mut out = [vec![input[0]; frames], vec![input[1]; frames]];
        let [left, right] = &mut out;
        let cuts = crate::dsp::glide::on_grid(0, frames, SLICE);
        for (at, length) in cuts {
            let context = Context { now: at as u64, key: None, tempo: None };
            let range = at..at + length;
            utility.process([&mut left[range.clone()], &mut right[range]], &context);
        }
        out
    }

    fn with(settings: &[(&str, f32)]) -> Utility {
        let value = |setting: &Setting| {
            settings.iter().find(|(id, _)| *id == setting.id).map_or(setting.default, |(_, v)| *v)
        };
        let values: Vec<f32> = SETTINGS.iter().map(value).collect();
        Utility::new(&values, 48_000.0)
    }

    #[test]
    fn at_its_defaults_it_changes_no_bit() {
        let out = run(&mut with(&[]), [0.3, -0.7], 200);
        assert_eq!(out, [vec![0.3; 200], vec![-0.7; 200]]);
    }

    #[test]
    fn width_mono_and_polarity_are_what_their_names_say() {
        assert_eq!(run(&mut with(&[("mono", 1.0)]), [1.0, 0.5], 3)[1], [0.75; 3]);
        assert_eq!(run(&mut with(&[("width", 200.0)]), [1.0, 0.5], 3)[0], [1.25; 3]);
        let inverted = with(&[("invert_left", 1.0), ("mono", 1.0)]);
        assert_eq!(run(&mut { inverted }, [1.0, 1.0], 3)[0], [0.0; 3]);
        assert_eq!(run(&mut with(&[("balance", 100.0)]), [1.0, 1.0], 3), [[0.0; 3], [1.0; 3]]);
    }

    #[test]
    fn the_delay_is_exact_to_the_sample_and_a_change_of_it_does_not_click() {
        let mut utility = with(&[("delay", 10.0)]);
        let out = run(&mut utility, [1.0, 1.0], 600);
        assert_eq!(out[0].iter().position(|x| *x != 0.0), Some(480));
        utility.set(DELAY, 2.0, 600, 480);
        let mut last = 1.0f32;
        for now in 600..2000u64 {
            let (mut left, mut right) = ([1.0], [1.0]);
            let context = Context { now, key: None, tempo: None };
            utility.process([&mut left, &mut right], &context);
            assert!((left[0] - last).abs() < 0.01);
            last = left[0];
        }
    }
}
