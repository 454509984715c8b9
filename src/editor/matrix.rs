//! The matrix: strips and buses as rows, Main and buses as columns, an edge where they cross. Its
//! heads stay in sight while it scrolls.
//!
//! Not here: what a crosspoint does ([`super::cell`]) and what stands in the heads ([`heads`]). Only
//! what is in use is shown, and the next to add. The editor's thread only.

mod heads;

use super::action::Action;
use super::cell::{Spot, crosspoint, end_of_stroke};
use super::control::{id_of, say, set_wheel_free};
use super::drawing::caps_in;
use super::theme::{self, palette};
use super::trace::Trace;
use super::view::View;
use crate::routing::{MAIN, Node, STRIPS};
use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::{Align2, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

/// The width of a row's head.
const HEAD_WIDTH: f32 = 196.0;
/// The height of a column's head.
const HEAD_HEIGHT: f32 = 96.0;
/// The height of a row, gap included.
const ROW: f32 = 28.0;
/// The gap between cells.
const GAP: f32 = 2.0;
/// The space between the strips' rows and the buses'.
const BREAK: f32 = 24.0;
/// The width of the column that adds a bus.
const ADD: f32 = 40.0;

/// Which rows and columns there are, and where.
struct Plan {
    strips: Vec<usize>,
    buses: Vec<usize>,
    add_strip: Option<usize>,
    add_bus: Option<usize>,
    column: f32,
    all: Rect,
}

impl Plan {
    fn of(view: &View, available: f32) -> (Plan, egui::Vec2) {
        let (strips, buses) = (view.shown_strips(), view.shown_buses());
        let (add_strip, add_bus) = (view.next_strip(), view.next_bus());
        let add = if add_bus.is_some() { ADD } else { 0.0 };
        let columns = (buses.len() + 1) as f32;
        let column = ((available - HEAD_WIDTH - add) / columns).floor().clamp(72.0, 92.0);
        let rows = strips.len() + usize::from(add_strip.is_some()) + buses.len();
        let breaks = if buses.is_empty() { 0.0 } else { BREAK };
        let size = vec2(
            HEAD_WIDTH + column * columns + add,
            HEAD_HEIGHT + ROW * rows as f32 + breaks + 8.0,
        );
        (Plan { strips, buses, add_strip, add_bus, column, all: Rect::NOTHING }, size)
    }

    /// Rows from the top, each with its source.
    fn rows(&self) -> impl Iterator<Item = (f32, usize)> + '_ {
        let first = self.all.top() + HEAD_HEIGHT;
        let strips = self.strips.iter().enumerate().map(move |(n, i)| (first + ROW * n as f32, *i));
        let below = self.below();
        let buses = self.buses.iter().enumerate();
        strips.chain(buses.map(move |(n, j)| (below + ROW * n as f32, STRIPS + j)))
    }

    /// Where the row that adds a strip is.
    fn add_row(&self) -> f32 {
        self.all.top() + HEAD_HEIGHT + ROW * self.strips.len() as f32
    }

    /// Where the buses' rows begin.
    fn below(&self) -> f32 {
        let add = if self.add_strip.is_some() { ROW } else { 0.0 };
        self.add_row() + add + BREAK
    }

    /// Columns from the left, each with its destination.
    fn columns(&self) -> impl Iterator<Item = (f32, usize)> + '_ {
        let first = self.all.left() + HEAD_WIDTH;
        let list = std::iter::once(MAIN).chain(self.buses.iter().copied());
        list.enumerate().map(move |(n, to)| (first + self.column * n as f32, to))
    }

    fn add_column(&self) -> f32 {
        self.all.left() + HEAD_WIDTH + self.column * (self.buses.len() + 1) as f32
    }
}

/// Draws the matrix into the whole of `ui`.
pub fn matrix(ui: &mut Ui, view: &View) -> Vec<Action> {
    let room = ui.max_rect();
    let (mut plan, size) = Plan::of(view, room.width() - 12.0);
    set_wheel_free(ui, size.y <= room.height());
    let trace = view.look.selected.map(|node| Trace::of(view, node));
    ScrollArea::both()
        .id_salt("matrix")
        .auto_shrink(false)
        // A drag moves levels, never the view.
        .scroll_source(ScrollSource { drag: DragScroll::Never, ..Default::default() })
        .show(ui, |ui| {
            let (all, _) = ui.allocate_exact_size(size, Sense::hover());
            plan.all = all;
            grid(ui, view, &plan, trace.as_ref())
        })
        .inner
}

fn grid(ui: &mut Ui, view: &View, plan: &Plan, trace: Option<&Trace>) -> Vec<Action> {
    let mut out = Vec::new();
    let (all, clip) = (plan.all, ui.clip_rect());
    // The heads' corner stays at the edge of what is visible, but never leaves the matrix.
    let corner = pos2(
        all.left().max(clip.left().min(all.right() - HEAD_WIDTH)),
        all.top().max(clip.top().min(all.bottom() - HEAD_HEIGHT)),
    );
    let inner = corner + vec2(HEAD_WIDTH, HEAD_HEIGHT);
    let mut pointed = None;
    inside(ui, Rect::from_min_max(inner, all.max), |ui| {
        for (y, source) in plan.rows() {
            for (x, destination) in plan.columns() {
                let rect = Rect::from_min_size(pos2(x, y), vec2(plan.column, ROW));
                let spot = Spot { source, destination };
                let aside = trace.is_some_and(|t| !t.carries(view, source, destination));
                if crosspoint(ui, rect.shrink(GAP / 2.0), view, spot, aside, &mut out) {
                    pointed = Some(spot);
                }
            }
        }
    });
    end_of_stroke(ui, &mut out);
    inside(ui, Rect::from_min_max(pos2(corner.x, inner.y), all.max), |ui| {
        for (y, source) in plan.rows() {
            let rect = Rect::from_min_size(pos2(corner.x, y), vec2(HEAD_WIDTH, ROW));
            let lit = pointed.is_some_and(|spot| spot.source == source);
            heads::row(ui, rect, view, source, heads::Light { lit, trace }, &mut out);
        }
        if !plan.buses.is_empty() {
            let words = Rect::from_min_max(
                pos2(corner.x + 10.0, plan.below() - BREAK),
                pos2(corner.x + HEAD_WIDTH, plan.below() - 3.0),
            );
            caps_in(ui, words, Align2::LEFT_BOTTOM, "Buses", palette(ui).quiet);
        }
        if let Some(strip) = plan.add_strip {
            let rect = Rect::from_min_size(pos2(corner.x, plan.add_row()), vec2(HEAD_WIDTH, ROW));
            add_strip(ui, rect, strip, &mut out);
        }
    });
    inside(ui, Rect::from_min_max(pos2(inner.x, corner.y), pos2(all.right(), inner.y)), |ui| {
        for (x, destination) in plan.columns() {
            let rect = Rect::from_min_size(pos2(x, corner.y), vec2(plan.column, HEAD_HEIGHT));
            let lit = pointed.is_some_and(|spot| spot.destination == destination);
            heads::column(ui, rect, view, destination, heads::Light { lit, trace }, &mut out);
        }
        if let Some(bus) = plan.add_bus {
            let rect =
                Rect::from_min_size(pos2(plan.add_column(), corner.y), vec2(ADD, HEAD_HEIGHT));
            heads::add_bus(ui, rect, view, bus, &mut out);
        }
    });
    heads::end_of_copy(ui, view, &mut out);
    corner_words(ui, Rect::from_min_max(corner, inner), view);
    out
}

/// Draws into a part of the view, cut off at its edges.
fn inside(ui: &mut Ui, rect: Rect, draw: impl FnOnce(&mut Ui)) {
    let clip = ui.clip_rect().intersect(rect);
    let mut part = ui.new_child(UiBuilder::new().max_rect(rect));
    part.set_clip_rect(clip);
    draw(&mut part);
}

fn corner_words(ui: &Ui, rect: Rect, view: &View) {
    let colours = palette(ui);
    ui.painter().rect_filled(rect, 0, colours.ground);
    let text = rect.shrink2(vec2(10.0, 8.0));
    caps_in(ui, text, Align2::LEFT_BOTTOM, "From", colours.quiet);
    caps_in(ui, text, Align2::RIGHT_TOP, "To", colours.quiet);
    if let Some(node) = view.look.selected {
        let words = format!("Paths of {}", view.name(node));
        let mut line = text;
        line.max.y -= 18.0;
        super::drawing::label_in(
            ui,
            line,
            Align2::LEFT_BOTTOM,
            &words,
            theme::small(),
            colours.selection,
        );
    }
}

fn add_strip(ui: &Ui, rect: Rect, strip: usize, out: &mut Vec<Action>) {
    let name = format!("Add {}", Node::Strip(strip));
    let body = rect.shrink(GAP / 2.0);
    let response = ui.interact(body, id_of(&name), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let colours = palette(ui);
    ui.painter().rect_filled(rect, 0, colours.ground);
    let colour = if response.hovered() { colours.text } else { colours.quiet };
    let edge = Stroke::new(1.0, if response.hovered() { colours.faint } else { colours.line });
    ui.painter().rect_stroke(body, theme::CORNER, edge, StrokeKind::Inside);
    let words = format!("+  {}", Node::Strip(strip));
    let text = body.shrink2(vec2(12.0, 0.0));
    super::drawing::label_in(ui, text, Align2::LEFT_CENTER, &words, theme::small(), colour);
    super::control::focus_ring(ui, &response);
    say(ui, &response, || format!("Shows {}, which nothing uses yet.", Node::Strip(strip)));
    if response.clicked() {
        out.push(Action::Reveal(strip));
    }
}
