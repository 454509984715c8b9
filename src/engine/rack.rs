//! All insert chains of a mixer, and how a new structure replaces the old one while sound runs.
//!
//! Not here: what the user asked for and the building of effects (`crate::session`, off the audio
//! thread), and one chain's arithmetic ([`super::chain`]).
//!
//! A [`Plan`] holds the complete new structure with empty places for what stays. It is taken over in
//! two steps: first everything that goes or moves fades to silence in the old structure; then, at
//! one sample, what stays is moved into its places, the old structure goes home in the same plan,
//! and what is new fades in. Delays that change cross-fade. Nothing is allocated or freed here.

use super::chain::{Chain, Moment, Slot};
use super::compare::Hearing;
use super::meters::Meters;
use crate::dsp::Stereo;
use crate::dsp::glide::Glide;
use crate::effects::Setting;
use crate::routing::{MACROS, NODES};
use crate::schedule::Timing;
use crate::schedule::keys::{Keys, NO_KEYS};
use rtrb::{Consumer, Producer, RingBuffer};
use std::time::{Duration, Instant};

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
    /// The effect goes on in its new place after a fade to its input and back, in which its key
    /// changes.
    Pauses(Place, Place),
    /// The effect goes and another, as late, comes in its place.
    Replaces(Place, Place),
    /// The effect goes on elsewhere: it fades out, moves and fades in. Its delay does not move.
    Moves(Place, Place),
    /// The effect goes or moves; its delay remains at the new place and fades to nothing.
    Remains(Place, Place),
    /// The effect goes.
    Goes(Place),
    /// A lane (node, lane) goes on as another of the same node.
    Lane((usize, usize), (usize, usize)),
    /// A lane (node, lane) fades out and goes.
    LaneGoes(usize, usize),
    /// A node keeps having a chain, made anew from the parts that other transfers name.
    Chain(usize),
    /// A node keeps its chain as it is.
    Whole(usize),
}

/// A setting that a macro drives: from the knob position `from` at macro value 0 to `to` at 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drive {
    /// The macro, from 0.
    pub by: usize,
    /// The slot, in the new structure.
    pub place: Place,
    /// The setting's index in its effect's table.
    pub index: usize,
    /// The setting's line in that table.
    pub setting: &'static Setting,
    /// Knob position at macro value 0.
    pub from: f32,
    /// Knob position at macro value 1.
    pub to: f32,
}

/// A small change between structures. Slots go by their id, so that it does not matter whether a
/// structure is being taken over meanwhile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    /// A setting of a slot's effect, by index, and its plain value.
    Setting {
        /// The slot's id.
        slot: u64,
        /// The setting's index.
        index: usize,
        /// The plain value.
        plain: f32,
    },
    /// How much of a slot is heard, 0..1.
    Amount {
        /// The slot's id.
        slot: u64,
        /// 0 to 1.
        amount: f32,
    },
    /// The linear level of a lane.
    LaneLevel {
        /// Whose chain.
        node: usize,
        /// Which lane.
        lane: usize,
        /// Linear.
        level: f32,
    },
    /// The linear level of a chain's dry signal.
    DryLevel {
        /// Whose chain.
        node: usize,
        /// Linear.
        level: f32,
    },
    /// What is heard of a chain.
    Compare {
        /// Whose chain.
        node: usize,
        /// What.
        hearing: Hearing,
    },
}

/// How many messages may be on their way.
const MESSAGES: usize = 1024;

/// A complete new structure on its way to the audio thread, and the old one on its way home.
pub struct Plan {
    /// Per node: its chain, if it has one.
    pub chains: Vec<Option<Box<Chain>>>,
    /// What becomes of the old structure's parts, in any order.
    pub transfers: Vec<Transfer>,
    /// What the macros drive.
    pub drives: Vec<Drive>,
    /// What the new structure's slots listen to, by the index that [`super::chain::Slot::key`]
    /// names. A slot that stays keeps its index; the slot of an entry that is new or names another
    /// source, tap or node must come in from silence.
    pub keys: Keys,
}

impl Plan {
    /// No chains at all.
    pub fn empty() -> Plan {
        let chains = (0..NODES).map(|_| None).collect();
        Plan { chains, transfers: Vec::new(), drives: Vec::new(), keys: NO_KEYS }
    }

    /// No routing of a first structure has a higher latency than this, in samples. [main-thread]
    pub fn bound(&self) -> u32 {
        let latency = |chain: &Option<Box<Chain>>| chain.as_ref().map_or(0, |c| c.needed());
        let chain = std::array::from_fn(|node| latency(&self.chains[node]));
        Timing { chain, keys: self.keys, floor: 0 }.bound()
    }
}

/// The main thread's end: one plan is on its way at a time, so no ring can be full.
pub struct Office {
    plans: Producer<Box<Plan>>,
    home: Consumer<Box<Plan>>,
    away: bool,
    messages: Producer<Message>,
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

    /// Sends a message; answers whether there was room. [main-thread]
    pub fn tell(&mut self, message: Message) -> bool {
        self.messages.push(message).is_ok()
    }
}

/// What waits at the office.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// Whether there is a new structure.
    pub plan: bool,
    /// How many messages there are, at most as many as fit into their ring.
    pub messages: usize,
}

/// The audio thread's end, and the chains that run.
pub struct Rack {
    chains: Vec<Option<Box<Chain>>>,
    drives: Vec<Drive>,
    macros: [f32; MACROS],
    keys: Keys,
    plans: Consumer<Box<Plan>>,
    home: Producer<Box<Plan>>,
    messages: Consumer<Message>,
    /// The plan being taken over, and the sample at which everything that goes is silent.
    pending: Option<(Box<Plan>, u64)>,
    /// Until this sample something that was taken over still fades; the next plan waits.
    busy_until: u64,
    ramp: u32,
    sample_rate: f64,
    /// Audio-thread time of each chain since it was last published, and its smoothed share.
    spent: [Duration; NODES],
    load: [f32; NODES],
    /// The meters still show slots of an earlier structure.
    stale: bool,
}

impl Rack {
    /// A rack that begins with a structure, at once, and the office that sends it new ones.
    /// [main-thread]
    pub fn new(plan: Plan, sample_rate: f64, ramp: u32) -> (Rack, Office) {
        let (plans_in, plans) = RingBuffer::new(1);
        let (home, home_out) = RingBuffer::new(1);
        let (messages_in, messages) = RingBuffer::new(MESSAGES);
        let mut chains = plan.chains;
        chains.iter_mut().flatten().for_each(|chain| {
            chain.arrive(0, 0);
            chain.arrive_at_once();
        });
        let rack = Rack {
            chains,
            drives: plan.drives,
            keys: plan.keys,
            macros: [0.0; MACROS],
            plans,
            home,
            messages,
            pending: None,
            busy_until: 0,
            ramp,
            sample_rate,
            spent: [Duration::ZERO; NODES],
            load: [0.0; NODES],
            stale: true,
        };
        (rack, Office { plans: plans_in, home: home_out, away: false, messages: messages_in })
    }

    /// A node's latency in samples.
    pub fn latencies(&self) -> [u32; NODES] {
        std::array::from_fn(|node| self.chains[node].as_ref().map_or(0, |chain| chain.latency()))
    }

    /// What waits to be taken now. [audio-thread]
    pub fn glance(&self) -> Glance {
        Glance { plan: !self.plans.is_empty(), messages: self.messages.slots() }
    }

    /// What the slots listen to.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Looks for a new plan and begins its first step. Answers the sample at which that is over.
    /// With `fresh`, before any sound, it is taken over at once. [audio-thread]
    pub fn receive(&mut self, now: u64, fresh: bool) -> Option<u64> {
        if self.pending.is_some() || (now < self.busy_until && !fresh) {
            return None;
        }
        let plan = self.plans.pop().ok()?;
        let ramp = if fresh { 0 } else { self.ramp };
        let mut fades = false;
        for transfer in &plan.transfers {
            match *transfer {
                Transfer::Pauses(from, _)
                | Transfer::Replaces(from, _)
                | Transfer::Moves(from, _)
                | Transfer::Remains(from, _)
                | Transfer::Goes(from) => {
                    if let Some(slot) = slot_at(&mut self.chains, from) {
                        slot.leave(now, ramp);
                        fades = true;
                    }
                }
                Transfer::LaneGoes(node, lane) => {
                    if let Some(chain) = &mut self.chains[node] {
                        chain.lanes[lane].leave(now, ramp);
                        fades = true;
                    }
                }
                Transfer::Stays(..)
                | Transfer::Lane(..)
                | Transfer::Chain(_)
                | Transfer::Whole(_) => {}
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
        std::mem::swap(&mut plan.drives, &mut self.drives);
        std::mem::swap(&mut plan.keys, &mut self.keys);
        let mut longest = 0;
        for chain in self.chains.iter_mut().flatten() {
            chain.arrive(now, ramp);
            if fresh {
                chain.arrive_at_once();
            }
            longest = longest.max(chain.latency());
        }
        // What is new waits for its latency, then fades in; a delay may have to end one fade before
        // it begins another.
        self.stale = true;
        self.busy_until = if fresh { now } else { now + u64::from(longest + 3 * self.ramp) };
        for index in 0..MACROS {
            self.drive(index, self.macros[index], now, ramp);
        }
        // The office sends no other plan before this one is home, so there is room.
        let _ = self.home.push(plan);
        true
    }

    /// Moves what a macro drives to where it stands at `value`, 0..1. [audio-thread]
    pub fn drive(&mut self, by: usize, value: f32, now: u64, ramp: u32) {
        self.macros[by] = value;
        for drive in self.drives.iter().filter(|drive| drive.by == by) {
            let plain = drive.setting.at(drive.from + (drive.to - drive.from) * value);
            if let Some(slot) = slot_at(&mut self.chains, drive.place) {
                slot.set(drive.index, plain, now, ramp);
            }
        }
    }

    /// Does what the first `count` messages say. [audio-thread]
    pub fn hear(&mut self, count: usize, now: u64, fresh: bool) {
        let ramp = if fresh { 0 } else { self.ramp };
        for _ in 0..count {
            let Ok(message) = self.messages.pop() else { return };
            match message {
                Message::Setting { slot, index, plain } => {
                    if let Some(slot) = self.slot(slot) {
                        slot.set(index, plain, now, ramp);
                    }
                }
                Message::Amount { slot, amount } => {
                    if let Some(slot) = self.slot(slot) {
                        slot.set_amount(amount, now, ramp);
                    }
                }
                Message::LaneLevel { node, lane, level } => {
                    let lanes = self.chains[node].as_mut().map(|chain| &mut chain.lanes);
                    if let Some(lane) = lanes.and_then(|lanes| lanes.get_mut(lane)) {
                        lane.set_level(level, now, ramp);
                    }
                }
                Message::DryLevel { node, level } => {
                    if let Some(chain) = &mut self.chains[node] {
                        chain.set_dry_level(level, now, ramp);
                    }
                }
                Message::Compare { node, hearing } => {
                    if let Some(chain) = &mut self.chains[node] {
                        chain.set_compare(hearing, self.sample_rate, now, ramp);
                    }
                }
            }
        }
    }

    fn slot(&mut self, id: u64) -> Option<&mut Slot> {
        let lanes = self.chains.iter_mut().flatten().flat_map(|chain| &mut chain.lanes);
        lanes.flat_map(|lane| &mut lane.slots).find(|slot| slot.id == id)
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
            let begun = Instant::now();
            chain.run(slice, keys, insert_mix, moment, self.ramp);
            self.spent[node] += begun.elapsed();
        }
    }

    /// How many samples each node sounds on after its input fell silent, besides its latency.
    /// [audio-thread]
    pub fn tails(&self) -> [u32; NODES] {
        std::array::from_fn(|node| self.chains[node].as_ref().map_or(0, |chain| chain.tail()))
    }

    /// Tells the meters what the chains cost and turn down, once a block of `frames`. [audio-thread]
    pub fn publish(&mut self, meters: &Meters, frames: usize) {
        if std::mem::take(&mut self.stale) {
            meters.clear_slots();
        }
        let period = frames as f64 / self.sample_rate;
        for (node, chain) in self.chains.iter_mut().enumerate() {
            let Some(chain) = chain else {
                if std::mem::take(&mut self.load[node]) != 0.0 {
                    meters.set_chain_load(node, 0.0);
                }
                continue;
            };
            let share = std::mem::take(&mut self.spent[node]).as_secs_f64() / period;
            // Smoothed over about a second, as the load of the whole is.
            self.load[node] += (share as f32 - self.load[node]) * period.min(1.0) as f32;
            meters.set_chain_load(node, self.load[node]);
            meters.set_compare_gain(node, chain.compare_gain_db());
            for (at, lane) in chain.lanes.iter_mut().enumerate() {
                // What remains of removed slots is nobody's business.
                for (place, slot) in lane.slots.iter_mut().filter(|slot| slot.id != 0).enumerate() {
                    meters.set_reduction(node, at, place, slot.reduction_db());
                    if std::mem::take(&mut slot.fault) {
                        meters.set_slot_fault(node, at, place);
                    }
                }
            }
        }
    }

    /// Forgets all sound. [audio-thread]
    pub fn reset(&mut self) {
        self.chains.iter_mut().flatten().for_each(|chain| chain.reset());
        self.busy_until = 0;
        // Nothing sounds that would have to fade first.
        if let Some((_, end)) = &mut self.pending {
            *end = 0;
        }
    }
}

fn slot_at(chains: &mut [Option<Box<Chain>>], place: Place) -> Option<&mut Slot> {
    let chain = chains[place.node].as_mut()?;
    chain.lanes.get_mut(place.lane)?.slots.get_mut(place.slot)
}

fn transfer_one(
    new: &mut [Option<Box<Chain>>],
    old: &mut [Option<Box<Chain>>],
    transfer: Transfer,
    now: u64,
    ramp: u32,
) {
    match transfer {
        Transfer::Stays(from, to)
        | Transfer::Pauses(from, to)
        | Transfer::Replaces(from, to)
        | Transfer::Moves(from, to)
        | Transfer::Remains(from, to) => {
            let (Some(old), Some(new)) = (slot_at(old, from), slot_at(new, to)) else { return };
            match transfer {
                Transfer::Remains(..) => new.take_remains(old),
                Transfer::Replaces(..) => new.take_delay(old),
                Transfer::Moves(..) => new.move_in(old),
                _ => new.stay(old, now, ramp),
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
        Transfer::Whole(node) => std::mem::swap(&mut old[node], &mut new[node]),
        Transfer::Goes(_) | Transfer::LaneGoes(..) => {}
    }
}
