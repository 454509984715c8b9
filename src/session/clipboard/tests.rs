use super::*;
use crate::effects::{EffectSpec, Kind};
use crate::routing::{Fader, Input, Role, Send};
use proptest::prelude::*;

/// Any mixer, with a chain on the first strip and the first bus.
fn mixer(seed: u64) -> (Routing, Session) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut routing = Routing::default();
    for parameter in ALL {
        let kind = parameter.kind();
        let (low, high) = kind.range();
        parameter.set(&mut routing, kind.clamp(low + (high - low) * random.f32()));
    }
    let mut session = Session::default();
    for node in [Node::Strip(0), Node::Bus(0)] {
        let kind = Kind::ALL[random.usize(0..Kind::ALL.len())];
        session.chains[node.index()] = Chain::serial([Slot::new(0, EffectSpec::new(kind))]);
    }
    session.number_slots();
    session.strip_names[0] = "Vox".into();
    session.bus_names[0] = "Plate".into();
    (session.strip_colours[0], session.bus_colours[0]) = (7, 3);
    (routing, session)
}

fn copied(routing: &Routing, session: &Session, node: Node) -> Box<Channel> {
    let text = channel(routing, session, node).expect("a strip or bus");
    match read(&text) {
        Ok(Clip::Channel(channel)) => channel,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_strip_pasted_elsewhere_is_alike_but_for_input_and_solo(
        seed in any::<u64>(), to in 1..STRIPS,
    ) {
        let (routing, session) = mixer(seed);
        let (mut other, mut beside) = mixer(seed ^ 1);
        let before = other;
        let clip = copied(&routing, &session, Node::Strip(0));
        clip.paste(Node::Strip(to), &mut other, &mut beside).expect("a strip on a strip");
        let mut expected = routing.strips[0];
        (expected.input, expected.solo) = (before.strips[to].input, before.strips[to].solo);
        prop_assert_eq!(other.strips[to], expected);
        other.strips[to] = before.strips[to];
        prop_assert_eq!(other, before, "nothing else changes");
        let kinds = |chain: &Chain| chain.slots().map(Slot::kind).collect::<Vec<_>>();
        prop_assert_eq!(kinds(&beside.chains[to]), kinds(&session.chains[0]));
        prop_assert_eq!((beside.strip_names[to].as_str(), beside.strip_colours[to]), ("Vox", 7));
        let mut ids: Vec<u64> = beside.chains.iter().flat_map(Chain::slots).map(|s| s.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "each slot has an id of its own");
    }

    /// The sources of a bus stay as they are; its own connections come as far as they may be.
    #[test]
    fn a_bus_pasted_elsewhere_opens_nothing_that_is_refused(seed in any::<u64>(), to in 1..BUSES) {
        let (routing, session) = mixer(seed);
        let (mut other, mut beside) = mixer(seed ^ 1);
        let before = other;
        let clip = copied(&routing, &session, Node::Bus(0));
        clip.paste(Node::Bus(to), &mut other, &mut beside).expect("a bus on a bus");
        prop_assert_eq!(other.buses[to].role, routing.buses[0].role);
        prop_assert_eq!(other.buses[to].fader, routing.buses[0].fader);
        prop_assert_eq!(other.buses[to].solo, before.buses[to].solo);
        prop_assert_eq!(other.buses[to].sends[to], before.buses[to].sends[to]);
        prop_assert_eq!(other.strips, before.strips);
        let schedule = schedule::compile(&other, &Timing::ZERO);
        for destination in (0..BUSES).filter(|destination| *destination != to) {
            let opened = other.buses[to].sends[destination].is_connected()
                && !before.buses[to].sends[destination].is_connected();
            let admission = schedule.admission(STRIPS + to, destination);
            prop_assert!(!opened || !matches!(admission, Admission::Loop | Admission::Role));
        }
    }

    #[test]
    fn whatever_the_clipboard_holds_is_read_or_refused_in_words(
        seed in any::<u64>(), at in any::<proptest::sample::Index>(), byte in any::<u8>(),
    ) {
        let (routing, session) = mixer(seed);
        let whole = [
            channel(&routing, &session, Node::Strip(0)).expect("a strip"),
            channel(&routing, &session, Node::Bus(0)).expect("a bus"),
            chain(&session.chains[0]),
            slot(session.chains[0].slots().next().expect("a slot")),
            file::to_json(&routing, &session),
        ];
        for text in whole {
            prop_assert!(read(&text).is_ok());
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            let cut = String::from_utf8_lossy(&bytes[..at]).into_owned();
            if let Err(error) = read(&cut) {
                prop_assert!(!error.to_string().is_empty());
            }
            bytes[at] = byte;
            let _ = read(&String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn chains_and_slots_read_back_and_a_whole_session_s_text_is_its_file_s() {
    let (routing, session) = mixer(3);
    let whole = session.chains[0].clone();
    assert_eq!(read(&chain(&whole)).ok(), Some(Clip::Chain(Box::new(whole.clone()))));
    let one = whole.slots().next().expect("a slot").clone();
    assert_eq!(read(&slot(&one)).ok(), Some(Clip::Slot(Box::new(one))));
    let text = file::to_json(&routing, &session);
    assert_eq!(read(&text).ok(), Some(Clip::Session(Box::new((routing, session)))));
}

#[test]
fn a_name_and_a_colour_of_its_own_stay() {
    let (routing, session) = mixer(5);
    let (mut other, mut beside) = (Routing::default(), Session::default());
    beside.strip_names[4] = "Kick".into();
    copied(&routing, &session, Node::Strip(0))
        .paste(Node::Strip(4), &mut other, &mut beside)
        .expect("a strip on a strip");
    assert_eq!((beside.strip_names[4].as_str(), beside.strip_colours[4]), ("Kick", 7));
    assert_eq!(other.strips[4].input, Input::Port(4), "it would play twice");
}

#[test]
fn a_bus_that_fed_the_place_it_is_pasted_on_does_not_feed_itself() {
    let (mut routing, session) = (Routing::default(), Session::default());
    routing.buses[0].role = Role::Group;
    routing.buses[0].sends[1] = Send { tap: Tap::Post, level: Fader::UNITY };
    let (mut other, mut beside) = (routing, session.clone());
    copied(&routing, &session, Node::Bus(0))
        .paste(Node::Bus(1), &mut other, &mut beside)
        .expect("a bus on a bus");
    assert!(!other.buses[1].sends[1].is_connected());
    assert!(other.buses[0].sends[1].is_connected(), "what was copied stays");
}

#[test]
fn other_texts_wrong_places_and_newer_versions_are_refused_in_words() {
    let says = |text: &str| read(text).expect_err("refused").to_string();
    for text in ["", "hello", "Post -12.0 dB", "{}", "[1, 2]", r#"{"lanes": []}"#] {
        assert_eq!(says(text), "the clipboard holds nothing of Switchyard", "{text:?}");
    }
    let newer = r#"{"switchyard": 99, "kind": "scene", "of": "Main"}"#;
    assert!(says(newer).contains("update Switchyard"));
    let other = r#"{"switchyard": 2, "kind": "scene", "of": "Main"}"#;
    assert!(says(other).contains("\"scene\""));
    let nowhere = r#"{"switchyard": 2, "kind": "strip", "of": "Strip 99"}"#;
    assert!(says(nowhere).contains("does not say what it is a copy of"));
    let damaged =
        r#"{"switchyard": 2, "kind": "strip", "of": "Strip 1", "parameters": {"s1fd": 9}}"#;
    assert!(says(damaged).contains("s1fd (Strip 1 Fader) cannot be 9"));
    let (mut routing, mut session) = mixer(1);
    let before = (routing, session.clone());
    let strip = copied(&routing, &session, Node::Strip(0));
    for place in [Node::Bus(2), Node::Main] {
        let error = strip.paste(place, &mut routing, &mut session).expect_err("refused");
        let words = "the clipboard holds a strip; it can be pasted on a strip";
        assert_eq!(error.to_string(), words);
    }
    assert_eq!((routing, session), before);
}
