//! Route Check: reads a routing and says in plain sentences what in it is probably not meant.
//!
//! Not here: sound, threads, drawing, and the repairing of anything. A finding *offers* fixes as
//! values; who applies one is the user. Pure functions on plain values for the main thread; they
//! allocate.
//!
//! ```text
//!  Routing ──────┐
//!  Session ──────┼─► Desk (what is joined to what, what is in use) ─► rules, one by one ─► findings
//!  Surroundings ─┘
//! ```
//!
//! **Architecture invariant**: findings depend on the three values alone, never on what was found
//! before, and come in the same order. A finding's key (rule and places) does not contain levels or
//! names, so that a mark "intended" outlives both.

mod chains;
mod desk;
mod fix;
mod guide;
mod host;
mod keys;
mod levels;
mod paths;
mod returns;
mod rules;
mod sends;
mod talkback;

pub use fix::{Edit, Fix};
pub use guide::guide;
pub use rules::{RULES, Rule};

use crate::effects::Kind;
use crate::routing::chain::Chain;
use crate::routing::{INPUT_PORTS, Node, OUTPUT_PORTS, Routing, STRIPS};
use crate::session::Session;
use crate::session::workshop::{self, Refusal};
use desk::Desk;
use std::fmt;

/// How sure it is that something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something does not sound, or not as asked for.
    Error,
    /// It sounds, but hardly as meant.
    Warning,
    /// It sounds as meant; something could be simpler.
    Note,
}

impl Severity {
    /// What users read.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Note => "Note",
        }
    }
}

/// A place in the mixer that a finding points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A strip, a bus or Main.
    Node(Node),
    /// The crosspoint from a strip or bus to a bus or Main.
    Edge(Node, Node),
    /// A slot, by its id, in the chain of a node.
    Slot(Node, u64),
    /// An input port, counted from 0.
    Input(usize),
    /// An output port, counted from 0.
    Output(usize),
    /// The control room.
    Monitor,
    /// The talkback button.
    Talkback,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Node(node) => write!(f, "{node}"),
            Place::Edge(from, to) => write!(f, "{from} > {to}"),
            Place::Slot(node, id) => write!(f, "{node} slot {id}"),
            Place::Input(port) => write!(f, "Input {}", port + 1),
            Place::Output(port) => write!(f, "Output {port}"),
            Place::Monitor => write!(f, "Monitor"),
            Place::Talkback => write!(f, "Talkback"),
        }
    }
}

/// One thing that is probably not meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule that found it: one of [`RULES`].
    pub id: &'static str,
    /// How sure it is that something is wrong.
    pub severity: Severity,
    /// Where it is, in signal order as far as there is one.
    pub path: Vec<Place>,
    /// What is wrong and what it does to the sound, in one or two sentences.
    pub text: String,
    /// What would put it right, each on its own; where latencies add up, each takes its part.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// What a mark "intended" is saved under: the rule and the places, `"dry-return: Bus 4"`.
    pub fn key(&self) -> String {
        let places: Vec<String> = self.path.iter().map(Place::to_string).collect();
        format!("{}: {}", self.id, places.join(", "))
    }

    /// Whether the user has said that it is meant so.
    pub fn is_intended(&self, session: &Session) -> bool {
        let key = self.key();
        session.intended.contains(&key)
    }
}

/// What became of a slot's impulse response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImpulseFault {
    /// It cannot be loaded; the text says why and what to do.
    Lost(String),
    /// The file is not the one that was saved, and is used all the same.
    Changed,
}

/// What the check has to know besides the routing and the session. The default is a host that gives
/// everything, allows any latency, and of which nothing has been observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Surroundings {
    /// Which input ports the host gives.
    pub inputs: [bool; INPUT_PORTS],
    /// Which output ports the host gives.
    pub outputs: [bool; OUTPUT_PORTS],
    /// Samples per second.
    pub sample_rate: f64,
    /// The longest latency the user allows, in milliseconds; `None` if any will do.
    pub latency_budget_ms: Option<f32>,
    /// Slots' latencies in samples, by slot id; those not named have none. [`latencies`] asks the
    /// effects for them.
    pub latencies: Vec<(u64, u32)>,
    /// Why the session's chains cannot be run as they are, if they cannot.
    pub refusal: Option<Refusal>,
    /// The highest peak (linear) lately seen at each strip's Input tap; `None` if nobody looked.
    pub peaks: Option<[f32; STRIPS]>,
    /// Strips whose input held something that is not a number.
    pub faults: [bool; STRIPS],
    /// Slots whose effect gave out something that is not a number.
    pub effect_faults: Vec<u64>,
    /// What one effect of a kind costs, in nanoseconds per frame of one stereo instance, measured.
    pub costs: Vec<(Kind, f32)>,
    /// What is wrong with impulse responses, by slot id.
    pub impulses: Vec<(u64, ImpulseFault)>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Surroundings {
            inputs: [true; INPUT_PORTS],
            outputs: [true; OUTPUT_PORTS],
            sample_rate: 48_000.0,
            latency_budget_ms: None,
            latencies: Vec::new(),
            refusal: None,
            peaks: None,
            faults: [false; STRIPS],
            effect_faults: Vec::new(),
            costs: Vec::new(),
            impulses: Vec::new(),
        }
    }
}

/// What the slots of a session are late by, in samples at a sample rate in Hz: by slot id, for those
/// that are late at all. Some effects are built to be asked. [main-thread]
pub fn latencies(session: &Session, sample_rate: f64) -> Vec<(u64, u32)> {
    let slots = session.chains.iter().flat_map(Chain::slots);
    let late = slots.filter_map(|slot| {
        let latency = workshop::latency(slot.effect.known()?, sample_rate);
        (latency > 0).then_some((slot.id, latency))
    });
    late.collect()
}

/// Everything [`RULES`] find: errors first, then in the table's order, then by place. Findings the
/// user marked as intended are among them; [`Finding::is_intended`] tells. [main-thread]
pub fn check(routing: &Routing, session: &Session, surroundings: &Surroundings) -> Vec<Finding> {
    let desk = Desk::new(routing, session, surroundings);
    let mut findings = Vec::new();
    let mut rules: Vec<&Rule> = RULES.iter().collect();
    rules.sort_by_key(|rule| rule.severity);
    for rule in rules {
        let mut found: Vec<Finding> = (rule.find)(&desk)
            .into_iter()
            .map(|seen| Finding {
                id: rule.id,
                severity: rule.severity,
                path: seen.path,
                text: seen.text,
                fixes: seen.fixes,
            })
            .collect();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        findings.append(&mut found);
    }
    findings
}
