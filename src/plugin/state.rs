//! Reads a saved state and decides what of it may be loaded: the framework only ever gets a state
//! that is complete, in range and ours.
//!
//! Not here: loading itself and the host's stream (the guard's), the session's own format (that is
//! [`crate::session`]). Pure, main thread only.
//!
//! A state is eight bytes of length (little endian) and that many bytes of JSON, the framework's
//! own format:
//!
//! ```json
//! {"version": "0.1.0", "params": {"s1fd": {"f32": 0.75}, "s1mu": {"bool": true}, "s1in": {"i32": 1}},
//!  "fields": {"session": "{\"version\":1}"}}
//! ```
//!
//! The number that says whether a state is too new is the session's `version`; the program's, above,
//! is for people. Bytes after the announced length are left alone, as some hosts pad.
//!
//! | found | done |
//! |---|---|
//! | not ours, truncated, wrong type, newer session | refused, nothing changes |
//! | value out of range | held to the range, with a remark |
//! | NaN (JSON has none; it is written as `null`) | the default, with a remark |
//! | unknown key | left out, with a remark |
//! | absent key | the default, as a load means "exactly this" |

use super::parameters::SESSION_FIELD;
use crate::routing::parameter::{ALL, Kind, Parameter};
use crate::session::{self, Session, SessionError};
use nice_plug::plugin::{ParamValue, PluginState};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;

/// The largest state that is read, in bytes; a full one has about 40 kB.
pub const LONGEST: u64 = 16 << 20;
/// How many offenders a remark names.
const NAMED: usize = 20;

/// A state that may be loaded.
#[derive(Debug)]
pub struct Accepted {
    /// The state in the framework's format, complete and in range.
    pub bytes: Vec<u8>,
    /// What was put right on the way, each a sentence's end for the log.
    pub remarks: Vec<String>,
}

/// Why a state was refused; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The host's stream failed.
    #[error("the host's stream cannot be read: {0}")]
    Stream(#[from] std::io::Error),
    /// The stream ends too early.
    #[error("it is truncated: {found} of {expected} bytes")]
    Truncated {
        /// The announced length.
        expected: u64,
        /// What was there.
        found: u64,
    },
    /// The announced length is absurd.
    #[error(
        "it announces {0} bytes, more than the {LONGEST} a state can have: not a Switchyard state"
    )]
    TooLong(u64),
    /// Not JSON.
    #[error("it is not a Switchyard state: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// JSON of something else.
    #[error("it is not a Switchyard state: {0}")]
    NotOurs(&'static str),
    /// A value of a type that cannot stand there.
    #[error("wrong type at {place}: expected {expected}, found {found}")]
    WrongType {
        /// Where, as a path of keys.
        place: String,
        /// What belongs there.
        expected: &'static str,
        /// What was there, shortened.
        found: String,
    },
    /// The session within cannot be used.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// Reads one state from a stream and checks it.
///
/// # Errors
/// [`Refusal`] says what is wrong and where.
pub fn read(stream: &mut impl Read) -> Result<Accepted, Refusal> {
    let mut length = Vec::new();
    stream.by_ref().take(8).read_to_end(&mut length)?;
    let found = length.len() as u64;
    let length: [u8; 8] =
        length.try_into().map_err(|_| Refusal::Truncated { expected: 8, found })?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST {
        return Err(Refusal::TooLong(length));
    }
    let mut json = Vec::new();
    stream.by_ref().take(length).read_to_end(&mut json)?;
    if (json.len() as u64) < length {
        return Err(Refusal::Truncated { expected: length, found: json.len() as u64 });
    }
    check(&json)
}

/// Checks a state's JSON.
///
/// # Errors
/// [`Refusal`] says what is wrong and where.
pub fn check(json: &[u8]) -> Result<Accepted, Refusal> {
    let Value::Object(mut state) = serde_json::from_slice(json)? else {
        return Err(Refusal::NotOurs("it is not an object"));
    };
    let version = match state.remove("version") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(version)) => version,
        Some(other) => return Err(wrong_type("version", "a string", &other)),
    };
    let values = object(&mut state, "params")?;
    let mut fields = object(&mut state, "fields")?;
    if !fields.contains_key(SESSION_FIELD) && !values.keys().any(|id| is_known(id)) {
        return Err(Refusal::NotOurs("it has neither our parameters nor our session"));
    }

    let mut remarks = Remarks::default();
    let session = match fields.remove(SESSION_FIELD) {
        None => Session::default().to_json(),
        Some(Value::String(text)) => {
            refuse_newer(&text)?;
            Session::from_json(&text)?;
            text
        }
        Some(other) => return Err(wrong_type("fields.session", "a string", &other)),
    };
    let mut params = BTreeMap::new();
    for parameter in ALL {
        let id = parameter.id();
        let value = match values.get(&id) {
            Some(value) => plain_value(parameter, &id, value, &mut remarks)?,
            None => parameter.default_value(),
        };
        params.insert(id, framework_value(parameter, value));
    }
    let prefixed = |prefix: &str, keys: &Map<String, Value>| -> Vec<String> {
        keys.keys().filter(|id| !is_known(id)).map(|id| format!("{prefix}{id}")).collect()
    };
    remarks.unknown.extend(prefixed("params.", &values));
    remarks.unknown.extend(fields.keys().map(|key| format!("fields.{key}")));
    remarks.unknown.extend(state.keys().cloned());

    let fields = BTreeMap::from([(SESSION_FIELD.to_string(), session)]);
    let json = serde_json::to_vec(&PluginState { version, params, fields })?;
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json);
    Ok(Accepted { bytes, remarks: remarks.sentences() })
}

fn is_known(id: &str) -> bool {
    Parameter::from_id(id).is_some()
}

/// Takes an object out of the state; an absent one is empty.
fn object(state: &mut Map<String, Value>, key: &str) -> Result<Map<String, Value>, Refusal> {
    match state.remove(key) {
        None => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(other) => Err(wrong_type(key, "an object", &other)),
    }
}

/// A newer session may have another shape, so its version is looked at before anything else.
fn refuse_newer(session: &str) -> Result<(), Refusal> {
    let value: Value = serde_json::from_str(session).map_err(SessionError::Unreadable)?;
    match value.get("version").and_then(Value::as_u64) {
        Some(found) if found > u64::from(session::VERSION) => {
            let found = u32::try_from(found).unwrap_or(u32::MAX);
            Err(SessionError::Newer { found }.into())
        }
        _ => Ok(()),
    }
}

/// The plain value a saved one means, held to the range.
fn plain_value(
    parameter: Parameter,
    id: &str,
    saved: &Value,
    remarks: &mut Remarks,
) -> Result<f32, Refusal> {
    let kind = parameter.kind();
    let (key, expected) = match kind {
        Kind::Toggle => ("bool", "{\"bool\": true or false}"),
        Kind::Choice(_) => ("i32", "{\"i32\": a whole number}"),
        _ => ("f32", "{\"f32\": a number}"),
    };
    let wrong = || wrong_type(&format!("params.{id}"), expected, saved);
    let value = match saved.as_object() {
        Some(object) if object.len() == 1 => object.get(key).ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    let value = match (kind, value) {
        (Kind::Toggle, Value::Bool(on)) => return Ok(f32::from(u8::from(*on))),
        (Kind::Toggle, _) => return Err(wrong()),
        (_, Value::Null) => {
            let default = parameter.default_value();
            remarks.held.push(format!("{id} NaN → {default}"));
            return Ok(default);
        }
        (_, Value::Number(number)) => number.as_f64().ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    // Where a value is in range, narrowing to the framework's 32 bits is exact: it was saved so.
    let held = kind.clamp(value as f32);
    let (min, max) = kind.range();
    let out_of_range = value < f64::from(min) || value > f64::from(max);
    if out_of_range || (kind.steps().is_some() && f64::from(held) != value) {
        remarks.held.push(format!("{id} {value} → {held}"));
    }
    Ok(held)
}

fn framework_value(parameter: Parameter, plain: f32) -> ParamValue {
    match parameter.kind() {
        Kind::Toggle => ParamValue::Bool(plain >= 0.5),
        Kind::Choice(_) => ParamValue::I32(plain as i32),
        _ => ParamValue::F32(plain),
    }
}

fn wrong_type(place: &str, expected: &'static str, found: &Value) -> Refusal {
    let found = found.to_string().chars().take(60).collect();
    Refusal::WrongType { place: place.to_string(), expected, found }
}

/// What was put right.
#[derive(Default)]
struct Remarks {
    held: Vec<String>,
    unknown: Vec<String>,
}

impl Remarks {
    fn sentences(self) -> Vec<String> {
        let list = |what: &str, mut items: Vec<String>| {
            (!items.is_empty()).then(|| {
                let more = items.len().saturating_sub(NAMED);
                items.truncate(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("{what}: {}{more}", items.join(", "))
            })
        };
        let held = list("values out of range are held to it", self.held);
        let unknown = list("keys this version does not know are ignored", self.unknown);
        held.into_iter().chain(unknown).collect()
    }
}
