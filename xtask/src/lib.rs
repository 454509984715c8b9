//! Switchyard's own tools, for the `cargo xtask` command and for tests that need a host.
//!
//! * [`bundle`] builds the plugin and lays it out as hosts expect it; [`install`] copies it to them.
//! * [`room`] is the engine room: a host that loads the built plugin and runs it.
//! * [`stems`] and [`band`] are what plays; [`demo`] and [`session`] say how it is routed;
//!   [`performance`] runs it, [`report`] tells what came out, and [`shared_reverb`] what sharing saves.
//! * [`check`] reads a session and says what in it is probably not meant.
//! * [`screenshot`] draws the editor's views for the README.
//! * [`test`] runs everything that proves the plugin; [`setup`] installs what it needs.
//! * `window`, behind the feature of that name, is a host with windows, in which the editor is tested.
//!
//! Nothing here is part of the plugin, and nothing in the plugin may depend on it.

pub mod band;
pub mod bundle;
pub mod check;
pub mod demo;
pub mod install;
pub mod line_check;
pub mod performance;
pub mod progress;
pub mod report;
pub mod room;
pub mod screenshot;
pub mod session;
pub mod setup;
pub mod shared_reverb;
pub mod stems;
pub mod test;
#[cfg(feature = "window")]
pub mod window;
