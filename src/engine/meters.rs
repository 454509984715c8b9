//! Peaks, fault lamps and load on their way from the audio thread to the screen.
//!
//! Not here: ballistics, decibels, drawing (the editor's). The audio thread writes, any other
//! thread reads and clears; nobody waits.

use super::scope::Scope;
use crate::routing::chain::{LANES, SLOTS};
use crate::routing::{BUSES, NODES, STRIPS};
use atomic_float::AtomicF32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// A place whose peak is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meter {
    /// A strip at its Input tap.
    StripInput(usize),
    /// A strip at its Post tap.
    Strip(usize),
    /// A bus at its output port.
    Bus(usize),
    /// The main output port.
    Main,
    /// Monitor speakers A.
    MonitorA,
    /// Monitor speakers B.
    MonitorB,
    /// The Cue port.
    Cue,
}

/// After so many unread frames the power starts anew.
const UNREAD: u32 = 1 << 20;

/// How many [`Meter`]s there are.
pub const METERS: usize = 2 * STRIPS + BUSES + 4;

impl Meter {
    /// Every meter.
    pub fn all() -> impl Iterator<Item = Meter> {
        (0..STRIPS)
            .map(Meter::StripInput)
            .chain((0..STRIPS).map(Meter::Strip))
            .chain((0..BUSES).map(Meter::Bus))
            .chain([Meter::Main, Meter::MonitorA, Meter::MonitorB, Meter::Cue])
    }

    /// The position among all meters, below [`METERS`].
    pub fn index(self) -> usize {
        match self {
            Meter::StripInput(i) => i,
            Meter::Strip(i) => STRIPS + i,
            Meter::Bus(j) => 2 * STRIPS + j,
            Meter::Main => 2 * STRIPS + BUSES,
            Meter::MonitorA => 2 * STRIPS + BUSES + 1,
            Meter::MonitorB => 2 * STRIPS + BUSES + 2,
            Meter::Cue => 2 * STRIPS + BUSES + 3,
        }
    }
}

/// The shared meters of one instance.
pub struct Meters {
    peaks: [[AtomicU32; 2]; METERS],
    faults: [AtomicBool; STRIPS],
    load: AtomicU32,
    /// Main's sum of squares per side since it was last taken.
    energy: [AtomicF32; 2],
    /// How many frames that sum is of.
    frames: AtomicU32,
    /// Per node: the share of the period its chain takes.
    chain_loads: [AtomicU32; NODES],
    /// Per node: what loudness-matched compare adds, in dB.
    compare_gains: [AtomicU32; NODES],
    slots: Box<[[Slot; LANES * SLOTS]; NODES]>,
    /// What the node sounds like that an editor looks at.
    pub scope: Scope,
}

/// What a slot of a chain tells.
#[derive(Default)]
struct Slot {
    reduction: AtomicU32,
    fault: AtomicBool,
}

impl Default for Meters {
    fn default() -> Self {
        Meters {
            peaks: std::array::from_fn(|_| [AtomicU32::new(0), AtomicU32::new(0)]),
            faults: std::array::from_fn(|_| AtomicBool::new(false)),
            load: AtomicU32::new(0),
            energy: [AtomicF32::new(0.0), AtomicF32::new(0.0)],
            frames: AtomicU32::new(0),
            chain_loads: std::array::from_fn(|_| AtomicU32::new(0)),
            compare_gains: std::array::from_fn(|_| AtomicU32::new(0)),
            slots: Box::new(std::array::from_fn(|_| std::array::from_fn(|_| Slot::default()))),
            scope: Scope::default(),
        }
    }
}

impl Meters {
    /// Raises a peak (linear, ≥ 0) per side. [audio-thread]
    pub fn raise(&self, meter: Meter, peak: [f32; 2]) {
        for (cell, peak) in self.peaks[meter.index()].iter().zip(peak) {
            // Bit patterns of non-negative floats are ordered like the floats.
            cell.fetch_max(peak.to_bits(), Relaxed);
        }
    }

    /// The highest linear peak per side since the last call. [any thread]
    pub fn take_peak(&self, meter: Meter) -> [f32; 2] {
        [0, 1].map(|side| f32::from_bits(self.peaks[meter.index()][side].swap(0, Relaxed)))
    }

    /// Adds to Main's sum of squares per side. [audio-thread]
    pub fn add_energy(&self, energy: [f32; 2], frames: usize) {
        // Unread, the sum must not grow until nothing can be added to it.
        if self.frames.load(Relaxed) > UNREAD {
            self.energy.iter().for_each(|side| side.store(0.0, Relaxed));
            self.frames.store(0, Relaxed);
        }
        for (sum, energy) in self.energy.iter().zip(energy) {
            sum.fetch_add(energy, Relaxed);
        }
        self.frames.fetch_add(frames as u32, Relaxed);
    }

    /// Main's mean square per side since the last call, `None` if nothing was measured. A block that
    /// ends in the middle of the call may count half. [any thread]
    pub fn take_power(&self) -> Option<[f32; 2]> {
        let frames = self.frames.swap(0, Relaxed);
        let energy = [0, 1].map(|side| self.energy[side].swap(0.0, Relaxed));
        (frames > 0).then(|| energy.map(|sum| sum / frames as f32))
    }

    /// Lights a strip's fault lamp: its input held a NaN or an infinity. [audio-thread]
    pub fn set_fault(&self, strip: usize) {
        self.faults[strip].store(true, Relaxed);
    }

    /// Whether a strip's input held a NaN or an infinity since [`Meters::clear_fault`]. [any thread]
    pub fn fault(&self, strip: usize) -> bool {
        self.faults[strip].load(Relaxed)
    }

    /// Puts a strip's fault lamp out. [any thread]
    pub fn clear_fault(&self, strip: usize) {
        self.faults[strip].store(false, Relaxed);
    }

    /// Sets the audio callback's share of its period, 0..1, smoothed. [audio-thread]
    pub fn set_load(&self, load: f32) {
        self.load.store(load.to_bits(), Relaxed);
    }

    /// The audio callback's share of its period, 0..1. [any thread]
    pub fn load(&self) -> f32 {
        f32::from_bits(self.load.load(Relaxed))
    }

    /// Sets the share of the period (0..1, smoothed) that a node's chain takes. [audio-thread]
    pub fn set_chain_load(&self, node: usize, load: f32) {
        self.chain_loads[node].store(load.to_bits(), Relaxed);
    }

    /// The share of the period that a node's chain takes, 0..1. [any thread]
    pub fn chain_load(&self, node: usize) -> f32 {
        f32::from_bits(self.chain_loads[node].load(Relaxed))
    }

    /// Sets by how many dB a compared chain's output is turned up. [audio-thread]
    pub fn set_compare_gain(&self, node: usize, db: f32) {
        self.compare_gains[node].store(db.to_bits(), Relaxed);
    }

    /// By how many dB a compared chain's output is turned up; 0 when nothing is compared.
    /// [any thread]
    pub fn compare_gain(&self, node: usize) -> f32 {
        f32::from_bits(self.compare_gains[node].load(Relaxed))
    }

    fn slot(&self, node: usize, lane: usize, slot: usize) -> Option<&Slot> {
        self.slots[node].get(lane * SLOTS + slot).filter(|_| slot < SLOTS)
    }

    /// Nothing turns down: the slots are others now. [audio-thread]
    pub fn clear_slots(&self) {
        for slot in self.slots.iter().flatten() {
            slot.reduction.store(0f32.to_bits(), Relaxed);
        }
    }

    /// Sets by how many dB a slot turns down, 0 or more. [audio-thread]
    pub fn set_reduction(&self, node: usize, lane: usize, slot: usize, db: f32) {
        if let Some(slot) = self.slot(node, lane, slot) {
            slot.reduction.store(db.to_bits(), Relaxed);
        }
    }

    /// By how many dB a slot turns down. [any thread]
    pub fn reduction(&self, node: usize, lane: usize, slot: usize) -> f32 {
        self.slot(node, lane, slot).map_or(0.0, |slot| f32::from_bits(slot.reduction.load(Relaxed)))
    }

    /// Lights a slot's fault lamp: its effect gave something that is no number. [audio-thread]
    pub fn set_slot_fault(&self, node: usize, lane: usize, slot: usize) {
        if let Some(slot) = self.slot(node, lane, slot) {
            slot.fault.store(true, Relaxed);
        }
    }

    /// Whether a slot's effect gave something that is no number since the last call. [any thread]
    pub fn take_slot_fault(&self, node: usize, lane: usize, slot: usize) -> bool {
        self.slot(node, lane, slot).is_some_and(|slot| slot.fault.swap(false, Relaxed))
    }
}
