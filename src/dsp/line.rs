//! The past of many stereo signals, in one allocation.
//!
//! Not here: who reads what how late (the engine's rows).

use super::{SLICE, Stereo, mix};

/// Delay memory for a fixed number of stereo lines on one absolute sample counter. Capacity is a
/// power of two and a multiple of [`SLICE`]; the first slice is kept twice, so that any read of up
/// to a slice is one piece.
pub struct Lines {
    memory: Vec<f32>,
    capacity: usize,
    /// Per line: the sample after the last one that was not zero; 0 if it never sounded.
    sounded: Vec<u64>,
}

impl Lines {
    /// Silent lines that can be read up to `longest` samples late. [main-thread]
    pub fn new(count: usize, longest: u32) -> Lines {
        let capacity = (longest as usize + SLICE).next_power_of_two().max(2 * SLICE);
        let memory = vec![0.0; count * 2 * (capacity + SLICE)];
        Lines { memory, capacity, sounded: vec![0; count] }
    }

    /// Forgets everything. [audio-thread]
    pub fn clear(&mut self) {
        let line = 2 * (self.capacity + SLICE);
        for (memory, sounded) in self.memory.chunks_mut(line).zip(&mut self.sounded) {
            if std::mem::take(sounded) != 0 {
                memory.fill(0.0);
            }
        }
    }

    fn base(&self, line: usize, side: usize) -> usize {
        (2 * line + side) * (self.capacity + SLICE)
    }

    /// Writes the slice that begins at `now`; it must not cross a multiple of [`SLICE`].
    pub fn write(&mut self, line: usize, now: u64, slice: &Stereo, frames: usize) {
        let at = now as usize & (self.capacity - 1);
        let mut loud = false;
        for (side, samples) in slice.iter().enumerate() {
            let samples = &samples[..frames];
            loud |= mix::is_loud(samples);
            let base = self.base(line, side);
            self.memory[base + at..base + at + frames].copy_from_slice(samples);
            if at < SLICE {
                let twin = base + self.capacity + at;
                self.memory[twin..twin + frames].copy_from_slice(samples);
            }
        }
        if loud {
            self.sounded[line] = now + frames as u64;
        }
    }

    /// One side of the slice that begins at `now`, `delay` samples ago.
    pub fn read(&self, line: usize, side: usize, now: u64, delay: u32, frames: usize) -> &[f32] {
        let at = now.wrapping_sub(u64::from(delay)) as usize & (self.capacity - 1);
        let base = self.base(line, side);
        &self.memory[base + at..base + at + frames]
    }

    /// Whether the slice that begins at `now`, `delay` samples ago, is certainly all zero.
    pub fn is_silent(&self, line: usize, now: u64, delay: u32) -> bool {
        self.sounded[line] + u64::from(delay) <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_delay_up_to_the_longest_gives_back_what_was_written() {
        let mut lines = Lines::new(2, 300);
        let signal = |n: i64| if n < 0 { 0.0 } else { (n as f32 * 0.37).sin() };
        for block in 0..40u64 {
            let now = block * SLICE as u64;
            let mut slice = crate::dsp::SILENCE;
            let [left, right] = &mut slice;
            for (i, (left, right)) in left.iter_mut().zip(right).enumerate() {
                *left = signal((now + i as u64) as i64);
                *right = -*left;
            }
            lines.write(1, now, &slice, SLICE);
            for delay in [0, 1, 63, 64, 65, 299, 300] {
                for side in 0..2 {
                    let read = lines.read(1, side, now, delay, SLICE);
                    for (i, x) in read.iter().enumerate() {
                        let expected = signal(now as i64 + i as i64 - i64::from(delay));
                        assert_eq!(x.abs(), expected.abs(), "delay {delay}");
                    }
                }
            }
        }
        assert!(lines.is_silent(0, 40 * 64, 300));
        assert!(!lines.is_silent(1, 40 * 64, 300));
        assert!(lines.is_silent(1, 40 * 64 + 300, 300));
    }
}
