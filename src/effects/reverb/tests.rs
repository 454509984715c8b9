//! The reverb against its definition.

use super::*;
use crate::effects::trial::{With, noise, run, run_with, same_in_any_blocks, values, wide_noise};

const RATE: f64 = 48_000.0;

fn with(settings: &[(&str, f32)]) -> Reverb {
    Reverb::new(&values(SETTINGS, settings), RATE)
}

/// What comes out for one impulse on both sides.
fn response(settings: &[(&str, f32)], seconds: f64) -> [Vec<f32>; 2] {
    let mut impulse = vec![0.0; (seconds * RATE) as usize];
    impulse[0] = 1.0;
    run(&mut with(settings), &[&impulse, &impulse])
}

/// Schroeder's backward integral: the time to fall from −5 to −35 dB, times two.
fn rt60(response: &[f32]) -> f64 {
    let mut left: f64 = response.iter().map(|x| f64::from(*x).powi(2)).sum();
    let all = left;
    let mut crossings = [None; 2];
    for (n, x) in response.iter().enumerate() {
        left -= f64::from(*x).powi(2);
        for (crossing, db) in crossings.iter_mut().zip([-5.0, -35.0]) {
            if crossing.is_none() && left < all * 10f64.powf(db / 10.0) {
                *crossing = Some(n as f64 / RATE);
            }
        }
    }
    2.0 * (crossings[1].unwrap() - crossings[0].unwrap())
}

/// The octave around a frequency, twice through a band-pass.
fn octave(signal: &[f32], frequency: f64) -> Vec<f32> {
    let w = 2.0 * std::f64::consts::PI * frequency / RATE;
    let alpha = w.sin() / (2.0 * std::f64::consts::SQRT_2);
    let mut out: Vec<f64> = signal.iter().map(|x| f64::from(*x)).collect();
    for _ in 0..2 {
        let (mut x, mut y) = ([0.0; 2], [0.0; 2]);
        for sample in &mut out {
            let new = (alpha * (*sample - x[1]) + 2.0 * w.cos() * y[0] - (1.0 - alpha) * y[1])
                / (1.0 + alpha);
            x = [*sample, x[0]];
            y = [new, y[0]];
            *sample = new;
        }
    }
    out.into_iter().map(|x| x as f32).collect()
}

#[test]
fn the_decay_time_is_within_10_per_cent_of_its_setting() {
    for size in [25.0, 100.0, 250.0] {
        for decay in [0.5, 1.0, 2.5, 8.0] {
            let settings = [("size", size), ("decay", decay), ("damping", 20_000.0)];
            let [left, right] = response(&settings, f64::from(decay) * 1.3 + 0.5);
            for side in [&left, &right] {
                for frequency in [250.0, 1000.0, 4000.0] {
                    let measured = rt60(&octave(side, frequency)) / f64::from(decay);
                    assert!(
                        (measured - 1.0).abs() < 0.1,
                        "{size} %, {decay} s, {frequency} Hz: {measured}"
                    );
                }
            }
            let measured = rt60(&left) / f64::from(decay);
            assert!((measured - 1.0).abs() < 0.1, "{size} %, {decay} s: {measured}");
        }
    }
}

#[test]
fn at_the_damping_frequency_the_decay_takes_half_as_long() {
    let [left, _] = response(&[("decay", 3.0), ("damping", 4000.0)], 4.0);
    let high = rt60(&octave(&left, 4000.0)) / 3.0;
    let middle = rt60(&octave(&left, 500.0)) / 3.0;
    // The octave around it also hears what lies below and lasts longer.
    assert!((0.45..0.65).contains(&high), "{high}");
    assert!((middle - 1.0).abs() < 0.1, "{middle}");
}

/// How far the loudest bin of the tail's spectrum between 100 Hz and 10 kHz stands above the mean of
/// 150 Hz on either side of it, in dB.
fn ringing(settings: &[(&str, f32)], decay: f32) -> f64 {
    const LENGTH: usize = 1 << 16;
    const AROUND: usize = 200;
    let transform = realfft::RealFftPlanner::<f64>::new().plan_fft_forward(LENGTH);
    // The decay is taken back so that all of the tail counts alike.
    let growth = 10f64.powf(3.0 / (f64::from(decay) * RATE));
    let mut worst = 0.0f64;
    for side in response(settings, 0.3 + LENGTH as f64 / RATE) {
        let tail = &side[side.len() - LENGTH..];
        let value = |(n, x): (usize, &f32)| {
            let window = 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / LENGTH as f64).cos();
            f64::from(*x) * growth.powi(n as i32) * window
        };
        let mut time: Vec<f64> = tail.iter().enumerate().map(value).collect();
        let mut spectrum = transform.make_output_vec();
        transform.process(&mut time, &mut spectrum).unwrap();
        let power: Vec<f64> = spectrum.iter().map(|bin| bin.norm_sqr()).collect();
        let [first, last] = [100.0, 10_000.0].map(|hz| (hz / RATE * LENGTH as f64) as usize);
        for bin in first..last {
            let near = &power[bin.saturating_sub(AROUND)..bin + AROUND];
            worst = worst.max(power[bin] * near.len() as f64 / near.iter().sum::<f64>());
        }
    }
    10.0 * worst.log10()
}

#[test]
fn no_metallic_peak_rings_in_the_tail() {
    // Of that many bins of pure noise, the loudest lies 10 to 11 dB above the mean.
    for (size, decay) in
        [(25.0, 0.7), (25.0, 1.5), (50.0, 1.5), (100.0, 2.0), (100.0, 5.0), (250.0, 4.0)]
    {
        let settings = [("size", size), ("decay", decay), ("damping", 20_000.0)];
        let peak = ringing(&settings, decay);
        assert!(peak < 15.0, "size {size} %, decay {decay} s: {peak} dB");
    }
    let still = [("size", 25.0), ("decay", 1.5), ("damping", 20_000.0), ("modulation", 0.0)];
    let peak = ringing(&still, 1.5);
    assert!(peak > 17.0, "standing still, a small room must show: {peak} dB");
}

/// Echo density (J. S. Abel and P. Huang, "A simple, robust measure of reverberation echo density",
/// 2006): the share of samples beyond the standard deviation, 1 for noise.
fn density(signal: &[f32], at: f64) -> f64 {
    let start = (at * RATE) as usize;
    let window = &signal[start..start + 960];
    let power = window.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / 960.0;
    let beyond = window.iter().filter(|x| f64::from(**x).powi(2) > power).count();
    beyond as f64 / 960.0 / 0.3173
}

#[test]
fn echoes_soon_are_as_dense_as_noise() {
    for (size, at) in [(25.0, 0.06), (100.0, 0.15), (250.0, 0.35)] {
        let settings =
            [("size", size), ("pre_delay", 0.0), ("high_cut", 20_000.0), ("damping", 20_000.0)];
        let [left, _] = response(&settings, 1.0);
        for later in [0.0, 0.05, 0.1, 0.2] {
            let density = density(&left, at + later);
            assert!(density > 0.8, "size {size} %, {} s: {density}", at + later);
        }
    }
}

#[test]
fn the_sides_are_independent_and_width_0_is_mono() {
    let [left, right] = response(&[], 2.0);
    let sum = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let correlation = sum(&left, &right) / (sum(&left, &left) * sum(&right, &right)).sqrt();
    assert!(correlation.abs() < 0.1, "{correlation}");
    let balance = sum(&left, &left) / sum(&right, &right);
    assert!((0.7..1.4).contains(&balance), "{balance}");
    let [left, right] = response(&[("width", 0.0)], 0.5);
    assert_eq!(left, right);
}

#[test]
fn nothing_sounds_before_the_pre_delay_and_nothing_after_the_tail() {
    let first = |ms: f32| {
        let [left, _] = response(&[("pre_delay", ms)], 0.5);
        left.iter().position(|x| *x != 0.0).unwrap()
    };
    assert_eq!(first(100.0) - first(0.0), 4800);
    let mut reverb = with(&[("decay", 0.5)]);
    let burst = noise(1, 4800, 1.0);
    run(&mut reverb, &[&burst, &burst]);
    let tail = reverb.tail() as usize;
    let silence = vec![0.0; tail + 4800];
    let [out, _] = run(&mut reverb, &[&silence, &silence]);
    assert!(out[tail..].iter().all(|x| x.abs() < 3e-6));
}

#[test]
fn any_cut_into_slices_gives_the_same_bits_while_settings_change() {
    let changes = [
        (100, SIZE, 40.0),
        (150, DECAY, 9.0),
        (333, DAMPING, 1000.0),
        (900, LOW_CUT, 500.0),
        (901, HIGH_CUT, 3000.0),
        (1201, PRE_DELAY, 1.0),
        (1300, SIZE, 200.0),
        (2500, WIDTH, 150.0),
        (2700, MODULATION, 100.0),
    ];
    let with_tempo = With { tempo: Some(131.7), ..With::changes(&changes) };
    same_in_any_blocks(|| with(&[("pre_delay", 0.0)]), &wide_noise(7000, 1.0), &with_tempo);
}

#[test]
fn no_change_clicks_and_60_db_over_full_scale_stay_finite() {
    let tone = |n: usize| (n as f32 * std::f32::consts::TAU * 100.0 / 48_000.0).sin();
    let signal: Vec<f32> = (0..96_000).map(tone).collect();
    let changes = [
        (30_000, SIZE, 40.0),
        (40_000, DECAY, 9.0),
        (50_000, DAMPING, 1000.0),
        (55_000, PRE_DELAY, 100.0),
        (60_000, WIDTH, 0.0),
        (70_000, MODULATION, 0.0),
        (80_000, SIZE, 250.0),
    ];
    let mut reverb = with(&[]);
    let [out, _] = run_with(&mut reverb, &[&signal, &signal], &With::changes(&changes));
    let top = out.iter().fold(0.0, |top: f32, x| top.max(x.abs()));
    // Steeper than twice the tone's own steepest step would be something else than the tone.
    for n in 1..96_000 {
        assert!((out[n] - out[n - 1]).abs() < 0.03 * top, "at {n}");
    }
    let mut reverb = with(&[("decay", 20.0), ("damping", 20_000.0)]);
    let loud = noise(1, 96_000, 1000.0);
    let [out, _] = run(&mut reverb, &[&loud, &loud]);
    assert!(out.iter().all(|x| x.is_finite() && x.abs() < 1e6));
}
