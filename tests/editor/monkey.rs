//! A monkey at the desk: whatever is pressed in whatever order, nothing panics and every gesture ends.

use crate::desk::{Desk, WHOLE};
use crate::{assert_paired, count, lively, wheel};
use egui::{Key, Modifiers, PointerButton};
use fastrand::Rng;
use switchyard::editor::edits::Known;
use switchyard::editor::{Action, Screen, View};
use switchyard::routing::{Role, Routing, Tap};

/// As many frames as a minute has at ten a second, for each seed.
const FRAMES: usize = 600;

fn event(random: &mut Rng, size: [usize; 2]) -> egui::Event {
    let pos = egui::pos2(random.f32() * size[0] as f32, random.f32() * size[1] as f32);
    let held = [
        Modifiers::NONE,
        Modifiers::NONE,
        Modifiers::NONE,
        Modifiers::CTRL,
        Modifiers::COMMAND,
        Modifiers::SHIFT,
        Modifiers::ALT,
    ];
    let modifiers = random.choice(held).unwrap_or_default();
    let button =
        if random.u8(0..8) == 0 { PointerButton::Secondary } else { PointerButton::Primary };
    let keys = [
        Key::Enter,
        Key::Escape,
        Key::Tab,
        Key::ArrowUp,
        Key::ArrowRight,
        Key::Delete,
        Key::P,
        Key::C,
        Key::V,
        Key::Z,
        Key::Y,
        Key::Space,
        Key::Plus,
    ];
    match random.u8(0..10) {
        0 | 1 => egui::Event::PointerMoved(pos),
        2..=4 => egui::Event::PointerButton { pos, button, pressed: true, modifiers },
        5 => egui::Event::PointerButton { pos, button, pressed: false, modifiers },
        6 | 7 => egui::Event::Key {
            key: random.choice(keys).unwrap_or(Key::Enter),
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        },
        8 => egui::Event::Text(random.choice(["-12", "x", "∞", "7"]).unwrap_or("").into()),
        _ if random.bool() => wheel(random.f32() * 6.0 - 3.0),
        _ => egui::Event::PointerGone,
    }
}

fn minute(seed: u64, view: View, size: [usize; 2]) {
    let mut random = Rng::with_seed(seed);
    let screen = view.look.screen;
    let mut desk = Desk::sized(view, size);
    for frame in 0..FRAMES {
        // It may look at other views, but not for the rest of its time.
        if frame % 50 == 0 {
            desk.harness.state_mut().edits.look.screen = screen;
            if desk.has("Cancel File") {
                desk.click("Cancel File");
            }
        }
        let event = event(&mut random, size);
        // A press and a release in one place are a click; at random they never meet.
        if let egui::Event::PointerButton { pos, button, pressed: true, modifiers } = event
            && random.bool()
        {
            desk.harness.event(egui::Event::PointerMoved(pos));
            desk.harness.event(event);
            let pressed = false;
            desk.harness.event(egui::Event::PointerButton { pos, button, pressed, modifiers });
        } else {
            desk.harness.event(event);
        }
        desk.harness.step();
    }
    for button in [PointerButton::Primary, PointerButton::Secondary] {
        desk.harness.event(egui::Event::PointerButton {
            pos: egui::pos2(1.0, 1.0),
            button,
            pressed: false,
            modifiers: Modifiers::NONE,
        });
    }
    desk.harness.run_steps(4);
    // The window closes, which ends a morph.
    let state = desk.harness.state_mut();
    let ends = state.edits.end_all(&Known::of(&state.view, 0.0));
    state.log.extend(ends);
    let log = desk.take_log();
    let sets = count(&log, |a| matches!(a, Action::Set(..) | Action::Scenes(_) | Action::Adopt(_)));
    assert!(sets > 10, "seed {seed}: the monkey changed {sets} things");
    assert_paired(&log);
}

#[test]
fn whatever_a_monkey_does_in_the_matrix_every_gesture_ends_and_nothing_panics() {
    let mut routing = Routing::default();
    routing.buses[5].role = Role::Mix;
    routing.buses[2].sends[4].tap = Tap::Post;
    let mut view = View::of(routing);
    view.look.show_all = true;
    minute(1, view, WHOLE);
    minute(2, lively::band(), [760, 480]);
}

#[test]
fn whatever_a_monkey_does_in_the_mixer_every_gesture_ends_and_nothing_panics() {
    let mut view = lively::band();
    view.look.screen = Screen::Mixer;
    minute(3, view.clone(), [1180, 720]);
    view.look.mix_for = Some(5);
    minute(4, view, [760, 480]);
}

#[test]
fn whatever_a_monkey_does_to_findings_and_templates_every_gesture_ends_and_nothing_panics() {
    let mut view = crate::check::wrong();
    view.look.screen = Screen::Check;
    minute(6, view.clone(), [760, 480]);
    // A template chosen leads back to the matrix.
    (view.look.screen, view.look.templates) = (Screen::Matrix, true);
    minute(7, view, [1180, 720]);
}

#[test]
fn whatever_a_monkey_does_among_the_scenes_every_gesture_ends_and_nothing_panics() {
    let mut view = lively::scenes();
    view.look.aim.tenths = 5;
    minute(6, view.clone(), [1180, 720]);
    minute(7, view, [760, 480]);
}

#[test]
fn whatever_a_monkey_does_in_a_tiny_window_every_gesture_ends_and_nothing_panics() {
    minute(5, lively::band(), [380, 240]);
}
