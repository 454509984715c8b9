//! A render session: which values the mixer starts with, which lanes move them, which effects are in
//! its insert chains and what things are called, as JSON.
//!
//! ```json
//! {"names": {"Bus 4": "Reverb"},
//!  "parameters": {"Strip 2 > Bus 4": "-12 dB", "s2b4t": "Pre"},
//!  "automation": [{"parameter": "s2b4", "points": [[0.5, "-inf dB"], [2.0, "0 dB"]]}],
//!  "chains": {
//!    "Bus 4": [{"effect": "Reverb", "settings": {"Decay": "1.5 s"}}],
//!    "Bus 3": {"dry": "0 dB", "lanes": [{"level": "-6 dB", "slots": [
//!      {"name": "Crush", "effect": "Compressor", "settings": {"Threshold": "-30 dB"},
//!       "key": ["Strip 2", "Pre"], "mix": "50 %"}]}]}},
//!  "macros": {"Macro 1": [
//!    {"slot": "Crush", "setting": "Threshold", "from": "0 dB", "to": "-40 dB"}]}}
//! ```
//!
//! Everything goes by the name users see or by id, values by the plugin's own text, points by
//! seconds. What cannot be understood is refused by name. Not here: the plugin, except as the reader
//! of texts.

mod chains;
mod json;
mod names;
mod nearest;

use crate::room::automation::Lane;
use anyhow::{Context, Result, bail, ensure};
use json::{File, FileLane};
use std::collections::HashSet;
use std::path::Path;
use switchyard::routing::Routing;
use switchyard::routing::parameter::{ALL, Kind, Parameter};
use switchyard::session::{Session as Saved, file};

/// A session as written, its parameters found, its values still texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// Values to start with, in the file's order.
    pub values: Vec<(Parameter, String)>,
    /// The lanes, in the file's order.
    pub lanes: Vec<TextLane>,
    /// What the plugin saves beside its parameters: names, chains, macros.
    pub saved: Saved,
    /// What the user ought to know although the session can be played, each a sentence.
    pub notes: Vec<String>,
}

/// One parameter's points: seconds and the plugin's text.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLane {
    /// Which parameter moves.
    pub parameter: Parameter,
    /// Seconds from the start, never falling, and a value's text.
    pub points: Vec<(f64, String)>,
}

/// What reads texts and knows how values move: the plugin, through its room.
pub trait Reader {
    /// The host value a text means, `None` when it cannot be read.
    fn read_text(&mut self, parameter: Parameter, text: &str) -> Option<f64>;
    /// Whether the parameter may be automated.
    fn is_automatable(&self, parameter: Parameter) -> bool;
    /// Whether the value waits for its next point instead of moving towards it.
    fn is_stepped(&self, parameter: Parameter) -> bool;
}

impl Reader for crate::room::Room {
    fn read_text(&mut self, parameter: Parameter, text: &str) -> Option<f64> {
        crate::room::Room::read_text(self, parameter, text)
    }

    fn is_automatable(&self, parameter: Parameter) -> bool {
        crate::room::Room::is_automatable(self, parameter)
    }

    fn is_stepped(&self, parameter: Parameter) -> bool {
        crate::room::Room::is_stepped(self, parameter)
    }
}

/// A session whose texts have been read: host values and lanes in frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moves {
    /// Host values to start with. A lane's first value wins over these.
    pub values: Vec<(Parameter, f64)>,
    /// The lanes.
    pub lanes: Vec<Lane>,
}

/// Whether a file's text is a session as the editor saves it.
fn is_the_editors(path: &Path, text: &str) -> bool {
    path.extension().is_some_and(|ending| ending == file::EXTENSION)
        || serde_json::from_str::<serde_json::Value>(text)
            .is_ok_and(|json| json.get("switchyard").is_some())
}

impl Session {
    /// A session of these values and what is saved beside them, without automation.
    pub fn of((routing, saved): &(Routing, Saved)) -> Session {
        let default = Routing::default();
        let values = ALL
            .iter()
            .filter(|parameter| parameter.get(routing) != parameter.get(&default))
            .map(|parameter| (*parameter, parameter.to_text(parameter.get(routing))))
            .collect();
        Session { values, saved: saved.clone(), ..Session::default() }
    }

    /// The values to start with, as the plugin's parameters read them.
    ///
    /// # Errors
    /// Names the parameter and the text it cannot have.
    pub fn routing(&self) -> Result<Routing> {
        let mut routing = Routing::default();
        for (parameter, text) in &self.values {
            let plain = parameter.from_text(text).with_context(|| {
                format!("{:?} ({}) cannot be {text:?}", parameter.name(), parameter.id())
            })?;
            parameter.set(&mut routing, plain);
        }
        Ok(routing)
    }

    /// The session as the editor opens it, without automation.
    ///
    /// # Errors
    /// As [`Session::routing`].
    pub fn to_switchyard(&self) -> Result<String> {
        Ok(file::to_json(&self.routing()?, &self.saved))
    }

    /// Reads a session from a file, a render session or one of the editor's; the files a render
    /// session names lie relative to it.
    ///
    /// # Errors
    /// Says that the file cannot be read, at which line and column the JSON is wrong, or which name,
    /// value or point.
    pub fn from_file(path: &Path) -> Result<Session> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the session {shown} cannot be read"))?;
        if is_the_editors(path, &text) {
            return Ok(Session::of(&file::from_json(&text).with_context(|| shown.to_string())?));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        Session::from_json(&text, folder).with_context(|| shown.to_string())
    }

    /// Reads a session from JSON; the files it names lie relative to `folder`.
    ///
    /// # Errors
    /// Says at which line and column the JSON is wrong, or which name, value or point.
    pub fn from_json(text: &str, folder: &Path) -> Result<Session> {
        let text = text.trim_start_matches('\u{feff}');
        // The JSON reader would take a list for an object whose keys were left out.
        ensure!(
            !text.trim_start().starts_with('['),
            "a session is an object in braces, not a list"
        );
        let file: File = serde_json::from_str(text)?;
        let mut seen = HashSet::new();
        let mut values = Vec::new();
        for (name, text) in file.parameters.0 {
            let parameter = find(&name)?;
            ensure!(seen.insert(parameter), "{} is given twice", called(parameter));
            values.push((parameter, text.0));
        }
        seen.clear();
        let mut lanes = Vec::new();
        for FileLane { parameter, points } in file.automation {
            let parameter = find(&parameter)?;
            let called = called(parameter);
            ensure!(seen.insert(parameter), "{called} has two automation lanes");
            ensure!(!points.is_empty(), "the automation of {called} has no points");
            let mut last = 0.0;
            for (index, (seconds, _)) in points.iter().enumerate() {
                let point = format!("point {} of the automation of {called}", index + 1);
                ensure!(seconds.is_finite(), "{point} is at no finite time");
                ensure!(*seconds >= 0.0, "{point} is before the start, at {seconds} s");
                ensure!(
                    *seconds >= last,
                    "{point}, at {seconds} s, comes after one at {last} s: points go forward"
                );
                last = *seconds;
            }
            let points = points.into_iter().map(|(seconds, text)| (seconds, text.0)).collect();
            lanes.push(TextLane { parameter, points });
        }
        let mut chains = chains::read(file.chains, folder).context("the chains")?;
        let mut saved = Saved::default();
        names::give(&mut saved, file.names).context("the names")?;
        names::map(&mut saved, file.macros, &chains).context("the macros")?;
        saved.chains = std::mem::take(&mut chains.all);
        Ok(Session { values, lanes, saved, notes: chains.notes })
    }

    /// Has all texts read and turns seconds into frames of `rate` a second.
    ///
    /// # Errors
    /// Names the parameter and the text that cannot be read, or a parameter that cannot be
    /// automated.
    pub fn read(&self, reader: &mut impl Reader, rate: f64) -> Result<Moves> {
        let mut moves = Moves::default();
        for (parameter, text) in &self.values {
            moves.values.push((*parameter, read_value(reader, *parameter, text)?));
        }
        for TextLane { parameter, points } in &self.lanes {
            ensure!(
                reader.is_automatable(*parameter),
                "{} cannot be automated; set it under \"parameters\"",
                called(*parameter)
            );
            let mut in_frames = Vec::new();
            for (seconds, text) in points {
                let frame = (seconds * rate).round() as u64;
                let value = read_value(reader, *parameter, text)
                    .with_context(|| format!("in the automation at {seconds} s"))?;
                in_frames.push((frame, value));
            }
            let lane = Lane::new(*parameter, reader.is_stepped(*parameter), in_frames);
            moves.lanes.push(lane.with_context(|| {
                format!("the automation of {} goes back in time", called(*parameter))
            })?);
        }
        Ok(moves)
    }
}

fn read_value(reader: &mut impl Reader, parameter: Parameter, text: &str) -> Result<f64> {
    if let Some(value) = reader.read_text(parameter, text) {
        return Ok(value);
    }
    let called = called(parameter);
    match parameter.kind() {
        Kind::Choice(names) => {
            bail!("{called} cannot be {text:?}; it is one of {}", names.join(", "))
        }
        Kind::Toggle => bail!("{called} cannot be {text:?}; it is On or Off"),
        _ => {
            let (min, max) = parameter.kind().range();
            let (low, high) = (parameter.to_text(min), parameter.to_text(max));
            bail!("{called} cannot be {text:?}; it reads values from {low:?} to {high:?}")
        }
    }
}

/// A parameter as messages call it: by name and id.
fn called(parameter: Parameter) -> String {
    format!("{:?} ({})", parameter.name(), parameter.id())
}

/// The parameter with this id or name.
fn find(wanted: &str) -> Result<Parameter> {
    if let Some(found) = Parameter::from_id(wanted).or_else(|| Parameter::from_name(wanted)) {
        return Ok(found);
    }
    let known = ALL.iter().flat_map(|parameter| [parameter.name(), parameter.id()]);
    let otherwise = "they have names like \"Strip 2 > Bus 4\" and ids like \"s2b4\"";
    bail!("there is no parameter {wanted:?}; {}", nearest::suggestion(wanted, known, otherwise))
}

#[cfg(test)]
mod tests;
