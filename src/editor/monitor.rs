//! The monitor section: what the person at the desk hears.
//!
//! Not here: Cue's and the speakers' sound. The editor's thread only.

use super::action::Action;
use super::control::{Face, bar, choice, toggle};
use super::drawing::{Growth, label_in, meter};
use super::theme;
use super::view::View;
use crate::engine::meters::Meter;
use crate::routing::parameter::Parameter as P;
use egui::{Align2, Rect, Ui, vec2};

const CONTROL: f32 = 22.0;
const GAP: f32 = 4.0;

/// Draws the monitor section into the whole of `ui`.
pub fn monitor(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let out = &mut out;
    let all = ui.max_rect();
    ui.painter().rect_filled(all, 0, theme::PANEL);
    let mut rest = all.shrink(8.0);
    let mut take = |height: f32| {
        let rect = Rect::from_min_size(rest.min, vec2(rest.width(), height));
        rest.min.y += height + GAP;
        rect
    };
    let title = |ui: &Ui, rect: Rect, text: &str| {
        label_in(ui, rect, Align2::LEFT_CENTER, text, theme::small(), theme::QUIET);
    };

    title(ui, take(16.0), "MONITOR");
    let lesson = "What you hear. While something is soloed in PFL or AFL, you hear that.";
    choice(ui, take(CONTROL), view, P::MonitorSource, usize::MAX, lesson, out);
    bar(ui, take(CONTROL), view, P::MonitorLevel, "How loud the speakers are.", out);
    let speakers = if view.is_on(P::MonitorSpeakers) { Meter::MonitorB } else { Meter::MonitorA };
    meter(ui.painter(), take(11.0), view.meter(speakers), Growth::Right, true);
    let faces = [
        (P::MonitorDim, "DIM", theme::PRE, "Dim: lowers the speakers by the dim level."),
        (P::MonitorMono, "MONO", theme::IN, "Mono: both speakers play the sum, to check a mix."),
        (P::MonitorMute, "MUTE", theme::MUTE, "Mute: silences the speakers and nothing else."),
        (P::MonitorSpeakers, "B", theme::SELECTION, "Plays the second pair of speakers instead."),
    ];
    for pair in faces.chunks(2) {
        let line = take(CONTROL);
        for ((parameter, word, colour, lesson), rect) in pair.iter().zip(halves(line)) {
            let face = Face { word, colour: *colour, lesson };
            toggle(ui, rect, view, *parameter, &parameter.name(), face, out);
        }
    }
    labelled(ui, take(CONTROL), "Dim by", |ui, rect| {
        bar(ui, rect, view, P::DimLevel, "How much dim lowers the speakers.", out);
    });
    take(GAP);

    title(ui, take(16.0), "SOLO");
    let lesson = "In place: Main keeps only soloed paths. PFL and AFL: soloed signals go to Cue \
                  and the speakers, before or after the fader; Main is untouched.";
    choice(ui, take(CONTROL), view, P::SoloMode, usize::MAX, lesson, out);
    labelled(ui, take(14.0), "Cue", |ui, rect| {
        meter(
            ui.painter(),
            rect.shrink2(vec2(0.0, 1.5)),
            view.meter(Meter::Cue),
            Growth::Right,
            true,
        );
    });
    take(GAP);

    title(ui, take(16.0), "TALKBACK");
    let lesson = "Talkback: while on, the talkback strip is heard in every Mix.";
    let face = Face { word: "TALK", colour: theme::MUTE, lesson };
    toggle(ui, take(CONTROL), view, P::MonitorTalkback, &P::MonitorTalkback.name(), face, out);
    let lesson = "The strip with the talkback microphone. It leaves every other path.";
    choice(ui, take(CONTROL), view, P::TalkbackSource, usize::MAX, lesson, out);
    labelled(ui, take(CONTROL), "Level", |ui, rect| {
        bar(ui, rect, view, P::TalkbackLevel, "How loud talkback is in the Mixes.", out);
    });
    take(GAP);

    title(ui, take(16.0), "PAN LAW");
    let lesson = "How much mono sources lose in the centre of the pan.";
    choice(ui, take(CONTROL), view, P::PanLaw, usize::MAX, lesson, out);
    std::mem::take(out)
}

fn halves(rect: Rect) -> [Rect; 2] {
    let width = (rect.width() - GAP) / 2.0;
    [0.0, 1.0].map(|side| {
        Rect::from_min_size(rect.min + vec2(side * (width + GAP), 0.0), vec2(width, rect.height()))
    })
}

/// A quiet word, and a control in the rest of the line.
fn labelled(ui: &Ui, line: Rect, word: &str, draw: impl FnOnce(&Ui, Rect)) {
    let mut rect = line;
    rect.max.x = line.left() + 44.0;
    label_in(ui, rect, Align2::LEFT_CENTER, word, theme::small(), theme::QUIET);
    rect.min.x = rect.max.x;
    rect.max.x = line.right();
    draw(ui, rect);
}
