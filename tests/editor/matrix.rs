//! Crosspoints and heads: connecting, levels, painting, copying, loops, tracing, what is shown.

use crate::desk::{Desk, WHOLE};
use crate::{UNITY, assert_paired, count, db, lively, wheel};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use switchyard::editor::{Action, Screen, View};
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{Fader, Node, Role, Routing, STRIPS, Send, Tap};

const OFF: f32 = Tap::Off as u8 as f32;
const POST: f32 = Tap::Post as u8 as f32;

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
            Action::Set(main, OFF),
            Action::End(level),
            Action::End(main),
        ]
    );
}

#[test]
fn with_alt_a_strip_is_added_to_a_group_and_stays_on_main() {
    let mut desk = Desk::of(Routing::default());
    desk.click_with("Strip 2 > Bus 4", Modifiers::ALT);
    assert_eq!(desk.value(P::StripLevel(1, 3)), UNITY);
    assert_eq!(desk.value(P::StripMainTap(1)), POST);
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
    assert_eq!(desk.value(P::StripMainTap(1)), POST);
    desk.click("Strip 2 > Bus 4");
    assert_eq!(desk.value(P::StripLevel(1, 3)), 0.0);
    assert_eq!(desk.value(P::StripTap(1, 3)), Tap::Input as u8 as f32);
    assert_paired(&desk.take_log());
}

#[test]
fn a_double_click_puts_a_crosspoint_back_and_main_with_it() {
    let mut desk = Desk::of(Routing::default());
    desk.double_click("Strip 2 > Bus 4");
    assert_eq!(desk.view().routing, Routing::default());
    assert_paired(&desk.take_log());
}

#[test]
fn a_drag_is_one_gesture_and_control_makes_it_ten_times_finer_and_shift_again_ten_times() {
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
        for (held, finer) in [(Modifiers::CTRL, 10.0), (Modifiers::CTRL | Modifiers::SHIFT, 100.0)]
        {
            let mut desk = Desk::of(Routing::default());
            desk.drag(at, by, held, false);
            let fine = desk.value(level);
            assert!((fine - moved / finer).abs() < 1e-3, "{held:?} {fine} {moved}");
        }
    }
}

#[test]
fn escape_during_a_drag_puts_the_level_back() {
    let mut desk = Desk::of(Routing::default());
    let at = desk.place("Strip 3 > Bus 5").center();
    desk.drag(at, vec2(80.0, 0.0), Modifiers::NONE, true);
    assert!(desk.value(P::StripLevel(2, 4)) > 0.3);
    desk.press(Key::Escape);
    assert_eq!(desk.value(P::StripLevel(2, 4)), 0.0);
    desk.harness.drop_at(at);
    desk.settle();
    assert_eq!(desk.value(P::StripLevel(2, 4)), 0.0);
    assert_paired(&desk.take_log());
}

#[test]
fn a_drag_with_shift_paints_all_crosspoints_it_passes_as_one_step() {
    let mut desk = Desk::of(Routing::default());
    let from = desk.place("Strip 1 > Bus 2").center();
    let to = desk.place("Strip 4 > Bus 2").center();
    desk.drag(from, to - from, Modifiers::SHIFT, false);
    for i in 0..4 {
        assert_eq!(desk.value(P::StripLevel(i, 1)), UNITY, "strip {}", i + 1);
        assert_eq!(desk.value(P::StripMainTap(i)), OFF, "strip {}", i + 1);
    }
    assert_eq!(desk.value(P::StripLevel(4, 1)), 0.0);
    assert_paired(&desk.take_log());
    desk.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(desk.view().routing, Routing::default());
}

#[test]
fn painting_from_an_open_crosspoint_copies_its_tap_and_level() {
    let mut routing = Routing::default();
    let send = Send { tap: Tap::Pre, level: Fader::from_db(-12.0) };
    routing.strips[0].sends[5] = send;
    let mut desk = Desk::of(routing);
    let from = desk.place("Strip 1 > Bus 6").center();
    let to = desk.place("Strip 3 > Bus 6").center();
    desk.drag(from, to - from, Modifiers::SHIFT, false);
    assert_eq!(desk.view().routing.strips[1].sends[5], send);
    assert_eq!(desk.view().routing.strips[2].sends[5], send);
    assert_paired(&desk.take_log());
}

#[test]
fn a_drag_with_control_from_head_to_head_copies_a_row_or_a_column() {
    let mut routing = Routing::default();
    let send = Send { tap: Tap::Pre, level: Fader::from_db(-12.0) };
    routing.strips[1].sends[3] = send;
    routing.strips[1].main_tap = Tap::Off;
    let mut desk = Desk::of(routing);
    let grip = |place: egui::Rect| place.left_top() + vec2(34.0, 14.0);
    let (from, to) = (grip(desk.place("Strip 2 row")), grip(desk.place("Strip 5 row")));
    desk.drag(from, to - from, Modifiers::CTRL, false);
    let copied = desk.view().routing.strips[4];
    assert_eq!((copied.sends[3].tap, copied.main_tap), (Tap::Pre, Tap::Off));
    assert!((copied.sends[3].level.db() + 12.0).abs() < 0.05);

    let grip = |place: egui::Rect| place.center() + vec2(20.0, 2.0);
    let (from, to) = (grip(desk.place("Bus 4 column")), grip(desk.place("Bus 9 column")));
    desk.drag(from, to - from, Modifiers::CTRL, false);
    assert_eq!(desk.view().routing.strips[1].sends[8].tap, Tap::Pre);
    assert_eq!(desk.view().routing.strips[4].sends[8].tap, Tap::Pre);
    assert_paired(&desk.take_log());
}

#[test]
fn control_c_and_v_copy_a_crosspoint() {
    let mut routing = Routing::default();
    let send = Send { tap: Tap::Input, level: Fader::from_db(-6.0) };
    routing.strips[0].sends[0] = send;
    let mut desk = Desk::of(routing);
    desk.focus("Strip 1 > Bus 1");
    desk.press_with(Modifiers::COMMAND, Key::C);
    desk.focus("Strip 7 > Bus 3");
    desk.press_with(Modifiers::COMMAND, Key::V);
    let pasted = desk.view().routing.strips[6].sends[2];
    assert_eq!(pasted.tap, Tap::Input);
    assert!((pasted.level.db() + 6.0).abs() < 0.05);
    assert_paired(&desk.take_log());
}

#[test]
fn the_wheel_turns_a_level_where_nothing_scrolls_and_scrolls_where_something_does() {
    let mut desk = Desk::of(Routing::default());
    let turn = |desk: &mut Desk| {
        desk.harness.get_by_label("Strip 1 > Bus 1").hover();
        desk.harness.event(wheel(1.0));
        desk.settle();
    };
    turn(&mut desk);
    assert!(desk.value(P::StripLevel(0, 0)) > 0.0);
    assert_paired(&desk.take_log());

    let mut view = View::of(Routing::default());
    view.look.show_all = true;
    view.look.welcomed = true;
    let mut desk = Desk::sized(view, [900, 480]);
    turn(&mut desk);
    assert_eq!(desk.take_log(), []);
    desk.focus("Strip 1 > Bus 1");
    turn(&mut desk);
    assert!(desk.value(P::StripLevel(0, 0)) > 0.0, "it has the keyboard");
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
    let now = desk.view().routing;
    assert_eq!(now.buses[5].role, Role::Mix);
    assert_eq!(now.strips[0].sends[5].tap, Tap::Pre);
    assert_eq!(now.strips[3].sends[5].tap, Tap::Input, "chosen by hand");
    assert_eq!(now.buses[0].sends[5].tap, Tap::Pre);
    assert_eq!(now.buses[5].main_tap, Tap::Off);
    assert_eq!(now.buses[5].sends[1].tap, Tap::Off, "a Mix feeds no Group");
    desk.click("Bus 6 Role");
    desk.click("RETURN");
    let now = desk.view().routing;
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
    assert!(said.contains("impossible") && said.contains("Bus 3 → Bus 5 → Bus 4"), "{said}");
    let at = desk.place("Bus 4 > Bus 3").center();
    desk.click("Bus 4 > Bus 3");
    desk.drag(at, vec2(60.0, 0.0), Modifiers::NONE, false);
    desk.double_click("Bus 4 > Bus 3");
    assert_eq!(desk.take_log(), []);
    desk.click("Bus 3 > Bus 4");
    assert_eq!(desk.value(P::BusTap(2, 3)), POST, "the other way is free");
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
    assert_eq!(desk.value(P::BusTap(4, 2)), OFF);
    assert_eq!(desk.value(P::BusTap(2, 4)), POST);
    assert_paired(&desk.take_log());
}

#[test]
fn the_menu_of_a_crosspoint_sets_tap_and_level_copies_pastes_clears_and_mixes_for_the_bus() {
    let mut desk = Desk::of(Routing::default());
    desk.right_click("Strip 1 > Bus 2");
    desk.click("PRE");
    assert_eq!(desk.value(P::StripTap(0, 1)), Tap::Pre as u8 as f32);
    desk.click("Strip 1 > Bus 2 Level");
    desk.type_text("-20", Key::Enter);
    assert!((db(&desk, P::StripLevel(0, 1)) + 20.0).abs() < 1e-3);
    desk.click("−6");
    assert!((db(&desk, P::StripLevel(0, 1)) + 6.0).abs() < 1e-3);
    desk.click("Copy");
    desk.right_click("Strip 2 > Bus 2");
    desk.click("Paste");
    assert_eq!(desk.view().routing.strips[1].sends[1].tap, Tap::Pre);
    desk.right_click("Strip 2 > Bus 2");
    desk.click("Clear");
    desk.right_click("Strip 1 > Bus 2");
    desk.click("Clear");
    assert_eq!(desk.view().routing, Routing::default());
    assert_paired(&desk.take_log());
    desk.right_click("Strip 1 > Bus 2");
    desk.click("Sends to Bus 2 on faders");
    let look = desk.view().look;
    assert_eq!((look.screen, look.mix_for), (Screen::Mixer, Some(1)));
}

#[test]
fn only_what_is_in_use_is_shown_and_the_next_can_be_added() {
    let mut view = lively::band();
    view.look.show_all = false;
    let mut desk = Desk::sized(view, WHOLE);
    assert!(desk.has("Strip 12 row") && !desk.has("Strip 13 row"));
    assert!(desk.has("Bus 8 column") && !desk.has("Bus 9 column"));
    desk.click("Add Strip 13");
    assert!(desk.has("Strip 13 row") && desk.has("Add Strip 14"));
    desk.click("Add Bus 9");
    desk.click("Return — a shared effect, safe from solo");
    assert!(desk.has("Bus 9 column"));
    assert_eq!(desk.view().routing.buses[8].role, Role::Return);
    assert_paired(&desk.take_log());
    desk.click("View");
    desk.click("Show all strips and buses");
    assert!(desk.has("Strip 16 row") && desk.has("Bus 12 column"));
}

#[test]
fn selecting_a_row_traces_its_paths_and_the_status_line_tells_the_total_to_main() {
    let mut routing = Routing::default();
    routing.strips[0].main_tap = Tap::Off;
    routing.strips[0].sends[0].level = Fader::UNITY;
    routing.buses[0].fader = Fader::from_db(-6.0);
    let mut desk = Desk::of(routing);
    desk.click("Strip 1 Name");
    assert_eq!(desk.view().look.selected, Some(Node::Strip(0)));
    assert_eq!(desk.take_log(), [Action::Select(Some(Node::Strip(0)))]);
    let said = desk.says("Main column");
    assert!(said.contains("−6.0 dB by 1 path"), "{said}");
    desk.press(Key::Escape);
    assert_eq!(desk.view().look.selected, None);
}

#[test]
fn what_flows_through_a_crosspoint_is_its_source_s_meter_times_its_level() {
    let view = lively::band();
    let strip = |i| view.meter(switchyard::engine::meters::Meter::Strip(i)).level[0];
    assert!((view.flow(0, 0) - strip(0)).abs() < 1e-3, "Post at 0 dB");
    assert!((view.flow(1, 3) - (strip(1) - 14.0)).abs() < 1e-3, "a send at −14 dB");
    let before = strip(0) - view.routing.strips[0].fader.db();
    assert!((view.flow(0, 5) - (before - 10.0)).abs() < 1e-3, "Pre leaves the fader out");
    assert_eq!(view.flow(2, 0), f32::NEG_INFINITY, "muted");
    assert_eq!(view.flow(STRIPS + 5, 0), f32::NEG_INFINITY, "not connected");
}
