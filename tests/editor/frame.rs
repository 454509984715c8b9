//! Header, status line, lamps, monitor strip, first view, zoom and theme.

use crate::assert_paired;
use crate::desk::{Desk, WHOLE};
use crate::lively;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use switchyard::editor::{Action, Screen, Theme, View};
use switchyard::engine::meters::Meter;
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{Node, Routing};

#[test]
fn each_tab_opens_its_view() {
    let mut desk = Desk::sized(lively::band(), WHOLE);
    for (screen, word) in Screen::ALL {
        desk.click(word);
        assert_eq!(desk.view().look.screen, screen);
        assert_eq!(desk.take_log(), [Action::Show(screen)]);
    }
}

#[test]
fn a_fresh_instance_says_how_to_feed_it_in_this_host_until_it_was_seen() {
    let mut view = View::of(Routing::default());
    view.host = "bitwig-studio".into();
    let mut desk = Desk::sized(view, [1180, 720]);
    assert!(!desk.has("Strip 1 row"));
    desk.click("Open the matrix");
    assert!(desk.has("Strip 1 row"));
    assert!(!Desk::sized(lively::band(), [1180, 720]).has("Open the matrix"));
}

#[test]
fn the_monitor_s_switches_are_one_click_each_in_every_view() {
    for (screen, _) in Screen::ALL {
        let mut view = lively::band();
        view.look.screen = screen;
        let mut desk = Desk::sized(view, WHOLE);
        for parameter in [
            P::MonitorDim,
            P::MonitorMono,
            P::MonitorMute,
            P::MonitorSpeakers,
            P::MonitorTalkback,
            P::Bypass,
        ] {
            desk.click(&parameter.name());
            let once =
                [Action::Begin(parameter), Action::Set(parameter, 1.0), Action::End(parameter)];
            assert_eq!(desk.take_log(), once);
        }
    }
}

#[test]
fn the_first_pair_of_speakers_comes_back_by_its_own_button() {
    let mut desk = Desk::of(Routing::default());
    desk.click("Monitor Speakers A");
    assert_eq!(desk.take_log(), [], "it plays already");
    desk.click("Monitor Speakers");
    desk.click("Monitor Speakers A");
    assert_eq!(desk.value(P::MonitorSpeakers), 0.0);
}

#[test]
fn lamps_go_out_by_a_click_on_them() {
    for lamp in ["Clear Solo", "Solo Lamp"] {
        let mut routing = Routing::default();
        routing.strips[1].solo = true;
        routing.buses[3].solo = true;
        let mut view = View::of(routing);
        view.look.show_all = true;
        view.faults[6] = true;
        let mut desk = Desk::sized(view, WHOLE);
        desk.click(lamp);
        assert_eq!(desk.view().routing, Routing::default());
        assert_eq!(desk.view().undo.as_deref(), Some("Clear 2 solos"));
        assert_paired(&desk.take_log());
        assert!(desk.has("Clear Faults"));
        desk.click("Clear Faults");
        assert_eq!(desk.take_log(), [Action::ClearFault(6)]);
        assert!(!desk.has("Clear Faults"), "no lamp is left");
    }
}

#[test]
fn a_restart_that_is_needed_lights_a_lamp_that_explains_itself() {
    let mut view = View::of(Routing::default());
    view.restart_needed = true;
    let mut desk = Desk::sized(view, WHOLE);
    desk.harness.get_by_label("Restart needed").hover();
    desk.settle();
    let said = desk.says("Status");
    assert!(said.contains("Stop the transport"), "{said}");
}

#[test]
fn the_status_line_says_what_is_under_the_pointer() {
    let mut desk = Desk::sized(lively::band(), WHOLE);
    for (control, words) in [
        ("Strip 9 > Bus 4", "Vox → Plate   POST   −12.0 dB"),
        ("Bus 5 > Bus 3", "Would close a loop, because Vocals → Delay is already connected."),
        ("Bus 4 column", "Plate: leaves on Ch 9/10 of the outputs."),
        ("Monitor Dim", "Monitor Dim: off"),
    ] {
        desk.harness.get_by_label(control).hover();
        desk.settle();
        let said = desk.says("Status");
        assert!(said.contains(words), "{control}: {said}");
    }
}

#[test]
fn names_and_colours_are_changed_in_place() {
    let mut desk = Desk::of(Routing::default());
    desk.double_click("Strip 2 Name");
    desk.type_text("Vox", Key::Enter);
    let renamed = Action::Rename(Node::Strip(1), "Vox".into());
    assert!(desk.take_log().contains(&renamed));
    desk.click("Strip 2 Colour, in its row");
    desk.click("Rose");
    assert_eq!(desk.take_log(), [Action::Recolour(Node::Strip(1), 7)]);
    assert_eq!(desk.view().names.colour(Node::Strip(1)), 7);
}

#[test]
fn zoom_and_theme_are_chosen_in_the_menu_and_zoom_by_keys() {
    let mut desk = Desk::of(Routing::default());
    desk.click("View");
    desk.click("Light");
    assert_eq!(desk.view().look.theme, Theme::Light);
    desk.click("View");
    desk.click("Zoom 150 %");
    assert_eq!(desk.view().look.zoom, 150);
    desk.press_with(Modifiers::COMMAND, Key::Plus);
    assert_eq!(desk.view().look.zoom, 175);
    desk.press_with(Modifiers::COMMAND, Key::Minus);
    desk.press_with(Modifiers::COMMAND, Key::Minus);
    assert_eq!(desk.view().look.zoom, 125);
    desk.press_with(Modifiers::COMMAND, Key::Num0);
    assert_eq!(desk.view().look.zoom, 100);
}

#[test]
fn a_macro_is_moved_and_shows_its_value() {
    let mut desk = Desk::of(Routing::default());
    desk.click("Macros");
    desk.take_log();
    desk.focus("Macro 3");
    desk.press(Key::ArrowUp);
    assert_eq!(desk.value(P::Macro(2)), 5.0);
    assert_eq!(desk.says("Macro 3"), "5 %");
    assert_paired(&desk.take_log());
}

#[test]
fn an_input_that_was_heard_shows_its_strip() {
    let mut view = View::of(Routing::default());
    view.look.welcomed = true;
    view.heard[4] = true;
    let desk = Desk::sized(view, WHOLE);
    assert!(desk.has("Strip 5 row") && !desk.has("Strip 4 row"));
    assert!(desk.view().meter(Meter::Strip(4)).level[0] < -90.0);
}

#[test]
fn every_parameter_is_in_reach_under_its_own_name() {
    let mut routing = Routing::default();
    routing.buses[5].role = switchyard::routing::Role::Mix;
    let mut names = std::collections::HashSet::new();
    for (screen, _) in Screen::ALL {
        let mut view = View::of(routing);
        view.look.show_all = true;
        view.look.screen = screen;
        let desk = Desk::sized(view, WHOLE);
        let root = desk.harness.root();
        names.extend(root.children_recursive().filter_map(|node| node.accesskit_node().label()));
    }
    for parameter in switchyard::routing::parameter::ALL {
        let name = parameter.name();
        let name = match parameter {
            // Shown on Mixes only.
            P::BusPanFollow(j) if j != 5 => continue,
            // A Mix has no edge to Main.
            P::BusMainTap(5) => continue,
            P::StripTap(..) | P::BusTap(..) => name.trim_end_matches(" Tap").to_string(),
            _ => name,
        };
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn no_two_controls_share_a_name_or_a_place_and_none_is_too_small() {
    let mut routing = Routing::default();
    routing.buses[5].role = switchyard::routing::Role::Mix;
    routing.strips[0].solo = true;
    for (screen, least) in
        [(Screen::Matrix, 500), (Screen::Mixer, 500), (Screen::Macros, 40), (Screen::Scenes, 90)]
    {
        let mut view = View::of(routing);
        view.look.show_all = true;
        view.look.screen = screen;
        view.faults = [true; 16];
        view.restart_needed = true;
        let desk = Desk::sized(view, WHOLE);
        let root = desk.harness.root();
        let controls: Vec<_> = root
            .children_recursive()
            .filter(|node| {
                let node = node.accesskit_node();
                // A head is the ground that its controls stand on.
                let ground = [egui::Role::Window, egui::Role::Group].contains(&node.role());
                node.label().is_some() && !ground
            })
            .map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect()))
            .collect();
        assert!(controls.len() > least, "{screen:?}: {} controls", controls.len());
        for (at, (name, place)) in controls.iter().enumerate() {
            let (short, long) =
                (place.width().min(place.height()), place.width().max(place.height()));
            assert!(short >= 11.5 && long >= 12.0, "{name} is too small: {place}");
            for (other, beside) in &controls[at + 1..] {
                assert_ne!(name, other);
                let shared = place.intersect(*beside);
                let apart = shared.width() <= 0.5 || shared.height() <= 0.5;
                assert!(apart, "{screen:?}: {name} {place} lies over {other} {beside}");
            }
        }
    }
}
