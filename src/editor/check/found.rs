//! What Route Check found, sorted for the screen: what is open, what is intended, and what each
//! crosspoint and head is marked with.
//!
//! Not here: the rules ([`crate::check`]) and drawing. Made only when something changed, read for
//! every picture. The editor's thread only.

use crate::check::{Finding, Place, Severity, Surroundings, check};
use crate::routing::{Node, Routing};
use crate::session::Session;
use std::collections::HashMap;

/// Why a crosspoint or a head is marked.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The worst of what was found there.
    pub severity: Severity,
    /// What that is, and how much more there is.
    pub text: String,
}

/// Everything that was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// What asks for attention, errors first.
    pub open: Vec<Finding>,
    /// What the user said is meant so.
    pub intended: Vec<Finding>,
    marks: HashMap<Place, Mark>,
}

impl Found {
    /// Runs the check.
    pub fn of(routing: &Routing, session: &Session, surroundings: &Surroundings) -> Found {
        let all = check(routing, session, surroundings);
        let (intended, open): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|finding| finding.is_intended(session));
        let marks = marks(&open);
        Found { open, intended, marks }
    }

    /// How bad the worst of it is.
    pub fn worst(&self) -> Option<Severity> {
        self.open.iter().map(|finding| finding.severity).min()
    }

    /// How many findings of a severity are open.
    pub fn count(&self, severity: Severity) -> usize {
        self.open.iter().filter(|finding| finding.severity == severity).count()
    }

    /// What a crosspoint is marked with.
    pub fn edge(&self, source: usize, destination: usize) -> Option<&Mark> {
        let place = Place::Edge(Node::from_index(source), Node::destination(destination));
        self.marks.get(&place)
    }

    /// What the head of a strip, a bus or Main is marked with.
    pub fn node(&self, node: Node) -> Option<&Mark> {
        self.marks.get(&Place::Node(node))
    }

    /// "2 errors, 1 note"; empty if nothing is open.
    pub fn summary(&self) -> String {
        let severities = [Severity::Error, Severity::Warning, Severity::Note];
        let part = |severity: Severity| {
            let count = self.count(severity);
            let word = severity.name().to_lowercase();
            (count > 0).then(|| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        };
        severities.into_iter().filter_map(part).collect::<Vec<_>>().join(", ")
    }
}

/// The crosspoint or head a place of a finding is drawn at, if it has one.
fn marked(place: &Place) -> Option<Place> {
    match place {
        Place::Node(_) | Place::Edge(..) => Some(*place),
        Place::Slot(node, _) => Some(Place::Node(*node)),
        Place::Input(_) | Place::Output(_) | Place::Monitor | Place::Talkback => None,
    }
}

fn marks(open: &[Finding]) -> HashMap<Place, Mark> {
    let mut all: HashMap<Place, Vec<&Finding>> = HashMap::new();
    for finding in open {
        let mut places: Vec<Place> = finding.path.iter().filter_map(marked).collect();
        places.sort();
        places.dedup();
        for place in places {
            all.entry(place).or_default().push(finding);
        }
    }
    let mark = |findings: Vec<&Finding>| {
        let worst = findings.iter().min_by_key(|finding| finding.severity)?;
        let text = match findings.len() {
            1 => worst.text.clone(),
            more => format!("{} And {} more in Check.", worst.text, more - 1),
        };
        Some(Mark { severity: worst.severity, text })
    };
    all.into_iter().filter_map(|(place, found)| Some((place, mark(found)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::{Fader, Role, STRIPS, Send, Tap};

    /// Strip 2 goes Pre into a Return, which nobody hears.
    fn wrong() -> Routing {
        let mut routing = Routing::default();
        routing.buses[3].role = Role::Return;
        routing.strips[1].sends[3] = Send { tap: Tap::Pre, level: Fader::from_db(-12.0) };
        routing
    }

    #[test]
    fn each_place_of_an_open_finding_is_marked_and_what_is_intended_is_not() {
        let (routing, mut session) = (wrong(), Session::default());
        let found = Found::of(&routing, &session, &Surroundings::default());
        let mark = found.edge(1, 3).expect("the send is marked");
        assert_eq!(mark.severity, Severity::Warning);
        assert_eq!(found.edge(1, 4), None);
        assert_eq!(found.edge(STRIPS, 3), None);
        assert_eq!(found.worst(), Some(Severity::Warning));
        session.intended = found.open.iter().map(Finding::key).collect();
        let quiet = Found::of(&routing, &session, &Surroundings::default());
        assert_eq!((quiet.open.len(), quiet.intended.len()), (0, found.open.len()));
        assert_eq!((quiet.edge(1, 3), quiet.worst()), (None, None));
        assert_eq!(quiet.summary(), "");
    }

    #[test]
    fn several_findings_at_one_place_are_one_mark_that_says_how_many_there_are() {
        let mut routing = wrong();
        routing.buses[3].main_tap = Tap::Off;
        let found = Found::of(&routing, &Session::default(), &Surroundings::default());
        assert_eq!(found.open.len(), 2, "{:?}", found.open);
        assert_eq!(found.summary(), "2 warnings");
        let place = Place::Node(Node::Bus(3));
        let here: Vec<Finding> =
            found.open.iter().map(|one| Finding { path: vec![place], ..one.clone() }).collect();
        let marks = marks(&here);
        assert_eq!(marks.len(), 1);
        assert_eq!(marks[&place].text, format!("{} And 1 more in Check.", here[0].text));
    }
}
