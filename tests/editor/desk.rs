//! A desk without a host: the editor drawn in memory over a routing that takes what it asks for.
//!
//! Not here: the framework and a window. Support for the editor's tests.

use crate::picture::{Picture, Textures, draw};
use egui::{Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use switchyard::editor::action::Gestures;
use switchyard::editor::{Action, View, show, theme};
use switchyard::routing::Routing;
use switchyard::routing::parameter::Parameter;
use switchyard::schedule::{Timing, compile};

/// Large enough that nothing has to scroll.
pub const WHOLE: [usize; 2] = [1280, 1720];

/// What the views draw, and what they asked for.
pub struct State {
    pub view: View,
    pub log: Vec<Action>,
    gestures: Gestures,
    styled: bool,
}

/// The editor, a pointer and a keyboard.
pub struct Desk {
    pub harness: Harness<'static, State>,
    textures: Textures,
    size: [usize; 2],
}

impl Desk {
    /// The whole editor over a routing, nothing scrolled away.
    pub fn of(routing: Routing) -> Desk {
        Desk::sized(View::of(routing), WHOLE)
    }

    /// The editor over a snapshot in a window of a size.
    pub fn sized(view: View, size: [usize; 2]) -> Desk {
        let textures = Textures::default();
        let state = State { view, log: Vec::new(), gestures: Gestures::default(), styled: false };
        let mut harness = Harness::builder()
            .with_size(vec2(size[0] as f32, size[1] as f32))
            .with_step_dt(1.0 / 60.0)
            .with_max_steps(16)
            .renderer(textures.clone())
            .build_ui_state(frame, state);
        harness.run_ok();
        Desk { harness, textures, size }
    }

    /// Where a control is.
    pub fn place(&self, name: &str) -> Rect {
        self.harness.get_by_label(name).rect()
    }

    /// What a control says of itself.
    pub fn says(&self, name: &str) -> String {
        self.harness.get_by_label(name).accesskit_node().value().unwrap_or_default()
    }

    pub fn value(&self, parameter: Parameter) -> f32 {
        self.harness.state().view.value(parameter)
    }

    /// What the user did since the last call.
    pub fn take_log(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.harness.state_mut().log)
    }

    pub fn settle(&mut self) {
        self.harness.run_ok();
    }

    pub fn click(&mut self, name: &str) {
        self.click_with(name, Modifiers::NONE);
    }

    pub fn click_with(&mut self, name: &str, modifiers: Modifiers) {
        self.harness.get_by_label(name).click_modifiers(modifiers);
        self.settle();
        // Long enough that the next click is not the second of a double click.
        self.harness.run_steps(40);
    }

    pub fn double_click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.harness.get_by_label(name).click();
        self.settle();
        self.harness.run_steps(40);
    }

    /// Presses on a point, moves by `by` in small steps, and lets go unless `hold`.
    pub fn drag(&mut self, from: Pos2, by: egui::Vec2, modifiers: Modifiers, hold: bool) {
        let event = |pos, pressed| egui::Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers,
        };
        self.harness.event(egui::Event::ModifiersChanged(modifiers));
        self.harness.hover_at(from);
        self.harness.event(event(from, true));
        for step in 1..=10 {
            self.harness.hover_at(from + by * (step as f32 / 10.0));
        }
        if !hold {
            self.harness.event(event(from + by, false));
        }
        self.harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
        self.settle();
    }

    /// Types into whatever has the keyboard, and presses a key.
    pub fn type_text(&mut self, text: &str, then: egui::Key) {
        self.harness.event(egui::Event::Text(text.into()));
        self.harness.key_press(then);
        self.settle();
    }

    pub fn press(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.settle();
    }

    /// What is on the screen.
    pub fn picture(&self) -> Picture {
        draw(&self.harness.ctx, self.harness.output(), &self.textures, self.size)
    }
}

fn frame(ui: &mut egui::Ui, state: &mut State) {
    if !state.styled {
        theme::apply(ui.ctx());
        state.styled = true;
    }
    let mut actions = show(ui, &state.view);
    actions.retain(|action| state.gestures.admit(action));
    if !ui.input(|input| input.pointer.any_down()) {
        actions.extend(state.gestures.end_all());
    }
    let view = &mut state.view;
    for action in &actions {
        match action {
            Action::Set(parameter, value) => parameter.set(&mut view.routing, *value),
            Action::ClearFault(strip) => view.faults[*strip] = false,
            _ => {}
        }
    }
    if !actions.is_empty() {
        view.schedule = compile(&view.routing, &Timing::ZERO);
        ui.ctx().request_repaint();
    }
    state.log.extend(actions);
}
