//! The controls: how a pointer, a wheel, a key or a typed text becomes gestures on one parameter.
//!
//! Not here: what the controls are for, and the host. Each control has an accessible name, and each
//! gesture it begins it also ends. The editor's thread only.

mod drive;

pub use drive::{
    Arrows, arrow_steps, assistive_steps, assistive_value, drive, fineness, set_wheel_free,
    type_digits, wheel_lines,
};

use super::action::{Action, edit};
use super::drawing::{label_in, menu_arrow, typographic};
use super::theme::{self, palette};
use super::typing::{apply_typed, begin_typing, typing};
use super::view::View;
use crate::routing::parameter::{Kind, Parameter};
use egui::{
    Align2, Color32, CursorIcon, Id, Popup, Rect, Response, Role, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

/// An identity that depends only on the accessible name, so that it survives a change of layout.
pub fn id_of(name: &str) -> Id {
    Id::unique(("switchyard", name))
}

fn status_id() -> Id {
    Id::unique("switchyard status line")
}

/// Says in the status line what is under the pointer.
pub fn say(ui: &Ui, response: &Response, text: impl FnOnce() -> String) {
    let pointed = response.hovered() || response.dragged();
    if pointed || response.has_focus() {
        let text = text();
        ui.data_mut(|data| {
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
        let stroke = Stroke::new(1.5, palette(ui).selection);
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
    let colours = palette(ui);
    let fill = match (on, response.hovered()) {
        (true, _) => face.colour,
        (false, true) => colours.hover,
        (false, false) => colours.raised,
    };
    let text = match (on, response.hovered()) {
        (true, _) => colours.on(face.colour),
        (false, true) => colours.text,
        (false, false) => colours.quiet,
    };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    label_in(ui, rect, Align2::CENTER_CENTER, face.word, theme::label(), text);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {}", if on { "on" } else { "off" }));
    response.on_hover_text(face.lesson)
}

/// A button that does something and has no state. Returns whether it was pressed.
pub fn push(ui: &Ui, rect: Rect, name: &str, word: &str, lesson: &str) -> bool {
    let response = ui.interact(rect, id_of(name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let colours = palette(ui);
    let (fill, text) = match response.hovered() {
        true => (colours.hover, colours.text),
        false => (colours.raised, colours.quiet),
    };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    label_in(ui, rect, Align2::CENTER_CENTER, word, theme::label(), text);
    focus_ring(ui, &response);
    say(ui, &response, || lesson.to_string());
    response.on_hover_text(lesson).clicked()
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

/// A list to choose from: its entries, which is current, and how it looks closed.
pub struct Menu<'a> {
    /// Each entry's number and word.
    pub entries: &'a [(usize, String)],
    /// The number of the current one.
    pub current: usize,
    /// The current word's colour.
    pub colour: Color32,
    /// One sentence that teaches what it chooses.
    pub lesson: &'a str,
    /// Room kept free at the left, for a symbol.
    pub indent: f32,
}

/// Draws a list as its current word. Returns the entry that was chosen.
pub fn menu(ui: &Ui, rect: Rect, name: &str, list: &Menu<'_>) -> Option<usize> {
    let response = ui.interact(rect, id_of(name), Sense::click());
    let current = list.entries.iter().find(|(n, _)| *n == list.current);
    let word = current.map_or("", |(_, word)| word.as_str());
    describe(&response, Role::ComboBox, name, word);
    let colours = palette(ui);
    let fill = if response.hovered() { colours.hover } else { colours.raised };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    // A narrow one needs all its room for the word.
    let arrow = list.indent == 0.0 || rect.width() >= 72.0;
    let mut text = rect.shrink2(vec2(if arrow { 6.0 } else { 4.0 }, 0.0));
    text.min.x += list.indent;
    if arrow {
        text.max.x -= 6.0;
        menu_arrow(ui.painter(), pos2(rect.max.x - 7.0, rect.center().y), colours.quiet);
    }
    let font = if list.indent > 0.0 { theme::label() } else { theme::small() };
    label_in(ui, text, Align2::LEFT_CENTER, word, font, list.colour);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {word}. {}", list.lesson));
    let mut chosen = None;
    Popup::menu(&response).accessible_name(name).show(|ui| {
        ui.set_min_width(rect.width().max(72.0));
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (n, entry) in list.entries {
                if ui.selectable_label(*n == list.current, entry).clicked() {
                    chosen = Some(*n);
                }
            }
        });
    });
    response.on_hover_text(list.lesson);
    chosen
}

/// How a list bound to a parameter is shown.
pub struct Choices<'a> {
    /// Only the entries below this, and the current one.
    pub shown: usize,
    /// Better words than the parameter's, by entry.
    pub words: &'a dyn Fn(usize) -> Option<String>,
    /// One sentence that teaches what it chooses.
    pub lesson: &'a str,
}

impl<'a> Choices<'a> {
    /// Every entry by the parameter's own words.
    pub fn all(lesson: &'a str) -> Choices<'a> {
        Choices { shown: usize::MAX, words: &|_| None, lesson }
    }
}

/// A list bound to a parameter.
pub fn choice(
    ui: &Ui,
    rect: Rect,
    view: &View,
    parameter: Parameter,
    choices: &Choices<'_>,
    out: &mut Vec<Action>,
) {
    let Kind::Choice(known) = parameter.kind() else { return };
    let current = view.value(parameter) as usize;
    let entries: Vec<_> = (0..known.len())
        .filter(|n| *n < choices.shown || *n == current)
        .map(|n| (n, (choices.words)(n).unwrap_or_else(|| typographic(known[n]))))
        .collect();
    let changed = current != parameter.default_value() as usize;
    let colour = if changed { palette(ui).text } else { palette(ui).quiet };
    let name = parameter.name();
    let list = Menu { entries: &entries, current, colour, lesson: choices.lesson, indent: 0.0 };
    if let Some(chosen) = menu(ui, rect, &name, &list)
        && chosen != current
    {
        out.extend(edit(parameter, chosen as f32));
    }
}

/// A horizontal bar bound to a continuous parameter: drag, arrows, wheel, double click for the
/// default, a digit to type. It shows its value as text, after `word` if that is not empty.
pub fn bar(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    parameter: Parameter,
    word: &str,
    lesson: &str,
    out: &mut Vec<Action>,
) {
    let name = parameter.name();
    let id = id_of(&name);
    if let Some(typed) = typing(ui, rect, id, &name) {
        apply_typed(ui, id, parameter, typed, out);
        return;
    }
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let (min, max) = parameter.kind().range();
    let per_point = vec2((max - min) / rect.width().max(1.0), 0.0);
    let value = drive(ui, &response, view, parameter, per_point, Arrows::All, out);
    let text = typographic(&parameter.to_text(value)).replace(".0 %", " %");
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(text.clone()),
        ..WidgetInfo::slider(true, f64::from(value), &name)
    });
    if response.double_clicked() {
        out.extend(edit(parameter, parameter.default_value()));
    } else if response.clicked_by(egui::PointerButton::Secondary) {
        begin_typing(ui, id, parameter.to_text(value));
    }
    let colours = palette(ui);
    let painter = ui.painter();
    let fill = if response.hovered() { colours.hover } else { colours.raised };
    painter.rect_filled(rect, theme::CORNER, fill);
    // Filled from where nothing is turned, as a crosspoint is by its level.
    let at = |value: f32| rect.left() + rect.width() * (value - min) / (max - min);
    let origin = if min < 0.0 && max > 0.0 { 0.0 } else { min };
    let (a, b) = (at(origin), at(value));
    let changed = value != parameter.default_value();
    if changed {
        let run = Rect::from_x_y_ranges(a.min(b)..=a.max(b), rect.y_range());
        painter.rect_filled(run, theme::CORNER, colours.quiet.gamma_multiply(0.34));
    }
    let x = b.clamp(rect.left() + 1.5, rect.right() - 1.5);
    let mark = Rect::from_center_size(pos2(x, rect.bottom() - 1.5), vec2(3.0, 3.0));
    painter.rect_filled(mark, 1, if changed { colours.text } else { colours.faint });
    let colour = if changed { colours.text } else { colours.quiet };
    let line = rect.shrink2(vec2(6.0, 0.0));
    if word.is_empty() {
        label_in(ui, line, Align2::CENTER_CENTER, &text, theme::small(), colour);
    } else {
        label_in(ui, line, Align2::LEFT_CENTER, word, theme::small(), colours.quiet);
        label_in(ui, line, Align2::RIGHT_CENTER, &text, theme::small(), colour);
    }
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {text}. {lesson}"));
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
    let colours = palette(ui);
    if response.hovered() {
        ui.painter().rect_filled(rect, theme::CORNER, colours.hover);
    }
    let changed = value != parameter.default_value();
    let colour = if changed { colours.text } else { colours.quiet };
    // Where the unit does not fit, the status line still tells it.
    let bare = text.split(' ').next().unwrap_or_default();
    let fitting = if rect.width() < 48.0 { bare } else { text.as_str() };
    label_in(ui, rect, Align2::CENTER_CENTER, fitting, theme::small(), colour);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {text}. {lesson}"));
    response.on_hover_cursor(CursorIcon::ResizeVertical).on_hover_text(lesson);
}
