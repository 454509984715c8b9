//! Equalizer: low and high cut, two shelves and four bells, with the natural phase of analogue
//! filters or, switched, with linear phase.
//!
//! Not here: the filters themselves ([`crate::dsp::biquad`], [`crate::dsp::section`]). See
//! [`crate::effects`] for who calls what.
//!
//! Cuts are Butterworth filters of order 1 to 8 (6 dB/oct an order), −3 dB at their frequency. A
//! shelf reaches half its decibels at its frequency; its Q is 0.71 for the steepest slope without
//! overshoot. A bell has its gain at its frequency and half its decibels where |f/f₀ − f₀/f| = 1/Q.
//! All follow the analogue curve up to 20 kHz (sources in [`crate::dsp::biquad`]). A band that is off
//! or at 0 dB changes no bit; one that is switched on or off, or a slope that changes, fades.
//!
//! Latency: none; with linear phase half a kernel and a block ([`linear_phase`]). Tail: until the
//! slowest bands have rung 120 dB down, or the kernel's length.

mod linear_phase;
#[cfg(test)]
mod tests;

use super::{Context, Effect, Setting, Taper};
use crate::dsp::SLICE;
use crate::dsp::biquad::{Biquad, Kind, STEEPEST_SHELF};
use crate::dsp::glide::Glide;
use crate::dsp::section::{Pair, Section, Target};
use crate::units::db_to_gain;
use linear_phase::LinearPhase;

const SLOPES: &[&str] = &[
    "6 dB/oct",
    "12 dB/oct",
    "18 dB/oct",
    "24 dB/oct",
    "30 dB/oct",
    "36 dB/oct",
    "42 dB/oct",
    "48 dB/oct",
];

const fn frequency(id: &'static str, name: &'static str, default: f32) -> Setting {
    Setting::new(id, name, "Hz", [20.0, 20_000.0], default, Taper::Logarithmic)
}

const fn gain(id: &'static str, name: &'static str) -> Setting {
    Setting::new(id, name, "dB", [-24.0, 24.0], 0.0, Taper::Linear)
}

const fn shelf_q(id: &'static str, name: &'static str) -> Setting {
    let steepest = STEEPEST_SHELF as f32;
    Setting::new(id, name, "", [0.3, steepest], 0.71, Taper::Logarithmic)
}

const fn bell_q(id: &'static str, name: &'static str) -> Setting {
    Setting::new(id, name, "", [0.1, 24.0], 1.0, Taper::Logarithmic)
}

/// The settings, in their frozen order.
pub const SETTINGS: &[Setting] = &[
    Setting::toggle("linear_phase", "Linear Phase", false).rebuilding(),
    gain("output", "Output"),
    Setting::toggle("low_cut", "Low Cut", false),
    frequency("low_cut_frequency", "Low Cut Frequency", 80.0),
    Setting::choice("low_cut_slope", "Low Cut Slope", SLOPES, 1),
    Setting::toggle("low_shelf", "Low Shelf", true),
    frequency("low_shelf_frequency", "Low Shelf Frequency", 120.0),
    gain("low_shelf_gain", "Low Shelf Gain"),
    shelf_q("low_shelf_q", "Low Shelf Q"),
    Setting::toggle("bell1", "Bell 1", true),
    frequency("bell1_frequency", "Bell 1 Frequency", 250.0),
    gain("bell1_gain", "Bell 1 Gain"),
    bell_q("bell1_q", "Bell 1 Q"),
    Setting::toggle("bell2", "Bell 2", true),
    frequency("bell2_frequency", "Bell 2 Frequency", 800.0),
    gain("bell2_gain", "Bell 2 Gain"),
    bell_q("bell2_q", "Bell 2 Q"),
    Setting::toggle("bell3", "Bell 3", true),
    frequency("bell3_frequency", "Bell 3 Frequency", 2500.0),
    gain("bell3_gain", "Bell 3 Gain"),
    bell_q("bell3_q", "Bell 3 Q"),
    Setting::toggle("bell4", "Bell 4", true),
    frequency("bell4_frequency", "Bell 4 Frequency", 6000.0),
    gain("bell4_gain", "Bell 4 Gain"),
    bell_q("bell4_q", "Bell 4 Q"),
    Setting::toggle("high_shelf", "High Shelf", true),
    frequency("high_shelf_frequency", "High Shelf Frequency", 8000.0),
    gain("high_shelf_gain", "High Shelf Gain"),
    shelf_q("high_shelf_q", "High Shelf Q"),
    Setting::toggle("high_cut", "High Cut", false),
    frequency("high_cut_frequency", "High Cut Frequency", 16_000.0),
    Setting::choice("high_cut_slope", "High Cut Slope", SLOPES, 1),
];

const LINEAR_PHASE: usize = 0;
const OUTPUT: usize = 1;
const LOW_CUT: usize = 2;
const LOW_SHELF: usize = 5;
const BELLS: usize = 9;
const HIGH_SHELF: usize = 25;
const HIGH_CUT: usize = 29;

type Values = [f32; SETTINGS.len()];

/// How many sections there are: five for each cut (four of second order and one of first, so that
/// a new slope only fades sections in and out), one for each other band.
const SECTIONS: usize = 16;

/// What each section is and is heading for.
fn sections(values: &Values) -> [(Kind, Target); SECTIONS] {
    let off = Target { frequency: 1000.0, gain_db: 0.0, q: 1.0, on: false };
    let mut sections = [(Kind::Bell, off); SECTIONS];
    let (cuts, bands) = sections.split_at_mut(10);
    let kinds = [(Kind::HighPass2, Kind::HighPass1), (Kind::LowPass2, Kind::LowPass1)];
    for ((cut, at), (second, first)) in cuts.chunks_mut(5).zip([LOW_CUT, HIGH_CUT]).zip(kinds) {
        let (on, frequency) = (values[at] >= 0.5, values[at + 1]);
        let order = values[at + 2] as usize + 1;
        for (pair, section) in cut.iter_mut().enumerate() {
            let (kind, on) = match pair {
                4 => (first, on && order % 2 == 1),
                _ => (second, on && pair < order / 2),
            };
            let q = butterworth_q(order, pair);
            *section = (kind, Target { frequency, gain_db: 0.0, q, on });
        }
    }
    let band = |kind: Kind, at: usize| {
        let [on, frequency, gain_db, q] =
            [values[at], values[at + 1], values[at + 2], values[at + 3]];
        (kind, Target { frequency, gain_db, q, on: on >= 0.5 })
    };
    bands[0] = band(Kind::LowShelf, LOW_SHELF);
    for (bell, section) in bands[1..5].iter_mut().enumerate() {
        *section = band(Kind::Bell, BELLS + 4 * bell);
    }
    bands[5] = band(Kind::HighShelf, HIGH_SHELF);
    sections
}

/// The Q of the conjugate poles number `pair` of a Butterworth filter: the poles stand evenly on a
/// half circle, so that 1/Q = 2·sin((2·pair + 1)π / 2·order) (S. Butterworth, 1930).
fn butterworth_q(order: usize, pair: usize) -> f32 {
    if pair >= order / 2 {
        return std::f32::consts::FRAC_1_SQRT_2;
    }
    let angle = (2 * pair + 1) as f64 * std::f64::consts::PI / (2 * order) as f64;
    (0.5 / angle.sin()) as f32
}

/// The filters that change anything.
fn designs(values: &Values, sample_rate: f64) -> [Option<Biquad>; SECTIONS] {
    sections(values).map(|(kind, target)| target.biquad(kind, sample_rate))
}

/// The magnitude response of an equalizer with given settings, for drawing many points of it. Any
/// thread.
pub struct Response {
    filters: [Option<Biquad>; SECTIONS],
    output_db: f64,
    sample_rate: f64,
}

impl Response {
    /// The response with these plain values, one a setting. It does not depend on Linear Phase.
    pub fn new(values: &[f32], sample_rate: f64) -> Response {
        let values = Setting::hold(SETTINGS, values);
        let output_db = f64::from(values[OUTPUT]);
        Response { filters: designs(&values, sample_rate), output_db, sample_rate }
    }

    /// The gain in dB at `frequency` Hz, up to half the sample rate, Output included.
    pub fn db(&self, frequency: f64) -> f64 {
        let omega = 2.0 * std::f64::consts::PI * frequency / self.sample_rate;
        let filters = self.filters.iter().flatten();
        self.output_db + filters.map(|filter| filter.db(omega)).sum::<f64>()
    }
}

/// The gain in dB at `frequency` Hz of an equalizer with these plain values, one a setting: what the
/// curve shows and what the effect does. Any thread.
pub fn response_db(values: &[f32], sample_rate: f64, frequency: f64) -> f64 {
    Response::new(values, sample_rate).db(frequency)
}

/// The audio side.
pub struct Equalizer {
    values: Values,
    sample_rate: f64,
    targets: [(Kind, Target); SECTIONS],
    sections: [Section; SECTIONS],
    /// How many samples each section rings.
    rings: [f64; SECTIONS],
    output: Glide,
    linear: Option<LinearPhase>,
}

impl Equalizer {
    /// An equalizer with these plain values, one a setting. [main-thread]
    pub fn new(values: &[f32], sample_rate: f64) -> Equalizer {
        let values = Setting::hold(SETTINGS, values);
        let targets = sections(&values);
        let filters = designs(&values, sample_rate);
        let is_linear = values[LINEAR_PHASE] >= 0.5;
        Equalizer {
            values,
            sample_rate,
            targets,
            sections: targets.map(|(kind, target)| Section::new(kind, target, sample_rate)),
            rings: filters.map(|filter| filter.map_or(0.0, |filter| filter.ring())),
            output: Glide::fixed(db_to_gain(values[OUTPUT])),
            linear: is_linear.then(|| LinearPhase::new(&filters, sample_rate)),
        }
    }
}

impl Effect for Equalizer {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        let [left, right] = slice;
        let frames = left.len();
        if let Some(linear) = &mut self.linear {
            linear.process([&mut *left, &mut *right], context.now);
        } else if self.sections.iter().any(Section::is_awake) {
            let mut pairs: [Pair; SLICE] = [[0.0; 2]; SLICE];
            let pairs = &mut pairs[..frames];
            for ((pair, left), right) in pairs.iter_mut().zip(&*left).zip(&*right) {
                *pair = [f64::from(*left), f64::from(*right)];
            }
            for section in self.sections.iter_mut().filter(|section| section.is_awake()) {
                section.process(pairs, context.now);
            }
            for ((pair, left), right) in pairs.iter().zip(&mut *left).zip(&mut *right) {
                [*left, *right] = pair.map(|x| x as f32);
            }
        }
        if self.output.is_moving(context.now) || self.output.target() != 1.0 {
            for (i, (left, right)) in left.iter_mut().zip(right).enumerate() {
                let gain = self.output.at(context.now + i as u64);
                *left *= gain;
                *right *= gain;
            }
        }
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        if index == LINEAR_PHASE {
            return;
        }
        self.values[index] = SETTINGS[index].clamp(plain);
        if index == OUTPUT {
            self.output.aim(db_to_gain(self.values[OUTPUT]), now, length);
            return;
        }
        for (i, (kind, target)) in sections(&self.values).into_iter().enumerate() {
            if self.targets[i].1 == target && length > 0 {
                continue;
            }
            self.targets[i].1 = target;
            let filter = target.biquad(kind, self.sample_rate);
            self.rings[i] = filter.map_or(0.0, |filter| filter.ring());
            match &mut self.linear {
                Some(linear) => linear.aim(i, filter, length == 0),
                None => self.sections[i].aim(target, now, length),
            }
        }
    }

    fn reset(&mut self) {
        self.sections.iter_mut().for_each(Section::reset);
        self.output = Glide::fixed(self.output.target());
        if let Some(linear) = &mut self.linear {
            linear.reset();
        }
    }

    fn latency(&self) -> u32 {
        self.linear.as_ref().map_or(0, LinearPhase::latency)
    }

    fn tail(&self) -> u32 {
        let ring = || self.rings.iter().sum::<f64>().ceil() as u32;
        self.linear.as_ref().map_or_else(ring, LinearPhase::tail)
    }
}
