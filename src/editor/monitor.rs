//! The monitor section: what the person at the desk hears. Always in sight.
//!
//! Not here: Cue's and the speakers' sound. The editor's thread only.

use super::action::{Action, edit, edit_together};
use super::control::{Choices, Face, bar, button, choice, toggle};
use super::drawing::{Growth, Metered, bare_db, caps_in, label_in, meter, parts};
use super::header::soloed;
use super::theme::{self, CONTROL, palette};
use super::view::View;
use crate::engine::meters::Meter;
use crate::routing::parameter::Parameter as P;
use crate::routing::{BUSES, Node, STRIPS};
use egui::{Align2, Rect, Ui, vec2};

const GAP: f32 = 4.0;
const GROUPS: f32 = 16.0;

/// The height of everything in it.
pub const HEIGHT: f32 = 484.0;

/// Hands out places from top to bottom.
struct Column {
    rest: Rect,
}

impl Column {
    fn take(&mut self, height: f32) -> Rect {
        let rect = Rect::from_min_size(self.rest.min, vec2(self.rest.width(), height));
        self.rest.min.y += height + GAP;
        rect
    }

    fn space(&mut self) {
        self.rest.min.y += GROUPS - GAP;
    }
}

/// Draws the monitor section into the whole of `ui`.
pub fn monitor(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let (all, _) =
        ui.allocate_exact_size(vec2(ui.max_rect().width(), HEIGHT), egui::Sense::hover());
    let mut column = Column { rest: all.shrink2(vec2(10.0, 10.0)) };
    speakers(ui, &mut column, view, &mut out);
    column.space();
    solo(ui, &mut column, view, &mut out);
    column.space();
    talkback(ui, &mut column, view, &mut out);
    column.space();
    title(ui, column.take(14.0), "Pan law");
    let lesson = "How much mono sources lose in the centre of the pan.";
    choice(ui, column.take(CONTROL), view, P::PanLaw, &Choices::all(lesson), &mut out);
    out
}

fn title(ui: &Ui, rect: Rect, text: &str) {
    caps_in(ui, rect, Align2::LEFT_CENTER, text, palette(ui).quiet);
}

fn speakers(ui: &mut Ui, column: &mut Column, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    title(ui, column.take(14.0), "Monitor");
    let bus = |n: usize| {
        let j = n.checked_sub(3).filter(|j| *j < BUSES)?;
        view.names.given(Node::Bus(j)).map(str::to_string)
    };
    let lesson = "What you hear. While something is soloed in PFL or AFL, you hear that.";
    let choices = Choices { shown: usize::MAX, words: &bus, lesson };
    choice(ui, column.take(CONTROL), view, P::MonitorSource, &choices, out);
    let second = view.is_on(P::MonitorSpeakers);
    let reading = view.meter(if second { Meter::MonitorB } else { Meter::MonitorA });
    meter(ui.painter(), colours, column.take(13.0), Metered::leaving(reading), Growth::Right);
    let peak = reading.hold[0].max(reading.hold[1]);
    let line = column.take(14.0);
    let text = format!("{} dB", bare_db(peak, false));
    label_in(ui, line, Align2::LEFT_CENTER, "Peak", theme::small(), colours.quiet);
    label_in(ui, line, Align2::RIGHT_CENTER, &text, theme::small(), colours.text);
    let lesson = "How loud the speakers are.";
    bar(ui, column.take(24.0), view, P::MonitorLevel, "Level", lesson, out);
    pair(ui, column.take(CONTROL), view, out);
    let faces = [
        (P::MonitorDim, "DIM", colours.pre, "Dim: lowers the speakers by the dim level."),
        (
            P::MonitorMono,
            "MONO",
            colours.input,
            "Mono: both speakers play the sum, to check a mix.",
        ),
        (P::MonitorMute, "MUTE", colours.mute, "Mute: silences the speakers and nothing else."),
    ];
    let places: [Rect; 3] = parts(column.take(CONTROL), GAP);
    for ((parameter, word, colour, lesson), rect) in faces.into_iter().zip(places) {
        let face = Face { word, colour, lesson };
        toggle(ui, rect, view, parameter, &parameter.name(), face, out);
    }
    let lesson = "How much dim lowers the speakers.";
    bar(ui, column.take(CONTROL), view, P::DimLevel, "Dim by", lesson, out);
}

/// A and B: which speakers play.
fn pair(ui: &Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let second = view.is_on(P::MonitorSpeakers);
    let places: [Rect; 2] = parts(rect, GAP);
    let colours = palette(ui);
    let lesson = "Which pair of speakers plays: output 14 or output 15.";
    // The first pair is the default and says so quietly.
    let first = ("A", "Monitor Speakers A", !second, 0.0, colours.line);
    let other = ("B", "Monitor Speakers", second, 1.0, colours.selection);
    for ((word, name, on, value, colour), rect) in [first, other].into_iter().zip(places) {
        let face = Face { word, colour, lesson };
        if button(ui, rect, name, face, on).clicked() && !on {
            out.extend(edit(P::MonitorSpeakers, value));
        }
    }
}

fn solo(ui: &mut Ui, column: &mut Column, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    title(ui, column.take(14.0), "Solo");
    let lesson = "In place: Main keeps only soloed paths. PFL and AFL: soloed signals go to Cue and \
                  the speakers, before or after the fader; Main is untouched.";
    choice(ui, column.take(CONTROL), view, P::SoloMode, &Choices::all(lesson), out);
    let count = soloed(view).len();
    let (word, lesson) = match count {
        0 => ("NOTHING SOLOED".to_string(), "Lights while anything is soloed."),
        1 => ("CLEAR 1 SOLO".to_string(), "Something is soloed. Click to clear it."),
        _ => (format!("CLEAR {count} SOLOS"), "Click to clear every solo."),
    };
    let face = Face { word: &word, colour: colours.solo, lesson };
    if button(ui, column.take(CONTROL), "Solo Lamp", face, count > 0).clicked() {
        out.extend(edit_together(&soloed(view)));
    }
    let line = column.take(13.0);
    let mut bed = line;
    bed.min.x += 34.0;
    label_in(ui, line, Align2::LEFT_CENTER, "Cue", theme::small(), colours.quiet);
    let shown = Metered::leaving(view.meter(Meter::Cue));
    meter(ui.painter(), colours, bed.shrink2(vec2(0.0, 2.0)), shown, Growth::Right);
}

fn talkback(ui: &mut Ui, column: &mut Column, view: &View, out: &mut Vec<Action>) {
    title(ui, column.take(14.0), "Talkback");
    let lesson = "Talkback: while on, the talkback strip is heard in every Mix and the speakers are \
                  dimmed.";
    let face = Face { word: "TALK", colour: palette(ui).mute, lesson };
    let name = P::MonitorTalkback.name();
    toggle(ui, column.take(24.0), view, P::MonitorTalkback, &name, face, out);
    let strip = |n: usize| {
        let i = n.checked_sub(1).filter(|i| *i < STRIPS)?;
        view.names.given(Node::Strip(i)).map(|name| format!("{} {name}", i + 1))
    };
    let lesson = "The strip with the talkback microphone. It leaves every other path.";
    let choices = Choices { shown: usize::MAX, words: &strip, lesson };
    choice(ui, column.take(CONTROL), view, P::TalkbackSource, &choices, out);
    let lesson = "How loud talkback is in the Mixes.";
    bar(ui, column.take(CONTROL), view, P::TalkbackLevel, "Level", lesson, out);
}
