//! A bar that turns one value of a chain: drag, wheel, arrows, digits, double click, assistive
//! technology.
//!
//! Not here: what the value is; it goes by its knob's position from 0 to 1. The editor's thread only.

use crate::editor::control::{
    Arrows, arrow_steps, assistive_steps, assistive_value, describe, fineness, focus_ring, id_of,
    say, type_digits, wheel_lines,
};
use crate::editor::drawing::{label_in, width_of};
use crate::editor::theme::{self, palette};
use crate::editor::typing::{Typed, begin_typing, is_typing, typing};
use egui::{
    Align2, Color32, CursorIcon, Id, Key, PointerButton, Rect, Response, Role, Sense, Ui,
    WidgetInfo, pos2, vec2,
};

/// A value as it is shown.
pub struct Dial<'a> {
    /// The accessible name, unique on the screen.
    pub name: &'a str,
    /// The word on it.
    pub word: &'a str,
    /// The value as text.
    pub text: &'a str,
    /// Where its knob stands, 0 to 1.
    pub position: f32,
    /// Where it stands by default.
    pub default: f32,
    /// Where it stands when it does nothing, from which the bar is filled.
    pub origin: f32,
    /// One sentence that teaches.
    pub lesson: &'a str,
    /// The colour of what drives it; it cannot be turned then.
    pub driven: Option<Color32>,
}

/// What the user did to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Turned {
    /// Its knob goes to this position.
    To(f32),
    /// The default is wanted.
    Reset,
    /// A text was typed.
    Text(String),
}

/// Where a drag stands, not held to the range, so that the bar follows the pointer back.
#[derive(Clone, Copy, Default)]
struct Travel {
    began: f32,
    position: f32,
}

/// Opens the text field of a dial.
pub fn type_value(ui: &Ui, name: &str, text: &str) {
    begin_typing(ui, id_of(name), text.to_string());
}

/// Draws a dial. While its text field is open there is no response.
pub fn dial(ui: &mut Ui, rect: Rect, dial: &Dial<'_>) -> (Option<Response>, Option<Turned>) {
    let id = id_of(dial.name);
    if let Some(typed) = typing(ui, rect, id, dial.name) {
        let turned = match typed {
            Typed::Text(text) => Some(Turned::Text(text)),
            Typed::Reset => Some(Turned::Reset),
            Typed::Open | Typed::Cancelled => None,
        };
        return (None, turned);
    }
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let turned = if dial.driven.is_none() { turn(ui, &response, rect, dial) } else { None };
    let shown = match turned {
        Some(Turned::To(position)) => position,
        _ => dial.position,
    };
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(dial.text.to_string()),
        ..WidgetInfo::slider(dial.driven.is_none(), f64::from(shown), dial.name)
    });
    draw(ui, rect, dial, shown, response.hovered());
    focus_ring(ui, &response);
    say(ui, &response, || format!("{}: {}. {}", dial.name, dial.text, dial.lesson));
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    (Some(response), turned)
}

fn draw(ui: &Ui, rect: Rect, dial: &Dial<'_>, position: f32, hovered: bool) {
    let colours = palette(ui);
    let painter = ui.painter();
    let ground = if hovered { colours.hover } else { colours.raised };
    painter.rect_filled(rect, theme::CORNER, ground);
    let at = |position: f32| rect.left() + rect.width() * position.clamp(0.0, 1.0);
    let (a, b) = (at(dial.origin), at(position));
    let changed = (dial.position - dial.default).abs() > 1e-5 || dial.driven.is_some();
    let colour = dial.driven.unwrap_or(colours.quiet);
    if changed {
        let run = Rect::from_x_y_ranges(a.min(b)..=a.max(b), rect.y_range());
        painter.rect_filled(run, theme::CORNER, colour.gamma_multiply(0.34));
    }
    let x = b.clamp(rect.left() + 1.5, rect.right() - 1.5);
    let mark = Rect::from_center_size(pos2(x, rect.bottom() - 1.5), vec2(3.0, 3.0));
    painter.rect_filled(mark, 1, if changed { colours.text } else { colours.faint });
    let text = if changed { colours.text } else { colours.quiet };
    let line = rect.shrink2(vec2(6.0, 0.0));
    let width = width_of(ui, dial.text, theme::small());
    let room = line.width() - width - 4.0;
    let word = width_of(ui, dial.word, theme::small());
    // A word that does not fit is left to the status line.
    let worded = !dial.word.is_empty() && word <= room;
    let number = match dial.word.is_empty() {
        true => Rect::from_center_size(line.center(), vec2(width, line.height())),
        false => Rect::from_min_max(pos2(line.right() - width, line.top()), line.max),
    };
    if worded {
        label_in(ui, line, Align2::LEFT_CENTER, dial.word, theme::small(), colours.quiet);
    }
    label_in(
        ui,
        number.expand2(vec2(1.0, 0.0)),
        Align2::CENTER_CENTER,
        dial.text,
        theme::small(),
        text,
    );
}

fn turn(ui: &Ui, response: &Response, rect: Rect, dial: &Dial<'_>) -> Option<Turned> {
    if response.double_clicked() {
        ui.data_mut(|data| data.remove_temp::<Travel>(memory(response.id)));
        return Some(Turned::Reset);
    }
    let per_point = 1.0 / rect.width().max(120.0);
    if let Some(turned) = drag(ui, response, dial.position, per_point) {
        return Some(turned);
    }
    if response.has_focus() && !is_typing(ui, response.id) {
        type_digits(ui, response.id);
        if ui.input(|input| input.key_pressed(Key::Enter)) {
            begin_typing(ui, response.id, dial.text.replace('−', "-"));
            return None;
        }
    }
    let steps = wheel_lines(ui, response)
        + if response.has_focus() { arrow_steps(ui, response, Arrows::All) } else { 0.0 }
        + assistive_steps(ui, response);
    let wanted = match assistive_value(ui, response) {
        Some(value) => value,
        None => dial.position + steps * 0.02 * fineness(ui),
    };
    let wanted = wanted.clamp(0.0, 1.0);
    (wanted != dial.position).then_some(Turned::To(wanted))
}

fn memory(id: Id) -> Id {
    id.with("travel")
}

/// Follows a drag over a value at `position`; `per_point` is how much a point to the right turns.
/// Escape puts it back.
pub fn drag(ui: &Ui, response: &Response, position: f32, per_point: f32) -> Option<Turned> {
    let memory = memory(response.id);
    if response.drag_started_by(PointerButton::Primary) {
        response.request_focus();
        let travel = Travel { began: position, position };
        ui.data_mut(|data| data.insert_temp(memory, travel));
    }
    let mut travel = ui.data(|data| data.get_temp::<Travel>(memory))?;
    if ui.input(|input| input.key_pressed(Key::Escape)) {
        ui.data_mut(|data| data.remove_temp::<Travel>(memory));
        ui.ctx().stop_dragging();
        return Some(Turned::To(travel.began));
    }
    if !response.dragged_by(PointerButton::Primary) {
        ui.data_mut(|data| data.remove_temp::<Travel>(memory));
        return None;
    }
    let delta = response.drag_delta();
    if delta.x == 0.0 {
        return None;
    }
    travel.position += delta.x * per_point * fineness(ui);
    ui.data_mut(|data| data.insert_temp(memory, travel));
    Some(Turned::To(travel.position.clamp(0.0, 1.0)))
}

/// A level on the fader's law as a dial.
pub fn level(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    word: &str,
    now: crate::units::Fader,
    default: crate::units::Fader,
    lesson: &str,
) -> Option<crate::units::Fader> {
    use crate::routing::parameter::Parameter;
    use crate::units::Fader;
    let text = crate::editor::drawing::bare_db(now.db(), false);
    let shown = Dial {
        name,
        word,
        text: &text,
        position: now.0,
        default: default.0,
        origin: 0.0,
        lesson,
        driven: None,
    };
    match dial(ui, rect, &shown).1? {
        Turned::To(position) => Some(Fader(position)),
        Turned::Reset => Some(default),
        Turned::Text(text) => Parameter::MainFader.from_text(&text).map(Fader),
    }
}

/// A button with a symbol or word of its own drawing that is switched on or off.
pub fn lamp(ui: &Ui, rect: Rect, id: Id, name: &str, on: bool, colour: Color32) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    describe(&response, Role::Button, name, if on { "on" } else { "off" });
    let colours = palette(ui);
    let centre = rect.center();
    let radius = 4.0;
    let ring = if response.hovered() { colours.text } else { colour };
    match on {
        true => ui.painter().circle_filled(centre, radius, ring),
        false => ui.painter().circle_stroke(centre, radius, egui::Stroke::new(1.5, ring)),
    };
    focus_ring(ui, &response);
    response
}
