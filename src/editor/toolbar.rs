//! The line at the top: what this is, how it is doing, and the lamps that ask for something.
//!
//! Not here: the mix. The editor's thread only.

use super::action::{Action, edit_together};
use super::control::{Face, button, id_of, toggle};
use super::drawing::label_in;
use super::theme;
use super::view::View;
use crate::routing::parameter::Parameter as P;
use crate::routing::{BUSES, STRIPS};
use egui::{Align2, Color32, Rect, Ui, pos2, vec2};

/// Draws the toolbar into the whole of `ui`.
pub fn toolbar(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let all = ui.max_rect();
    ui.painter().rect_filled(all, 0, theme::PANEL);
    let line = all.shrink2(vec2(8.0, 5.0));
    label_in(ui, line, Align2::LEFT_CENTER, "Switchyard", theme::body(), theme::TEXT);

    let mut right = line.right();
    let mut take = |width: f32| {
        let rect = Rect::from_min_max(pos2(right - width, line.top()), pos2(right, line.bottom()));
        right -= width + 8.0;
        rect
    };
    let face = Face {
        word: "BYPASS",
        colour: theme::PRE,
        lesson: "Bypass: main in to main out, Groups and Returns silent. Mixes, Monitor and Cue keep \
                 running.",
    };
    toggle(ui, take(72.0), view, P::Bypass, &P::Bypass.name(), face, &mut out);
    let lamp = |word, colour, lesson| Face { word, colour, lesson };
    if view.anything_soloed() {
        let face =
            lamp("SOLO CLEAR", theme::SOLO, "Something is soloed. Click to clear every solo.");
        if button(ui, take(88.0), "Clear Solo", face, true).clicked() {
            out.extend(edit_together(&soloed(view)));
        }
    }
    let faulty: Vec<_> = (0..STRIPS).filter(|i| view.faults[*i]).collect();
    if !faulty.is_empty() {
        let lesson = "An input held a value that is not a number; it was silenced. \
                      Click to put the lamps out.";
        if button(ui, take(64.0), "Clear Faults", lamp("FAULT", theme::FAULT, lesson), true)
            .clicked()
        {
            out.extend(faulty.into_iter().map(Action::ClearFault));
        }
    }
    if view.restart_needed {
        let rect = take(112.0);
        ui.painter().rect_filled(rect, theme::CORNER, theme::PRE);
        label_in(ui, rect, Align2::CENTER_CENTER, "RESTART NEEDED", theme::small(), theme::GROUND);
        let hover = ui.interact(rect, id_of("Restart needed"), egui::Sense::hover());
        hover.on_hover_text(
            "The latency grew beyond what the host was told. Stop and start the transport, or \
             switch the plugin off and on, so that the host lines it up again.",
        );
    }
    let latency = format!("latency {} samples", view.latency);
    label_in(ui, take(132.0), Align2::RIGHT_CENTER, &latency, theme::small(), theme::QUIET);
    let load = format!("load {:.1} %", view.load.clamp(0.0, 99.9) * 100.0);
    let colour: Color32 = if view.load > 0.8 { theme::FAULT } else { theme::QUIET };
    label_in(ui, take(72.0), Align2::RIGHT_CENTER, &load, theme::small(), colour);
    out
}

/// Every solo that is on, with the value that turns it off.
fn soloed(view: &View) -> Vec<(P, f32)> {
    let strips = (0..STRIPS as u8).map(P::StripSolo);
    let buses = (0..BUSES as u8).map(P::BusSolo);
    strips.chain(buses).filter(|solo| view.is_on(*solo)).map(|solo| (solo, 0.0)).collect()
}
