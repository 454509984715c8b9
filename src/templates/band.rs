//! Band mix.
//!
//! Not here: how a template is written down ([`super::draft`]). Main thread.
//!
//! ```text
//!  drums  ──► Drums (dry + crushed) ─┐
//!  synths ──► Synths ────────────────┼─► Main (limiter)
//!  voices ──► Vocals ────────────────┤
//!  bass, guitars ────────────────────┤
//!      └─ sends ─► Reverb, Delay ────┘
//! ```

use super::draft::{Draft, effect, family, lane};
use crate::effects::Kind;
use crate::routing::{MonitorSource, Node, Routing, Tap};
use crate::session::Session;

pub fn build() -> (Routing, Session) {
    let mut draft = Draft::new();
    let kick = draft.strip(1, "Kick", family::DRUMS);
    let snare = draft.strip(2, "Snare", family::DRUMS);
    let toms = draft.strip(3, "Toms", family::DRUMS);
    let overheads = draft.strip(4, "Overheads", family::DRUMS);
    let bass = draft.strip(5, "Bass", family::BASS);
    let guitars = draft.strip(6, "Guitars", family::GUITARS);
    let synth_lead = draft.strip(7, "Synth Lead", family::KEYS);
    let synth_pad = draft.strip(8, "Synth Pad", family::KEYS);
    let lead = draft.strip(9, "Lead Vocal", family::VOICES);
    let backing = draft.strip(10, "Backing Vocals", family::VOICES);

    let drums = draft.group(1, "Drums", family::DRUMS);
    draft.assign(&[kick, snare, toms, overheads], drums);
    let synths = draft.group(2, "Synths", family::KEYS);
    draft.assign(&[synth_lead, synth_pad], synths);
    let vocals = draft.group(3, "Vocals", family::VOICES);
    draft.assign(&[lead, backing], vocals);
    let reverb = draft.effects(4, "Reverb");
    let delay = draft.effects(5, "Delay");

    strips(&mut draft, [kick, bass, guitars]);
    // Parallel compression: everything above a whisper crushed, under the drums as they are.
    let crush = effect(
        Kind::Compressor,
        &[
            ("threshold", -32.0),
            ("ratio", 8.0),
            ("knee", 3.0),
            ("attack", 5.0),
            ("release", 80.0),
            ("makeup", 6.0),
        ],
    );
    draft.parallel(drums, [lane(-8.0, [crush])]);
    let out_of_the_bass = [("low_cut", 1.0), ("low_cut_frequency", 120.0)];
    draft.chain(synths, [effect(Kind::Equalizer, &out_of_the_bass)]);
    let tone = effect(
        Kind::Equalizer,
        &[
            ("low_cut", 1.0),
            ("low_cut_frequency", 90.0),
            ("bell1_frequency", 300.0),
            ("bell1_gain", -2.0),
            ("bell3_frequency", 3200.0),
            ("bell3_gain", 1.5),
            ("bell3_q", 0.8),
        ],
    );
    let hold = effect(
        Kind::Compressor,
        &[
            ("threshold", -24.0),
            ("ratio", 3.5),
            ("attack", 6.0),
            ("release", 90.0),
            ("makeup", 3.0),
        ],
    );
    draft.chain(vocals, [tone, hold]);

    let hall = [
        ("decay", 2.2),
        ("size", 120.0),
        ("pre_delay", 20.0),
        ("low_cut", 220.0),
        ("high_cut", 10_000.0),
    ];
    draft.chain(reverb, [effect(Kind::Reverb, &hall)]);
    // Dotted eighths in time with the song, thin enough to stay behind what they echo.
    let echoes = [
        ("sync", 1.0),
        ("note", 8.0),
        ("ping_pong", 1.0),
        ("feedback", 30.0),
        ("low_cut", 250.0),
        ("high_cut", 5000.0),
    ];
    draft.chain(delay, [effect(Kind::Delay, &echoes)]);
    let wet = [
        (snare, -16.0),
        (toms, -20.0),
        (guitars, -22.0),
        (synth_pad, -16.0),
        (lead, -16.0),
        (backing, -12.0),
    ];
    draft.sends(reverb, Tap::Post, &wet);
    draft.sends(delay, Tap::Post, &[(synth_lead, -10.0), (lead, -14.0)]);
    // The echoes stand in the same room as what they echo.
    draft.send(delay, reverb, Tap::Post, -16.0);

    let safety = [("ceiling", -1.0), ("lookahead", 3.0)];
    draft.chain(Node::Main, [effect(Kind::Limiter, &safety)]);
    draft.faders(&[
        (kick, -4.0),
        (snare, -5.0),
        (toms, -8.0),
        (overheads, -9.0),
        (bass, -5.0),
        (guitars, -9.0),
        (synth_lead, -10.0),
        (synth_pad, -13.0),
        (lead, -3.0),
        (backing, -9.0),
    ]);
    draft.routing.monitor.source = MonitorSource::Main;
    draft.finish()
}

/// What the single tracks need: room for each other in the low end.
fn strips(draft: &mut Draft, [kick, bass, guitars]: [Node; 3]) {
    let punch = effect(
        Kind::Equalizer,
        &[
            ("low_cut", 1.0),
            ("low_cut_frequency", 30.0),
            ("bell1_frequency", 350.0),
            ("bell1_gain", -4.0),
            ("bell3_frequency", 4000.0),
            ("bell3_gain", 3.0),
        ],
    );
    draft.chain(kick, [punch]);
    let even = effect(
        Kind::Compressor,
        &[
            ("threshold", -20.0),
            ("ratio", 4.0),
            ("attack", 20.0),
            ("release", 150.0),
            ("makeup", 2.0),
        ],
    );
    draft.chain(bass, [even]);
    let cut = [("low_cut", 1.0), ("low_cut_frequency", 100.0)];
    draft.chain(guitars, [effect(Kind::Equalizer, &cut)]);
}
