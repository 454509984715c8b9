//! What is saved beside the parameters: names, colours, and in time chains, macros and scenes.
//!
//! Not here: parameter values, the plugin framework, the audio thread. Main thread only.

use crate::routing::{BUSES, STRIPS};
use serde::{Deserialize, Serialize};

/// The version this program writes. A session of a newer one is refused.
pub const VERSION: u32 = 1;

/// Everything a project recalls besides parameter values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
            unknown: serde_json::Map::new(),
        }
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
        Ok(session)
    }

    /// The session as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a session holds only strings and numbers")
    }
}
