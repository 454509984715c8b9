//! One node's new chain: which lanes and slots of the old one go on in it, and what is built.
//!
//! Not here: the other nodes ([`super::structure`]).
//!
//! A slot that keeps its order among those that keep theirs sounds on without a fade; one whose
//! order or lane changes fades out, moves, and fades in. Where a slot with latency goes or moves
//! away, its delay remains and fades to nothing.

use super::maker::{Maker, chain_longest};
use super::structure::{Built, BuiltLane, BuiltSlot};
use super::{Session, Told, ToldSlot};
use crate::engine::chain;
use crate::engine::rack::{Place, Transfer};
use crate::routing::MACROS;
use crate::routing::chain::{Chain, Lane, Slot};
use crate::schedule::keys::KEYS;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What is needed to make one node's chain.
pub(super) struct Bench<'a> {
    pub(super) maker: &'a mut Maker,
    pub(super) node: usize,
    /// Where every slot of the old structure is.
    pub(super) elsewhere: &'a HashMap<u64, (Place, &'a BuiltSlot)>,
    pub(super) session: &'a Session,
    pub(super) macros: &'a [f32; MACROS],
    /// Which entry of the table of keys a slot has, by its id.
    pub(super) keys: &'a HashMap<u64, usize>,
    pub(super) transfers: &'a mut Vec<Transfer>,
    pub(super) built: &'a mut HashSet<u64>,
    pub(super) told: &'a mut Told,
}

/// A lane in the making.
#[derive(Default)]
struct Draft {
    slots: Vec<chain::Slot>,
    places: Vec<Option<BuiltSlot>>,
}

impl Bench<'_> {
    /// The node's new chain, for the engine and for the record. An empty one becomes a wire: a lane
    /// without effects, in which what was there can fade out.
    pub(super) fn chain(&mut self, before: Option<&Built>, chain: &Chain) -> (chain::Chain, Built) {
        let wire = chain.is_empty();
        let only = [Lane::default()];
        let wanted = if wire { &only[..] } else { &chain.lanes[..] };
        let old: &[BuiltLane] = before.map_or(&[], |before| &before.lanes);
        let pairs = pair_lanes(old, wanted);
        let longest = chain_longest(self.maker.sample_rate);
        let ramp = self.maker.ramp;

        if before.is_some() {
            self.transfers.push(Transfer::Chain(self.node));
        }
        for lane in (0..old.len()).filter(|lane| !pairs.contains(&Some(*lane))) {
            self.transfers.push(Transfer::LaneGoes(self.node, lane));
        }
        let mut lanes = Vec::new();
        let mut record = Vec::new();
        for (at, (lane, pair)) in wanted.iter().zip(&pairs).enumerate() {
            let before = pair.map(|from| {
                self.transfers.push(Transfer::Lane((self.node, from), (self.node, at)));
                (from, &old[from])
            });
            let Draft { slots, places } = self.lane(before, at, lane);
            lanes.push(chain::Lane::new(slots, lane.level.gain(), longest, ramp));
            record.push(BuiltLane { level: lane.level, places });
        }
        let dry = if wire { crate::routing::Fader::OFF } else { chain.dry };
        let chain = chain::Chain::new(lanes, dry.gain(), longest, ramp);
        (chain, Built { dry, lanes: record, wire })
    }

    fn lane(&mut self, before: Option<(usize, &BuiltLane)>, at: usize, lane: &Lane) -> Draft {
        let (from, old): (usize, &[Option<BuiltSlot>]) =
            before.map_or((0, &[]), |(from, before)| (from, &before.places));
        let kept = keep_order(old, &lane.slots);
        let mut draft = Draft::default();
        let mut next = 0;
        for (slot, kept) in lane.slots.iter().zip(kept) {
            let to = |draft: &Draft, node| Place { node, lane: at, slot: draft.slots.len() };
            let Some((place, before)) = kept.and_then(|p| Some((p, old[p].as_ref()?))) else {
                self.come(&mut draft, at, slot);
                continue;
            };
            self.go(&mut draft, from, next..place, at, old);
            next = place + 1;
            let here = Place { node: self.node, lane: from, slot: place };
            let there = to(&draft, self.node);
            if before.is_same_effect(slot) {
                let same_key = before.key == slot.heard_key();
                self.transfers.push(if same_key {
                    Transfer::Stays(here, there)
                } else {
                    Transfer::Pauses(here, there)
                });
                let ramp = self.maker.ramp;
                let new = chain::Slot::awaited(slot.id, 0, slot.amount(), ramp);
                draft.slots.push(new.listening(self.key(slot)));
                draft.places.push(Some(record(slot, before.latency)));
                self.note_amount(slot);
            } else {
                let new = self.make(slot);
                if new.latency() == before.latency {
                    self.transfers.push(Transfer::Replaces(here, there));
                } else {
                    self.go(&mut draft, from, place..next, at, old);
                }
                draft.places.push(Some(record(slot, new.latency())));
                draft.slots.push(new.listening(self.key(slot)));
            }
        }
        self.go(&mut draft, from, next..old.len(), at, old);
        draft
    }

    /// A slot comes into a lane: from elsewhere in the old structure, or new.
    fn come(&mut self, draft: &mut Draft, lane: usize, slot: &Slot) {
        let there = Place { node: self.node, lane, slot: draft.slots.len() };
        let old = self.elsewhere.get(&slot.id).filter(|(_, old)| old.is_same_effect(slot));
        let (new, latency) = match old {
            Some((here, old)) => {
                self.transfers.push(Transfer::Moves(*here, there));
                self.note_amount(slot);
                let ramp = self.maker.ramp;
                (chain::Slot::awaited(slot.id, old.latency, slot.amount(), ramp), old.latency)
            }
            None => {
                let new = self.make(slot);
                let latency = new.latency();
                (new, latency)
            }
        };
        draft.slots.push(new.listening(self.key(slot)));
        draft.places.push(Some(record(slot, latency)));
    }

    /// Which entry of the table of keys a slot listens to. One without room hears silence.
    fn key(&self, slot: &Slot) -> Option<usize> {
        slot.heard_key().map(|_| self.keys.get(&slot.id).copied().unwrap_or(KEYS))
    }

    /// Slots of the old lane are not in their places any more.
    fn go(
        &mut self,
        draft: &mut Draft,
        from: usize,
        gone: Range<usize>,
        lane: usize,
        old: &[Option<BuiltSlot>],
    ) {
        for slot in gone {
            // What remained of an earlier one has faded by now.
            let Some(old) = &old[slot] else { continue };
            let here = Place { node: self.node, lane: from, slot };
            if old.latency > 0 {
                let there = Place { node: self.node, lane, slot: draft.slots.len() };
                self.transfers.push(Transfer::Remains(here, there));
                draft.slots.push(chain::Slot::awaited(0, 0, 0.0, self.maker.ramp));
                draft.places.push(None);
            } else {
                self.transfers.push(Transfer::Goes(here));
            }
        }
    }

    fn make(&mut self, slot: &Slot) -> chain::Slot {
        self.built.insert(slot.id);
        let Some(known) = slot.effect.known() else {
            self.told.insert(slot.id, ToldSlot { values: Vec::new(), amount: 0.0 });
            return chain::Slot::awaited(slot.id, 0, 0.0, self.maker.ramp);
        };
        let settings = known.kind.settings();
        let values: Vec<f32> = settings
            .iter()
            .zip(&known.values)
            .map(|(setting, saved)| {
                let driven = self.session.driven(slot.id, setting.id, self.macros);
                driven.filter(|_| !setting.rebuilds).unwrap_or(*saved)
            })
            .collect();
        let effect = self.maker.build(slot.id, known, &values);
        self.told.insert(slot.id, ToldSlot { values, amount: slot.amount() });
        chain::Slot::new(slot.id, effect, slot.amount(), self.maker.ramp)
    }

    fn note_amount(&mut self, slot: &Slot) {
        if let Some(told) = self.told.get_mut(&slot.id) {
            told.amount = slot.amount();
        }
    }
}

fn record(slot: &Slot, latency: u32) -> BuiltSlot {
    BuiltSlot { id: slot.id, effect: slot.effect.clone(), key: slot.heard_key(), latency }
}

/// For each new lane the old one that goes on in it: first those that share most slots, then those
/// in the same place.
fn pair_lanes(old: &[BuiltLane], new: &[Lane]) -> Vec<Option<usize>> {
    let shared = |a: &BuiltLane, b: &Lane| {
        let ids: HashSet<u64> = b.slots.iter().map(|slot| slot.id).collect();
        a.places.iter().flatten().filter(|slot| ids.contains(&slot.id)).count()
    };
    let mut pairs = vec![None; new.len()];
    let mut candidates: Vec<(usize, usize, usize)> = (0..new.len())
        .flat_map(|n| (0..old.len()).map(move |o| (n, o)))
        .map(|(n, o)| (shared(&old[o], &new[n]), n, o))
        .filter(|(count, n, o)| *count > 0 || n == o)
        .collect();
    candidates.sort_by_key(|(count, n, o)| (std::cmp::Reverse(*count), *n, *o));
    for (_, n, o) in candidates {
        if pairs[n].is_none() && !pairs.contains(&Some(o)) {
            pairs[n] = Some(o);
        }
    }
    pairs
}

/// For each new slot its place in the old lane, if it keeps it: the longest run of slots whose order
/// is the same in both.
fn keep_order(old: &[Option<BuiltSlot>], new: &[Slot]) -> Vec<Option<usize>> {
    let places: Vec<Option<usize>> = new
        .iter()
        .map(|slot| old.iter().position(|o| o.as_ref().is_some_and(|o| o.id == slot.id)))
        .collect();
    // The longest rising run that ends at each slot, and the slot before it in that run.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let before = (0..at)
            .filter(|b| places[*b].is_some() && places[*b] < *place)
            .max_by_key(|b| (runs[*b].0, std::cmp::Reverse(*b)));
        let length = if place.is_some() { 1 + before.map_or(0, |b| runs[b].0) } else { 0 };
        runs.push((length, before));
    }
    let mut kept = vec![None; new.len()];
    let mut at = (0..new.len()).max_by_key(|at| (runs[*at].0, std::cmp::Reverse(*at)));
    while let Some(here) = at {
        kept[here] = places[here];
        at = runs[here].1;
    }
    kept
}
