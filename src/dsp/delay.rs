//! One stereo delay that can change its length without a click.
//!
//! Not here: the shared past of the mixer's nodes ([`super::line`]). Made on the main thread; runs on
//! the audio thread without allocating.

use super::Stereo;
use super::line::Lines;
use super::mix;

/// A delay of a whole number of samples. A new length cross-fades from the old one; while such a
/// fade is in flight the next waits for it. A fade to a length also waits until so much has come in
/// since the delay was made: before that there is nothing to fade to.
pub struct Delay {
    past: Lines,
    longest: u32,
    delay: u32,
    wanted: u32,
    leaving: Option<(u32, u64)>,
    /// The first sample that came in.
    began: Option<u64>,
    fade: u32,
}

impl Delay {
    /// A delay of `delay` samples that can be set up to `longest`, cross-fading over `fade` samples.
    /// [main-thread]
    pub fn new(delay: u32, longest: u32, fade: u32) -> Delay {
        let past = Lines::new(1, longest);
        Delay { past, longest, delay, wanted: delay, leaving: None, began: None, fade }
    }

    /// The length it has or is fading to, in samples.
    pub fn length(&self) -> u32 {
        self.wanted
    }

    /// Fades to another length, held to the longest.
    pub fn set(&mut self, delay: u32) {
        self.wanted = delay.min(self.longest);
    }

    /// Forgets its past and fades.
    pub fn reset(&mut self) {
        self.past.clear();
        self.delay = self.wanted;
        self.leaving = None;
        self.began = None;
    }

    /// Replaces the slice that begins at `now` by what came in earlier. A fade begins and ends at
    /// the sample, so `now` and `frames` may cut time anywhere on [`super::SLICE`]'s grid.
    pub fn run(&mut self, slice: &mut Stereo, now: u64, frames: usize) {
        self.past.write(0, now, slice, frames);
        let ready = *self.began.get_or_insert(now) + u64::from(self.wanted);
        let mut at = 0;
        while at < frames {
            let here = now + at as u64;
            if self.leaving.is_some_and(|(_, end)| end <= here) {
                self.leaving = None;
            }
            let mut length = frames - at;
            let waits = self.leaving.is_none() && self.delay != self.wanted;
            if waits && here < ready {
                length = length.min((ready - here) as usize);
            } else if waits {
                self.leaving = Some((self.delay, here + u64::from(self.fade)));
                self.delay = self.wanted;
            }
            if let Some((_, end)) = self.leaving {
                length = length.min((end - here) as usize);
            }
            for (side, out) in slice.iter_mut().enumerate() {
                let out = &mut out[at..at + length];
                let new = self.past.read(0, side, here, self.delay, length);
                match self.leaving {
                    None => out.copy_from_slice(new),
                    Some((delay, end)) => {
                        let old = self.past.read(0, side, here, delay, length);
                        let k = (here + u64::from(self.fade) - end) as f32;
                        mix::cross_fade(out, old, new, k, self.fade as f32);
                    }
                }
            }
            at += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::glide::on_grid;
    use crate::dsp::{SILENCE, SLICE};

    fn run(delay: &mut Delay, range: std::ops::Range<u64>, cut: usize) -> Vec<f32> {
        let mut out = Vec::new();
        let signal = |n: u64| (n as f32 * 0.02).sin();
        for (at, length) in on_grid(range.start, (range.end - range.start) as usize, SLICE) {
            for piece in (0..length).step_by(cut) {
                let frames = cut.min(length - piece);
                let now = range.start + (at + piece) as u64;
                let mut slice = SILENCE;
                (0..frames).for_each(|i| slice[0][i] = signal(now + i as u64));
                delay.run(&mut slice, now, frames);
                out.extend(&slice[0][..frames]);
            }
        }
        out
    }

    #[test]
    fn a_change_of_length_is_a_smooth_fade_that_depends_on_no_cut() {
        let mut whole = None;
        for cut in [64, 1, 7] {
            let mut delay = Delay::new(100, 500, 480);
            let mut out = run(&mut delay, 0..1003, cut);
            delay.set(371);
            out.extend(run(&mut delay, 1003..1100, cut));
            delay.set(20);
            out.extend(run(&mut delay, 1100..4000, cut));
            assert!(out[101..].windows(2).all(|w| (w[1] - w[0]).abs() < 0.03));
            let last = ((3999 - 20) as f32 * 0.02).sin();
            assert_eq!(out[3999], last);
            assert_eq!(*whole.get_or_insert_with(|| out.clone()), out);
        }
    }
}
