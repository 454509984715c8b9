//! Scenes among the edits: stored, recalled, morphed into.
//!
//! Not here: what they change (`crate::session::scenes`). The editor's thread.

use super::step::{Change, Step};
use super::{Edits, Known};
use crate::editor::action::Action;
use crate::editor::scenes::edit::SceneEdit;
use crate::editor::scenes::recalling::{Aim, Due, Morphing, Progress, recalled};
use crate::editor::whole::Whole;
use crate::session::Session;
use crate::session::scenes::Scenes;
use crate::session::scenes::morph::Glide;
use std::sync::Arc;

impl Edits {
    /// The session as far as it was changed already.
    pub(super) fn session_now(&self, known: &Known<'_>) -> Arc<Session> {
        Arc::clone(self.session.as_ref().unwrap_or(&known.inserts.session))
    }

    /// Notes a change of the scenes. Answers what there is to do.
    pub(super) fn take_scenes(&mut self, edit: &SceneEdit, known: &Known<'_>) -> Option<Action> {
        let session = self.session_now(known);
        let after = Box::new(edit.apply(known.routing, &session));
        if *after == session.scenes {
            return None;
        }
        self.draft.push(Change::Scenes {
            before: Box::new(session.scenes.clone()),
            after: after.clone(),
            name: edit.describe(&after, known.names),
        });
        self.follow_scenes(&after, known);
        Some(Action::Scenes(after))
    }

    /// Keeps up with scenes that change.
    pub(super) fn follow_scenes(&mut self, scenes: &Scenes, known: &Known<'_>) {
        let session = self.session_now(known);
        self.session = Some(Arc::new(Session { scenes: scenes.clone(), ..(*session).clone() }));
    }

    /// Puts a scene in the place of the mix, as far as scope and safes let it.
    pub(super) fn recall(&mut self, number: usize, out: &mut Vec<Action>, known: &Known<'_>) {
        let session = self.session_now(known);
        if let Some(whole) = recalled(&session.scenes, number, known.routing, &session) {
            self.adopt(whole, out, known);
        }
    }

    /// Begins a morph with the next picture; one of no length is a recall.
    pub(super) fn begin_morph(&mut self, aim: Aim, out: &mut Vec<Action>, known: &Known<'_>) {
        if let Some(from) = aim.from {
            self.recall(from, out, known);
            self.close_step(known);
        }
        if aim.tenths == 0 {
            return self.recall(aim.to, out, known);
        }
        // A value that somebody holds would begin twice.
        self.end_gestures(out, known);
        self.morph = Morphing::new(aim, &self.session_now(known).scenes);
    }

    /// Whether a morph is under way.
    pub fn is_morphing(&self) -> bool {
        self.morph.is_some()
    }

    /// The morph under way, at a time in seconds.
    pub fn morph(&self, now: f64) -> Option<Progress> {
        self.morph.as_ref().map(|morph| morph.progress(now))
    }

    /// The next picture's share of the morph under way. Not to be asked for while a recall is still
    /// on its way to the host.
    pub fn go_on(&mut self, known: &Known<'_>) -> Vec<Action> {
        let Some(morph) = &mut self.morph else { return Vec::new() };
        let due = morph.go_on(known.routing, &known.inserts.session, known.now);
        let (sent, rest) = match due {
            Due::Steps(steps) => return steps,
            Due::Landed(sent, rest) => (sent, rest),
        };
        self.morph = None;
        let name = rest.name.clone();
        let mut out = Vec::new();
        let rest = match self.take_whole(rest, known) {
            Ok(rest) => rest,
            Err(words) => {
                self.refuse(words, known.now);
                None
            }
        };
        self.note_morph(name, &sent, known);
        out.extend(rest.map(|whole| Action::Adopt(Box::new(whole))));
        self.session = None;
        out
    }

    /// Ends the morph under way where it is.
    pub(super) fn stop_morph(&mut self, out: &mut Vec<Action>, known: &Known<'_>) {
        let Some(morph) = self.morph.take() else { return };
        let name = format!("{}, stopped", morph.name());
        let (ends, sent) = morph.stop();
        out.extend(ends);
        self.note_morph(name, &sent, known);
    }

    /// Makes one step of what glided and of what changed at the end of it.
    fn note_morph(&mut self, name: String, sent: &[(Glide, f32)], known: &Known<'_>) {
        let landed = self.draft.iter().position(|change| matches!(change, Change::Whole { .. }));
        let nothing =
            || Whole { name: String::new(), values: Vec::new(), session: None, snapshot: None };
        let (mut back, mut again) = match landed.map(|at| self.draft.remove(at)) {
            Some(Change::Whole { back, again }) => (back, again),
            _ => (nothing(), nothing()),
        };
        (back.name, again.name) = (name.clone(), name);
        for (glide, last) in sent.iter().filter(|(glide, last)| *last != glide.from) {
            let parameter = glide.parameter;
            back.values.retain(|(one, _)| *one != parameter);
            back.values.push((parameter, glide.from));
            if !again.values.iter().any(|(one, _)| *one == parameter) {
                again.values.push((parameter, *last));
            }
        }
        if let Some(step) = Step::of(vec![Change::Whole { back, again }], known) {
            self.steps.edit(&mut Vec::new(), step);
        }
    }
}
