//! One crosspoint of the matrix: a tap as word and colour, a level as number and fill, and a thin
//! meter of what flows through it.
//!
//! Not here: where cells stand ([`super::matrix`]), its menu ([`menu`]) and how it is drawn
//! ([`paint`]). A click opens or closes the edge, a drag changes its level, with Shift it paints
//! other cells, a double click puts it back, keys set tap and level. The editor's thread only.

mod brush;
mod menu;
mod paint;

pub use brush::end_of_stroke;

use super::action::{
    Action, clear_edge, edit, edit_together, fitting_tap, reset_edge, toggle_edge,
};
use super::check::{Mark, mark, reveal};
use super::clip::{self, Clip};
use super::control::{Arrows, describe, drive, id_of, say};
use super::drawing::{signed_db, typographic};
use super::theme::{Palette, palette};
use super::trace::between;
use super::typing::{apply_typed, is_typing, typing};
use super::view::{View, edge_parameters, tap_value};
use crate::routing::parameter::Parameter;
use crate::routing::{MAIN, Node, STRIPS, Send, Tap};
use crate::schedule::Admission;
use crate::units::Fader;
use egui::{Color32, Key, Modifiers, Rect, Response, Role, Sense, Ui, vec2};

/// Points of drag for the whole travel of a level.
const TRAVEL: f32 = 200.0;

/// A place in the matrix: a source's row and a destination's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Strips, then buses.
    pub source: usize,
    /// Buses, then Main.
    pub destination: usize,
}

/// The word and colour of a tap.
pub fn tap_word(tap: Tap, palette: &Palette) -> (&'static str, Color32) {
    match tap {
        Tap::Off => ("OFF", palette.quiet),
        Tap::Input => ("IN", palette.input),
        Tap::Pre => ("PRE", palette.pre),
        Tap::Post => ("POST", palette.post),
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

/// What a crosspoint is right now.
pub struct Crosspoint {
    /// Where it is.
    pub spot: Spot,
    /// Its tap and level as they are drawn.
    pub edge: Send,
    /// What became of it.
    pub admission: Admission,
    /// Faded, because it is not on the traced path.
    pub aside: bool,
}

impl Crosspoint {
    /// Whether the schedule refused it.
    pub fn is_refused(&self) -> bool {
        matches!(self.admission, Admission::Loop | Admission::Role)
    }
}

/// Draws one crosspoint. Returns whether the pointer is on it.
pub fn crosspoint(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    spot: Spot,
    aside: bool,
    out: &mut Vec<Action>,
) -> bool {
    let Spot { source, destination } = spot;
    let name = edge_name(source, destination);
    let id = id_of(&name);
    let Some((tap, level)) = edge_parameters(source, destination) else {
        paint::nothing(ui, rect);
        return false;
    };
    if let Some(level) = level
        && let Some(typed) = typing(ui, rect, id, &name)
    {
        let closed = !view.routing.edge(source, destination).is_connected();
        let typed_level = matches!(typed, super::typing::Typed::Text(_));
        apply_typed(ui, id, level, typed, out);
        // A typed level is meant to be heard.
        if typed_level && closed && view.routing.edge(source, destination).tap == Tap::Off {
            out.extend(edit(tap, tap_value(fitting_tap(&view.routing, destination))));
        }
        return false;
    }
    let mut cell = Crosspoint {
        spot,
        edge: view.routing.edge(source, destination),
        admission: view.schedule.admission(source, destination),
        aside,
    };
    let refused = cell.is_refused();
    let why = view.refusal(source, destination);
    let response = ui.interact(rect, id, Sense::click_and_drag());
    if !refused
        && !cell.edge.is_connected()
        && let Some(why) = why
    {
        describe(&response, Role::Button, &name, &format!("impossible. {why}"));
        paint::impossible(ui, &response, aside);
        say(ui, &response, || format!("{}: {why}", view.pair(source, destination)));
        return response.on_hover_text(why).hovered();
    }
    let painting = brush::stroke(ui, &response, view, spot, out);
    if let Some(level) = level
        && !refused
        && !painting
    {
        cell.edge.level = Fader(turn(ui, &response, view, &mut cell.edge, (tap, level), out));
    }
    if !painting {
        click(ui, &response, view, &cell, out);
    }
    keys(ui, &response, view, spot, out);
    paint::cell(ui, &response, view, &cell);
    menu::context_menu(&response, view, spot, out);

    let mut text = sentence(view, &cell);
    let found = view.check.edge(source, destination);
    if let Some(found) = found {
        mark::corner(ui.painter(), rect, palette(ui), found);
        text += &told(found);
    }
    describe(&response, Role::Button, &name, &text);
    say(ui, &response, || format!("{text}{}", total(view, &cell)));
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    reveal::come_into_sight(ui, &response);
    match found {
        Some(found) => response.on_hover_text(&found.text).hovered(),
        None => response.hovered(),
    }
}

/// What a mark says, behind other words.
pub fn told(mark: &Mark) -> String {
    format!("   ·   {}: {}", mark.severity.name(), mark.text)
}

/// The accessible name of a crosspoint: "Strip 2 > Bus 4".
pub fn edge_name(source: usize, destination: usize) -> String {
    format!("{} > {}", Node::from_index(source), Node::destination(destination))
}

/// A crosspoint as one line for the status line.
fn sentence(view: &View, cell: &Crosspoint) -> String {
    let Spot { source, destination } = cell.spot;
    let pair = view.pair(source, destination);
    if cell.is_refused() {
        let why = view.refusal(source, destination).unwrap_or_else(|| match cell.admission {
            Admission::Role => "A Mix feeds only other Mixes and its own port.".into(),
            _ => "It would close a loop.".into(),
        });
        return format!("{pair} is refused and silent. {why} Click to remove it.");
    }
    if !cell.edge.is_connected() {
        return format!(
            "{pair}   off. Click to connect, drag to set a level, Shift-drag to paint."
        );
    }
    let level = typographic(&Parameter::MainFader.to_text(cell.edge.level.0));
    let word = match cell.edge.tap {
        Tap::Off => "OFF",
        Tap::Input => "IN",
        Tap::Pre => "PRE",
        Tap::Post => "POST",
    };
    let mut text = format!("{pair}   {word}   {level}");
    let samples = view.schedule.delay(source, cell.edge.tap, destination);
    if samples > 0 {
        text += &format!("   waits {samples} samples");
    }
    if !view.schedule.passes(source, destination) {
        text += "   silent now: muted, or something else is soloed";
    }
    text
}

/// What of an open crosspoint's source arrives at Main over all its paths.
fn total(view: &View, cell: &Crosspoint) -> String {
    let from = Node::from_index(cell.spot.source);
    match between(view, from, Node::Main) {
        Some(total) if cell.edge.is_connected() => {
            let paths = if total.paths == 1 { "path" } else { "paths" };
            let level = signed_db(total.db);
            format!("   ·   {} to Main: {level} dB by {} {paths}", view.name(from), total.paths)
        }
        _ => String::new(),
    }
}

/// Turns the level by drag, wheel and assistive technology. Whoever turns up a level whose tap is
/// off wants to hear it, so that a drag also connects the tap. Returns the level to draw.
fn turn(
    ui: &Ui,
    response: &Response,
    view: &View,
    edge: &mut Send,
    (tap, level): (Parameter, Parameter),
    out: &mut Vec<Action>,
) -> f32 {
    let per_point = vec2(1.0, -1.0) / TRAVEL;
    let before = out.len();
    let position = drive(ui, response, view, level, per_point, Arrows::None, out);
    if out[before..].contains(&Action::Begin(level)) && edge.tap == Tap::Off {
        let destination = match level {
            Parameter::BusLevel(_, to) | Parameter::StripLevel(_, to) => usize::from(to),
            _ => MAIN,
        };
        let fitting = fitting_tap(&view.routing, destination);
        out.extend(edit(tap, tap_value(fitting)));
        edge.tap = fitting;
    }
    position
}

fn click(ui: &Ui, response: &Response, view: &View, cell: &Crosspoint, out: &mut Vec<Action>) {
    let Spot { source, destination } = cell.spot;
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
        if cell.is_refused() {
            if let Some((tap, _)) = edge_parameters(source, destination) {
                out.extend(edit(tap, tap_value(Tap::Off)));
            }
            return;
        }
        if source < STRIPS {
            let main_tap = view.value(Parameter::StripMainTap(source as u8));
            ui.data_mut(|data| data.insert_temp(memory, main_tap));
        }
        let add = ui.input(|input| input.modifiers.alt);
        out.extend(toggle_edge(&view.routing, source, destination, add));
    }
}

fn keys(ui: &Ui, response: &Response, view: &View, spot: Spot, out: &mut Vec<Action>) {
    let Some((tap, _)) = edge_parameters(spot.source, spot.destination) else { return };
    if !response.has_focus() || is_typing(ui, response.id) {
        return;
    }
    let pressed = |key| ui.input(|input| input.key_pressed(key) && input.modifiers.is_none());
    for (key, place) in [(Key::P, Tap::Post), (Key::O, Tap::Pre), (Key::I, Tap::Input)] {
        if pressed(key) {
            out.extend(edit(tap, tap_value(place)));
        }
    }
    if pressed(Key::Delete) || pressed(Key::Backspace) {
        out.extend(clear_edge(spot.source, spot.destination));
    }
    if asks_to_copy(ui) {
        copy(ui, clip::cell(view.routing.edge(spot.source, spot.destination)));
    }
    if let Some(Clip::Cell(send)) = pasted(ui) {
        out.extend(paste(view, spot, send));
    }
}

/// Makes a crosspoint what was copied, unless it may not be open.
pub fn paste(view: &View, spot: Spot, send: Send) -> Vec<Action> {
    if send.is_connected() && view.refusal(spot.source, spot.destination).is_some() {
        return Vec::new();
    }
    let values = super::action::connect(&view.routing, spot.source, spot.destination, send, true);
    edit_together(&values)
}

/// Whether Ctrl-C was pressed.
pub fn asks_to_copy(ui: &Ui) -> bool {
    ui.input(|input| {
        input.events.iter().any(|event| matches!(event, egui::Event::Copy))
            || (input.modifiers.matches_logically(Modifiers::COMMAND) && input.key_pressed(Key::C))
    })
}

/// Puts a text on the clipboard, and keeps it where a host keeps the clipboard to itself.
pub fn copy(ui: &Ui, text: String) {
    ui.data_mut(|data| data.insert_temp(clip_id(), text.clone()));
    ui.ctx().copy_text(text);
}

/// What was copied last here.
pub fn copied(ui: &Ui) -> Option<Clip> {
    copied_text(ui).and_then(|text| clip::read(&text))
}

/// The text that was copied last here.
pub fn copied_text(ui: &Ui) -> Option<String> {
    ui.data(|data| data.get_temp::<String>(clip_id()))
}

/// What Ctrl-V brings, if it was pressed: the clipboard's crosspoints, or those copied last here.
pub fn pasted(ui: &Ui) -> Option<Clip> {
    clip::read(&pasted_text(ui)?).or_else(|| copied(ui))
}

/// The text Ctrl-V brings, if it was pressed: the clipboard's, or what was copied last here.
pub fn pasted_text(ui: &Ui) -> Option<String> {
    let (asked, text) = ui.input(|input| {
        // The window's library hands the clipboard over as typed text.
        let text = input.events.iter().find_map(|event| match event {
            egui::Event::Paste(text) => Some(text.clone()),
            egui::Event::Text(text) if input.modifiers.command => Some(text.clone()),
            _ => None,
        });
        let key =
            input.modifiers.matches_logically(Modifiers::COMMAND) && input.key_pressed(Key::V);
        (key || text.is_some(), text)
    });
    asked.then(|| text.or_else(|| copied_text(ui))).flatten()
}

fn clip_id() -> egui::Id {
    egui::Id::unique("switchyard clipboard")
}
