//! The Check screen: Route Check, which reads the routing, or Line Check, which listens to it.
//!
//! Not here: what either shows. The editor's thread only.

use super::action::Action;
use super::check::check;
use super::control::{Face, button};
use super::line_check::line_check;
use super::theme::palette;
use super::view::View;
use egui::{Rect, Stroke, Ui, UiBuilder, pos2, vec2};

/// The height of the switch and what is around it.
const TOP: f32 = 40.0;

/// Draws the Check screen into the whole of `ui`.
pub fn checks(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let room = ui.max_rect();
    let lines = view.look.lines;
    let colour = palette(ui).selection;
    let place = |number: f32| {
        let corner = room.min + vec2(20.0 + number * 124.0, 10.0);
        Rect::from_min_size(corner, vec2(120.0, 22.0))
    };
    let lesson = "Reads the routing while you work and says what is probably not meant.";
    let route = Face { word: "ROUTE CHECK", colour, lesson };
    if button(ui, place(0.0), "Route Check", route, !lines).clicked() && lines {
        out.push(Action::Lines(false));
    }
    let lesson = "Sends a test signal through every strip and compares what arrives with what the \
                  routing predicts.";
    let line = Face { word: "LINE CHECK", colour, lesson };
    if button(ui, place(1.0), "Line Check", line, lines).clicked() && !lines {
        out.push(Action::Lines(true));
    }
    ui.painter().hline(room.x_range(), room.top() + TOP, Stroke::new(1.0, palette(ui).line));
    let rest = Rect::from_min_max(pos2(room.left(), room.top() + TOP + 1.0), room.max);
    let mut part = ui.new_child(UiBuilder::new().max_rect(rest));
    part.set_clip_rect(rest);
    out.extend(if lines { line_check(&mut part, view) } else { check(&mut part, view) });
    out
}
