//! How scenes are written into a session's JSON and read from it.
//!
//! Not here: what a scene means ([`super`]). What is damaged is refused with its place, as the rest of
//! a session is. Main thread.

use super::{SCENES, Scene, Scenes, Scope};
use crate::routing::chain::Chain;
use crate::routing::parameter::Parameter;
use crate::routing::{MACROS, NODES, Node, STRIPS};
use crate::session::file::{Values, read_value};
use crate::session::macros::Target;
use crate::session::{SLOT_IDS, by_node};
use serde::de::{Deserializer, Error};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A list as a JSON object by number from 1, without its empty entries.
struct Numbered<'a, T, F: Fn(&T) -> bool>(&'a [T], F);

impl<T: Serialize, F: Fn(&T) -> bool> Serialize for Numbered<'_, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (at, one) in self.0.iter().enumerate().filter(|(_, one)| !(self.1)(one)) {
            map.serialize_entry(&(at + 1).to_string(), one)?;
        }
        map.end()
    }
}

/// Puts numbered entries back to their places.
fn by_number<T, E: Error>(
    what: &str,
    found: BTreeMap<String, T>,
    places: usize,
    mut put: impl FnMut(usize, T),
) -> Result<(), E> {
    for (name, one) in found {
        let number = name.parse::<usize>().ok().filter(|number| (1..=places).contains(number));
        let Some(number) = number else {
            return Err(E::custom(format!("there is no {what} {name:?}; they are 1 to {places}")));
        };
        put(number - 1, one);
    }
    Ok(())
}

struct ByNode<'a>(&'a [Chain]);

impl Serialize for ByNode<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        by_node::serialize(self.0, serializer)
    }
}

impl Serialize for Scene {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.name.is_empty() {
            map.serialize_entry("name", &self.name)?;
        }
        map.serialize_entry("parameters", &Values(|parameter| self.value(parameter)))?;
        if self.chains.iter().any(|chain| !chain.is_empty()) {
            map.serialize_entry("chains", &ByNode(&self.chains))?;
        }
        if self.drives.iter().any(|drives| !drives.is_empty()) {
            map.serialize_entry("drives", &Numbered(&self.drives, |drives| drives.is_empty()))?;
        }
        self.unknown.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

#[derive(Deserialize)]
struct SavedScene {
    #[serde(default)]
    name: String,
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default = "super::super::no_chains", with = "by_node")]
    chains: Vec<Chain>,
    #[serde(default)]
    drives: BTreeMap<String, Vec<Target>>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Scene {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scene, D::Error> {
        let saved = SavedScene::deserialize(deserializer)?;
        let mut scene = Scene { name: saved.name, chains: saved.chains, ..Scene::empty() };
        scene.unknown = saved.unknown;
        for (id, value) in &saved.parameters {
            let (parameter, plain): (Parameter, f32) =
                read_value(id, value).map_err(D::Error::custom)?;
            scene.values[parameter.index()] = plain;
        }
        by_number("macro", saved.drives, MACROS, |at, drives| scene.drives[at] = drives)?;
        number_slots(&mut scene.chains);
        Ok(scene)
    }
}

/// Gives every slot of a scene an id of its own: those without one, and the later of two with the
/// same.
fn number_slots(chains: &mut [Chain]) {
    let slots = || chains.iter().flat_map(Chain::slots);
    let highest = slots().map(|slot| slot.id).filter(|id| SLOT_IDS.contains(id)).max();
    let mut next = highest.unwrap_or(0) + 1;
    let mut seen = HashSet::new();
    for slot in chains.iter_mut().flat_map(Chain::slots_mut) {
        if !SLOT_IDS.contains(&slot.id) || !seen.insert(slot.id) {
            slot.id = next;
            seen.insert(next);
            next += 1;
        }
    }
}

impl Serialize for Scenes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let stored: Vec<Option<&Scene>> = self.stored.iter().map(Option::as_deref).collect();
        map.serialize_entry("stored", &Numbered(&stored, |scene| scene.is_none()))?;
        map.serialize_entry("scope", &self.scope)?;
        let safes = (0..NODES).map(Node::from_index).filter(|node| self.is_safe(*node));
        map.serialize_entry("safes", &safes.map(|node| node.to_string()).collect::<Vec<_>>())?;
        if !self.impulses.is_empty() {
            let bytes = self.impulses.iter().map(|(hash, bytes)| (hash.as_str(), &**bytes));
            map.serialize_entry("impulses", &bytes.collect::<BTreeMap<&str, &str>>())?;
        }
        self.unknown.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

#[derive(Deserialize)]
struct SavedScenes {
    #[serde(default)]
    stored: BTreeMap<String, Scene>,
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    safes: Vec<String>,
    #[serde(default)]
    impulses: BTreeMap<String, String>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Scenes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scenes, D::Error> {
        let saved = SavedScenes::deserialize(deserializer)?;
        let mut scenes = Scenes { scope: saved.scope, unknown: saved.unknown, ..Scenes::default() };
        by_number("scene", saved.stored, SCENES, |at, scene| {
            scenes.put(at, Some(Arc::new(scene)));
        })?;
        // Bytes of its own; those that the session's chains have too are not written twice.
        let bytes = saved.impulses.into_iter().map(|(hash, bytes)| (hash, bytes.into()));
        scenes.impulses.extend(bytes);
        for name in saved.safes {
            let Some(node) = Node::from_name(&name) else {
                return Err(D::Error::custom(format!(
                    "there is no {name:?} to be safe; they are Strip 1 to {STRIPS}, Bus 1 to {} and Main",
                    crate::routing::BUSES
                )));
            };
            scenes.set_safe(node, true);
        }
        Ok(scenes)
    }
}
