//! The editor without a pointer: walking, connecting, typing, and which keys the host keeps.

use crate::desk::Desk;
use crate::{UNITY, assert_paired, db};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use switchyard::editor::Action;
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{Role, Routing, Tap};

fn focused(desk: &Desk) -> String {
    let root = desk.harness.root();
    let found = root.children_recursive().find(|node| node.is_focused());
    found.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
}

#[test]
fn a_send_is_patched_by_the_keyboard_alone() {
    let mut routing = Routing::default();
    routing.buses[1].role = Role::Return;
    let mut desk = Desk::of(routing);
    // Tab until a crosspoint has the keyboard, then walk.
    let mut presses = 0;
    while !focused(&desk).contains(" > ") {
        desk.press(Key::Tab);
        presses += 1;
        assert!(presses < 80, "no crosspoint within 80 tabs, now at {:?}", focused(&desk));
    }
    for _ in 0..40 {
        if focused(&desk).starts_with("Strip 2") {
            break;
        }
        desk.press(Key::ArrowDown);
    }
    for _ in 0..40 {
        if focused(&desk).ends_with("> Bus 2") {
            break;
        }
        desk.press(Key::ArrowRight);
    }
    assert_eq!(focused(&desk), "Strip 2 > Bus 2");
    desk.press(Key::Enter);
    assert_eq!(desk.value(P::StripLevel(1, 1)), UNITY);
    desk.press(Key::O);
    assert_eq!(desk.value(P::StripTap(1, 1)), Tap::Pre as u8 as f32);
    desk.harness.event(egui::Event::Text("-".into()));
    desk.settle();
    desk.type_text("12", Key::Enter);
    assert!((db(&desk, P::StripLevel(1, 1)) + 12.0).abs() < 1e-3);
    assert_paired(&desk.take_log());
}

#[test]
fn digits_on_a_crosspoint_type_its_level_and_letters_choose_its_tap() {
    let mut desk = Desk::of(Routing::default());
    desk.focus("Strip 1 > Bus 1");
    for (key, tap) in [(Key::O, Tap::Pre), (Key::I, Tap::Input), (Key::P, Tap::Post)] {
        desk.press(key);
        assert_eq!(desk.value(P::StripTap(0, 0)), tap as u8 as f32);
    }
    desk.harness.event(egui::Event::Text("-".into()));
    desk.settle();
    desk.type_text("6.5", Key::Enter);
    assert!((db(&desk, P::StripLevel(0, 0)) + 6.5).abs() < 1e-3);
    desk.focus("Strip 1 > Bus 1");
    desk.press(Key::Delete);
    assert_eq!(desk.value(P::StripLevel(0, 0)), 0.0);
    assert_paired(&desk.take_log());
}

#[test]
fn a_level_typed_into_an_edge_between_buses_that_is_off_also_connects_it() {
    let mut desk = Desk::of(Routing::default());
    desk.focus("Bus 1 > Bus 2");
    desk.harness.event(egui::Event::Text("-".into()));
    desk.settle();
    desk.type_text("18", Key::Enter);
    assert!((db(&desk, P::BusLevel(0, 1)) + 18.0).abs() < 1e-3);
    assert_eq!(desk.value(P::BusTap(0, 1)), Tap::Post as u8 as f32);
    assert_paired(&desk.take_log());
}

#[test]
fn space_is_left_to_the_host_s_transport_unless_somebody_types() {
    let mut desk = Desk::of(Routing::default());
    for control in ["Strip 2 > Bus 4", "Strip 1 Mute, in its row", "Mixer"] {
        desk.focus(control);
        desk.press(Key::Space);
        assert_eq!(desk.take_log(), [], "{control}");
    }
    desk.double_click("Strip 2 Name");
    desk.take_log();
    desk.harness.key_press(Key::Space);
    desk.type_text("Lead Vox", Key::Enter);
    assert_eq!(
        desk.take_log(),
        [Action::Rename(switchyard::routing::Node::Strip(1), "Lead Vox".into())]
    );
}

#[test]
fn arrow_keys_and_assistive_technology_move_a_fader() {
    let mut desk = Desk::of(Routing::default());
    desk.click("Mixer");
    desk.take_log();
    desk.focus("Bus 2 Fader");
    desk.press(Key::ArrowDown);
    assert!((db(&desk, P::BusFader(1)) + 0.5).abs() < 1e-3);
    desk.press_with(Modifiers::CTRL, Key::ArrowUp);
    assert!((db(&desk, P::BusFader(1)) + 0.4).abs() < 1e-3);
    desk.harness.get_by_label("Bus 2 Fader").increment_accesskit();
    desk.settle();
    assert!((db(&desk, P::BusFader(1)) - 0.1).abs() < 1e-3);
    desk.harness.get_by_label("Bus 2 Fader").set_value_accesskit(0.5);
    desk.settle();
    assert!((db(&desk, P::BusFader(1)) + 10.0).abs() < 1e-3);
    assert_paired(&desk.take_log());
}

#[test]
fn tab_reaches_every_kind_of_control_of_the_mixer() {
    let mut desk = Desk::of(Routing::default());
    desk.click("Mixer");
    let mut seen = std::collections::HashSet::new();
    for _ in 0..140 {
        desk.harness.key_press(Key::Tab);
        desk.harness.step();
        seen.insert(focused(&desk));
    }
    for control in [
        "Undo",
        "Matrix",
        "View",
        "Bypass",
        "Strip 1 Colour",
        "Strip 1 Name",
        "Strip 1 Input",
        "Strip 1 Trim",
        "Strip 1 Polarity",
        "Strip 1 Insert Mix",
        "Strip 1 > Bus 1",
        "Strip 1 Pan",
        "Strip 1 Fader",
        "Strip 1 Fader Level",
        "Strip 1 Mute",
        "Strip 1 Solo",
        "Strip 1 > Main Tap",
    ] {
        assert!(seen.contains(control), "Tab never came to {control}");
    }
}
