//! Laws of scenes for arbitrary mixes: whatever is stored comes back, scope and safes are honoured, a
//! morph goes where it should, damaged scenes are read or refused.
//!
//! Not here: sound. Test threads only.

use crate::mixes::{arbitrary_routing, arbitrary_scenes, arbitrary_session};
use crate::{EVERYTHING, recall, slot_ids};
use proptest::prelude::*;
use std::collections::HashSet;
use switchyard::routing::chain::Chain;
use switchyard::routing::parameter::{ALL, Parameter};
use switchyard::routing::{Node, Routing};
use switchyard::session::scenes::morph::glides;
use switchyard::session::scenes::recall::Recall;
use switchyard::session::scenes::{Part, SCENES, Scene, is_same};
use switchyard::session::{Session, file};

/// The nodes a parameter's name names, which is how users know what it touches.
fn named(parameter: Parameter) -> Vec<Node> {
    let name = parameter.name();
    let words: Vec<&str> = name.split(' ').collect();
    let mut nodes = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let number = words.get(at + 1).and_then(|next| next.parse::<usize>().ok());
        match (*word, number) {
            ("Strip", Some(n)) => nodes.push(Node::Strip(n - 1)),
            ("Bus", Some(n)) => nodes.push(Node::Bus(n - 1)),
            ("Main", _) => nodes.push(Node::Main),
            _ => {}
        }
    }
    nodes
}

/// What every macro-driven setting of a node's slots stands at.
fn driven(session: &Session, node: Node, routing: &Routing) -> Vec<(u64, String, Option<f32>)> {
    let mut found = Vec::new();
    for slot in session.chains[node.index()].slots() {
        for setting in slot.kind().iter().flat_map(|kind| kind.settings()) {
            let value = session.driven(slot.id, setting.id, &routing.macros);
            found.push((slot.id, setting.id.to_owned(), value));
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_scenes_come_back_as_they_were(
        routing in arbitrary_routing(), session in arbitrary_scenes(),
    ) {
        let text = file::to_json(&routing, &session);
        let (_, read) = file::from_json(&text).expect("read");
        prop_assert_eq!(&read.scenes, &session.scenes);
        prop_assert_eq!(&read, &session);
        let again = Session::from_json(&session.to_json()).expect("read");
        prop_assert_eq!(&again, &session);
        prop_assert_eq!(again.to_json(), session.to_json());
    }

    #[test]
    fn what_was_stored_comes_back_whatever_was_done_since(
        then in arbitrary_routing(), kept in arbitrary_session(),
        now in arbitrary_routing(), live in arbitrary_session(),
    ) {
        let scene = Scene::of("Then", &then, &kept);
        let (mut routing, mut session) = (now, live);
        session.scenes.scope = EVERYTHING;
        recall(&scene, &mut routing, &mut session);
        for parameter in ALL {
            let wanted = match Part::of(parameter) {
                Some(_) => parameter.get(&then),
                None => parameter.get(&now),
            };
            let got = parameter.get(&routing);
            prop_assert!(is_same(parameter, got, wanted), "{parameter:?}: {got} for {wanted}");
        }
        // The chains are the same but for the slots' ids.
        let bare = |chains: &[Chain]| {
            let mut chains = chains.to_vec();
            chains.iter_mut().flat_map(Chain::slots_mut).for_each(|slot| slot.id = 0);
            chains
        };
        prop_assert_eq!(bare(&session.chains), bare(&kept.chains));
        let ids = slot_ids(&session);
        prop_assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{:?}", ids);
        for (at, (node, slot)) in kept.chains.iter().enumerate()
            .flat_map(|(at, chain)| chain.slots().map(move |slot| (at, slot))).enumerate()
        {
            let twin = session.chains[node].slots().nth(
                kept.chains[node].slots().position(|one| one.id == slot.id).expect("there"));
            let twin = twin.expect("as many slots").id;
            for setting in slot.kind().iter().flat_map(|kind| kind.settings()) {
                let was = kept.driven(slot.id, setting.id, &then.macros);
                let is = session.driven(twin, setting.id, &routing.macros);
                let same = match (was, is) {
                    (Some(a), Some(b)) => (a - b).abs() <= 1e-3 * a.abs().max(1.0),
                    (a, b) => a == b,
                };
                prop_assert!(same, "slot {at}: {} {was:?} {is:?}", setting.id);
            }
        }
        prop_assert!(Recall::of(&scene, &routing, &session).is_nothing(), "as stored");
    }

    #[test]
    fn nothing_outside_the_scope_and_nothing_safe_is_touched(
        then in arbitrary_routing(), kept in arbitrary_session(),
        now in arbitrary_routing(), live in arbitrary_session(),
        scope in any::<[bool; 5]>(), safes in proptest::collection::vec(0..29usize, 0..8),
    ) {
        let scene = Scene::of("", &then, &kept);
        let (mut routing, mut session) = (now, live.clone());
        for ((part, _), on) in Part::ALL.into_iter().zip(scope) {
            session.scenes.scope.set(part, on);
        }
        let safes: Vec<Node> = safes.into_iter().map(Node::from_index).collect();
        safes.iter().for_each(|node| session.scenes.set_safe(*node, true));
        let before = session.clone();
        recall(&scene, &mut routing, &mut session);
        for parameter in ALL {
            let part = Part::of(parameter);
            let scoped = part.is_some_and(|part| session.scenes.scope.has(part));
            let safe = named(parameter).iter().any(|node| safes.contains(node));
            let moved = parameter.get(&routing) != parameter.get(&now);
            prop_assert!(!moved || scoped && !safe, "{} moved", parameter.name());
            let is_macro = matches!(parameter, Parameter::Macro(_));
            if scoped && !safe && !is_macro {
                let (got, wanted) = (parameter.get(&routing), parameter.get(&then));
                prop_assert!(is_same(parameter, got, wanted), "{} stayed", parameter.name());
            }
        }
        for node in (0..29).map(Node::from_index) {
            if safes.contains(&node) || !session.scenes.scope.chains {
                prop_assert_eq!(
                    &session.chains[node.index()], &before.chains[node.index()], "{}", node
                );
                let (was, is) = (driven(&before, node, &now), driven(&session, node, &routing));
                prop_assert_eq!(was, is, "a macro moved {}", node);
            }
        }
        prop_assert_eq!(&session.strip_names, &before.strip_names);
        prop_assert_eq!(&session.scenes, &before.scenes);
        let ids = slot_ids(&session);
        prop_assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{:?}", ids);
        let left = Recall::of(&scene, &routing, &session);
        prop_assert!(left.is_nothing(), "a second recall changes {:?}", left);
    }

    #[test]
    fn a_morph_begins_where_the_mix_is_and_ends_at_the_scene(
        then in arbitrary_routing(), kept in arbitrary_session(),
        now in arbitrary_routing(), live in arbitrary_session(), at in 0.0..1.0f32,
    ) {
        let scene = Scene::of("", &then, &kept);
        let mut session = live;
        session.scenes.scope = EVERYTHING;
        let recall = Recall::of(&scene, &now, &session);
        let ways = glides(&scene, &now, &session);
        let gliding: HashSet<Parameter> = ways.iter().map(|glide| glide.parameter).collect();
        prop_assert_eq!(gliding.len(), ways.len(), "each once");
        for (parameter, _) in &recall.values {
            let continuous = parameter.kind().steps().is_none();
            let remapped = matches!(parameter, Parameter::Macro(n)
                if recall.drives.iter().any(|(at, _)| at == &usize::from(*n)));
            prop_assert_eq!(gliding.contains(parameter), continuous && !remapped, "{}", parameter.name());
        }
        for glide in &ways {
            let (from, to) = (glide.parameter.get(&now), scene.value(glide.parameter));
            prop_assert_eq!((glide.at(0.0), glide.at(1.0)), (from, to));
            let (low, high) = (from.min(to) - 1e-4, from.max(to) + 1e-4);
            prop_assert!((low..=high).contains(&glide.at(at)));
            let straight = from + (to - from) * at;
            prop_assert!((glide.at(at) - straight).abs() <= 1e-3, "a straight line");
            let (min, max) = glide.parameter.kind().range();
            prop_assert!((min..=max).contains(&glide.at(at)));
        }
    }

    #[test]
    fn whatever_is_offered_as_scenes_is_read_or_refused(
        session in arbitrary_scenes(), edits in proptest::collection::vec(
            (any::<proptest::sample::Index>(), any::<u8>(), 0..4usize), 1..6),
    ) {
        let mut bytes = session.to_json().into_bytes();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match how {
                _ if bytes.is_empty() => {}
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                _ => bytes.truncate(at),
            }
        }
        if let Ok(mut read) = Session::from_json(&String::from_utf8_lossy(&bytes)) {
            let mut routing = Routing::default();
            for number in 0..SCENES {
                if let Some(scene) = read.scenes.get(number).cloned() {
                    recall(&scene, &mut routing, &mut read);
                }
            }
        }
    }
}
