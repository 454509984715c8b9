//! A pair of gains (left, right) that moves to its target in a straight line.
//!
//! Not here: applying it to sound ([`super::mix`]) and deciding targets (the engine).

/// Left and right gain on the absolute sample counter. Between `start` and `end` it is
/// `from + (n − start)·step`, from `end` on exactly `to`: the value at a sample does not depend on
/// how the samples before it were cut into blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramp {
    from: [f32; 2],
    step: [f32; 2],
    to: [f32; 2],
    start: u64,
    end: u64,
}

/// A ramp as a kernel takes it for one slice: the gain at frame `i` is `from + (k + i)·step`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Segment {
    /// Gain at the ramp's start.
    pub from: f32,
    /// Change per sample, 0 for a constant gain.
    pub step: f32,
    /// Samples since the ramp's start at the slice's first frame.
    pub k: f32,
}

impl Ramp {
    /// A constant.
    pub fn fixed(gain: [f32; 2]) -> Ramp {
        Ramp { from: gain, step: [0.0; 2], to: gain, start: 0, end: 0 }
    }

    /// Where it goes.
    pub fn target(&self) -> [f32; 2] {
        self.to
    }

    /// The first sample at which the target is reached.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The gains at sample `now`.
    pub fn at(&self, now: u64) -> [f32; 2] {
        if now >= self.end {
            return self.to;
        }
        let k = (now - self.start) as f32;
        [0, 1].map(|side| self.from[side] + k * self.step[side])
    }

    /// Heads for `to` from wherever it is at `now`, to arrive after `length` samples; with length 0
    /// it is there at once. Answers whether anything changed.
    pub fn aim(&mut self, to: [f32; 2], now: u64, length: u32) -> bool {
        if to == self.to {
            return false;
        }
        if length == 0 {
            *self = Ramp::fixed(to);
            return true;
        }
        let from = self.at(now);
        let step = [0, 1].map(|side| (to[side] - from[side]) / length as f32);
        *self = Ramp { from, step, to, start: now, end: now + u64::from(length) };
        true
    }

    /// Whether it still moves at `now`.
    pub fn is_moving(&self, now: u64) -> bool {
        now < self.end
    }

    /// Whether it is silent now and stays so.
    pub fn is_off(&self, now: u64) -> bool {
        self.to == [0.0; 2] && !self.is_moving(now)
    }

    /// One side, for a slice that begins at `now` and does not run past [`Ramp::end`].
    pub fn segment(&self, side: usize, now: u64) -> Segment {
        if self.is_moving(now) {
            Segment { from: self.from[side], step: self.step[side], k: (now - self.start) as f32 }
        } else {
            Segment { from: self.to[side], step: 0.0, k: 0.0 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_arrives_exactly_and_on_time() {
        let mut ramp = Ramp::fixed([0.0, 1.0]);
        assert!(ramp.aim([1.0, 0.3], 100, 480));
        assert_eq!(ramp.at(100), [0.0, 1.0]);
        assert!((ramp.at(340)[0] - 0.5).abs() < 1e-6);
        assert_eq!(ramp.at(580), [1.0, 0.3]);
        assert!(ramp.is_moving(579) && !ramp.is_moving(580));
    }

    #[test]
    fn a_new_target_on_the_way_starts_where_it_is() {
        let mut ramp = Ramp::fixed([0.0; 2]);
        ramp.aim([1.0; 2], 0, 480);
        let before = ramp.at(240);
        ramp.aim([0.0; 2], 240, 480);
        assert_eq!(ramp.at(240), before);
        assert!(ramp.is_off(720));
    }
}
