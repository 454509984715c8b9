//! A host with windows: real instances whose editors live in real X11 windows, a mouse that is the
//! display's own, and an audio thread that plays while they are open.
//!
//! [`display`] is a display without a screen; [`parent`] the window a host makes for an editor and
//! what is seen in it; [`mouse`] the pointer; [`instance`] one plugin with its editor; [`player`] its
//! audio thread and [`tape`] what that wrote down; [`person`] sits at an editor, and [`twin`] says
//! where things are in it. Not here: what is good and what is bad. Only tests use it, behind the
//! feature `window`.

pub mod display;
pub mod host;
pub mod instance;
pub mod mouse;
pub mod parent;
pub mod person;
pub mod player;
pub mod tape;
pub mod twin;

use std::time::Duration;

/// How long anything may take that a person would wait for.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long the host does something else between two looks.
pub const GLANCE: Duration = Duration::from_millis(20);
