//! The sends of a channel: one thin bar for each bus in use, with its number, tap and level.
//!
//! Not here: the matrix, which shows the same edges. The editor's thread only.

use super::channel::{Layout, SEND};
use super::source_of;
use crate::editor::action::{Action, edit, fitting_tap, reset_edge};
use crate::editor::cell::{edge_name, tap_word};
use crate::editor::control::{Arrows, drive, focus_ring, id_of, say};
use crate::editor::drawing::{bare_db, hatch, label_in, typographic};
use crate::editor::theme::{self, palette};
use crate::editor::typing::{apply_typed, typing};
use crate::editor::view::{View, edge_parameters, tap_value};
use crate::routing::{Node, Tap};
use crate::units::Fader;
use egui::{Align2, Rect, Sense, Ui, WidgetInfo, vec2};

/// Draws the sends of a strip or bus.
pub fn sends(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    layout: &Layout,
    node: Node,
    out: &mut Vec<Action>,
) {
    let Some(source) = source_of(node) else { return };
    for (n, bus) in layout.buses.iter().enumerate() {
        let corner = rect.min + vec2(0.0, n as f32 * (SEND + 1.0));
        let place = Rect::from_min_size(corner, vec2(rect.width(), SEND));
        // While mixing for this bus, the fader below is this send.
        if view.look.mix_for == Some(*bus) {
            let colours = palette(ui);
            ui.painter().rect_filled(place, 2, colours.raised);
            let words = if node == Node::Bus(*bus) { "" } else { "fader" };
            label_in(ui, place, Align2::CENTER_CENTER, words, theme::tiny(), colours.quiet);
        } else {
            send(ui, place, view, source, *bus, out);
        }
    }
}

fn send(ui: &mut Ui, rect: Rect, view: &View, source: usize, bus: usize, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let Some((tap, Some(level))) = edge_parameters(source, bus) else { return };
    let name = edge_name(source, bus);
    let id = id_of(&name);
    if let Some(typed) = typing(ui, rect, id, &name) {
        apply_typed(ui, id, level, typed, out);
        return;
    }
    let edge = view.routing.edge(source, bus);
    if !edge.is_connected() && view.refusal(source, bus).is_some() {
        hatch(ui.painter(), rect, colours.line);
        return;
    }
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let per_point = vec2(1.0 / rect.width().max(1.0), 0.0);
    let before = out.len();
    let position = drive(ui, &response, view, level, per_point, Arrows::All, out);
    if out[before..].contains(&Action::Begin(level)) && edge.tap == Tap::Off {
        out.extend(edit(tap, tap_value(fitting_tap(&view.routing, bus))));
    }
    if response.double_clicked() {
        out.extend(reset_edge(source, bus));
    }
    let connected = edge.tap != Tap::Off && position > 0.0;
    let text = match connected {
        true => typographic(&level.to_text(position)),
        false => "off".into(),
    };
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(text.clone()),
        ..WidgetInfo::slider(true, f64::from(position), &name)
    });
    let lit = response.hovered() || response.dragged();
    ui.painter().rect_filled(rect, 2, if lit { colours.hover } else { colours.raised });
    let (word, colour) = tap_word(edge.tap, colours);
    let inner = rect.shrink2(vec2(4.0, 0.0));
    let number = (bus + 1).to_string();
    if connected {
        let mut fill = rect;
        fill.set_width((rect.width() * position).max(3.0));
        ui.painter().rect_filled(fill, 2, colours.tinted(colour));
        // "PO", "PR" and "IN" are what fits; the colour says the same.
        let mut short = inner;
        short.min.x += 14.0;
        let word = word.get(..2).unwrap_or(word);
        label_in(ui, short, Align2::LEFT_CENTER, word, theme::tiny(), colour);
        let level = bare_db(Fader(position).db(), true);
        label_in(ui, inner, Align2::RIGHT_CENTER, &level, theme::tiny(), colours.text);
    }
    let quiet = if connected { colours.text } else { colours.quiet };
    label_in(ui, inner, Align2::LEFT_CENTER, &number, theme::tiny(), quiet);
    focus_ring(ui, &response);
    say(ui, &response, || {
        format!("{}   {word}   {text}. Drag to set the level.", view.pair(source, bus))
    });
}
