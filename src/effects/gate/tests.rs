//! The gate against its definition: static curve, hysteresis, hold, time constants, key.

use super::*;
use crate::effects::trial;
use crate::units::{db_to_gain, gain_to_db};

const RATE: f64 = 48_000.0;

fn with(changed: &[(&str, f32)]) -> Gate {
    Gate::new(&trial::values(SETTINGS, changed), RATE)
}

/// A key at levels in dB, each for so many samples.
fn steps(steps: &[(usize, f32)]) -> trial::Signal {
    let side: Vec<f32> =
        steps.iter().flat_map(|(frames, db)| vec![db_to_gain(*db); *frames]).collect();
    [side.clone(), side]
}

/// The gains it gives a constant 1 under a key.
fn gains(gate: &mut Gate, key: &trial::Signal) -> Vec<f32> {
    let ones = [vec![1.0; key[0].len()], vec![1.0; key[0].len()]];
    let [left, right] = trial::run_with(gate, &ones, &trial::With::key(key));
    assert_eq!(left, right);
    left
}

#[test]
fn the_table_may_be_frozen() {
    trial::is_a_sound_table(SETTINGS);
    for (index, id) in [
        (THRESHOLD, "threshold"),
        (HYSTERESIS, "hysteresis"),
        (RATIO, "ratio"),
        (RANGE, "range"),
        (ATTACK, "attack"),
        (HOLD, "hold"),
        (RELEASE, "release"),
    ] {
        assert_eq!(SETTINGS[index].id, id);
    }
}

#[test]
fn steady_levels_follow_the_expanders_curve_within_a_tenth_of_a_decibel() {
    for (threshold, ratio, range) in
        [(-40.0, 2.0, 80.0), (-30.0, 10.0, 40.0), (-20.0, 100.0, 80.0), (-50.0, 1.0, 60.0)]
    {
        for level in (-100..=0).step_by(3) {
            let level = level as f32 + 0.5;
            let settings =
                [("threshold", threshold), ("ratio", ratio), ("range", range), ("release", 10.0)];
            let mut gate = with(&settings);
            let out = gains(&mut gate, &steps(&[(8000, level)]));
            let expected = ((threshold - level).max(0.0) * (ratio - 1.0)).min(range);
            let measured = -gain_to_db(out[7999]);
            assert!((measured - expected).abs() < 0.1, "{level} dB: {measured} for {expected}");
            assert!((gate.reduction_db() - expected).abs() < 0.1);
        }
    }
}

#[test]
fn it_opens_at_the_threshold_and_closes_only_below_the_hysteresis() {
    let settings = [("hysteresis", 6.0), ("hold", 0.0), ("attack", 0.05), ("release", 5.0)];
    // Below the threshold, above it, within the hysteresis, below that, within it again.
    let key = steps(&[(5000, -43.0), (5000, -39.0), (5000, -45.5), (5000, -46.5), (5000, -45.5)]);
    let out = gains(&mut with(&settings), &key);
    let is_open = [4999, 9999, 14_999, 19_999, 24_999].map(|n| out[n] > 0.99);
    assert_eq!(is_open, [false, true, true, false, false]);
}

#[test]
fn hold_keeps_it_open_for_its_time() {
    for (hold, expected) in [(200.0, 200.0), (50.0, 50.0), (0.0, 10.0)] {
        let mut gate = with(&[("hold", hold), ("release", 5.0), ("attack", 0.05)]);
        let out = gains(&mut gate, &steps(&[(4800, -10.0), (24_000, -100.0)]));
        let falls = out[4800..].iter().position(|gain| *gain < 0.999).expect("it closes");
        let ms = falls as f64 * 1000.0 / RATE;
        assert!((ms - expected).abs() < 0.5, "{hold} ms held for {ms} ms");
    }
}

#[test]
fn attack_and_release_cover_63_percent_of_the_gains_way_in_their_time() {
    for (attack, release) in [(0.5, 20.0), (5.0, 100.0), (50.0, 500.0)] {
        let ms = |ms: f32| (f64::from(ms) * RATE / 1000.0) as usize;
        let settings = [("attack", attack), ("release", release), ("hold", 0.0)];
        let (open, closed) = (ms(attack) * 12, ms(release) * 12);
        let key = steps(&[(1000, -100.0), (open, -10.0), (closed, -100.0)]);
        let out = gains(&mut with(&settings), &key);
        let opening = &out[1000..1000 + open];
        let covered = 0.001 + 0.999 * (1.0 - (-1.0f32).exp());
        let measured = opening.iter().position(|gain| *gain >= covered).expect("it opens") + 1;
        let ratio = measured as f64 / (f64::from(attack) * RATE / 1000.0);
        assert!((ratio - 1.0).abs() < 0.05, "attack {attack} ms: {ratio} of it");
        let closing = &out[1000 + open..];
        let falls = closing.iter().position(|gain| *gain < 0.9999).expect("it closes");
        let left = 0.001 + 0.999 * (-1.0f32).exp();
        let down = closing[falls..].iter().position(|gain| *gain <= left).expect("it closes") + 1;
        let ratio = down as f64 / (f64::from(release) * RATE / 1000.0);
        assert!((ratio - 1.0).abs() < 0.05, "release {release} ms: {ratio} of it");
    }
}

#[test]
fn with_lookahead_the_first_hit_comes_through_whole() {
    let mut input = [vec![0.0; 4000], vec![0.0; 4000]];
    input.iter_mut().for_each(|side| side[1000..].fill(1.0));
    let mut gate = with(&[("lookahead", 5.0), ("attack", 0.5)]);
    assert_eq!(gate.latency(), 240);
    let out = trial::run(&mut gate, &input);
    assert_eq!(out[0][1239], 0.0);
    assert!(out[0][1240] > 0.999);
    let late = trial::run(&mut with(&[("attack", 0.5)]), &input);
    assert!(late[0][1000] < 0.1);
}

#[test]
fn only_what_the_key_filter_lets_through_opens_it() {
    let key = trial::sine(24_000, 80.0, 0.5);
    assert!(gains(&mut with(&[]), &key)[23_999] > 0.999);
    let mut deaf = with(&[("key_low_cut", 8000.0)]);
    assert!(gains(&mut deaf, &key)[23_999] < 0.01);
    let mut listening = with(&[("key_listen", 1.0)]);
    assert!(gains(&mut listening, &key) == key[0]);
}

#[test]
fn an_open_gate_changes_no_bit_once_it_is_open() {
    let input = trial::sine(30_000, 440.0, 0.5);
    let out = trial::run(&mut with(&[]), &input);
    assert!(out[0][10_000..] == input[0][10_000..]);
}

#[test]
fn any_blocks_give_the_same_bits_while_settings_change() {
    let mut input = trial::wide_noise(9000, 0.5);
    for side in &mut input {
        for (n, x) in side.iter_mut().enumerate() {
            *x *= if (n / 1700) % 2 == 0 { 1.0 } else { 0.002 };
        }
    }
    let key = trial::sine(9000, 300.0, 0.02);
    let at = |id: &str| trial::index(SETTINGS, id);
    let changes = [
        (500, at("threshold"), -20.0),
        (1500, at("hold"), 12.0),
        (2203, at("ratio"), 2.0),
        (2900, at("attack"), 30.0),
        (4001, at("range"), 20.0),
        (5000, at("key_low_cut"), 500.0),
        (6011, at("key_listen"), 1.0),
        (7000, at("release"), 9.0),
        (7100, at("hysteresis"), 12.0),
    ];
    for lookahead in [0.0, 2.0] {
        let build = || with(&[("lookahead", lookahead)]);
        for key in [None, Some(&key)] {
            let with = trial::With { key, changes: &changes, ..trial::With::default() };
            trial::same_in_any_blocks(build, &input, &with);
        }
    }
}

#[test]
fn changes_while_a_tone_plays_do_not_click() {
    let input = trial::sine(30_000, 100.0, 0.5);
    let at = |id: &str| trial::index(SETTINGS, id);
    let changes = [
        (6000, at("threshold"), 0.0),
        (9001, at("range"), 10.0),
        (12_000, at("ratio"), 2.0),
        (15_000, at("threshold"), -30.0),
        (18_000, at("key_low_cut"), 3000.0),
        (22_000, at("key_listen"), 1.0),
        (26_000, at("key_listen"), 0.0),
    ];
    // 10 ms to open: the gain itself moves gently.
    let out =
        trial::run_with(&mut with(&[("attack", 10.0)]), &input, &trial::With::changes(&changes));
    let step = trial::largest_step(&out[0]);
    assert!(step < 0.5 * 0.0131 * 1.5, "{step}");
}

#[test]
fn whatever_is_set_it_stays_finite() {
    let build = |values: &[f32]| Gate::new(values, RATE);
    trial::stays_finite(SETTINGS, build, 100);
}

#[test]
fn the_curve_that_is_drawn_is_what_a_closed_gate_does() {
    let changed = [("threshold", -30.0), ("ratio", 3.0), ("range", 40.0)];
    let values = trial::values(SETTINGS, &changed);
    for level in [-70.0, -55.0, -42.0, -33.0, -20.0] {
        let key = steps(&[(24_000, level)]);
        let given = gains(&mut with(&changed), &key);
        let out = level + gain_to_db(*given.last().expect("samples"));
        let drawn = transfer(&values, level);
        assert!((out - drawn).abs() < 0.2, "{out} for {drawn} at {level}");
    }
}
