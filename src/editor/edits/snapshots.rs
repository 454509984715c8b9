//! Two snapshots of the mix, A and B, to compare by ear: turning to the other keeps the mix as it is
//! and brings the other back.
//!
//! Not here: what a snapshot holds (a scene's contents, whatever scope and safes say; the Monitor
//! stays). They last as long as the instance. The editor's thread.

use super::{Edits, Known};
use crate::editor::action::Action;
use crate::editor::scenes::recalling::whole;
use crate::session::Session;
use crate::session::scenes::recall::Recall;
use crate::session::scenes::{Scene, Scenes};

/// What the snapshots are called.
pub const LETTERS: [&str; 2] = ["A", "B"];

impl Edits {
    /// Turns to a snapshot, 0 or 1. One that was never left is the mix as it is.
    pub(super) fn turn_to(&mut self, number: usize, out: &mut Vec<Action>, known: &Known<'_>) {
        let left = self.look.snapshot;
        if number == left || number >= LETTERS.len() {
            return;
        }
        let session = self.session_now(known);
        self.snapshots[left] = Some(Scene::of("", known.routing, &session));
        self.look.snapshot = number;
        let Some(scene) = &self.snapshots[number] else { return };
        // No scope and nothing safe: what is compared is the mix, not a part of it.
        let free = Session { scenes: Scenes::default(), ..(*session).clone() };
        let recall = Recall::of(scene, known.routing, &free);
        let mut whole = whole(format!("Snapshot {}", LETTERS[number]), recall, &session);
        whole.snapshot = Some(number);
        if !self.adopt(whole, out, known) {
            self.look.snapshot = left;
        }
    }
}
