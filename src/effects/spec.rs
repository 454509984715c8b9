//! What a session says of one effect: its kind, its settings, its impulse response.
//!
//! Not here: bypass, mix and key, which belong to the slot, and the audio side. Main thread only.
//!
//! ```json
//! {"effect": "compressor", "settings": {"threshold": -30.0, "ratio": 4.0}}
//! ```
//!
//! Settings go by id and plain value; absent ones have their default, those out of range are held
//! to it. What this version does not know (a whole effect, or a setting of a known one) is kept as
//! it is and written back.

use super::impulse::{BUILT_IN, ImpulseRef};
use super::{Kind, Setting};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

/// One effect as saved.
#[derive(Clone, Debug, PartialEq)]
pub enum EffectSpec {
    /// An effect of this version.
    Known(Known),
    /// One of another version, word for word. It passes sound.
    Unknown(Map<String, Value>),
}

/// An effect of this version.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// What it is.
    pub kind: Kind,
    /// Plain values, one a setting of its table, in range.
    pub values: Vec<f32>,
    /// The impulse response of a [`Kind::Convolution`].
    pub impulse: Option<ImpulseRef>,
    /// Settings of another version.
    unknown_settings: Map<String, Value>,
    /// Fields of another version.
    unknown: Map<String, Value>,
}

/// Why an effect's description was refused.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum SpecError {
    /// A field has the wrong type.
    #[error("{field} is to be {expected}, not {found}")]
    WrongType {
        /// The field.
        field: String,
        /// What belongs there.
        expected: &'static str,
        /// What was there.
        found: String,
    },
}

fn wrong(field: &str, expected: &'static str, found: &Value) -> SpecError {
    let found = found.to_string().chars().take(60).collect();
    SpecError::WrongType { field: field.to_owned(), expected, found }
}

impl EffectSpec {
    /// A new effect with the defaults of its table, a convolution with the first built-in response.
    pub fn new(kind: Kind) -> EffectSpec {
        EffectSpec::Known(Known {
            kind,
            values: kind.settings().iter().map(|setting| setting.default).collect(),
            impulse: kind.has_impulse().then(|| ImpulseRef::built_in(BUILT_IN[0])),
            unknown_settings: Map::new(),
            unknown: Map::new(),
        })
    }

    /// The same with one setting, known by its id, at a plain value.
    ///
    /// # Panics
    /// If the effect has no such setting.
    pub fn with(mut self, id: &str, plain: f32) -> EffectSpec {
        let known = self.known_mut().expect("only a known effect has settings");
        let (index, setting) = known.setting(id).expect("the effect has this setting");
        known.values[index] = setting.clamp(plain);
        self
    }

    /// What is known of it.
    pub fn known(&self) -> Option<&Known> {
        match self {
            EffectSpec::Known(known) => Some(known),
            EffectSpec::Unknown(_) => None,
        }
    }

    /// What is known of it, to change it.
    pub fn known_mut(&mut self) -> Option<&mut Known> {
        match self {
            EffectSpec::Known(known) => Some(known),
            EffectSpec::Unknown(_) => None,
        }
    }

    /// The name users see; for an effect of another version, what it calls itself.
    pub fn name(&self) -> &str {
        match self {
            EffectSpec::Known(known) => known.kind.name(),
            EffectSpec::Unknown(fields) => {
                fields.get("effect").and_then(Value::as_str).unwrap_or("Unknown effect")
            }
        }
    }

    /// Whether both say the same, wherever the bytes of an impulse response are kept.
    pub fn is_alike(&self, other: &EffectSpec) -> bool {
        let (EffectSpec::Known(a), EffectSpec::Known(b)) = (self, other) else {
            return self == other;
        };
        let named = |known: &Known| {
            let impulse = known.impulse.as_ref();
            impulse.map(|one| (one.name.clone(), one.path.clone(), one.hash.clone()))
        };
        a.kind == b.kind
            && a.values == b.values
            && named(a) == named(b)
            && (&a.unknown_settings, &a.unknown) == (&b.unknown_settings, &b.unknown)
    }

    /// Reads what is left of a slot's fields when the slot has taken its own.
    ///
    /// # Errors
    /// [`SpecError`] names the field.
    pub fn from_fields(mut fields: Map<String, Value>) -> Result<EffectSpec, SpecError> {
        let Some(kind) = fields.get("effect").and_then(Value::as_str).and_then(Kind::from_id)
        else {
            return Ok(EffectSpec::Unknown(fields));
        };
        fields.remove("effect");
        let EffectSpec::Known(mut known) = EffectSpec::new(kind) else { unreachable!() };
        match fields.remove("settings") {
            None => {}
            Some(Value::Object(settings)) => known.read(settings)?,
            Some(other) => return Err(wrong("settings", "an object", &other)),
        }
        known.impulse = match fields.remove("impulse") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let read = serde_json::from_value(value.clone());
                Some(read.map_err(|_| wrong("impulse", "an impulse response", &value))?)
            }
        };
        known.unknown = fields;
        Ok(EffectSpec::Known(known))
    }

    /// Writes its fields into a slot's.
    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let known = match self {
            EffectSpec::Known(known) => known,
            EffectSpec::Unknown(fields) => {
                return fields.iter().try_for_each(|(key, value)| map.serialize_entry(key, value));
            }
        };
        map.serialize_entry("effect", known.kind.id())?;
        map.serialize_entry("settings", &Settings(known))?;
        if let Some(impulse) = &known.impulse {
            map.serialize_entry("impulse", impulse)?;
        }
        known.unknown.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))
    }
}

/// The settings by id, as plain numbers.
struct Settings<'a>(&'a Known);

impl Serialize for Settings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Known { kind, values, unknown_settings, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (setting, value) in kind.settings().iter().zip(values) {
            map.serialize_entry(setting.id, value)?;
        }
        for (id, value) in unknown_settings {
            map.serialize_entry(id, value)?;
        }
        map.end()
    }
}

impl Known {
    /// The index and the table's line of the setting with this id.
    pub fn setting(&self, id: &str) -> Option<(usize, &'static Setting)> {
        self.kind.settings().iter().enumerate().find(|(_, setting)| setting.id == id)
    }

    fn read(&mut self, settings: Map<String, Value>) -> Result<(), SpecError> {
        for (id, value) in settings {
            let Some((index, setting)) = self.setting(&id) else {
                self.unknown_settings.insert(id, value);
                continue;
            };
            let plain = match value.as_f64() {
                Some(plain) => setting.clamp(plain as f32),
                // JSON has no NaN; it is written as null and means the default.
                None if value.is_null() => setting.default,
                None => return Err(wrong(&format!("settings.{id}"), "a number", &value)),
            };
            self.values[index] = plain;
        }
        Ok(())
    }

    /// Whether `other` can become this one by telling it values: same kind, same response, and all
    /// settings that need the effect built anew are equal.
    pub fn is_told(&self, other: &Known) -> bool {
        self.kind == other.kind
            && self.impulse == other.impulse
            && (self.kind.settings().iter().zip(&self.values).zip(&other.values))
                .all(|((setting, a), b)| !setting.rebuilds || a == b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    struct Whole(EffectSpec);
    impl Serialize for Whole {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            self.0.write(&mut map)?;
            map.end()
        }
    }

    #[test]
    fn what_this_version_does_not_know_comes_back_word_for_word() {
        for value in [
            json!({"effect": "vocoder", "settings": {"bands": [1, 2]}, "deep": {"a": null}}),
            json!({"settings": 7}),
        ] {
            let spec = EffectSpec::from_fields(fields(value.clone())).expect("kept");
            assert!(spec.known().is_none());
            assert_eq!(serde_json::to_value(Whole(spec)).expect("JSON"), value);
        }
        let value = json!({"effect": "gate", "settings": {"sparkle": "much"}, "colour": "red"});
        let spec = EffectSpec::from_fields(fields(value)).expect("known");
        let written = serde_json::to_value(Whole(spec)).expect("JSON");
        assert_eq!(written["settings"]["sparkle"], "much");
        assert_eq!(written["colour"], "red");
    }

    #[test]
    fn absent_settings_have_their_default_and_others_are_held_to_their_range() {
        let value = json!({"effect": "compressor",
            "settings": {"threshold": -400, "ratio": null, "knee": 3.5}});
        let spec = EffectSpec::from_fields(fields(value)).expect("known");
        let known = spec.known().expect("known");
        let value = |id| known.values[known.setting(id).expect("a setting").0];
        assert_eq!((value("threshold"), value("ratio")), (-60.0, 4.0));
        assert_eq!((value("knee"), value("attack")), (3.5, 10.0));
    }

    #[test]
    fn a_field_of_the_wrong_type_is_named() {
        let value = json!({"effect": "compressor", "settings": {"threshold": "loud"}});
        let error = EffectSpec::from_fields(fields(value)).expect_err("refused").to_string();
        assert_eq!(error, "settings.threshold is to be a number, not \"loud\"");
    }
}
