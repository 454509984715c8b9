//! The insert chains the oracle knows: a pure delay, then slots one after another, each late and
//! turned down by what it listens to.
//!
//! Not here: admission and times ([`super::structure`]). Test threads only.

use super::structure::Key;
use switchyard::routing::{NODES, Tap};

/// A slot that gives `x / (1 + k²)` of its input `x` and its key `k`, sample by sample and side by
/// side, `latency` samples late; without a key `x`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot {
    pub latency: u32,
    /// The node, by its index, and the tap it listens to.
    pub key: Option<(usize, Tap)>,
}

/// The insert chains of a mixer, per node.
#[derive(Clone, Debug)]
pub struct Chains {
    /// What comes before the slots, in samples.
    pub delay: [u32; NODES],
    pub slots: Vec<Vec<Slot>>,
}

impl Chains {
    /// Pure delays.
    pub fn delays(delay: &[u32; NODES]) -> Chains {
        Chains { delay: *delay, slots: vec![Vec::new(); NODES] }
    }

    /// Every chain's latency in samples.
    pub fn latency(&self) -> [u32; NODES] {
        std::array::from_fn(|node| {
            let slots = self.slots[node].iter().map(|slot| slot.latency);
            self.delay[node] + slots.sum::<u32>()
        })
    }

    /// The keys of all slots, node after node, slot after slot.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for (node, slots) in self.slots.iter().enumerate() {
            let mut offset = self.delay[node];
            for slot in slots {
                keys.extend(slot.key.map(|(source, tap)| Key { source, tap, node, offset }));
                offset += slot.latency;
            }
        }
        keys
    }
}
