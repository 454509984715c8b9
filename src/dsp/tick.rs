//! A setting as a detector takes it: looked up at absolute multiples of [`TICK`] samples and straight
//! in between.
//!
//! Not here: settings that need no arithmetic and glide by themselves ([`super::glide`]). Audio thread.

use super::glide::Glide;

/// Samples from one look to the next.
pub const TICK: usize = 16;

/// A fixed number of settings that move together.
#[derive(Clone, Copy, Debug)]
pub struct Ticking<const N: usize> {
    glides: [Glide; N],
    from: [f32; N],
    to: [f32; N],
    is_fresh: bool,
}

/// The values of one tick: straight from `from` to `to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span<const N: usize> {
    /// At the tick.
    pub from: [f32; N],
    /// At the next one.
    pub to: [f32; N],
}

impl<const N: usize> Span<N> {
    /// A value `phase` samples after the tick.
    #[inline(always)]
    pub fn at(&self, index: usize, phase: usize) -> f32 {
        let share = (phase + 1) as f32 * (1.0 / TICK as f32);
        self.from[index] + (self.to[index] - self.from[index]) * share
    }

    /// Whether nothing moves.
    pub fn is_still(&self) -> bool {
        self.from == self.to
    }
}

impl<const N: usize> Ticking<N> {
    /// Settings at rest.
    pub fn new(values: [f32; N]) -> Ticking<N> {
        Ticking { glides: values.map(Glide::fixed), from: values, to: values, is_fresh: true }
    }

    /// Heads for a value from `now` on, to be there after `length` samples and at most two ticks;
    /// with 0 at once.
    pub fn aim(&mut self, index: usize, to: f32, now: u64, length: u32) {
        self.glides[index].aim(to, now, length);
        if length == 0 {
            self.from[index] = to;
            self.to[index] = to;
            self.is_fresh = true;
        }
    }

    /// Where a setting goes.
    pub fn target(&self, index: usize) -> f32 {
        self.glides[index].target()
    }

    /// Everything is at its target.
    pub fn arrive(&mut self) {
        let values = self.glides.map(|glide| glide.target());
        *self = Ticking::new(values);
    }

    /// The values of the tick in which `now` lies, and whether they are new since the last call. To
    /// be called for every piece between two ticks, first to last.
    #[inline]
    pub fn look(&mut self, now: u64) -> (Span<N>, bool) {
        let ticks = now.is_multiple_of(TICK as u64);
        if ticks {
            self.from = self.to;
            self.to = self.glides.map(|glide| glide.at(now + TICK as u64));
        }
        let is_new = ticks || self.is_fresh;
        self.is_fresh = false;
        (Span { from: self.from, to: self.to }, is_new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_a_glide_straight_and_arrives() {
        let mut setting = Ticking::new([0.0, 5.0]);
        let mut last = 0.0;
        for now in 0..200u64 {
            if now == 37 {
                setting.aim(0, 1.0, 37, 100);
            }
            let (span, _) = setting.look(now);
            let value = span.at(0, (now % 16) as usize);
            assert!((value - last).abs() < 0.0211, "{now}");
            assert_eq!(span.at(1, 3), 5.0);
            last = value;
        }
        assert_eq!(last, 1.0);
        setting.aim(0, -3.0, 201, 0);
        assert_eq!(setting.look(201).0.at(0, 9), -3.0);
    }
}
