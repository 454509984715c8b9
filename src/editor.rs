//! The editor: everything the user sees and touches.
//!
//! Views are functions from a snapshot, the [`View`], to what the user asked for, the [`Action`]s.
//! They know egui and the routing, but neither the host nor the engine, so they can be drawn and
//! tried without either. The one [`link`] fills the snapshot and applies the actions; only it knows
//! the plugin framework.
//!
//! Everything here runs on the thread of the editor's window, and only while that is open.

pub mod action;
pub mod ballistics;
mod cell;
mod control;
mod drawing;
mod faders;
pub mod link;
mod matrix;
mod monitor;
pub mod theme;
mod toolbar;
mod typing;
pub mod view;

pub use action::Action;
pub use link::window::create;
pub use view::View;

use egui::{Align2, CursorIcon, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

/// The smallest window, in logical pixels.
pub const MINIMUM_SIZE: [u32; 2] = [760, 480];
/// The largest window, in logical pixels.
pub const MAXIMUM_SIZE: [u32; 2] = [2400, 1600];

const TOOLBAR: f32 = 32.0;
const STATUS: f32 = 24.0;
const MONITOR: f32 = 168.0;

/// Draws the whole editor and returns what the user did.
pub fn show(ui: &mut Ui, view: &View) -> Vec<Action> {
    // The whole window, whatever margin the surroundings chose.
    let all = ui.ctx().content_rect();
    ui.set_clip_rect(all);
    ui.painter().rect_filled(all, 0, theme::GROUND);
    let top = all.top() + TOOLBAR;
    let bottom = all.bottom() - STATUS;
    let right = all.right() - MONITOR;
    let mut out = Vec::new();
    let mut part = |ui: &mut Ui, rect: Rect, draw: &dyn Fn(&mut Ui) -> Vec<Action>| {
        let mut part = ui.new_child(UiBuilder::new().max_rect(rect));
        part.set_clip_rect(rect);
        out.extend(draw(&mut part));
    };
    let centre = Rect::from_min_max(pos2(all.left(), top), pos2(right, bottom));
    part(ui, centre, &|ui| desk(ui, view));
    let side = Rect::from_min_max(pos2(right, top), pos2(all.right(), bottom));
    part(ui, side, &|ui| {
        ScrollArea::vertical().id_salt("monitor").show(ui, |ui| monitor::monitor(ui, view)).inner
    });
    let line = Rect::from_min_max(all.min, pos2(all.right(), top));
    part(ui, line, &|ui| toolbar::toolbar(ui, view));
    let line = Rect::from_min_max(pos2(all.left(), bottom), all.max);
    part(ui, line, &|ui| status(ui, all));
    let stroke = Stroke::new(1.0, theme::LINE);
    ui.painter().hline(all.x_range(), top, stroke);
    ui.painter().hline(all.x_range(), bottom, stroke);
    ui.painter().vline(right, top..=bottom, stroke);
    out
}

/// The matrix and the faders, scrolling together.
fn desk(ui: &mut Ui, view: &View) -> Vec<Action> {
    ScrollArea::both()
        .id_salt("desk")
        .auto_shrink(false)
        .scroll_source(egui::containers::scroll_area::ScrollSource {
            // A drag moves levels, never the view.
            drag: egui::containers::scroll_area::DragScroll::Never,
            ..Default::default()
        })
        .show(ui, |ui| {
            let mut out = matrix::matrix(ui, view);
            ui.add_space(16.0);
            out.extend(faders::faders(ui, view));
            ui.add_space(8.0);
            out
        })
        .inner
}

/// The line at the bottom, which says what is under the pointer, and the corner to resize by.
fn status(ui: &mut Ui, window: Rect) -> Vec<Action> {
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0, theme::PANEL);
    let said = control::take_said(ui);
    let mut text = rect.shrink2(vec2(8.0, 0.0));
    text.max.x -= 16.0;
    let (words, colour) = if said.is_empty() {
        ("Point at anything to read what it is.", theme::QUIET)
    } else {
        (said.as_str(), theme::TEXT)
    };
    drawing::label_in(ui, text, Align2::LEFT_CENTER, words, theme::small(), colour);

    let corner = Rect::from_min_max(rect.max - vec2(16.0, 16.0), rect.max);
    let response = ui.interact(corner, control::id_of("Resize"), Sense::drag());
    for reach in [4.0, 8.0, 12.0] {
        let (a, b) = (rect.max - vec2(reach, 2.0), rect.max - vec2(2.0, reach));
        ui.painter().line_segment([a, b], Stroke::new(1.0, theme::QUIET));
    }
    let pointer = response.on_hover_cursor(CursorIcon::ResizeNwSe);
    match pointer.interact_pointer_pos() {
        Some(at) if pointer.dragged() => {
            let held = |length: f32, axis: usize| {
                let (least, most) = (MINIMUM_SIZE[axis] as f32, MAXIMUM_SIZE[axis] as f32);
                length.clamp(least, most).round() as u32
            };
            vec![Action::Resize([held(at.x - window.left(), 0), held(at.y - window.top(), 1)])]
        }
        _ => Vec::new(),
    }
}
