//! What lies between the views and the host: gestures that always come in pairs, and the steps that
//! can be taken back.
//!
//! A step is everything done between the first gesture's begin and the last one's end, or one change
//! of a name or colour. Only what the editor did is in it; host automation never is, and taking a
//! step back sets the values it changed and no others. Lives as long as the plugin's instance, on
//! the editor's thread; knows neither the framework nor egui.

mod recalls;
pub mod snapshots;
mod step;

use super::action::{Action, edit_together};
use super::chains::edit::ChainEdit;
use super::chains::inserts::Inserts;
use super::chains::keys;
use super::look::Look;
use super::scenes::recalling::Morphing;
use super::view::{Names, View};
use super::whole::Whole;
use crate::routing::parameter::Parameter;
use crate::routing::{Node, Routing};
use crate::session::Session;
use crate::session::scenes::Scene;
use crate::session::workshop::fits;
use std::sync::Arc;
use step::{Change, Step};
use undo::Record;

/// How long something refused is news, in seconds.
const NEWS: f64 = 6.0;
/// How many steps can be taken back.
const STEPS: usize = 200;

/// What the editor knows at the moment the user acts.
pub struct Known<'a> {
    /// Every parameter's own value, without modulation.
    pub routing: &'a Routing,
    /// What the user calls things.
    pub names: &'a Names,
    /// Chains and macros.
    pub inserts: &'a Inserts,
    /// A clock, in seconds.
    pub now: f64,
}

impl<'a> Known<'a> {
    /// What a snapshot shows.
    pub fn of(view: &'a View, now: f64) -> Known<'a> {
        Known { routing: &view.routing, names: &view.names, inserts: &view.inserts, now }
    }
}

/// The gestures under way, the steps that can be taken back, and what the editor looks like.
pub struct Edits {
    open: Vec<Parameter>,
    draft: Vec<Change>,
    steps: Record<Step>,
    /// The chains as far as they were changed already, while actions are taken.
    session: Option<Arc<Session>>,
    /// Rises when a pointer button is let go, so that one drag is one step.
    grip: u32,
    /// What was refused, and when.
    refused: Option<(String, f64)>,
    /// The morph under way.
    morph: Option<Morphing>,
    /// The mix as it was when a snapshot was last left.
    snapshots: [Option<Scene>; 2],
    /// What was done that is not seen otherwise, and when.
    told: Option<(String, f64)>,
    /// What the editor itself remembers.
    pub look: Look,
}

impl Default for Edits {
    fn default() -> Self {
        let steps = Record::builder().limit(STEPS).build();
        Edits {
            open: Vec::new(),
            draft: Vec::new(),
            steps,
            session: None,
            grip: 0,
            refused: None,
            morph: None,
            snapshots: [None, None],
            told: None,
            look: Look::default(),
        }
    }
}

impl Edits {
    /// Nothing done yet, and a look.
    pub fn with_look(look: Look) -> Edits {
        Edits { look, ..Edits::default() }
    }

    /// What the user asked for becomes what is to be carried out: whole gestures in order, renamings,
    /// and the values of steps taken back. With `held`, a pointer button is down; without, no gesture
    /// can be under way, so one that was cut off ends here.
    pub fn take(&mut self, actions: Vec<Action>, held: bool, known: &Known<'_>) -> Vec<Action> {
        let mut out = Vec::new();
        self.session = Some(Arc::clone(&known.inserts.session));
        for action in actions {
            self.look.follow(&action);
            if matches!(
                action,
                Action::Undo
                    | Action::Redo
                    | Action::Adopt(_)
                    | Action::Recall(_)
                    | Action::Snapshot(_)
                    | Action::Morph(_)
            ) {
                self.stop_morph(&mut out, known);
            }
            match action {
                Action::Undo => self.travel(Record::undo, &mut out, known),
                Action::Redo => self.travel(Record::redo, &mut out, known),
                Action::Refuse(words) => self.refuse(words, known.now),
                Action::Tell(words) => {
                    (self.told, self.refused) = (Some((words, known.now)), None);
                }
                Action::Chain(edit) => match self.take_chain(&edit, known) {
                    Ok(()) => out.push(Action::Chain(edit)),
                    Err(words) => self.refuse(words, known.now),
                },
                Action::Snapshot(number) => self.turn_to(number, &mut out, known),
                Action::Adopt(whole) => {
                    self.adopt(*whole, &mut out, known);
                }
                Action::Scene(edit) => out.extend(self.take_scenes(&edit, known)),
                Action::Recall(number) => self.recall(number, &mut out, known),
                Action::Morph(aim) => self.begin_morph(aim, &mut out, known),
                Action::StopMorph => self.stop_morph(&mut out, known),
                action => {
                    if self.admit(&action) {
                        self.note(&action, known);
                        out.push(action);
                    }
                }
            }
            self.close_step(known);
        }
        if !held {
            self.end_gestures(&mut out, known);
            self.grip = self.grip.wrapping_add(1);
        }
        self.session = None;
        out
    }

    /// Notes a change of the chains, unless it cannot be: then nothing changes.
    fn take_chain(&mut self, edit: &ChainEdit, known: &Known<'_>) -> Result<(), String> {
        let inserts = known.inserts;
        let before = self.session_now(known);
        let mut after = (*before).clone();
        let came = edit.apply(&mut after, &known.routing.macros)?;
        if edit.is_structural(&before) {
            let costs = keys::Costs::of(&after, known.routing, inserts.sample_rate);
            fits(&after, inserts.sample_rate, inserts.longest)
                .map_err(|refusal| format!("Refused: {refusal}."))?;
            let loops = inserts.costs.loops(&before, known.routing);
            if let Some(words) = keys::new_loop(&loops, &costs.loops, known.names) {
                return Err(words);
            }
        }
        let (back, again) = edit.both_ways(&before, &after);
        self.draft.push(Change::Chain {
            back,
            again,
            name: edit.describe(&before, known.names),
            grip: self.grip,
        });
        if let Some(came) = came {
            self.look.slot = Some(came);
        }
        // What went away has no panel any more.
        self.look.slot = self.look.slot.filter(|slot| after.slot(*slot).is_some());
        self.session = Some(Arc::new(after));
        self.refused = None;
        Ok(())
    }

    /// Puts a whole in the place of what is there, or says why it cannot be. Answers whether it could.
    fn adopt(&mut self, whole: Whole, out: &mut Vec<Action>, known: &Known<'_>) -> bool {
        // What is being dragged would be torn out of the hand.
        self.end_gestures(out, known);
        let due = self.take_whole(whole, known);
        let could = due.is_ok();
        match due {
            Ok(due) => out.extend(due.map(|whole| Action::Adopt(Box::new(whole)))),
            Err(words) => self.refuse(words, known.now),
        }
        could
    }

    /// Notes that everything changes at once, unless it cannot be: then nothing does. Answers what
    /// there is to change.
    fn take_whole(&mut self, whole: Whole, known: &Known<'_>) -> Result<Option<Whole>, String> {
        let inserts = known.inserts;
        let before = self.session_now(known);
        let (back, again) = whole.both_ways(known.routing, &before);
        if again.is_nothing() {
            return Ok(None);
        }
        if let Some(after) = &again.session {
            fits(after, inserts.sample_rate, inserts.longest)
                .map_err(|refusal| format!("Refused: {refusal}."))?;
        }
        self.draft.push(Change::Whole { back, again: again.clone() });
        self.follow_whole(&again);
        self.refused = None;
        Ok(Some(again))
    }

    /// Keeps up with everything that changes at once.
    fn follow_whole(&mut self, whole: &Whole) {
        self.look.snapshot = whole.snapshot.unwrap_or(self.look.snapshot);
        if let Some(after) = &whole.session {
            self.look.slot = self.look.slot.filter(|slot| after.slot(*slot).is_some());
            self.session = Some(Arc::clone(after));
        }
    }

    /// Says that something cannot be, and why.
    pub fn refuse(&mut self, words: String, now: f64) {
        self.refused = Some((words, now));
    }

    /// What was refused a moment ago.
    pub fn notice(&self, now: f64) -> Option<String> {
        recent(&self.refused, now)
    }

    /// What was done a moment ago that is not seen otherwise.
    pub fn news(&self, now: f64) -> Option<String> {
        recent(&self.told, now)
    }

    /// The ends that are still owed, for when the window closes.
    pub fn end_all(&mut self, known: &Known<'_>) -> Vec<Action> {
        let mut out = Vec::new();
        self.stop_morph(&mut out, known);
        self.end_gestures(&mut out, known);
        out
    }

    /// What taking back would undo, in words.
    pub fn undo_name(&self) -> Option<String> {
        let at = self.steps.head().checked_sub(1)?;
        self.steps.get_entry(at).map(|step| step.as_ref().name().to_string())
    }

    /// What would be done again, in words.
    pub fn redo_name(&self) -> Option<String> {
        self.steps.get_entry(self.steps.head()).map(|step| step.as_ref().name().to_string())
    }

    /// Forgets every step, because another state was loaded.
    pub fn forget(&mut self) {
        self.steps.clear();
        self.snapshots = [None, None];
        (self.look.scene, self.look.snapshot) = (None, 0);
    }

    /// Whether an action may go on to the host, and remembers that it did: each gesture begins and
    /// ends once, and nothing is set outside one.
    fn admit(&mut self, action: &Action) -> bool {
        match action {
            Action::Begin(parameter) => {
                let new = !self.open.contains(parameter);
                if new {
                    self.open.push(*parameter);
                }
                // A gesture of the morph goes on as the user's.
                new && !self.morph.as_mut().is_some_and(|morph| morph.let_go(*parameter))
            }
            Action::Set(parameter, _) => self.open.contains(parameter),
            Action::End(parameter) => {
                let at = self.open.iter().position(|open| open == parameter);
                at.map(|at| self.open.remove(at)).is_some()
            }
            _ => true,
        }
    }

    /// Writes down what an action changes.
    fn note(&mut self, action: &Action, known: &Known<'_>) {
        let given = |list: &[String], at: usize| list.get(at).cloned().unwrap_or_default();
        match action {
            Action::Set(parameter, value) => {
                let known_before = |change: &&mut Change| change.parameter() == Some(*parameter);
                match self.draft.iter_mut().find(known_before) {
                    Some(change) => change.follow(*value),
                    None => self.draft.push(Change::Value {
                        parameter: *parameter,
                        before: parameter.get(known.routing),
                        after: *value,
                    }),
                }
            }
            Action::Rename(node, name) => {
                let before = match node {
                    Node::Strip(i) => given(&known.names.strips, *i),
                    Node::Bus(j) => given(&known.names.buses, *j),
                    Node::Main => return,
                };
                let change = Change::Name { node: *node, before, after: name.clone() };
                self.draft.push(change);
            }
            Action::Recolour(node, after) => {
                let before = known.names.own_colour(*node);
                self.draft.push(Change::Colour { node: *node, before, after: *after });
            }
            _ => {}
        }
    }

    /// Once no gesture is under way, what was done is a step.
    fn close_step(&mut self, known: &Known<'_>) {
        if !self.open.is_empty() || self.draft.is_empty() {
            return;
        }
        if let Some(step) = Step::of(std::mem::take(&mut self.draft), known) {
            self.steps.edit(&mut Vec::new(), step);
        }
    }

    fn end_gestures(&mut self, out: &mut Vec<Action>, known: &Known<'_>) {
        out.extend(self.open.drain(..).map(Action::End));
        self.close_step(known);
    }

    /// Keeps up with a change that a step makes.
    fn follow_chain(&mut self, edit: &ChainEdit, known: &Known<'_>) {
        let mut after = (*self.session_now(known)).clone();
        if edit.apply(&mut after, &known.routing.macros).is_ok() {
            self.look.slot = self.look.slot.filter(|slot| after.slot(*slot).is_some());
            self.session = Some(Arc::new(after));
        }
    }

    fn travel(
        &mut self,
        go: impl Fn(&mut Record<Step>, &mut Vec<Change>) -> Option<()>,
        out: &mut Vec<Action>,
        known: &Known<'_>,
    ) {
        // In the middle of a drag there is nothing whole to take back.
        self.end_gestures(out, known);
        let mut changes = Vec::new();
        go(&mut self.steps, &mut changes);
        let mut values = Vec::new();
        for change in changes {
            match change {
                Change::Value { parameter, after, .. } => values.push((parameter, after)),
                Change::Name { node, after, .. } => out.push(Action::Rename(node, after)),
                Change::Colour { node, after, .. } => out.push(Action::Recolour(node, after)),
                Change::Scenes { after, .. } => {
                    self.follow_scenes(&after, known);
                    out.push(Action::Scenes(after));
                }
                Change::Whole { again, .. } => {
                    let again = again.in_looks_of(&known.inserts.session);
                    self.follow_whole(&again);
                    out.push(Action::Adopt(Box::new(again)));
                }
                Change::Chain { again, .. } => {
                    self.follow_chain(&again, known);
                    out.push(Action::Chain(again));
                }
            }
        }
        out.extend(edit_together(&values));
    }
}

/// Words that are still news.
fn recent(said: &Option<(String, f64)>, now: f64) -> Option<String> {
    let news = |(_, at): &&(String, f64)| (0.0..NEWS).contains(&(now - at));
    said.as_ref().filter(news).map(|(words, _)| words.clone())
}
