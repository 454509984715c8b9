//! The newest samples of the one node that an editor looks at, on their way to its spectrum.
//!
//! Not here: transforms and drawing (the editor's). The audio thread writes, and only while somebody
//! looks; a reader takes what is newest and may see a join where the writer is at work just then,
//! which a spectrum does not show. Nobody waits.

use crate::dsp::Stereo;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};

/// How many samples are kept.
pub const LENGTH: usize = 4096;

/// The place of nobody.
const NOBODY: usize = usize::MAX;

/// A ring of samples that forgets the oldest.
pub struct Scope {
    node: AtomicUsize,
    written: AtomicUsize,
    samples: Box<[AtomicU32; LENGTH]>,
}

impl Default for Scope {
    fn default() -> Self {
        Scope {
            node: AtomicUsize::new(NOBODY),
            written: AtomicUsize::new(0),
            samples: Box::new(std::array::from_fn(|_| AtomicU32::new(0))),
        }
    }
}

impl Scope {
    /// Looks at another node, by its index, or at none; what was heard before is forgotten.
    /// [any thread but the audio thread]
    pub fn look_at(&self, node: Option<usize>) {
        let node = node.unwrap_or(NOBODY);
        if self.node.swap(node, AcqRel) != node {
            self.samples.iter().for_each(|sample| sample.store(0, Relaxed));
        }
    }

    /// The mean of both sides of a node's sound, if somebody looks at it. [audio-thread]
    pub fn write(&self, node: usize, sound: &Stereo, frames: usize) {
        if self.node.load(Relaxed) != node {
            return;
        }
        let begin = self.written.load(Relaxed);
        for (n, (left, right)) in sound[0].iter().zip(&sound[1]).take(frames).enumerate() {
            let cell = &self.samples[begin.wrapping_add(n) % LENGTH];
            cell.store((0.5 * (left + right)).to_bits(), Relaxed);
        }
        self.written.store(begin.wrapping_add(frames), Release);
    }

    /// The newest samples, oldest first. [any thread]
    pub fn read(&self, samples: &mut [f32; LENGTH]) {
        let begin = self.written.load(Acquire);
        for (n, sample) in samples.iter_mut().enumerate() {
            let cell = &self.samples[begin.wrapping_add(n) % LENGTH];
            *sample = f32::from_bits(cell.load(Relaxed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::SILENCE;

    #[test]
    fn only_the_node_that_is_looked_at_is_written_and_the_newest_comes_last() {
        let scope = Scope::default();
        let mut read = [1.0; LENGTH];
        let mut sound = SILENCE;
        sound[0][..4].copy_from_slice(&[0.2, 0.4, 0.6, 0.8]);
        scope.write(3, &sound, 4);
        scope.read(&mut read);
        assert_eq!(read, [0.0; LENGTH], "nobody looks");
        scope.look_at(Some(3));
        scope.write(2, &sound, 4);
        scope.write(3, &sound, 4);
        scope.read(&mut read);
        assert_eq!(read[LENGTH - 4..], [0.1, 0.2, 0.3, 0.4]);
        assert!(read[..LENGTH - 4].iter().all(|x| *x == 0.0));
        scope.look_at(None);
        scope.read(&mut read);
        assert_eq!(read, [0.0; LENGTH], "what was heard is forgotten");
    }
}
