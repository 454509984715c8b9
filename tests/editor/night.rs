//! A night's scenes: four of the band's songs are stored, one is as the mix is now.
//!
//! Not here: the band. For pictures and tests of the scenes view.

use crate::lively;
use std::sync::Arc;
use switchyard::editor::{Screen, View};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::{Fader, Node, Routing};
use switchyard::session::Session;
use switchyard::session::scenes::Scene;

/// The band's scenes. The second is as the mix is now; the third was recalled last.
pub fn scenes() -> View {
    let mut view = lively::band();
    view.look.screen = Screen::Scenes;
    view.look.scene = Some(2);
    view.look.aim.to = 2;
    let now = view.routing;
    let mut verse = now;
    verse.main.fader = Fader::from_db(-4.0);
    verse.strips[9].mute = true;
    let mut chorus = now;
    for (strip, level) in chorus.strips.iter_mut().zip([-8.0, -3.0, -9.0, -6.0]) {
        strip.fader = Fader::from_db(level);
    }
    chorus.strips[2].mute = false;
    chorus.strips[8].sends[3].level = Fader::from_db(-5.0);
    chorus.main.fader = Fader::UNITY;
    let mut chains = Session::default();
    let slot = |id, kind| Slot::new(id, EffectSpec::new(kind));
    chains.chains[8] = Chain::serial([slot(1, Kind::Compressor), slot(2, Kind::Saturator)]);
    chains.chains[Node::Bus(3).index()] = Chain::serial([slot(3, Kind::Reverb)]);
    let mut session = Session::default();
    let stored = [
        (0, Scene::of("Verse", &verse, &session)),
        (1, Scene::of("Bridge", &now, &session)),
        (2, Scene::of("Chorus", &chorus, &chains)),
        (5, Scene::of("", &Routing::default(), &session)),
    ];
    for (number, scene) in stored {
        session.scenes.put(number, Some(Arc::new(scene)));
    }
    session.scenes.set_safe(Node::Strip(11), true);
    session.scenes.set_safe(Node::Bus(5), true);
    view.inserts.session = Arc::new(session);
    view
}
