//! The chain view, tried by its accessible names: every test clicks, drags or types like a person and
//! looks at what the session becomes.
//!
//! Not here: the host's side of it, sound, and the other views.

#![cfg(feature = "plugin")]

#[path = "editor_chains/deeds.rs"]
mod deeds;
#[path = "editor/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "editor/lively.rs"]
mod lively;
#[path = "editor_chains/looks.rs"]
mod looks;
#[path = "editor_chains/monkey.rs"]
mod monkey;
#[path = "editor/picture.rs"]
mod picture;
#[path = "editor_chains/rack.rs"]
mod rack;
