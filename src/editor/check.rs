//! Route Check's view: what was found, worst first, each with what it does to the sound, a way to it
//! and one click for each way out; below, what the user said is meant so.
//!
//! Not here: the rules ([`crate::check`]), and when they run (the link's). It warns and never repairs
//! by itself. The editor's thread only.

mod deeds;
mod finding;
pub mod found;
pub mod mark;
pub mod reveal;

pub use found::{Found, Mark};

use super::action::Action;
use super::control::{Menu, describe, focus_ring, id_of, menu, say};
use super::drawing::{caps_in, label_in};
use super::page::Column;
use super::theme::{self, palette};
use super::view::View;
use crate::check::{RULES, Severity};
use crate::routing::{DESTINATIONS, STRIPS};
use egui::{Align2, Id, Rect, Role, ScrollArea, Sense, Shape, Stroke, Ui, pos2, vec2};

/// The widest the page gets.
const WIDTH: f32 = 760.0;
/// The space between findings.
const GAP: f32 = 8.0;
/// Latencies one may allow, in milliseconds.
const BUDGETS: [f32; 5] = [3.0, 5.0, 10.0, 20.0, 50.0];

/// Draws Route Check into the whole of `ui`.
pub fn check(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    super::control::set_wheel_free(ui, false);
    ScrollArea::vertical().id_salt("check").auto_shrink(false).show(ui, |ui| {
        let room = ui.max_rect();
        let width = WIDTH.min(room.width() - 40.0).max(120.0);
        let top = room.min + vec2(20.0, 16.0);
        let mut column = Column { rest: Rect::from_min_size(top, vec2(width, f32::MAX / 4.0)) };
        page(ui, &mut column, view, &mut out);
        let used = Rect::from_min_max(room.min, pos2(top.x + width, column.rest.top() + 8.0));
        ui.allocate_rect(used, Sense::hover());
    });
    out
}

fn page(ui: &mut Ui, column: &mut Column, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let found = &view.check;
    let line = column.take(26.0, 4.0);
    let (title, words) = match found.open.is_empty() {
        true => ("Nothing to report".to_string(), checked(view)),
        false => (
            found.summary(),
            "Nothing is changed until you press one of the buttons. What is meant so, mark as \
             intended."
                .to_string(),
        ),
    };
    let shown = ui.interact(line, id_of("Check summary"), Sense::hover());
    describe(&shown, Role::Heading, "Check summary", &title);
    label_in(ui, line, Align2::LEFT_CENTER, &title, theme::heading(), colours.text);
    budget(ui, line, view, out);
    column.paragraph(ui, &words, 16.0);
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let here = || found.open.iter().filter(|finding| finding.severity == severity);
        let count = here().count();
        if count == 0 {
            continue;
        }
        let line = column.take(14.0, 6.0);
        let words = format!("{}s", severity.name());
        caps_in(ui, line, Align2::LEFT_CENTER, &words, mark::colour(colours, severity));
        for finding in here() {
            finding::draw(ui, column, view, finding, false, out);
        }
        column.take(4.0, GAP);
    }
    intended(ui, column, view, out);
}

/// What was looked at, in one sentence.
fn checked(view: &View) -> String {
    let strips = view.shown_strips();
    let buses = view.shown_buses();
    let sources = strips.iter().copied().chain(buses.iter().map(|bus| STRIPS + bus));
    let connections = sources
        .flat_map(|from| (0..DESTINATIONS).map(move |to| (from, to)))
        .filter(|(from, to)| view.schedule.is_connected(*from, *to))
        .count();
    let effects = view.inserts.session.chains.iter().flat_map(|chain| chain.slots()).count();
    let many = |count: usize, one: &str, more: &str| {
        format!("{count} {}", if count == 1 { one } else { more })
    };
    format!(
        "Checked against {} rules: {}, {}, {} and {}. Connections that loop or are missing, doubled \
         paths, taps that do not fit, levels, latency, keys, talkback, what the host gives.",
        RULES.len(),
        many(strips.len(), "strip", "strips"),
        many(buses.len(), "bus", "buses"),
        many(connections, "connection", "connections"),
        many(effects, "effect", "effects"),
    )
}

/// The latency from which on Route Check warns.
fn budget(ui: &Ui, line: Rect, view: &View, out: &mut Vec<Action>) {
    let now = view.inserts.session.latency_budget_ms;
    let mut entries = vec![(0, "Any latency".to_string())];
    let shown = |budget: f32| format!("Up to {budget} ms");
    entries.extend(BUDGETS.iter().enumerate().map(|(n, budget)| (n + 1, shown(*budget))));
    let at = match now {
        None => 0,
        Some(now) => BUDGETS.iter().position(|budget| *budget == now).map_or_else(
            || {
                entries.push((entries.len(), shown(now)));
                entries.len() - 1
            },
            |at| at + 1,
        ),
    };
    let rect = Rect::from_min_max(pos2(line.right() - 116.0, line.top() + 3.0), line.max);
    let list = Menu {
        entries: &entries,
        current: at,
        colour: if now.is_some() { palette(ui).text } else { palette(ui).quiet },
        lesson: "The latency from which on Check warns, for people who hear themselves through it.",
        indent: 0.0,
    };
    if let Some(chosen) = menu(ui, rect, "Latency Allowed", &list)
        && chosen != at
    {
        let budget = chosen.checked_sub(1).and_then(|at| BUDGETS.get(at)).copied();
        out.push(deeds::allow_latency(view, budget));
    }
}

/// What is meant so, folded away.
fn intended(ui: &mut Ui, column: &mut Column, view: &View, out: &mut Vec<Action>) {
    let list = &view.check.intended;
    if list.is_empty() {
        return;
    }
    let memory = Id::unique("switchyard intended findings");
    let mut open = ui.data(|data| data.get_temp::<bool>(memory)).unwrap_or(false);
    let line = column.take(20.0, 6.0);
    let response = ui.interact(line, id_of("Intended"), Sense::click());
    let words = match list.len() {
        1 => "1 finding is meant so".to_string(),
        more => format!("{more} findings are meant so"),
    };
    describe(&response, Role::Button, "Intended", &words);
    let colours = palette(ui);
    let colour = if response.hovered() { colours.text } else { colours.quiet };
    let at = |x: f32, y: f32| pos2(line.left() + 6.0 + x, line.center().y + y);
    let arrow = match open {
        true => vec![at(-4.0, -2.0), at(4.0, -2.0), at(0.0, 3.0)],
        false => vec![at(-2.0, -4.0), at(3.0, 0.0), at(-2.0, 4.0)],
    };
    ui.painter().add(Shape::convex_polygon(arrow, colour, Stroke::NONE));
    let mut text = line;
    text.min.x += 18.0;
    label_in(ui, text, Align2::LEFT_CENTER, &words, theme::small(), colour);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{words}. Click to see them and to take marks back."));
    if response.clicked() {
        open = !open;
        ui.data_mut(|data| data.insert_temp(memory, open));
    }
    if open {
        for finding in list {
            finding::draw(ui, column, view, finding, true, out);
        }
    }
}
