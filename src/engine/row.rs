//! One destination of the mix: the sources that sound in it now, each with a moving stereo gain and
//! a delay.
//!
//! Not here: what the gains should be ([`super::targets`]) and what becomes of the sum. Audio
//! thread; the capacity is fixed when it is made.

use crate::dsp::line::Lines;
use crate::dsp::mix::{self, PASS};
use crate::dsp::ramp::{Ramp, Segment};
use crate::dsp::{SILENCE, SLICE, Stereo};

/// The moment a change happens and how long its ramp takes, in samples.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The absolute sample.
    pub now: u64,
    /// The ramp's length; 0 applies at once.
    pub ramp: u32,
}

/// A line that sounds in a row.
struct Source {
    line: usize,
    gain: Ramp,
    /// How late it is read, and how late it should be once the fade in flight is over.
    delay: u32,
    wanted: u32,
    /// The fade from another delay, over at sample `.1`; only one is in flight.
    leaving: Option<(u32, u64)>,
}

/// The sounding sources of one destination, in line order, so that sums always run the same way.
pub struct Row {
    sources: Vec<Source>,
    /// Some gain moves before this sample.
    moving_until: u64,
    /// How long a fade between two delays takes, in samples.
    fade: u32,
}

impl Row {
    /// An empty row for up to `capacity` lines. [main-thread]
    pub fn new(capacity: usize, fade: u32) -> Row {
        Row { sources: Vec::with_capacity(capacity), moving_until: 0, fade }
    }

    /// Forgets every source.
    pub fn clear(&mut self) {
        self.sources.clear();
        self.moving_until = 0;
    }

    /// Aims a line's gain and says how late it is to be read. A line that does not sound and should
    /// not is not stored at all; one that fades out keeps its delay; one that sounds on cross-fades
    /// to the new delay, and while such a fade is in flight the next waits for it. Answers the
    /// sample at which the last change begun is complete, if one was.
    pub fn aim(&mut self, line: usize, gain: [f32; 2], delay: u32, moment: Moment) -> Option<u64> {
        let at = match self.sources.binary_search_by_key(&line, |source| source.line) {
            Ok(at) => at,
            Err(_) if gain == [0.0; 2] => return None,
            Err(at) => {
                debug_assert!(self.sources.len() < self.sources.capacity());
                let silent = Ramp::fixed([0.0; 2]);
                let source = Source { line, gain: silent, delay, wanted: delay, leaving: None };
                self.sources.insert(at, source);
                at
            }
        };
        let source = &mut self.sources[at];
        let mut end = None;
        if source.gain.aim(gain, moment.now, moment.ramp) {
            if source.gain.is_off(moment.now) {
                self.sources.remove(at);
                return None;
            }
            end = Some(source.gain.end());
            self.moving_until = self.moving_until.max(source.gain.end());
        }
        if gain != [0.0; 2] {
            source.wanted = delay;
            if moment.ramp == 0 {
                source.delay = delay;
                source.leaving = None;
            }
            end = end.max(source.begin_fade(moment.now, self.fade));
        }
        end
    }

    /// Whether a line sounds or is on its way to or from silence.
    pub fn holds(&self, line: usize) -> bool {
        self.sources.binary_search_by_key(&line, |source| source.line).is_ok()
    }

    /// Whether its one source is read as it is written, at unity.
    pub fn is_a_wire(&self) -> bool {
        match self.sources.as_slice() {
            [only] => {
                only.delay == 0 && only.leaving.is_none() && only.gain == Ramp::fixed([1.0; 2])
            }
            _ => false,
        }
    }

    /// Drops what has faded out and starts fades that waited. Call where ramps end. Answers the
    /// sample at which a newly begun fade is over.
    pub fn settle(&mut self, now: u64) -> Option<u64> {
        self.sources.retain(|source| !source.gain.is_off(now));
        let mut end = None;
        for source in &mut self.sources {
            if source.leaving.is_some_and(|(_, end)| end <= now) {
                source.leaving = None;
            }
            end = end.max(source.begin_fade(now, self.fade));
        }
        end
    }

    /// The sum of all sources over the slice that begins at `now`. Answers whether anything that
    /// may sound was added; if not, `out` is silent.
    pub fn sum(&self, lines: &Lines, now: u64, out: &mut Stereo, frames: usize) -> bool {
        let mut loud = false;
        for (side, out) in out.iter_mut().enumerate() {
            let out = &mut out[..frames];
            out.fill(0.0);
            let mut audible = self.sources.iter().filter(|source| !source.is_silent(lines, now));
            let add = if now < self.moving_until { mix::add_ramping } else { mix::add_static };
            let mut faded = [[0.0; SLICE]; PASS];
            loop {
                let mut pass: [Option<&Source>; PASS] = [None; PASS];
                let count = pass
                    .iter_mut()
                    .map_while(|place| {
                        *place = audible.next();
                        place.as_ref().map(|_| ())
                    })
                    .count();
                if count == 0 {
                    break;
                }
                loud = true;
                let mut slices: [&[f32]; PASS] = [&[]; PASS];
                let mut gains = [Segment::default(); PASS];
                for (((source, slice), gain), faded) in
                    pass.iter().flatten().zip(&mut slices).zip(&mut gains).zip(&mut faded)
                {
                    *gain = source.gain.segment(side, now);
                    *slice = source.read(lines, side, now, faded, frames, self.fade);
                }
                add(out, &slices[..count], &gains[..count]);
                if count < PASS {
                    break;
                }
            }
            mix::clear_negative_zero(out);
        }
        if !loud {
            *out = SILENCE;
        }
        loud
    }
}

impl Source {
    fn begin_fade(&mut self, now: u64, fade: u32) -> Option<u64> {
        if self.delay == self.wanted || self.leaving.is_some() {
            return None;
        }
        let end = now + u64::from(fade);
        self.leaving = Some((self.delay, end));
        self.delay = self.wanted;
        Some(end)
    }

    fn is_silent(&self, lines: &Lines, now: u64) -> bool {
        lines.is_silent(self.line, now, self.delay)
            && self.leaving.is_none_or(|(delay, _)| lines.is_silent(self.line, now, delay))
    }

    fn read<'a>(
        &self,
        lines: &'a Lines,
        side: usize,
        now: u64,
        faded: &'a mut [f32; SLICE],
        frames: usize,
        fade: u32,
    ) -> &'a [f32] {
        let new = lines.read(self.line, side, now, self.delay, frames);
        let Some((delay, end)) = self.leaving else {
            return new;
        };
        let old = lines.read(self.line, side, now, delay, frames);
        let k = (now + u64::from(fade) - end) as f32;
        mix::cross_fade(&mut faded[..frames], old, new, k, fade as f32);
        &faded[..frames]
    }
}
