//! What can be done to stored scenes, their scope and their safes, as values.
//!
//! Not here: recalling ([`super::recalling`]) and widgets. Pure functions; the editor's thread.

use crate::editor::view::Names;
use crate::routing::{Node, Routing};
use crate::session::Session;
use crate::session::scenes::{Part, Scene, Scenes};
use std::sync::Arc;

/// One change of what is stored, or of what a recall may touch. Scenes go by their number from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum SceneEdit {
    /// The mix as it is becomes a scene, which keeps its name.
    Store(usize),
    /// A scene goes.
    Clear(usize),
    /// The second becomes what the first is.
    Copy(usize, usize),
    /// A scene gets a name; an empty one brings the default back.
    Name(usize, String),
    /// A part may be touched by a recall, or not.
    Scope(Part, bool),
    /// No recall touches a node any more, or it may again.
    Safe(Node, bool),
}

impl SceneEdit {
    /// A session's scenes after it.
    pub fn apply(&self, routing: &Routing, session: &Session) -> Scenes {
        let mut scenes = session.scenes.clone();
        match self {
            SceneEdit::Store(number) => {
                let name = scenes.get(*number).map(|scene| scene.name.clone()).unwrap_or_default();
                scenes.put(*number, Some(Arc::new(Scene::of(name, routing, session))));
            }
            SceneEdit::Clear(number) => scenes.put(*number, None),
            SceneEdit::Copy(from, to) => {
                let copied = scenes.get(*from).cloned();
                scenes.put(*to, copied);
            }
            SceneEdit::Name(number, name) => {
                if let Some(scene) = scenes.get(*number) {
                    let name = if *name == format!("Scene {}", number + 1) { "" } else { name };
                    let mut named = (**scene).clone();
                    named.name = name.to_owned();
                    scenes.put(*number, Some(Arc::new(named)));
                }
            }
            SceneEdit::Scope(part, on) => scenes.scope.set(*part, *on),
            SceneEdit::Safe(node, safe) => scenes.set_safe(*node, *safe),
        }
        scenes
    }

    /// What it does, in words for Undo.
    pub fn describe(&self, scenes: &Scenes, names: &Names) -> String {
        match self {
            SceneEdit::Store(number) => format!("Store {}", scenes.title(*number)),
            SceneEdit::Clear(number) => format!("Clear {}", scenes.title(*number)),
            SceneEdit::Copy(from, to) => {
                format!("Copy {} to {}", scenes.title(*from), scenes.title(*to))
            }
            SceneEdit::Name(number, name) if name.is_empty() => {
                format!("Name of Scene {}", number + 1)
            }
            SceneEdit::Name(number, name) => format!("Name Scene {} “{name}”", number + 1),
            SceneEdit::Scope(part, on) => {
                let word = Part::ALL.iter().find(|(one, _)| one == part).map_or("", |(_, w)| *w);
                let word = word.to_lowercase();
                if *on { format!("Recall {word} too") } else { format!("Recall no {word}") }
            }
            SceneEdit::Safe(node, true) => format!("Safe: {}", names.of(*node)),
            SceneEdit::Safe(node, false) => format!("Not safe: {}", names.of(*node)),
        }
    }
}
