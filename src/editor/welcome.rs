//! The first view: nothing is routed yet. It says how sound gets in and out in this host, and shows
//! where it already arrives.
//!
//! Not here: what hosts call things ([`super::hosts`]). The editor's thread only.

use super::action::Action;
use super::control::{Face, button, push};
use super::drawing::{Growth, Metered, label_in, meter};
use super::hosts::guide;
use super::page::Column;
use super::theme::{self, palette};
use super::view::View;
use crate::engine::meters::Meter;
use crate::routing::STRIPS;
use egui::{Align2, Rect, ScrollArea, Sense, Ui, pos2, vec2};

const WIDTH: f32 = 620.0;
const HEIGHT: f32 = 420.0;

/// Draws the first view into the whole of `ui`.
pub fn welcome(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    ScrollArea::vertical().id_salt("welcome").auto_shrink(false).show(ui, |ui| {
        let room = ui.max_rect();
        let height = room.height().max(HEIGHT + 16.0);
        let (all, _) = ui.allocate_exact_size(vec2(room.width(), height), Sense::hover());
        let width = WIDTH.min(all.width() - 48.0);
        let card = Rect::from_center_size(all.center(), vec2(width, HEIGHT));
        page(ui, card, view, &mut out);
    });
    out
}

fn page(ui: &mut Ui, card: Rect, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let guide = guide(&view.host);
    let mut column = Column { rest: card };
    let title = "Everything meets here";
    let line = column.take(28.0, 8.0);
    label_in(ui, line, Align2::LEFT_CENTER, title, theme::heading(), colours.text);
    let words = "Sixteen inputs, twelve buses, one matrix. Until you route something, every input \
                 goes to the main output unchanged.";
    column.paragraph(ui, words, 24.0);
    column.title(ui, "1  Feed the inputs");
    column.paragraph(ui, &format!("In {}: {}", guide.name, guide.inputs), 8.0);
    inputs(ui, column.take(44.0, 24.0), view);
    column.title(ui, "2  Take the outputs");
    column.paragraph(ui, guide.outputs, 24.0);
    column.title(ui, "3  Connect");
    let words = "In the matrix a row is a source and a column a destination. Click where they cross \
                 to connect, drag to set the level.";
    column.paragraph(ui, words, 16.0);
    let place = Rect::from_min_size(column.rest.min, vec2(152.0, 28.0));
    let face = Face {
        word: "OPEN THE MATRIX",
        colour: colours.post,
        lesson: "Opens the matrix. This page comes back only in a new instance.",
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
