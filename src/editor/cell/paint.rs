//! How a crosspoint looks.
//!
//! Not here: what it does. The editor's thread only.

use super::{Crosspoint, tap_word};
use crate::editor::control::focus_ring;
use crate::editor::drawing::{bare_db, hatch, label_on};
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::routing::MAIN;
use crate::schedule::Admission;
use crate::units::Fader;
use egui::{Align2, Painter, Rect, Response, Stroke, StrokeKind, Ui, pos2, vec2};

/// How much of itself keeps what is not on the traced path.
pub const ASIDE: f32 = 0.35;
/// The height of the live meter at the lower edge.
const METER: f32 = 2.0;

/// Where a bus would meet itself.
pub fn nothing(ui: &Ui, rect: Rect) {
    let centre = rect.center();
    let line = Stroke::new(1.0, palette(ui).line);
    ui.painter().hline(centre.x - 4.0..=centre.x + 4.0, centre.y, line);
}

/// A crosspoint that would close a loop or that a role forbids.
pub fn impossible(ui: &Ui, response: &Response, aside: bool) {
    let painter = faded(ui, aside);
    let colours = palette(ui);
    hatch(&painter, response.rect.shrink(1.0), colours.line);
    if response.hovered() {
        let stroke = Stroke::new(1.0, colours.line);
        painter.rect_stroke(response.rect, theme::CORNER, stroke, StrokeKind::Inside);
    }
    focus_ring(ui, response);
}

/// A crosspoint: ground, fill, word, number, meter.
pub fn cell(ui: &Ui, response: &Response, view: &View, cell: &Crosspoint) {
    let rect = response.rect;
    let colours = palette(ui);
    let painter = faded(ui, cell.aside);
    let pointed = response.hovered() || response.dragged();
    painter.rect_filled(rect, theme::CORNER, colours.panel);
    if cell.is_refused() {
        let (word, colour) = match cell.admission {
            Admission::Loop => ("LOOP", colours.fault),
            _ => ("REFUSED", colours.quiet),
        };
        hatch(&painter, rect, colour.gamma_multiply(0.35));
        let back = Rect::from_center_size(rect.center(), vec2(rect.width() * 0.75, 16.0));
        painter.rect_filled(back, theme::CORNER, colours.panel);
        painter.text(rect.center(), Align2::CENTER_CENTER, word, theme::label(), colour);
    } else if cell.edge.is_connected() {
        open(ui, &painter, rect, view, cell);
    } else if pointed {
        painter.circle_filled(rect.center(), 2.5, colours.quiet);
    }
    if pointed {
        let stroke = Stroke::new(1.0, colours.faint);
        ui.painter().rect_stroke(rect, theme::CORNER, stroke, StrokeKind::Inside);
    }
    focus_ring(ui, response);
}

fn open(ui: &Ui, painter: &Painter, rect: Rect, view: &View, cell: &Crosspoint) {
    let colours = palette(ui);
    let (source, destination) = (cell.spot.source, cell.spot.destination);
    let mut painter = painter.clone();
    let silent = !view.schedule.passes(source, destination);
    if silent {
        painter.multiply_opacity(0.5);
    }
    let (word, colour) = tap_word(cell.edge.tap, colours);
    let mut fill = rect;
    fill.set_width((rect.width() * cell.edge.level.0.clamp(0.0, 1.0)).max(6.0));
    painter.rect_filled(fill, theme::CORNER, colours.tinted(colour));
    let row = Rect::from_min_max(rect.min + vec2(6.0, 0.0), rect.max - vec2(6.0, METER));
    label_on(&painter, row, Align2::LEFT_CENTER, word, theme::label(), colour);
    if destination != MAIN {
        let tight = rect.width() < 76.0;
        let level = bare_db(cell.edge.level.db(), tight);
        let quiet = cell.edge.level == Fader::UNITY;
        let colour = if quiet { colours.quiet } else { colours.text };
        label_on(&painter, row, Align2::RIGHT_CENTER, &level, theme::small(), colour);
    }
    let flow = Fader::from_db(view.flow(source, destination)).0;
    if flow > 0.0 {
        let bed = Rect::from_min_max(
            pos2(rect.left() + 4.0, rect.bottom() - METER),
            rect.max - vec2(4.0, 0.0),
        );
        let loud = Fader::from_db(-12.0).0;
        for (from, to, colour) in [(0.0, loud, colours.low), (loud, 1.0, colours.loud)] {
            if flow > from {
                let x = |at: f32| bed.left() + bed.width() * at;
                let bar = Rect::from_x_y_ranges(x(from)..=x(flow.min(to)), bed.y_range());
                painter.rect_filled(bar, 0, colour);
            }
        }
    }
}

fn faded(ui: &Ui, aside: bool) -> Painter {
    let mut painter = ui.painter().clone();
    if aside {
        painter.multiply_opacity(ASIDE);
    }
    painter
}
