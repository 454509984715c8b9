//! What the tests of effects share: running one over a signal in any blocks, signals, and the laws
//! every effect keeps.
//!
//! Not here: anything outside tests.

use super::{Context, Effect, Setting};
use crate::dsp::SLICE;
use crate::dsp::glide::on_grid;

/// A setting that changes while it runs: at this sample, this index, to this value.
pub type Change = (usize, usize, f32);

/// A stereo signal.
pub type Signal = [Vec<f32>; 2];

/// What a run has beside its input.
#[derive(Clone, Copy, Default)]
pub struct With<'a> {
    /// The key signal, as long as the input.
    pub key: Option<&'a Signal>,
    /// The host's tempo in quarter notes a minute.
    pub tempo: Option<f64>,
    /// Settings that change, each over 480 samples.
    pub changes: &'a [Change],
    /// The lengths of the blocks, in turn; none is slices as long as they may be.
    pub blocks: &'a [usize],
}

impl<'a> With<'a> {
    /// Only a key.
    pub fn key(key: &'a Signal) -> With<'a> {
        With { key: Some(key), ..With::default() }
    }

    /// Only settings that change.
    pub fn changes(changes: &'a [Change]) -> With<'a> {
        With { changes, ..With::default() }
    }
}

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

/// Runs an effect from sample 0 over both sides of a signal.
pub fn run(effect: &mut dyn Effect, input: &[impl AsRef<[f32]>; 2]) -> Signal {
    run_with(effect, input, &With::default())
}

/// Runs an effect from sample 0 over both sides of a signal, with a key, changes and blocks.
pub fn run_with(effect: &mut dyn Effect, input: &[impl AsRef<[f32]>; 2], with: &With) -> Signal {
    let mut out = input.each_ref().map(|side| side.as_ref().to_vec());
    let frames = out[0].len();
    let changes = with.changes;
    let mut at = 0;
    let mut turns = with.blocks.iter().copied().cycle();
    while at < frames {
        for (_, index, value) in changes.iter().filter(|change| change.0 == at) {
            effect.set(*index, *value, at as u64, 480);
        }
        let until = changes.iter().map(|change| change.0).filter(|sample| *sample > at);
        let block = turns.next().unwrap_or(frames);
        let end = until.chain([at + block, frames]).min().expect("at least the end");
        for (from, length) in on_grid(at as u64, end - at, SLICE) {
            let range = at + from..at + from + length;
            let key = with.key.map(|[left, right]| [&left[range.clone()], &right[range.clone()]]);
            let context = Context { now: range.start as u64, key, tempo: with.tempo };
            let [left, right] = &mut out;
            effect.process([&mut left[range.clone()], &mut right[range]], &context);
        }
        at = end;
    }
    out
}

/// Asserts that blocks of any length give the very same bits, settings changing on the way.
pub fn same_in_any_blocks<E: Effect>(
    build: impl Fn() -> E,
    input: &[impl AsRef<[f32]>; 2],
    with: &With,
) {
    let whole = run_with(&mut build(), input, with);
    assert!(whole.iter().flatten().any(|x| *x != 0.0), "silence proves nothing");
    for blocks in [&[1usize][..], &[64], &[48, 3, 7, 61, 13], &[100, 33, 512]] {
        let cut = run_with(&mut build(), input, &With { blocks, ..*with });
        for side in 0..2 {
            let mut pairs = whole[side].iter().zip(&cut[side]);
            let differs = pairs.position(|(a, b)| a.to_bits() != b.to_bits());
            assert_eq!(differs, None, "side {side} in blocks of {blocks:?}");
        }
    }
}

/// White noise between −`level` and `level`, the same for the same seed.
pub fn noise(seed: u64, frames: usize, level: f32) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..frames).map(|_| (2.0 * random.f32() - 1.0) * level).collect()
}

/// Noise that differs between the sides.
pub fn wide_noise(frames: usize, level: f32) -> Signal {
    [noise(1, frames, level), noise(2, frames, level)]
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
pub fn stays_finite<E: Effect>(settings: &[Setting], build: impl Fn(&[f32]) -> E, rounds: usize) {
    let mut random = fastrand::Rng::with_seed(1);
    let mut any = |setting: &Setting| {
        // The ends of a range are where things break.
        let share = (random.f32() * 1.4 - 0.2).clamp(0.0, 1.0);
        setting.clamp(setting.min + share * (setting.max - setting.min))
    };
    let input = wide_noise(4096, 1000.0);
    for round in 0..rounds {
        let values: Vec<f32> = settings.iter().map(&mut any).collect();
        let mut effect = build(&values);
        let changes: Vec<Change> = (0..60)
            .map(|i| (i * 67, (i * 7 + round) % settings.len()))
            .filter(|(_, index)| !settings[*index].rebuilds)
            .map(|(at, index)| (at, index, any(&settings[index])))
            .collect();
        let with = With { key: Some(&input), changes: &changes, ..With::default() };
        let out = run_with(&mut effect, &input, &with);
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
