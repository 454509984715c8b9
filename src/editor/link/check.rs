//! The link's side of Route Check: notices what is around the routing, and runs the check when something
//! changed.
//!
//! Not here: the rules ([`crate::check`]) and drawing. A picture for which nothing changed costs a few
//! comparisons; what is heard and measured is looked at once a second only. The editor's thread.

use crate::check::{ImpulseFault, Surroundings};
use crate::editor::chains::inserts::Inserts;
use crate::editor::chains::keys::Costs;
use crate::editor::check::Found;
use crate::effects::Kind;
use crate::plugin::shared::Shared;
use crate::routing::{NODES, Routing, STRIPS};
use crate::session::Session;
use crate::session::workshop::{CHANGED, can_run};
use crate::units::db_to_gain;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// An input that was silent for this long while others played is told of, in seconds of playing;
/// at most twice as long, because time is counted in whole windows.
const WINDOW: f32 = 20.0;
/// Above this level in dBFS something plays.
const PLAYING: f32 = -40.0;
/// How often what is heard and measured is looked at, in seconds.
const LOOK: f32 = 1.0;

/// What was heard at the strips' inputs.
#[derive(Default)]
struct Ears {
    /// The loudest of the window under way and of the one before it, in whole dBFS.
    now: Option<[i16; STRIPS]>,
    before: Option<[i16; STRIPS]>,
    /// How long something played in the window under way, in seconds.
    played: f32,
}

/// Below anything that counts, in dBFS.
const NOTHING: i16 = -200;

impl Ears {
    /// Listens for `seconds`; `levels` are the inputs' peaks in dBFS.
    fn listen(&mut self, levels: &[f32; STRIPS], seconds: f32) {
        let loudest = self.now.get_or_insert([NOTHING; STRIPS]);
        for (loudest, level) in loudest.iter_mut().zip(levels) {
            *loudest = (*loudest).max(level.ceil().max(f32::from(NOTHING)) as i16);
        }
        if levels.iter().any(|level| *level > PLAYING) {
            self.played += seconds;
        }
        if self.played >= WINDOW {
            self.before = self.now.take();
            self.played = 0.0;
        }
    }

    /// The peaks of the last windows in dBFS; nothing until one is over.
    fn heard(&self) -> Option<[i16; STRIPS]> {
        let before = self.before?;
        let now = self.now.unwrap_or([NOTHING; STRIPS]);
        Some(std::array::from_fn(|i| before[i].max(now[i])))
    }
}

/// What the last check was made of.
struct Known {
    routing: Routing,
    session: Arc<Session>,
    costs: Arc<Costs>,
    rate: u64,
    longest: Option<u32>,
    given: (u32, u32),
    faults: [bool; STRIPS],
    effect_faults: HashSet<u64>,
    problems: HashMap<u64, String>,
    heard: Option<[i16; STRIPS]>,
    loads: [u8; Kind::ALL.len()],
}

/// Keeps up with the routing and what is around it.
#[derive(Default)]
pub struct Check {
    ears: Ears,
    /// Since what is heard and measured was looked at, in seconds.
    age: f32,
    heard: Option<[i16; STRIPS]>,
    loads: [u8; Kind::ALL.len()],
    known: Option<Known>,
    found: Arc<Found>,
    runs: u32,
}

/// What the link sees of the engine in one picture.
pub struct Seen<'a> {
    /// The inputs' peaks in dBFS.
    pub levels: [f32; STRIPS],
    /// Strips whose input held something that is no number.
    pub faults: [bool; STRIPS],
    /// Chains and what is known of them.
    pub inserts: &'a Inserts,
    /// Since the last picture.
    pub seconds: f32,
}

impl Check {
    /// What there is to find now.
    pub fn found(&mut self, shared: &Shared, routing: &Routing, seen: &Seen<'_>) -> Arc<Found> {
        self.ears.listen(&seen.levels, seen.seconds);
        self.age += seen.seconds;
        if self.age >= LOOK {
            self.age = 0.0;
            self.heard = self.ears.heard();
            self.loads = loads(seen.inserts);
        }
        let inserts = seen.inserts;
        let given = shared.given();
        let is_known = self.known.as_ref().is_some_and(|known| {
            Arc::ptr_eq(&known.session, &inserts.session)
                && Arc::ptr_eq(&known.costs, &inserts.costs)
                && known.rate == inserts.sample_rate.to_bits()
                && (known.longest, known.given) == (inserts.longest, given)
                && (known.faults, known.heard, known.loads) == (seen.faults, self.heard, self.loads)
                && known.effect_faults == inserts.faults
                && known.problems == inserts.problems
                && known.routing == *routing
        });
        if !is_known {
            let known = Known {
                routing: *routing,
                session: Arc::clone(&inserts.session),
                costs: Arc::clone(&inserts.costs),
                rate: inserts.sample_rate.to_bits(),
                longest: inserts.longest,
                given,
                faults: seen.faults,
                effect_faults: inserts.faults.clone(),
                problems: inserts.problems.clone(),
                heard: self.heard,
                loads: self.loads,
            };
            self.runs += 1;
            self.found = Arc::new(Found::of(routing, &inserts.session, &around(&known)));
            self.known = Some(known);
        }
        Arc::clone(&self.found)
    }

    /// How often the check ran.
    pub fn runs(&self) -> u32 {
        self.runs
    }
}

/// Half octaves above a nanosecond, so that what is measured does not change all the time; 0 is unknown.
fn class(nanoseconds: f32) -> u8 {
    if nanoseconds < 1.0 { 0 } else { 1 + (nanoseconds.log2() * 2.0).round() as u8 }
}

/// What one effect of each kind costs where a chain holds nothing else, in classes of nanoseconds a
/// frame.
fn loads(inserts: &Inserts) -> [u8; Kind::ALL.len()] {
    let mut loads = [0; Kind::ALL.len()];
    for node in 0..NODES {
        let mut slots = inserts.session.chains[node].slots();
        let (Some(slot), None) = (slots.next(), slots.next()) else { continue };
        let at = Kind::ALL.iter().position(|kind| slot.kind() == Some(*kind));
        if let Some(at) = at.filter(|_| !slot.bypass) {
            let cost = inserts.loads[node] * 1e9 / inserts.sample_rate as f32;
            loads[at] = loads[at].max(class(cost));
        }
    }
    loads
}

fn around(known: &Known) -> Surroundings {
    let rate = f64::from_bits(known.rate);
    let bit = |bits: u32, port: usize| bits & (1 << port) != 0;
    let mut latencies: Vec<(u64, u32)> = known.costs.slots.iter().map(|(a, b)| (*a, *b)).collect();
    latencies.retain(|(_, latency)| *latency > 0);
    latencies.sort_unstable();
    let mut effect_faults: Vec<u64> = known.effect_faults.iter().copied().collect();
    effect_faults.sort_unstable();
    let fault = |(id, text): (&u64, &String)| match text.contains(CHANGED) {
        true => (*id, ImpulseFault::Changed),
        false => (*id, ImpulseFault::Lost(text.clone())),
    };
    let mut impulses: Vec<_> = known.problems.iter().map(fault).collect();
    impulses.sort_unstable_by_key(|(id, _)| *id);
    let level = |db: i16| if db <= NOTHING { 0.0 } else { db_to_gain(f32::from(db)) };
    let costs = Kind::ALL.iter().zip(known.loads).filter(|(_, class)| *class > 0);
    let timing = known.costs.timing(&known.session);
    Surroundings {
        inputs: std::array::from_fn(|port| bit(known.given.0, port)),
        outputs: std::array::from_fn(|port| bit(known.given.1, port)),
        sample_rate: rate,
        latency_budget_ms: known.session.latency_budget_ms,
        latencies,
        refusal: can_run(&known.session, &timing, rate, known.longest).err(),
        peaks: known.heard.map(|heard| heard.map(level)),
        faults: known.faults,
        effect_faults,
        costs: costs.map(|(kind, class)| (*kind, ((class - 1) as f32 / 2.0).exp2())).collect(),
        impulses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_counts_as_silent_only_after_others_played_for_long() {
        let mut ears = Ears::default();
        let mut levels = [f32::NEG_INFINITY; STRIPS];
        for _ in 0..100 {
            ears.listen(&levels, 1.0);
        }
        assert_eq!(ears.heard(), None, "nobody played");
        levels[2] = -12.3;
        (0..25).for_each(|_| ears.listen(&levels, 1.0));
        let heard = ears.heard().expect("a window is over");
        assert_eq!((heard[2], heard[3]), (-12, NOTHING));
        levels[3] = -30.0;
        ears.listen(&levels, 1.0);
        assert_eq!(ears.heard().map(|heard| heard[3]), Some(-30), "at once");
        levels[3] = f32::NEG_INFINITY;
        (0..60).for_each(|_| ears.listen(&levels, 1.0));
        assert_eq!(ears.heard().map(|heard| heard[3]), Some(NOTHING), "forgotten in time");
    }

    #[test]
    fn costs_that_differ_by_little_share_a_class_and_twice_the_cost_is_two_classes_up() {
        assert_eq!((class(0.0), class(1.0)), (0, 1));
        assert_eq!(class(85.0), class(105.0));
        assert_eq!(class(200.0), class(100.0) + 2);
    }
}
