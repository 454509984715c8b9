//! The editor, tried by its accessible names: every test clicks, drags or types like a person and
//! looks at what that asks of the host.
//!
//! Not here: the host's side of it (`editor_link`) and real windows.

#![cfg(feature = "plugin")]

#[path = "editor/desk.rs"]
mod desk;
#[path = "editor/looks.rs"]
mod looks;
#[path = "editor/picture.rs"]
mod picture;

use desk::{Desk, WHOLE};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use std::collections::HashMap;
use switchyard::editor::{Action, View};
use switchyard::routing::parameter::{ALL, Parameter as P};
use switchyard::routing::{Fader, Role, Routing, Tap};

const UNITY: f32 = 0.75;

fn db(desk: &Desk, parameter: P) -> f32 {
    Fader(desk.value(parameter)).db()
}

/// Begins, sets and ends, per parameter, in the only order a host understands.
fn assert_paired(log: &[Action]) {
    let mut open = HashMap::new();
    for action in log {
        match action {
            Action::Begin(p) => assert!(open.insert(*p, ()).is_none(), "{p:?} began twice"),
            Action::Set(p, value) => {
                assert!(open.contains_key(p), "{p:?} set outside a gesture");
                assert!(value.is_finite() && p.kind().clamp(*value) == *value, "{p:?} {value}");
            }
            Action::End(p) => assert!(open.remove(p).is_some(), "{p:?} ended without beginning"),
            _ => {}
        }
    }
    assert!(open.is_empty(), "never ended: {open:?}");
}

fn count(log: &[Action], wanted: impl Fn(&Action) -> bool) -> usize {
    log.iter().filter(|action| wanted(action)).count()
}

#[test]
fn a_click_assigns_a_strip_to_a_group_and_takes_it_off_main_in_one_step() {
    let mut desk = Desk::of(Routing::default());
    desk.click("Strip 2 > Bus 4");
    let (level, main) = (P::StripLevel(1, 3), P::StripMainTap(1));
    assert_eq!(
        desk.take_log(),
        [
            Action::Begin(level),
            Action::Begin(main),
            Action::Set(level, UNITY),
            Action::Set(main, 0.0),
            Action::End(level),
            Action::End(main),
        ]
    );
}

#[test]
fn with_shift_a_strip_is_added_to_a_group_and_stays_on_main() {
    let mut desk = Desk::of(Routing::default());
    desk.click_with("Strip 2 > Bus 4", Modifiers::SHIFT);
    assert_eq!(desk.value(P::StripLevel(1, 3)), UNITY);
    assert_eq!(desk.value(P::StripMainTap(1)), Tap::Post as u8 as f32);
}

#[test]
fn a_send_to_a_return_leaves_main_alone_and_a_second_click_closes_it_but_keeps_its_tap() {
    let mut routing = Routing::default();
    routing.buses[3].role = Role::Return;
    routing.strips[1].sends[3].tap = Tap::Input;
    let mut desk = Desk::of(routing);
    desk.click("Strip 2 > Bus 4");
    assert_eq!(desk.value(P::StripLevel(1, 3)), UNITY);
    assert_eq!(desk.value(P::StripTap(1, 3)), Tap::Input as u8 as f32);
    assert_eq!(desk.value(P::StripMainTap(1)), Tap::Post as u8 as f32);
    desk.click("Strip 2 > Bus 4");
    assert_eq!(desk.value(P::StripLevel(1, 3)), 0.0);
    assert_eq!(desk.value(P::StripTap(1, 3)), Tap::Input as u8 as f32);
    assert_paired(&desk.take_log());
}

#[test]
fn a_double_click_puts_a_crosspoint_back_and_main_with_it() {
    let mut desk = Desk::of(Routing::default());
    desk.double_click("Strip 2 > Bus 4");
    assert_eq!(desk.harness.state().view.routing, Routing::default());
    assert_paired(&desk.take_log());
}

#[test]
fn a_drag_over_a_crosspoint_is_one_gesture_and_control_makes_it_ten_times_finer() {
    for (by, coarse) in [(vec2(100.0, 0.0), 0.5), (vec2(0.0, -100.0), 0.5)] {
        let mut desk = Desk::of(Routing::default());
        let at = desk.place("Strip 3 > Bus 5").center();
        desk.drag(at, by, Modifiers::NONE, false);
        let log = desk.take_log();
        assert_paired(&log);
        let level = P::StripLevel(2, 4);
        assert_eq!(count(&log, |a| *a == Action::Begin(level)), 1);
        let moved = desk.value(level);
        assert!((moved - coarse).abs() < 0.06, "{by} moved it to {moved}");

        let mut desk = Desk::of(Routing::default());
        desk.drag(at, by, Modifiers::CTRL, false);
        let fine = desk.value(level);
        assert!((fine - moved / 10.0).abs() < 1e-3, "{fine} {moved}");
    }
}

#[test]
fn a_fader_follows_the_pointer_even_from_beyond_its_end() {
    let mut desk = Desk::of(Routing::default());
    let at = desk.place("Strip 3 Fader").center();
    desk.drag(at, vec2(0.0, -400.0), Modifiers::NONE, true);
    assert_eq!(desk.value(P::StripFader(2)), 1.0);
    for y in [-300.0, -200.0, -100.0, 0.0] {
        desk.harness.hover_at(at + vec2(0.0, y));
    }
    desk.harness.drop_at(at);
    desk.settle();
    let back = desk.value(P::StripFader(2));
    assert!((back - UNITY).abs() < 0.08, "{back}");
    assert_paired(&desk.take_log());
}

#[test]
fn a_double_click_on_a_fader_brings_its_default_back() {
    let mut routing = Routing::default();
    routing.main.fader = Fader::from_db(-30.0);
    let mut desk = Desk::of(routing);
    desk.double_click("Main Fader");
    assert_eq!(desk.value(P::MainFader), UNITY);
    assert_paired(&desk.take_log());
}

#[test]
fn mute_solo_polarity_and_the_monitor_s_switches_are_one_click_each() {
    let mut desk = Desk::of(Routing::default());
    for parameter in [
        P::StripMute(4),
        P::StripSolo(4),
        P::BusMute(2),
        P::BusSolo(11),
        P::MainMute,
        P::StripPolarity(15),
        P::BusImmediate(0),
        P::MonitorDim,
        P::MonitorMono,
        P::MonitorMute,
        P::MonitorSpeakers,
        P::MonitorTalkback,
        P::Bypass,
    ] {
        desk.click(&parameter.name());
        let once = [Action::Begin(parameter), Action::Set(parameter, 1.0), Action::End(parameter)];
        assert_eq!(desk.take_log(), once);
    }
}

#[test]
fn a_level_can_be_typed_and_what_cannot_be_read_changes_nothing() {
    let mut desk = Desk::of(Routing::default());
    desk.click("Strip 3 Fader Level");
    desk.type_text("-12 dB", Key::Enter);
    assert!((db(&desk, P::StripFader(2)) + 12.0).abs() < 1e-3);
    assert_paired(&desk.take_log());

    desk.click("Strip 3 Fader Level");
    desk.type_text("loud", Key::Enter);
    assert_eq!(desk.take_log(), []);
    assert!(desk.harness.query_by_label("Strip 3 Fader Level, typed").is_some(), "left open");
    desk.press(Key::Escape);
    assert!(desk.harness.query_by_label("Strip 3 Fader Level").is_some(), "closed");
    assert_eq!(desk.take_log(), []);
}

#[test]
fn digits_on_a_crosspoint_type_its_level_and_letters_choose_its_tap() {
    let mut desk = Desk::of(Routing::default());
    desk.harness.get_by_label("Strip 1 > Bus 1").focus();
    desk.settle();
    for (key, tap) in [(Key::O, Tap::Pre), (Key::I, Tap::Input), (Key::P, Tap::Post)] {
        desk.press(key);
        assert_eq!(desk.value(P::StripTap(0, 0)), tap as u8 as f32);
    }
    desk.harness.event(egui::Event::Text("-".into()));
    desk.settle();
    desk.type_text("-6", Key::Enter);
    assert!((db(&desk, P::StripLevel(0, 0)) + 6.0).abs() < 1e-3);
    desk.harness.get_by_label("Strip 1 > Bus 1").focus();
    desk.press(Key::Delete);
    assert_eq!(desk.value(P::StripLevel(0, 0)), 0.0);
    assert_paired(&desk.take_log());
}

#[test]
fn arrows_walk_over_the_crosspoints_and_enter_switches_the_one_they_reach() {
    let mut desk = Desk::of(Routing::default());
    desk.harness.get_by_label("Strip 2 > Bus 4").focus();
    desk.settle();
    desk.press(Key::ArrowRight);
    desk.press(Key::ArrowDown);
    assert!(desk.harness.get_by_label("Strip 3 > Bus 5").is_focused());
    desk.press(Key::Enter);
    assert_eq!(desk.value(P::StripLevel(2, 4)), UNITY);
    assert_paired(&desk.take_log());
}

#[test]
fn arrow_keys_and_assistive_technology_move_a_fader() {
    let mut desk = Desk::of(Routing::default());
    desk.harness.get_by_label("Bus 2 Fader").focus();
    desk.settle();
    desk.press(Key::ArrowDown);
    assert!((db(&desk, P::BusFader(1)) + 0.5).abs() < 1e-3);
    desk.harness.get_by_label("Bus 2 Fader").increment_accesskit();
    desk.settle();
    assert!(db(&desk, P::BusFader(1)).abs() < 1e-3);
    desk.harness.get_by_label("Bus 2 Fader").set_value_accesskit(0.5);
    desk.settle();
    assert!((db(&desk, P::BusFader(1)) + 10.0).abs() < 1e-3);
    assert_paired(&desk.take_log());
}

#[test]
fn the_wheel_scrolls_past_a_fader_and_moves_it_only_once_it_was_chosen() {
    let mut desk = Desk::of(Routing::default());
    let turn = |desk: &mut Desk| {
        desk.harness.get_by_label("Strip 1 Fader").hover();
        desk.harness.event(wheel(1.0));
        desk.settle();
    };
    turn(&mut desk);
    assert_eq!(desk.take_log(), []);
    desk.harness.get_by_label("Strip 1 Fader").focus();
    desk.settle();
    turn(&mut desk);
    assert!((db(&desk, P::StripFader(0)) - 0.5).abs() < 1e-3);
    assert_paired(&desk.take_log());
}

#[test]
fn choosing_the_role_of_a_bus_sets_the_taps_that_fit() {
    let mut routing = Routing::default();
    routing.strips[3].sends[5].tap = Tap::Input;
    routing.buses[0].sends[5].tap = Tap::Post;
    routing.buses[5].sends[1].tap = Tap::Post;
    let mut desk = Desk::of(routing);
    desk.click("Bus 6 Role");
    desk.click("MIX");
    let now = desk.harness.state().view.routing;
    assert_eq!(now.buses[5].role, Role::Mix);
    assert_eq!(now.strips[0].sends[5].tap, Tap::Pre);
    assert_eq!(now.strips[3].sends[5].tap, Tap::Input, "chosen by hand");
    assert_eq!(now.buses[0].sends[5].tap, Tap::Pre);
    assert_eq!(now.buses[5].main_tap, Tap::Off);
    assert_eq!(now.buses[5].sends[1].tap, Tap::Off, "a Mix feeds no Group");
    assert_paired(&desk.take_log());

    desk.click("Bus 6 Role");
    desk.click("RETURN");
    let now = desk.harness.state().view.routing;
    assert_eq!(now.strips[0].sends[5].tap, Tap::Post);
    assert_eq!(now.buses[5].main_tap, Tap::Post);
    assert_paired(&desk.take_log());
}

#[test]
fn a_crosspoint_that_would_close_a_loop_is_impossible_and_names_the_loop() {
    let mut routing = Routing::default();
    routing.buses[2].sends[4].tap = Tap::Post;
    routing.buses[4].sends[3].tap = Tap::Post;
    let mut desk = Desk::of(routing);
    let said = desk.says("Bus 4 > Bus 3");
    assert!(said.contains("impossible") && said.contains("Bus 3 > Bus 5 > Bus 4"), "{said}");
    let at = desk.place("Bus 4 > Bus 3").center();
    desk.click("Bus 4 > Bus 3");
    desk.drag(at, vec2(60.0, 0.0), Modifiers::NONE, false);
    desk.double_click("Bus 4 > Bus 3");
    assert_eq!(desk.take_log(), []);
    desk.click("Bus 3 > Bus 4");
    assert_eq!(desk.value(P::BusTap(2, 3)), Tap::Post as u8 as f32, "the other way is free");
}

#[test]
fn a_loop_that_came_from_outside_is_shown_and_a_click_removes_it() {
    let mut routing = Routing::default();
    routing.buses[2].sends[4].tap = Tap::Post;
    routing.buses[4].sends[2].tap = Tap::Post;
    let mut desk = Desk::of(routing);
    let said = desk.says("Bus 5 > Bus 3");
    assert!(said.contains("refused") && said.contains("loop"), "{said}");
    desk.click("Bus 5 > Bus 3");
    assert_eq!(desk.value(P::BusTap(4, 2)), Tap::Off as u8 as f32);
    assert_eq!(desk.value(P::BusTap(2, 4)), Tap::Post as u8 as f32);
    assert_paired(&desk.take_log());
}

#[test]
fn the_menu_of_a_crosspoint_sets_the_tap_types_the_level_and_clears() {
    let mut desk = Desk::of(Routing::default());
    desk.harness.get_by_label("Strip 1 > Bus 2").click_secondary();
    desk.settle();
    desk.click("PRE");
    assert_eq!(desk.value(P::StripTap(0, 1)), Tap::Pre as u8 as f32);
    desk.click("Strip 1 > Bus 2 Level");
    desk.type_text("-20", Key::Enter);
    assert!((db(&desk, P::StripLevel(0, 1)) + 20.0).abs() < 1e-3);
    desk.click("Clear");
    assert_eq!(desk.harness.state().view.routing, Routing::default());
    assert_paired(&desk.take_log());
}

#[test]
fn a_name_is_changed_in_place() {
    let mut desk = Desk::of(Routing::default());
    desk.double_click("Strip 2 Name");
    desk.type_text("Vox", Key::Enter);
    assert_eq!(
        desk.take_log(),
        [Action::Rename(switchyard::routing::Node::Strip(1), "Vox".into())]
    );
}

#[test]
fn lamps_go_out_by_a_click_on_them() {
    let mut routing = Routing::default();
    routing.strips[1].solo = true;
    routing.buses[3].solo = true;
    let mut view = View::of(routing);
    view.faults[6] = true;
    let mut desk = Desk::sized(view, WHOLE);
    desk.click("Clear Solo");
    assert_eq!(desk.harness.state().view.routing, Routing::default());
    assert_paired(&desk.take_log());
    desk.click("Strip 7 Fault");
    assert_eq!(desk.take_log(), [Action::ClearFault(6)]);
    assert!(desk.harness.query_by_label("Clear Faults").is_none(), "no lamp is left");
}

#[test]
fn every_parameter_but_macros_and_insert_mix_is_in_reach_under_its_own_name() {
    let desk = Desk::of(Routing::default());
    for parameter in ALL {
        let name = parameter.name();
        let name = match parameter {
            P::Macro(_) | P::StripInsertMix(_) | P::BusInsertMix(_) | P::MainInsertMix => continue,
            P::BusPanFollow(_) => continue, // Shown on Mixes only.
            P::StripTap(..) | P::BusTap(..) => name.trim_end_matches(" Tap").to_string(),
            _ => name,
        };
        assert_eq!(desk.harness.query_all_by_label(&name).count(), 1, "{name}");
    }
}

#[test]
fn no_two_controls_share_a_name_or_a_place() {
    let mut routing = Routing::default();
    routing.buses[5].role = Role::Mix;
    routing.strips[0].solo = true;
    let mut view = View::of(routing);
    view.faults = [true; 16];
    view.restart_needed = true;
    for size in [WHOLE, [2400, 1720]] {
        let desk = Desk::sized(view.clone(), size);
        let root = desk.harness.root();
        let controls: Vec<_> = root
            .children_recursive()
            .filter(|node| {
                let node = node.accesskit_node();
                node.label().is_some() && node.role() != egui::Role::Window
            })
            .map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect()))
            .collect();
        assert!(controls.len() > 600, "{} controls", controls.len());
        for (at, (name, place)) in controls.iter().enumerate() {
            assert!(
                place.width() >= 12.0 && place.height() >= 12.0,
                "{name} is too small: {place}"
            );
            for (other, beside) in &controls[at + 1..] {
                assert_ne!(name, other);
                let shared = place.intersect(*beside);
                let apart = shared.width() <= 0.5 || shared.height() <= 0.5;
                assert!(apart, "{name} {place} lies over {other} {beside}");
            }
        }
    }
}

#[test]
fn whatever_a_monkey_does_every_gesture_ends_and_nothing_panics() {
    for seed in 0..4 {
        let mut random = fastrand::Rng::with_seed(seed);
        let size = if seed % 2 == 0 { WHOLE } else { [760, 480] };
        let mut routing = Routing::default();
        routing.buses[5].role = Role::Mix;
        routing.buses[2].sends[4].tap = Tap::Post;
        let mut desk = Desk::sized(View::of(routing), size);
        for _ in 0..300 {
            let at = egui::pos2(random.f32() * size[0] as f32, random.f32() * size[1] as f32);
            let modifiers = *random
                .choice(&[Modifiers::NONE, Modifiers::NONE, Modifiers::CTRL, Modifiers::SHIFT])
                .unwrap_or(&Modifiers::NONE);
            let button = if random.u8(0..8) == 0 {
                egui::PointerButton::Secondary
            } else {
                egui::PointerButton::Primary
            };
            let keys = [Key::Enter, Key::Escape, Key::Tab, Key::ArrowUp, Key::Delete, Key::P];
            let event = match random.u8(0..8) {
                0 | 1 => egui::Event::PointerMoved(at),
                2 | 3 => egui::Event::PointerButton { pos: at, button, pressed: true, modifiers },
                4 => egui::Event::PointerButton { pos: at, button, pressed: false, modifiers },
                5 => egui::Event::Key {
                    key: *random.choice(&keys).unwrap_or(&Key::Enter),
                    physical_key: None,
                    pressed: true,
                    repeat: false,
                    modifiers,
                },
                6 => egui::Event::Text(random.choice(["-12", "x", "∞", "7"]).unwrap_or("").into()),
                _ if random.bool() => wheel(random.f32() * 6.0 - 3.0),
                _ => egui::Event::PointerGone,
            };
            desk.harness.event(event);
            desk.harness.step();
        }
        for button in [egui::PointerButton::Primary, egui::PointerButton::Secondary] {
            let up = egui::Event::PointerButton {
                pos: egui::pos2(1.0, 1.0),
                button,
                pressed: false,
                modifiers: Modifiers::NONE,
            };
            desk.harness.event(up);
        }
        desk.settle();
        let log = desk.take_log();
        assert!(count(&log, |a| matches!(a, Action::Set(..))) > 10, "the monkey did something");
        assert_paired(&log);
    }
}

fn wheel(lines: f32) -> egui::Event {
    egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: vec2(0.0, lines),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    }
}
