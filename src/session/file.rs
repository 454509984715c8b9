//! A session as a file of its own, `.switchyard`: parameter values and what is saved beside them, as
//! JSON for people and for version control.
//!
//! Not here: a host's saved state, which has the framework's format (`crate::plugin::state`), and
//! reading from disk. Pure; main thread.
//!
//! ```json
//! {
//!   "switchyard": 3,
//!   "parameters": {"s2b4": 0.45, "b4ro": "Return", "s3mu": true},
//!   "session": {"version": 3, "bus_names": ["", "", "", "Reverb"]}
//! }
//! ```
//!
//! Parameters go by id in their frozen order, those at their default are left out: levels as fader
//! positions, choices by the name users see, switches as true or false. The number at the top is the
//! session's version: one above [`VERSION`] is refused before anything else is looked at.

use super::{Session, SessionError, VERSION};
use crate::routing::Routing;
use crate::routing::parameter::{ALL, Kind, Parameter};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// What a file's name ends in.
pub const EXTENSION: &str = "switchyard";

/// Why a file was refused; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not JSON; says at which line and column.
    #[error("it is damaged or not a Switchyard session: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// JSON of something else.
    #[error("it is not a Switchyard session: {0}")]
    NotOurs(&'static str),
    /// A parameter this version does not have.
    #[error("parameters.{0}: there is no such parameter")]
    NoParameter(String),
    /// A value a parameter cannot have.
    #[error("parameters.{id} ({name}) cannot be {found}; it is {expected}")]
    Value {
        /// The parameter's id.
        id: String,
        /// The parameter's name.
        name: String,
        /// What was there, shortened.
        found: String,
        /// What belongs there.
        expected: String,
    },
    /// The session within cannot be used.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// Plain values by id in the frozen order, without those at their default.
pub(super) struct Values<F>(pub(super) F);

impl<F: Fn(Parameter) -> f32> Serialize for Values<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for parameter in ALL {
            let value = (self.0)(parameter);
            if value == parameter.default_value() {
                continue;
            }
            let id = parameter.id();
            match parameter.kind() {
                Kind::Toggle => map.serialize_entry(&id, &(value >= 0.5))?,
                Kind::Choice(_) => map.serialize_entry(&id, &parameter.to_text(value))?,
                _ => map.serialize_entry(&id, &value)?,
            }
        }
        map.end()
    }
}

/// The values that are not at their default, by id.
pub(super) fn values(routing: &Routing) -> Value {
    serde_json::to_value(Values(|parameter: Parameter| parameter.get(routing)))
        .expect("values are numbers, texts and switches")
}

/// The file's text. Equal sessions are equal texts.
pub fn to_json(routing: &Routing, session: &Session) -> String {
    struct File<'a>(&'a Routing, &'a Session);
    impl Serialize for File<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("switchyard", &VERSION)?;
            map.serialize_entry(
                "parameters",
                &Values(|parameter: Parameter| parameter.get(self.0)),
            )?;
            map.serialize_entry("session", self.1)?;
            map.end()
        }
    }
    let mut text = serde_json::to_string_pretty(&File(routing, session))
        .expect("a session holds only texts and numbers");
    text.push('\n');
    text
}

/// Reads a file's text. Parameters that are left out have their default: a file says everything.
///
/// # Errors
/// [`FileError`] says what is wrong and where.
pub fn from_json(text: &str) -> Result<(Routing, Session), FileError> {
    let text = text.trim_start_matches('\u{feff}');
    let Value::Object(file) = serde_json::from_str(text)? else {
        return Err(FileError::NotOurs("it is not an object"));
    };
    if file.contains_key("switchyard") && file.contains_key("kind") {
        return Err(FileError::NotOurs("it is a copied part of one, to be pasted"));
    }
    from_map(file)
}

/// [`from_json`] of an object that was read already.
pub(super) fn from_map(mut file: Map<String, Value>) -> Result<(Routing, Session), FileError> {
    let version = file.remove("switchyard");
    let Some(version) = version.as_ref().and_then(Value::as_u64) else {
        return Err(FileError::NotOurs("\"switchyard\", its version, is missing"));
    };
    if version > u64::from(VERSION) {
        let found = u32::try_from(version).unwrap_or(u32::MAX);
        return Err(SessionError::Newer { found }.into());
    }
    let mut routing = Routing::default();
    match file.remove("parameters") {
        None => {}
        Some(Value::Object(values)) => read_values(&values, &mut routing)?,
        Some(_) => return Err(FileError::NotOurs("\"parameters\" is not an object")),
    }
    let session = match file.remove("session") {
        None => Session::default(),
        Some(session) => Session::from_json(&session.to_string())?,
    };
    Ok((routing, session))
}

fn read_values(values: &Map<String, Value>, routing: &mut Routing) -> Result<(), FileError> {
    for (id, value) in values {
        let (parameter, plain) = read_value(id, value)?;
        parameter.set(routing, plain);
    }
    Ok(())
}

/// The parameter with this id and the plain value that was saved for it.
///
/// # Errors
/// [`FileError`] says which id is unknown, or which value cannot be.
pub(super) fn read_value(id: &str, value: &Value) -> Result<(Parameter, f32), FileError> {
    let parameter = Parameter::from_id(id).ok_or_else(|| FileError::NoParameter(id.to_owned()))?;
    let kind = parameter.kind();
    let (min, max) = kind.range();
    let plain = match (kind, value) {
        (Kind::Toggle, Value::Bool(on)) => Some(f32::from(u8::from(*on))),
        (Kind::Choice(names), Value::String(name)) => {
            names.iter().position(|known| known == name).map(|at| at as f32)
        }
        (Kind::Toggle | Kind::Choice(_), _) => None,
        (_, value) => value.as_f64().map(|x| x as f32).filter(|x| (min..=max).contains(x)),
    };
    if let Some(plain) = plain {
        return Ok((parameter, plain));
    }
    let expected = match kind {
        Kind::Toggle => "true or false".to_owned(),
        Kind::Choice(names) => format!("one of {}", names.join(", ")),
        _ => format!("a number from {min} to {max}"),
    };
    Err(FileError::Value {
        id: id.to_owned(),
        name: parameter.name(),
        found: value.to_string().chars().take(60).collect(),
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::{EffectSpec, Kind as Effect};
    use crate::routing::chain::{Chain, Key, Lane, Slot};
    use crate::routing::{Fader, NODES, Node, Tap};
    use crate::session::macros::Target;
    use proptest::prelude::*;

    fn effect() -> impl Strategy<Value = EffectSpec> {
        (0..Effect::ALL.len(), any::<u64>()).prop_map(|(kind, seed)| {
            let mut random = fastrand::Rng::with_seed(seed);
            let kind = Effect::ALL[kind];
            kind.settings().iter().fold(EffectSpec::new(kind), |effect, setting| {
                effect.with(setting.id, setting.at(random.f32()))
            })
        })
    }

    fn slot() -> impl Strategy<Value = Slot> {
        let key = proptest::option::of((0..NODES, 0..3usize));
        (effect(), any::<bool>(), 0.0..=1.0f32, key).prop_map(|(effect, bypass, mix, key)| {
            let mut slot = Slot::new(0, effect);
            slot.bypass = bypass;
            slot.mix = mix;
            slot.key =
                key.map(|(node, tap)| Key { node: Node::from_index(node), tap: Tap::PLACES[tap] });
            slot
        })
    }

    fn chain() -> impl Strategy<Value = Chain> {
        let lane = (0.0..=1.0f32, proptest::collection::vec(slot(), 0..4))
            .prop_map(|(level, slots)| Lane { level: Fader(level), slots });
        (0.0..=1.0f32, proptest::collection::vec(lane, 1..4))
            .prop_map(|(dry, lanes)| Chain { dry: Fader(dry), lanes })
    }

    fn session() -> impl Strategy<Value = Session> {
        let chains = proptest::collection::vec((0..NODES, chain()), 0..5);
        let target = (1..9u64, 0.0..=1.0f32, 0.0..=1.0f32);
        (chains, ".{0,12}", target).prop_map(|(chains, name, (slot, from, to))| {
            let mut session = Session::default();
            for (node, chain) in chains {
                session.chains[node] = chain;
            }
            session.number_slots();
            session.strip_names[3] = name;
            let setting = "gain".to_owned();
            session.macros[5].targets.push(Target { slot, setting, from, to });
            session
        })
    }

    fn routing() -> impl Strategy<Value = Routing> {
        any::<u64>().prop_map(|seed| {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut routing = Routing::default();
            for parameter in ALL {
                if random.bool() {
                    continue;
                }
                let kind = parameter.kind();
                let (min, max) = kind.range();
                parameter.set(&mut routing, kind.clamp(min + (max - min) * random.f32()));
            }
            routing
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_session_comes_back_as_it_was(routing in routing(), session in session()) {
            let text = to_json(&routing, &session);
            let (read, beside) = from_json(&text).expect("read");
            for parameter in ALL {
                prop_assert_eq!(parameter.get(&read), parameter.get(&routing), "{}", parameter.id());
            }
            prop_assert_eq!(&beside, &session);
            prop_assert_eq!(to_json(&read, &beside), text);
        }

        #[test]
        fn whatever_is_offered_is_read_or_refused(
            session in session(), at in any::<proptest::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut bytes = to_json(&Routing::default(), &session).into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = from_json(&String::from_utf8_lossy(&bytes));
            let _ = from_json(&String::from_utf8_lossy(&bytes[..at]));
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error = |text: &str| from_json(text).expect_err("refused").to_string();
        assert!(error("{\"switchyard\": 2,\n \"para").contains("line 2"));
        assert!(error("[]").contains("not an object"));
        assert!(error("{}").contains("version, is missing"));
        assert!(error(r#"{"switchyard": 99, "parameters": 7}"#).contains("update Switchyard"));
        assert_eq!(
            error(r#"{"switchyard": 2, "parameters": {"s99fd": 0.5}}"#),
            "parameters.s99fd: there is no such parameter"
        );
        assert_eq!(
            error(r#"{"switchyard": 2, "parameters": {"b4ro": "Aux"}}"#),
            "parameters.b4ro (Bus 4 Role) cannot be \"Aux\"; it is one of Group, Return, Mix"
        );
        assert!(error(r#"{"switchyard": 2, "parameters": {"s1fd": 7}}"#).contains("from 0 to 1"));
        let five = r#"{"switchyard": 2, "session": {"version": 2, "chains": {"Bus 1":
            {"lanes": [{}, {}, {}, {}, {}]}}}}"#;
        assert!(error(five).contains("the chain of Bus 1 has 5 lanes"));
    }
}
