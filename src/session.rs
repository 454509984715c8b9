//! What is saved beside the parameters: names, colours, insert chains, macros, scenes.
//!
//! Not here: parameter values, the plugin framework, the audio thread. Main thread only.
//!
//! | version | what it brought |
//! |---|---|
//! | 1 | names, the editor's size |
//! | 2 | insert chains, macros, colours, zoom, theme, what is intended |
//! | 3 | scenes |

pub mod clipboard;
pub mod file;
pub mod library;
pub mod macros;
pub mod scenes;
pub mod workshop;

use crate::routing::chain::{Chain, LANES, SLOTS, Slot};
use crate::routing::{BUSES, MACROS, NODES, Node, STRIPS};
use macros::Macro;
use scenes::Scenes;
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::RangeInclusive;

/// The version this program writes. A session of a newer one is refused.
pub const VERSION: u32 = 3;

/// What a slot's id may be: up to what every JSON reader keeps exactly.
const SLOT_IDS: RangeInclusive<u64> = 1..=1 << 53;

/// Everything a project recalls besides parameter values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Session {
    /// The format's version, [`VERSION`] when written by this program.
    pub version: u32,
    /// The strips' names; empty means the default, "Strip 3".
    #[serde(default)]
    pub strip_names: Vec<String>,
    /// The buses' names; empty means the default, "Bus 3".
    #[serde(default)]
    pub bus_names: Vec<String>,
    /// The editor's size in logical pixels.
    #[serde(default = "default_editor_size")]
    pub editor_size: [u32; 2],
    /// The editor's zoom in percent.
    #[serde(default = "default_editor_zoom")]
    pub editor_zoom: u32,
    /// Whether the editor is light.
    #[serde(default)]
    pub editor_light: bool,
    /// The strips' colours as indices into the editor's palette from 1; 0 means none.
    #[serde(default)]
    pub strip_colours: Vec<u8>,
    /// The buses' colours, like the strips'.
    #[serde(default)]
    pub bus_colours: Vec<u8>,
    /// The insert chains, one a node in [`Node::index`]'s order.
    #[serde(default = "no_chains", with = "by_node")]
    pub chains: Vec<Chain>,
    /// What the macros drive, one entry a macro.
    #[serde(default)]
    pub macros: Vec<Macro>,
    /// Stored states of the mix, and what recalling one may touch.
    #[serde(default, skip_serializing_if = "Scenes::is_left_out")]
    pub scenes: Scenes,
    /// Keys of what Route Check found and the user marked as intended.
    #[serde(default)]
    pub intended: Vec<String>,
    /// Route Check warns of latencies above this, in milliseconds; `None` if any will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_budget_ms: Option<f32>,
    /// Fields of this version's future, kept as they are.
    #[serde(flatten)]
    pub unknown: serde_json::Map<String, serde_json::Value>,
}

/// The editor's size on first opening, in logical pixels.
pub fn default_editor_size() -> [u32; 2] {
    [1180, 720]
}

/// The editor's zoom on first opening, in percent.
pub fn default_editor_zoom() -> u32 {
    100
}

impl Default for Session {
    fn default() -> Self {
        Session {
            version: VERSION,
            strip_names: vec![String::new(); STRIPS],
            bus_names: vec![String::new(); BUSES],
            editor_size: default_editor_size(),
            editor_zoom: default_editor_zoom(),
            editor_light: false,
            strip_colours: vec![0; STRIPS],
            bus_colours: vec![0; BUSES],
            chains: no_chains(),
            macros: vec![Macro::default(); MACROS],
            scenes: Scenes::default(),
            intended: Vec::new(),
            latency_budget_ms: None,
            unknown: serde_json::Map::new(),
        }
    }
}

/// As derived, but for the bytes of impulse responses that chains and scenes both have.
impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.scenes.shares_impulses_with(&self.chains) {
            return Session::serialize(self, serializer);
        }
        let scenes = self.scenes.clone().without_impulses_of(&self.chains);
        Session::serialize(&Session { scenes, ..self.clone() }, serializer)
    }
}

impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Session, D::Error> {
        let mut session = Session::deserialize(deserializer)?;
        session.scenes.find_impulses_in(&session.chains);
        Ok(session)
    }
}

fn no_chains() -> Vec<Chain> {
    vec![Chain::default(); NODES]
}

/// Chains are saved by their node's name; empty ones are left out.
mod by_node {
    use super::*;
    use serde::de::Error;
    use serde::ser::SerializeMap;
    use std::collections::BTreeMap;

    pub fn serialize<S: Serializer>(chains: &[Chain], serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (index, chain) in chains.iter().enumerate().filter(|(_, chain)| !chain.is_empty()) {
            map.serialize_entry(&Node::from_index(index).to_string(), chain)?;
        }
        map.end()
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Chain>, D::Error> {
        let mut chains = no_chains();
        for (name, chain) in BTreeMap::<String, Chain>::deserialize(deserializer)? {
            let Some(node) = Node::from_name(&name) else {
                return Err(D::Error::custom(format!(
                    "there is no {name:?} to hold a chain; they are Strip 1 to {STRIPS}, Bus 1 to {BUSES} and Main"
                )));
            };
            if chain.lanes.len() > LANES {
                let found = chain.lanes.len();
                return Err(D::Error::custom(format!(
                    "the chain of {node} has {found} lanes; it holds {LANES}"
                )));
            }
            if let Some(lane) = chain.lanes.iter().find(|lane| lane.slots.len() > SLOTS) {
                let found = lane.slots.len();
                return Err(D::Error::custom(format!(
                    "a lane of {node} has {found} slots; it holds {SLOTS}"
                )));
            }
            chains[node.index()] = chain;
        }
        Ok(chains)
    }
}

/// Why a session was refused; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Not JSON, or not of a session's shape.
    #[error("the session cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Written by a newer Switchyard.
    #[error(
        "the session is of version {found}, this Switchyard reads up to {VERSION}: update Switchyard"
    )]
    Newer {
        /// The version found.
        found: u32,
    },
}

impl Session {
    /// Reads a session from JSON; lists of names are made as long as there are strips and buses.
    ///
    /// # Errors
    /// [`SessionError`] says what is wrong and where.
    pub fn from_json(json: &str) -> Result<Session, SessionError> {
        let mut session: Session = serde_json::from_str(json)?;
        if session.version > VERSION {
            return Err(SessionError::Newer { found: session.version });
        }
        session.version = VERSION;
        session.strip_names.resize(STRIPS, String::new());
        session.bus_names.resize(BUSES, String::new());
        session.strip_colours.resize(STRIPS, 0);
        session.bus_colours.resize(BUSES, 0);
        session.macros.resize(MACROS, Macro::default());
        session.number_slots();
        macros::keep_one_a_target(&mut session.macros);
        Ok(session)
    }

    /// An id no slot has, be it in a chain or in a scene.
    pub fn free_slot_id(&self) -> u64 {
        let ids = self.chains.iter().flat_map(Chain::slots).map(|slot| slot.id);
        let highest = ids.filter(|id| SLOT_IDS.contains(id)).max().unwrap_or(0);
        highest.max(self.scenes.highest_slot_id()) + 1
    }

    /// The slot with this id, and whose chain it is in.
    pub fn slot(&self, id: u64) -> Option<(Node, &Slot)> {
        let slots = |(index, chain)| {
            let node = Node::from_index(index);
            Chain::slots(chain).map(move |slot| (node, slot))
        };
        self.chains.iter().enumerate().flat_map(slots).find(|(_, slot)| slot.id == id)
    }

    /// The slot with this id, to change it.
    pub fn slot_mut(&mut self, id: u64) -> Option<&mut Slot> {
        self.chains.iter_mut().flat_map(Chain::slots_mut).find(|slot| slot.id == id)
    }

    /// Gives every slot an id of its own: those without one, and the later of two with the same.
    pub fn number_slots(&mut self) {
        let mut next = self.free_slot_id();
        let mut seen = HashSet::new();
        for slot in self.chains.iter_mut().flat_map(Chain::slots_mut) {
            if !SLOT_IDS.contains(&slot.id) || !seen.insert(slot.id) {
                slot.id = next;
                seen.insert(next);
                next += 1;
            }
        }
    }

    /// The session as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a session holds only strings and numbers")
    }
}
