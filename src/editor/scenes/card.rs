//! One scene as a card: its number and name, what is in it, whether the mix is as stored, and what can
//! be done with it.
//!
//! Not here: what is done. The editor's thread only.

use super::edit::SceneEdit;
use super::{GAP, press};
use crate::editor::action::Action;
use crate::editor::control::{describe, focus_ring, id_of, say};
use crate::editor::drawing::{label_in, width_of};
use crate::editor::theme::{self, palette};
use crate::editor::typing::{Typed, begin_typing, typing};
use crate::editor::view::View;
use crate::session::scenes::{Contents, SCENES};
use egui::{Align2, Id, Key, Popup, Rect, Role, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

/// The least width and the height of a card.
const SIZE: [f32; 2] = [220.0, 100.0];

fn columns(width: f32) -> usize {
    ((width + GAP) / (SIZE[0] + GAP)).floor().clamp(1.0, 4.0) as usize
}

/// How high all cards are in a width.
pub fn height(width: f32) -> f32 {
    let rows = SCENES.div_ceil(columns(width)) as f32;
    rows * SIZE[1] + (rows - 1.0) * GAP
}

/// Where a scene's card is among all.
pub fn place(all: Rect, number: usize) -> Rect {
    let columns = columns(all.width());
    let across = columns as f32;
    let width = ((all.width() - (across - 1.0) * GAP) / across).min(300.0).floor();
    let (x, y) = ((number % columns) as f32, (number / columns) as f32);
    let corner = all.min + vec2(x * (width + GAP), y * (SIZE[1] + GAP));
    Rect::from_min_size(corner, vec2(width, SIZE[1]))
}

/// Draws a scene, by number from 0.
pub fn card(ui: &mut Ui, rect: Rect, view: &View, number: usize, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let session = &view.inserts.session;
    let scenes = &session.scenes;
    let stored = scenes.get(number);
    let as_stored = scenes.is_as_stored(number, &view.routing, session);
    let changed = !as_stored && stored.is_some() && view.look.scene == Some(number);
    ui.painter().rect_filled(rect, theme::CORNER, colours.panel);
    if as_stored {
        let stroke = Stroke::new(1.0, colours.selection);
        ui.painter().rect_stroke(rect, theme::CORNER, stroke, StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(10.0, 8.0));
    let top = Rect::from_min_size(inner.min, vec2(inner.width(), 24.0));
    let ink = if stored.is_some() { colours.text } else { colours.faint };
    let badge = Rect::from_min_size(top.min, vec2(18.0, 24.0));
    let numeral = (number + 1).to_string();
    label_in(ui, badge, Align2::LEFT_CENTER, &numeral, theme::heading(), ink);
    let state = match (as_stored, changed) {
        (true, _) => "AS STORED",
        (_, true) => "CHANGED SINCE",
        _ => "",
    };
    let room = if state.is_empty() { 0.0 } else { mark(ui, top, number, state, as_stored) };
    let title = Rect::from_min_max(badge.right_top() + vec2(4.0, 0.0), top.max - vec2(room, 0.0));
    match stored {
        Some(_) => name(ui, title, view, number, out),
        None => label_in(ui, title, Align2::LEFT_CENTER, "Empty", theme::body(), colours.quiet),
    }
    let line =
        Rect::from_min_size(pos2(inner.left(), top.bottom() + 4.0), vec2(inner.width(), 16.0));
    let words = match stored {
        Some(scene) => contents(scene.contents()),
        None => "Store keeps the mix as it is now".into(),
    };
    label_in(ui, line, Align2::LEFT_CENTER, &words, theme::small(), colours.quiet);
    let foot = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 24.0), inner.max);
    buttons(ui, rect, foot, view, number, out);
}

/// Says how the mix stands to the scene. Answers how much room that took.
fn mark(ui: &Ui, top: Rect, number: usize, state: &str, as_stored: bool) -> f32 {
    let colours = palette(ui);
    let colour = if as_stored { colours.selection } else { colours.quiet };
    let ink = if as_stored { colours.text } else { colours.quiet };
    let width = width_of(ui, state, theme::label()) + 12.0;
    let place = Rect::from_min_max(pos2(top.right() - width, top.top()), top.max);
    let dot = pos2(place.left() + 4.0, place.center().y);
    match as_stored {
        true => ui.painter().circle_filled(dot, 3.5, colour),
        false => ui.painter().circle_stroke(dot, 3.0, Stroke::new(1.2, colour)),
    };
    label_in(ui, place, Align2::RIGHT_CENTER, state, theme::label(), ink);
    let name = format!("Scene {} State", number + 1);
    let response = ui.interact(place, id_of(&name), Sense::hover());
    describe(&response, Role::Status, &name, &state.to_lowercase());
    let lesson = match as_stored {
        true => {
            "Recalling this scene would change nothing: within scope and safes the mix is as stored."
        }
        false => "Something a recall of this scene would put back was changed since.",
    };
    say(ui, &response, || lesson.into());
    response.on_hover_text(lesson);
    width + 8.0
}

/// The name, which a double click or Enter opens for typing.
fn name(ui: &mut Ui, rect: Rect, view: &View, number: usize, out: &mut Vec<Action>) {
    let scenes = &view.inserts.session.scenes;
    let shown = scenes.name(number);
    let label = format!("Scene {} Name", number + 1);
    let id = id_of(&label);
    if let Some(typed) = typing(ui, rect, id, &label) {
        if let Typed::Text(text) = typed
            && text.trim() != shown
        {
            let edit = SceneEdit::Name(number, text.trim().to_string());
            out.push(Action::Scene(edit));
        }
        return;
    }
    let response = ui.interact(rect, id, Sense::click());
    describe(&response, Role::Button, &label, &shown);
    let by_key = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.double_clicked() || by_key {
        begin_typing(ui, id, shown.clone());
    }
    let colours = palette(ui);
    label_in(ui, rect, Align2::LEFT_CENTER, &shown, theme::name(), colours.text);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{}. Double-click to rename.", scenes.title(number)));
}

/// What is in a scene, in words.
fn contents(contents: Contents) -> String {
    let count = |count: usize, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        many if one == "bus" => Some(format!("{many} buses")),
        many => Some(format!("{many} {one}s")),
    };
    let parts = [
        count(contents.strips, "strip"),
        count(contents.buses, "bus"),
        count(contents.chains, "chain"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "Everything as on insertion".into() } else { parts.join(", ") }
}

fn armed_id() -> Id {
    Id::unique("switchyard scene to be stored over")
}

fn buttons(ui: &Ui, card: Rect, foot: Rect, view: &View, number: usize, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let scenes = &view.inserts.session.scenes;
    let filled = scenes.get(number).is_some();
    let title = format!("Scene {}", number + 1);
    let armed = ui.data(|data| data.get_temp::<usize>(armed_id())) == Some(number);
    let armed = armed && filled;
    let gap = 4.0;
    let width = foot.width() - 3.0 * gap;
    let mut left = foot.left();
    let mut next = |share: f32| {
        let size = vec2((width * share).floor(), foot.height());
        let rect = Rect::from_min_size(pos2(left, foot.top()), size);
        left = rect.right() + gap;
        rect
    };
    // The last one reaches the edge whatever rounding left over, and so does the question.
    let to_edge = |rect: Rect| rect.with_max_x(foot.right());
    let lesson =
        "Brings this scene back, within scope and safes, at one sample and without a click.";
    let face = ("RECALL", filled.then_some(colours.hover));
    if press(ui, next(0.28), &format!("Recall {title}"), face, lesson, filled).clicked() {
        out.push(Action::Recall(number));
    }
    let (word, colour, lesson) = match (armed, filled) {
        (true, _) => (
            "STORE OVER?",
            Some(colours.pre),
            "Press again to store over what is here. Undo brings it back.",
        ),
        (_, true) => ("STORE", None, "Stores the mix as it is now over this scene; asks first."),
        _ => ("STORE", None, "Stores the mix as it is now in this scene."),
    };
    let place = next(0.26);
    let place = if armed { to_edge(place) } else { place };
    let response = press(ui, place, &format!("Store {title}"), (word, colour), lesson, true);
    if response.clicked() {
        if filled && !armed {
            response.request_focus();
            ui.data_mut(|data| data.insert_temp(armed_id(), number));
        } else {
            ui.data_mut(|data| data.remove_temp::<usize>(armed_id()));
            out.push(Action::Scene(SceneEdit::Store(number)));
        }
    } else if armed && !response.has_focus() && !ui.rect_contains_pointer(card) {
        // Whoever went elsewhere did not mean it.
        ui.data_mut(|data| data.remove_temp::<usize>(armed_id()));
    }
    if armed {
        return;
    }
    copy(ui, next(0.23), view, number, out);
    let lesson = "Empties this scene. Undo brings it back.";
    if press(ui, to_edge(next(0.23)), &format!("Clear {title}"), ("CLEAR", None), lesson, filled)
        .clicked()
    {
        out.push(Action::Scene(SceneEdit::Clear(number)));
    }
}

/// A menu of the other scenes to copy this one to.
fn copy(ui: &Ui, rect: Rect, view: &View, number: usize, out: &mut Vec<Action>) {
    let scenes = &view.inserts.session.scenes;
    let filled = scenes.get(number).is_some();
    let name = format!("Copy Scene {}", number + 1);
    let lesson = "Copies this scene to another number. Undo brings back what was there.";
    let response = press(ui, rect, &name, ("COPY…", None), lesson, filled);
    if !filled {
        return;
    }
    Popup::menu(&response).accessible_name(&name).show(|ui| {
        ui.set_min_width(144.0);
        for to in (0..SCENES).filter(|to| *to != number) {
            let word = match scenes.get(to) {
                Some(_) => format!("Over {} {}", to + 1, scenes.name(to)),
                None => format!("To {}, which is empty", to + 1),
            };
            if ui.selectable_label(false, word).clicked() {
                out.push(Action::Scene(SceneEdit::Copy(number, to)));
            }
        }
    });
}
