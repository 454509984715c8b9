//! Moving one continuous parameter: drag, wheel, arrow keys, digits, assistive technology.
//!
//! Not here: what a control looks like. Each drag is one gesture, each turn of the wheel another. The
//! editor's thread only.

use crate::editor::action::{Action, edit};
use crate::editor::typing::{go_on_typing, is_typing};
use crate::editor::view::View;
use crate::routing::parameter::{Kind, Parameter};
use egui::{EventFilter, Id, Key, PointerButton, Response, Ui, Vec2};

/// Where a drag stands, in plain units and not held to the range, so that the control follows the
/// pointer back from beyond its end. Kept here because the host may take a block to answer.
#[derive(Clone, Copy, Default)]
struct Travel {
    began: f32,
    position: f32,
    sent: f32,
}

/// Which arrow keys move a control's value; the others move the focus.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Arrows {
    /// All four.
    All,
    /// None: the focus walks over a grid.
    None,
}

/// How much a drag, an arrow or the wheel moves: 1, with Ctrl a tenth, with Ctrl and Shift a
/// hundredth.
pub fn fineness(ui: &Ui) -> f32 {
    let held = ui.input(|input| input.modifiers);
    match (held.command || held.ctrl, held.shift) {
        (true, true) => 0.01,
        (true, false) => 0.1,
        _ => 1.0,
    }
}

/// One step of the wheel or an arrow key, in plain units.
fn step(kind: Kind, fineness: f32) -> f32 {
    let (coarse, fine, finer) = match kind {
        // On the upper half of the travel: 0.5, 0.1 and 0.05 dB.
        Kind::Level => (0.0125, 0.0025, 0.00125),
        Kind::Pan | Kind::Percent => (5.0, 1.0, 0.5),
        Kind::Decibels { .. } => (1.0, 0.1, 0.05),
        Kind::Toggle | Kind::Choice(_) => (1.0, 1.0, 1.0),
    };
    match fineness {
        f if f < 0.05 => finer,
        f if f < 0.5 => fine,
        _ => coarse,
    }
}

fn wheel_id() -> Id {
    Id::unique("switchyard wheel")
}

/// Says whether the wheel has nothing to scroll here, so that it may move what it is over. Where
/// there is something to scroll it moves only what has the focus, so that nobody changes a mix by
/// scrolling past it.
pub fn set_wheel_free(ui: &Ui, free: bool) {
    ui.data_mut(|data| data.insert_temp(wheel_id(), free));
}

fn is_wheel_free(ui: &Ui) -> bool {
    ui.data(|data| data.get_temp(wheel_id()).unwrap_or(false))
}

/// Moves a continuous parameter by drag (`per_point`: plain units for each point to the right and
/// down), wheel, arrow keys and assistive technology. Escape during a drag puts it back. Returns the
/// value to draw.
pub fn drive(
    ui: &Ui,
    response: &Response,
    view: &View,
    parameter: Parameter,
    per_point: Vec2,
    arrows: Arrows,
    out: &mut Vec<Action>,
) -> f32 {
    let kind = parameter.kind();
    let now = view.value(parameter);
    let memory = response.id.with("travel");
    let mut shown = now;
    if response.drag_started_by(PointerButton::Primary) {
        response.request_focus();
        out.push(Action::Begin(parameter));
        let travel = Travel { began: now, position: now, sent: now };
        ui.data_mut(|data| data.insert_temp(memory, travel));
    }
    if let Some(mut travel) = ui.data(|data| data.get_temp::<Travel>(memory)) {
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            out.extend([Action::Set(parameter, travel.began), Action::End(parameter)]);
            ui.data_mut(|data| data.remove_temp::<Travel>(memory));
            ui.ctx().stop_dragging();
            return travel.began;
        }
        if response.dragged_by(PointerButton::Primary) {
            let delta = response.drag_delta() * per_point * fineness(ui);
            travel.position += delta.x + delta.y;
            shown = kind.clamp(travel.position);
            if shown != travel.sent {
                travel.sent = shown;
                out.push(Action::Set(parameter, shown));
            }
            ui.data_mut(|data| data.insert_temp(memory, travel));
        } else {
            out.push(Action::End(parameter));
            ui.data_mut(|data| data.remove_temp::<Travel>(memory));
        }
        return shown;
    }
    if response.has_focus() && !is_typing(ui, response.id) {
        type_digits(ui, response.id);
    }
    let steps = wheel_lines(ui, response)
        + if response.has_focus() { arrow_steps(ui, response, arrows) } else { 0.0 }
        + assistive_steps(ui, response);
    if steps != 0.0 {
        shown = kind.clamp(now + steps * step(kind, fineness(ui)));
    }
    if let Some(value) = assistive_value(ui, response) {
        shown = kind.clamp(value);
    }
    if shown != now {
        out.extend(edit(parameter, shown));
    }
    shown
}

/// A digit or a minus on a control begins typing its value.
pub fn type_digits(ui: &Ui, id: Id) {
    let started = ui.input(|input| {
        if input.modifiers.command || input.modifiers.ctrl {
            return None;
        }
        input.events.iter().find_map(|event| match event {
            egui::Event::Text(text)
                if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') =>
            {
                Some(text.clone())
            }
            _ => None,
        })
    });
    if let Some(text) = started {
        go_on_typing(ui, id, text);
    }
}

/// The lines the wheel turned over a control that may have them.
pub fn wheel_lines(ui: &Ui, response: &Response) -> f32 {
    if !(response.contains_pointer() && (response.has_focus() || is_wheel_free(ui))) {
        return 0.0;
    }
    ui.input_mut(|input| {
        input.smooth_scroll_delta = Vec2::ZERO;
        input
            .events
            .iter()
            .filter_map(|event| match event {
                egui::Event::MouseWheel { unit, delta, .. } => Some(match unit {
                    egui::MouseWheelUnit::Point => delta.y / 40.0,
                    _ => delta.y,
                }),
                _ => None,
            })
            .sum()
    })
}

/// How often arrow keys were pressed on a control, up and right counted forwards.
pub fn arrow_steps(ui: &Ui, response: &Response, arrows: Arrows) -> f32 {
    if arrows == Arrows::None {
        return 0.0;
    }
    let all = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, all));
    ui.input(|input| {
        let pressed = |key| input.num_presses(key) as f32;
        pressed(Key::ArrowUp) + pressed(Key::ArrowRight)
            - pressed(Key::ArrowDown)
            - pressed(Key::ArrowLeft)
    })
}

/// How often assistive technology asked for more, less counted backwards.
pub fn assistive_steps(ui: &Ui, response: &Response) -> f32 {
    use egui::accesskit::Action::{Decrement, Increment};
    ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        count(Increment) - count(Decrement)
    })
}

/// The value assistive technology asked for.
pub fn assistive_value(ui: &Ui, response: &Response) -> Option<f32> {
    use egui::accesskit::{Action, ActionData};
    ui.input(|input| {
        input.accesskit_action_requests(response.id, Action::SetValue).find_map(|request| {
            match request.data {
                Some(ActionData::NumericValue(value)) => Some(value as f32),
                _ => None,
            }
        })
    })
}
