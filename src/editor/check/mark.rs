//! How findings are marked: a shape a severity, so that nobody needs to see colours.
//!
//! Not here: what is marked. The editor's thread only.

use super::found::Mark;
use crate::check::Severity;
use crate::editor::theme::{self, Palette};
use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// The colour of a severity.
pub fn colour(palette: &Palette, severity: Severity) -> Color32 {
    match severity {
        Severity::Error => palette.fault,
        Severity::Warning => palette.pre,
        Severity::Note => palette.quiet,
    }
}

/// A severity's shape, 14 points wide: a filled triangle for an error, an empty one for a warning, a
/// ring for a note.
pub fn symbol(painter: &Painter, centre: Pos2, palette: &Palette, severity: Severity) {
    let colour = colour(palette, severity);
    let at = |x: f32, y: f32| centre + vec2(x, y);
    let triangle = || vec![at(0.0, -6.0), at(6.5, 5.5), at(-6.5, 5.5)];
    let (stroke, inside) = match severity {
        Severity::Error => {
            painter.add(Shape::convex_polygon(triangle(), colour, Stroke::NONE));
            (Stroke::NONE, palette.on(colour))
        }
        Severity::Warning => {
            let stroke = Stroke::new(1.4, colour);
            painter.add(Shape::closed_line(triangle(), stroke));
            (stroke, colour)
        }
        Severity::Note => {
            let stroke = Stroke::new(1.4, colour);
            painter.circle_stroke(centre, 5.5, stroke);
            (stroke, colour)
        }
    };
    let word = if severity == Severity::Note { "i" } else { "!" };
    let drop = if severity == Severity::Note || stroke.is_empty() { 0.5 } else { 1.0 };
    painter.text(at(0.0, drop), Align2::CENTER_CENTER, word, theme::tiny(), inside);
}

/// A crosspoint's or head's mark: a triangle in its upper right corner.
pub fn corner(painter: &Painter, rect: Rect, palette: &Palette, mark: &Mark) {
    const SIDE: f32 = 8.0;
    let tip = rect.right_top();
    let corners = vec![pos2(tip.x - SIDE, tip.y), tip, pos2(tip.x, tip.y + SIDE)];
    let colour = colour(palette, mark.severity);
    painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
}
