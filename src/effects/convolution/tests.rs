use super::*;
use crate::effects::impulse::{BUILT_IN, ImpulseRef};

const RATE: f64 = 48_000.0;

fn noise(seed: u32, length: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..length).map(|_| next()).collect()
}

fn values(settings: &[(&str, f32)]) -> Vec<f32> {
    let value = |setting: &Setting| {
        settings.iter().find(|(id, _)| *id == setting.id).map_or(setting.default, |(_, v)| *v)
    };
    SETTINGS.iter().map(value).collect()
}

fn index(id: &str) -> usize {
    SETTINGS.iter().position(|setting| setting.id == id).expect("the setting exists")
}

fn impulse(channels: &[Vec<f32>]) -> Impulse {
    Impulse { channels: channels.to_vec(), sample_rate: RATE }
}

fn with(settings: &[(&str, f32)], channels: &[Vec<f32>]) -> Convolution {
    Convolution::new(&values(settings), RATE, Some(&impulse(channels)))
}

/// Runs `input` from the absolute sample 0 on, in slices of the lengths that `cuts` goes round,
/// telling the effect the `changes` (sample, setting, value) when they come.
fn run(
    effect: &mut Convolution,
    input: &[Vec<f32>; 2],
    cuts: &[usize],
    changes: &[(usize, &str, f32)],
) -> [Vec<f32>; 2] {
    let mut out = input.clone();
    let (mut at, mut turn) = (0, cuts.iter().cycle());
    while at < out[0].len() {
        for (_, id, value) in changes.iter().filter(|change| change.0 == at) {
            effect.set(index(id), *value, at as u64, 480);
        }
        let next = changes.iter().map(|change| change.0).filter(|change| *change > at).min();
        let room = (SLICE - at % SLICE).min(next.unwrap_or(usize::MAX) - at);
        let frames = (*turn.next().unwrap()).min(room).min(out[0].len() - at);
        let [left, right] = &mut out;
        let range = at..at + frames;
        let context = Context { now: at as u64, key: None, tempo: None };
        effect.process([&mut left[range.clone()], &mut right[range]], &context);
        at += frames;
    }
    out
}

/// What comes out for an impulse on the left.
fn heard(mut effect: Convolution, frames: usize) -> [Vec<f32>; 2] {
    let mut input = [vec![0.0; frames], vec![0.0; frames]];
    input[0][0] = 1.0;
    run(&mut effect, &input, &[SLICE], &[])
}

fn level_db(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
    10.0 * (power / samples.len() as f64).log10()
}

#[test]
fn without_a_response_it_passes_every_bit_on() {
    let input = [noise(1, 500), noise(2, 500)];
    let mut effect = Convolution::new(&values(&[("gain", -20.0)]), RATE, None);
    assert_eq!(run(&mut effect, &input, &[SLICE, 7], &[]), input);
    assert_eq!(effect.tail(), 0);
}

#[test]
fn a_response_of_one_sample_changes_no_bit() {
    let input = [noise(1, 500), noise(2, 500)];
    assert_eq!(run(&mut with(&[], &[vec![1.0]]), &input, &[SLICE], &[]), input);
}

#[test]
fn any_slices_give_the_same_bits_through_changes_of_every_gliding_setting() {
    let response = [noise(3, 3000), noise(4, 3000)];
    let input = [noise(1, 9000), noise(2, 9000)];
    let changes = [
        (500, "gain", 3.0),
        (601, "pre_delay", 12.3),
        (777, "pre_delay", 3.0),
        (1500, "low_cut", 300.0),
        (1711, "low_cut", 20.0),
        (2003, "high_cut", 900.0),
        (2100, "high_cut", 5000.0),
        (4000, "width", 170.0),
        (5001, "gain", -60.0),
        (5100, "gain", 0.0),
    ];
    let whole = run(&mut with(&[], &response), &input, &[SLICE], &changes);
    for cuts in [&[1][..], &[63, 2], &[17, 64, 5, 31, 1, 40], &[16], &[33, 3]] {
        let pieces = run(&mut with(&[], &response), &input, cuts, &changes);
        assert!(whole == pieces, "in slices of {cuts:?}");
    }
}

#[test]
fn no_change_of_a_setting_clicks() {
    // A slow tone moves by at most 2π·50/48000 = 0.0065 a sample.
    let tone = |n: usize| (n as f32 * 0.0065).sin();
    let input: [Vec<f32>; 2] = [(0..30_000).map(tone).collect(), (0..30_000).map(tone).collect()];
    let changes = [
        (5000, "gain", -60.0),
        (7000, "gain", 0.0),
        (9000, "pre_delay", 100.0),
        (15_000, "low_cut", 100.0),
        (18_000, "high_cut", 500.0),
        (21_000, "width", 0.0),
        (23_000, "low_cut", 20.0),
        (25_000, "high_cut", 20_000.0),
    ];
    let out = run(&mut with(&[], &[vec![0.0, 1.0]]), &input, &[SLICE], &changes);
    for (i, pair) in out[0].windows(2).enumerate() {
        assert!((pair[1] - pair[0]).abs() < 0.02, "{} to {} at {i}", pair[0], pair[1]);
    }
}

#[test]
fn the_pre_delay_is_exact_to_the_sample() {
    let out = heard(with(&[("pre_delay", 25.0)], &[vec![1.0, 0.5]]), 2000);
    assert_eq!(out[0].iter().position(|x| *x != 0.0), Some(1200));
    let tail = with(&[("pre_delay", 25.0)], &[vec![1.0, 0.5]]).tail();
    assert_eq!(tail, 1200 + 2 + 12_000);
}

#[test]
fn length_keeps_that_share_and_fades_it_out() {
    let response = vec![0.1; 10_000];
    let settings = [("length", 40.0), ("normalize", 0.0)];
    let out = heard(with(&settings, &[response]), 10_000);
    assert!(out[0][..3600].iter().all(|x| (x - 0.1).abs() < 1e-6));
    assert!(out[0][3600..4000].windows(2).all(|pair| pair[1] < pair[0] + 1e-6));
    assert!(out[0][3999] < 0.001 && out[0][4000..].iter().all(|x| x.abs() < 1e-6));
    // The shortest response that can be asked for is one sample.
    assert_eq!(with(&[("length", 1.0)], &[vec![1.0; 3]]).convolver.unwrap().response().len(), 1);
}

#[test]
fn decay_sets_the_reverberation_time() {
    let mut response = noise(7, 96_000);
    // 60 dB in 1.5 s.
    let fall = 1000f64.ln() / (1.5 * RATE);
    response.iter_mut().enumerate().for_each(|(i, x)| *x *= (-fall * i as f64).exp() as f32);
    for share in [100.0, 60.0, 25.0] {
        let out = heard(with(&[("decay", share)], std::slice::from_ref(&response)), 96_000);
        let time = trim::reverberation_time(&out[..1]).unwrap() / RATE;
        let wanted = 1.5 * f64::from(share) / 100.0;
        assert!((time / wanted - 1.0).abs() < 0.05, "{time} s for {wanted} s");
    }
}

#[test]
fn reverse_plays_it_backwards() {
    let settings = [("reverse", 1.0), ("normalize", 0.0)];
    let out = heard(with(&settings, &[vec![1.0, 0.5, 0.25], vec![0.0; 3]]), 5);
    assert_eq!(out[0], [0.25, 0.5, 1.0, 0.0, 0.0]);
}

#[test]
fn normalized_noise_leaves_as_loud_as_it_came() {
    for level in [0.001, 1.0, 30.0] {
        let input = [noise(1, 60_000), noise(2, 60_000)];
        let response: Vec<f32> = noise(5, 6000).iter().map(|x| x * level).collect();
        let out = run(&mut with(&[], &[response]), &input, &[SLICE], &[]);
        let change = level_db(&out[0][6000..]) - level_db(&input[0][6000..]);
        assert!(change.abs() < 0.7, "{change} dB");
    }
}

#[test]
fn the_cuts_are_butterworth_filters_and_off_at_their_ends() {
    let gain_db = |settings: &[(&str, f32)], frequency: f64| {
        let out = heard(with(settings, &[vec![1.0]]), 48_000);
        let turn = |n: usize| std::f64::consts::TAU * frequency * n as f64 / RATE;
        let part = |f: fn(f64) -> f64| -> f64 {
            out[0].iter().enumerate().map(|(n, x)| f64::from(*x) * f(turn(n))).sum()
        };
        20.0 * part(f64::cos).hypot(part(f64::sin)).log10()
    };
    for (settings, frequency, wanted) in [
        (("low_cut", 200.0), 200.0, -3.01),
        (("low_cut", 200.0), 50.0, -24.1),
        (("low_cut", 200.0), 2000.0, 0.0),
        (("high_cut", 4000.0), 4000.0, -3.01),
        (("high_cut", 1000.0), 4000.0, -24.1),
        (("high_cut", 20_000.0), 20_000.0, 0.0),
        (("low_cut", 20.0), 20.0, 0.0),
    ] {
        let got = gain_db(&[settings], frequency);
        assert!((got - wanted).abs() < 0.1, "{settings:?}: {got} dB at {frequency} Hz");
    }
}

#[test]
fn width_and_gain_are_what_their_names_say() {
    let response = [vec![1.0], vec![1.0]];
    let plain = heard(with(&[("gain", 6.0), ("width", 0.0)], &response), 1);
    let half = 0.5 * db_to_gain(6.0);
    assert_eq!(plain, [[half], [half]]);
    assert_eq!(heard(with(&[("width", 200.0)], &response), 1), [[1.5], [-0.5]]);
}

#[test]
fn a_reset_leaves_no_sound_behind() {
    let input = [noise(1, 5000), noise(2, 5000)];
    let mut effect = with(&[("low_cut", 100.0), ("pre_delay", 20.0)], &[noise(3, 9000)]);
    run(&mut effect, &input, &[SLICE], &[]);
    effect.reset();
    let silence = [vec![0.0; 12_000], vec![0.0; 12_000]];
    assert_eq!(run(&mut effect, &silence, &[SLICE], &[]), silence);
}

#[test]
fn loud_input_at_extreme_settings_stays_finite() {
    let loud = noise(1, 20_000).iter().map(|x| x * 1000.0).collect::<Vec<_>>();
    for name in BUILT_IN {
        let loaded = ImpulseRef::built_in(name).load(RATE).unwrap();
        for extreme in [|s: &Setting| s.min, |s: &Setting| s.max] {
            let values: Vec<f32> = SETTINGS.iter().map(extreme).collect();
            let mut effect = Convolution::new(&values, RATE, Some(&loaded.impulse));
            let out = run(&mut effect, &[loud.clone(), loud.clone()], &[SLICE], &[]);
            assert!(out.iter().flatten().all(|x| x.is_finite()));
        }
    }
}
