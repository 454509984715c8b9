//! Route Check from the command line: reads a session file or a render session and says what in it is
//! probably not meant.
//!
//! Not here: the rules ([`switchyard::check`]).

use crate::session::Session;
use anyhow::{Context, Result};
use serde::Serialize;
use std::path::Path;
use switchyard::check::{Finding, Surroundings, check, latencies};
use switchyard::routing::Routing;
use switchyard::session::Session as Saved;

/// What was found, as programs read it.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// In the order of [`check`]; what the user marked as intended is left out.
    pub findings: Vec<Told>,
    /// How many were left out because they are intended.
    #[serde(skip)]
    pub intended: usize,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// The rule's id.
    pub id: &'static str,
    /// "Error", "Warning" or "Note".
    pub severity: &'static str,
    /// The places, in signal order as far as there is one.
    pub path: Vec<String>,
    /// What is wrong and what it does to the sound.
    pub text: String,
}

impl From<&Finding> for Told {
    fn from(finding: &Finding) -> Told {
        Told {
            id: finding.id,
            severity: finding.severity.name(),
            path: finding.path.iter().map(ToString::to_string).collect(),
            text: finding.text.clone(),
        }
    }
}

/// Reads a `.switchyard` file or a render session.
///
/// # Errors
/// Says what is wrong and where.
pub fn read(path: &Path) -> Result<(Routing, Saved)> {
    let session = Session::from_file(path)?;
    let routing = session.routing().with_context(|| path.display().to_string())?;
    Ok((routing, session.saved))
}

/// Checks a routing as it would be at `sample_rate` Hz in a host that gives every port.
pub fn find(routing: &Routing, session: &Saved, sample_rate: f64) -> Findings {
    let surroundings = Surroundings {
        sample_rate,
        latencies: latencies(session, sample_rate),
        ..Surroundings::default()
    };
    let found = check(routing, session, &surroundings);
    let (intended, open): (Vec<_>, Vec<_>) =
        found.iter().partition(|finding| finding.is_intended(session));
    Findings { findings: open.into_iter().map(Told::from).collect(), intended: intended.len() }
}

impl Findings {
    /// As people read it.
    pub fn table(&self) -> String {
        let mut table = String::new();
        for Told { id, severity, path, text } in &self.findings {
            table += &format!("{severity:8} {}  [{id}]\n         {text}\n", path.join(", "));
        }
        let count = match self.findings.len() {
            0 => "Nothing found".to_owned(),
            1 => "1 finding".to_owned(),
            more => format!("{more} findings"),
        };
        let intended = match self.intended {
            0 => String::new(),
            some => format!(", {some} marked as intended"),
        };
        format!("{table}{count}{intended}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use switchyard::routing::parameter::Parameter;
    use switchyard::session::file;
    use switchyard::templates::TEMPLATES;

    fn write(name: &str, text: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("switchyard-{}-{name}", std::process::id()));
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn a_session_file_and_a_render_session_of_the_same_routing_give_the_same_findings() {
        let mut routing = Routing::default();
        // A pre-fader send into a Return.
        for (parameter, text) in [
            (Parameter::BusRole(3), "Return"),
            (Parameter::StripLevel(1, 3), "-6 dB"),
            (Parameter::StripTap(1, 3), "Pre"),
        ] {
            parameter.set(&mut routing, parameter.from_text(text).unwrap());
        }
        let own = write("own.switchyard", &file::to_json(&routing, &Saved::default()));
        let render = write(
            "render.json",
            r#"{"parameters": {"Bus 4 Role": "Return", "s2b4": "-6 dB", "s2b4t": "Pre"}}"#,
        );
        let found = [&own, &render].map(|path| {
            let (routing, session) = read(path).unwrap();
            find(&routing, &session, 48_000.0)
        });
        assert_eq!(found[0].findings, found[1].findings);
        assert!(!found[0].findings.is_empty());
        let (routing, mut session) = read(&own).unwrap();
        let all = check(&routing, &session, &Surroundings::default());
        session.intended = all.iter().map(Finding::key).collect();
        let quiet = find(&routing, &session, 48_000.0);
        assert_eq!((quiet.findings.len(), quiet.intended), (0, all.len()));
        fs::remove_file(own).unwrap();
        fs::remove_file(render).unwrap();
    }

    #[test]
    fn templates_written_to_a_file_are_clean_and_damaged_ones_are_refused_by_place() {
        for template in TEMPLATES {
            let (routing, session) = (template.build)();
            let text = file::to_json(&routing, &session);
            let path = write(&format!("{}.switchyard", template.id), &text);
            let (routing, session) = read(&path).unwrap();
            let found = find(&routing, &session, 48_000.0);
            assert!(found.findings.is_empty(), "{}: {}", template.id, found.table());
            fs::write(&path, &text[..text.len() / 2]).unwrap();
            let error = format!("{:#}", read(&path).unwrap_err());
            assert!(error.contains("line "), "{error}");
            fs::remove_file(path).unwrap();
        }
    }
}
