//! Three impulse responses of our own, computed anew for every sample rate, so that nothing has to
//! be shipped or resampled.
//!
//! Not here: files. Never on the audio thread.
//!
//! * *Small Room*, stereo, 0.6 s: the first reflections of a box by image sources (J. Allen,
//!   D. Berkley, "Image Method for Efficiently Simulating Small-Room Acoustics", JASA 1979), then
//!   noise that dies away in three bands.
//! * *Plate*, stereo, 2.6 s: dense from the first millisecond, the highs dying first, no reflections.
//! * *Cabinet*, mono, 60 ms: a 12-inch guitar speaker in a closed box as minimum-phase filters.
//!
//! Noise comes from a counter, so that a response is the same on every machine.

use std::f64::consts::PI;

use super::Impulse;
use crate::dsp::biquad::{Biquad, Kind};

/// Their names, as users see them and sessions save them.
pub const NAMES: [&str; 3] = ["Small Room", "Plate", "Cabinet"];

/// Builds one of [`NAMES`].
pub(super) fn make(name: &str, sample_rate: f64) -> Option<Impulse> {
    let channels = match NAMES.iter().position(|known| *known == name)? {
        0 => [1, 2].map(|side| small_room(side, sample_rate)).to_vec(),
        1 => [3, 4].map(|side| plate(side, sample_rate)).to_vec(),
        _ => vec![cabinet(sample_rate)],
    };
    Some(Impulse { channels: finish(channels, sample_rate), sample_rate })
}

/// Fades the last hundredth of a second out and gives the louder channel an energy of 1.
fn finish(mut channels: Vec<Vec<f64>>, sample_rate: f64) -> Vec<Vec<f32>> {
    let fade = (sample_rate / 100.0).ceil();
    for channel in &mut channels {
        for (i, x) in channel.iter_mut().rev().take(fade as usize).enumerate() {
            *x *= 0.5 - 0.5 * (PI * (i as f64 + 0.5) / fade).cos();
        }
    }
    let energy = |channel: &Vec<f64>| channel.iter().map(|x| x * x).sum::<f64>();
    let loudest = channels.iter().map(energy).fold(0.0, f64::max).sqrt();
    let single = |channel: Vec<f64>| channel.iter().map(|x| (x / loudest) as f32).collect();
    channels.into_iter().map(single).collect()
}

/// White noise, −1 to 1: the mixing function of SplitMix64 (G. Steele et al., OOPSLA 2014).
fn noise(seed: u64) -> impl Iterator<Item = f64> {
    (0u64..).map(move |n| {
        let mut z = (seed << 40 | n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    })
}

/// Noise whose bands below 300 Hz, between, and above 3 kHz each die away by 60 dB in their own
/// number of seconds.
fn tail(seed: u64, seconds: f64, decays: [f64; 3], sample_rate: f64) -> Vec<f64> {
    let pole = |frequency: f64| (-2.0 * PI * frequency / sample_rate).exp();
    let (low_pole, high_pole) = (pole(300.0), pole(3000.0));
    let (mut low, mut below_high) = (0.0, 0.0);
    let count = (seconds * sample_rate) as usize;
    // 60 dB are a factor of 1000.
    let fall = decays.map(|seconds| -(1000f64.ln()) / (seconds * sample_rate));
    let sample = |(n, x): (usize, f64)| {
        low = x + (low - x) * low_pole;
        below_high = x + (below_high - x) * high_pole;
        let bands = [low, below_high - low, x - below_high];
        bands.iter().zip(fall).map(|(band, fall)| band * (fall * n as f64).exp()).sum()
    };
    noise(seed).take(count).enumerate().map(sample).collect()
}

fn small_room(side: u64, sample_rate: f64) -> Vec<f64> {
    // Metres: the box, the source, and two microphones a third of a metre apart.
    let size = [5.3, 4.1, 2.7];
    let source = [1.5, 1.9, 1.2];
    let microphone = [3.6, 2.1 + if side == 1 { -0.17 } else { 0.17 }, 1.5];
    let (speed, kept) = (343.0, 0.78f64);
    let mut room = tail(side, 0.6, [0.5, 0.45, 0.25], sample_rate);
    // The diffuse part takes over while single reflections get too many to be told apart.
    for (n, x) in room.iter_mut().enumerate() {
        let share = ((n as f64 / sample_rate - 0.008) / 0.03).clamp(0.0, 1.0);
        *x *= 0.09 * share * share;
    }
    let direct = distance(source, microphone);
    let orders = || -3i32..=3;
    for (x, y, z) in orders()
        .flat_map(|x| orders().flat_map(move |y| orders().map(move |z| (x, y, z))))
        .filter(|(x, y, z)| x.abs() + y.abs() + z.abs() <= 3)
    {
        let image = [0, 1, 2].map(|axis| {
            let order = [x, y, z][axis];
            let mirrored = if order % 2 == 0 { source[axis] } else { size[axis] - source[axis] };
            f64::from(order) * size[axis] + mirrored
        });
        let reflections = x.abs() + y.abs() + z.abs();
        let path = distance(image, microphone);
        let gain = kept.powi(reflections) * direct / path;
        let late = (path - direct) / speed * sample_rate;
        let (at, share) = (late as usize, late.fract());
        if at + 1 < room.len() {
            room[at] += gain * (1.0 - share);
            room[at + 1] += gain * share;
        }
    }
    room
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

fn plate(side: u64, sample_rate: f64) -> Vec<f64> {
    let mut plate = tail(side, 2.6, [2.4, 1.9, 0.8], sample_rate);
    for (n, x) in plate.iter_mut().enumerate() {
        *x *= 1.0 - (-(n as f64 + 1.0) / (0.0015 * sample_rate)).exp();
    }
    plate
}

fn cabinet(sample_rate: f64) -> Vec<f64> {
    let mut sound = vec![0.0; (0.06 * sample_rate) as usize];
    sound[0] = 1.0;
    // The box's resonance, the thin middle, the cone's break-up, and what it cannot follow.
    for (kind, frequency, gain_db, q) in [
        (Kind::HighPass2, 85.0, 0.0, 1.2),
        (Kind::Bell, 430.0, -4.0, 0.8),
        (Kind::Bell, 2600.0, 7.0, 1.4),
        (Kind::LowPass2, 4600.0, 0.0, 1.1),
        (Kind::LowPass2, 5600.0, 0.0, 0.7),
    ] {
        let Biquad { b, a } = Biquad::design(kind, frequency / sample_rate, gain_db, q);
        let (mut x, mut y) = ([0.0; 2], [0.0; 2]);
        for sample in &mut sound {
            let out = b[0] * *sample + b[1] * x[0] + b[2] * x[1] - a[0] * y[0] - a[1] * y[1];
            (x, y) = ([*sample, x[0]], [out, y[0]]);
            *sample = out;
        }
    }
    sound
}
