//! What was refused or done a moment ago, over the lower edge of any view.
//!
//! Not here: for how long it is news ([`super::edits`]). The editor's thread only.

use super::control::{describe, id_of};
use super::theme::{self, palette};
use super::view::View;
use egui::{Rect, Role, Sense, Ui, pos2, vec2};

/// Draws the news, if there is any, into the lower part of `room`.
pub fn notice(ui: &Ui, room: Rect, view: &View) {
    let colours = palette(ui);
    let (words, fill) = match (&view.notice, &view.news) {
        (Some(words), _) => (words, colours.fault),
        (None, Some(words)) => (words, colours.selection),
        (None, None) => return,
    };
    let galley = ui.painter().layout(
        words.clone(),
        theme::body(),
        colours.on(fill),
        (room.width() - 64.0).max(80.0),
    );
    let size = galley.size() + vec2(24.0, 16.0);
    let centre = pos2(room.center().x, room.bottom() - size.y / 2.0 - 12.0);
    let rect = Rect::from_center_size(centre, size);
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    ui.painter().galley(rect.min + vec2(12.0, 8.0), galley, colours.on(fill));
    let shown = ui.interact(rect, id_of("Notice"), Sense::hover());
    describe(&shown, Role::Alert, "Notice", words);
}
