//! Shared driver, several DAWs.
//!
//! Not here: how a template is written down ([`super::draft`]). Main thread.
//!
//! ```text
//!  input 1 ─► DAW 1 ─ Pre ─► Pair 1 ─► output 1
//!  input 2 ─► DAW 2 ─ Pre ─► Pair 2 ─► output 2        and so on to 8; Main stays silent
//! ```
//!
//! The Monitor is Off, for its speakers are one more pair. A port belongs to its bus, so two pairs cannot share one. The buses are Mixes: a mute or a solo of
//! one DAW's strip must not reach the others, and each pair has its own fader and mute.

use super::draft::Draft;
use crate::routing::{Input, Routing, STRIPS, Tap};
use crate::session::Session;

/// How many DAWs share the interface: eight pairs are the usual sixteen channels.
const DAWS: usize = 8;

pub fn build() -> (Routing, Session) {
    let mut draft = Draft::new();
    for number in 1..=DAWS {
        let daw = draft.strip(number, &format!("DAW {number}"), number as u8);
        let pair = draft.mix(number, &format!("Pair {number}"), number as u8);
        draft.off_main(daw);
        draft.send(daw, pair, Tap::Pre, 0.0);
    }
    // The other strips have nothing to say here, on Main least of all.
    for strip in &mut draft.routing.strips[DAWS..STRIPS] {
        (strip.input, strip.main_tap) = (Input::Off, Tap::Off);
    }
    draft.finish()
}
