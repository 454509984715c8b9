//! Live with in-ear mixes.
//!
//! Not here: how a template is written down ([`super::draft`]). Main thread.
//!
//! ```text
//!  drums  ──► Drums ──┐
//!  voices ──► Vocals ─┼─► Main (front of house)
//!  others ────────────┤
//!     └─ sends ─► FOH Reverb
//!  all, Pre ─► Ears Singer, Guitar, Bass, Drums ◄─ Ears Reverb ◄─ voices, Pre
//! ```
//!
//! Nothing in the ears comes from behind a fader or a mute of the front of house: not even the
//! reverb, which is one of their own. Inserts on strips are heard in both, so they only clean up.

use super::draft::{Draft, effect, family};
use crate::effects::Kind;
use crate::routing::{Node, Routing, SoloMode, Tap};
use crate::session::Session;

pub fn build() -> (Routing, Session) {
    let mut draft = Draft::new();
    let kick = draft.strip(1, "Kick", family::DRUMS);
    let snare = draft.strip(2, "Snare", family::DRUMS);
    let overheads = draft.strip(3, "Overheads", family::DRUMS);
    let bass = draft.strip(4, "Bass", family::BASS);
    let guitar = draft.strip(5, "Guitar", family::GUITARS);
    let keys = draft.strip(6, "Keys", family::KEYS);
    let acoustic = draft.strip(7, "Acoustic Guitar", family::GUITARS);
    let lead = draft.strip(8, "Lead Vocal", family::VOICES);
    let second = draft.strip(9, "Second Vocal", family::VOICES);
    let third = draft.strip(10, "Third Vocal", family::VOICES);
    let click = draft.strip(11, "Click", family::PLAYBACK);
    draft.off_main(click);
    let voices = [lead, second, third];

    for (strip, hertz) in [
        (overheads, 200.0),
        (guitar, 90.0),
        (acoustic, 110.0),
        (lead, 100.0),
        (second, 110.0),
        (third, 110.0),
    ] {
        let cut = [("low_cut", 1.0), ("low_cut_frequency", hertz)];
        draft.chain(strip, [effect(Kind::Equalizer, &cut)]);
    }
    let drums = draft.group(1, "Drums", family::DRUMS);
    draft.assign(&[kick, snare, overheads], drums);
    let vocals = draft.group(2, "Vocals", family::VOICES);
    draft.assign(&voices, vocals);
    front_of_house(&mut draft, vocals);
    let reverb = draft.effects(3, "FOH Reverb");
    let plate = [("decay", 1.6), ("pre_delay", 30.0), ("low_cut", 250.0), ("high_cut", 8000.0)];
    draft.chain(reverb, [effect(Kind::Reverb, &plate)]);
    draft.sends(
        reverb,
        Tap::Post,
        &[(lead, -14.0), (second, -14.0), (third, -14.0), (snare, -18.0), (acoustic, -18.0)],
    );

    let comfort = draft.mix(4, "Ears Reverb", family::EFFECTS);
    let room = [("decay", 1.2), ("pre_delay", 15.0), ("low_cut", 300.0), ("high_cut", 7000.0)];
    draft.chain(comfort, [effect(Kind::Reverb, &room)]);
    draft.sends(comfort, Tap::Pre, &voices.map(|voice| (voice, 0.0)));

    let band = [kick, snare, overheads, bass, guitar, keys, acoustic, lead, second, third, click];
    for (number, name, loudest) in [
        (5, "Ears Singer", lead),
        (6, "Ears Guitar", guitar),
        (7, "Ears Bass", bass),
        (8, "Ears Drums", click),
    ] {
        let ears = draft.ears(number, name);
        // Oneself on top, everybody else around.
        let levels = band.map(|strip| (strip, if strip == loudest { -3.0 } else { -12.0 }));
        draft.sends(ears, Tap::Pre, &levels);
        // The level stands here and not at the sends, so that talkback, which goes into every Mix,
        // stays clear of the reverb too.
        draft.send(comfort, ears, Tap::Post, -18.0);
        // What sits in an ear must never be louder than it was set to be.
        let guard = [("ceiling", -3.0), ("lookahead", 0.5), ("release", 100.0)];
        draft.chain(ears, [effect(Kind::Limiter, &guard)]);
    }

    draft.faders(&[
        (overheads, -8.0),
        (guitar, -5.0),
        (keys, -6.0),
        (acoustic, -6.0),
        (second, -4.0),
        (third, -4.0),
    ]);
    // In the ears the band stands as the audience sees it, because Mixes follow the strips' pans.
    for (strip, pan) in
        [(guitar, 0.3), (keys, -0.3), (acoustic, -0.15), (second, -0.25), (third, 0.25)]
    {
        draft.pan(strip, pan);
    }
    draft.talkback();
    // Listening to one strip must not be heard by the audience.
    draft.routing.solo_mode = SoloMode::Pfl;
    draft.finish()
}

fn front_of_house(draft: &mut Draft, vocals: Node) {
    // Off the boxy low middle and the band where rooms howl first.
    let tone = effect(
        Kind::Equalizer,
        &[
            ("bell1_frequency", 280.0),
            ("bell1_gain", -3.0),
            ("bell1_q", 1.2),
            ("bell3_frequency", 2800.0),
            ("bell3_gain", -1.5),
            ("bell3_q", 1.5),
        ],
    );
    let hold = effect(
        Kind::Compressor,
        &[
            ("threshold", -20.0),
            ("ratio", 4.0),
            ("attack", 5.0),
            ("release", 100.0),
            ("makeup", 2.0),
        ],
    );
    draft.chain(vocals, [tone, hold]);
    let system = [("ceiling", -1.0), ("lookahead", 1.0)];
    draft.chain(Node::Main, [effect(Kind::Limiter, &system)]);
}
