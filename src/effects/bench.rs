//! What the tests of effects share: running one over a signal, cut into slices in any way, with
//! settings that change at given samples.
//!
//! Not here: any effect, and nothing outside tests.

use super::{Context, Effect, Setting};
use crate::dsp::SLICE;

/// A change of the setting at an index to a plain value, from a sample on.
pub type Change = (usize, usize, f32);

/// One value a setting: those named by id, and the defaults of the rest.
pub fn values(table: &[Setting], given: &[(&str, f32)]) -> Vec<f32> {
    for (id, _) in given {
        assert!(table.iter().any(|setting| setting.id == *id), "no setting {id}");
    }
    let value = |setting: &Setting| {
        given.iter().find(|(id, _)| *id == setting.id).map_or(setting.default, |(_, v)| *v)
    };
    table.iter().map(value).collect()
}

/// Random numbers in −1…1 times `level`, the same for the same seed.
pub fn noise(seed: u32, frames: usize, level: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..frames).map(|_| next() * level).collect()
}

/// Runs an effect over a stereo signal in full slices.
pub fn run(effect: &mut dyn Effect, left: &[f32], right: &[f32]) -> [Vec<f32>; 2] {
    run_cut(effect, [left, right], None, &[], |_| SLICE)
}

/// Runs an effect over a stereo signal; `cut` says how long a slice may be that begins at a sample.
/// Changes glide for 480 samples.
pub fn run_cut(
    effect: &mut dyn Effect,
    signal: [&[f32]; 2],
    tempo: Option<f64>,
    changes: &[Change],
    cut: impl Fn(usize) -> usize,
) -> [Vec<f32>; 2] {
    let mut out = signal.map(<[f32]>::to_vec);
    let frames = out[0].len();
    let mut at = 0;
    while at < frames {
        for (_, index, value) in changes.iter().filter(|(when, ..)| *when == at) {
            effect.set(*index, *value, at as u64, 480);
        }
        let grid = SLICE - at % SLICE;
        let change = changes.iter().map(|(when, ..)| *when).filter(|when| *when > at).min();
        let next = change.unwrap_or(frames).min(frames) - at;
        let range = at..at + cut(at).min(grid).min(next);
        at = range.end;
        let context = Context { now: range.start as u64, key: None, tempo };
        let [left, right] = &mut out;
        effect.process([&mut left[range.clone()], &mut right[range]], &context);
    }
    out
}

/// Asserts that the output has the same bits however the signal is cut into slices.
pub fn assert_partitions_agree<E: Effect>(new: impl Fn() -> E, changes: &[Change]) {
    let frames = changes.iter().map(|(when, ..)| *when).max().unwrap_or(0) + 4000;
    let (left, right) = (noise(1, frames, 1.0), noise(2, frames, 0.7));
    let run = |cut: &dyn Fn(usize) -> usize| {
        run_cut(&mut new(), [&left, &right], Some(131.7), changes, cut)
    };
    let whole = run(&|_| SLICE);
    assert!(whole[0].iter().any(|x| *x != 0.0));
    let bits = |out: [Vec<f32>; 2]| out.map(|side| side.into_iter().map(f32::to_bits).collect());
    let whole: [Vec<u32>; 2] = bits(whole);
    assert!(whole == bits(run(&|_| 1)), "single frames differ");
    assert!(whole == bits(run(&|at| 1 + (at * 31) % 23)), "odd slices differ");
    assert!(whole == bits(run(&|at| 5 + (at * 7) % 60)), "longer slices differ");
}
