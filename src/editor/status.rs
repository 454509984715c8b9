//! The line at the bottom: in words, what is under the pointer or has the keyboard; what of the
//! selected signal arrives at Main; and the corner to resize by.
//!
//! Not here: the words themselves, which each control says. The editor's thread only.

use super::action::Action;
use super::control::{id_of, take_said};
use super::drawing::{label_in, signed_db, width_of};
use super::theme::{self, palette};
use super::trace::between;
use super::view::View;
use super::{MAXIMUM_SIZE, MINIMUM_SIZE};
use crate::routing::Node;
use egui::{Align2, CursorIcon, Key, Rect, Sense, Stroke, Ui, pos2, vec2};

/// Draws the status line into the whole of `ui`; `window` is the editor's.
pub fn status(ui: &mut Ui, view: &View, window: Rect) -> Vec<Action> {
    let mut out = Vec::new();
    let rect = ui.max_rect();
    let colours = palette(ui);
    ui.painter().rect_filled(rect, 0, colours.panel);
    let mut line = rect.shrink2(vec2(10.0, 0.0));
    line.max.x -= 16.0;
    if let Some(words) = total(view) {
        let width = width_of(ui, &words, theme::small()).min(line.width() / 2.0);
        let place = Rect::from_min_max(pos2(line.right() - width, line.top()), line.max);
        label_in(ui, place, Align2::RIGHT_CENTER, &words, theme::small(), colours.selection);
        line.max.x = place.left() - 16.0;
    }
    let said = take_said(ui);
    let (words, colour) = match said.is_empty() {
        true => ("Point at anything to read what it is.", colours.quiet),
        false => (said.as_str(), colours.text),
    };
    let shown = ui.interact(line, id_of("Status"), Sense::hover());
    shown.widget_info(|| egui::WidgetInfo {
        current_text_value: Some(words.to_string()),
        ..egui::WidgetInfo::labeled(egui::Role::Status, true, "Status")
    });
    label_in(ui, line, Align2::LEFT_CENTER, words, theme::small(), colour);
    // Escape lets go of the keyboard first, then of the selection.
    let free = ui.memory(|memory| memory.focused().is_none());
    if free
        && view.look.selected.is_some()
        && view.look.mix_for.is_none()
        && ui.input(|input| input.key_pressed(Key::Escape))
    {
        out.push(Action::Select(None));
    }
    out.extend(corner(ui, rect, window));
    out
}

/// What of the selected signal arrives at Main.
fn total(view: &View) -> Option<String> {
    let node = view.look.selected?;
    if node == Node::Main {
        return None;
    }
    let name = view.name(node);
    Some(match between(view, node, Node::Main) {
        None => format!("{name} does not reach Main"),
        Some(total) => {
            let paths = match total.paths {
                1 => "1 path".to_string(),
                paths => format!("{paths} paths"),
            };
            format!("{name} to Main: {} dB by {paths}", signed_db(total.db))
        }
    })
}

fn corner(ui: &Ui, rect: Rect, window: Rect) -> Option<Action> {
    let corner = Rect::from_min_max(rect.max - vec2(16.0, 16.0), rect.max);
    let response = ui.interact(corner, id_of("Resize"), Sense::drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Resize"));
    for reach in [4.0, 8.0, 12.0] {
        let (a, b) = (rect.max - vec2(reach, 2.0), rect.max - vec2(2.0, reach));
        ui.painter().line_segment([a, b], Stroke::new(1.0, palette(ui).faint));
    }
    let pointer = response.on_hover_cursor(CursorIcon::ResizeNwSe);
    let at = pointer.interact_pointer_pos().filter(|_| pointer.dragged())?;
    let held = |length: f32, axis: usize| {
        let (least, most) = (MINIMUM_SIZE[axis] as f32, MAXIMUM_SIZE[axis] as f32);
        length.clamp(least, most).round() as u32
    };
    Some(Action::Resize([held(at.x - window.left(), 0), held(at.y - window.top(), 1)]))
}
