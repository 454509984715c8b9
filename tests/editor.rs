//! The editor, tried by its accessible names: every test clicks, drags or types like a person and
//! looks at what that asks of the host.
//!
//! Not here: the host's side of it (`editor_link`) and real windows.

#![cfg(feature = "plugin")]

#[path = "editor/check.rs"]
mod check;
#[path = "editor/controls.rs"]
mod controls;
#[path = "editor/desk.rs"]
mod desk;
#[path = "editor/frame.rs"]
mod frame;
#[path = "editor/history.rs"]
mod history;
#[path = "editor/keyboard.rs"]
mod keyboard;
#[path = "editor/lively.rs"]
mod lively;
#[path = "editor/looks.rs"]
mod looks;
#[path = "editor/matrix.rs"]
mod matrix;
#[path = "editor/mischief.rs"]
mod mischief;
#[path = "editor/mixer.rs"]
mod mixer;
#[path = "editor/monkey.rs"]
mod monkey;
#[path = "editor/night.rs"]
mod night;
#[path = "editor/picture.rs"]
mod picture;
#[path = "editor/scenes.rs"]
mod scenes;
#[path = "editor/sessions.rs"]
mod sessions;

use desk::Desk;
use mischief::wheel;
use std::collections::HashMap;
use switchyard::editor::Action;
use switchyard::routing::Fader;
use switchyard::routing::parameter::Parameter;

/// The position of 0 dB.
const UNITY: f32 = 0.75;

fn db(desk: &Desk, parameter: Parameter) -> f32 {
    Fader(desk.value(parameter)).db()
}

/// Begins, sets and ends, per parameter, in the only order a host understands.
fn assert_paired(log: &[Action]) {
    let mut open = HashMap::new();
    for action in log {
        match action {
            Action::Begin(p) => assert!(open.insert(*p, ()).is_none(), "{p:?} began twice"),
            Action::Set(p, value) => {
                assert!(open.contains_key(p), "{p:?} set outside a gesture");
                assert!(value.is_finite() && p.kind().clamp(*value) == *value, "{p:?} {value}");
            }
            Action::End(p) => assert!(open.remove(p).is_some(), "{p:?} ended without beginning"),
            _ => {}
        }
    }
    assert!(open.is_empty(), "never ended: {open:?}");
}

fn count(log: &[Action], wanted: impl Fn(&Action) -> bool) -> usize {
    log.iter().filter(|action| wanted(action)).count()
}
