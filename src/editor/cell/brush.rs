//! Painting: a drag with Shift makes every crosspoint it passes like the first.
//!
//! Not here: single crosspoints. The gestures of all painted values stay open until the button is
//! up, so that a stroke is one step. The editor's thread only.

use super::Spot;
use crate::editor::action::{Action, connect, fitting_tap};
use crate::editor::view::View;
use crate::routing::parameter::Parameter;
use crate::routing::{Send, Tap};
use crate::units::Fader;
use egui::{Id, PointerButton, Response, Ui};

/// A stroke under way: what it paints, and what it has begun.
#[derive(Clone)]
struct Stroke {
    send: Send,
    add: bool,
    painted: Vec<(usize, usize)>,
    begun: Vec<Parameter>,
}

fn stroke_id() -> Id {
    Id::unique("switchyard brush")
}

/// Begins a stroke on a crosspoint or lets one that is under way pass over it. Returns whether a
/// stroke is under way, in which drags do not turn levels.
pub fn stroke(
    ui: &Ui,
    response: &Response,
    view: &View,
    spot: Spot,
    out: &mut Vec<Action>,
) -> bool {
    let (shift, alt, command) = ui.input(|input| {
        let held = input.modifiers;
        (held.shift, held.alt, held.command || held.ctrl)
    });
    if response.drag_started_by(PointerButton::Primary) && shift && !command {
        let edge = view.routing.edge(spot.source, spot.destination);
        // An empty crosspoint is opened, and with it all that follow; an open one is copied.
        let send = match edge.is_connected() {
            true => edge,
            false => {
                let tap = match edge.tap {
                    Tap::Off => fitting_tap(&view.routing, spot.destination),
                    tap => tap,
                };
                Send { tap, level: Fader::UNITY }
            }
        };
        let stroke = Stroke { send, add: alt, painted: Vec::new(), begun: Vec::new() };
        ui.data_mut(|data| data.insert_temp(stroke_id(), stroke));
    }
    let Some(mut stroke) = ui.data(|data| data.get_temp::<Stroke>(stroke_id())) else {
        return false;
    };
    let place = (spot.source, spot.destination);
    let over = ui.input(|input| {
        input.pointer.interact_pos().is_some_and(|at| response.interact_rect.contains(at))
    });
    let open = view.refusal(spot.source, spot.destination).is_none();
    if over && open && !stroke.painted.contains(&place) {
        let values = connect(&view.routing, spot.source, spot.destination, stroke.send, stroke.add);
        for (parameter, value) in values {
            if !stroke.begun.contains(&parameter) {
                stroke.begun.push(parameter);
                out.push(Action::Begin(parameter));
            }
            out.push(Action::Set(parameter, value));
        }
        stroke.painted.push(place);
        ui.data_mut(|data| data.insert_temp(stroke_id(), stroke));
    }
    true
}

/// Ends the stroke once the button is up. Called after all crosspoints.
pub fn end_of_stroke(ui: &Ui, out: &mut Vec<Action>) {
    if ui.input(|input| input.pointer.any_down()) {
        return;
    }
    let stroke = ui.data_mut(|data| {
        let stroke = data.get_temp::<Stroke>(stroke_id());
        data.remove::<Stroke>(stroke_id());
        stroke
    });
    if let Some(stroke) = stroke {
        out.extend(stroke.begun.into_iter().map(Action::End));
    }
}
