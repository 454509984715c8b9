//! All insert chains of a mixer, and how a new structure replaces the old one while sound runs.
//!
//! Not here: what the user asked for and the building of effects (`crate::session`, off the audio
//! thread), and one chain's arithmetic ([`super::chain`]).
//!
//! A [`Plan`] holds the complete new structure with empty places for what stays. It is taken over in
//! two steps: first everything that goes or moves fades to silence in the old structure; then, at
//! one sample, what stays is moved into its places, the old structure goes home in the same plan,
//! and what is new fades in. Delays that change cross-fade. Nothing is allocated or freed here.

use super::chain::{Chain, Moment};
use crate::dsp::Stereo;
use crate::dsp::glide::Glide;
use crate::routing::NODES;
use crate::schedule::keys::{Keys, NO_KEYS};
use rtrb::{Consumer, Producer, RingBuffer};

/// Where a slot is: node, lane, position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The node's index.
    pub node: usize,
    /// The lane of its chain.
    pub lane: usize,
    /// The position in the lane.
    pub slot: usize,
}

/// What to do with an old slot or lane when the new structure is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// The effect goes on in its new place without a fade.
    Stays(Place, Place),
    /// The effect goes on elsewhere: it fades out, moves and fades in.
    Moves(Place, Place),
    /// The effect goes; its delay remains at the new place and fades to nothing.
    Remains(Place, Place),
    /// The effect goes.
    Goes(Place),
    /// A lane (node, lane) goes on as another.
    Lane((usize, usize), (usize, usize)),
    /// A node keeps having a chain.
    Chain(usize),
}

/// A complete new structure on its way to the audio thread, and the old one on its way home.
pub struct Plan {
    /// Per node: its chain, if it has one.
    pub chains: Vec<Option<Box<Chain>>>,
    /// What becomes of the old structure's parts, in any order.
    pub transfers: Vec<Transfer>,
    /// What the new structure's slots listen to, by the index that [`super::chain::Slot::key`]
    /// names. A slot that stays keeps its index; the slot of an entry that is new or names another
    /// source, tap or node must come in from silence.
    pub keys: Keys,
}

impl Plan {
    /// No chains at all.
    pub fn empty() -> Plan {
        let chains = (0..NODES).map(|_| None).collect();
        Plan { chains, transfers: Vec::new(), keys: NO_KEYS }
    }
}

/// The main thread's end: one plan is on its way at a time, so no ring can be full.
pub struct Office {
    plans: Producer<Box<Plan>>,
    home: Consumer<Box<Plan>>,
    away: bool,
}

impl Office {
    /// Whether a plan may be sent; buries what came home. [main-thread]
    pub fn is_free(&mut self) -> bool {
        while self.home.pop().is_ok() {
            self.away = false;
        }
        !self.away
    }

    /// Sends a plan, or gives it back while another is away. [main-thread]
    pub fn send(&mut self, plan: Box<Plan>) -> Result<(), Box<Plan>> {
        if !self.is_free() {
            return Err(plan);
        }
        match self.plans.push(plan) {
            Ok(()) => {
                self.away = true;
                Ok(())
            }
            Err(rtrb::PushError::Full(plan)) => Err(plan),
        }
    }
}

/// The audio thread's end, and the chains that run.
pub struct Rack {
    chains: Vec<Option<Box<Chain>>>,
    keys: Keys,
    plans: Consumer<Box<Plan>>,
    home: Producer<Box<Plan>>,
    /// The plan being taken over, and the sample at which everything that goes is silent.
    pending: Option<(Box<Plan>, u64)>,
    ramp: u32,
}

impl Rack {
    /// A rack that begins with a structure, at once, and the office that sends it new ones.
    /// [main-thread]
    pub fn new(plan: Plan, ramp: u32) -> (Rack, Office) {
        let (plans_in, plans) = RingBuffer::new(1);
        let (home, home_out) = RingBuffer::new(1);
        let mut chains = plan.chains;
        chains.iter_mut().flatten().for_each(|chain| chain.arrive_at_once());
        let rack = Rack { chains, keys: plan.keys, plans, home, pending: None, ramp };
        (rack, Office { plans: plans_in, home: home_out, away: false })
    }

    /// A node's latency in samples.
    pub fn latencies(&self) -> [u32; NODES] {
        std::array::from_fn(|node| self.chains[node].as_ref().map_or(0, |chain| chain.latency()))
    }

    /// What the slots listen to.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Looks for a new plan and begins its first step. Answers the sample at which that is over.
    /// With `fresh`, before any sound, it is taken over at once. [audio-thread]
    pub fn receive(&mut self, now: u64, fresh: bool) -> Option<u64> {
        if self.pending.is_some() {
            return None;
        }
        let plan = self.plans.pop().ok()?;
        let ramp = if fresh { 0 } else { self.ramp };
        let mut fades = false;
        for transfer in &plan.transfers {
            if let Transfer::Moves(from, _) | Transfer::Remains(from, _) | Transfer::Goes(from) =
                *transfer
                && let Some(chain) = &mut self.chains[from.node]
            {
                chain.lanes[from.lane].slots[from.slot].leave(now, ramp);
                fades = true;
            }
        }
        let end = now + if fades { u64::from(ramp) } else { 0 };
        self.pending = Some((plan, end));
        Some(end)
    }

    /// Takes the plan over if its first step is done. Answers whether it did; latencies may then
    /// have changed. [audio-thread]
    pub fn take_over(&mut self, now: u64, fresh: bool) -> bool {
        if self.pending.as_ref().is_none_or(|(_, end)| *end > now) {
            return false;
        }
        let Some((mut plan, _)) = self.pending.take() else { return false };
        let ramp = if fresh { 0 } else { self.ramp };
        for at in 0..plan.transfers.len() {
            let transfer = plan.transfers[at];
            transfer_one(&mut plan.chains, &mut self.chains, transfer, now, ramp);
        }
        std::mem::swap(&mut plan.chains, &mut self.chains);
        std::mem::swap(&mut plan.keys, &mut self.keys);
        for chain in self.chains.iter_mut().flatten() {
            for slot in chain.lanes.iter_mut().flat_map(|lane| &mut lane.slots) {
                slot.arrive(now, ramp);
            }
            if fresh {
                chain.arrive_at_once();
            } else {
                chain.align();
            }
        }
        // The office sends no other plan before this one is home, so there is room.
        let _ = self.home.push(plan);
        true
    }

    /// Runs a node's chain in place, from its Input tap to its Pre tap; see [`Chain::run`].
    /// [audio-thread]
    pub fn run(
        &mut self,
        node: usize,
        slice: &mut Stereo,
        keys: &[Stereo],
        insert_mix: &Glide,
        moment: Moment,
    ) {
        if let Some(chain) = &mut self.chains[node] {
            chain.run(slice, keys, insert_mix, moment, self.ramp);
        }
    }

    /// Forgets all sound. [audio-thread]
    pub fn reset(&mut self) {
        self.chains.iter_mut().flatten().for_each(|chain| chain.reset());
    }
}

fn transfer_one(
    new: &mut [Option<Box<Chain>>],
    old: &mut [Option<Box<Chain>>],
    transfer: Transfer,
    now: u64,
    ramp: u32,
) {
    match transfer {
        Transfer::Stays(from, to) | Transfer::Moves(from, to) | Transfer::Remains(from, to) => {
            let (Some(old), Some(new)) = (&mut old[from.node], &mut new[to.node]) else { return };
            let old = &mut old.lanes[from.lane].slots[from.slot];
            let new = &mut new.lanes[to.lane].slots[to.slot];
            match transfer {
                Transfer::Remains(..) => new.take_remains(old),
                Transfer::Stays(..) => new.take_over(old, true, now, ramp),
                _ => new.take_over(old, false, now, ramp),
            }
        }
        Transfer::Lane((from, lane), (to, new_lane)) => {
            let (Some(old), Some(new)) = (&mut old[from], &mut new[to]) else { return };
            new.lanes[new_lane].take_over(&mut old.lanes[lane], now, ramp);
        }
        Transfer::Chain(node) => {
            let (Some(old), Some(new)) = (&mut old[node], &mut new[node]) else { return };
            new.take_over(old, now, ramp);
        }
        Transfer::Goes(_) => {}
    }
}
