//! The Line Check's screen: what it asks and shows, by accessible names and in kept pictures.
//!
//! Not here: the check. `UPDATE_SNAPSHOTS=1 cargo test --test line_check_screen` draws the kept
//! pictures anew; look at each before you commit it.
#![cfg(feature = "plugin")]

#[allow(dead_code)] // Each test file uses its share of what they have in common.
#[path = "editor/desk.rs"]
mod desk;
#[path = "editor/lively.rs"]
mod lively;
#[path = "editor/picture.rs"]
mod picture;

use desk::Desk;
use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use picture::Painter;
use std::sync::Arc;
use switchyard::editor::line_check::{LineState, LineStep, line_check};
use switchyard::editor::{Action, Screen, Theme, View, theme};
use switchyard::engine::rack::Plan;
use switchyard::engine::{Engine, Setup};
use switchyard::line_check::{Grid, LineCheck, Outputs, run_through};
use switchyard::routing::{NODES, Node};

const RATE: f64 = 48_000.0;

/// What a window shows, and what it was asked.
struct State {
    view: View,
    log: Vec<Action>,
}

fn window(view: View, size: [f32; 2], scale: f32) -> Harness<'static, State> {
    let look = view.look;
    let draw = |ui: &mut egui::Ui, state: &mut State| {
        let all = ui.ctx().content_rect();
        ui.painter().rect_filled(all, 0, theme::palette(ui).ground);
        let mut part = ui.new_child(egui::UiBuilder::new().max_rect(all));
        state.log.extend(line_check(&mut part, &state.view));
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_pixels_per_point(scale)
        .with_max_steps(16)
        .renderer(Painter::default())
        .with_context_setup(move |ctx| theme::apply(ctx, look.theme))
        .build_ui_state(draw, State { view, log: Vec::new() });
    harness.run_ok();
    harness
}

fn shown(line: LineState) -> Harness<'static, State> {
    let mut view = lively::band();
    view.line = line;
    window(view, [1180.0, 720.0], 1.0)
}

fn log(harness: &mut Harness<'static, State>) -> Vec<Action> {
    harness.run_ok();
    std::mem::take(&mut harness.state_mut().log)
}

fn asking() -> LineState {
    LineState::Asking { strips: 16, seconds: 2.3 }
}

/// A check of the band through a fault.
fn check(through: impl FnMut(&mut Outputs)) -> LineCheck {
    let view = lively::band();
    let mut chain = [0; NODES];
    chain[Node::Bus(3).index()] = 64;
    let setup = Setup { sample_rate: RATE, chain_latency: chain, max_latency: 0 };
    let (mut engine, _) = Engine::with_chains(&setup, &view.routing, Arc::default(), Plan::empty());
    let mut operator = engine.operator();
    let schedule = *engine.schedule();
    let mut check = LineCheck::begin(&view.routing, &schedule, RATE, &mut operator).unwrap();
    run_through(&mut check, &mut engine, &mut operator, through);
    check
}

/// One of everything that can be wrong.
fn faults() -> impl FnMut(&mut Outputs) {
    let mut past = [0.0; 2];
    move |ports| {
        for x in ports.sound[1].iter_mut().flatten() {
            *x *= 0.708;
        }
        ports.sound[2].swap(0, 1);
        ports.sound[4].iter_mut().flatten().for_each(|x| *x = 0.0);
        for (side, past) in ports.sound[6].iter_mut().zip(&mut past) {
            for x in side {
                std::mem::swap(past, x);
            }
        }
        let [left, _] = &ports.sound[3];
        ports.sound[10][0] = left.clone();
    }
}

fn over(through: impl FnMut(&mut Outputs)) -> LineState {
    let check = check(through);
    LineState::Over { grid: Arc::new(check.grid().clone()), why: None, stale: false }
}

#[test]
fn nothing_sounds_before_the_question_was_answered() {
    let mut harness = shown(LineState::Idle);
    harness.get_by_label("New Line Check").click();
    assert_eq!(log(&mut harness), [Action::LineCheck(LineStep::Ask)]);
    for (press, step) in [(Key::Enter, LineStep::Begin), (Key::Escape, LineStep::Close)] {
        let mut harness = shown(asking());
        assert_eq!(log(&mut harness), []);
        harness.key_press(press);
        assert_eq!(log(&mut harness), [Action::LineCheck(step)]);
    }
    for (button, step) in
        [("Begin Line Check", LineStep::Begin), ("Cancel Line Check", LineStep::Close)]
    {
        let mut harness = shown(asking());
        harness.get_by_label(button).click();
        assert_eq!(log(&mut harness), [Action::LineCheck(step)]);
    }
}

#[test]
fn it_is_reached_beside_route_check_and_stopped_by_escape_from_every_view() {
    let mut view = lively::band();
    view.look.screen = Screen::Check;
    let mut desk = Desk::sized(view, [1180, 720]);
    desk.click("Line Check");
    desk.click("New Line Check");
    let asked = [Action::Lines(true), Action::LineCheck(LineStep::Ask)];
    assert_eq!(desk.take_log(), asked);
    let found = check(|_| ());
    for (screen, _) in Screen::ALL {
        let mut view = lively::band();
        view.look.screen = screen;
        view.look.lines = true;
        let grid = Arc::new(found.grid().clone());
        view.line = LineState::Running { grid, done: 4, of: 16 };
        let mut desk = Desk::sized(view, [1180, 720]);
        desk.press(Key::Escape);
        assert_eq!(desk.take_log(), [Action::LineCheck(LineStep::Stop)], "{screen:?}");
    }
}

#[test]
fn enter_on_cancel_cancels() {
    let mut harness = shown(asking());
    harness.get_by_label("Cancel Line Check").focus();
    harness.run_ok();
    harness.key_press(Key::Enter);
    assert_eq!(log(&mut harness), [Action::LineCheck(LineStep::Close)]);
}

#[test]
fn escape_and_a_button_stop_a_check_that_runs_and_nothing_else_does() {
    let running = || {
        let check = check(|_| ());
        LineState::Running { grid: Arc::new(check.grid().clone()), done: 4, of: 16 }
    };
    let mut harness = shown(running());
    harness.key_press(Key::Enter);
    assert_eq!(log(&mut harness), []);
    harness.key_press(Key::Escape);
    assert_eq!(log(&mut harness), [Action::LineCheck(LineStep::Stop)]);
    harness.get_by_label("Stop Line Check").click();
    assert_eq!(log(&mut harness), [Action::LineCheck(LineStep::Stop)]);
    let mut idle = shown(LineState::Idle);
    idle.key_press(Key::Escape);
    assert_eq!(log(&mut idle), []);
}

#[test]
fn every_cell_says_what_was_expected_what_was_measured_and_what_is_wrong() {
    let harness = shown(over(faults()));
    let says = |name: &str| harness.get_by_label(name).accesskit_node().value().unwrap();
    for (cell, words) in [
        ("Strip 1 at Main", "Kick at Main: expected"),
        ("Strip 1 at Bus 1", "3.0 dB too quiet"),
        ("Strip 5 at Bus 2", "left and right swapped"),
        ("Strip 9 at Bus 4", "measured nothing: silent"),
        ("Strip 9 at Bus 6", "1 sample late"),
        ("Strip 10 at Bus 10", "expected nothing"),
    ] {
        let said = says(cell);
        assert!(said.contains(words), "{cell}: {said}");
    }
    assert!(says("Strip 1 at Main").ends_with("as expected."));
    assert!(harness.query_by_label("Strip 1 at Monitor B").is_none(), "nothing is expected there");
}

#[test]
fn the_line_check_looks_as_it_did() {
    let mut results = SnapshotResults::new();
    let mut all: Vec<(&str, LineState)> =
        vec![("question", asking()), ("faults", over(faults())), ("fine", over(|_| ()))];
    let check = check(|_| ());
    let mut some: Grid = check.grid().clone();
    some.rows[5..].iter_mut().for_each(|row| *row = None);
    all.push(("running", LineState::Running { grid: Arc::new(some), done: 5, of: 16 }));
    let options = SnapshotOptions::new()
        .threshold(1.2)
        .max_failed_pixels(40_usize)
        .output_path("tests/line_check/snapshots");
    for (name, line) in all {
        for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
            for (size, scale, percent) in [([1012.0, 664.0], 1.0, 100), ([592.0, 424.0], 2.0, 200)]
            {
                let mut view = lively::band();
                view.look.theme = theme;
                view.line = line.clone();
                let mut harness = window(view, size, scale);
                let name = format!("{name}-{word}-{percent}");
                results.add(harness.try_snapshot_options(name, &options));
            }
        }
    }
}
