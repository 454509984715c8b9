//! What the right button opens on a crosspoint: tap, level, copy, paste, clear, and mixing for the
//! bus.
//!
//! Not here: the crosspoint itself. The editor's thread only.

use super::{Spot, copied, copy, edge_name, paste, tap_lesson};
use crate::editor::action::{Action, clear_edge, edit, edit_together, fitting_tap, reset_edge};
use crate::editor::clip::{self, Clip};
use crate::editor::control::number;
use crate::editor::theme::{self, palette};
use crate::editor::view::{View, edge_parameters, tap_value};
use crate::routing::parameter::Parameter;
use crate::routing::{MAIN, Node, Role, STRIPS, Tap};
use crate::units::Fader;
use egui::{Popup, PopupCloseBehavior, Response, RichText, Sense, Ui, vec2};

/// Levels one click away, in dB.
const LEVELS: [f32; 4] = [0.0, -6.0, -12.0, -20.0];

/// The menu of a crosspoint.
pub fn context_menu(response: &Response, view: &View, spot: Spot, out: &mut Vec<Action>) {
    let Spot { source, destination } = spot;
    let Some((tap, level)) = edge_parameters(source, destination) else { return };
    Popup::context_menu(response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(edge_name(source, destination))
        .show(|ui| {
            ui.set_min_width(184.0);
            ui.label(RichText::new(view.pair(source, destination)).font(theme::name()));
            ui.separator();
            taps(ui, view, spot, tap, out);
            if let Some(level) = level {
                ui.separator();
                levels(ui, view, level, (tap, destination), out);
            }
            ui.separator();
            if ui.button("Copy").on_hover_text("Ctrl-C").clicked() {
                copy(ui, clip::cell(view.routing.edge(source, destination)));
                ui.close();
            }
            let waiting = match copied(ui) {
                Some(Clip::Cell(send)) => Some(send),
                _ => None,
            };
            let button = ui.add_enabled(waiting.is_some(), egui::Button::new("Paste"));
            if let Some(send) = waiting
                && button.on_hover_text("Ctrl-V").clicked()
            {
                out.extend(paste(view, spot, send));
                ui.close();
            }
            if ui.button("Clear").on_hover_text("Delete").clicked() {
                out.extend(match level {
                    Some(_) if source < STRIPS => reset_edge(source, destination),
                    _ => clear_edge(source, destination),
                });
                ui.close();
            }
            if destination != MAIN {
                ui.separator();
                let name = view.name(Node::Bus(destination));
                let mix = view.routing.buses[destination].role == Role::Mix;
                let word = if mix {
                    format!("Mix for {name}")
                } else {
                    format!("Sends to {name} on faders")
                };
                let lesson = "Turns the mixer's faders into the sends to this bus. Escape leaves.";
                if ui.button(word).on_hover_text(lesson).clicked() {
                    out.push(Action::MixFor(Some(destination)));
                    ui.close();
                }
            }
        });
}

fn taps(ui: &mut Ui, view: &View, spot: Spot, tap: Parameter, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let current = view.routing.edge(spot.source, spot.destination).tap;
    for place in [Tap::Off, Tap::Input, Tap::Pre, Tap::Post] {
        let (word, colour) = super::tap_word(place, colours);
        let text = RichText::new(word).font(theme::label()).color(colour);
        let picked = ui.selectable_label(current == place, text);
        if picked.on_hover_text(tap_lesson(place)).clicked() {
            out.extend(edit(tap, tap_value(place)));
        }
    }
}

fn levels(
    ui: &mut Ui,
    view: &View,
    level: Parameter,
    (tap, destination): (Parameter, usize),
    out: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Level").color(palette(ui).quiet));
        let (rect, _) = ui.allocate_exact_size(vec2(104.0, 22.0), Sense::hover());
        ui.painter().rect_filled(rect, theme::CORNER, palette(ui).raised);
        let name = format!("{} Level", level.name());
        let lesson = "Click to type a level, such as −12 dB. Drag up or down to change it.";
        number(ui, rect, view, level, &name, lesson, out);
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for db in LEVELS {
            let word = crate::editor::drawing::bare_db(db, false);
            if ui.small_button(word.trim_end_matches(".0")).clicked() {
                let mut values = vec![(level, Fader::from_db(db).0)];
                if view.value(tap) == tap_value(Tap::Off) {
                    values.push((tap, tap_value(fitting_tap(&view.routing, destination))));
                }
                out.extend(edit_together(&values));
            }
        }
    });
}
