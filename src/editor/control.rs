//! The controls: how a pointer, a wheel, a key or a typed text becomes gestures on one parameter.
//!
//! Not here: what the controls are for, and the host. Each control has an accessible name, and each
//! gesture it begins it also ends; the link ends what is left when a drag is cut off. The editor's
//! thread only.

use super::action::{Action, edit};
use super::drawing::{label_in, typographic};
use super::theme;
use super::typing::{apply_typed, begin_typing, typing};
use super::view::View;
use crate::routing::parameter::{Kind, Parameter};
use egui::{
    Align2, Color32, CursorIcon, EventFilter, Id, Key, PointerButton, Popup, Rect, Response, Role,
    ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

/// Where a drag stands, in plain units and not held to the range, so that the control follows the
/// pointer back from beyond its end. Kept here because the host may take a block to answer.
#[derive(Clone, Copy, Default)]
struct Travel {
    position: f32,
    sent: f32,
}

/// An identity that depends only on the accessible name, so that it survives a change of layout.
pub fn id_of(name: &str) -> Id {
    Id::unique(("switchyard", name))
}

fn status_id() -> Id {
    Id::unique("switchyard status line")
}

/// Says in the status line what is under the pointer.
pub fn say(ui: &Ui, response: &Response, text: impl FnOnce() -> String) {
    if response.hovered() || response.dragged() || response.has_focus() {
        let text = text();
        ui.data_mut(|data| {
            let pointed = response.hovered() || response.dragged();
            // What the pointer is on outranks what has the keyboard.
            if pointed || data.get_temp::<String>(status_id()).is_none() {
                data.insert_temp(status_id(), text);
            }
        });
    }
}

/// Takes what was last said.
pub fn take_said(ui: &Ui) -> String {
    ui.data_mut(|data| data.remove_temp::<String>(status_id())).unwrap_or_default()
}

/// Whether a held modifier asks for fine steps.
pub fn is_fine(ui: &Ui) -> bool {
    ui.input(|input| input.modifiers.command || input.modifiers.ctrl)
}

/// One step of the wheel or an arrow key, in plain units.
fn step(kind: Kind, fine: bool) -> f32 {
    let (coarse_step, fine_step) = match kind {
        Kind::Level => (0.0125, 0.0025),
        Kind::Pan | Kind::Percent => (5.0, 1.0),
        Kind::Decibels { .. } => (1.0, 0.1),
        Kind::Toggle | Kind::Choice(_) => (1.0, 1.0),
    };
    if fine { fine_step } else { coarse_step }
}

/// Which arrow keys move a control's value; the others move the focus.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Arrows {
    /// All four.
    All,
    /// None: the focus walks over a grid.
    None,
}

/// Moves a continuous parameter by drag (`per_point`: plain units for each point to the right and
/// down), wheel while focused, arrow keys and assistive technology. Returns the value to draw.
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
    let fine = is_fine(ui);
    let memory = response.id.with("travel");
    let mut shown = now;
    if response.drag_started_by(PointerButton::Primary) {
        response.request_focus();
        out.push(Action::Begin(parameter));
        ui.data_mut(|data| data.insert_temp(memory, Travel { position: now, sent: now }));
    }
    if let Some(mut travel) = ui.data(|data| data.get_temp::<Travel>(memory)) {
        if response.dragged_by(PointerButton::Primary) {
            let delta = response.drag_delta() * per_point * if fine { 0.1 } else { 1.0 };
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
    let steps = wheel_lines(ui, response)
        + if response.has_focus() { arrow_steps(ui, response, arrows) } else { 0.0 }
        + assistive_steps(ui, response);
    if steps != 0.0 {
        shown = kind.clamp(now + steps * step(kind, fine));
    }
    if let Some(value) = assistive_value(ui, response) {
        shown = kind.clamp(value);
    }
    if shown != now {
        out.extend(edit(parameter, shown));
    }
    shown
}

/// The lines the wheel turned over a control that has the focus. Without focus the wheel scrolls
/// the view, so that nobody changes a mix by scrolling past it.
fn wheel_lines(ui: &Ui, response: &Response) -> f32 {
    if !(response.has_focus() && response.contains_pointer()) {
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

fn arrow_steps(ui: &Ui, response: &Response, arrows: Arrows) -> f32 {
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

fn assistive_steps(ui: &Ui, response: &Response) -> f32 {
    use egui::accesskit::Action::{Decrement, Increment};
    ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        count(Increment) - count(Decrement)
    })
}

fn assistive_value(ui: &Ui, response: &Response) -> Option<f32> {
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

/// Gives a control its role, its name and its value as text.
pub fn describe(response: &Response, role: Role, name: &str, value: &str) {
    response.widget_info(|| WidgetInfo {
        label: Some(name.to_string()),
        current_text_value: Some(value.to_string()),
        ..WidgetInfo::new(role)
    });
}

/// The outline of the control that has the keyboard.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(1.0, theme::SELECTION);
        ui.painter().rect_stroke(response.rect, theme::CORNER, stroke, StrokeKind::Inside);
    }
}

/// What a switch looks like.
#[derive(Clone, Copy)]
pub struct Face<'a> {
    /// The word on it.
    pub word: &'a str,
    /// Its colour while on.
    pub colour: Color32,
    /// One sentence that teaches what it does.
    pub lesson: &'a str,
}

/// A button with a word on it. `on` fills it with its colour.
pub fn button(ui: &Ui, rect: Rect, name: &str, face: Face<'_>, on: bool) -> Response {
    let response = ui.interact(rect, id_of(name), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, name));
    let fill = match (on, response.hovered()) {
        (true, _) => face.colour,
        (false, true) => theme::HOVER,
        (false, false) => theme::RAISED,
    };
    let text = if on { theme::GROUND } else { theme::QUIET };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    label_in(ui, rect, Align2::CENTER_CENTER, face.word, theme::small(), text);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {}", if on { "on" } else { "off" }));
    response.on_hover_text(face.lesson)
}

/// A switch bound to a parameter. `name` differs from the parameter's where it is shown twice.
pub fn toggle(
    ui: &Ui,
    rect: Rect,
    view: &View,
    parameter: Parameter,
    name: &str,
    face: Face<'_>,
    out: &mut Vec<Action>,
) {
    let on = view.is_on(parameter);
    if button(ui, rect, name, face, on).clicked() {
        out.extend(edit(parameter, if on { 0.0 } else { 1.0 }));
    }
}

/// A list to choose from, drawn as its current word. Returns the entry that was chosen.
pub fn menu(
    ui: &Ui,
    rect: Rect,
    name: &str,
    entries: &[(usize, String)],
    current: usize,
    colour: Color32,
    lesson: &str,
) -> Option<usize> {
    let response = ui.interact(rect, id_of(name), Sense::click());
    let word = entries.iter().find(|(n, _)| *n == current).map_or("", |(_, word)| word.as_str());
    describe(&response, Role::ComboBox, name, word);
    let fill = if response.hovered() { theme::HOVER } else { theme::RAISED };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    let mut text = rect.shrink2(vec2(4.0, 0.0));
    text.max.x -= 6.0;
    label_in(ui, text, Align2::LEFT_CENTER, word, theme::small(), colour);
    let at = pos2(rect.max.x - 6.0, rect.center().y);
    let corners = vec![at + vec2(-3.0, -1.5), at + vec2(3.0, -1.5), at + vec2(0.0, 2.5)];
    ui.painter().add(egui::Shape::convex_polygon(corners, theme::QUIET, Stroke::NONE));
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {word}"));
    let mut chosen = None;
    Popup::menu(&response).accessible_name(name).show(|ui| {
        ui.set_min_width(rect.width().max(72.0));
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (n, entry) in entries {
                if ui.selectable_label(*n == current, entry).clicked() {
                    chosen = Some(*n);
                }
            }
        });
    });
    response.on_hover_text(lesson);
    chosen
}

/// A list bound to a parameter, showing the entries below `shown`.
pub fn choice(
    ui: &Ui,
    rect: Rect,
    view: &View,
    parameter: Parameter,
    shown: usize,
    lesson: &str,
    out: &mut Vec<Action>,
) {
    let Kind::Choice(words) = parameter.kind() else { return };
    let current = view.value(parameter) as usize;
    let entries: Vec<_> = (0..words.len())
        .filter(|n| *n < shown || *n == current)
        .map(|n| (n, typographic(words[n])))
        .collect();
    let changed = current != parameter.default_value() as usize;
    let colour = if changed { theme::TEXT } else { theme::QUIET };
    let name = parameter.name();
    if let Some(chosen) = menu(ui, rect, &name, &entries, current, colour, lesson)
        && chosen != current
    {
        out.extend(edit(parameter, chosen as f32));
    }
}

/// A horizontal bar bound to a continuous parameter: drag, arrows, wheel while focused, double
/// click for the default. It shows its value as text.
pub fn bar(
    ui: &Ui,
    rect: Rect,
    view: &View,
    parameter: Parameter,
    lesson: &str,
    out: &mut Vec<Action>,
) {
    let name = parameter.name();
    let response = ui.interact(rect, id_of(&name), Sense::click_and_drag());
    let (min, max) = parameter.kind().range();
    let per_point = vec2((max - min) / rect.width().max(1.0), 0.0);
    let value = drive(ui, &response, view, parameter, per_point, Arrows::All, out);
    if response.double_clicked() {
        out.extend(edit(parameter, parameter.default_value()));
    }
    let text = typographic(&parameter.to_text(value));
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(text.clone()),
        ..WidgetInfo::slider(true, f64::from(value), &name)
    });
    let painter = ui.painter();
    let fill = if response.hovered() { theme::HOVER } else { theme::RAISED };
    painter.rect_filled(rect, theme::CORNER, fill);
    let track =
        Rect::from_min_max(pos2(rect.left() + 3.0, rect.bottom() - 4.0), rect.max - vec2(3.0, 2.0));
    let at = |value: f32| track.left() + track.width() * (value - min) / (max - min);
    let origin = if min < 0.0 && max > 0.0 { 0.0 } else { min };
    let (a, b) = (at(origin), at(value));
    painter.rect_filled(track, 1, theme::GROUND);
    let run = Rect::from_x_y_ranges(a.min(b)..=a.max(b), track.y_range());
    painter.rect_filled(run, 1, theme::QUIET);
    let mark = Rect::from_center_size(pos2(b, track.center().y), vec2(3.0, 5.0));
    painter.rect_filled(mark, 1, theme::TEXT);
    let changed = value != parameter.default_value();
    let colour = if changed { theme::TEXT } else { theme::QUIET };
    let line = Rect::from_min_max(rect.min, pos2(rect.right(), track.top()));
    label_in(ui, line, Align2::CENTER_CENTER, &text, theme::small(), colour);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {text}"));
    response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(lesson);
}

/// A number bound to a continuous parameter: click to type it, drag up and down, double click for
/// the default. `name` differs from the parameter's where another control shows it too.
pub fn number(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    parameter: Parameter,
    name: &str,
    lesson: &str,
    out: &mut Vec<Action>,
) {
    let id = id_of(name);
    if let Some(typed) = typing(ui, rect, id, name) {
        apply_typed(ui, id, parameter, typed, out);
        return;
    }
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let (min, max) = parameter.kind().range();
    let per_point = vec2(0.0, -(max - min) / 200.0);
    let value = drive(ui, &response, view, parameter, per_point, Arrows::All, out);
    let text = typographic(&parameter.to_text(value));
    response.widget_info(|| WidgetInfo {
        label: Some(name.to_string()),
        current_text_value: Some(text.clone()),
        ..WidgetInfo::drag_value(true, f64::from(value))
    });
    if response.clicked() {
        begin_typing(ui, id, parameter.to_text(value));
    }
    if response.hovered() {
        ui.painter().rect_filled(rect, theme::CORNER, theme::HOVER);
    }
    let changed = value != parameter.default_value();
    let colour = if changed { theme::TEXT } else { theme::QUIET };
    // Where the unit does not fit, the status line still tells it.
    let bare = text.split(' ').next().unwrap_or_default();
    let fitting = if rect.width() < 44.0 { bare } else { text.as_str() };
    label_in(ui, rect, Align2::CENTER_CENTER, fitting, theme::small(), colour);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {text}"));
    response.on_hover_cursor(CursorIcon::ResizeVertical).on_hover_text(lesson);
}
