//! Makes what runs follow what the session says: builds effects, works out what stays, moves, goes
//! and comes, and hands the new structure over.
//!
//! Not here: sound, and how a structure is taken over (`crate::engine::rack`). Any thread but the
//! audio thread; building an effect may take a while.
//!
//! The workshop compares the session with what it handed over last, so it does not matter how many
//! edits lie between: while one structure is on its way, edits gather and go together with the next.

mod lanes;
mod maker;
mod structure;

use super::Session;
use crate::engine::compare::Hearing;
use crate::engine::rack::{Message, Office, Plan};
use crate::routing::{MACROS, Node};
use maker::Maker;
pub use maker::{CHANGED, Refusal, can_run, fits, key_edges, latencies, latency, timing};
use std::collections::{HashMap, HashSet};
use structure::{Drawing, Structure};

/// How far an update came.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// What runs, or is on its way, is what the session says.
    Settled,
    /// Another structure is on its way, or the engine was told too much at once; update again.
    Waiting,
    /// The session asks for what cannot be.
    Refused(Refusal),
}

/// What slots' effects were last told, by slot id.
type Told = HashMap<u64, ToldSlot>;

/// What one slot was told: plain values (NaN where a macro has the word) and its amount.
#[derive(Clone, Debug, PartialEq)]
struct ToldSlot {
    values: Vec<f32>,
    amount: f32,
}

/// A structure to begin with, before there is an engine.
pub struct Opening {
    maker: Maker,
    structure: Structure,
    told: Told,
}

impl Opening {
    /// Builds everything a session says for an engine at `sample_rate` Hz; `macros` are the macros'
    /// values, 0..1.
    pub fn new(session: &Session, macros: &[f32; MACROS], sample_rate: f64) -> (Opening, Plan) {
        let mut maker = Maker::new(sample_rate);
        let mut told = Told::new();
        let Drawing { structure, plan, .. } =
            structure::draw(&mut maker, &Structure::default(), session, macros, &mut told);
        (Opening { maker, structure, told }, plan)
    }

    /// Takes up work for the engine that was made with the opening's plan. `longest` is the longest
    /// latency it has memory for, in samples.
    pub fn workshop(self, office: Office, longest: u32) -> Workshop {
        Workshop {
            maker: self.maker,
            office,
            longest,
            landed: self.structure,
            flying: None,
            told: self.told,
        }
    }
}

/// The place where structures are made for one engine.
pub struct Workshop {
    maker: Maker,
    office: Office,
    /// What the latency may be at most, in samples.
    longest: u32,
    landed: Structure,
    flying: Option<Flight>,
    told: Told,
}

/// A structure on its way.
struct Flight {
    structure: Structure,
    /// Slots whose effect is built anew in it; they cannot be told anything before it has landed.
    built: HashSet<u64>,
}

impl Workshop {
    /// Brings what runs closer to what the session says, as far as that goes at once; `macros` are
    /// the macros' values, 0..1.
    pub fn update(&mut self, session: &Session, macros: &[f32; MACROS]) -> Progress {
        let free = self.office.is_free();
        if free && let Some(flight) = self.flying.take() {
            self.landed = flight.structure;
        }
        let latest = self.flying.as_ref().map_or(&self.landed, |flight| &flight.structure);
        if latest.is_of(session) {
            return self.tell(session);
        }
        if !free {
            return Progress::Waiting;
        }
        if let Err(refusal) = fits(session, self.maker.sample_rate, Some(self.longest)) {
            return Progress::Refused(refusal);
        }
        let Drawing { structure, plan, built } =
            structure::draw(&mut self.maker, &self.landed, session, macros, &mut self.told);
        // The office is free, so it takes the plan.
        let _ = self.office.send(Box::new(plan));
        self.flying = Some(Flight { structure, built });
        self.tell(session)
    }

    /// Hears something else of a node's chain: its input and output equally loud, or its output as
    /// it is. Not part of a session.
    pub fn compare(&mut self, node: Node, hearing: Hearing) {
        self.office.tell(Message::Compare { node: node.index(), hearing });
    }

    /// What is wrong with slots, by slot id: an impulse response that is not there.
    pub fn problems(&self) -> &HashMap<u64, String> {
        &self.maker.problems
    }

    /// Whether a structure is on its way.
    pub fn is_flying(&mut self) -> bool {
        !self.office.is_free()
    }

    /// Tells what needs no new structure: settings, amounts, levels.
    fn tell(&mut self, session: &Session) -> Progress {
        let Workshop { office, landed, flying, told, .. } = self;
        let mut complete = true;
        let mut say = |message| {
            let said = office.tell(message);
            complete &= said;
            said
        };
        let mut waits = false;
        let (latest, built) = match flying {
            Some(flight) => (&flight.structure, Some(&flight.built)),
            None => (&*landed, None),
        };
        for slot in session.chains.iter().flat_map(|chain| chain.slots()) {
            let Some(told) = told.get_mut(&slot.id) else { continue };
            let mut news = Vec::new();
            let values = slot.effect.known().map_or(&[][..], |known| &known.values);
            for (index, plain) in values.iter().enumerate() {
                if told.values[index] != *plain && !latest.is_driven(slot.id, index) {
                    news.push(Message::Setting { slot: slot.id, index, plain: *plain });
                }
            }
            if told.amount != slot.amount() {
                news.push(Message::Amount { slot: slot.id, amount: slot.amount() });
            }
            if !news.is_empty() && built.is_some_and(|built| built.contains(&slot.id)) {
                waits = true;
                continue;
            }
            for message in news {
                if say(message) {
                    match message {
                        Message::Setting { index, plain, .. } => told.values[index] = plain,
                        _ => told.amount = slot.amount(),
                    }
                }
            }
        }
        // Lanes go by their position, so they are told only when nothing is on its way.
        match flying {
            Some(flight) => waits |= !flight.structure.has_levels_of(session),
            None => landed.tell_levels(session, &mut say),
        }
        if complete && !waits { Progress::Settled } else { Progress::Waiting }
    }
}
