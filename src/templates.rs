//! Templates: whole routings to begin with, one for each situation the mixer is made for.
//!
//! Not here: loading one into a running mixer. Pure functions that make plain values; main thread.
//!
//! **Architecture invariant**: Route Check finds nothing in any of them, and each holds in a test
//! what it promises its user.

mod applications;
mod band;
mod draft;
mod live;
mod shared_driver;
mod studio;

use crate::routing::Routing;
use crate::session::Session;

/// A routing to begin with.
pub struct Template {
    /// The name it is known by outside, never changed.
    pub id: &'static str,
    /// What users see.
    pub title: &'static str,
    /// What it is for, in one sentence.
    pub purpose: &'static str,
    /// How to get sound into it and out of it, in one sentence.
    pub feeding: &'static str,
    /// Makes the parameter values, and what is saved beside them.
    pub build: fn() -> (Routing, Session),
}

/// Every template, in the order menus show them.
pub const TEMPLATES: &[Template] = &[
    Template {
        id: "studio",
        title: "Studio recording",
        purpose: "Record singers and players who hear a headphone mix of their own, whatever the \
                  control room does with its faders.",
        feeding: "Send the microphones to inputs 1 to 4, the playback to 5 and your talkback \
                  microphone to 16; Main is the control room, Bus 3 the artist's headphones.",
        build: studio::build,
    },
    Template {
        id: "band",
        title: "Band mix",
        purpose: "Mix a band in groups for drums, synths and vocals, with one reverb and one delay for \
                  everybody and parallel compression on the drums.",
        feeding: "Send one track to each of inputs 1 to 10; Main is the mix, Buses 1 to 5 are the \
                  groups and effects as stems.",
        build: band::build,
    },
    Template {
        id: "applications",
        title: "Several applications",
        purpose: "Hear the DAW, the desktop and a call, while the stream and the call each get a mix \
                  without the call itself and with the music ducked under your voice.",
        feeding: "Send your microphone to input 1, the DAW to 2, desktop sound to 3 and the call to 4; \
                  take Main to your headphones, Bus 3 to the stream and Bus 4 to the call.",
        build: applications::build,
    },
    Template {
        id: "live",
        title: "Live with in-ear mixes",
        purpose: "Mix the front of house and four in-ear mixes at once, each on its own, with talkback to \
                  the stage.",
        feeding: "Send the stage to inputs 1 to 11 and the talkback microphone to 16; Main is the front \
                  of house, Buses 5 to 8 go to the in-ear transmitters.",
        build: live::build,
    },
    Template {
        id: "shared-driver",
        title: "Shared driver, several DAWs",
        purpose: "Give each of eight DAWs an output pair of its own on one interface, so that no two can \
                  ever play into each other.",
        feeding: "Send the first DAW to input 1, the second to input 2 and so on, here or in an instance \
                  in each DAW: input n leaves on Bus n and nowhere else.",
        build: shared_driver::build,
    },
    Template {
        id: "empty",
        title: "Empty",
        purpose: "Begin with the mixer as it is on insertion: every strip on Main, nothing else.",
        feeding: "Send anything to inputs 1 to 16; all of it is on Main.",
        build: || (Routing::default(), Session::default()),
    },
];

impl Template {
    /// The template with this id.
    pub fn from_id(id: &str) -> Option<&'static Template> {
        TEMPLATES.iter().find(|template| template.id == id)
    }
}
