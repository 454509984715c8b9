//! A picture for each effect: what it does to the sound, drawn from its settings, with what is
//! measured of it. Small on a card, large in the panel.
//!
//! Not here: knobs, and the equalizer's handles ([`super::bands`]). The editor's thread only.

mod curves;
pub(in crate::editor) mod times;

use crate::editor::theme::{Palette, palette};
use crate::editor::view::View;
use crate::effects::Kind;
use crate::effects::spec::Known;
use crate::routing::chain::Slot;
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Ui};

/// What a picture is of.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// Everything.
    pub view: &'a View,
    /// Whose effect.
    pub slot: &'a Slot,
    /// By how many dB it turns down now.
    pub reduction: f32,
    /// The colour of lines.
    pub ink: Color32,
    /// With a grid and marks.
    pub is_large: bool,
}

/// What a picture is drawn with.
pub(super) struct Sheet<'a> {
    painter: Painter,
    rect: Rect,
    colours: &'static Palette,
    frame: &'a Frame<'a>,
}

impl Sheet<'_> {
    fn is_large(&self) -> bool {
        self.frame.is_large
    }

    /// A line through points.
    fn line(&self, points: Vec<Pos2>, colour: Color32) {
        let width = if self.is_large() { 1.8 } else { 1.4 };
        self.painter.add(Shape::line(points, Stroke::new(width, colour)));
    }

    /// The same with everything between it and `y` filled faintly.
    fn area(&self, points: Vec<Pos2>, y: f32, colour: Color32) {
        let fill = colour.gamma_multiply(0.16);
        for pair in points.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            let quad = vec![a, b, Pos2::new(b.x, y), Pos2::new(a.x, y)];
            self.painter.add(Shape::convex_polygon(quad, fill, Stroke::NONE));
        }
        self.line(points, colour);
    }

    fn grid_line(&self, from: Pos2, to: Pos2) {
        let colour = self.colours.faint.gamma_multiply(0.45);
        self.painter.line_segment([from, to], Stroke::new(1.0, colour));
    }

    fn mark(&self, at: Pos2, align: egui::Align2, text: &str) {
        let font = crate::editor::theme::tiny();
        self.painter.text(at, align, text, font, self.colours.quiet);
    }
}

/// The plain value a setting has now: a macro's if one drives it.
pub fn now(view: &View, slot: &Slot, known: &Known, index: usize) -> f32 {
    let Some(line) = known.kind.settings().get(index) else { return 0.0 };
    let macros = &view.routing.macros;
    view.inserts
        .session
        .driven(slot.id, line.id, macros)
        .or_else(|| known.values.get(index).copied())
        .unwrap_or(line.default)
}

/// All plain values a slot's effect has now.
pub fn values(view: &View, slot: &Slot, known: &Known) -> Vec<f32> {
    let driven = view
        .inserts
        .session
        .macros
        .iter()
        .any(|one| one.targets.iter().any(|target| target.slot == slot.id));
    match driven {
        true => (0..known.values.len()).map(|index| now(view, slot, known, index)).collect(),
        false => known.values.clone(),
    }
}

/// Draws the picture of a slot's effect.
pub fn draw(ui: &Ui, rect: Rect, frame: &Frame<'_>) {
    let Some(known) = frame.slot.effect.known() else { return };
    let colours = palette(ui);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if frame.is_large {
        painter.rect_filled(rect, crate::editor::theme::CORNER, colours.bed);
    }
    let values = values(frame.view, frame.slot, known);
    let sheet = Sheet { painter, rect, colours, frame };
    match known.kind {
        Kind::Equalizer => curves::equalizer(&sheet, &values),
        Kind::Compressor | Kind::Gate => curves::dynamics(&sheet, known.kind, &values),
        Kind::Saturator => curves::saturator(&sheet, &values),
        Kind::Limiter => times::limiter(&sheet, &values),
        Kind::Delay => times::delay(&sheet, &values),
        Kind::Reverb => times::reverb(&sheet, &values),
        Kind::Convolution => times::convolution(&sheet),
        Kind::Utility => curves::utility(&sheet, &values),
    }
}

/// The frequency at a position across a picture, 0 to 1: 20 Hz to 20 kHz in octaves.
pub fn hertz(position: f32) -> f32 {
    20.0 * 1000f32.powf(position)
}

/// The position of a frequency, the inverse of [`hertz`].
pub fn position(hertz: f32) -> f32 {
    (hertz / 20.0).ln() / 1000f32.ln()
}

/// How far an equalizer's picture reaches up and down, in dB.
pub const EQUALIZER_DB: f32 = 26.0;
