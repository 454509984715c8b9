//! A strip, a bus, a chain or one slot as text, so that it can be copied from one instance and pasted
//! into another, mailed, and kept under version control.
//!
//! Not here: the clipboard itself. Pure; main thread.
//!
//! It is a session file (see [`super::file`]) that says what it is a part of:
//!
//! ```json
//! {
//!   "switchyard": 2,
//!   "kind": "strip",
//!   "of": "Strip 3",
//!   "name": "Vox",
//!   "colour": 7,
//!   "parameters": {"s3fd": 0.7, "s3b4": 0.45},
//!   "session": {"version": 2, "chains": {"Strip 3": {"lanes": []}}}
//! }
//! ```
//!
//! A whole session has no kind: its text is the file's. What a strip brings is everything it is
//! but its input port, its solo and the ids of its slots; its name and colour only to a strip that
//! has none.

use super::file::{self, FileError};
use super::{Session, VERSION};
use crate::routing::chain::{Chain, Lane, Slot};
use crate::routing::parameter::{ALL, Parameter};
use crate::routing::{BUSES, Node, Routing, STRIPS, Tap};
use crate::schedule::{self, Admission, Timing};
use serde_json::{Map, Value, json};

/// A copied session is some tens of kilobytes; a longer text, in bytes, is not looked at.
const LARGEST: usize = 16 << 20;

/// What can be pasted.
#[derive(Clone, Debug, PartialEq)]
pub enum Clip {
    /// A whole session.
    Session(Box<(Routing, Session)>),
    /// A strip or a bus.
    Channel(Box<Channel>),
    /// A whole chain.
    Chain(Box<Chain>),
    /// One slot.
    Slot(Box<Slot>),
}

/// A copied strip or bus.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Which it was.
    pub of: Node,
    /// What the user called it; empty if nothing.
    pub name: String,
    /// Its colour, as in a session.
    pub colour: u8,
    /// The mixer it was in, of which only its own values and chain are known.
    values: Routing,
    chain: Chain,
}

/// Why a text cannot be pasted; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// Text of something else.
    #[error("the clipboard holds nothing of Switchyard")]
    NotOurs,
    /// Ours, and damaged or of a newer version.
    #[error("what the clipboard holds cannot be pasted: {0}")]
    Damaged(#[from] FileError),
    /// A kind this version does not know.
    #[error(
        "the clipboard holds a {0:?} of Switchyard, which this version does not know: update Switchyard"
    )]
    Unknown(String),
    /// A place that is missing or does not fit the kind.
    #[error("what the clipboard holds cannot be pasted: it does not say what it is a copy of")]
    Placeless,
    /// A strip for a bus, or the other way round.
    #[error("the clipboard holds {found}; it can be pasted on {fitting}")]
    Elsewhere {
        /// What was copied.
        found: &'static str,
        /// Where it belongs.
        fitting: &'static str,
    },
}

impl Clip {
    /// What it is, with its article, for sentences.
    pub fn word(&self) -> &'static str {
        match self {
            Clip::Session(_) => "a whole session",
            Clip::Channel(channel) => channel.word(),
            Clip::Chain(_) => "a chain",
            Clip::Slot(_) => "an effect",
        }
    }

    /// Where it can be pasted.
    pub fn fitting(&self) -> &'static str {
        match self {
            Clip::Session(_) => "the session, by its menu",
            Clip::Channel(channel) if matches!(channel.of, Node::Strip(_)) => "a strip",
            Clip::Channel(_) => "a bus",
            Clip::Chain(_) | Clip::Slot(_) => "a chain",
        }
    }

    /// The refusal of a place it does not fit.
    pub fn elsewhere(&self) -> ClipError {
        ClipError::Elsewhere { found: self.word(), fitting: self.fitting() }
    }
}

/// A strip or a bus as text; nothing for Main, which has no like.
pub fn channel(routing: &Routing, session: &Session, node: Node) -> Option<String> {
    let (kind, name, colour) = match node {
        Node::Strip(i) => ("strip", session.strip_names.get(i), session.strip_colours.get(i)),
        Node::Bus(j) => ("bus", session.bus_names.get(j), session.bus_colours.get(j)),
        Node::Main => return None,
    };
    let mut own = Routing::default();
    for parameter in ALL.iter().filter(|parameter| owner(**parameter) == Some(node)) {
        parameter.set(&mut own, parameter.get(routing));
    }
    let chain = session.chains.get(node.index()).cloned().unwrap_or_default();
    let mut clip = part(kind, node, chain);
    clip.insert("parameters".into(), file::values(&own));
    clip.insert("name".into(), json!(name));
    clip.insert("colour".into(), json!(colour));
    Some(text(clip))
}

/// A chain as text.
pub fn chain(chain: &Chain) -> String {
    text(part("chain", Node::Main, chain.clone()))
}

/// One slot as text.
pub fn slot(slot: &Slot) -> String {
    let lane = Lane { slots: vec![slot.clone()], ..Lane::default() };
    text(part("slot", Node::Main, Chain { lanes: vec![lane], ..Chain::default() }))
}

fn part(kind: &str, node: Node, chain: Chain) -> Map<String, Value> {
    let chains = Map::from_iter([(node.to_string(), json!(chain))]);
    let fields = [
        ("switchyard", json!(VERSION)),
        ("kind", json!(kind)),
        ("of", json!(node.to_string())),
        ("session", json!({"version": VERSION, "chains": chains})),
    ];
    fields.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}

fn text(clip: Map<String, Value>) -> String {
    let mut text = serde_json::to_string_pretty(&clip).expect("it holds only texts and numbers");
    text.push('\n');
    text
}

/// Reads what [`channel`], [`chain`] or [`slot`] wrote, or a session file.
///
/// # Errors
/// [`ClipError`] says what is wrong and where.
pub fn read(text: &str) -> Result<Clip, ClipError> {
    let trimmed = text.trim_start_matches('\u{feff}').trim();
    if text.len() > LARGEST || !trimmed.starts_with('{') || !trimmed.contains("\"switchyard\"") {
        return Err(ClipError::NotOurs);
    }
    let value: Value = serde_json::from_str(trimmed).map_err(FileError::from)?;
    let Value::Object(mut clip) = value else { return Err(ClipError::NotOurs) };
    let Some(kind) = clip.remove("kind") else {
        return Ok(Clip::Session(Box::new(file::from_json(trimmed)?)));
    };
    let word = |value: Option<Value>| match value {
        Some(Value::String(word)) => word,
        _ => String::new(),
    };
    let (kind, of, name) = (word(Some(kind)), word(clip.remove("of")), word(clip.remove("name")));
    let colour = clip.remove("colour").as_ref().and_then(Value::as_u64).unwrap_or(0);
    // A newer one may have kinds of its own; its version is the better reason.
    let (values, mut session) = file::from_map(clip)?;
    if !["strip", "bus", "chain", "slot"].contains(&kind.as_str()) {
        return Err(ClipError::Unknown(kind));
    }
    let of = Node::from_name(&of).ok_or(ClipError::Placeless)?;
    let chain = std::mem::take(&mut session.chains[of.index()]);
    match (kind.as_str(), of) {
        ("strip", Node::Strip(_)) | ("bus", Node::Bus(_)) => {
            let colour = u8::try_from(colour).unwrap_or(0);
            Ok(Clip::Channel(Box::new(Channel { of, name, colour, values, chain })))
        }
        ("chain", _) => Ok(Clip::Chain(Box::new(chain))),
        ("slot", _) => match chain.lanes.into_iter().flat_map(|lane| lane.slots).next() {
            Some(slot) => Ok(Clip::Slot(Box::new(slot))),
            None => Err(ClipError::Placeless),
        },
        _ => Err(ClipError::Placeless),
    }
}

impl Channel {
    /// What it is, with its article.
    pub fn word(&self) -> &'static str {
        if matches!(self.of, Node::Strip(_)) { "a strip" } else { "a bus" }
    }

    /// What the user called it, or its number.
    pub fn title(&self) -> String {
        if self.name.is_empty() { self.of.to_string() } else { self.name.clone() }
    }

    /// Makes a strip or a bus what this one was. Connections the matrix would refuse, because they
    /// close a loop or leave a Mix, stay off.
    ///
    /// # Errors
    /// [`ClipError::Elsewhere`] if it is none of its kind; then nothing changes.
    pub fn paste(
        &self,
        node: Node,
        routing: &mut Routing,
        session: &mut Session,
    ) -> Result<(), ClipError> {
        let fits = matches!(
            (self.of, node),
            (Node::Strip(_), Node::Strip(_)) | (Node::Bus(_), Node::Bus(_))
        );
        if !fits {
            let fitting = if matches!(self.of, Node::Strip(_)) { "a strip" } else { "a bus" };
            return Err(ClipError::Elsewhere { found: self.word(), fitting });
        }
        let before = *routing;
        for parameter in ALL.iter().filter(|parameter| owner(**parameter) == Some(self.of)) {
            if let Some(own) = moved(*parameter, node) {
                own.set(routing, parameter.get(&self.values));
            }
        }
        if let Node::Bus(bus) = node {
            close_refused(routing, &before, bus);
        }
        let (name, colour) = match node {
            Node::Strip(i) => (&mut session.strip_names[i], &mut session.strip_colours[i]),
            Node::Bus(j) => (&mut session.bus_names[j], &mut session.bus_colours[j]),
            Node::Main => return Ok(()),
        };
        if name.is_empty() {
            self.name.clone_into(name);
        }
        if *colour == 0 {
            *colour = self.colour;
        }
        let mut chain = self.chain.clone();
        chain.slots_mut().for_each(|slot| slot.id = 0);
        session.chains[node.index()] = chain;
        session.number_slots();
        Ok(())
    }
}

/// Closes the edges of a bus that were opened and are refused.
fn close_refused(routing: &mut Routing, before: &Routing, bus: usize) {
    let schedule = schedule::compile(routing, &Timing::ZERO);
    for to in 0..BUSES {
        let opened = !before.buses[bus].sends[to].is_connected();
        let refused =
            matches!(schedule.admission(STRIPS + bus, to), Admission::Loop | Admission::Role);
        if to == bus || (opened && refused) {
            routing.buses[bus].sends[to] = before.buses[bus].sends[to];
            if to != bus {
                routing.buses[bus].sends[to].tap = Tap::Off;
            }
        }
    }
}

/// Whose a value is that a copy brings.
fn owner(parameter: Parameter) -> Option<Node> {
    use Parameter as P;
    match parameter {
        P::StripFader(i)
        | P::StripPan(i)
        | P::StripMute(i)
        | P::StripTrim(i)
        | P::StripInsertMix(i)
        | P::StripLevel(i, _)
        | P::StripTap(i, _)
        | P::StripMainTap(i)
        | P::StripPolarity(i)
        | P::StripSource(i) => Some(Node::Strip(i.into())),
        P::BusFader(j)
        | P::BusPan(j)
        | P::BusMute(j)
        | P::BusInsertMix(j)
        | P::BusLevel(j, _)
        | P::BusTap(j, _)
        | P::BusMainTap(j)
        | P::BusRole(j)
        | P::BusImmediate(j)
        | P::BusPanFollow(j) => Some(Node::Bus(j.into())),
        _ => None,
    }
}

/// The same value of another strip or bus; nothing where a bus would meet itself.
fn moved(parameter: Parameter, node: Node) -> Option<Parameter> {
    use Parameter as P;
    let at = match node {
        Node::Strip(i) => i as u8,
        Node::Bus(j) => j as u8,
        Node::Main => return None,
    };
    Some(match parameter {
        P::StripFader(_) => P::StripFader(at),
        P::StripPan(_) => P::StripPan(at),
        P::StripMute(_) => P::StripMute(at),
        P::StripTrim(_) => P::StripTrim(at),
        P::StripInsertMix(_) => P::StripInsertMix(at),
        P::StripLevel(_, to) => P::StripLevel(at, to),
        P::StripTap(_, to) => P::StripTap(at, to),
        P::StripMainTap(_) => P::StripMainTap(at),
        P::StripPolarity(_) => P::StripPolarity(at),
        P::StripSource(_) => P::StripSource(at),
        P::BusFader(_) => P::BusFader(at),
        P::BusPan(_) => P::BusPan(at),
        P::BusMute(_) => P::BusMute(at),
        P::BusInsertMix(_) => P::BusInsertMix(at),
        P::BusLevel(_, to) if to != at => P::BusLevel(at, to),
        P::BusTap(_, to) if to != at => P::BusTap(at, to),
        P::BusMainTap(_) => P::BusMainTap(at),
        P::BusRole(_) => P::BusRole(at),
        P::BusImmediate(_) => P::BusImmediate(at),
        P::BusPanFollow(_) => P::BusPanFollow(at),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
