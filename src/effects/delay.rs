//! Delay: echoes in milliseconds or in notes of the host's tempo.
//!
//! Not here: the alignment delay (Utility), mixing with dry (the slot): the output is echoes only.
//! See [`crate::effects`] for who calls what.
//!
//! Each side is a line that feeds itself, or the other side (ping-pong), through a low cut, a high
//! cut and a limit; the first echo is the input itself, unfiltered. In the loop everything up to full
//! scale passes unbent and nothing beyond +6 dBFS at all, so 100 % feedback stays bounded for ever.
//! Places between samples are read by Catmull and Rom's cubic ("A class of local interpolating
//! splines", 1974), which gives a sample itself back exactly and raises no frequency.
//!
//! Latency 0. Tail: until the echoes have gone down by 120 dB.

use super::{Context, Effect, Setting, Taper};
use crate::dsp::glide::Glide;
use crate::dsp::one_pole::OnePole;

/// The settings, in their frozen order.
pub const SETTINGS: &[Setting] = &[
    // Whether Note counts or Time.
    Setting::toggle("sync", "Sync", false),
    Setting::new("time", "Time", "ms", [1.0, 4000.0], 350.0, Taper::Logarithmic),
    // A note's length at the host's tempo (120 if it has none); T is a triplet, D is dotted. One
    // longer than 6 s is halved until it fits.
    Setting::choice("note", "Note", NOTES, 10),
    // How a change of time sounds: a cross-fade, or a tape that speeds up or slows down.
    Setting::choice("change", "Time Change", &["Fade", "Tape"], 0),
    // Both inputs enter on the left, and every echo changes sides.
    Setting::toggle("ping_pong", "Ping-Pong", false),
    // How much of an echo is left of it in the next one.
    Setting::new("feedback", "Feedback", "%", [0.0, 100.0], 35.0, Taper::Linear),
    // 6 dB an octave each, once more with every echo.
    Setting::new("low_cut", "Low Cut", "Hz", [20.0, 2000.0], 80.0, Taper::Logarithmic),
    Setting::new("high_cut", "High Cut", "Hz", [500.0, 20_000.0], 8000.0, Taper::Logarithmic),
    Setting::new("rate", "Mod Rate", "Hz", [0.05, 10.0], 0.5, Taper::Logarithmic),
    // How much later than the set time the farthest swing is; the sides are a quarter turn apart.
    Setting::new("depth", "Mod Depth", "ms", [0.0, 10.0], 0.0, Taper::Linear),
    // 0 % is mono, 100 % as it is, 200 % doubles the side signal.
    Setting::new("width", "Width", "%", [0.0, 200.0], 100.0, Taper::Linear),
];

/// Names of the notes: six values, each as triplet, straight and dotted.
const NOTES: &[&str] = &[
    "1/32T", "1/32", "1/32D", "1/16T", "1/16", "1/16D", "1/8T", "1/8", "1/8D", "1/4T", "1/4",
    "1/4D", "1/2T", "1/2", "1/2D", "1/1T", "1/1", "1/1D",
];

const SYNC: usize = 0;
const TIME: usize = 1;
const NOTE: usize = 2;
const CHANGE: usize = 3;
const PING_PONG: usize = 4;
const FEEDBACK: usize = 5;
const LOW_CUT: usize = 6;
const HIGH_CUT: usize = 7;
const RATE: usize = 8;
const DEPTH: usize = 9;
const WIDTH: usize = 10;

/// The longest time, in seconds.
const LONGEST: f64 = 6.0;

/// How often coefficients and the modulation tick, in samples.
const GRID: u64 = 16;

/// The length in quarter notes of the note at an index of the list.
fn quarters(note: usize) -> f64 {
    let straight = 0.125 * f64::from(1u32 << (note / 3));
    straight * [2.0 / 3.0, 1.0, 1.5][note % 3]
}

/// Straight up to full scale, then bending towards 2: slope 1 at 1, never above 2.
fn limit(x: f32) -> f32 {
    let beyond = (x.abs() - 1.0).max(0.0);
    let held = x.abs().min(1.0) + beyond / (1.0 + beyond);
    held.copysign(x)
}

/// A swing between 0 and 1 and back, straight between two ticks.
#[derive(Clone, Copy, Default)]
struct Swing {
    from: f32,
    to: f32,
}

/// The audio side.
pub struct Delay {
    values: [f32; SETTINGS.len()],
    memory: [Vec<f32>; 2],
    sample_rate: f64,
    tempo: f64,
    /// Where the lines are read, in samples; and the place a fade leaves, until a sample.
    place: f64,
    leaving: Option<(f64, u64, u32)>,
    /// Whether the next slice is the first, whose tempo applies without a fade.
    fresh: bool,
    low: [OnePole; 2],
    high: [OnePole; 2],
    /// Corners in octaves above 1 Hz, and their coefficients since the last tick.
    corners: [Glide; 2],
    coefficients: [f32; 2],
    feedback: Glide,
    ping_pong: Glide,
    width: Glide,
    rate: Glide,
    /// In samples.
    depth: Glide,
    /// Of the modulation, 0 to 1.
    phase: f64,
    swings: [Swing; 2],
}

impl Delay {
    /// A delay with these plain values, one a setting. [main-thread]
    pub fn new(values: &[f32], sample_rate: f64) -> Delay {
        let held: [f32; SETTINGS.len()] = Setting::hold(SETTINGS, values);
        let swing = f64::from(SETTINGS[DEPTH].max) / 1000.0;
        let longest = ((LONGEST + swing) * sample_rate).ceil() as usize + 4;
        let line = || vec![0.0; longest.next_power_of_two()];
        let mut delay = Delay {
            values: held,
            memory: [line(), line()],
            sample_rate,
            tempo: 120.0,
            place: 0.0,
            leaving: None,
            fresh: true,
            low: Default::default(),
            high: Default::default(),
            corners: [Glide::fixed(0.0); 2],
            coefficients: [0.0; 2],
            feedback: Glide::fixed(0.0),
            ping_pong: Glide::fixed(0.0),
            width: Glide::fixed(1.0),
            rate: Glide::fixed(0.0),
            depth: Glide::fixed(0.0),
            phase: 0.0,
            swings: Default::default(),
        };
        delay.aim(0, 0);
        delay.settle();
        delay
    }

    /// The time asked for, in samples.
    fn wanted(&self) -> f64 {
        let mut seconds = f64::from(self.values[TIME]) / 1000.0;
        if self.values[SYNC] >= 0.5 {
            seconds = 60.0 / self.tempo * quarters(self.values[NOTE] as usize);
            while seconds > LONGEST {
                seconds *= 0.5;
            }
        }
        // The cubic needs a sample on either side.
        (seconds * self.sample_rate).round().max(2.0)
    }

    fn aim(&mut self, now: u64, length: u32) {
        let values = &self.values;
        self.feedback.aim(values[FEEDBACK] / 100.0, now, length);
        self.ping_pong.aim(values[PING_PONG], now, length);
        self.width.aim(values[WIDTH] / 100.0, now, length);
        self.rate.aim(values[RATE], now, length);
        let depth = f64::from(values[DEPTH]) * self.sample_rate / 1000.0;
        self.depth.aim(depth as f32, now, length);
        self.corners[0].aim(values[LOW_CUT].log2(), now, length);
        self.corners[1].aim(values[HIGH_CUT].log2(), now, length);
    }

    /// Everything arrives.
    fn settle(&mut self) {
        self.fresh = true;
        self.phase = 0.0;
        self.swings = [0, 1].map(|side| {
            let at = self.swing(side);
            Swing { from: at, to: at }
        });
        self.coefficients = self
            .corners
            .map(|corner| OnePole::coefficient(corner.target().exp2(), self.sample_rate));
    }

    fn swing(&self, side: usize) -> f32 {
        let turns = self.phase + 0.25 * side as f64;
        (0.5 - 0.5 * (2.0 * std::f64::consts::PI * turns).cos()) as f32
    }

    fn tick(&mut self, now: u64) {
        if self.corners.iter().any(|corner| corner.is_moving(now.saturating_sub(GRID))) {
            self.coefficients = self
                .corners
                .map(|corner| OnePole::coefficient(corner.at(now).exp2(), self.sample_rate));
        }
        if self.depth.is_moving(now) || self.depth.target() > 0.0 {
            let step = f64::from(self.rate.at(now)) * GRID as f64 / self.sample_rate;
            self.phase = (self.phase + step).fract();
            for side in 0..2 {
                self.swings[side] = Swing { from: self.swings[side].to, to: self.swing(side) };
            }
        }
    }

    /// The line at a place in samples back from `now`, at least 2.
    fn read(memory: &[f32], now: u64, place: f64) -> f32 {
        let whole = place as u64;
        let r = (place - whole as f64) as f32;
        let mask = memory.len() - 1;
        let back = |n: u64| memory[now.wrapping_sub(n) as usize & mask];
        let middle = back(whole);
        if r == 0.0 {
            return middle;
        }
        let (newer, older, oldest) = (back(whole - 1), back(whole + 1), back(whole + 2));
        let c1 = 0.5 * (older - newer);
        let c2 = newer - 2.5 * middle + 2.0 * older - 0.5 * oldest;
        let c3 = 0.5 * (oldest - newer) + 1.5 * (middle - older);
        ((c3 * r + c2) * r + c1) * r + middle
    }

    /// Moves the place towards where it is wanted, by one sample of time.
    fn follow(&mut self, wanted: f64, now: u64) {
        if self.leaving.is_some_and(|(_, end, _)| end <= now) {
            self.leaving = None;
        }
        if self.place == wanted || self.leaving.is_some() {
            return;
        }
        if self.values[CHANGE] >= 0.5 {
            // A tenth of a second's exponential, at most half speed faster or slower.
            let way = wanted - self.place;
            let step = (way.abs() * 10.0 / self.sample_rate).clamp(0.001, 0.5);
            self.place += way.clamp(-step, step);
        } else {
            let length = (self.sample_rate / 50.0).round() as u32;
            self.leaving = Some((self.place, now + u64::from(length), length));
            self.place = wanted;
        }
    }
}

impl Effect for Delay {
    fn process(&mut self, slice: [&mut [f32]; 2], context: &Context) {
        self.tempo = context.tempo.filter(|tempo| *tempo >= 1.0).unwrap_or(120.0);
        let wanted = self.wanted();
        if std::mem::take(&mut self.fresh) {
            self.place = wanted;
            self.leaving = None;
        }
        let [left, right] = slice;
        for (i, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let now = context.now + i as u64;
            if now.is_multiple_of(GRID) {
                self.tick(now);
            }
            self.follow(wanted, now);
            let depth = f64::from(self.depth.at(now));
            let share = (now % GRID) as f32 / GRID as f32;
            let [low_cut, high_cut] = self.coefficients;
            let mut echo = [0.0; 2];
            let mut fed = [0.0; 2];
            for side in 0..2 {
                let memory = &self.memory[side];
                let Swing { from, to } = self.swings[side];
                let swing = depth * f64::from(from + (to - from) * share);
                let mut x = Self::read(memory, now, self.place + swing);
                if let Some((place, end, length)) = self.leaving {
                    let old = Self::read(memory, now, place + swing);
                    x += (old - x) * ((end - now) as f32 / length as f32);
                }
                echo[side] = x;
                let x = self.low[side].high(x, low_cut);
                fed[side] = limit(self.high[side].low(x, high_cut)) * self.feedback.at(now);
            }
            let cross = self.ping_pong.at(now);
            let middle = 0.5 * (*left + *right);
            let mask = self.memory[0].len() - 1;
            let at = now as usize & mask;
            let [own, other] = [fed, [fed[1], fed[0]]];
            let into = [*left + (middle - *left) * cross, *right - *right * cross];
            for side in 0..2 {
                self.memory[side][at] = into[side] + own[side] + (other[side] - own[side]) * cross;
            }
            let width = self.width.at(now);
            let (own, other) = (0.5 + 0.5 * width, 0.5 - 0.5 * width);
            *left = own * echo[0] + other * echo[1];
            *right = own * echo[1] + other * echo[0];
        }
    }

    fn set(&mut self, index: usize, plain: f32, now: u64, length: u32) {
        self.values[index] = SETTINGS[index].clamp(plain);
        self.aim(now, length);
        if length == 0 {
            self.fresh = true;
            self.coefficients = self
                .corners
                .map(|corner| OnePole::coefficient(corner.at(now).exp2(), self.sample_rate));
        }
    }

    fn reset(&mut self) {
        self.memory.iter_mut().for_each(|memory| memory.fill(0.0));
        self.low = Default::default();
        self.high = Default::default();
        self.aim(0, 0);
        self.settle();
    }

    fn tail(&self) -> u32 {
        let feedback = f64::from(self.feedback.target());
        if feedback >= 1.0 {
            return u32::MAX;
        }
        let echoes = if feedback > 0.0 { (1e-6f64.ln() / feedback.ln()).ceil() + 1.0 } else { 1.0 };
        let longest = self.wanted().max(self.place) + f64::from(self.depth.target()) + 2.0;
        (echoes * longest).min(f64::from(u32::MAX)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::trial::{
        With, noise, run, run_with, same_in_any_blocks, values, wide_noise,
    };

    fn with(settings: &[(&str, f32)]) -> Delay {
        Delay::new(&values(SETTINGS, settings), 48_000.0)
    }

    fn impulse(frames: usize) -> Vec<f32> {
        let mut impulse = vec![0.0; frames];
        impulse[0] = 1.0;
        impulse
    }

    #[test]
    fn a_note_at_the_hosts_tempo_is_exact_on_the_sample() {
        for (tempo, note, seconds) in [
            (120.0, "1/4", 0.5),
            (120.0, "1/8T", 0.5 / 3.0),
            (93.7, "1/8D", 60.0 / 93.7 * 0.75),
            (174.0, "1/32", 60.0 / 174.0 / 8.0),
            (131.0, "1/1", 60.0 / 131.0 * 4.0),
            // 9 s do not fit; half of them do.
            (40.0, "1/1D", 4.5),
        ] {
            let index = NOTES.iter().position(|name| *name == note).unwrap();
            let mut delay = with(&[("sync", 1.0), ("note", index as f32)]);
            let samples = (seconds * 48_000.0f64).round() as usize;
            let signal = impulse(samples + 4000);
            let [out, _] = run_with(
                &mut delay,
                &[&signal, &signal],
                &With { tempo: Some(tempo), ..With::default() },
            );
            assert_eq!(out.iter().position(|x| *x != 0.0), Some(samples), "{note} at {tempo}");
            assert_eq!(out[samples], 1.0);
        }
    }

    #[test]
    fn milliseconds_are_exact_and_echoes_fall_by_the_feedback() {
        let mut delay =
            with(&[("time", 10.0), ("feedback", 50.0), ("low_cut", 20.0), ("high_cut", 20_000.0)]);
        // Slow enough for the cuts to pass it.
        let burst =
            |n: usize| if n < 240 { (n as f32 * std::f32::consts::PI / 40.0).sin() } else { 0.0 };
        let signal: Vec<f32> = (0..3000).map(burst).collect();
        let [out, _] = run(&mut delay, &[&signal, &signal]);
        assert_eq!(out[480..720], signal[..240]);
        let top =
            |range: std::ops::Range<usize>| out[range].iter().fold(0.0, |m: f32, x| m.max(*x));
        assert!((top(960..1200) - 0.5).abs() < 0.05);
        assert!((top(1440..1680) - 0.25).abs() < 0.05);
    }

    #[test]
    fn ping_pong_alternates_between_left_and_right() {
        let mut delay = with(&[("time", 10.0), ("ping_pong", 1.0), ("feedback", 80.0)]);
        let [left, right] = run(&mut delay, &[impulse(2000), vec![0.0; 2000]]);
        assert_eq!(left[480], 0.5);
        assert!(right[..960].iter().all(|x| *x == 0.0));
        assert!(right[960] > 0.1 && left[960].abs() < 1e-6);
        assert!(left[1440..1450].iter().any(|x| *x > 0.05));
        assert!(right[1440..1450].iter().all(|x| x.abs() < 0.01));
    }

    #[test]
    fn feedback_of_100_per_cent_never_runs_away() {
        for ping_pong in [0.0, 1.0] {
            let mut delay = with(&[
                ("time", 5.0),
                ("feedback", 100.0),
                ("ping_pong", ping_pong),
                ("low_cut", 20.0),
                ("high_cut", 20_000.0),
                ("depth", 1.0),
            ]);
            let hot: Vec<f32> = noise(3, 480_000, 4.0).iter().map(|x| x + 1.0).collect();
            for side in run(&mut delay, &[&hot, &hot]) {
                assert!(side.iter().all(|x| x.abs() < 9.0));
            }
            let [silence, _] = run(&mut delay, &[[0.0; 96_000]; 2]);
            assert!(silence.iter().all(|x| x.abs() < 9.0));
        }
    }

    #[test]
    fn neither_fade_nor_tape_clicks_and_both_arrive() {
        let tone = |n: usize| (n as f32 * std::f32::consts::TAU * 200.0 / 48_000.0).sin();
        let signal: Vec<f32> = (0..96_000).map(tone).collect();
        for change in [0.0, 1.0] {
            let mut delay = with(&[("time", 100.0), ("feedback", 0.0), ("change", change)]);
            let changes = [
                (9600, TIME, 37.0),
                (9900, TIME, 250.0),
                (24_000, TIME, 60.0),
                (40_000, DEPTH, 2.0),
            ];
            let [out, _] = run_with(&mut delay, &[&signal, &signal], &With::changes(&changes[..3]));
            let step = (4900..96_000).map(|n| (out[n] - out[n - 1]).abs()).fold(0.0, f32::max);
            assert!(step < 0.0262 * 1.55, "{step}");
            assert_eq!(out[80_000..], signal[80_000 - 2880..96_000 - 2880]);
            delay.reset();
            let [out, _] = run_with(&mut delay, &[&signal, &signal], &With::changes(&changes));
            assert!((4900..96_000).all(|n| (out[n] - out[n - 1]).abs() < 0.06));
        }
    }

    #[test]
    fn any_cut_into_slices_gives_the_same_bits_while_settings_change() {
        let changes = [
            (100, TIME, 12.0),
            (150, DEPTH, 3.0),
            (333, PING_PONG, 1.0),
            (900, LOW_CUT, 500.0),
            (901, HIGH_CUT, 3000.0),
            (1201, CHANGE, 1.0),
            (1300, TIME, 20.0),
            (2500, FEEDBACK, 100.0),
            (2700, WIDTH, 20.0),
            (2800, RATE, 9.0),
            (3000, SYNC, 1.0),
            (3100, NOTE, 0.0),
        ];
        let with_tempo = With { tempo: Some(131.7), ..With::changes(&changes) };
        same_in_any_blocks(|| with(&[("time", 7.0)]), &wide_noise(7000, 1.0), &with_tempo);
    }

    #[test]
    fn it_is_silent_after_its_tail_and_finite_at_60_db_over_full_scale() {
        let mut delay = with(&[("time", 20.0), ("feedback", 50.0), ("depth", 1.0)]);
        let loud = noise(1, 4800, 1000.0);
        let [out, _] = run(&mut delay, &[&loud, &loud]);
        assert!(out.iter().all(|x| x.is_finite()));
        let tail = delay.tail() as usize;
        assert!(tail < 48_000);
        let silence = vec![0.0; tail + 4800];
        let [out, _] = run(&mut delay, &[&silence, &silence]);
        assert!(out[tail..].iter().all(|x| x.abs() < 1e-3));
        assert_eq!(with(&[("feedback", 100.0)]).tail(), u32::MAX);
    }
}
