//! The shape of a render session's JSON. Not here: what its names and texts mean.

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) names: Entries<String>,
    #[serde(default)]
    pub(super) parameters: Entries<Text>,
    #[serde(default)]
    pub(super) automation: Vec<FileLane>,
    #[serde(default)]
    pub(super) chains: Entries<FileChain>,
    #[serde(default)]
    pub(super) macros: Entries<Vec<Object<FileTarget>>>,
}

/// One automation lane.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileLane {
    pub(super) parameter: String,
    pub(super) points: Vec<(f64, Text)>,
}

/// One insert chain; a list in its place is the slots of its only lane.
pub(super) struct FileChain {
    pub(super) dry: Option<Text>,
    pub(super) lanes: Vec<FileSlots>,
}

/// One lane of a chain; a list in its place is its slots.
pub(super) struct FileSlots {
    pub(super) level: Option<Text>,
    pub(super) slots: Vec<Object<FileSlot>>,
}

/// One slot of a lane.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSlot {
    pub(super) name: Option<String>,
    pub(super) effect: String,
    #[serde(default)]
    pub(super) settings: Entries<Text>,
    pub(super) key: Option<(String, String)>,
    #[serde(default)]
    pub(super) bypass: bool,
    pub(super) mix: Option<Text>,
    pub(super) impulse: Option<String>,
}

/// One setting a macro drives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileTarget {
    pub(super) slot: String,
    pub(super) setting: String,
    pub(super) from: Text,
    pub(super) to: Text,
}

/// A value as text. Numbers are refused, because nobody could tell decibels from fader positions.
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value as the plugin writes it, in quotes, such as \"-12 dB\"")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.into()))
            }
        }
        deserializer.deserialize_str(Words)
    }
}

/// An object's entries in the file's order, doubles included: they are refused by name later.
pub(super) struct Entries<T>(pub(super) Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<T>, D::Error> {
        struct All<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for All<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names and what belongs to them")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(All(PhantomData))
    }
}

/// What is written as an object only: the derived readers would take a list of its fields' values
/// as well.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<T>, D::Error> {
        struct Braces<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Braces<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object in braces")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(Braces(PhantomData))
    }
}

/// What may be written as an object with all its fields or, shorter, as a list of slots.
struct SlotsOr<F, T> {
    expected: &'static str,
    from_slots: fn(Vec<Object<FileSlot>>) -> T,
    from_fields: fn(F) -> T,
}

impl<'de, F: Deserialize<'de>, T> Visitor<'de> for SlotsOr<F, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
        let mut slots = Vec::new();
        while let Some(slot) = list.next_element()? {
            slots.push(slot);
        }
        Ok((self.from_slots)(slots))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        F::deserialize(MapAccessDeserializer::new(map)).map(self.from_fields)
    }
}

impl<'de> Deserialize<'de> for FileChain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FileChain, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            dry: Option<Text>,
            #[serde(default)]
            lanes: Vec<FileSlots>,
        }
        deserializer.deserialize_any(SlotsOr::<Fields, _> {
            expected: "a chain: {\"dry\": \"0 dB\", \"lanes\": [...]}, or the list of its slots",
            from_slots: |slots| FileChain {
                dry: None,
                lanes: vec![FileSlots { level: None, slots }],
            },
            from_fields: |Fields { dry, lanes }| FileChain { dry, lanes },
        })
    }
}

impl<'de> Deserialize<'de> for FileSlots {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FileSlots, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            level: Option<Text>,
            #[serde(default)]
            slots: Vec<Object<FileSlot>>,
        }
        deserializer.deserialize_any(SlotsOr::<Fields, _> {
            expected: "a lane: {\"level\": \"-6 dB\", \"slots\": [...]}, or the list of its slots",
            from_slots: |slots| FileSlots { level: None, slots },
            from_fields: |Fields { level, slots }| FileSlots { level, slots },
        })
    }
}
