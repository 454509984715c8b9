//! The highest magnitude of the last few milliseconds: a level that stands still on a steady tone.
//!
//! Not here: decibels, smoothing. Audio thread, except `new`.

use super::tick::TICK;

/// Remembers highest magnitudes, one for every tick; the window moves from tick to tick, so that it
/// is up to one tick longer than asked for.
pub struct PeakHold {
    ticks: Vec<f32>,
    oldest: usize,
    past: f32,
    current: f32,
}

impl PeakHold {
    /// A silent one over so many samples. [main-thread]
    pub fn new(samples: usize) -> PeakHold {
        let ticks = vec![0.0; samples.div_ceil(TICK).max(1)];
        PeakHold { ticks, oldest: 0, past: 0.0, current: 0.0 }
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.ticks.fill(0.0);
        (self.past, self.current) = (0.0, 0.0);
    }

    /// To be called at every tick, before its first sample.
    pub fn tick(&mut self) {
        self.ticks[self.oldest] = self.current;
        self.oldest = (self.oldest + 1) % self.ticks.len();
        self.past = self.ticks.iter().fold(0.0, |highest: f32, x| highest.max(*x));
        self.current = 0.0;
    }

    /// Takes samples and gives the highest magnitude so far for each.
    pub fn run(&mut self, samples: &[f32], highest: &mut [f32]) {
        let mut so_far = self.past.max(self.current);
        for (x, highest) in samples.iter().zip(highest) {
            so_far = so_far.max(x.abs());
            *highest = so_far;
        }
        // Without the past, which leaves the window in its own time.
        self.current = samples.iter().fold(self.current, |highest, x| highest.max(x.abs()));
    }

    /// Takes a sample's magnitude and gives the highest so far.
    #[inline(always)]
    pub fn push(&mut self, magnitude: f32) -> f32 {
        self.current = self.current.max(magnitude);
        self.past.max(self.current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_held_for_the_window_and_then_let_go() {
        let mut hold = PeakHold::new(100);
        let heard: Vec<f32> = (0..300)
            .map(|n| {
                if n % TICK == 0 {
                    hold.tick();
                }
                hold.push(if n == 20 { 1.0 } else { 0.25 })
            })
            .collect();
        assert_eq!(heard[19], 0.25);
        assert!(heard[20..=120].iter().all(|x| *x == 1.0));
        assert!(heard[120 + 2 * TICK..].iter().all(|x| *x == 0.25));
    }
}
