//! One crosspoint of the matrix: a tap as word and colour, a level as number and fill.
//!
//! Not here: where cells stand. A click opens or closes the edge, a drag changes its level, a
//! double click puts it back, the right button opens its menu, keys set tap and level. The editor's
//! thread only.

use super::action::{Action, clear_edge, edit, edit_together, reset_edge, toggle_edge};
use super::control::{Arrows, describe, drive, focus_ring, id_of, number, say};
use super::drawing::{bare_level, hatch, label_in, typographic};
use super::theme;
use super::typing::{apply_typed, begin_typing, is_typing, typing};
use super::view::{View, edge_parameters, tap_value};
use crate::routing::parameter::Parameter;
use crate::routing::{MAIN, Node, STRIPS, Send, Tap};
use crate::schedule::Admission;
use crate::units::Fader;
use egui::{
    Align2, Color32, Key, Popup, PopupCloseBehavior, Rect, Response, Role, Sense, Ui, vec2,
};

/// Points of drag for the whole travel of a level.
const TRAVEL: f32 = 200.0;

/// The word and colour of a tap.
pub fn tap_word(tap: Tap) -> (&'static str, Color32) {
    match tap {
        Tap::Off => ("OFF", theme::QUIET),
        Tap::Input => ("IN", theme::IN),
        Tap::Pre => ("PRE", theme::PRE),
        Tap::Post => ("POST", theme::POST),
    }
}

/// One sentence about a tap.
pub fn tap_lesson(tap: Tap) -> &'static str {
    match tap {
        Tap::Off => "Off: nothing flows here.",
        Tap::Input => "Input: before the insert chain, as it comes in. For recording it dry.",
        Tap::Pre => {
            "Pre-fader: the level stays when you move the fader. For headphone and monitor mixes."
        }
        Tap::Post => "Post-fader: the level follows the fader. For groups and effects.",
    }
}

/// An edge as one line for the status line.
fn sentence(view: &View, source: usize, destination: usize, edge: Send) -> String {
    let from = view.name(Node::from_index(source));
    let to = view.name(Node::destination(destination));
    if !edge.is_connected() {
        return format!("{from} > {to}: off. Click to connect, drag to set a level.");
    }
    let level = typographic(&Parameter::MainFader.to_text(edge.level.0));
    let mut text = format!("{from} > {to}   {}   {level}", tap_word(edge.tap).0);
    if !view.schedule.passes(source, destination) {
        text += "   silent now: muted, or something else is soloed";
    }
    text
}

/// Draws one crosspoint. Returns whether the pointer is on it.
pub fn crosspoint(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    source: usize,
    destination: usize,
    out: &mut Vec<Action>,
) -> bool {
    let name = edge_name(source, destination);
    let id = id_of(&name);
    let Some((tap, level)) = edge_parameters(source, destination) else {
        hatch(ui.painter(), rect, theme::PANEL);
        return false;
    };
    if let Some(level) = level
        && let Some(typed) = typing(ui, rect, id, &name)
    {
        apply_typed(ui, id, level, typed, out);
        return false;
    }
    let edge = view.routing.edge(source, destination);
    let admission = view.schedule.admission(source, destination);
    let refused = matches!(admission, Admission::Loop | Admission::Role);
    let why = view.refusal(source, destination);
    let impossible = !refused && !edge.is_connected() && why.is_some();

    let response = ui.interact(rect, id, Sense::click_and_drag());
    if impossible {
        let why = why.unwrap_or_default();
        describe(&response, Role::Button, &name, &format!("impossible. {why}"));
        hatch(ui.painter(), rect, theme::LINE);
        focus_ring(ui, &response);
        say(ui, &response, || format!("{}: {why}", pair(view, source, destination)));
        return response.on_hover_text(why).hovered();
    }

    let mut shown = edge;
    if let Some(level) = level
        && !refused
    {
        let per_point = vec2(1.0, -1.0) / TRAVEL;
        let before = out.len();
        shown.level = Fader(drive(ui, &response, view, level, per_point, Arrows::None, out));
        let begun = out[before..].contains(&Action::Begin(level));
        if begun && edge.tap == Tap::Off {
            // Whoever turns a level up wants to hear it: a drag also connects the tap.
            let fitting = super::action::fitting_tap(&view.routing, destination);
            out.extend(edit(tap, tap_value(fitting)));
            shown.tap = fitting;
            if edge.level == Fader::UNITY {
                shown.level = Fader::UNITY;
            }
        }
    }
    click(ui, &response, view, source, destination, refused, out);
    keys(ui, &response, tap, level, source, destination, out);
    paint(ui, &response, view, source, destination, shown, admission);
    context_menu(&response, view, tap, level, source, destination, out);

    let text = if refused {
        why_refused(view, source, destination, admission)
    } else {
        sentence(view, source, destination, shown)
    };
    describe(&response, Role::Button, &name, &text);
    say(ui, &response, || text.clone());
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    response.hovered()
}

/// The accessible name of a crosspoint: "Strip 2 > Bus 4".
pub fn edge_name(source: usize, destination: usize) -> String {
    format!("{} > {}", Node::from_index(source), Node::destination(destination))
}

fn pair(view: &View, source: usize, destination: usize) -> String {
    let from = view.name(Node::from_index(source));
    format!("{from} > {}", view.name(Node::destination(destination)))
}

fn why_refused(view: &View, source: usize, destination: usize, admission: Admission) -> String {
    let why = view.refusal(source, destination).unwrap_or_else(|| match admission {
        Admission::Role => "A Mix feeds only other Mixes and its own port.".into(),
        _ => "It would close a loop.".into(),
    });
    format!("{} is refused and silent. {why} Click to remove it.", pair(view, source, destination))
}

fn click(
    ui: &Ui,
    response: &Response,
    view: &View,
    source: usize,
    destination: usize,
    refused: bool,
    out: &mut Vec<Action>,
) {
    // The first click of a double click has already switched the edge, and maybe the Main tap with
    // it; the second must also put that back.
    let memory = response.id.with("main tap before");
    if response.double_clicked() {
        let main_tap = ui.data_mut(|data| data.remove_temp::<f32>(memory));
        out.extend(reset_edge(source, destination));
        if let Some(before) = main_tap
            && source < STRIPS
            && destination != MAIN
        {
            out.extend(edit(Parameter::StripMainTap(source as u8), before));
        }
    } else if response.clicked() {
        response.request_focus();
        if refused {
            if let Some((tap, _)) = edge_parameters(source, destination) {
                out.extend(edit(tap, tap_value(Tap::Off)));
            }
            return;
        }
        if source < STRIPS {
            let main_tap = view.value(Parameter::StripMainTap(source as u8));
            ui.data_mut(|data| data.insert_temp(memory, main_tap));
        }
        let add = ui.input(|input| input.modifiers.shift);
        out.extend(toggle_edge(&view.routing, source, destination, add));
    }
}

fn keys(
    ui: &Ui,
    response: &Response,
    tap: Parameter,
    level: Option<Parameter>,
    source: usize,
    destination: usize,
    out: &mut Vec<Action>,
) {
    if !response.has_focus() {
        return;
    }
    for (key, place) in [(Key::P, Tap::Post), (Key::O, Tap::Pre), (Key::I, Tap::Input)] {
        if ui.input(|input| input.key_pressed(key)) {
            out.extend(edit(tap, tap_value(place)));
        }
    }
    if ui.input(|input| input.key_pressed(Key::Delete) || input.key_pressed(Key::Backspace)) {
        out.extend(clear_edge(source, destination));
    }
    if level.is_none() || is_typing(ui, response.id) {
        return;
    }
    let started = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            egui::Event::Text(text)
                if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') =>
            {
                Some(text.clone())
            }
            _ => None,
        })
    });
    if let Some(text) = started {
        begin_typing(ui, response.id, text);
    }
}

fn paint(
    ui: &Ui,
    response: &Response,
    view: &View,
    source: usize,
    destination: usize,
    edge: Send,
    admission: Admission,
) {
    let rect = response.rect;
    let mut painter = ui.painter().clone();
    let refused = matches!(admission, Admission::Loop | Admission::Role);
    let connected = edge.is_connected();
    let ground = if response.hovered() { theme::RAISED } else { theme::PANEL };
    painter.rect_filled(rect, theme::CORNER, ground);
    if refused {
        let (word, colour) = match admission {
            Admission::Loop => ("LOOP", theme::FAULT),
            _ => ("REFUSED", theme::QUIET),
        };
        hatch(&painter, rect, colour.gamma_multiply(0.35));
        label_in(ui, rect, Align2::CENTER_CENTER, word, theme::small(), colour);
    } else if connected {
        if !view.schedule.passes(source, destination) {
            painter.multiply_opacity(0.5);
        }
        let (word, colour) = tap_word(edge.tap);
        let mut fill = rect;
        fill.set_width(rect.width() * edge.level.0.clamp(0.0, 1.0));
        painter.rect_filled(fill, theme::CORNER, colour.gamma_multiply(0.22));
        let row = rect.shrink2(vec2(5.0, 0.0));
        painter.text(row.left_center(), Align2::LEFT_CENTER, word, theme::small(), colour);
        if destination != MAIN {
            let level = bare_level(edge.level, rect.width() < 72.0);
            painter.text(
                row.right_center(),
                Align2::RIGHT_CENTER,
                level,
                theme::small(),
                theme::TEXT,
            );
        }
    } else if response.hovered() {
        painter.circle_filled(rect.center(), 2.5, theme::QUIET);
    }
    focus_ring(ui, response);
}

fn context_menu(
    response: &Response,
    view: &View,
    tap: Parameter,
    level: Option<Parameter>,
    source: usize,
    destination: usize,
    out: &mut Vec<Action>,
) {
    let edge = view.routing.edge(source, destination);
    Popup::context_menu(response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(edge_name(source, destination))
        .show(|ui| {
            ui.set_min_width(168.0);
            ui.label(pair(view, source, destination));
            ui.separator();
            for place in [Tap::Off, Tap::Input, Tap::Pre, Tap::Post] {
                let word = tap_word(place).0;
                let picked = ui.selectable_label(edge.tap == place, word);
                if picked.on_hover_text(tap_lesson(place)).clicked() {
                    out.extend(edit(tap, tap_value(place)));
                }
            }
            if let Some(level) = level {
                ui.separator();
                level_field(ui, view, level, out);
            }
            ui.separator();
            if ui.button("Clear").clicked() {
                out.extend(match level {
                    Some(level) if source < STRIPS => {
                        edit_together(&[(tap, tap.default_value()), (level, level.default_value())])
                    }
                    _ => edit(tap, tap_value(Tap::Off)),
                });
                ui.close();
            }
        });
}

fn level_field(ui: &mut Ui, view: &View, level: Parameter, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.label("Level");
        let (rect, _) = ui.allocate_exact_size(vec2(96.0, 24.0), Sense::hover());
        ui.painter().rect_filled(rect, theme::CORNER, theme::RAISED);
        let name = format!("{} Level", level.name());
        let lesson = "Click to type a level, such as -12 dB. Drag up or down to change it.";
        number(ui, rect, view, level, &name, lesson, out);
    });
}
