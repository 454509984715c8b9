//! Chains in the middle of a night: a vocal with a keyed compressor, a parallel drum bus, a room.
//!
//! Not here: sound. For pictures and tests of the chain view.

use crate::lively;
use std::sync::Arc;
use switchyard::editor::chains::inserts::Inserts;
use switchyard::editor::chains::keys::Costs;
use switchyard::editor::link::chains::outline_of;
use switchyard::editor::{Screen, View};
use switchyard::effects::impulse::ImpulseRef;
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Key, Lane, Slot};
use switchyard::routing::{Fader, Node, Tap};
use switchyard::schedule::compile;
use switchyard::session::Session;

/// The vocal's strip.
pub const VOX: Node = Node::Strip(8);
/// The drums' group.
pub const DRUMS: Node = Node::Bus(0);

/// The band with chains.
pub fn racks() -> View {
    let mut view = lively::band();
    view.look.screen = Screen::Chains;
    let slot = |id, effect| Slot::new(id, effect);
    let new = EffectSpec::new;
    let mut session = Session::default();
    let equalizer = new(Kind::Equalizer)
        .with("low_cut", 1.0)
        .with("low_cut_frequency", 110.0)
        .with("bell1_gain", -4.5)
        .with("bell3_gain", 3.0)
        .with("bell3_q", 1.6)
        .with("high_shelf_gain", 4.0);
    let mut keyed = slot(2, new(Kind::Compressor).with("threshold", -26.0));
    keyed.key = Some(Key { node: Node::Strip(0), tap: Tap::Pre });
    let mut drive = slot(3, new(Kind::Saturator).with("drive", 14.0));
    drive.mix = 0.4;
    session.chains[VOX.index()] =
        Chain::serial([slot(1, equalizer), keyed, drive, slot(4, new(Kind::Utility))]);
    let mut gate = slot(5, new(Kind::Gate));
    gate.bypass = true;
    session.chains[DRUMS.index()] = Chain {
        dry: Fader::UNITY,
        lanes: vec![
            Lane {
                level: Fader::from_db(-6.0),
                slots: vec![
                    gate,
                    slot(6, new(Kind::Compressor).with("threshold", -38.0).with("ratio", 12.0)),
                    slot(7, new(Kind::Limiter)),
                ],
            },
            Lane {
                level: Fader::from_db(-14.0),
                slots: vec![slot(8, new(Kind::Convolution)), slot(9, new(Kind::Equalizer))],
            },
        ],
    };
    session.chains[Node::Bus(3).index()] = Chain::serial([slot(10, new(Kind::Reverb))]);
    session.chains[Node::Bus(4).index()] = Chain::serial([slot(11, new(Kind::Delay))]);
    session.chains[Node::Main.index()] =
        Chain::serial([slot(12, new(Kind::Equalizer)), slot(13, new(Kind::Limiter))]);
    let macros = view.routing.macros;
    session.map_macro(1, macros[1], 1, "bell3_gain", &macros).expect("mapped");
    session.map_macro(2, macros[2], 2, "threshold", &macros).expect("mapped");
    take(&mut view, session);
    let inserts = &mut view.inserts;
    inserts.loads[VOX.index()] = 0.004;
    inserts.loads[DRUMS.index()] = 0.011;
    inserts.loads[Node::Bus(3).index()] = 0.006;
    inserts.loads[Node::Main.index()] = 0.005;
    inserts.reduction[0][1] = 5.2;
    inserts.reduction[0][2] = 2.4;
    inserts.history = (0..120)
        .map(|n| {
            let beat = (n % 30) as f32;
            9.0 * (-beat / 9.0).exp() + 1.5
        })
        .collect();
    let impulse = ImpulseRef::built_in("Small Room").load(48_000.0).expect("built in");
    inserts.outlines.insert(8, Arc::new(outline_of(&impulse.impulse)));
    let spectrum = (0..160).map(|n| {
        let x = n as f32 / 160.0;
        -40.0 - 38.0 * (x - 0.35).abs() * 1.6 + 6.0 * (x * 70.0).sin() + 4.0 * (x * 183.0).sin()
    });
    inserts.spectrum = Some(Arc::new(spectrum.collect()));
    view
}

/// Gives a view a session, with all that follows from it.
pub fn take(view: &mut View, session: Session) {
    let costs = Costs::of(&session, &view.routing, 48_000.0);
    view.schedule = compile(&view.routing, &costs.timing(&session));
    view.inserts =
        Inserts { session: Arc::new(session), costs: Arc::new(costs), ..view.inserts.clone() };
}
