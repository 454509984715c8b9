//! Arbitrary mixes: values, chains, macros and scenes of every kind there is.
//!
//! Not here: what they are good for. Strategies for proptest; test threads only.

use proptest::prelude::*;
use std::sync::Arc;
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Key, Lane, Slot};
use switchyard::routing::parameter::ALL;
use switchyard::routing::{Fader, MACROS, NODES, Node, Routing, Tap};
use switchyard::session::Session;
use switchyard::session::scenes::{Part, SCENES, Scene};

/// About half of all values away from their default.
pub fn arbitrary_routing() -> impl Strategy<Value = Routing> {
    any::<u64>().prop_map(|seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut routing = Routing::default();
        for parameter in ALL {
            if random.bool() {
                continue;
            }
            let kind = parameter.kind();
            let (min, max) = kind.range();
            parameter.set(&mut routing, kind.clamp(min + (max - min) * random.f32()));
        }
        routing
    })
}

fn slot(random: &mut fastrand::Rng) -> Slot {
    let kind = Kind::ALL[random.usize(..Kind::ALL.len())];
    let effect = kind.settings().iter().fold(EffectSpec::new(kind), |effect, setting| {
        effect.with(setting.id, setting.at(random.f32()))
    });
    let mut slot = Slot::new(0, effect);
    slot.bypass = random.bool();
    slot.mix = random.f32();
    if random.bool() {
        let node = Node::from_index(random.usize(..NODES));
        slot.key = Some(Key { node, tap: Tap::PLACES[random.usize(..3)] });
    }
    slot
}

fn chains(session: &mut Session, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(..6) {
        let mut lane = || Lane {
            level: Fader(random.f32()),
            slots: (0..random.usize(..4)).map(|_| slot(random)).collect(),
        };
        let lanes = vec![lane(), lane()];
        let node = random.usize(..NODES);
        session.chains[node] = Chain { dry: Fader(random.f32()), lanes };
    }
    // Ids from a small range, so that sessions share some.
    let mut ids: Vec<u64> = (1..60).collect();
    random.shuffle(&mut ids);
    for (slot, id) in session.chains.iter_mut().flat_map(Chain::slots_mut).zip(ids) {
        slot.id = id;
    }
    session.number_slots();
    let slots: Vec<(u64, Kind)> = session
        .chains
        .iter()
        .flat_map(Chain::slots)
        .filter_map(|slot| Some((slot.id, slot.kind()?)))
        .collect();
    for (id, kind) in slots {
        let setting = &kind.settings()[random.usize(..kind.settings().len())];
        if random.bool() && !setting.rebuilds {
            let by = random.usize(..MACROS);
            session
                .map_macro(by, random.f32(), id, setting.id, &[0.0; MACROS])
                .expect("it can be driven");
        }
    }
}

/// A session with chains and macros, without scenes.
pub fn arbitrary_session() -> impl Strategy<Value = Session> {
    any::<u64>().prop_map(|seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut session = Session::default();
        chains(&mut session, &mut random);
        session
    })
}

/// A session with chains, macros and scenes, a scope and safes.
pub fn arbitrary_scenes() -> impl Strategy<Value = Session> {
    let stored = proptest::collection::vec(
        (0..SCENES, ".{0,12}", arbitrary_routing(), arbitrary_session()),
        0..5,
    );
    (arbitrary_session(), stored, any::<u64>()).prop_map(|(mut session, stored, seed)| {
        let mut random = fastrand::Rng::with_seed(seed);
        for (number, name, routing, kept) in stored {
            session.scenes.put(number, Some(Arc::new(Scene::of(name, &routing, &kept))));
        }
        for (part, _) in Part::ALL {
            session.scenes.scope.set(part, random.bool());
        }
        for _ in 0..random.usize(..8) {
            session.scenes.set_safe(Node::from_index(random.usize(..NODES)), true);
        }
        session
    })
}
