//! An insert chain as the user means it: lanes side by side beside the dry signal, slots one after
//! another in a lane.
//!
//! Not here: sound (`crate::engine::chain`) and the building of effects (`crate::session`). Plain
//! values for the main thread: they are saved, edited, compared. Unlike the routing's other values
//! they are not host parameters.
//!
//! ```json
//! {"dry": 0.75, "lanes": [{"level": 0.75, "slots": [
//!   {"id": 3, "key": ["Strip 2", "Pre"], "effect": "compressor", "settings": {"threshold": -30.0}}]}]}
//! ```

use super::{Fader, Node, Tap};
use crate::effects::{EffectSpec, Kind};
use serde::de::{Deserializer, Error};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most lanes of a chain, besides the dry signal.
pub const LANES: usize = 4;
/// The most slots of a lane.
pub const SLOTS: usize = 8;

/// A whole chain. Without lanes it passes its input on, whatever the dry level is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// How loud the untouched input is beside the lanes.
    #[serde(default = "off", with = "position")]
    pub dry: Fader,
    /// Side by side, at most [`LANES`].
    #[serde(default)]
    pub lanes: Vec<Lane>,
}

/// Slots one after another. Without slots it passes its input on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// How loud the lane is in the chain's sum.
    #[serde(default = "unity", with = "position")]
    pub level: Fader,
    /// In signal order, at most [`SLOTS`].
    #[serde(default)]
    pub slots: Vec<Slot>,
}

/// A place for an effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Which slot it is, wherever it moves; unique in a session, above 0.
    pub id: u64,
    /// Passes the input on, as late as the effect is.
    pub bypass: bool,
    /// How much of the effect is heard, 0 to 1.
    pub mix: f32,
    /// What the effect listens to instead of its input.
    pub key: Option<Key>,
    /// The effect.
    pub effect: EffectSpec,
}

/// What a slot listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose signal.
    pub node: Node,
    /// Where along its path.
    pub tap: Tap,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { dry: Fader::OFF, lanes: Vec::new() }
    }
}

impl Default for Lane {
    fn default() -> Self {
        Lane { level: Fader::UNITY, slots: Vec::new() }
    }
}

impl Chain {
    /// Whether nothing is in it, so that it is not even saved.
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// A serial chain of these slots.
    pub fn serial(slots: impl IntoIterator<Item = Slot>) -> Chain {
        let lane = Lane { slots: slots.into_iter().collect(), ..Lane::default() };
        Chain { lanes: vec![lane], ..Chain::default() }
    }

    /// All slots, lane after lane.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.lanes.iter().flat_map(|lane| &lane.slots)
    }

    /// All slots, lane after lane, to change them.
    pub fn slots_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.lanes.iter_mut().flat_map(|lane| &mut lane.slots)
    }
}

impl Slot {
    /// A new effect, wholly heard. Id 0 is replaced when the session takes it in.
    pub fn new(id: u64, effect: EffectSpec) -> Slot {
        Slot { id, bypass: false, mix: 1.0, key: None, effect }
    }

    /// How much of the effect is to be heard, 0 to 1: mix and bypass in one. An effect of another
    /// version passes sound.
    pub fn amount(&self) -> f32 {
        if self.bypass || self.effect.known().is_none() { 0.0 } else { self.mix }
    }

    /// The key, if the effect listens to one.
    pub fn heard_key(&self) -> Option<Key> {
        self.key.filter(|_| self.effect.known().is_some_and(|known| known.kind.has_key()))
    }

    /// What kind of effect it is, if this version knows it.
    pub fn kind(&self) -> Option<Kind> {
        self.effect.known().map(|known| known.kind)
    }
}

fn off() -> Fader {
    Fader::OFF
}

fn unity() -> Fader {
    Fader::UNITY
}

/// Levels are saved as fader positions, as parameters are.
mod position {
    use super::*;

    pub fn serialize<S: Serializer>(fader: &Fader, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f32(fader.0)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fader, D::Error> {
        let position = f32::deserialize(deserializer)?;
        Ok(Fader(position.clamp(0.0, 1.0)))
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.node.to_string(), self.tap.name().to_owned()].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let [node, tap] = <[String; 2]>::deserialize(deserializer)?;
        let expected = "a key is [\"Strip 2\", \"Pre\"]";
        let node = Node::from_name(&node)
            .ok_or_else(|| D::Error::custom(format!("{expected}; there is no node {node:?}")))?;
        let tap = Tap::from_name(&tap)
            .filter(|tap| *tap != Tap::Off)
            .ok_or_else(|| D::Error::custom(format!("{expected}; there is no tap {tap:?}")))?;
        Ok(Key { node, tap })
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        if self.bypass {
            map.serialize_entry("bypass", &true)?;
        }
        if self.mix != 1.0 {
            map.serialize_entry("mix", &self.mix)?;
        }
        if let Some(key) = &self.key {
            map.serialize_entry("key", key)?;
        }
        self.effect.write(&mut map)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Slot, D::Error> {
        let mut fields = Map::<String, Value>::deserialize(deserializer)?;
        fn take<T: serde::de::DeserializeOwned, E: Error>(
            fields: &mut Map<String, Value>,
            name: &str,
            otherwise: T,
        ) -> Result<T, E> {
            match fields.remove(name) {
                None | Some(Value::Null) => Ok(otherwise),
                Some(value) => serde_json::from_value(value)
                    .map_err(|error| E::custom(format!("{name}: {error}"))),
            }
        }
        Ok(Slot {
            id: take::<_, D::Error>(&mut fields, "id", 0)?,
            bypass: take::<_, D::Error>(&mut fields, "bypass", false)?,
            mix: take::<f32, D::Error>(&mut fields, "mix", 1.0)?.clamp(0.0, 1.0),
            key: take::<_, D::Error>(&mut fields, "key", None)?,
            effect: EffectSpec::from_fields(fields).map_err(D::Error::custom)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_read_as_it_was_written() {
        let mut keyed = Slot::new(7, EffectSpec::new(Kind::Compressor).with("threshold", -30.1));
        keyed.key = Some(Key { node: Node::Strip(1), tap: Tap::Pre });
        keyed.bypass = true;
        keyed.mix = 0.3;
        let chain = Chain {
            dry: Fader(0.6),
            lanes: vec![
                Lane { level: Fader(0.1), slots: vec![keyed] },
                Lane::default(),
                Lane {
                    slots: vec![Slot::new(8, EffectSpec::new(Kind::Reverb))],
                    ..Lane::default()
                },
            ],
        };
        let json = serde_json::to_string(&chain).expect("JSON");
        assert!(json.contains("\"key\":[\"Strip 2\",\"Pre\"]") && json.contains("-30.1"), "{json}");
        assert_eq!(serde_json::from_str::<Chain>(&json).expect("read"), chain);
    }

    #[test]
    fn what_is_wrong_with_a_slot_is_said() {
        let error =
            |json: &str| serde_json::from_str::<Slot>(json).expect_err("refused").to_string();
        assert!(error(r#"{"key": ["Strip 99", "Pre"]}"#).contains("no node \"Strip 99\""));
        assert!(error(r#"{"key": ["Bus 1", "Off"]}"#).contains("no tap"));
        assert!(error(r#"{"mix": "half"}"#).starts_with("mix: "));
    }
}
