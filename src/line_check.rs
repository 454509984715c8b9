//! Line Check: sends a test signal into one strip after another and says where what arrives at the
//! output ports differs from what the routing and the schedule predict.
//!
//! Not here: the playing and recording ([`crate::engine::probe`]), hosts, drawing. Main thread, or
//! whichever thread owns the probe's operator; it allocates and transforms.
//!
//! ```text
//!  Routing, Schedule ─► expected ───────────────────────────────┐
//!  signal ─► burst ─► engine ─► output ports ─► burst ─► measure ┴─► verdict, cell by cell
//! ```
//!
//! What is expected is computed anew from the routing, in double precision and apart from the
//! engine's own gains: a check by the same code would find nothing. Chains are heard dry while it
//! runs, as late as they are, because what an effect does to a level cannot be predicted.

mod expected;
mod grid;
mod measure;
mod offline;
mod run;
mod signal;
mod verdict;

pub use expected::{Expected, Path};
pub use grid::{Cell, Grid, port_name};
pub use measure::{Arrival, Ear};
pub use offline::{Outputs, run_through};
pub use run::{LineCheck, State, Why, tested};
pub use signal::{LEVEL, SECONDS, signal};
pub use verdict::{FLOOR_DB, TOLERANCE_DB, Verdict};

/// From left and right (second index) to left and right (first index), linear.
pub type Matrix = [[f64; 2]; 2];

/// A matrix's level in dB: what it makes of two sides that have nothing in common, 0 for a wire.
pub fn level_db(matrix: &Matrix) -> f64 {
    10.0 * (matrix.iter().flatten().map(|gain| gain * gain).sum::<f64>() / 2.0).log10()
}

/// How long a check of `strips` strips takes, in seconds, where the latency is `latency` samples.
pub fn duration(strips: usize, latency: u32, sample_rate: f64) -> f64 {
    let window = signal::length(sample_rate) + run::slack(sample_rate) + latency as usize;
    strips as f64 * window as f64 / sample_rate + 2.0 * (0.02 + f64::from(latency) / sample_rate)
}
