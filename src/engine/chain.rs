//! One insert chain as it runs: lanes side by side, slots one after another, every path padded to
//! the same latency.
//!
//! Not here: what the user asked for (`crate::routing`) and how a new structure arrives
//! ([`super::rack`]). Made on the main thread; runs on the audio thread without allocating.
//!
//! ```text
//!            ┌─► slot ─► slot ─► pad ─► level ─┐
//!  Input ─┬──┼─► slot ─────────► pad ─► level ─┼─► Σ ─┐
//!         │  └─► (dry) ───────────────► level ─┘      ├─► insert mix ─► Pre
//!         └─► delay of the whole chain ───────────────┘
//! ```

use super::compare::{Compare, Hearing};
use crate::dsp::delay::Delay;
use crate::dsp::glide::Glide;
use crate::dsp::mix;
use crate::dsp::{SILENCE, Stereo};
use crate::effects::{Context, Effect};

/// A slot: an effect and its delayed input, blended by an amount that glides.
pub struct Slot {
    /// Which slot of the session it is; 0 for what remains of a removed one.
    pub id: u64,
    /// The effect. None in what remains of a removed slot, which only fades its delay to nothing,
    /// and between being announced and being taken over from the old structure.
    pub effect: Option<Box<dyn Effect>>,
    /// The index of what the effect listens to in the table of keys
    /// ([`crate::schedule::keys::Keys`]); None if it has no key.
    pub key: Option<usize>,
    /// The input, as late as the effect is.
    dry: Delay,
    /// How much of the effect is heard, 0..1: mix, bypass and coming and going in one.
    amount: Glide,
    /// The amount when it neither comes nor goes.
    wanted: f32,
    /// After a sample that was not finite: silent until the first, fading in until the second.
    muted: Option<(u64, u64)>,
    /// Some sample of the effect was not finite since it was last asked.
    pub fault: bool,
}

/// Slots one after another.
pub struct Lane {
    /// In signal order.
    pub slots: Vec<Slot>,
    /// Pads the lane to the chain's latency.
    pad: Delay,
    level: Glide,
    /// Goes on as a lane of the old structure.
    known: bool,
}

/// A whole chain.
pub struct Chain {
    /// Side by side.
    pub lanes: Vec<Lane>,
    dry_level: Glide,
    /// The chain's input, as late as the chain is.
    dry: Delay,
    latency: u32,
    /// Goes on as the node's chain of the old structure.
    known: bool,
    /// Hears input and output equally loud, if asked to.
    compare: Compare,
}

/// What a chain needs to know of the moment.
#[derive(Clone, Copy)]
pub struct Moment {
    /// The absolute sample of the slice's first frame.
    pub now: u64,
    /// Frames in the slice.
    pub frames: usize,
    /// The host's tempo in quarter notes a minute.
    pub tempo: Option<f64>,
    /// A line check runs: effects hear silence, and only the dry signal is heard.
    pub hushed: bool,
}

impl Slot {
    /// A new slot that comes in from silence: its effect is heard `wanted` (0..1) once it is there.
    /// [main-thread]
    pub fn new(id: u64, effect: Box<dyn Effect>, wanted: f32, ramp: u32) -> Slot {
        let latency = effect.latency();
        Slot { effect: Some(effect), ..Slot::awaited(id, latency, wanted, ramp) }
    }

    /// A place for an effect of `latency` samples that comes from elsewhere in the old structure, for
    /// what stays where it is, or (with id 0) for what remains of one that goes. [main-thread]
    pub fn awaited(id: u64, latency: u32, wanted: f32, ramp: u32) -> Slot {
        let mut dry = Delay::new(0, latency, ramp);
        dry.set(latency);
        Slot {
            id,
            effect: None,
            key: None,
            dry,
            amount: Glide::fixed(0.0),
            wanted,
            muted: None,
            fault: false,
        }
    }

    /// The same slot, listening to the key of this index.
    pub fn listening(self, key: Option<usize>) -> Slot {
        Slot { key, ..self }
    }

    /// Samples from input to output.
    pub fn latency(&self) -> u32 {
        self.effect.as_ref().map_or(0, |effect| effect.latency())
    }

    /// How much of the effect is to be heard, 0..1, from `now` on.
    pub fn set_amount(&mut self, wanted: f32, now: u64, ramp: u32) {
        self.wanted = wanted;
        self.amount.aim(wanted, now, ramp);
    }

    /// Fades the effect out, to be taken away.
    pub fn leave(&mut self, now: u64, ramp: u32) {
        self.amount.aim(0.0, now, ramp);
    }

    /// Goes on as the same slot in the old structure did.
    pub fn stay(&mut self, old: &mut Slot, now: u64, ramp: u32) {
        std::mem::swap(&mut self.dry, &mut old.dry);
        self.amount = old.amount;
        self.amount.aim(self.wanted, now, ramp);
        self.move_in(old);
    }

    /// Takes the delay of the slot it replaces.
    pub fn take_delay(&mut self, old: &mut Slot) {
        std::mem::swap(&mut self.dry, &mut old.dry);
    }

    /// Takes the effect of a slot that was elsewhere; it comes in anew.
    pub fn move_in(&mut self, old: &mut Slot) {
        std::mem::swap(&mut self.effect, &mut old.effect);
        self.muted = old.muted;
        self.fault = old.fault;
    }

    /// Tells the effect a plain value of the setting at `index`.
    pub fn set(&mut self, index: usize, plain: f32, now: u64, ramp: u32) {
        if let Some(effect) = &mut self.effect {
            effect.set(index, plain, now, ramp);
        }
    }

    /// By how many dB the effect turns down now, as far as it is heard.
    pub fn reduction_db(&self) -> f32 {
        let heard = self.amount.target();
        self.effect.as_ref().map_or(0.0, |effect| effect.reduction_db() * heard)
    }

    /// How many samples it sounds on after its input fell silent.
    pub fn tail(&self) -> u32 {
        self.effect.as_ref().map_or(0, |effect| effect.tail())
    }

    /// Becomes what remains of a removed slot: its delay, fading to nothing.
    pub fn take_remains(&mut self, old: &mut Slot) {
        std::mem::swap(&mut self.dry, &mut old.dry);
        self.dry.set(0);
    }

    /// Begins to come in, if it is new here: not before what it does has come out of it, because
    /// until then it gives silence, or the end of what it did elsewhere.
    pub fn arrive(&mut self, now: u64, ramp: u32) {
        if self.amount.target() != self.wanted {
            self.amount.aim(self.wanted, now + u64::from(self.latency()), ramp);
        }
    }

    /// Is wholly there, because the lane it is in comes in from silence.
    fn arrive_with_lane(&mut self) {
        self.amount = Glide::fixed(self.wanted);
    }

    /// Is there at once, for a start without sound.
    pub fn arrive_at_once(&mut self) {
        self.amount = Glide::fixed(self.wanted);
        self.dry.reset();
    }

    fn reset(&mut self) {
        if let Some(effect) = &mut self.effect {
            effect.reset();
        }
        self.dry.reset();
        self.amount = Glide::fixed(self.amount.target());
        self.muted = None;
    }

    /// Runs the slot in place.
    fn run(&mut self, slice: &mut Stereo, key: Option<[&[f32]; 2]>, moment: Moment, ramp: u32) {
        let Moment { now, frames, tempo, .. } = moment;
        let mut dry = *slice;
        self.dry.run(&mut dry, now, frames);
        let Some(effect) = &mut self.effect else {
            *slice = dry;
            return;
        };
        let [left, right] = slice;
        let context = Context { now, key, tempo };
        effect.process([&mut left[..frames], &mut right[..frames]], &context);
        let broken = (0..frames).find(|i| !(left[*i].is_finite() && right[*i].is_finite()));
        if let Some(at) = broken {
            effect.reset();
            self.fault = true;
            left[at..frames].fill(0.0);
            right[at..frames].fill(0.0);
            let silent = now + at as u64 + u64::from(ramp);
            self.muted = Some((silent, silent + u64::from(ramp)));
        } else {
            self.fade_in(slice, now, frames, ramp);
        }
        blend(slice, &dry, &self.amount, now, frames);
    }

    /// Holds the effect silent after a fault, then lets it in along a straight line.
    fn fade_in(&mut self, slice: &mut Stereo, now: u64, frames: usize, ramp: u32) {
        let Some((silent, whole)) = self.muted else { return };
        for side in slice {
            for (i, x) in side[..frames].iter_mut().enumerate() {
                let at = now + i as u64;
                if at < silent {
                    *x = 0.0;
                } else if at < whole {
                    *x *= (at - silent) as f32 / ramp as f32;
                }
            }
        }
        if now + frames as u64 >= whole {
            self.muted = None;
        }
    }
}

/// `wet = dry·(1 − amount) + wet·amount`, exact at both ends.
fn blend(wet: &mut Stereo, dry: &Stereo, amount: &Glide, now: u64, frames: usize) {
    if !amount.is_moving(now) && amount.target() >= 1.0 {
        return;
    }
    for (wet, dry) in wet.iter_mut().zip(dry) {
        for (i, (wet, dry)) in wet[..frames].iter_mut().zip(dry).enumerate() {
            let a = amount.at(now + i as u64);
            *wet = if a <= 0.0 { *dry } else { dry * (1.0 - a) + *wet * a };
        }
    }
}

impl Lane {
    /// A lane of slots at a linear level, whose pad can grow to `longest` samples. [main-thread]
    pub fn new(slots: Vec<Slot>, level: f32, longest: u32, ramp: u32) -> Lane {
        Lane { slots, pad: Delay::new(0, longest, ramp), level: Glide::fixed(level), known: false }
    }

    /// Samples of all slots together.
    pub fn latency(&self) -> u32 {
        self.slots.iter().map(Slot::latency).sum()
    }

    /// The lane's linear level from `now` on.
    pub fn set_level(&mut self, level: f32, now: u64, ramp: u32) {
        self.level.aim(level, now, ramp);
    }

    /// Takes over the past of the same lane in the old structure.
    pub fn take_over(&mut self, old: &mut Lane, now: u64, ramp: u32) {
        std::mem::swap(&mut self.pad, &mut old.pad);
        let level = self.level.target();
        self.level = old.level;
        self.level.aim(level, now, ramp);
        self.known = true;
    }

    /// Fades out, to be taken away.
    pub fn leave(&mut self, now: u64, ramp: u32) {
        self.level.aim(0.0, now, ramp);
    }

    /// Comes in from the level `from`.
    fn arrive(&mut self, from: f32, now: u64, ramp: u32) {
        let level = self.level.target();
        self.level = Glide::fixed(from);
        self.level.aim(level, now, ramp);
    }

    /// How many samples it sounds on after its input fell silent.
    fn tail(&self) -> u32 {
        self.slots.iter().map(Slot::tail).fold(0, u32::saturating_add)
    }
}

impl Chain {
    /// A chain of lanes beside the dry signal at a linear level; latencies may grow to `longest`
    /// samples. Paths are aligned by [`Chain::align`] once every effect is in its place.
    /// [main-thread]
    pub fn new(lanes: Vec<Lane>, dry_level: f32, longest: u32, ramp: u32) -> Chain {
        Chain {
            lanes,
            dry_level: Glide::fixed(dry_level),
            dry: Delay::new(0, longest, ramp),
            latency: 0,
            known: false,
            compare: Compare::default(),
        }
    }

    /// Samples from input to output.
    pub fn latency(&self) -> u32 {
        self.latency
    }

    /// The samples its longest lane needs.
    pub fn needed(&self) -> u32 {
        self.lanes.iter().map(Lane::latency).max().unwrap_or(0)
    }

    /// Pads every path to the longest; each pad cross-fades to its new length.
    pub fn align(&mut self) {
        self.latency = self.needed();
        for lane in &mut self.lanes {
            lane.pad.set(self.latency - lane.latency());
        }
        self.dry.set(self.latency);
    }

    /// Is there at once, for a start without sound.
    pub fn arrive_at_once(&mut self) {
        self.align();
        self.dry.reset();
        for lane in &mut self.lanes {
            lane.pad.reset();
            lane.slots.iter_mut().for_each(Slot::arrive_at_once);
        }
    }

    /// Takes over the past of the same node's old chain.
    pub fn take_over(&mut self, old: &mut Chain, now: u64, ramp: u32) {
        std::mem::swap(&mut self.dry, &mut old.dry);
        let level = self.dry_level.target();
        self.dry_level = old.dry_level;
        self.dry_level.aim(level, now, ramp);
        self.compare = old.compare;
        self.known = true;
    }

    /// Begins to let in what is new, once everything old is in its place. A node without a chain is
    /// a wire; a chain that follows a wire begins as one: its first lane at 0 dB and still empty.
    pub fn arrive(&mut self, now: u64, ramp: u32) {
        let follows_wire = !self.known;
        if follows_wire {
            let level = self.dry_level.target();
            self.dry_level = Glide::fixed(0.0);
            self.dry_level.aim(level, now, ramp);
        }
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            if follows_wire && index == 0 {
                lane.arrive(1.0, now, ramp);
            } else if !lane.known {
                lane.arrive(0.0, now, ramp);
                lane.slots.iter_mut().for_each(Slot::arrive_with_lane);
            }
            lane.slots.iter_mut().for_each(|slot| slot.arrive(now, ramp));
            lane.known = true;
        }
        self.known = true;
        self.align();
    }

    /// Hears the input or the output at equal loudness, or no longer.
    pub fn set_compare(&mut self, hearing: Hearing, sample_rate: f64, now: u64, ramp: u32) {
        self.compare.set(hearing, sample_rate, now, ramp);
    }

    /// By how many dB [`Chain::set_compare`] turns the output up (or down) to be as loud as the
    /// input; 0 when nothing is compared.
    pub fn compare_gain_db(&self) -> f32 {
        self.compare.gain_db()
    }

    /// How many samples it sounds on after its input fell silent.
    pub fn tail(&self) -> u32 {
        self.lanes.iter().map(Lane::tail).max().unwrap_or(0)
    }

    /// The dry signal's linear level from `now` on.
    pub fn set_dry_level(&mut self, level: f32, now: u64, ramp: u32) {
        self.dry_level.aim(level, now, ramp);
    }

    /// Forgets all sound; everything arrives at its target.
    pub fn reset(&mut self) {
        self.dry.reset();
        self.compare.reset();
        self.dry_level = Glide::fixed(self.dry_level.target());
        for lane in &mut self.lanes {
            lane.pad.reset();
            lane.level = Glide::fixed(lane.level.target());
            lane.slots.iter_mut().for_each(Slot::reset);
        }
    }

    /// Runs the chain in place; `insert_mix` blends the whole with its delayed input, `keys` is what
    /// slots listen to by the index of their key. One beyond it hears silence.
    pub fn run(
        &mut self,
        slice: &mut Stereo,
        keys: &[Stereo],
        insert_mix: &Glide,
        moment: Moment,
        ramp: u32,
    ) {
        let Moment { now, frames, hushed, .. } = moment;
        let mut dry = *slice;
        let input = if hushed { SILENCE } else { *slice };
        self.dry.run(&mut dry, now, frames);
        let mut out = SILENCE;
        add_scaled(&mut out, &dry, &self.dry_level, now, frames);
        for lane in &mut self.lanes {
            let mut wet = input;
            for slot in &mut lane.slots {
                let heard = slot.key.map(|key| keys.get(key).unwrap_or(&SILENCE));
                let key = heard.map(|[left, right]| [&left[..frames], &right[..frames]]);
                slot.run(&mut wet, key, moment, ramp);
            }
            lane.pad.run(&mut wet, now, frames);
            add_scaled(&mut out, &wet, &lane.level, now, frames);
        }
        if hushed {
            *slice = dry;
            return;
        }
        blend(&mut out, &dry, insert_mix, now, frames);
        self.compare.run(&mut out, &dry, now, frames);
        *slice = out;
    }
}

/// `out += source·level`.
fn add_scaled(out: &mut Stereo, source: &Stereo, level: &Glide, now: u64, frames: usize) {
    if !level.is_moving(now) && level.target() == 0.0 {
        return;
    }
    for (out, source) in out.iter_mut().zip(source) {
        for (i, (out, x)) in out[..frames].iter_mut().zip(source).enumerate() {
            *out += x * level.at(now + i as u64);
        }
        mix::clear_negative_zero(&mut out[..frames]);
    }
}
