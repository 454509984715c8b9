//! Strips by output ports: measured over expected, and what is wrong in words.
//!
//! Not here: what to make of a difference ([`crate::line_check::Verdict`]). The editor's thread only.

use super::verdict_sign;
use crate::editor::control::{describe, id_of, say};
use crate::editor::drawing::{bare_db, label_in};
use crate::editor::hosts::channels;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::line_check::{Cell, FLOOR_DB, Grid, Path, Verdict, level_db, port_name, tested};
use crate::routing::{BUSES, Node, OUTPUT_PORTS, PORT_MAIN};
use egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

/// The width of a row's head.
const HEAD: f32 = 132.0;
/// The height of the columns' heads.
const HEADS: f32 = 40.0;
/// The width of a column, gap included.
const COLUMN: f32 = 96.0;
/// The height of a row, gap included, and of one in which something is wrong.
const ROW: f32 = 38.0;
const WRONG_ROW: f32 = 54.0;
const GAP: f32 = 2.0;

/// Draws what was found, and what is expected of strips that come yet: `done` of them are measured
/// while it runs.
pub fn grid(ui: &mut Ui, view: &View, grid: &Grid, done: Option<usize>) {
    let strips = shown_strips(view, grid);
    let ports = shown_ports(grid, &strips);
    let is_wrong = |strip: usize| grid.differences().any(|(wrong, ..)| wrong == strip);
    let heights: Vec<f32> =
        strips.iter().map(|strip| if is_wrong(*strip) { WRONG_ROW } else { ROW }).collect();
    let height = HEADS + heights.iter().sum::<f32>() + 16.0;
    let width = 16.0 + HEAD + COLUMN * ports.len() as f32 + 16.0;
    let now = done.and_then(|done| tested(&view.routing).get(done).copied());
    ScrollArea::both().id_salt("line check").auto_shrink(false).show(ui, |ui| {
        let (all, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        let left = all.left() + 16.0;
        let place = |n: usize| left + HEAD + COLUMN * n as f32;
        let tops = heights.iter().scan(all.top() + HEADS, |top, height| {
            let place = *top;
            *top += height;
            Some((place, *height))
        });
        let rows: Vec<_> = strips.iter().copied().zip(tops).collect();
        // The heads stay at the edges of what is visible.
        let corner = pos2(left.max(ui.clip_rect().left()), all.top().max(ui.clip_rect().top()));
        let inner = corner + vec2(HEAD, HEADS);
        inside(ui, Rect::from_min_max(inner, all.max), |ui| {
            for (strip, (top, height)) in &rows {
                for (n, port) in ports.iter().enumerate() {
                    let rect = Rect::from_min_size(pos2(place(n), *top), vec2(COLUMN, *height));
                    cell(ui, rect.shrink(GAP / 2.0), view, grid, *strip, *port);
                }
            }
        });
        inside(ui, Rect::from_min_max(pos2(corner.x, inner.y), all.max), |ui| {
            for (strip, (top, height)) in &rows {
                let rect = Rect::from_min_size(pos2(corner.x, *top), vec2(HEAD, *height));
                row_head(ui, rect.shrink(GAP / 2.0), view, *strip, now == Some(*strip));
            }
        });
        inside(ui, Rect::from_min_max(pos2(inner.x, corner.y), all.max), |ui| {
            for (n, port) in ports.iter().enumerate() {
                let rect = Rect::from_min_size(pos2(place(n), corner.y), vec2(COLUMN, HEADS));
                head(ui, rect.shrink2(vec2(4.0, 6.0)), view, *port);
            }
        });
        legend(ui, Rect::from_min_max(corner, inner));
    });
}

/// Draws into a part of the view, cut off at its edges.
fn inside(ui: &mut Ui, rect: Rect, draw: impl FnOnce(&mut Ui)) {
    let clip = ui.clip_rect().intersect(rect);
    let mut part = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    part.set_clip_rect(clip);
    draw(&mut part);
}

/// The strips that are shown elsewhere too, and those in which something is wrong.
fn shown_strips(view: &View, grid: &Grid) -> Vec<usize> {
    let used = view.shown_strips();
    let wrong: Vec<usize> = grid.differences().map(|(strip, ..)| strip).collect();
    let shown = |strip: &usize| used.contains(strip) || wrong.contains(strip);
    tested(&view.routing).into_iter().filter(shown).collect()
}

/// Main, and every port where something of these strips is expected or arrived.
fn shown_ports(grid: &Grid, strips: &[usize]) -> Vec<usize> {
    let sounds = |port: &usize| {
        strips.iter().any(|strip| {
            is_audible(&grid.expected.paths[*strip][*port])
                || grid.cell(*strip, *port).is_some_and(|cell| cell.verdict.differs())
        })
    };
    (0..OUTPUT_PORTS).filter(|port| *port == PORT_MAIN || sounds(port)).collect()
}

fn is_audible(path: &Path) -> bool {
    level_db(&path.gains) > FLOOR_DB
}

/// What the user calls an output port.
fn called(view: &View, port: usize) -> String {
    match port.checked_sub(1) {
        Some(bus) if bus < BUSES => view.name(Node::Bus(bus)),
        _ => port_name(port),
    }
}

fn legend(ui: &Ui, rect: Rect) {
    let colours = palette(ui);
    let inner = rect.shrink2(vec2(0.0, 6.0));
    label_in(ui, inner, Align2::LEFT_TOP, "measured dB · samples", theme::small(), colours.text);
    label_in(
        ui,
        inner,
        Align2::LEFT_BOTTOM,
        "expected dB · samples",
        theme::small(),
        colours.quiet,
    );
}

fn head(ui: &Ui, rect: Rect, view: &View, port: usize) {
    let colours = palette(ui);
    label_in(ui, rect, Align2::LEFT_TOP, &called(view, port), theme::name(), colours.text);
    label_in(ui, rect, Align2::LEFT_BOTTOM, &channels(port), theme::small(), colours.quiet);
}

fn row_head(ui: &Ui, rect: Rect, view: &View, strip: usize, now: bool) {
    let colours = palette(ui);
    let fill = if now { colours.hover } else { colours.panel };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    let text = rect.shrink2(vec2(8.0, 4.0));
    let name = view.name(Node::Strip(strip));
    label_in(ui, text, Align2::LEFT_CENTER, &name, theme::name(), colours.text);
    if now {
        label_in(ui, text, Align2::RIGHT_CENTER, "now", theme::small(), colours.selection);
    }
}

/// A level and a delay as a cell shows them: "−6.0 · 64".
fn figures(db: f64, delay: Option<u32>) -> String {
    match delay {
        Some(delay) if db > FLOOR_DB => format!("{} · {delay}", bare_db(db as f32, false)),
        _ => "−∞".into(),
    }
}

fn cell(ui: &Ui, rect: Rect, view: &View, grid: &Grid, strip: usize, port: usize) {
    let colours = palette(ui);
    let expected = &grid.expected.paths[strip][port];
    let found = grid.cell(strip, port);
    let wrong = found.is_some_and(|cell| cell.verdict.differs());
    if !is_audible(expected) && !wrong {
        let dot = Rect::from_center_size(rect.center(), vec2(3.0, 3.0));
        ui.painter().rect_filled(dot, 1, colours.line);
        return;
    }
    let name = format!("{} at {}", Node::Strip(strip), port_name(port));
    let response = ui.interact(rect, id_of(&name), Sense::hover());
    let pair = format!("{} at {}", view.name(Node::Strip(strip)), called(view, port));
    let sentence = format!("{pair}: {}", sentence(expected, found));
    describe(&response, Role::Cell, &name, &sentence);
    say(ui, &response, || sentence.clone());
    ui.painter().rect_filled(rect, theme::CORNER, colours.panel);
    let wanted = figures(level_db(&expected.gains), Some(expected.delay));
    let text = Rect::from_min_max(rect.min + vec2(20.0, 3.0), rect.max - vec2(6.0, 3.0));
    let line =
        |n: f32| Rect::from_min_size(text.min + vec2(0.0, 16.0 * n), vec2(text.width(), 14.0));
    label_in(ui, line(1.0), Align2::LEFT_CENTER, &wanted, theme::small(), colours.quiet);
    let Some(found) = found else { return };
    let colour = if wrong { colours.fault } else { colours.text };
    let got = figures(level_db(&found.arrival.gains), found.arrival.delay());
    label_in(ui, line(0.0), Align2::LEFT_CENTER, &got, theme::small(), colours.text);
    let sign = pos2(rect.left() + 10.0, line(0.0).center().y);
    verdict_sign(ui.painter(), sign, !wrong, if wrong { colour } else { colours.post });
    if wrong {
        let stroke = Stroke::new(1.5, colours.fault);
        ui.painter().rect_stroke(rect, theme::CORNER, stroke, StrokeKind::Inside);
        let word = brief(&found.verdict);
        let mut place = line(2.0);
        place.min.x = rect.left() + 6.0;
        label_in(ui, place, Align2::LEFT_CENTER, &word, theme::label(), colour);
    }
}

/// A verdict in as few words as a cell has room for.
fn brief(verdict: &Verdict) -> String {
    match verdict {
        Verdict::AsExpected => String::new(),
        Verdict::Silent => "silent".into(),
        Verdict::Unexpected => "not expected".into(),
        Verdict::Late(late) if *late > 0 => format!("{late} smp late"),
        Verdict::Late(late) => format!("{} smp early", late.unsigned_abs()),
        Verdict::Swapped => "L/R swapped".into(),
        Verdict::Inverted => "inverted".into(),
        Verdict::Level(db) => {
            format!("{}{} dB", if *db > 0.0 { "+" } else { "" }, bare_db(*db as f32, false))
        }
        Verdict::Sides => "L/R differ".into(),
        Verdict::Blurred => "not alone".into(),
    }
}

fn sentence(expected: &Path, found: Option<&Cell>) -> String {
    let told = |db: f64, delay: Option<u32>| match delay {
        Some(delay) if db > FLOOR_DB => {
            format!("{} dB after {delay} samples", bare_db(db as f32, false))
        }
        _ => "nothing".into(),
    };
    let wanted = told(level_db(&expected.gains), Some(expected.delay));
    match found {
        None => format!("expected {wanted}, not tested yet."),
        Some(Cell { arrival, verdict, .. }) => {
            let got = told(level_db(&arrival.gains), arrival.delay());
            format!("expected {wanted}, measured {got}: {verdict}.")
        }
    }
}
