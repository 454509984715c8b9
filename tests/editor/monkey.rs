//! A monkey at the desk: whatever is pressed in whatever order, nothing panics and every gesture ends.

use crate::desk::{Desk, WHOLE};
use crate::mischief::events;
use crate::{assert_paired, count, lively, night};
use egui::{Modifiers, PointerButton};
use fastrand::Rng;
use switchyard::editor::edits::Known;
use switchyard::editor::{Action, Screen, View};
use switchyard::routing::{Role, Routing, Tap};

/// As many frames as a minute has at ten a second, for each seed.
const FRAMES: usize = 600;

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
        for event in events(&mut random, size) {
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
    let mut view = night::scenes();
    view.look.aim.tenths = 5;
    minute(6, view.clone(), [1180, 720]);
    minute(7, view, [760, 480]);
}

#[test]
fn whatever_a_monkey_does_in_a_tiny_window_every_gesture_ends_and_nothing_panics() {
    minute(5, lively::band(), [380, 240]);
}
