//! Taking back and doing again: each thing the user did is one step with a name.

use crate::desk::Desk;
use crate::{assert_paired, wheel};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use switchyard::editor::Action;
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{Fader, Node, Role, Routing};

fn undo(desk: &mut Desk) {
    desk.press_with(Modifiers::COMMAND, Key::Z);
}

fn redo(desk: &mut Desk) {
    desk.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
}

fn named() -> Desk {
    let mut routing = Routing::default();
    routing.buses[3].role = Role::Return;
    let mut desk = Desk::of(routing);
    let names = &mut desk.harness.state_mut().view.names;
    names.rename(Node::Strip(1), "Vox");
    names.rename(Node::Bus(3), "Reverb");
    names.rename(Node::Bus(0), "Drums");
    desk.settle();
    desk
}

#[test]
fn a_step_is_called_after_what_it_did() {
    let mut desk = named();
    let before = desk.view().routing;
    desk.click("Strip 2 > Bus 4");
    desk.harness.run_steps(80);
    desk.focus("Strip 2 > Bus 4");
    desk.harness.event(egui::Event::Text("-".into()));
    desk.settle();
    desk.type_text("12", Key::Enter);
    assert_eq!(desk.view().undo.as_deref(), Some("Send Vox → Reverb −12.0 dB"));
    undo(&mut desk);
    assert_eq!(desk.view().redo.as_deref(), Some("Send Vox → Reverb −12.0 dB"));
    assert_eq!(desk.value(P::StripLevel(1, 3)), 0.75);
    undo(&mut desk);
    assert_eq!(desk.view().routing, before);
    assert_eq!(desk.view().undo, None);
    redo(&mut desk);
    redo(&mut desk);
    assert!((Fader(desk.value(P::StripLevel(1, 3))).db() + 12.0).abs() < 1e-3);
    assert_eq!(desk.view().redo, None);
    assert_paired(&desk.take_log());
}

#[test]
fn an_assignment_and_the_main_tap_it_replaces_are_one_step() {
    let mut desk = named();
    let before = desk.view().routing;
    desk.click("Strip 2 > Bus 1");
    assert_eq!(desk.view().undo.as_deref(), Some("Connect Vox → Drums"));
    desk.click("Undo");
    assert_eq!(desk.view().routing, before);
    desk.click("Redo");
    assert_ne!(desk.view().routing, before);
    assert_paired(&desk.take_log());
}

#[test]
fn a_role_and_the_taps_that_follow_it_are_one_step() {
    let mut desk = named();
    let before = desk.view().routing;
    desk.click("Bus 6 Role");
    desk.click("MIX");
    assert_eq!(desk.view().undo.as_deref(), Some("Bus 6 becomes a Mix"));
    undo(&mut desk);
    assert_eq!(desk.view().routing, before);
    assert_paired(&desk.take_log());
}

#[test]
fn a_drag_is_one_step_and_quick_turns_of_the_wheel_are_one_step() {
    let mut desk = named();
    let at = desk.place("Strip 2 > Bus 4").center();
    desk.drag(at, vec2(90.0, 0.0), Modifiers::NONE, false);
    undo(&mut desk);
    assert_eq!(desk.value(P::StripLevel(1, 3)), 0.0);
    assert_eq!(desk.view().undo, None);

    for _ in 0..5 {
        desk.harness.get_by_label("Strip 2 > Bus 4").hover();
        desk.harness.event(wheel(3.0));
        desk.harness.run_steps(4);
    }
    assert!(desk.value(P::StripLevel(1, 3)) > 0.1);
    undo(&mut desk);
    assert_eq!(desk.value(P::StripLevel(1, 3)), 0.0);
}

#[test]
fn what_ends_where_it_began_is_no_step() {
    let mut desk = named();
    let at = desk.place("Strip 2 > Bus 4").center();
    desk.drag(at, vec2(50.0, 0.0), Modifiers::NONE, true);
    desk.press(Key::Escape);
    desk.harness.drop_at(at);
    desk.settle();
    assert_eq!(desk.view().undo, None);
}

#[test]
fn names_and_colours_are_taken_back_too() {
    let mut desk = named();
    desk.double_click("Strip 3 Name");
    desk.type_text("Bass", Key::Enter);
    // The first click of the two selected it.
    assert_eq!(desk.view().name(Node::Strip(2)), "Bass");
    desk.click("Strip 3 Colour, in its row");
    desk.click("Amber");
    assert_eq!(desk.view().names.colour(Node::Strip(2)), 2);
    assert_eq!(desk.view().undo.as_deref(), Some("Colour of Bass"));
    undo(&mut desk);
    assert_eq!(desk.view().names.colour(Node::Strip(2)), 0);
    assert_eq!(desk.view().undo.as_deref(), Some("Name Strip 3 “Bass”"));
    undo(&mut desk);
    assert_eq!(desk.view().name(Node::Strip(2)), "Strip 3");
    redo(&mut desk);
    assert_eq!(desk.view().name(Node::Strip(2)), "Bass");
}

#[test]
fn what_the_host_automates_meanwhile_is_not_taken_back() {
    let mut desk = named();
    desk.click("Strip 2 Mute, in its row");
    assert_eq!(desk.view().undo.as_deref(), Some("Mute Vox"));
    desk.harness.state_mut().view.routing.strips[4].fader = Fader::from_db(-20.0);
    desk.take_log();
    undo(&mut desk);
    let mute = P::StripMute(1);
    assert_eq!(
        desk.take_log().into_iter().filter(|a| !matches!(a, Action::Undo)).collect::<Vec<_>>(),
        [Action::Begin(mute), Action::Set(mute, 0.0), Action::End(mute)]
    );
    assert_eq!(desk.value(P::StripFader(4)), Fader::from_db(-20.0).0);
}
