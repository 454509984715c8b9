//! The equalizer against its definition: response, phase, transitions.

use super::*;
use crate::effects::trial;
use realfft::RealFftPlanner;

const RATE: f64 = 48_000.0;

fn with(changed: &[(&str, f32)]) -> Vec<f32> {
    trial::values(SETTINGS, changed)
}

/// A setting of every band at once.
const BUSY: &[(&str, f32)] = &[
    ("low_cut", 1.0),
    ("low_cut_frequency", 60.0),
    ("low_cut_slope", 4.0),
    ("low_shelf_gain", 5.0),
    ("bell1_gain", -9.0),
    ("bell1_q", 3.0),
    ("bell2_gain", 12.0),
    ("bell2_q", 8.0),
    ("bell3_gain", -3.0),
    ("bell4_gain", 6.0),
    ("bell4_frequency", 11_000.0),
    ("bell4_q", 0.6),
    ("high_shelf_gain", -7.0),
    ("high_cut", 1.0),
    ("high_cut_slope", 2.0),
    ("output", -2.0),
];

/// The magnitude of a signal in dB at bin·RATE/length Hz, and the lengths.
fn spectrum_db(signal: &[f32]) -> Vec<f64> {
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(signal.len());
    let mut input: Vec<f64> = signal.iter().map(|x| f64::from(*x)).collect();
    let mut bins = fft.make_output_vec();
    fft.process(&mut input, &mut bins).expect("the plan's lengths");
    bins.iter().map(|bin| 20.0 * bin.norm().max(1e-12).log10()).collect()
}

/// Asserts that the FFT of the impulse response is within 0.1 dB of the published response, from
/// `lowest` Hz to 23 kHz where that is above −60 dB.
fn follows_its_response(values: &[f32], lowest: f64) {
    let mut equalizer = Equalizer::new(values, RATE);
    let out = trial::run(&mut equalizer, &trial::impulse(1 << 17));
    let measured = spectrum_db(&out[0]);
    let response = Response::new(values, RATE);
    let mut seen = 0;
    for (bin, measured) in measured.iter().enumerate() {
        let frequency = bin as f64 * RATE / (1 << 17) as f64;
        let published = response.db(frequency);
        if (lowest..23_000.0).contains(&frequency) && published > -60.0 {
            seen += 1;
            let distance = (measured - published).abs();
            assert!(distance < 0.1, "{frequency} Hz: {measured} for {published} dB");
        }
    }
    assert!(seen > 10_000, "only {seen} frequencies compared");
}

#[test]
fn the_table_may_be_frozen() {
    trial::is_a_sound_table(SETTINGS);
    for (index, id) in [
        (LINEAR_PHASE, "linear_phase"),
        (OUTPUT, "output"),
        (LOW_CUT, "low_cut"),
        (LOW_SHELF, "low_shelf"),
        (BELLS, "bell1"),
        (BELLS + 12, "bell4"),
        (HIGH_SHELF, "high_shelf"),
        (HIGH_CUT, "high_cut"),
    ] {
        assert_eq!(SETTINGS[index].id, id);
    }
}

#[test]
fn at_its_defaults_it_changes_no_bit() {
    let input = trial::wide_noise(1000, 1.0);
    let out = trial::run(&mut Equalizer::new(&with(&[]), RATE), &input);
    assert_eq!(out, input);
}

#[test]
fn its_impulse_response_has_the_published_magnitude() {
    follows_its_response(&with(BUSY), 20.0);
    let extreme =
        [("bell1_gain", 24.0), ("bell1_q", 20.0), ("bell4_gain", -24.0), ("bell4_q", 0.1)];
    follows_its_response(&with(&extreme), 5.0);
}

#[test]
fn with_linear_phase_the_magnitude_is_the_same_and_the_response_symmetric() {
    let values = with(&[BUSY, &[("linear_phase", 1.0)]].concat());
    follows_its_response(&values, 45.0);
    let mut equalizer = Equalizer::new(&values, RATE);
    let centre = equalizer.latency() as usize;
    let out = trial::run(&mut equalizer, &trial::impulse(1 << 15));
    assert_eq!(centre, 8192 + 512);
    for side in &out {
        let loudest = (0..side.len()).max_by(|a, b| side[*a].abs().total_cmp(&side[*b].abs()));
        assert_eq!(loudest, Some(centre));
        for i in 1..8192 {
            let apart = (side[centre - i] - side[centre + i]).abs();
            assert!(apart < 2e-6, "{i} samples from the centre: {apart}");
        }
    }
    assert!(out[0][equalizer.tail() as usize..].iter().all(|x| x.abs() < 1e-6));
}

#[test]
fn linear_phase_at_rest_is_a_delay() {
    let values = with(&[("linear_phase", 1.0)]);
    let mut equalizer = Equalizer::new(&values, RATE);
    let latency = equalizer.latency() as usize;
    let input = trial::wide_noise(20_000, 1.0);
    let out = trial::run(&mut equalizer, &input);
    for side in 0..2 {
        for n in latency..20_000 {
            assert!((out[side][n] - input[side][n - latency]).abs() < 1e-5);
        }
    }
}

#[test]
fn a_cut_is_3_db_down_at_its_frequency_and_falls_as_its_slope_says() {
    for order in 1..=8 {
        let slope = (order - 1) as f32;
        let low = with(&[("low_cut", 1.0), ("low_cut_frequency", 800.0), ("low_cut_slope", slope)]);
        let high =
            with(&[("high_cut", 1.0), ("high_cut_frequency", 200.0), ("high_cut_slope", slope)]);
        for (values, edge, octaves_away) in [(low, 800.0, 0.25), (high, 200.0, 4.0)] {
            let at = |ratio: f64| response_db(&values, RATE, edge * ratio);
            assert!((at(1.0) + 3.0103).abs() < 0.05, "order {order}: {}", at(1.0));
            let exact = -10.0 * (1.0 + 4f64.powi(2 * order)).log10();
            assert!((at(octaves_away) - exact).abs() < 0.1, "order {order}: {}", at(octaves_away));
        }
    }
}

#[test]
fn bells_and_shelves_have_their_gain_where_their_names_say() {
    let bell = with(&[("bell2_gain", 9.0), ("bell2_frequency", 1000.0), ("bell2_q", 2.0)]);
    assert!((response_db(&bell, RATE, 1000.0) - 9.0).abs() < 0.01);
    // |f/f₀ − f₀/f| = 1/Q.
    let edge = 1000.0 * (0.25 + (1.0f64 + 0.0625).sqrt());
    assert!((response_db(&bell, RATE, edge) - 4.5).abs() < 0.02);
    let off = with(&[("bell2_gain", 9.0), ("bell2", 0.0)]);
    assert_eq!(response_db(&off, RATE, 1000.0), 0.0);
    let shelf = with(&[("low_shelf_gain", -8.0), ("low_shelf_frequency", 500.0)]);
    for (frequency, db) in [(20.0, -8.0), (500.0, -4.0), (10_000.0, 0.0)] {
        assert!((response_db(&shelf, RATE, frequency) - db).abs() < 0.05, "{frequency} Hz");
    }
}

fn some_changes() -> Vec<trial::Change> {
    let at = |id: &str| trial::index(SETTINGS, id);
    vec![
        (777, at("bell2_frequency"), 5000.0),
        (1000, at("bell2_gain"), -10.0),
        (1003, at("low_cut_slope"), 7.0),
        (1400, at("bell4"), 0.0),
        (2001, at("high_cut_slope"), 0.0),
        (2050, at("high_shelf_gain"), 0.0),
        (2500, at("output"), 3.0),
        (3000, at("low_cut"), 0.0),
        (3333, at("bell4"), 1.0),
        (4000, at("bell2_q"), 0.5),
    ]
}

#[test]
fn any_blocks_give_the_same_bits_while_settings_change() {
    let input = trial::wide_noise(6000, 0.5);
    let build = || Equalizer::new(&with(BUSY), RATE);
    trial::same_in_any_blocks(build, &input, &trial::With::changes(&some_changes()));
}

#[test]
fn with_linear_phase_too_any_blocks_give_the_same_bits_while_settings_change() {
    let input = trial::wide_noise(16_000, 0.5);
    let values = with(&[BUSY, &[("linear_phase", 1.0)]].concat());
    let build = || Equalizer::new(&values, RATE);
    trial::same_in_any_blocks(build, &input, &trial::With::changes(&some_changes()));
}

#[test]
fn changes_while_a_tone_plays_do_not_click() {
    // A 100 Hz tone moves by at most 0.0131 a sample, times the gain it may get.
    let input = trial::sine(48_000, 100.0, 1.0);
    let at = |id: &str| trial::index(SETTINGS, id);
    let changes = [
        (5003, at("bell1_gain"), 6.0),
        (9001, at("bell1_frequency"), 4000.0),
        (12_010, at("bell1"), 0.0),
        (15_000, at("low_cut"), 1.0),
        (18_000, at("low_cut_slope"), 7.0),
        (21_000, at("low_cut_slope"), 2.0),
        (24_000, at("low_cut_frequency"), 30.0),
        (27_000, at("high_cut"), 1.0),
        (30_000, at("high_cut_frequency"), 300.0),
        (33_000, at("high_cut_slope"), 6.0),
        (36_000, at("high_shelf_gain"), 12.0),
        (39_000, at("output"), -12.0),
        (42_000, at("low_cut"), 0.0),
    ];
    for linear in [0.0, 1.0] {
        let values = with(&[("linear_phase", linear)]);
        let mut equalizer = Equalizer::new(&values, RATE);
        let latency = equalizer.latency() as usize;
        let out = trial::run_with(&mut equalizer, &input, &trial::With::changes(&changes));
        // Where the tone itself begins is no fault of the equalizer's.
        let step = trial::largest_step(&out[0][latency + 2000..]);
        assert!(step < 0.0131 * 2.0 * 1.3, "linear {linear}: {step}");
    }
}

#[test]
fn a_new_setting_reaches_the_linear_phase_kernel() {
    let values = with(&[("linear_phase", 1.0)]);
    let mut equalizer = Equalizer::new(&values, RATE);
    let change = (3000, trial::index(SETTINGS, "bell2_gain"), -12.0);
    let input = trial::sine(40_000, 800.0, 1.0);
    let out = trial::run_with(&mut equalizer, &input, &trial::With::changes(&[change]));
    let peak = |range: std::ops::Range<usize>| crate::dsp::mix::peak(&out[0][range]);
    assert!((peak(20_000..21_000) - 0.2512).abs() < 0.003);
    equalizer.set(change.1, 0.0, 40_000, 0);
    equalizer.reset();
    let out = trial::run(&mut equalizer, &trial::impulse(16_384));
    assert!((out[0][8704] - 1.0).abs() < 1e-4);
}

#[test]
fn whatever_is_set_it_stays_finite() {
    let build = |values: &[f32]| Equalizer::new(values, RATE);
    trial::stays_finite(SETTINGS, build, 60);
}

#[test]
fn at_other_rates_it_is_the_same_equalizer() {
    for rate in [22_050.0, 44_100.0, 96_000.0, 192_000.0] {
        for (frequency, at_48) in
            [40.0, 250.0, 800.0, 5000.0].map(|f| (f, response_db(&with(BUSY), RATE, f)))
        {
            let here = response_db(&with(BUSY), rate, frequency);
            assert!((here - at_48).abs() < 1.0, "{frequency} Hz at {rate}: {here} for {at_48}");
        }
        let linear = Equalizer::new(&with(&[("linear_phase", 1.0)]), rate);
        let seconds = f64::from(linear.latency()) / rate;
        assert!((0.1..0.3).contains(&seconds), "{seconds} s at {rate}");
    }
}
