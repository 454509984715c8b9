//! The beginning of a strip: which ports it hears, through which moving 2×2 matrix (source, trim and
//! polarity in one).
//!
//! Not here: what the matrix should be ([`super::targets`]). Audio thread; allocates only when made.

use super::row::Moment;
use crate::dsp::mix;
use crate::dsp::ramp::Ramp;
use crate::dsp::{SILENCE, Stereo};
use crate::routing::{INPUT_PORTS, Input};

/// A port that sounds in a strip. A change of port is one matrix fading out and another fading in.
struct Feed {
    port: usize,
    matrix: [Ramp; 2],
}

/// The ports that sound in a strip now, in port order.
pub struct StripInput {
    feeds: Vec<Feed>,
}

impl StripInput {
    /// Hears nothing yet. [main-thread]
    pub fn new() -> StripInput {
        StripInput { feeds: Vec::with_capacity(INPUT_PORTS) }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.feeds.clear();
    }

    /// Heads for hearing `input` through `matrix` (`[[l→l, r→l], [l→r, r→r]]`) and nothing else.
    /// Answers the sample at which the change is complete, if something changed.
    pub fn aim(&mut self, input: Input, matrix: [[f32; 2]; 2], moment: Moment) -> Option<u64> {
        let wanted = match input {
            Input::Port(port) if port < INPUT_PORTS => Some(port),
            _ => None,
        };
        if let Some(port) = wanted
            && let Err(at) = self.feeds.binary_search_by_key(&port, |feed| feed.port)
        {
            self.feeds.insert(at, Feed { port, matrix: [Ramp::fixed([0.0; 2]); 2] });
        }
        let mut end = None;
        for feed in &mut self.feeds {
            let target = if Some(feed.port) == wanted { matrix } else { [[0.0; 2]; 2] };
            for (ramp, target) in feed.matrix.iter_mut().zip(target) {
                if ramp.aim(target, moment.now, moment.ramp) {
                    end = end.max(Some(ramp.end()));
                }
            }
        }
        if moment.ramp == 0 {
            self.settle(moment.now);
        }
        end
    }

    /// Drops ports that have faded out.
    pub fn settle(&mut self, now: u64) {
        self.feeds.retain(|feed| !feed.matrix.iter().all(|ramp| ramp.is_off(now)));
    }

    /// Whether any of the flagged ports sounds here.
    pub fn hears_any(&self, flagged: &[bool; INPUT_PORTS]) -> bool {
        self.feeds.iter().any(|feed| flagged[feed.port])
    }

    /// The strip's Input tap for the slice that begins at `now`.
    pub fn run(&self, ports: &[Stereo; INPUT_PORTS], now: u64, out: &mut Stereo, frames: usize) {
        *out = SILENCE;
        for feed in &self.feeds {
            add_matrix(out, &ports[feed.port], &feed.matrix, now, frames);
        }
    }
}

/// `out += matrix · source` for the slice that begins at `now`; `matrix` is `[[l→l, r→l], [l→r,
/// r→r]]`.
pub fn add_matrix(out: &mut Stereo, source: &Stereo, matrix: &[Ramp; 2], now: u64, frames: usize) {
    let slices = [&source[0][..frames], &source[1][..frames]];
    for (out, row) in out.iter_mut().zip(matrix) {
        let out = &mut out[..frames];
        if !row.is_off(now) {
            mix::add_ramping(out, &slices, &[row.segment(0, now), row.segment(1, now)]);
            mix::clear_negative_zero(out);
        }
    }
}
