//! A page of text: headings, paragraphs and controls under each other.
//!
//! Not here: what pages say. The editor's thread only.

use super::drawing::caps_in;
use super::theme::{self, palette};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, Color32, FontId, Rect, Ui, vec2};

/// Hands out places from top to bottom.
pub struct Column {
    /// What is still free.
    pub rest: Rect,
}

impl Column {
    /// The next `height` points, with a gap below.
    pub fn take(&mut self, height: f32, gap: f32) -> Rect {
        let rect = Rect::from_min_size(self.rest.min, vec2(self.rest.width(), height));
        self.rest.min.y += height + gap;
        rect
    }

    /// A heading in capitals.
    pub fn title(&mut self, ui: &Ui, text: &str) {
        caps_in(ui, self.take(14.0, 6.0), Align2::LEFT_CENTER, text, palette(ui).text);
    }

    /// Quiet text as wide as the page.
    pub fn paragraph(&mut self, ui: &Ui, text: &str, gap: f32) {
        self.lines(ui, text, theme::body(), palette(ui).quiet, gap);
    }

    /// Text in as many lines as it needs.
    pub fn lines(&mut self, ui: &Ui, text: &str, font: FontId, colour: Color32, gap: f32) {
        let mut format = TextFormat::simple(font, colour);
        format.line_height = Some(format.font_id.size + 5.0);
        let mut job = LayoutJob::single_section(text.to_string(), format);
        job.wrap.max_width = self.rest.width();
        let galley = ui.painter().layout_job(job);
        let place = self.take(galley.size().y, gap);
        ui.painter().galley(place.min.round(), galley, colour);
    }
}
