//! What a recall changes: the values, chains and macros of a scene that are not so already and that
//! scope and safes let it touch.
//!
//! Not here: how it reaches the host. Pure; main thread.
//!
//! Slots keep their identity, so that what sounds rings on: a stored slot that is still there is that
//! slot wherever it moved; one that is not takes over a slot with the same effect in the same chain.
//! A macro that drives something safe stays wholly as it is, value and all, because moving it would be
//! heard there.

use super::{Scene, Scenes, is_same};
use crate::effects::EffectSpec;
use crate::routing::chain::{Chain, Lane, Slot};
use crate::routing::parameter::{ALL, Parameter};
use crate::routing::{MACROS, NODES, Node, Routing};
use crate::session::Session;
use crate::session::macros::Target;
use std::collections::{HashMap, HashSet};

/// What a recall changes; nothing in it is so already.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recall {
    /// Plain values, in the frozen order.
    pub values: Vec<(Parameter, f32)>,
    /// Chains, whole.
    pub chains: Vec<(Node, Chain)>,
    /// What macros drive, by macro from 0.
    pub drives: Vec<(usize, Vec<Target>)>,
}

impl Recall {
    /// What recalling a scene changes in a mix, within the session's scope and safes.
    pub fn of(scene: &Scene, routing: &Routing, session: &Session) -> Recall {
        let scenes = &session.scenes;
        let held = held_macros(session);
        let wanted = ALL.into_iter().zip(scene.values.iter().copied());
        let values = wanted
            .filter(|(parameter, wanted)| !is_same(*parameter, parameter.get(routing), *wanted))
            .filter(|(parameter, _)| match parameter {
                Parameter::Macro(n) if held[usize::from(*n)] => false,
                _ => scenes.may_set(*parameter),
            })
            .collect();
        let mut recall = Recall { values, ..Recall::default() };
        if scenes.scope.chains {
            let ids = identified(scene, session);
            recall.drives = drives(scene, session, &held, &ids);
            let changed = changed_nodes(scene, session, &ids);
            recall.chains = changed.map(|node| (node, chain(scene, session, &ids, node))).collect();
        }
        recall
    }

    /// Whether everything is so already.
    pub fn is_nothing(&self) -> bool {
        self.values.is_empty() && self.chains.is_empty() && self.drives.is_empty()
    }

    /// Whether it changes anything beside parameter values.
    pub fn changes_session(&self) -> bool {
        !self.chains.is_empty() || !self.drives.is_empty()
    }

    /// Changes chains and macros.
    pub fn apply(&self, session: &mut Session) {
        for (node, chain) in &self.chains {
            session.chains[node.index()] = chain.clone();
        }
        for (at, drives) in &self.drives {
            session.macros[*at].targets = drives.clone();
        }
    }
}

impl Scenes {
    /// Whether recalling a scene, by its number from 0, would change nothing. False if there is none.
    pub fn is_as_stored(&self, number: usize, routing: &Routing, session: &Session) -> bool {
        self.get(number).is_some_and(|scene| Recall::of(scene, routing, session).is_nothing())
    }
}

/// Which macros drive something of a safe node.
fn held_macros(session: &Session) -> [bool; MACROS] {
    let safe: HashSet<u64> =
        slots_of(session, |node| session.scenes.is_safe(node)).map(|(_, slot)| slot.id).collect();
    std::array::from_fn(|at| {
        let targets = session.macros.get(at).map_or(&[][..], |one| &one.targets);
        targets.iter().any(|target| safe.contains(&target.slot))
    })
}

/// The slots of those nodes.
fn slots_of(session: &Session, of: impl Fn(Node) -> bool) -> impl Iterator<Item = (Node, &Slot)> {
    let nodes = session.chains.iter().enumerate().map(|(at, chain)| (Node::from_index(at), chain));
    nodes
        .filter(move |(node, _)| of(*node))
        .flat_map(|(node, chain)| chain.slots().map(move |slot| (node, slot)))
}

/// Which id of the present session each slot of the scene's gets, for the nodes a recall may change.
fn identified(scene: &Scene, session: &Session) -> HashMap<u64, u64> {
    let may = |node: Node| session.scenes.may_change_chain(node);
    let mut ids = HashMap::new();
    let wanted: Vec<(Node, u64, &Slot)> = (0..NODES)
        .map(Node::from_index)
        .filter(|node| may(*node))
        .flat_map(|node| scene.chains[node.index()].slots().map(move |slot| (node, slot.id, slot)))
        .collect();
    let present: HashMap<u64, &Slot> =
        slots_of(session, may).map(|(_, slot)| (slot.id, slot)).collect();
    let mut taken: HashSet<u64> =
        slots_of(session, |node| !may(node)).map(|(_, slot)| slot.id).collect();
    for (_, id, slot) in &wanted {
        if present.get(id).is_some_and(|now| is_same_kind(now, slot)) && taken.insert(*id) {
            ids.insert(*id, *id);
        }
    }
    // Above the scene's own ids too, because it need not be one of the session's.
    let highest = wanted.iter().map(|(_, id, _)| *id).max().unwrap_or(0);
    let mut next = session.free_slot_id().max(highest + 1);
    for (node, id, slot) in &wanted {
        if ids.contains_key(id) {
            continue;
        }
        let twin = session.chains[node.index()]
            .slots()
            .find(|now| is_same_kind(now, slot) && !taken.contains(&now.id));
        let new = match twin {
            Some(twin) => twin.id,
            None if !taken.contains(id) && !present.contains_key(id) => *id,
            None => {
                next += 1;
                next - 1
            }
        };
        taken.insert(new);
        ids.insert(*id, new);
    }
    ids
}

/// The nodes whose chains a recall changes.
fn changed_nodes<'a>(
    scene: &'a Scene,
    session: &'a Session,
    ids: &'a HashMap<u64, u64>,
) -> impl Iterator<Item = Node> + 'a {
    let may = (0..NODES).map(Node::from_index);
    may.filter(|node| session.scenes.may_change_chain(*node))
        .filter(|node| !is_alike(&scene.chains[node.index()], &session.chains[node.index()], ids))
}

/// A node's chain as a recall makes it.
fn chain(scene: &Scene, session: &Session, ids: &HashMap<u64, u64>, node: Node) -> Chain {
    let mut chain = scene.chains[node.index()].clone();
    chain.slots_mut().for_each(|slot| slot.id = ids[&slot.id]);
    session.scenes.embed(&mut chain);
    chain
}

/// Whether a chain is what a stored one becomes. Nothing is copied for it, because it is asked for
/// every picture.
fn is_alike(stored: &Chain, now: &Chain, ids: &HashMap<u64, u64>) -> bool {
    let slots = |stored: &Slot, now: &Slot| {
        let Slot { id, bypass, mix, key, effect } = stored;
        ids[id] == now.id
            && (bypass, mix, key) == (&now.bypass, &now.mix, &now.key)
            && effect.is_alike(&now.effect)
    };
    let lanes = |stored: &Lane, now: &Lane| {
        let Lane { level, slots: kept } = stored;
        *level == now.level
            && kept.len() == now.slots.len()
            && kept.iter().zip(&now.slots).all(|(stored, now)| slots(stored, now))
    };
    let Chain { dry, lanes: kept } = stored;
    *dry == now.dry
        && kept.len() == now.lanes.len()
        && kept.iter().zip(&now.lanes).all(|(stored, now)| lanes(stored, now))
}

/// Whether one slot can sound on as the other.
fn is_same_kind(now: &Slot, stored: &Slot) -> bool {
    match (&now.effect, &stored.effect) {
        (EffectSpec::Known(now), EffectSpec::Known(stored)) => now.kind == stored.kind,
        (EffectSpec::Unknown(_), EffectSpec::Unknown(_)) => {
            now.effect.name() == stored.effect.name()
        }
        _ => false,
    }
}

/// What macros are to drive where that is not so: what the scene says, but for macros that are held
/// and for slots that do not come.
fn drives(
    scene: &Scene,
    session: &Session,
    held: &[bool; MACROS],
    ids: &HashMap<u64, u64>,
) -> Vec<(usize, Vec<Target>)> {
    // A setting has one macro; those that are held keep theirs.
    let mut driven: HashSet<(u64, String)> = HashSet::new();
    for (at, one) in session.macros.iter().enumerate().take(MACROS) {
        if held[at] {
            driven.extend(one.targets.iter().map(|one| (one.slot, one.setting.clone())));
        }
    }
    let present = super::slot_ids(&session.chains);
    let mut changed = Vec::new();
    for at in (0..MACROS).filter(|at| !held[*at]) {
        let mut targets: Vec<Target> = scene.drives[at]
            .iter()
            .filter_map(|target| Some(Target { slot: *ids.get(&target.slot)?, ..target.clone() }))
            .collect();
        targets.retain(|target| driven.insert((target.slot, target.setting.clone())));
        let now = session.macros.get(at).map_or(&[][..], |one| &one.targets);
        // A target whose slot is gone drives nothing, so its absence changes nothing.
        if !now.iter().filter(|target| present.contains(&target.slot)).eq(&targets) {
            changed.push((at, targets));
        }
    }
    changed
}
