//! Several applications: DAW, desktop and a call, one microphone, one stream.
//!
//! Not here: how a template is written down ([`super::draft`]). Main thread.
//!
//! ```text
//!  Microphone ─► Voice (EQ, gate, compressor) ─┬──────────► Stream
//!                              ┆ key           └──────────► Chat Send
//!  DAW ─────┬─ Pre ─► Bed (ducked) ─┬─────────────────────► Stream
//!  Desktop ─┤                       └─────────────────────► Chat Send
//!           └─ Post ─► Main (your headphones)
//!  Chat ────── Post ─► Main, and nowhere else
//! ```
//!
//! The voice goes through a Group and not straight into the Mixes, because a mute is to take it off
//! the air: edges from strips into a Mix ignore mutes.

use super::draft::{Draft, effect, family, keyed};
use crate::effects::Kind;
use crate::routing::{Routing, SoloMode, Tap};
use crate::session::Session;

pub fn build() -> (Routing, Session) {
    let mut draft = Draft::new();
    let microphone = draft.strip(1, "Microphone", family::VOICES);
    let daw = draft.strip(2, "DAW", family::PLAYBACK);
    let desktop = draft.strip(3, "Desktop", family::DESKTOP);
    draft.strip(4, "Chat", family::CALLS);

    let voice = draft.group(1, "Voice", family::VOICES);
    draft.assign(&[microphone], voice);
    draft.off_main(voice);
    let tone = effect(
        Kind::Equalizer,
        &[
            ("low_cut", 1.0),
            ("low_cut_frequency", 90.0),
            ("bell1_frequency", 220.0),
            ("bell1_gain", -2.0),
            ("bell3_frequency", 4000.0),
            ("bell3_gain", 2.0),
            ("bell3_q", 0.8),
        ],
    );
    // The fan and the keyboard between words, turned down rather than cut off.
    let quiet = effect(
        Kind::Gate,
        &[
            ("threshold", -45.0),
            ("hysteresis", 6.0),
            ("range", 15.0),
            ("attack", 2.0),
            ("hold", 200.0),
            ("release", 250.0),
        ],
    );
    let even = effect(
        Kind::Compressor,
        &[
            ("threshold", -24.0),
            ("ratio", 3.0),
            ("attack", 5.0),
            ("release", 120.0),
            ("makeup", 4.0),
        ],
    );
    draft.chain(voice, [tone, quiet, even]);

    let bed = draft.mix(2, "Bed", family::PLAYBACK);
    draft.sends(bed, Tap::Pre, &[(daw, 0.0), (desktop, -6.0)]);
    // Half a dozen decibels down while somebody speaks, back in half a second.
    let duck = effect(
        Kind::Compressor,
        &[
            ("threshold", -28.0),
            ("ratio", 2.0),
            ("knee", 6.0),
            ("attack", 15.0),
            ("release", 350.0),
        ],
    );
    draft.chain(bed, [keyed(voice, Tap::Pre, duck)]);

    let stream = draft.mix(3, "Stream", family::BROADCAST);
    let chat = draft.mix(4, "Chat Send", family::CALLS);
    draft.send(voice, stream, Tap::Pre, 0.0);
    draft.send(bed, stream, Tap::Post, -3.0);
    draft.send(voice, chat, Tap::Pre, 0.0);
    draft.send(bed, chat, Tap::Post, -10.0);
    for mix in [stream, chat] {
        draft.chain(mix, [effect(Kind::Limiter, &[("ceiling", -1.0), ("lookahead", 2.0)])]);
    }
    // To listen into something must not take it off the air.
    draft.routing.solo_mode = SoloMode::Pfl;
    draft.finish()
}
