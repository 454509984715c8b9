//! Gate and expander: turns down by a ratio what is below a threshold.
//!
//! Not here: strip muting. See [`crate::effects`] for who calls what.
//!
//! * **Detector.** The highest magnitude of the key on both sides in the last 10 ms, so that it
//!   stands still on tones from 50 Hz up.
//! * **Open** from the sample at which the detector reaches Threshold; closed again when it has been
//!   below Threshold − Hysteresis for Hold, counted from the last peak (a Hold under 10 ms counts
//!   as 10 ms, the detector's window).
//! * **Closed** it wants a reduction of (Ratio − 1)(Threshold − level) dB, at most Range: the downward
//!   expander of U. Zölzer, *DAFX* (2011), section 4.2. A high ratio makes it a gate.
//! * **Ballistics.** The linear gain goes to the wanted one exponentially: *Attack* is the time in
//!   which it covers 63.2 % (1 − 1/e) of its way up, *Release* that of its way down, which sounds as
//!   an even fade of 8.7 dB per Release.
//! * With **Lookahead** the sound comes later than the key, so that the gate is open when it arrives.
//!
//! Both sides always get the same gain. Latency: Lookahead, rounded to the sample. Tail: as long.

use super::dynamics::{self, Ballistics, Sidechain};
use super::{Context, Effect, Setting, Taper};
use crate::dsp::decibels::{gain, level_db};
use crate::dsp::glide::on_grid;
use crate::dsp::peak_hold::PeakHold;
use crate::dsp::tick::{TICK, Ticking};
use crate::dsp::{SILENCE, Stereo};

/// The settings, in their frozen order.
pub const SETTINGS: &[Setting] = &[
    Setting::new("threshold", "Threshold", "dB", [-80.0, 0.0], -40.0, Taper::Linear),
    Setting::new("hysteresis", "Hysteresis", "dB", [0.0, 24.0], 4.0, Taper::Linear),
    Setting::new("ratio", "Ratio", ":1", [1.0, 100.0], 10.0, Taper::Logarithmic),
    Setting::new("range", "Range", "dB", [0.0, 80.0], 60.0, Taper::Linear),
    Setting::new("attack", "Attack", "ms", [0.05, 250.0], 1.0, Taper::Logarithmic),
    Setting::new("hold", "Hold", "ms", [0.0, 1000.0], 50.0, Taper::Linear),
    Setting::new("release", "Release", "ms", [5.0, 2500.0], 100.0, Taper::Logarithmic),
    dynamics::LOOKAHEAD,
    dynamics::KEY_LOW_CUT,
    dynamics::KEY_HIGH_CUT,
    dynamics::KEY_LISTEN,
];

/// Settings up to this one tick, in the same order.
const TICKING: usize = 7;
const THRESHOLD: usize = 0;
const HYSTERESIS: usize = 1;
const RATIO: usize = 2;
const RANGE: usize = 3;
const ATTACK: usize = 4;
const HOLD: usize = 5;
const RELEASE: usize = 6;

/// The detector's window in ms.
const WINDOW: f32 = 10.0;

/// The level in dB that comes out of a closed gate with these plain values, one a setting, while
/// `level` dB go in for long: what the curve shows. Any thread.
pub fn transfer(values: &[f32], level: f32) -> f32 {
    let values: [f32; SETTINGS.len()] = Setting::hold(SETTINGS, values);
    let below = (values[THRESHOLD] - level).max(0.0);
    level - ((values[RATIO] - 1.0) * below).min(values[RANGE])
}

/// What is derived from the settings at a tick.
#[derive(Clone, Copy)]
struct Law {
    opens_at: f32,
    closes_below: f32,
    hold: u32,
    ballistics: Ballistics,
}

/// The audio side.
pub struct Gate {
    sample_rate: f64,
    settings: Ticking<TICKING>,
    law: Law,
    /// Whether the law is that of settings at rest.
    is_lawful: bool,
    sidechain: Sidechain,
    peak: PeakHold,
    level: f32,
    is_open: bool,
    /// Samples until it may close.
    held: u32,
    closed: f32,
    gain: f64,
}

impl Gate {
    /// A closed gate with these plain values, one a setting. [main-thread]
    pub fn new(values: &[f32], sample_rate: f64) -> Gate {
        let values: [f32; SETTINGS.len()] = Setting::hold(SETTINGS, values);
        let ballistics = Ballistics::new([values[ATTACK], values[RELEASE]], sample_rate);
        let mut gate = Gate {
            sample_rate,
            settings: Ticking::new(std::array::from_fn(|index| values[index])),
            law: Law { opens_at: 0.0, closes_below: 0.0, hold: 0, ballistics },
            is_lawful: false,
            sidechain: Sidechain::new(SETTINGS, &values, sample_rate),
            peak: PeakHold::new((f64::from(WINDOW) * sample_rate / 1000.0).round() as usize),
            level: 0.0,
            is_open: false,
            held: 0,
            closed: 1.0,
            gain: 1.0,
        };
        gate.reset();
        gate
    }

    fn closed_gain(&self, values: &[f32; TICKING]) -> f32 {
        let below = (values[THRESHOLD] - level_db(self.level)).max(0.0);
        gain(-((values[RATIO] - 1.0) * below).min(values[RANGE]))
    }

    fn tick(&mut self, now: u64) {
        let (span, is_new) = self.settings.look(now);
        let values = span.to;
        if now.is_multiple_of(TICK as u64) {
            self.peak.tick();
            // Open to within −120 dB is open: from here on the sound passes untouched.
            if self.is_open && self.gain > 1.0 - 1e-6 {
                self.gain = 1.0;
            }
        }
        if !is_new {
            return;
        }
        if span.is_still() && self.is_lawful {
            self.closed = self.closed_gain(&values);
            return;
        }
        self.is_lawful = span.is_still();
        let hold = (values[HOLD] - WINDOW).max(0.0);
        self.law = Law {
            opens_at: gain(values[THRESHOLD]),
            closes_below: gain(values[THRESHOLD] - values[HYSTERESIS]),
            hold: (f64::from(hold) * self.sample_rate / 1000.0).round() as u32,
            ballistics: Ballistics::new([values[ATTACK], values[RELEASE]], self.sample_rate),
        };
        self.closed = self.closed_gain(&values);
    }

    /// The gain after one more sample of key signal.
    #[inline(always)]
    fn step(&mut self, key: f32) -> f32 {
        let law = self.law;
        self.level = self.peak.push(key);
        let holds = self.level >= if self.is_open { law.closes_below } else { law.opens_at };
        if holds {
            self.is_open = true;
            self.held = law.hold;
        } else if self.held > 0 {
            self.held -= 1;
        } else {
            self.is_open = false;
        }
        let wanted = if self.is_open { 1.0 } else { self.closed };
        self.gain = law.ballistics.step(self.gain, wanted);
        self.gain as f32
    }
}

impl Effect for Gate {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let [left, right] = slice;
        let frames = left.len();
        let now = context.now;
        let mut heard: Stereo = SILENCE;
        self.sidechain.hear([&mut *left, &mut *right], context, &mut heard);
        for (at, length) in on_grid(now, frames, TICK) {
            self.tick(now + at as u64);
            for i in at..at + length {
                let gain = self.step(heard[0][i].abs().max(heard[1][i].abs()));
                left[i] *= gain;
                right[i] *= gain;
            }
        }
        self.sidechain.listen([left, right], &heard, now);
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        let value = SETTINGS[index].clamp(plain);
        if !self.sidechain.set(index, value, now, length) {
            self.settings.aim(index, value, now, length);
            self.is_lawful = false;
        }
    }

    fn reset(&mut self) {
        self.settings.arrive();
        self.is_lawful = false;
        self.sidechain.reset();
        self.peak.reset();
        self.level = 0.0;
        self.is_open = false;
        self.held = 0;
        let values = std::array::from_fn(|index| self.settings.target(index));
        self.closed = self.closed_gain(&values);
        self.gain = f64::from(self.closed);
    }

    fn latency(&self) -> u32 {
        self.sidechain.latency()
    }

    fn tail(&self) -> u32 {
        self.sidechain.latency()
    }

    fn reduction_db(&self) -> f32 {
        (-level_db(self.gain as f32)).max(0.0)
    }
}

#[cfg(test)]
mod tests;
