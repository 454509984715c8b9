use proptest::prelude::*;

use super::*;

fn noise(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..length).map(|_| next()).collect()
}

/// Noise that dies away and has an energy of 1, so that what noise makes of it stays about as loud.
fn room(seed: u64, length: usize) -> Vec<f32> {
    let fall = 5.0 / length as f32;
    let mut room = noise(seed, length);
    room.iter_mut().enumerate().for_each(|(i, x)| *x *= (-fall * i as f32).exp());
    let energy: f64 = room.iter().map(|x| f64::from(*x).powi(2)).sum();
    room.iter_mut().for_each(|x| *x = (f64::from(*x) / energy.sqrt()) as f32);
    room
}

/// The definition: the sum over all taps, in double precision, at one sample.
fn direct(response: &[f32], input: &[f32], at: usize) -> f64 {
    let reach = response.len().min(at + 1);
    (0..reach).map(|k| f64::from(response[k]) * f64::from(input[at - k])).sum()
}

/// Runs a stereo input that begins at the absolute sample `now` through `convolver`, in slices whose
/// lengths `next` gives, cut where they would cross the grid.
fn run(
    convolver: &mut Convolver,
    input: &[Vec<f32>; 2],
    now: u64,
    mut next: impl FnMut() -> usize,
) -> [Vec<f32>; 2] {
    let mut out = input.clone();
    let mut at = 0;
    while at < out[0].len() {
        let room = SLICE - ((now + at as u64) % SLICE as u64) as usize;
        let frames = next().clamp(1, room).min(out[0].len() - at);
        let [left, right] = &mut out;
        let range = at..at + frames;
        convolver.process([&mut left[range.clone()], &mut right[range]], now + at as u64);
        at += frames;
    }
    out
}

fn convolve(channels: &[Vec<f32>], input: &[Vec<f32>; 2], now: u64) -> [Vec<f32>; 2] {
    let mut convolver = Convolver::new(Arc::new(Response::new(channels)));
    run(&mut convolver, input, now, || SLICE)
}

/// −110 dBFS.
const BOUND: f64 = 3.16e-6;

/// Checks an output at every `step`th sample, the last included.
fn assert_is_sum(out: &[f32], parts: &[(&[f32], &[f32])], step: usize) {
    for at in (0..out.len()).step_by(step).chain([out.len() - 1]) {
        let wanted: f64 = parts.iter().map(|(response, input)| direct(response, input, at)).sum();
        let error = (f64::from(out[at]) - wanted).abs();
        assert!(error < BOUND, "{} instead of {wanted} at sample {at}", out[at]);
    }
}

#[test]
fn an_impulse_comes_out_as_the_response_at_once() {
    for length in [1, 2, 63, 64, 65, 1023, 1024, 1025, 8191, 8192, 8193, 13_000] {
        let response = room(5, length);
        let mut input = [vec![0.0; length + 200], vec![0.0; length + 200]];
        input[0][77] = 1.0;
        let out = convolve(std::slice::from_ref(&response), &input, 0);
        for (i, x) in out[0].iter().enumerate() {
            let wanted = i.checked_sub(77).and_then(|i| response.get(i)).copied().unwrap_or(0.0);
            assert!((x - wanted).abs() < BOUND as f32, "{length}: {x} for {wanted} at {i}");
        }
        assert!(out[1].iter().all(|x| *x == 0.0));
    }
}

#[test]
fn a_mono_response_serves_both_sides_and_a_stereo_one_each_its_own() {
    let input = [noise(1, 14_000), noise(2, 14_000)];
    let (a, b) = (room(3, 9_000), room(4, 700));
    let mono = convolve(std::slice::from_ref(&a), &input, 0);
    let stereo = convolve(&[a.clone(), b.clone()], &input, 0);
    assert_is_sum(&mono[0], &[(&a, &input[0])], 97);
    assert_is_sum(&mono[1], &[(&a, &input[1])], 97);
    assert_eq!(mono[0], stereo[0]);
    assert_is_sum(&stereo[1], &[(&b, &input[1])], 97);
}

#[test]
fn a_true_stereo_response_carries_each_side_to_both() {
    let input = [noise(1, 30_000), noise(2, 30_000)];
    let paths: Vec<Vec<f32>> = (0..4).map(|k| room(10 + k, 14_000 - 37 * k as usize)).collect();
    let out = convolve(&paths, &input, 0);
    assert_is_sum(&out[0], &[(&paths[0], &input[0]), (&paths[2], &input[1])], 211);
    assert_is_sum(&out[1], &[(&paths[1], &input[0]), (&paths[3], &input[1])], 211);
}

#[test]
fn three_seconds_are_summed_as_the_definition_says() {
    let response = [room(1, 144_000), room(2, 144_000)];
    let input = [noise(3, 170_000), noise(4, 170_000)];
    let out = convolve(&response, &input, 0);
    for side in 0..2 {
        assert_is_sum(&out[side], &[(&response[side], &input[side])], 997);
    }
}

#[test]
fn after_a_reset_nothing_of_the_past_is_heard() {
    let response = Arc::new(Response::new(&[room(1, 20_000)]));
    let input = [noise(3, 30_011), noise(4, 30_011)];
    let mut used = Convolver::new(response.clone());
    run(&mut used, &input, 0, || SLICE);
    used.reset();
    let out = run(&mut used, &input, 30_011, || SLICE);
    let fresh = run(&mut Convolver::new(response), &input, 30_011, || SLICE);
    assert_eq!(out, fresh);
}

#[test]
fn no_response_is_silence() {
    let out = convolve(&[], &[vec![1.0; 300], vec![1.0; 300]], 0);
    assert_eq!(out, [vec![0.0; 300], vec![0.0; 300]]);
}

#[test]
fn every_product_is_due_once_between_the_transforms() {
    for (index, size) in [(1, 512), (2, 4096)] {
        let plan = Plan::new(index, size);
        let shares: Vec<_> = (0..plan.ticks).map(|tick| plan.share(tick, 256)).collect();
        assert_eq!((shares[0].start, shares[plan.ticks as usize - 1].end), (0, 256));
        assert!(shares.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert!(shares[..=plan.forward as usize + 1].iter().all(|share| share.is_empty()));
        assert!(shares[plan.inverse as usize..].iter().all(|share| share.is_empty()));
        assert!(plan.inverse + 1 < plan.ticks);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_slices_give_the_same_bits_and_the_sum_of_the_definition(
        length in 1usize..12_000,
        seed in 0u64..1000,
        now in 0u64..100_000,
        cuts in prop::collection::vec(1usize..=SLICE, 1..50),
    ) {
        let response = [room(seed, length), room(seed + 1, length / 2 + 1)];
        let input = [noise(seed + 2, length + 9_000), noise(seed + 3, length + 9_000)];
        let whole = convolve(&response, &input, now);
        let mut convolver = Convolver::new(Arc::new(Response::new(&response)));
        let mut turn = cuts.iter().cycle();
        let pieces = run(&mut convolver, &input, now, || *turn.next().unwrap());
        prop_assert_eq!(&whole, &pieces);
        for side in 0..2 {
            assert_is_sum(&pieces[side], &[(&response[side], &input[side])], 173);
        }
    }
}
