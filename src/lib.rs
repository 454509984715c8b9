//! Switchyard, a routing mixer as a plugin. Follow the signal by following the layers, each of which
//! knows only those before it:
//!
//! ```text
//! units → dsp → effects → routing → schedule → engine → session → check → line_check → templates →
//! plugin | editor
//! ```
//!
//! * [`units`]: decibels, the fader law, pan laws.
//! * [`dsp`]: ramps, delay lines, mixing kernels, on plain slices.
//! * [`effects`]: the insert effects, one file each.
//! * [`routing`]: what the user means; the routing *is* the host's parameter values.
//! * [`schedule`]: the pure function from a routing to what runs when.
//! * [`engine`]: runs a schedule on blocks of sound.
//! * [`session`]: what is saved beside the parameters.
//! * [`check`]: what in a routing is probably not meant.
//! * [`line_check`]: whether what is routed arrives.
//! * [`templates`]: routings to begin with.
//! * `plugin`: the host's side; `editor`: the screen. Both behind the feature `plugin`.

#![warn(missing_docs)]

pub mod check;
pub mod dsp;
pub mod effects;
pub mod engine;
pub mod line_check;
pub mod routing;
pub mod schedule;
pub mod session;
pub mod templates;
pub mod units;

#[cfg(feature = "plugin")]
pub mod editor;
#[cfg(feature = "plugin")]
pub mod plugin;
