//! Route Check: every rule sees what it is there for and leaves the near miss alone, every fix puts
//! right what it is offered for, and marks outlive names and levels.
//!
//! Not here: the templates, in which nothing may be found (`templates.rs`).

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "common/routings.rs"]
mod routings;
#[path = "check/scenes.rs"]
mod scenes;

use proptest::prelude::*;
use routings::edited;
use scenes::{CASES, Scene, parallel};
use std::collections::HashSet;
use switchyard::check::{Place, RULES, Severity, Surroundings, check, guide};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Key, Slot};
use switchyard::routing::{Fader, NODES, Node, Role, Routing, STRIPS, Tap};
use switchyard::session::Session;

#[test]
fn every_rule_has_a_case_and_an_id_of_its_own() {
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let cases: Vec<&str> = CASES.iter().map(|case| case.id).collect();
    assert_eq!(rules, cases);
    assert_eq!(rules.iter().collect::<HashSet<_>>().len(), rules.len());
}

#[test]
fn every_rule_sees_what_it_is_there_for_and_no_other_rule_does() {
    for case in CASES {
        let found: Vec<_> = Scene::of(case.trips).findings();
        let ids: Vec<&str> = found.iter().map(|finding| finding.id).collect();
        assert_eq!(ids, [case.id], "{found:#?}");
    }
}

#[test]
fn in_a_near_miss_nothing_at_all_is_found() {
    for case in CASES {
        let found = Scene::of(case.spares).findings();
        assert!(found.is_empty(), "{}: {found:#?}", case.id);
    }
}

#[test]
fn a_finding_is_said_in_one_or_two_sentences_that_name_its_places() {
    for case in CASES {
        for finding in Scene::of(case.trips).findings() {
            let sentences = finding.text.matches(". ").count() + 1;
            assert!(sentences <= 2 && finding.text.ends_with('.'), "{}", finding.text);
            assert!(!finding.path.is_empty(), "{}", case.id);
            for place in &finding.path {
                if let Place::Node(node) = place {
                    assert!(finding.text.contains(&node.to_string()), "{}", finding.text);
                }
            }
        }
    }
}

#[test]
fn every_fix_puts_right_what_it_is_offered_for() {
    for case in CASES {
        let scene = Scene::of(case.trips);
        let rule = RULES.iter().find(|rule| rule.id == case.id).expect("a rule");
        for finding in scene.findings() {
            // Only the host can give an output, only the user knows what is to feed a bus.
            let is_outside = ["missing-output", "unfed-bus"].contains(&case.id);
            assert!(is_outside || !finding.fixes.is_empty(), "{}", case.id);
            for fix in &finding.fixes {
                let mut fixed = scene.clone();
                fix.apply(&mut fixed.routing, &mut fixed.session);
                let before = (&scene.routing, &scene.session);
                assert_ne!((&fixed.routing, &fixed.session), before, "{}", fix.label);
                if ["refused-chains", "long-latency"].contains(&case.id) {
                    fixed.measure();
                }
                let rest = fixed.findings();
                let cured = rest.iter().all(|left| left.key() != finding.key());
                assert!(cured, "{}: {rest:#?}", fix.label);
                let graver = rest.iter().filter(|left| left.severity < rule.severity);
                assert_eq!(graver.count(), 0, "{}: {rest:#?}", fix.label);
            }
        }
    }
}

#[test]
fn what_is_marked_as_intended_stays_marked_through_saving_renaming_and_levels() {
    for case in CASES {
        let mut scene = Scene::of(case.trips);
        let findings = scene.findings();
        assert!(findings.iter().all(|finding| !finding.is_intended(&scene.session)));
        scene.session.intended = findings.iter().map(|finding| finding.key()).collect();
        scene.session = Session::from_json(&scene.session.to_json()).expect("read");
        for name in scene.session.bus_names.iter_mut().filter(|name| !name.is_empty()) {
            *name = format!("{name} renamed");
        }
        let again = scene.findings();
        assert!(again.iter().all(|finding| finding.is_intended(&scene.session)), "{}", case.id);
    }
    let mut scene = Scene::default();
    scene.send(2, 3, Tap::Post, 0.0);
    let before = scene.findings()[0].clone();
    assert_eq!(before.key(), "doubled-path: Strip 2, Strip 2 > Main, Bus 3 > Main");
    scene.send(2, 3, Tap::Post, -6.0);
    scene.session.strip_names[1] = "Vox".into();
    let after = scene.findings()[0].clone();
    assert_ne!(before.text, after.text);
    assert_eq!(before.key(), after.key());
}

#[test]
fn a_session_without_marks_is_read_as_one_with_none() {
    let session = Session::from_json(r#"{"version": 1}"#).expect("read");
    assert!(session.intended.is_empty());
}

#[test]
fn findings_come_gravest_first() {
    let mut scene = Scene::default();
    scene.session.bus_names[1] = "Drums".into();
    scene.around.faults[3] = true;
    scene.around.faults[1] = true;
    for strip in 0..3 {
        scene.insert(Node::Strip(strip), EffectSpec::new(Kind::Reverb)).mix = 0.3;
    }
    let findings = scene.findings();
    let keys: Vec<String> = findings.iter().map(|finding| finding.key()).collect();
    let expected = [
        "input-fault: Input 2, Strip 2",
        "input-fault: Input 4, Strip 4",
        "unfed-bus: Bus 2",
        "shared-effect: Strip 1 slot 1, Strip 2 slot 2, Strip 3 slot 3",
    ];
    assert_eq!(keys, expected);
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn copies_that_are_alike_are_told_with_the_gain_of_their_sum_and_others_as_a_comb() {
    let text = |make: fn(&mut Scene)| Scene::of(make).findings()[0].text.clone();
    let alike = text(|s| s.send(2, 3, Tap::Post, 0.0));
    assert!(alike.contains("twice") && alike.contains("+6.0 dB"), "{alike}");
    let quieter = text(|s| s.send(2, 3, Tap::Post, -6.0));
    assert!(quieter.contains("+3.5 dB"), "{quieter}");
    let thrice = text(|s| {
        s.send(2, 3, Tap::Post, 0.0);
        s.send(2, 4, Tap::Post, 0.0);
    });
    assert!(thrice.contains("3 times") && thrice.contains("+9.5 dB"), "{thrice}");
    let shaped = text(|s| {
        s.send(2, 3, Tap::Post, 0.0);
        s.insert(Node::Bus(2), EffectSpec::new(Kind::Equalizer));
    });
    assert!(shaped.contains("like a comb"), "{shaped}");
    // Taken before its own inserts on one way and behind them on the other.
    let tapped = text(|s| {
        s.send(2, 3, Tap::Input, 0.0);
        s.insert(Node::Strip(1), EffectSpec::new(Kind::Equalizer));
    });
    assert!(tapped.contains("like a comb"), "{tapped}");
    let bypassed = text(|s| {
        s.send(2, 3, Tap::Post, 0.0);
        s.insert(Node::Bus(2), EffectSpec::new(Kind::Equalizer)).bypass = true;
    });
    assert!(bypassed.contains("alike"), "{bypassed}");
}

#[test]
fn of_ways_that_part_at_a_bus_the_bus_is_told_and_not_every_strip_on_it() {
    let mut scene = Scene::default();
    for strip in 1..=5 {
        scene.assign(strip, 1);
    }
    scene.feed(1, 2, Tap::Post);
    let keys: Vec<String> = scene.findings().iter().map(|finding| finding.key()).collect();
    assert_eq!(keys, ["doubled-path: Bus 1, Bus 1 > Main, Bus 2 > Main"]);
}

#[test]
fn a_return_is_dry_by_any_of_the_ways_a_chain_lets_its_input_through() {
    let is_dry = |make: fn(&mut Scene)| {
        let mut scene = Scene::default();
        scene.role(4, Role::Return);
        scene.send(1, 4, Tap::Post, -12.0);
        make(&mut scene);
        scene.findings().iter().any(|finding| finding.id == "dry-return")
    };
    assert!(is_dry(|_| {}));
    assert!(is_dry(|s| s.insert(Node::Bus(3), EffectSpec::new(Kind::Reverb)).mix = 0.5));
    assert!(is_dry(|s| s.insert(Node::Bus(3), EffectSpec::new(Kind::Reverb)).bypass = true));
    assert!(is_dry(|s| parallel(s, 4, EffectSpec::new(Kind::Reverb))));
    assert!(is_dry(|s| s.insert(Node::Bus(3), EffectSpec::new(Kind::Equalizer)).mix = 1.0));
    assert!(!is_dry(|s| {
        s.insert(Node::Bus(3), EffectSpec::new(Kind::Equalizer));
        s.insert(Node::Bus(3), EffectSpec::new(Kind::Delay));
    }));
}

#[test]
fn the_processor_time_a_shared_effect_saves_is_the_measured_one() {
    // Four at 50 ns a frame; three are saved: 3 × 50 ns × 48000 Hz = 0.72 %.
    let case = CASES.iter().find(|case| case.id == "shared-effect").expect("a case");
    let mut scene = Scene::of(case.trips);
    assert!(scene.findings()[0].text.contains("0.72 %"), "{}", scene.findings()[0].text);
    // At 30 % a strip's reverb is 0.3 / 0.7 = −7.4 dB beside its dry signal.
    let fix = scene.findings()[0].fixes[0].clone();
    fix.apply(&mut scene.routing, &mut scene.session);
    for strip in &scene.routing.strips[..4] {
        assert!((strip.sends[0].level.db() + 7.36).abs() < 0.01);
    }
    assert_eq!(scene.session.bus_names[0], "Reverb");
    assert_eq!(scene.routing.buses[0].role, Role::Return);
    assert_eq!(scene.session.chains.iter().flat_map(Chain::slots).count(), 1);
    assert_eq!(scene.findings(), []);
}

#[test]
fn the_way_that_makes_the_latency_is_named_node_by_node() {
    // Strip 3 (100) ─► Bus 1 (20) ─► Bus 2 (300) ─► Main (7); Bus 4 (350) ─► Main.
    let mut scene = Scene::default();
    scene.assign(3, 1);
    scene.assign(4, 4);
    scene.feed(1, 2, Tap::Post);
    scene.routing.buses[0].main_tap = Tap::Off;
    for (node, latency) in [
        (Node::Strip(2), 100),
        (Node::Strip(5), 40),
        (Node::Bus(0), 20),
        (Node::Bus(1), 300),
        (Node::Bus(3), 310),
        (Node::Main, 7),
    ] {
        let id = scene.insert(node, EffectSpec::new(Kind::Gate)).id;
        scene.around.latencies.push((id, latency));
    }
    scene.around.latency_budget_ms = Some(1.0);
    let findings = scene.findings();
    let [finding] = &findings[..] else { panic!("{findings:#?}") };
    let expected = [Node::Strip(2), Node::Bus(0), Node::Bus(1), Node::Main].map(Place::Node);
    assert_eq!(finding.path, expected, "{}", finding.text);
    assert!(finding.text.contains("8.9 ms (427 samples)"), "{}", finding.text);
    // Strip 1 listens to Strip 3, waits for it, and is later than it by its own effect.
    let key = Key { node: Node::Strip(2), tap: Tap::Pre };
    let id = {
        let slot = scene.insert(Node::Strip(0), EffectSpec::new(Kind::Gate));
        slot.key = Some(key);
        slot.id
    };
    scene.around.latencies.push((id, 50));
    let findings = scene.findings();
    assert_eq!(findings[0].path[0], Place::Node(Node::Strip(0)), "{}", findings[0].text);
    assert!(findings[0].text.contains("(477 samples)"), "{}", findings[0].text);
}

#[test]
fn the_expected_sum_adds_power_and_knows_faders_mutes_and_limiters() {
    let is_hot = |make: fn(&mut Scene)| {
        let mut scene = Scene::default();
        scene.around.peaks = Some(std::array::from_fn(|i| if i < 4 { 0.6 } else { 0.0 }));
        make(&mut scene);
        scene.findings().iter().any(|finding| finding.id == "hot-sum")
    };
    assert!(is_hot(|_| {}));
    assert!(!is_hot(|s| s.routing.main.fader = Fader::from_db(-2.0)));
    assert!(!is_hot(|s| s.routing.main.mute = true));
    assert!(!is_hot(|s| s.routing.strips[..2].iter_mut().for_each(|strip| strip.mute = true)));
    assert!(!is_hot(|s| s.insert(Node::Main, EffectSpec::new(Kind::Limiter)).bypass = false));
    // A limiter beside the dry signal holds nothing.
    assert!(is_hot(|s| s.insert(Node::Main, EffectSpec::new(Kind::Limiter)).mix = 0.1));
}

#[test]
fn a_session_with_too_few_names_and_chains_is_checked_all_the_same() {
    let mut session = Session::default();
    session.strip_names.clear();
    session.bus_names.truncate(3);
    session.chains.truncate(1);
    assert_eq!(check(&Routing::default(), &session, &Surroundings::default()), []);
}

#[test]
fn on_insertion_nothing_is_found() {
    assert_eq!(Scene::default().findings(), []);
    // Nor in a stereo host, whatever the rest of the strips would listen to.
    let mut scene = Scene::default();
    scene.around.inputs[1..].fill(false);
    scene.around.outputs[1..].fill(false);
    assert_eq!(scene.findings(), []);
}

#[test]
fn the_page_in_the_documentation_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/check.md");
    if std::env::var_os("SWITCHYARD_WRITE_DOCS").is_some() {
        std::fs::write(path, guide()).expect("docs/check.md can be written");
    }
    let written = std::fs::read_to_string(path).expect("docs/check.md is there");
    assert!(
        written == guide(),
        "docs/check.md is out of date: its first lines say how to renew it"
    );
}

/// A few slots anywhere: kind, node, mix, bypass and key.
fn sessions() -> impl Strategy<Value = Session> {
    let key = prop::option::of((0..NODES, 0..3usize));
    let slot = (0..Kind::ALL.len(), 0..NODES, 0..=4u8, any::<bool>(), key);
    prop::collection::vec(slot, 0..12).prop_map(|slots| {
        let mut session = Session::default();
        for (id, (kind, node, mix, bypass, key)) in slots.into_iter().enumerate() {
            let mut slot = Slot::new(id as u64 + 1, EffectSpec::new(Kind::ALL[kind]));
            slot.mix = f32::from(mix) / 4.0;
            slot.bypass = bypass;
            slot.key =
                key.map(|(node, tap)| Key { node: Node::from_index(node), tap: Tap::PLACES[tap] });
            let chain = &mut session.chains[node];
            match chain.lanes.first_mut() {
                Some(lane) if lane.slots.len() < 3 => lane.slots.push(slot),
                Some(_) => chain.dry = Fader(0.5),
                None => *chain = Chain::serial([slot]),
            }
        }
        session
    })
}

/// Anything a host, a meter or an effect might tell.
fn surroundings() -> impl Strategy<Value = Surroundings> {
    let peak = prop_oneof![Just(0.0f32), 0.0..4.0f32, Just(f32::NAN), Just(f32::INFINITY)];
    (
        prop::option::of(prop::collection::vec(peak, STRIPS)),
        prop::collection::vec(any::<bool>(), 2 * STRIPS),
        prop::collection::vec(0..2000u32, 12),
        prop::option::of(0.0..30.0f32),
        prop::sample::select(vec![44_100.0, 48_000.0, 192_000.0]),
    )
        .prop_map(|(peaks, flags, latencies, latency_budget_ms, sample_rate)| Surroundings {
            inputs: std::array::from_fn(|i| flags[i]),
            faults: std::array::from_fn(|i| flags[STRIPS + i]),
            outputs: std::array::from_fn(|i| flags[i] != flags[STRIPS + i]),
            peaks: peaks.map(|peaks| std::array::from_fn(|i| peaks[i])),
            latencies: (1..).zip(latencies).collect(),
            latency_budget_ms,
            sample_rate,
            ..Surroundings::default()
        })
}

proptest! {
    #![proptest_config(routings::cases(60))]

    #[test]
    fn for_arbitrary_routings_keys_are_unique_and_every_fix_cures(
        edits in routings::edits(120),
        session in sessions(),
        around in surroundings(),
    ) {
        let routing = edited(&edits);
        let findings = check(&routing, &session, &around);
        prop_assert_eq!(&findings, &check(&routing, &session, &around));
        let keys: HashSet<String> = findings.iter().map(|finding| finding.key()).collect();
        prop_assert_eq!(keys.len(), findings.len());
        // Nobody listens or asks the effects again here.
        let stale = ["long-latency", "silent-input"];
        for finding in findings.iter().filter(|finding| !stale.contains(&finding.id)) {
            for fix in &finding.fixes {
                let (mut routing, mut session) = (routing, session.clone());
                fix.apply(&mut routing, &mut session);
                let rest = check(&routing, &session, &around);
                let left = rest.iter().find(|left| left.key() == finding.key());
                prop_assert!(left.is_none(), "{}\n{}", fix.label, finding.text);
            }
        }
    }

    #[test]
    fn where_nothing_was_observed_nothing_is_found_that_rests_on_it(
        edits in routings::edits(120),
        session in sessions(),
    ) {
        let findings = check(&edited(&edits), &session, &Surroundings::default());
        for rule in RULES.iter().filter(|rule| rule.observed && rule.id != "lost-impulse") {
            prop_assert!(findings.iter().all(|finding| finding.id != rule.id), "{}", rule.id);
        }
    }
}
