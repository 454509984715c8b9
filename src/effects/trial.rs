//! What the tests of several effects share: running one over a signal in any blocks, and signals.
//!
//! Not here: anything outside tests.

use super::{Context, Effect, Setting};
use crate::dsp::SLICE;
use crate::dsp::glide::on_grid;

/// A setting that changes while it runs: at this sample, this index, to this value.
pub type Change = (u64, usize, f32);

/// A stereo signal.
pub type Signal = [Vec<f32>; 2];

/// Plain values for a table, defaults but for those named by id.
pub fn values(settings: &[Setting], changed: &[(&str, f32)]) -> Vec<f32> {
    for (id, _) in changed {
        assert!(settings.iter().any(|setting| setting.id == *id), "no setting {id}");
    }
    let value = |setting: &Setting| {
        changed.iter().find(|(id, _)| *id == setting.id).map_or(setting.default, |(_, v)| *v)
    };
    settings.iter().map(value).collect()
}

/// The index of a setting.
pub fn index(settings: &[Setting], id: &str) -> usize {
    settings.iter().position(|setting| setting.id == id).expect("a setting of this id")
}

/// Runs an effect from sample 0 over a signal, in blocks as long as `blocks` says in turn; settings
/// change over 480 samples.
pub fn run(
    effect: &mut dyn Effect,
    input: &Signal,
    key: Option<&Signal>,
    changes: &[Change],
    blocks: &[usize],
) -> Signal {
    let mut out = input.clone();
    let frames = input[0].len();
    let mut at = 0;
    let mut turns = blocks.iter().cycle();
    while at < frames {
        for (_, index, value) in changes.iter().filter(|change| change.0 == at as u64) {
            effect.set(*index, *value, at as u64, 480);
        }
        let until = changes.iter().map(|change| change.0 as usize).filter(|sample| *sample > at);
        let block = *turns.next().expect("at least one block length");
        let end = until.chain([at + block, frames]).min().expect("at least the end");
        for (from, length) in on_grid(at as u64, end - at, SLICE) {
            let range = at + from..at + from + length;
            let key = key.map(|[left, right]| [&left[range.clone()], &right[range.clone()]]);
            let context = Context { now: range.start as u64, key, tempo: None };
            let [left, right] = &mut out;
            effect.process([&mut left[range.clone()], &mut right[range]], &context);
        }
        at = end;
    }
    out
}

/// Asserts that blocks of any length give the very same bits, settings changing on the way.
pub fn same_in_any_blocks(
    build: &dyn Fn() -> Box<dyn Effect>,
    input: &Signal,
    key: Option<&Signal>,
    changes: &[Change],
) {
    let whole = run(&mut *build(), input, key, changes, &[usize::MAX / 2]);
    for blocks in [&[1usize][..], &[64], &[48, 3, 7, 61, 13], &[100, 33, 512]] {
        let cut = run(&mut *build(), input, key, changes, blocks);
        for side in 0..2 {
            let differs = whole[side].iter().zip(&cut[side]).position(|(a, b)| a != b);
            assert_eq!(differs, None, "side {side} in blocks of {blocks:?}");
        }
    }
}

/// White noise between −`level` and `level`, other on each side.
pub fn noise(frames: usize, level: f32) -> Signal {
    let mut state = 0x1234_5678_9ABC_DEF1u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * level
    };
    let left = (0..frames).map(|_| next()).collect();
    [left, (0..frames).map(|_| next()).collect()]
}

/// A sine on both sides, at 48 kHz.
pub fn sine(frames: usize, frequency: f64, level: f32) -> Signal {
    let step = std::f64::consts::TAU * frequency / 48_000.0;
    let side: Vec<f32> = (0..frames).map(|n| (n as f64 * step).sin() as f32 * level).collect();
    [side.clone(), side]
}

/// One sample of 1 at the beginning, then silence, on both sides.
pub fn impulse(frames: usize) -> Signal {
    let mut side = vec![0.0; frames];
    side[0] = 1.0;
    [side.clone(), side]
}

/// The largest step from one sample to the next.
pub fn largest_step(signal: &[f32]) -> f32 {
    signal.windows(2).fold(0.0, |largest: f32, pair| largest.max((pair[1] - pair[0]).abs()))
}

/// Throws random settings at an effect while it gets noise at +60 dBFS; everything it says must be
/// finite.
pub fn stays_finite(
    settings: &[Setting],
    build: &dyn Fn(&[f32]) -> Box<dyn Effect>,
    rounds: usize,
) {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut any = |setting: &Setting| {
        // The ends of a range are where things break.
        let share = (random() * 1.4 - 0.2).clamp(0.0, 1.0);
        setting.clamp(setting.min + share * (setting.max - setting.min))
    };
    let input = noise(4096, 1000.0);
    for round in 0..rounds {
        let values: Vec<f32> = settings.iter().map(&mut any).collect();
        let mut effect = build(&values);
        let changes: Vec<Change> = (0..60)
            .map(|i| (i * 67, (i as usize * 7 + round) % settings.len()))
            .filter(|(_, index)| !settings[*index].rebuilds)
            .map(|(at, index)| (at, index, any(&settings[index])))
            .collect();
        let out = run(&mut *effect, &input, Some(&input), &changes, &[64]);
        assert!(out.iter().flatten().all(|x| x.is_finite()), "{values:?} then {changes:?}");
        assert!(effect.reduction_db().is_finite() && effect.reduction_db() >= 0.0);
    }
}

/// Asserts that a table may be frozen: ids and names unique, ids plain, defaults in range and on
/// their step.
pub fn is_a_sound_table(settings: &[Setting]) {
    for (i, setting) in settings.iter().enumerate() {
        assert_eq!(setting.clamp(setting.default), setting.default, "{}", setting.id);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(setting.id.chars().all(plain), "{}", setting.id);
        for other in &settings[i + 1..] {
            assert!(setting.id != other.id && setting.name != other.name, "{}", other.name);
        }
    }
}
