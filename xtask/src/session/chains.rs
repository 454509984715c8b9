//! Insert chains as a render session writes them: nodes, effects, settings and keys by the names
//! users see, values as the plugin's texts, impulse responses by name or by file.
//!
//! What is wrong is refused by where it stands, except for an impulse response whose file is not
//! there: its effect passes the sound on, as in a project moved without it, and a note says so. Not
//! here: the JSON's shape and how chains sound.

use super::json::{Entries, FileChain, FileSlot, FileSlots, Object, Text};
use super::nearest::suggestion;
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use switchyard::effects::impulse::{BUILT_IN, Fault, ImpulseRef};
use switchyard::effects::{EffectSpec, Kind, Setting, Taper};
use switchyard::routing::chain::{Chain, Key, LANES, Lane, SLOTS, Slot};
use switchyard::routing::parameter::Parameter;
use switchyard::routing::{NODES, Node, Tap};
use switchyard::units::Fader;

/// The rate at which a file is tried out; any would do.
const ANY_RATE: f64 = 48_000.0;

/// The chains, and what else is to be known about them.
pub(super) struct Chains {
    /// One a node in the order of [`Node::index`].
    pub(super) all: Vec<Chain>,
    /// The ids of the slots that have a name.
    pub(super) named: HashMap<String, u64>,
    /// What the user ought to know, each a sentence.
    pub(super) notes: Vec<String>,
}

/// Where in the file something stands, for messages.
#[derive(Clone, Copy)]
struct Place {
    node: Node,
    lane: usize,
    slot: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, lane {}, slot {}", self.node, self.lane + 1, self.slot + 1)
    }
}

/// Reads all chains; files are looked for beside `folder`.
pub(super) fn read(entries: Entries<FileChain>, folder: &Path) -> Result<Chains> {
    let all = vec![Chain::default(); NODES];
    let mut chains = Chains { all, named: HashMap::new(), notes: Vec::new() };
    let mut seen = HashSet::new();
    for (name, chain) in entries.0 {
        let node = node(&name)?;
        ensure!(seen.insert(node), "the chain of {node} is given twice");
        chains.all[node.index()] = chains.chain(node, chain, folder)?;
    }
    Ok(chains)
}

/// The node of a name, in any case.
fn node(name: &str) -> Result<Node> {
    Node::from_name(name).ok_or_else(|| {
        let known = (0..NODES).map(|index| Node::from_index(index).to_string());
        let suggestion =
            suggestion(name, known, "they are \"Strip 1\", \"Bus 1\" ... and \"Main\"");
        anyhow!("there is no strip or bus {name:?}; {suggestion}")
    })
}

impl Chains {
    fn chain(&mut self, node: Node, chain: FileChain, folder: &Path) -> Result<Chain> {
        let count = chain.lanes.len();
        ensure!(count > 0, "the chain of {node} has no lanes; leave it out to have none");
        ensure!(count <= LANES, "the chain of {node} has {count} lanes; it holds {LANES}");
        let dry = level(chain.dry, Fader::OFF).with_context(|| format!("{node}, dry"))?;
        let mut lanes = Vec::new();
        for (lane, FileSlots { level: text, slots }) in chain.lanes.into_iter().enumerate() {
            let count = slots.len();
            let shown = lane + 1;
            ensure!(count <= SLOTS, "{node}, lane {shown} has {count} slots; it holds {SLOTS}");
            let level = level(text, Fader::UNITY)
                .with_context(|| format!("{node}, lane {shown}, level"))?;
            let mut read = Vec::new();
            for (slot, Object(file)) in slots.into_iter().enumerate() {
                let place = Place { node, lane, slot };
                read.push(self.slot(place, file, folder).with_context(|| place.to_string())?);
            }
            lanes.push(Lane { level, slots: read });
        }
        Ok(Chain { dry, lanes })
    }

    fn slot(&mut self, place: Place, file: FileSlot, folder: &Path) -> Result<Slot> {
        let kind = effect(&file.effect)?;
        let mut spec = EffectSpec::new(kind);
        let known = spec.known_mut().expect("a new effect is known");
        let mut seen = HashSet::new();
        for (name, Text(text)) in file.settings.0 {
            let (index, line) = setting(kind, &name)?;
            ensure!(seen.insert(index), "{:?} is given twice", line.name);
            known.values[index] = value(line, &text)?;
        }
        if let Some(text) = file.impulse {
            ensure!(kind.has_impulse(), "{} has no impulse response", kind.name());
            known.impulse = Some(self.impulse(place, &text, folder)?);
        }
        // The node and lane before this one have been numbered already; 0 means no id.
        let id = 1 + (place.node.index() * LANES * SLOTS + place.lane * SLOTS + place.slot) as u64;
        let mut slot = Slot::new(id, spec);
        slot.bypass = file.bypass;
        if let Some(Text(text)) = file.mix {
            let per_cent = Parameter::MainInsertMix.from_text(&text);
            let per_cent = per_cent.with_context(|| {
                format!("\"mix\" cannot be {text:?}; it reads values from \"0 %\" to \"100 %\"")
            })?;
            slot.mix = per_cent / 100.0;
        }
        if let Some(key) = file.key {
            ensure!(kind.has_key(), "{} listens to no key; {} do", kind.name(), keyed());
            slot.key = Some(self::key(&key)?);
        }
        if let Some(name) = file.name {
            let doubled = self.named.insert(name.clone(), id).is_some();
            ensure!(!doubled, "another slot is named {name:?} already");
        }
        Ok(slot)
    }

    /// A built-in response, or a file: what has an ending is one.
    fn impulse(&mut self, place: Place, text: &str, folder: &Path) -> Result<ImpulseRef> {
        if let Some(name) = BUILT_IN.into_iter().find(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(ImpulseRef::built_in(name));
        }
        if Path::new(text).extension().is_none() {
            let all = format!("built in are {}", BUILT_IN.join(", "));
            let suggestion = suggestion(text, BUILT_IN, &all);
            bail!("there is no impulse response {text:?}; {suggestion}");
        }
        let file = std::path::absolute(folder.join(text))
            .with_context(|| format!("the impulse response {text:?} is at no place"))?;
        match ImpulseRef::import(&file, ANY_RATE) {
            Ok((found, _)) => Ok(found),
            Err(error) if matches!(error.fault, Fault::Missing) => {
                self.notes.push(format!(
                    "{place}: the impulse response {text:?} is not there; the sound passes unchanged"
                ));
                let name = file.file_name().unwrap_or(file.as_os_str());
                Ok(ImpulseRef {
                    name: name.to_string_lossy().into_owned(),
                    path: Some(file.to_string_lossy().into_owned()),
                    ..ImpulseRef::default()
                })
            }
            Err(error) => bail!("the impulse response {text:?}: {}", error.fault),
        }
    }
}

/// A level as faders write it.
fn level(text: Option<Text>, otherwise: Fader) -> Result<Fader> {
    let Some(Text(text)) = text else { return Ok(otherwise) };
    let position = Parameter::MainFader.from_text(&text).with_context(|| {
        format!("a level cannot be {text:?}; it reads values from \"-inf dB\" to \"10.0 dB\"")
    })?;
    Ok(Fader(position))
}

fn effect(wanted: &str) -> Result<Kind> {
    let lower = wanted.to_lowercase();
    Kind::from_name(wanted).or_else(|| Kind::from_id(&lower)).ok_or_else(|| {
        let all = Kind::ALL.map(Kind::name);
        let suggestion = suggestion(wanted, all, &format!("they are {}", all.join(", ")));
        anyhow!("there is no effect {wanted:?}; {suggestion}")
    })
}

/// The setting of a name, in any case, or id.
pub(super) fn setting(kind: Kind, wanted: &str) -> Result<(usize, &'static Setting)> {
    let lower = wanted.to_lowercase();
    let is_meant = |line: &Setting| line.id == lower || line.name.to_lowercase() == lower;
    let lines = kind.settings();
    lines.iter().enumerate().find(|(_, line)| is_meant(line)).ok_or_else(|| {
        let names: Vec<&str> = lines.iter().map(|line| line.name).collect();
        let suggestion = suggestion(wanted, names.clone(), &format!("it has {}", names.join(", ")));
        anyhow!("{} has no setting {wanted:?}; {suggestion}", kind.name())
    })
}

/// The plain value a text means to a setting.
pub(super) fn value(line: &Setting, text: &str) -> Result<f32> {
    line.from_text(text).ok_or_else(|| {
        let wanted = match line.taper {
            Taper::Toggle => "it is On or Off".to_owned(),
            Taper::Choice(names) => format!("it is one of {}", names.join(", ")),
            Taper::Linear | Taper::Logarithmic => {
                let (low, high) = (line.to_text(line.min), line.to_text(line.max));
                format!("it reads values from {low:?} to {high:?}")
            }
        };
        anyhow!("{:?} cannot be {text:?}; {wanted}", line.name)
    })
}

fn key((source, tap): &(String, String)) -> Result<Key> {
    let node = node(source).context("its key")?;
    let tap = Tap::from_name(tap).filter(|tap| *tap != Tap::Off).with_context(|| {
        let taps = Tap::PLACES.map(Tap::name).join(", ");
        format!("its key: there is no tap {tap:?}; they are {taps}")
    })?;
    Ok(Key { node, tap })
}

/// The effects that listen to keys, in words.
fn keyed() -> String {
    let keyed = Kind::ALL.into_iter().filter(|kind| kind.has_key());
    keyed.map(Kind::name).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests;
