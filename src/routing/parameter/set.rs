//! A set of parameters without a heap, for saying which values changed.
//!
//! Not here: what a parameter is ([`super`]). Any thread.

use super::{ALL, COUNT, Parameter};

/// A fixed-size set of parameters: which values changed. No heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterSet([u64; COUNT.div_ceil(64)]);

impl ParameterSet {
    /// No parameter.
    pub const EMPTY: ParameterSet = ParameterSet([0; COUNT.div_ceil(64)]);
    /// How many words [`ParameterSet::word_mut`] reaches.
    pub const WORDS: usize = COUNT.div_ceil(64);

    /// Every parameter.
    pub fn all() -> ParameterSet {
        let mut set = Self::EMPTY;
        (0..COUNT).for_each(|i| set.insert(i));
        set
    }

    /// Adds the parameter at an index of [`ALL`].
    pub fn insert(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    /// The bits of 64 parameters at once, for taking over an atomic bit set.
    pub fn word_mut(&mut self, word: usize) -> &mut u64 {
        &mut self.0[word]
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The parameters in it, in order.
    pub fn iter(&self) -> impl Iterator<Item = Parameter> + '_ {
        self.indices().map(|index| ALL[index])
    }

    /// The indices in [`ALL`] of the parameters in it, ascending.
    pub fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    at * 64 + bit
                })
            })
        })
    }
}
