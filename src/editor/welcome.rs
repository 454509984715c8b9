//! The first view: nothing is routed yet. It offers templates to begin with, says how sound gets in and
//! out in this host, and shows where it already arrives. The templates come again from the session's
//! menu.
//!
//! Not here: what hosts call things ([`super::hosts`]) and the list of templates ([`list`]). The
//! editor's thread only.

mod list;

use super::action::Action;
use super::control::{Face, button, push};
use super::drawing::{Growth, Metered, label_in, meter};
use super::hosts::guide;
use super::page::Column;
use super::theme::{self, palette};
use super::view::View;
use crate::engine::meters::Meter;
use crate::routing::STRIPS;
use egui::{Align2, Key, Rect, ScrollArea, Sense, Ui, pos2, vec2};

/// The width of each of two columns, and of the gap between them.
const COLUMN: f32 = 440.0;
const BETWEEN: f32 = 40.0;
/// The widest one column alone gets.
const ALONE: f32 = 620.0;

/// Draws the first view into the whole of `ui`.
pub fn welcome(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    scroll(ui, "welcome", |ui, room| {
        let mut left = columns(room);
        let line = left.0.take(28.0, 8.0);
        let title = "Everything meets here";
        label_in(ui, line, Align2::LEFT_CENTER, title, theme::heading(), palette(ui).text);
        let words = "Sixteen inputs, twelve buses, one matrix. Until you route something, every input \
                     goes to the main output unchanged.";
        left.0.paragraph(ui, words, 20.0);
        left.0.title(ui, "Begin with a template");
        list::templates(ui, &mut left.0, view, &mut out);
        match &mut left.1 {
            Some(right) => {
                right.take(28.0 + 8.0, 0.0);
                by_hand(ui, right, view, &mut out);
                left.0.rest.top().max(right.rest.top())
            }
            None => {
                left.0.take(0.0, 16.0);
                by_hand(ui, &mut left.0, view, &mut out);
                left.0.rest.top()
            }
        }
    });
    out
}

/// Draws the templates to choose from into the whole of `ui`.
pub fn templates(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    scroll(ui, "templates", |ui, room| {
        let width = ALONE.min(room.width() - 48.0).max(120.0);
        let mut column = column(room, 24.0, width);
        let line = column.take(28.0, 8.0);
        let title = "Begin with a template";
        label_in(ui, line, Align2::LEFT_CENTER, title, theme::heading(), palette(ui).text);
        let back = Rect::from_min_max(pos2(line.right() - 72.0, line.top() + 2.0), line.max);
        let lesson = "Goes back without choosing. Escape does the same.";
        if push(ui, back, "Leave Templates", "BACK", lesson) {
            out.push(Action::Templates(false));
        }
        let words =
            "A template takes the place of everything here, in one step that Undo takes back.";
        column.paragraph(ui, words, 16.0);
        list::templates(ui, &mut column, view, &mut out);
        column.rest.top()
    });
    let free = ui.memory(|memory| memory.focused().is_none());
    if free && !super::files::is_open(ui) && ui.input(|input| input.key_pressed(Key::Escape)) {
        out.push(Action::Templates(false));
    }
    out
}

/// A page that scrolls; `draw` answers how far down it came.
fn scroll(ui: &mut Ui, name: &str, draw: impl FnOnce(&mut Ui, Rect) -> f32) {
    super::control::set_wheel_free(ui, false);
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show(ui, |ui| {
        let room = ui.max_rect();
        let bottom = draw(ui, room);
        let used = Rect::from_min_max(room.min, pos2(room.left() + 1.0, bottom + 16.0));
        ui.allocate_rect(used, Sense::hover());
    });
}

fn column(room: Rect, left: f32, width: f32) -> Column {
    let corner = room.min + vec2(left, 20.0);
    Column { rest: Rect::from_min_size(corner, vec2(width, f32::MAX / 4.0)) }
}

/// Two columns side by side, or one where two have no room.
fn columns(room: Rect) -> (Column, Option<Column>) {
    let both = 2.0 * COLUMN + BETWEEN;
    if room.width() < both + 32.0 {
        let width = ALONE.min(room.width() - 48.0).max(120.0);
        let left = ((room.width() - width) / 2.0).max(0.0);
        return (column(room, left, width), None);
    }
    let left = ((room.width() - both) / 2.0).round();
    (column(room, left, COLUMN), Some(column(room, left + COLUMN + BETWEEN, COLUMN)))
}

/// How to go on without a template.
fn by_hand(ui: &mut Ui, column: &mut Column, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let guide = guide(&view.host);
    column.title(ui, "Feed the inputs");
    column.paragraph(ui, &format!("In {}: {}", guide.name, guide.inputs), 8.0);
    inputs(ui, column.take(44.0, 20.0), view);
    column.title(ui, "Take the outputs");
    column.paragraph(ui, guide.outputs, 20.0);
    column.title(ui, "Or connect by hand");
    let words = "In the matrix a row is a source and a column a destination. Click where they cross \
                 to connect, drag to set the level.";
    column.paragraph(ui, words, 16.0);
    let line = column.take(28.0, 8.0);
    let place = Rect::from_min_size(line.min, vec2(152.0, 28.0));
    let face = Face {
        word: "OPEN THE MATRIX",
        colour: colours.post,
        lesson: "Opens the matrix. The templates come again from the session's menu.",
    };
    if button(ui, place, "Open the matrix", face, true).clicked() {
        out.push(Action::Welcomed);
    }
    let beside = Rect::from_min_size(place.right_top() + vec2(8.0, 0.0), vec2(152.0, 28.0));
    let lesson = "Opens the matrix with every strip and bus in it.";
    if push(ui, beside, "Show everything", "SHOW EVERYTHING", lesson) {
        out.extend([Action::ShowAll(true), Action::Welcomed]);
    }
}

/// Sixteen small meters, lit where sound arrives.
fn inputs(ui: &Ui, rect: Rect, view: &View) {
    let colours = palette(ui);
    let width = rect.width() / STRIPS as f32;
    for i in 0..STRIPS {
        let place = Rect::from_min_size(
            pos2(rect.left() + width * i as f32, rect.top()),
            vec2(width - 4.0, rect.height()),
        );
        ui.painter().rect_filled(place, theme::CORNER, colours.panel);
        let heard = view.heard[i];
        let colour = if heard { colours.post } else { colours.quiet };
        let mut number = place;
        number.max.y = place.top() + 18.0;
        let text = (i + 1).to_string();
        label_in(ui, number, Align2::CENTER_CENTER, &text, theme::small(), colour);
        let bed = Rect::from_min_max(
            pos2(place.left() + 4.0, place.bottom() - 16.0),
            place.max - vec2(4.0, 8.0),
        );
        let shown = Metered::inside(view.meter(Meter::StripInput(i)));
        meter(ui.painter(), colours, bed, shown, Growth::Right);
    }
}
