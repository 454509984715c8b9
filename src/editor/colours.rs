//! The colour a strip or bus wears, and the palette to choose it from.
//!
//! Not here: which colours there are ([`super::theme`]). The editor's thread only.

use super::action::Action;
use super::control::{describe, focus_ring, id_of, say};
use super::theme::{self, COLOURS, palette};
use super::view::View;
use crate::routing::Node;
use egui::{Popup, Rect, Role, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

/// What a colour is called.
pub fn colour_word(colour: u8) -> &'static str {
    let at = usize::from(colour).checked_sub(1);
    at.and_then(|at| COLOURS.get(at)).map_or("None", |(word, _)| word)
}

/// A bar in the colour of a node; a click opens the palette.
pub fn colour_chip(
    ui: &Ui,
    rect: Rect,
    view: &View,
    node: Node,
    place: &str,
    out: &mut Vec<Action>,
) {
    let name = format!("{node} Colour{place}");
    let response = ui.interact(rect, id_of(&name), Sense::click());
    let worn = view.names.colour(node);
    describe(&response, Role::ComboBox, &name, colour_word(worn));
    let colours = palette(ui);
    let upright = rect.height() > rect.width();
    let bar = match upright {
        true => Rect::from_min_size(rect.min + vec2(4.0, 4.0), vec2(4.0, rect.height() - 8.0)),
        false => Rect::from_min_size(rect.min + vec2(2.0, 2.0), vec2(rect.width() - 4.0, 4.0)),
    };
    let colour = if worn == 0 { colours.line } else { colours.worn(worn) };
    let colour = if response.hovered() && worn == 0 { colours.faint } else { colour };
    ui.painter().rect_filled(bar, 2, colour);
    focus_ring(ui, &response);
    say(ui, &response, || {
        format!("Colour of {}: {}. Click to choose.", view.name(node), colour_word(worn))
    });
    Popup::menu(&response).accessible_name(&name).show(|ui| {
        if let Some(chosen) = swatches(ui, worn) {
            out.push(Action::Recolour(node, chosen));
            ui.close();
        }
    });
}

/// The palette, four in a row, and none. Returns the colour that was clicked.
fn swatches(ui: &mut Ui, worn: u8) -> Option<u8> {
    const SIZE: f32 = 24.0;
    let mut chosen = None;
    let rows = COLOURS.len().div_ceil(4);
    let (all, _) = ui
        .allocate_exact_size(vec2(4.0 * (SIZE + 4.0), rows as f32 * (SIZE + 4.0)), Sense::hover());
    for (at, (word, colour)) in COLOURS.iter().enumerate() {
        let corner = all.min + vec2((at % 4) as f32, (at / 4) as f32) * (SIZE + 4.0);
        let rect = Rect::from_min_size(pos2(corner.x, corner.y), vec2(SIZE, SIZE));
        let response = ui.interact(rect, id_of(word), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, *word));
        ui.painter().rect_filled(rect, theme::CORNER, *colour);
        if usize::from(worn) == at + 1 || response.hovered() {
            let stroke = Stroke::new(2.0, palette(ui).text);
            ui.painter().rect_stroke(rect, theme::CORNER, stroke, StrokeKind::Inside);
        }
        focus_ring(ui, &response);
        if response.on_hover_text(*word).clicked() {
            chosen = Some(at as u8 + 1);
        }
    }
    if ui.button("No colour").clicked() {
        chosen = Some(0);
    }
    chosen
}
