//! Choosing a convolution's impulse response: a built-in one, or a file from a list or by dropping it
//! on the window; and what is wrong with it, said in place.
//!
//! Not here: reading files (the link's). The editor's thread only.

use super::edit::ChainEdit;
use crate::editor::action::Action;
use crate::editor::control::{Menu, id_of, menu, push};
use crate::editor::drawing::label_in;
use crate::editor::files::{self, Purpose};
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::effects::impulse::{BUILT_IN, ImpulseRef};
use crate::routing::chain::Slot;
use egui::{Align2, Rect, Ui, pos2};

/// Draws the picker's lines; answers their height.
pub fn picker(ui: &mut Ui, line: Rect, view: &View, slot: &Slot, out: &mut Vec<Action>) -> f32 {
    let colours = palette(ui);
    let current = slot.effect.known().and_then(|known| known.impulse.as_ref());
    let mut entries: Vec<(usize, String)> =
        BUILT_IN.iter().map(|name| name.to_string()).enumerate().collect();
    let at = match current {
        Some(impulse) if impulse.path.is_none() => {
            BUILT_IN.iter().position(|name| *name == impulse.name)
        }
        _ => None,
    };
    let at = at.unwrap_or_else(|| {
        let name = current.map_or("No response", |impulse| impulse.name.as_str());
        entries.push((BUILT_IN.len(), name.to_string()));
        BUILT_IN.len()
    });
    let half = (line.width() * 0.55).min(220.0);
    let left = Rect::from_min_max(line.min, pos2(line.left() + half, line.bottom()));
    let list = Menu {
        entries: &entries,
        current: at,
        colour: colours.text,
        lesson: "The response the sound is convolved with.",
        indent: 0.0,
    };
    if let Some(chosen) = menu(ui, left, "Impulse Response", &list)
        && let Some(name) = BUILT_IN.get(chosen)
        && chosen != at
    {
        let impulse = ImpulseRef::built_in(name);
        out.push(Action::Chain(ChainEdit::Impulse(slot.id, impulse)));
    }
    let right = Rect::from_min_max(pos2(left.right() + 6.0, line.top()), line.max);
    let lesson = "Choose a WAV, AIFF or FLAC file, or drop the file on the window.";
    if push(ui, right, "Impulse File", "OPEN FILE", lesson) {
        files::open(ui, view, Purpose::Impulse(slot.id));
    }
    let dropped =
        ui.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_path_buf()));
    if let Some(path) = dropped {
        out.push(Action::LoadImpulse(slot.id, path.to_string_lossy().into_owned()));
    }
    let Some(problem) = view.inserts.problems.get(&slot.id) else { return line.height() };
    let below = Rect::from_min_size(pos2(line.left(), line.bottom() + 4.0), line.size());
    label_in(ui, below, Align2::LEFT_CENTER, problem, theme::small(), colours.fault);
    let shown = ui.interact(below, id_of("Impulse Problem"), egui::Sense::hover());
    crate::editor::control::describe(&shown, egui::Role::Alert, "Impulse Problem", problem);
    crate::editor::control::say(ui, &shown, || problem.clone());
    line.height() * 2.0 + 4.0
}
