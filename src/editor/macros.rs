//! The macros: sixteen host parameters that drive effects once the session maps them.
//!
//! Not here: what they drive. The editor's thread only.

use super::action::Action;
use super::control::bar;
use super::drawing::{caps_in, label_in};
use super::theme::{self, palette};
use super::view::View;
use crate::routing::MACROS;
use crate::routing::parameter::Parameter;
use egui::{Align2, Rect, ScrollArea, Sense, Ui, vec2};

/// The width and height of one macro, gap excluded.
const CARD: [f32; 2] = [236.0, 60.0];
const GAP: f32 = 8.0;

/// Draws the macros into the whole of `ui`.
pub fn macros(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    ScrollArea::vertical().id_salt("macros").auto_shrink(false).show(ui, |ui| {
        let colours = palette(ui);
        let width = ui.max_rect().width() - 2.0 * 16.0;
        let columns = ((width + GAP) / (CARD[0] + GAP)).floor().clamp(1.0, 4.0) as usize;
        let rows = MACROS.div_ceil(columns);
        let height = 64.0 + rows as f32 * (CARD[1] + GAP) + 16.0;
        let (all, _) = ui.allocate_exact_size(vec2(ui.max_rect().width(), height), Sense::hover());
        let top = all.shrink2(vec2(16.0, 16.0));
        caps_in(ui, top, Align2::LEFT_TOP, "Macros", colours.text);
        let mut line = top;
        line.min.y += 18.0;
        let words = "Host parameters of your own: automate one and it moves every effect setting it \
                     is mapped to. None is mapped yet.";
        label_in(ui, line, Align2::LEFT_TOP, words, theme::small(), colours.quiet);
        let begin = top.min + vec2(0.0, 48.0);
        for n in 0..MACROS {
            let place = vec2((n % columns) as f32, (n / columns) as f32);
            let size = vec2(CARD[0], CARD[1]);
            let rect = Rect::from_min_size(begin + place * (size + vec2(GAP, GAP)), size);
            one(ui, rect, view, n, &mut out);
        }
    });
    out
}

fn one(ui: &mut Ui, rect: Rect, view: &View, n: usize, out: &mut Vec<Action>) {
    let colours = palette(ui);
    ui.painter().rect_filled(rect, theme::CORNER, colours.panel);
    let inner = rect.shrink(8.0);
    let parameter = Parameter::Macro(n as u8);
    label_in(ui, inner, Align2::LEFT_TOP, &parameter.name(), theme::name(), colours.text);
    let mut place = inner;
    place.min.y = place.max.y - 22.0;
    let lesson = "Drag to move, double-click for 0 %, type a number while it has the keyboard.";
    bar(ui, place, view, parameter, "", lesson, out);
}
