//! Studio recording.
//!
//! Not here: how a template is written down ([`super::draft`]). Main thread.
//!
//! ```text
//!  voices ─┬─ Post ─► Vocals (EQ, compressor) ─┬──────────────► Main
//!          │                                   └─ send ─► Reverb ─┘
//!  guitar, keys, playback ── Post ────────────────────────────────┘
//!          └─ all Pre ─► Artist Phones ◄─ Phones Reverb ◄─ voices, Pre
//! ```

use super::draft::{Draft, effect, family};
use crate::effects::Kind;
use crate::routing::{MonitorSource, Routing, Tap};
use crate::session::Session;

pub fn build() -> (Routing, Session) {
    let mut draft = Draft::new();
    let lead = draft.strip(1, "Lead Vocal", family::VOICES);
    let second = draft.strip(2, "Second Vocal", family::VOICES);
    let guitar = draft.strip(3, "Acoustic Guitar", family::GUITARS);
    let keys = draft.strip(4, "Keys", family::KEYS);
    let playback = draft.strip(5, "Playback", family::PLAYBACK);

    let vocals = draft.group(1, "Vocals", family::VOICES);
    draft.assign(&[lead, second], vocals);
    // Rumble and proximity out, a little air in; then a compressor that rides the level by a few
    // decibels and lets consonants through.
    let tone = effect(
        Kind::Equalizer,
        &[
            ("low_cut", 1.0),
            ("low_cut_frequency", 85.0),
            ("bell1_frequency", 250.0),
            ("bell1_gain", -2.5),
            ("bell1_q", 1.2),
            ("high_shelf_frequency", 10_000.0),
            ("high_shelf_gain", 2.0),
        ],
    );
    let ride = effect(
        Kind::Compressor,
        &[
            ("threshold", -22.0),
            ("ratio", 3.0),
            ("attack", 8.0),
            ("release", 120.0),
            ("makeup", 2.5),
        ],
    );
    draft.chain(vocals, [tone, ride]);
    let cut = [("low_cut", 1.0), ("low_cut_frequency", 100.0)];
    draft.chain(guitar, [effect(Kind::Equalizer, &cut)]);

    let reverb = draft.effects(2, "Reverb");
    let plate = [
        ("decay", 1.8),
        ("pre_delay", 25.0),
        ("low_cut", 200.0),
        ("high_cut", 9000.0),
        ("damping", 5000.0),
    ];
    draft.chain(reverb, [effect(Kind::Reverb, &plate)]);
    draft.sends(reverb, Tap::Post, &[(vocals, -14.0), (guitar, -18.0), (keys, -20.0)]);

    // What the artist hears is taken before the faders, reverb and all.
    let phones = draft.ears(3, "Artist Phones");
    let comfort = draft.mix(4, "Phones Reverb", family::EFFECTS);
    let levels = [(lead, 0.0), (second, -4.0), (guitar, -6.0), (keys, -8.0), (playback, -6.0)];
    draft.sends(phones, Tap::Pre, &levels);
    draft.sends(comfort, Tap::Pre, &[(lead, 0.0), (second, -2.0)]);
    let room = [("decay", 1.4), ("pre_delay", 15.0), ("low_cut", 250.0), ("high_cut", 8000.0)];
    draft.chain(comfort, [effect(Kind::Reverb, &room)]);
    // The level stands here and not at the sends, so that talkback, which goes into every Mix, stays
    // clear of the reverb too.
    draft.send(comfort, phones, Tap::Post, -14.0);

    draft.faders(&[(second, -3.0), (guitar, -4.0), (keys, -6.0), (playback, -6.0)]);
    draft.talkback();
    draft.routing.monitor.source = MonitorSource::Main;
    draft.finish()
}
