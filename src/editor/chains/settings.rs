//! The settings of an effect as bars, buttons and menus, in the order of its table; which a macro
//! drives, and over which range.
//!
//! Not here: what a bar does under the pointer ([`super::dial`]). The editor's thread only.

use super::assign;
use super::dial::{Dial, Turned, dial, drag, type_value};
use super::edit::ChainEdit;
use super::picture::now;
use crate::editor::action::Action;
use crate::editor::control::{Face, Menu, button, describe, id_of, menu, say};
use crate::editor::drawing::{label_in, typographic};
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::effects::{Kind, Setting, Taper};
use crate::routing::MACROS;
use crate::routing::chain::Slot;
use egui::{Align2, Popup, Rect, Response, Role, Sense, Shape, Stroke, Ui, pos2, vec2};

const ROW: f32 = 22.0;
const GAP: f32 = 4.0;
/// Between columns.
const BREAK: f32 = 8.0;

/// The settings that stand in a column of their own. An equalizer has one for each band.
fn groups(kind: Kind) -> Vec<Vec<usize>> {
    let all = kind.settings();
    if kind != Kind::Equalizer {
        return vec![(0..all.len()).collect()];
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, setting) in all.iter().enumerate() {
        let begins = setting.taper == Taper::Toggle && index > 0;
        match groups.last_mut() {
            Some(last) if !begins => last.push(index),
            _ => groups.push(vec![index]),
        }
    }
    groups
}

/// How the settings are spread: settings by column, and the columns' width.
fn spread(kind: Kind, width: f32) -> (Vec<Vec<usize>>, f32) {
    let groups = groups(kind);
    if groups.len() > 1 {
        // As many bands side by side as have room for a word and a number.
        let fit = ((width + BREAK) / (82.0 + BREAK)).floor().max(1.0) as usize;
        let across = fit.min(groups.len());
        let column = (width + BREAK) / across as f32 - BREAK;
        return (groups, column.min(132.0));
    }
    let count = groups[0].len();
    let fit = ((width + BREAK) / (168.0 + BREAK)).floor().clamp(1.0, 3.0) as usize;
    let across = fit.min(count.div_ceil(3)).max(1);
    let long = count.div_ceil(across);
    let columns = groups[0].chunks(long).map(<[usize]>::to_vec).collect();
    ((columns), ((width + BREAK) / across as f32 - BREAK).min(320.0))
}

/// How many columns fit side by side.
fn across(columns: &[Vec<usize>], column: f32, width: f32) -> usize {
    (((width + BREAK + 0.5) / (column + BREAK)).floor().max(1.0) as usize).min(columns.len())
}

/// How high the settings are at a width.
pub fn height(kind: Kind, width: f32) -> f32 {
    let (columns, column) = spread(kind, width);
    let beside = across(&columns, column, width);
    let rows = columns.chunks(beside).map(|row| row.iter().map(Vec::len).max().unwrap_or(0));
    rows.map(|long| long as f32 * (ROW + GAP) + BREAK).sum::<f32>() - BREAK
}

/// Draws every setting.
pub fn settings(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    slot: &Slot,
    kind: Kind,
    out: &mut Vec<Action>,
) {
    let (columns, column) = spread(kind, rect.width());
    let beside = across(&columns, column, rect.width());
    let mut y = rect.top();
    for row in columns.chunks(beside) {
        for (n, group) in row.iter().enumerate() {
            let x = rect.left() + n as f32 * (column + BREAK);
            for (m, index) in group.iter().enumerate() {
                let corner = pos2(x, y + m as f32 * (ROW + GAP));
                let place = Rect::from_min_size(corner, vec2(column, ROW));
                setting(ui, place, view, slot, kind, *index, out);
            }
        }
        let long = row.iter().map(Vec::len).max().unwrap_or(0);
        y += long as f32 * (ROW + GAP) + BREAK;
    }
}

/// A setting's word in its column: a band says its name once, above.
fn word(kind: Kind, setting: &Setting) -> &'static str {
    if kind != Kind::Equalizer || setting.taper == Taper::Toggle {
        return setting.name;
    }
    match setting.id {
        id if id.ends_with("_frequency") => "Freq",
        id if id.ends_with("_gain") => "Gain",
        id if id.ends_with("_slope") => "Slope",
        id if id.ends_with("_q") => "Q",
        _ => setting.name,
    }
}

fn setting(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    slot: &Slot,
    kind: Kind,
    index: usize,
    out: &mut Vec<Action>,
) {
    let line = &kind.settings()[index];
    let Some(known) = slot.effect.known() else { return };
    let plain = now(view, slot, known, index);
    let name = format!("{} {}", kind.name(), line.name);
    let text = typographic(&line.to_text(plain));
    let driver = view.inserts.driver(slot.id, line.id);
    let colours = palette(ui);
    let set = |plain: f32, out: &mut Vec<Action>| {
        out.push(Action::Chain(ChainEdit::set(slot.id, index, plain)));
    };
    let response = match line.taper {
        Taper::Toggle => {
            let on = plain >= 0.5;
            let shown = line.name.to_uppercase();
            let lesson = lesson(view, line, driver);
            let face = Face { word: &shown, colour: colours.input, lesson: &lesson };
            let response = button(ui, rect, &name, face, on);
            if response.clicked() && driver.is_none() {
                set(if on { 0.0 } else { 1.0 }, out);
            }
            Some(response)
        }
        Taper::Choice(names) => {
            let entries: Vec<_> =
                names.iter().enumerate().map(|(n, word)| (n, word.to_string())).collect();
            let current = plain as usize;
            let changed = plain != line.default;
            let colour = if changed { colours.text } else { colours.quiet };
            let label = word(kind, line);
            // A narrow column leaves the word to the status line.
            let half = if rect.width() < 130.0 { 0.0 } else { (rect.width() * 0.45).min(96.0) };
            let (mut left, mut right) = (rect, rect);
            left.max.x = left.left() + half;
            right.min.x = left.right();
            left.min.x += 4.0;
            label_in(ui, left, Align2::LEFT_CENTER, label, theme::small(), colours.quiet);
            let list =
                Menu { entries: &entries, current, colour, lesson: "One of a list.", indent: 0.0 };
            if let Some(chosen) = menu(ui, right, &name, &list)
                && chosen != current
                && driver.is_none()
            {
                set(chosen as f32, out);
            }
            None
        }
        Taper::Linear | Taper::Logarithmic => {
            let lesson = lesson(view, line, driver);
            let origin = if line.min < 0.0 && line.max > 0.0 { line.position(0.0) } else { 0.0 };
            let shown = Dial {
                name: &name,
                word: word(kind, line),
                text: &text,
                position: line.position(plain),
                default: line.position(line.default),
                origin,
                lesson: &lesson,
                driven: driver.map(|(n, _)| assign::colour(ui, n)),
            };
            let (response, turned) = dial(ui, rect, &shown);
            match turned {
                Some(Turned::To(position)) => set(line.at(position), out),
                Some(Turned::Reset) => set(line.default, out),
                Some(Turned::Text(typed)) => match line.from_text(&typed) {
                    Some(plain) => set(plain, out),
                    None => out.push(Action::Refuse(format!(
                        "“{typed}” is no {}. Type a number such as {}.",
                        line.name,
                        typographic(&line.to_text(line.default))
                    ))),
                },
                None => {}
            }
            response
        }
    };
    if let Some((by, range)) = driver {
        ranges(ui, rect, view, slot, (index, line), (by, range), out);
    }
    if let Some(response) = response {
        menu_of(&response, view, slot, (index, line), &name, &text, out);
    }
    if !line.rebuilds && driver.is_none() {
        handle(ui, rect, slot, index, &name);
    }
}

fn lesson(view: &View, line: &Setting, driver: Option<(usize, [f32; 2])>) -> String {
    match driver {
        Some((n, [from, to])) => format!(
            "Driven by {} from {} to {}; turn that, or right-click to release.",
            view.inserts.macro_name(n),
            typographic(&line.to_text(line.at(from))),
            typographic(&line.to_text(line.at(to)))
        ),
        None if line.rebuilds => {
            "The effect is built anew when it changes, so no macro can drive it.".into()
        }
        None => "Double-click resets, Ctrl turns finely, right-click for macros.".into(),
    }
}

/// The dot at a setting's left edge that is dragged onto a macro.
fn handle(ui: &Ui, rect: Rect, slot: &Slot, index: usize, name: &str) {
    let spot = Rect::from_center_size(pos2(rect.left(), rect.center().y), vec2(9.0, rect.height()));
    let label = format!("{name} to Macro");
    let response = ui.interact(spot, id_of(&label), Sense::drag());
    describe(&response, Role::Button, &label, "");
    let colours = palette(ui);
    let colour = if response.hovered() { colours.text } else { colours.line };
    ui.painter().circle_filled(spot.center() + vec2(0.5, 0.0), 2.0, colour);
    say(ui, &response, || format!("{name}: drag this dot onto a macro to have it driven."));
    if response.drag_started() {
        assign::pick_up(ui, slot.id, index);
    }
}

/// The handles of the range a macro drives a setting over.
fn ranges(
    ui: &Ui,
    rect: Rect,
    view: &View,
    slot: &Slot,
    (index, line): (usize, &Setting),
    (by, range): (usize, [f32; 2]),
    out: &mut Vec<Action>,
) {
    let colour = assign::colour(ui, by);
    let owner = slot.effect.name();
    for (end, word) in ["at 0 %", "at 100 %"].into_iter().enumerate() {
        let x = rect.left() + rect.width() * range[end];
        let top = end == 0;
        let y = if top { rect.top() } else { rect.bottom() };
        let spot = Rect::from_center_size(pos2(x, y), vec2(12.0, 10.0));
        let label = format!("{owner} {} {word}", line.name);
        let response = ui.interact(spot, id_of(&label), Sense::click_and_drag());
        let text = typographic(&line.to_text(line.at(range[end])));
        describe(&response, Role::Slider, &label, &text);
        let down = if top { 5.0 } else { -5.0 };
        let tip = vec![pos2(x - 4.0, y), pos2(x + 4.0, y), pos2(x, y + down)];
        ui.painter().add(Shape::convex_polygon(tip, colour, Stroke::NONE));
        let name = view.inserts.macro_name(by);
        say(ui, &response, || format!("{label} of {name}: {text}. Drag to change."));
        if let Some(Turned::To(to)) = drag(ui, &response, range[end], 1.0 / rect.width().max(1.0)) {
            let mut wanted = range;
            wanted[end] = to;
            out.push(Action::Chain(ChainEdit::Range(slot.id, index, wanted)));
        }
    }
}

/// What the right button opens on a setting.
fn menu_of(
    response: &Response,
    view: &View,
    slot: &Slot,
    (index, line): (usize, &Setting),
    name: &str,
    text: &str,
    out: &mut Vec<Action>,
) {
    let driver = view.inserts.driver(slot.id, line.id);
    Popup::context_menu(response).accessible_name(name).show(|ui| {
        ui.set_min_width(168.0);
        if driver.is_none() {
            let continuous = matches!(line.taper, Taper::Linear | Taper::Logarithmic);
            if continuous && ui.button("Type a Value").clicked() {
                type_value(ui, name, &text.replace('−', "-"));
                ui.close();
            }
            if ui.button("Reset").clicked() {
                out.push(Action::Chain(ChainEdit::set(slot.id, index, line.default)));
                ui.close();
            }
            ui.separator();
        }
        if line.rebuilds {
            let words = "No macro: the effect is built anew when this changes.";
            ui.add_enabled(false, egui::Button::new(words));
            return;
        }
        if let Some((n, _)) = driver {
            let words = format!("Release from {}", view.inserts.macro_name(n));
            if ui.button(words).clicked() {
                out.push(Action::Chain(ChainEdit::Release(slot.id, index)));
                ui.close();
            }
        }
        egui::ScrollArea::vertical().max_height(220.0).show(ui, |ui| {
            for n in (0..MACROS).filter(|n| driver.is_none_or(|(by, _)| by != *n)) {
                let words = format!("Drive by {}", view.inserts.macro_name(n));
                if ui.button(words).clicked() {
                    out.push(Action::Chain(ChainEdit::Drive(slot.id, index, n)));
                    ui.close();
                }
            }
        });
    });
}
