//! One step that can be taken back: what it changed, and what it is called.
//!
//! Not here: when a step begins and ends ([`super`]). Plain values; the editor's thread only.

use super::Known;
use crate::editor::chains::edit::ChainEdit;
use crate::editor::drawing::typographic;
use crate::editor::whole::Whole;
use crate::routing::parameter::Parameter as P;
use crate::routing::{MAIN, Node, Role, STRIPS, Tap};
use crate::session::scenes::Scenes;
use crate::units::Fader;
use undo::{Edit, Merged};

/// Within this time, in seconds, turns of the wheel and presses of an arrow are one step.
const ONE_MOVE: f64 = 0.9;

/// One value, name or colour that a step changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A parameter's plain value.
    Value { parameter: P, before: f32, after: f32 },
    /// A given name; empty means the default.
    Name { node: Node, before: String, after: String },
    /// A colour of the palette.
    Colour { node: Node, before: u8, after: u8 },
    /// Chains, or what macros drive: what takes it back, what does it again, what it is called,
    /// and in which grip of the pointer it was done.
    Chain { back: ChainEdit, again: ChainEdit, name: String, grip: u32 },
    /// What is stored as scenes, or what a recall may touch, and what the change is called.
    Scenes { before: Box<Scenes>, after: Box<Scenes>, name: String },
    /// Everything at once: what takes it back and what does it again.
    Whole { back: Whole, again: Whole },
}

impl Change {
    /// The parameter, unless it is a name or colour.
    pub fn parameter(&self) -> Option<P> {
        match self {
            Change::Value { parameter, .. } => Some(*parameter),
            _ => None,
        }
    }

    /// The value moved on within the step.
    pub fn follow(&mut self, value: f32) {
        if let Change::Value { after, .. } = self {
            *after = value;
        }
    }

    fn is_nothing(&self) -> bool {
        match self {
            Change::Value { before, after, .. } => before == after,
            Change::Name { before, after, .. } => before == after,
            Change::Colour { before, after, .. } => before == after,
            Change::Chain { back, again, .. } => back == again,
            Change::Scenes { before, after, .. } => before == after,
            Change::Whole { back, again } => back == again,
        }
    }

    fn turned_round(&self) -> Change {
        let mut turned = self.clone();
        match &mut turned {
            Change::Value { before, after, .. } => std::mem::swap(before, after),
            Change::Name { before, after, .. } => std::mem::swap(before, after),
            Change::Colour { before, after, .. } => std::mem::swap(before, after),
            Change::Chain { back, again, .. } => std::mem::swap(back, again),
            Change::Scenes { before, after, .. } => std::mem::swap(before, after),
            Change::Whole { back, again } => std::mem::swap(back, again),
        }
        turned
    }
}

/// A step. Taking it back or doing it again writes the changes that are due to its target.
#[derive(Debug)]
pub struct Step {
    name: String,
    changes: Vec<Change>,
    at: f64,
}

impl Step {
    /// A step of what really changed; `None` if nothing did.
    pub fn of(mut changes: Vec<Change>, known: &Known<'_>) -> Option<Step> {
        changes.retain(|change| !change.is_nothing());
        let name = describe(&changes, known)?;
        Some(Step { name, changes, at: known.now })
    }

    /// What it did, in words.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes in what moved the same value of a chain in the same drag, or soon after.
    fn go_on(&mut self, next: Step) -> Merged<Step> {
        let now = next.at;
        let joined = match (self.changes.as_mut_slice(), next.changes.as_slice()) {
            (
                [Change::Chain { again, name, grip, .. }],
                [Change::Chain { again: moved, name: newer, grip: other, .. }],
            ) => {
                let same = again.subject().is_some() && again.subject() == moved.subject();
                let joined = same && (grip == other || now - self.at <= ONE_MOVE);
                if joined {
                    (*again, *name, *grip) = (moved.clone(), newer.clone(), *other);
                }
                joined
            }
            _ => false,
        };
        if !joined {
            return Merged::No(next);
        }
        self.at = now;
        self.name = next.name;
        if self.changes.iter().all(Change::is_nothing) { Merged::Annul } else { Merged::Yes }
    }

    /// The one continuous value it moves, if that is all it does.
    fn moved(&self) -> Option<P> {
        match self.changes.as_slice() {
            [Change::Value { parameter, .. }] if parameter.kind().steps().is_none() => {
                Some(*parameter)
            }
            _ => None,
        }
    }
}

impl Edit for Step {
    type Target = Vec<Change>;
    type Output = ();

    /// The editor has done it already.
    fn edit(&mut self, _due: &mut Vec<Change>) {}

    fn undo(&mut self, due: &mut Vec<Change>) {
        due.extend(self.changes.iter().rev().map(Change::turned_round));
    }

    fn redo(&mut self, due: &mut Vec<Change>) {
        due.extend(self.changes.iter().cloned());
    }

    fn merge(&mut self, next: Step) -> Merged<Step> {
        if let ([Change::Chain { .. }], [Change::Chain { .. }]) =
            (self.changes.as_slice(), next.changes.as_slice())
        {
            return self.go_on(next);
        }
        let same = self.moved().is_some() && self.moved() == next.moved();
        if !same || next.at - self.at > ONE_MOVE {
            return Merged::No(next);
        }
        if let ([Change::Value { after, .. }], [Change::Value { after: moved, .. }]) =
            (self.changes.as_mut_slice(), next.changes.as_slice())
        {
            *after = *moved;
        }
        self.at = next.at;
        self.name = next.name;
        if self.changes.iter().all(Change::is_nothing) { Merged::Annul } else { Merged::Yes }
    }
}

/// A step in words, such as "Send Vox → Reverb −12.0 dB".
fn describe(changes: &[Change], known: &Known<'_>) -> Option<String> {
    let name = |node: Node| known.names.of(node);
    let first = changes.first()?;
    if let [change] = changes {
        return Some(one(change, known));
    }
    if let Change::Chain { name, .. } = first {
        return Some(name.clone());
    }
    // A role with the taps that follow it, and an assignment with the Main tap it replaces, are
    // called after what the user did.
    for change in changes {
        if let Change::Value { parameter: P::BusRole(j), after, .. } = change {
            let role = [Role::Group, Role::Return, Role::Mix][(*after as usize).min(2)];
            return Some(format!("{} becomes a {}", name(Node::Bus(*j as usize)), word(role)));
        }
    }
    if let Some((from, to)) = one_edge(changes) {
        let verb = if changes.iter().any(opens) { "Connect" } else { "Disconnect" };
        let (from, to) = (Node::from_index(from), Node::destination(to));
        return Some(format!("{verb} {} → {}", name(from), name(to)));
    }
    let same = |a: &Change, b: &Change| {
        a.parameter().map(|p| std::mem::discriminant(&p))
            == b.parameter().map(|p| std::mem::discriminant(&p))
    };
    let solos = |change: &Change| {
        matches!(
            change,
            Change::Value { parameter: P::StripSolo(_) | P::BusSolo(_), after, .. } if *after == 0.0
        )
    };
    if changes.iter().all(solos) {
        return Some(format!("Clear {} solos", changes.len()));
    }
    if let Some(edges) = edges(changes) {
        return Some(format!("{} crosspoints", edges.len().max(1)));
    }
    if changes.iter().all(|change| same(change, first)) {
        return Some(format!("{} and {} more", one(first, known), changes.len() - 1));
    }
    Some(format!("{} changes", changes.len()))
}

/// The crosspoints that changes are about, if they are about nothing else; those to Main, which
/// follow the others, aside.
fn edges(changes: &[Change]) -> Option<Vec<(usize, usize)>> {
    let all: Option<Vec<_>> = changes.iter().map(|change| edge(change.parameter()?)).collect();
    let mut edges = all?;
    edges.retain(|(_, to)| *to != MAIN);
    edges.sort_unstable();
    edges.dedup();
    Some(edges)
}

/// The only crosspoint that changes are about.
fn one_edge(changes: &[Change]) -> Option<(usize, usize)> {
    match edges(changes)?.as_slice() {
        [edge] => Some(*edge),
        _ => None,
    }
}

/// Whether a change turns a crosspoint's tap or level on; a tap to Main aside.
fn opens(change: &Change) -> bool {
    matches!(
        change,
        Change::Value {
            parameter: P::StripLevel(..) | P::BusLevel(..) | P::StripTap(..) | P::BusTap(..),
            after,
            ..
        } if *after > 0.0
    )
}

fn one(change: &Change, known: &Known<'_>) -> String {
    let name = |node: Node| known.names.of(node);
    match change {
        Change::Chain { name, .. } => name.clone(),
        Change::Scenes { name, .. } => name.clone(),
        Change::Whole { again, .. } => again.name.clone(),
        Change::Name { node, after, .. } if after.is_empty() => format!("Name of {node}"),
        Change::Name { node, after, .. } => format!("Name {node} “{after}”"),
        Change::Colour { node, .. } => format!("Colour of {}", name(*node)),
        Change::Value { parameter, after, .. } => {
            let text = typographic(&parameter.to_text(*after));
            let on = *after >= 0.5;
            let strip = |i: &u8| name(Node::Strip(*i as usize));
            let bus = |j: &u8| name(Node::Bus(*j as usize));
            let send = |from: String, to: String| match *after == Fader::OFF.0 {
                true => format!("Close {from} → {to}"),
                false => format!("Send {from} → {to} {text}"),
            };
            let switch = |what: &str, whom: String| match on {
                true => format!("{what} {whom}"),
                false => format!("{what} off: {whom}"),
            };
            let tap = |from: String, to: &str| match *after == f32::from(Tap::Off as u8) {
                true => format!("Disconnect {from} → {to}"),
                false => format!("Tap {from} → {to} {text}"),
            };
            match parameter {
                P::StripLevel(i, j) => send(strip(i), bus(j)),
                P::BusLevel(j, k) => send(bus(j), bus(k)),
                P::StripTap(i, j) => tap(strip(i), &bus(j)),
                P::BusTap(j, k) => tap(bus(j), &bus(k)),
                P::StripMainTap(i) => tap(strip(i), "Main"),
                P::BusMainTap(j) => tap(bus(j), "Main"),
                P::StripMute(i) => switch("Mute", strip(i)),
                P::BusMute(j) => switch("Mute", bus(j)),
                P::StripSolo(i) => switch("Solo", strip(i)),
                P::BusSolo(j) => switch("Solo", bus(j)),
                P::StripFader(i) => format!("Fader {} {text}", strip(i)),
                P::BusFader(j) => format!("Fader {} {text}", bus(j)),
                P::StripPan(i) => format!("Pan {} {text}", strip(i)),
                P::BusPan(j) => format!("Pan {} {text}", bus(j)),
                P::StripTrim(i) => format!("Trim {} {text}", strip(i)),
                other => format!("{} {text}", other.name()),
            }
        }
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Group => "Group",
        Role::Return => "Return",
        Role::Mix => "Mix",
    }
}

/// The crosspoint a parameter belongs to.
fn edge(parameter: P) -> Option<(usize, usize)> {
    let at = |i: u8| usize::from(i);
    match parameter {
        P::StripLevel(i, j) | P::StripTap(i, j) => Some((at(i), at(j))),
        P::BusLevel(j, k) | P::BusTap(j, k) => Some((STRIPS + at(j), at(k))),
        P::StripMainTap(i) => Some((at(i), MAIN)),
        P::BusMainTap(j) => Some((STRIPS + at(j), MAIN)),
        _ => None,
    }
}
