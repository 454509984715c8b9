//! The compressor against its definition: static curve, time constants, key, lookahead.

use super::*;
use crate::effects::trial;
use crate::units::{db_to_gain, gain_to_db};

const RATE: f64 = 48_000.0;

fn with(changed: &[(&str, f32)]) -> Compressor {
    Compressor::new(&trial::values(SETTINGS, changed), RATE)
}

fn constant(frames: usize, db: f32) -> trial::Signal {
    [vec![db_to_gain(db); frames], vec![db_to_gain(db); frames]]
}

/// The curve as the paper writes it: output level for an input level.
fn curve(x: f32, threshold: f32, ratio: f32, knee: f32) -> f32 {
    let over = x - threshold;
    if 2.0 * over <= -knee {
        x
    } else if 2.0 * over.abs() < knee {
        x + (1.0 / ratio - 1.0) * (over + knee / 2.0).powi(2) / (2.0 * knee)
    } else {
        threshold + over / ratio
    }
}

#[test]
fn the_table_may_be_frozen() {
    trial::is_a_sound_table(SETTINGS);
}

#[test]
fn steady_levels_follow_the_static_curve_within_a_tenth_of_a_decibel() {
    for (threshold, ratio, knee) in [
        (-20.0, 4.0, 0.0),
        (-30.0, 2.0, 12.0),
        (-40.0, 50.0, 6.0),
        (-12.0, 1.5, 24.0),
        (0.0, 8.0, 24.0),
    ] {
        for level in (-70..=12).step_by(2) {
            let level = level as f32;
            let mut compressor = with(&[
                ("threshold", threshold),
                ("ratio", ratio),
                ("knee", knee),
                ("attack", 1.0),
            ]);
            let out = trial::run(&mut compressor, &constant(1500, level));
            let expected = curve(level, threshold, ratio, knee);
            let distance = (gain_to_db(out[0][1499]) - expected).abs();
            assert!(
                distance < 0.1,
                "{level} dB, {threshold} dB, {ratio}:1, knee {knee}: {distance}"
            );
            assert!((compressor.reduction_db() - (level - expected)).abs() < 0.1);
        }
    }
}

#[test]
fn tones_follow_the_static_curve_too_at_both_detectors() {
    for (detector, below_peak) in [(0.0, 0.0), (1.0, 3.0103)] {
        for frequency in [250.0, 997.0, 5000.0] {
            let mut compressor =
                with(&[("threshold", -30.0), ("knee", 0.0), ("detector", detector)]);
            let input = trial::sine(24_000, frequency, db_to_gain(-10.0));
            trial::run(&mut compressor, &input);
            let level = -10.0 - below_peak;
            let distance = compressor.reduction_db() - (level - curve(level, -30.0, 4.0, 0.0));
            assert!(distance.abs() < 0.1, "detector {detector}, {frequency} Hz: {distance}");
        }
    }
}

/// After how many samples a reduction that starts at 0 has covered 1 − 1/e of its way to the last.
fn time_constant(reductions: &[f32]) -> f64 {
    let (first, last) = (reductions[0], reductions[reductions.len() - 1]);
    let mark = first + (last - first) * (1.0 - (-1.0f32).exp());
    let passed = |x: &f32| if last > first { *x >= mark } else { *x <= mark };
    reductions.iter().position(passed).expect("it gets there") as f64
}

#[test]
fn attack_and_release_cover_63_percent_of_a_step_in_their_time() {
    for (attack, release) in [(1.0, 50.0), (10.0, 100.0), (30.0, 300.0), (100.0, 1000.0)] {
        let settings = [("attack", attack), ("release", release), ("threshold", -40.0)];
        let mut compressor = with(&settings);
        // A constant 1 shows the gain; the key makes the step.
        let ms = |ms: f32| (f64::from(ms) * RATE / 1000.0) as usize;
        let (up, down) = (ms(attack) * 10, ms(release) * 10);
        let mut key = constant(up + down, -10.0);
        key.iter_mut().for_each(|side| side[up..].fill(db_to_gain(-80.0)));
        let out =
            trial::run_with(&mut compressor, &constant(up + down, 0.0), &trial::With::key(&key));
        let reductions: Vec<f32> = out[0].iter().map(|gain| -gain_to_db(*gain)).collect();
        let within = |measured: f64, set: f32| {
            let ratio = measured / (f64::from(set) * RATE / 1000.0);
            assert!((ratio - 1.0).abs() < 0.05, "{set} ms: {ratio} of it");
        };
        within(time_constant(&reductions[..up]) + 1.0, attack);
        // The detector lets go after its window, at a tick.
        let falls = reductions[up..].windows(2).position(|pair| pair[1] < pair[0] - 1e-5);
        let falls = up + falls.expect("it falls");
        assert!((110..150).contains(&(falls - up)), "{} samples", falls - up);
        within(time_constant(&reductions[falls..]), release);
    }
}

#[test]
fn auto_makeup_gives_back_half_of_what_full_scale_loses() {
    let settings = [("auto_makeup", 1.0), ("threshold", -20.0), ("knee", 0.0), ("attack", 0.1)];
    let out = trial::run(&mut with(&settings), &constant(2000, 0.0));
    assert!((gain_to_db(out[0][1999]) + 7.5).abs() < 0.02);
    let settings = [&settings[..], &[("makeup", 3.0)]].concat();
    let out = trial::run(&mut with(&settings), &constant(2000, -60.0));
    assert!((gain_to_db(out[0][1999]) + 49.5).abs() < 0.02);
}

#[test]
fn linked_sides_are_turned_down_alike_and_unlinked_ones_by_their_own_level() {
    let input = [vec![1.0; 4800], vec![0.01; 4800]];
    for (link, right_db) in [(100.0, -15.0), (0.0, 0.0), (50.0, 0.0)] {
        let mut compressor =
            with(&[("link", link), ("threshold", -20.0), ("knee", 0.0), ("attack", 1.0)]);
        let out = trial::run(&mut compressor, &input);
        assert!((gain_to_db(out[0][4799]) + 15.0).abs() < 0.05);
        // Half linked the right side counts as −20 dB, just at the threshold.
        assert!((gain_to_db(out[1][4799] / 0.01) - right_db).abs() < 0.05, "link {link}");
    }
}

#[test]
fn a_key_ducks_and_its_low_cut_keeps_the_bass_from_doing_so() {
    let input = constant(24_000, -12.0);
    let key = trial::sine(24_000, 60.0, 1.0);
    let mut ducking = with(&[("threshold", -30.0)]);
    trial::run_with(&mut ducking, &input, &trial::With::key(&key));
    assert!(ducking.reduction_db() > 15.0);
    let mut deaf = with(&[("threshold", -30.0), ("key_low_cut", 2000.0)]);
    trial::run_with(&mut deaf, &input, &trial::With::key(&key));
    assert_eq!(deaf.reduction_db(), 0.0);
    let mut listening = with(&[("key_low_cut", 2000.0), ("key_listen", 1.0)]);
    let out = trial::run_with(&mut listening, &input, &trial::With::key(&key));
    assert!(crate::dsp::mix::peak(&out[0][12_000..]) < 0.01);
}

#[test]
fn lookahead_delays_the_sound_but_not_the_key() {
    let mut compressor = with(&[("lookahead", 5.0), ("attack", 0.5), ("threshold", -40.0)]);
    assert_eq!(compressor.latency(), 240);
    let mut input = constant(2000, -60.0);
    input.iter_mut().for_each(|side| side[1000..].fill(1.0));
    let out = trial::run(&mut compressor, &input);
    // The quiet part comes 240 samples late, and is turned down before the loud part arrives.
    assert!(gain_to_db(out[0][1239] / 0.001) < -25.0);
    assert!((gain_to_db(out[0][1245]) + 30.0).abs() < 0.2);
    assert_eq!(out[0][239], 0.0);
    assert!((out[0][900] - 0.001).abs() < 1e-6);
}

#[test]
fn below_its_threshold_it_changes_next_to_nothing() {
    let input = trial::wide_noise(2000, 0.01);
    let out = trial::run(&mut with(&[]), &input);
    assert_eq!(out, input);
}

#[test]
fn any_blocks_give_the_same_bits_while_settings_change() {
    let input = trial::wide_noise(6000, 0.9);
    let key = trial::sine(6000, 180.0, 0.7);
    let at = |id: &str| trial::index(SETTINGS, id);
    let changes = [
        (500, at("threshold"), -40.0),
        (777, at("ratio"), 10.0),
        (1001, at("detector"), 1.0),
        (1300, at("attack"), 1.0),
        (2002, at("knee"), 0.0),
        (2500, at("auto_makeup"), 1.0),
        (2900, at("link"), 20.0),
        (3003, at("key_low_cut"), 300.0),
        (3600, at("key_listen"), 1.0),
        (4100, at("key_listen"), 0.0),
        (4444, at("release"), 20.0),
    ];
    for lookahead in [0.0, 3.0] {
        let build = || with(&[("lookahead", lookahead)]);
        for key in [None, Some(&key)] {
            let with = trial::With { key, changes: &changes, ..trial::With::default() };
            trial::same_in_any_blocks(build, &input, &with);
        }
    }
}

#[test]
fn changes_while_a_tone_plays_do_not_click() {
    let input = trial::sine(24_000, 100.0, 0.9);
    let at = |id: &str| trial::index(SETTINGS, id);
    let changes = [
        (4000, at("threshold"), -40.0),
        (6007, at("ratio"), 20.0),
        (8000, at("detector"), 1.0),
        (10_000, at("makeup"), 10.0),
        (12_000, at("key_high_cut"), 50.0),
        (14_000, at("threshold"), 0.0),
        (16_000, at("makeup"), 0.0),
        (18_000, at("auto_makeup"), 1.0),
    ];
    let out =
        trial::run_with(&mut with(&[("attack", 1.0)]), &input, &trial::With::changes(&changes));
    // The tone's own step, times the loudest makeup, and a little for what moves.
    let step = trial::largest_step(&out[0]);
    assert!(step < 0.9 * 0.0131 * 3.2 * 1.5, "{step}");
}

#[test]
fn whatever_is_set_it_stays_finite() {
    let build = |values: &[f32]| Compressor::new(values, RATE);
    trial::stays_finite(SETTINGS, build, 100);
}

#[test]
fn the_curve_that_is_drawn_is_the_paper_s_with_makeup() {
    for (threshold, ratio, knee) in [(-20.0, 4.0, 0.5), (-30.0, 2.0, 12.0), (-40.0, 50.0, 6.0)] {
        let changed = [("threshold", threshold), ("ratio", ratio), ("knee", knee), ("makeup", 3.0)];
        let values = trial::values(SETTINGS, &changed);
        for level in -80..=0 {
            let level = level as f32;
            let expected = curve(level, threshold, ratio, knee) + 3.0;
            let drawn = transfer(&values, level);
            assert!((drawn - expected).abs() < 1e-3, "{drawn} for {expected} at {level}");
        }
    }
}
