//! Switchyard, a routing mixer as a plugin. Follow the signal by following the layers:
//!
//! ```text
//! units → dsp → effects → routing → schedule → engine → session → plugin | editor
//! ```
//!
//! * [`units`]: decibels, the fader law, pan laws.
//! * [`routing`]: what the user means; the routing *is* the host's parameter values.
//! * [`session`]: what is saved beside them.
//! * `plugin`: the host's side, behind the feature of the same name.

pub mod engine;
pub mod routing;
pub mod schedule;
pub mod session;
pub mod units;

#[cfg(feature = "plugin")]
pub mod plugin;
