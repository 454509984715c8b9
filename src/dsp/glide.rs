//! One value that moves to its target in a straight line: how every setting of an effect changes.
//!
//! Not here: pairs of gains for mixing ([`super::ramp`]). Audio thread.

/// A value on the absolute sample counter. The value at a sample does not depend on how the samples
/// before it were cut into blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glide {
    from: f32,
    to: f32,
    start: u64,
    end: u64,
}

impl Glide {
    /// A constant.
    pub fn fixed(value: f32) -> Glide {
        Glide { from: value, to: value, start: 0, end: 0 }
    }

    /// Heads for `to` from wherever it is at `now`, to arrive after `length` samples; with length 0
    /// it is there at once. `now` may lie ahead: until then it stays where it is.
    pub fn aim(&mut self, to: f32, now: u64, length: u32) {
        if to != self.to || length == 0 {
            *self = Glide { from: self.at(now), to, start: now, end: now + u64::from(length) };
        }
    }

    /// The value at sample `now`.
    pub fn at(&self, now: u64) -> f32 {
        if now >= self.end {
            return self.to;
        }
        let share = now.saturating_sub(self.start) as f32 / (self.end - self.start) as f32;
        self.from + (self.to - self.from) * share
    }

    /// Where it goes.
    pub fn target(&self) -> f32 {
        self.to
    }

    /// Whether it still moves at `now`.
    pub fn is_moving(&self, now: u64) -> bool {
        now < self.end
    }
}

/// Cuts a slice that begins at the absolute sample `now` at every multiple of `grid`, so that what
/// ticks there (coefficients, detectors) ticks at the same samples however the host cuts its
/// blocks. Gives the first frame and the number of frames of each piece.
pub fn on_grid(now: u64, frames: usize, grid: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        (at < frames).then(|| {
            let left = grid - ((now + at as u64) % grid as u64) as usize;
            let piece = (at, left.min(frames - at));
            at += piece.1;
            piece
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_straight_and_arrives_exactly() {
        let mut glide = Glide::fixed(2.0);
        glide.aim(-1.0, 10, 300);
        assert_eq!(glide.at(10), 2.0);
        assert!((glide.at(160) - 0.5).abs() < 1e-6);
        assert_eq!(glide.at(310), -1.0);
        glide.aim(5.0, 400, 0);
        assert_eq!(glide.at(400), 5.0);
    }

    #[test]
    fn pieces_end_on_the_grid_and_cover_everything() {
        let pieces: Vec<_> = on_grid(100, 50, 16).collect();
        assert_eq!(pieces, [(0, 12), (12, 16), (28, 16), (44, 6)]);
    }
}
