//! Saving and loading: whole states as a host keeps them, and the part of them that is no parameter.
//!
//! A state is the length of its JSON in eight bytes (little endian), then the JSON, in which the
//! session stands as a text. Not here: what a session means (`switchyard::session`).

use super::Room;
use anyhow::{Context, Result};
use clack_extensions::state::PluginState;
use serde_json::Value;
use switchyard::session::Session;

impl Room {
    /// The state as a host would put it into a project.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn save(&mut self) -> Result<Vec<u8>> {
        let handle = self.instance.plugin_handle();
        let state = handle.get_extension::<PluginState>().context("the plugin saves no state")?;
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes)?;
        Ok(bytes)
    }

    /// Gives the plugin a saved state.
    ///
    /// # Errors
    /// When the plugin refuses it.
    pub fn load(&mut self, state: &[u8]) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let extension =
            handle.get_extension::<PluginState>().context("the plugin loads no state")?;
        extension.load(&handle, &mut &*state)?;
        self.grant_callback();
        Ok(())
    }

    /// What the plugin saves beside its parameters: names, insert chains, macros.
    ///
    /// # Errors
    /// When the plugin refuses, or saves what nobody here can read.
    pub fn session(&mut self) -> Result<Session> {
        let (_, json) = self.saved()?;
        Ok(Session::from_json(&json)?)
    }

    /// Gives the plugin what it saves beside its parameters; these stay as they are.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn load_session(&mut self, session: &Session) -> Result<()> {
        let (mut state, _) = self.saved()?;
        state["fields"]["session"] = session.to_json().into();
        self.load(&framed(&state))
    }

    /// The saved state's JSON and, within it, the session's.
    fn saved(&mut self) -> Result<(Value, String)> {
        let bytes = self.save()?;
        let json = bytes.get(8..).context("the plugin's state is cut short")?;
        let state: Value = serde_json::from_slice(json)?;
        let session = state["fields"]["session"].as_str();
        let session = session.context("the plugin's state holds no session")?.to_owned();
        Ok((state, session))
    }
}

/// A state as the plugin reads it: the length of its JSON in eight bytes, then the JSON.
pub fn framed(state: &Value) -> Vec<u8> {
    let json = state.to_string();
    [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat()
}
