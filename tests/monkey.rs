//! A monkey at the editor of a plugin that plays: for a minute it clicks, drags and types anywhere, in
//! every view. Nothing panics, every gesture ends, no sample is anything but a finite number.
//!
//! Not here: single views without sound, whose monkeys know more of what they do (`editor`,
//! `editor_chains`).
#![cfg(feature = "plugin")]

#[path = "support/gui_host.rs"]
mod gui_host;
#[path = "editor/mischief.rs"]
mod mischief;
#[path = "support/raw_host.rs"]
mod raw_host;

use egui::{Event, Modifiers, PointerButton, pos2, vec2};
use egui_kittest::Harness;
use fastrand::Rng;
use gui_host::{GuiHost, paired};
use nice_plug::context::gui::GuiContext;
use raw_host::*;
use std::sync::Arc;
use switchyard::editor::link::Link;
use switchyard::editor::{Action, Screen, Theme, View, show, theme};
use switchyard::engine::meters::Meters;

/// Pictures of a minute at thirty a second.
const PICTURES: usize = 60 * 30;
/// The window in points.
const SIZE: [usize; 2] = [1180, 720];
/// Frames played from one picture to the next: a part of what a host would play, enough for every
/// ramp to end.
const BLOCK: usize = 512;

struct State {
    link: Link,
    view: View,
    did: usize,
}

fn picture(ui: &mut egui::Ui, state: &mut State) {
    let mut actions = show(ui, &state.view);
    // It is not to write files among somebody's own.
    actions.retain(|action| !matches!(action, Action::Files(_)));
    let held = ui.input(|input| input.pointer.any_down());
    state.did += actions.len();
    for action in &actions {
        if let Action::Theme(theme) = action {
            theme::choose(ui.ctx(), *theme);
        }
    }
    state.link.apply(actions, held);
    state.view = state.link.view(1.0 / 30.0);
}

#[test]
fn a_minute_of_mischief_panics_nowhere_leaves_no_gesture_open_and_keeps_the_sound_finite() {
    let instance = Instance::running(BLOCK as u32);
    let parameters = instance.shared();
    let host = Arc::new(GuiHost::playing());
    let context = GuiContext::new(host.clone());
    let mut link =
        Link::new(parameters.clone(), Arc::new(Meters::default()), context, Arc::default());
    let view = link.view(0.0);
    let mut harness = Harness::builder()
        .with_size(vec2(SIZE[0] as f32, SIZE[1] as f32))
        .with_step_dt(1.0 / 30.0)
        .with_context_setup(|ctx| theme::apply(ctx, Theme::Dark))
        .build_ui_state(picture, State { link, view, did: 0 });
    let mut random = Rng::with_seed(11);
    let mut block = Block::whole(BLOCK);
    let mut loudest = 0.0f32;
    for number in 0..PICTURES {
        if number % 40 == 0 {
            let (screen, _) = Screen::ALL[number / 40 % Screen::ALL.len()];
            let link = &mut harness.state_mut().link;
            link.apply(vec![Action::Welcomed, Action::ShowAll(true), Action::Show(screen)], false);
        }
        for event in mischief::events(&mut random, SIZE) {
            harness.event(event);
        }
        harness.step();
        for port in 0..PORTS {
            for channel in block.inputs[port].channels.clone().into_iter().flatten() {
                block.fill(channel, |n| if (n + number) % 97 < 48 { 0.7 } else { -0.7 });
            }
        }
        instance.process(&mut block);
        for port in 0..PORTS {
            for side in 0..2 {
                for sample in block.output(port, side) {
                    assert!(sample.is_finite(), "picture {number}: {sample} at port {port}");
                    loudest = loudest.max(sample.abs());
                }
            }
        }
    }
    for button in [PointerButton::Primary, PointerButton::Secondary] {
        let (pos, pressed, modifiers) = (pos2(1.0, 1.0), false, Modifiers::NONE);
        harness.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    harness.run_steps(4);
    let did = harness.state().did;
    drop(harness);
    let gestures = paired(&host.take(&parameters));
    assert!(gestures > 50 && did > 150, "it made {gestures} gestures and did {did} things");
    assert!(loudest > 0.1, "something was heard");
}
