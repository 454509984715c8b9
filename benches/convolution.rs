//! How much of a core a convolution takes, on average and in its worst block.
//!
//! `cargo bench --bench convolution --no-default-features` prints a table; nothing is asserted, since
//! times depend on the machine and on what else it does. The worst block is the largest of the
//! medians of all blocks at the same place of the partition cycle, over many cycles: what the
//! convolution itself does, without what the operating system did meanwhile.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use switchyard::dsp::SLICE;
use switchyard::dsp::convolution::{Convolver, Response};

const RATE: f64 = 48_000.0;
/// After this many samples the work repeats.
const CYCLE: usize = 4096;
const CYCLES: usize = 60;

fn noise(length: usize, mut seed: u32) -> Vec<f32> {
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..length).map(|_| 0.01 * next()).collect()
}

fn main() {
    // Test runners start every target; only `cargo bench` says so.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("channels  seconds  block   average %   worst block %");
    for channels in [2, 4] {
        for seconds in [0.02, 0.1, 1.0, 3.0, 10.0, 20.0] {
            for block in [64, 512] {
                let (average, worst) = measure(channels, seconds, block);
                println!("{channels:8}  {seconds:7}  {block:5}  {average:10.2}  {worst:14.2}");
            }
        }
    }
}

fn measure(channels: usize, seconds: f64, block: usize) -> (f64, f64) {
    let length = (seconds * RATE) as usize;
    let response: Vec<Vec<f32>> = (0..channels).map(|c| noise(length, c as u32)).collect();
    let mut convolver = Convolver::new(Arc::new(Response::new(&response)));
    let input = [noise(CYCLE, 11), noise(CYCLE, 12)];
    let mut sound = [vec![0.0; block], vec![0.0; block]];
    let places = CYCLE / block;
    let mut times = vec![Vec::with_capacity(CYCLES); places];
    for cycle in 0..CYCLES {
        for (place, times) in times.iter_mut().enumerate() {
            for (sound, input) in sound.iter_mut().zip(&input) {
                sound.copy_from_slice(&input[place * block..][..block]);
            }
            let now = ((cycle * places + place) * block) as u64;
            let [left, right] = &mut sound;
            let start = Instant::now();
            let slices = left.chunks_mut(SLICE).zip(right.chunks_mut(SLICE));
            for (slice, (left, right)) in slices.enumerate() {
                convolver.process([left, right], now + (slice * SLICE) as u64);
            }
            times.push(start.elapsed().as_secs_f64());
            black_box(&sound);
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    let percent = |seconds: f64| 100.0 * seconds / (block as f64 / RATE);
    let average = medians.iter().sum::<f64>() / places as f64;
    (percent(average), percent(medians.iter().copied().fold(0.0, f64::max)))
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
