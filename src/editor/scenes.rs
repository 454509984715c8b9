//! The scenes: eight cards to store and recall, the way from one to another, what a recall may touch,
//! and whom it never may.
//!
//! Not here: what a recall changes (`crate::session::scenes`) and how it reaches the host. The editor's
//! thread only.

mod card;
pub mod edit;
mod morph;
mod reach;
pub mod recalling;

use super::action::Action;
use super::control::{focus_ring, say, set_wheel_free};
use super::drawing::{caps_in, label_in};
use super::theme::{self, palette};
use super::typing::is_any_open;
use super::view::View;
use crate::session::scenes::SCENES;
use egui::{
    Align2, Color32, Key, Modifiers, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};

const MARGIN: f32 = 16.0;
const GAP: f32 = 8.0;

/// Draws the scenes into the whole of `ui`.
pub fn scenes(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let room = ui.max_rect();
    let width = room.width() - 2.0 * MARGIN;
    let cards = card::height(width);
    let reach = reach::height(view, width);
    let height = MARGIN + 44.0 + cards + 16.0 + morph::HEIGHT + 16.0 + reach + MARGIN;
    set_wheel_free(ui, height <= room.height());
    ScrollArea::vertical().id_salt("scenes").auto_shrink(false).show(ui, |ui| {
        let (all, _) = ui.allocate_exact_size(vec2(room.width(), height), Sense::hover());
        let mut rest = all.shrink2(vec2(MARGIN, MARGIN));
        let mut take = |height: f32, gap: f32| {
            let part = Rect::from_min_size(rest.min, vec2(width, height));
            rest.min.y += height + gap;
            part
        };
        let words =
            "Eight states of the mix. A recall brings one back all at once, without a click.";
        title(ui, take(32.0, 12.0), "Scenes", words);
        let place = take(cards, 16.0);
        for number in 0..SCENES {
            card::card(ui, card::place(place, number), view, number, &mut out);
        }
        morph::morph(ui, take(morph::HEIGHT, 16.0), view, &mut out);
        reach::reach(ui, take(reach, 0.0), view, &mut out);
    });
    out
}

/// Escape ends a morph in every view, unless a text is being typed.
pub fn stop_by_key(ui: &Ui, view: &View) -> Vec<Action> {
    let pressed = view.morph.is_some()
        && !is_any_open(ui)
        && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if pressed { vec![Action::StopMorph] } else { Vec::new() }
}

/// A heading and the sentence that teaches it.
fn title(ui: &Ui, rect: Rect, word: &str, lesson: &str) {
    let colours = palette(ui);
    caps_in(ui, rect, Align2::LEFT_TOP, word, colours.text);
    let mut line = rect;
    line.min.y += 18.0;
    label_in(ui, line, Align2::LEFT_TOP, lesson, theme::small(), colours.quiet);
}

/// A button that does something; one that cannot just now is faint.
fn press(
    ui: &Ui,
    rect: Rect,
    name: &str,
    face: (&str, Option<Color32>),
    lesson: &str,
    can: bool,
) -> Response {
    let (word, colour) = face;
    let sense = if can { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, super::control::id_of(name), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, can, name));
    let colours = palette(ui);
    let lit = can && response.hovered();
    let (fill, text) = match (can, colour) {
        (true, Some(colour)) => (colour, colours.on(colour)),
        (true, None) if lit => (colours.hover, colours.text),
        (true, None) => (colours.raised, colours.quiet),
        (false, _) => (colours.raised.gamma_multiply(0.5), colours.faint),
    };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    if lit && colour.is_some() {
        let stroke = Stroke::new(1.0, colours.text);
        ui.painter().rect_stroke(rect, theme::CORNER, stroke, StrokeKind::Inside);
    }
    label_in(ui, rect, Align2::CENTER_CENTER, word, theme::label(), text);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {lesson}"));
    response.on_hover_text(lesson)
}

/// A box with a tick and a word. Returns whether it was pressed.
fn tick(
    ui: &Ui,
    rect: Rect,
    name: &str,
    word: &str,
    bar: Option<Color32>,
    on: bool,
    lesson: &str,
) -> bool {
    let response = ui.interact(rect, super::control::id_of(name), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, name));
    let colours = palette(ui);
    let hovered = response.hovered();
    let fill = if hovered { colours.hover } else { colours.raised };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    let square =
        Rect::from_center_size(pos2(rect.left() + 13.0, rect.center().y), vec2(12.0, 12.0));
    if on {
        ui.painter().rect_filled(square, 2, colours.selection);
        let ink = Stroke::new(1.6, colours.on(colours.selection));
        let at = |x: f32, y: f32| square.min + vec2(x, y);
        ui.painter().line_segment([at(2.8, 6.2), at(5.2, 8.8)], ink);
        ui.painter().line_segment([at(5.2, 8.8), at(9.4, 3.2)], ink);
    } else {
        ui.painter().rect_stroke(square, 2, Stroke::new(1.0, colours.faint), StrokeKind::Inside);
    }
    let mut text = rect.with_min_x(square.right() + 7.0);
    text.max.x -= 6.0;
    if let Some(colour) = bar {
        let chip =
            Rect::from_center_size(pos2(text.left() + 1.5, rect.center().y), vec2(3.0, 12.0));
        ui.painter().rect_filled(chip, 1, colour);
        text.min.x += 8.0;
    }
    let colour = if on || hovered { colours.text } else { colours.quiet };
    label_in(ui, text, Align2::LEFT_CENTER, word, theme::small(), colour);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {}. {lesson}", if on { "on" } else { "off" }));
    response.on_hover_text(lesson).clicked()
}
