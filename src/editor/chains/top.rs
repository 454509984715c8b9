//! The line above a chain: whose it is, Insert Mix, compare, latency, CPU.
//!
//! Not here: the chain. The editor's thread only.

use crate::editor::action::Action;
use crate::editor::control::{Face, bar, button, id_of, say};
use crate::editor::drawing::{label_in, signed_db, width_of};
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::engine::compare::Hearing;
use crate::routing::Node;
use crate::routing::parameter::Parameter as P;
use egui::{Align2, Rect, Sense, Ui, pos2, vec2};

/// Draws the line.
pub fn top(ui: &mut Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let node = view.look.chain;
    let line = rect.shrink2(vec2(12.0, 7.0));
    let narrow = rect.width() < 620.0;
    let name = view.name(node);
    let width = width_of(ui, &name, theme::name()).min(if narrow { 84.0 } else { 160.0 });
    let mut x = line.left();
    let mut next = |width: f32, gap: f32| {
        let place = Rect::from_min_size(pos2(x, line.top()), vec2(width, line.height()));
        x += width + gap;
        place
    };
    label_in(ui, next(width, 12.0), Align2::LEFT_CENTER, &name, theme::name(), colours.text);
    let mix = match node {
        Node::Strip(i) => P::StripInsertMix(i as u8),
        Node::Bus(j) => P::BusInsertMix(j as u8),
        Node::Main => P::MainInsertMix,
    };
    let lesson =
        "Blends the whole chain with its input. At 0 % the sound is untouched, only as late.";
    bar(ui, next(if narrow { 92.0 } else { 132.0 }, 12.0), view, mix, "Mix", lesson, out);
    compare(ui, view, narrow, &mut next, out);
    let place = Rect::from_min_max(pos2(x, line.top()), line.max);
    let latency = view.inserts.latency(node);
    let load = view.inserts.loads[node.index()] * 100.0;
    let ms = f64::from(latency) * 1000.0 / view.inserts.sample_rate;
    let words = match (latency, narrow) {
        (0, _) => format!("no latency   CPU {load:.1} %"),
        (_, true) => format!("+{latency}   {load:.1} %"),
        _ => format!("{latency} samples, {ms:.1} ms   CPU {load:.1} %"),
    };
    label_in(ui, place, Align2::RIGHT_CENTER, &words, theme::small(), colours.quiet);
    let response = ui.interact(place, id_of("Chain Cost"), Sense::hover());
    crate::editor::control::describe(&response, egui::Role::Status, "Chain Cost", &words);
    say(ui, &response, || {
        format!(
            "{name}: its chain is {latency} samples late, which the mixer makes up for everywhere, and takes {load:.1} % of the time there is."
        )
    });
}

/// Three buttons that say what is heard, and by how much it is turned.
fn compare(
    ui: &Ui,
    view: &View,
    narrow: bool,
    next: &mut impl FnMut(f32, f32) -> Rect,
    out: &mut Vec<Action>,
) {
    let colours = palette(ui);
    let node = view.look.chain;
    let hearing = view.look.hearing[node.index()];
    let choices = [
        (
            Hearing::Output,
            "Hear Output",
            "OUT",
            "OUTPUT",
            "The chain as it is: nothing is compared.",
        ),
        (
            Hearing::MatchedInput,
            "Hear Input, matched",
            "IN",
            "INPUT",
            "The chain's input, as late as its output: what it was before.",
        ),
        (
            Hearing::MatchedOutput,
            "Hear Output, matched",
            "OUT =",
            "OUTPUT MATCHED",
            "The chain's output, as loud as its input, so that louder does not win.",
        ),
    ];
    for (kind, name, short, word, lesson) in choices {
        let word = if narrow { short } else { word };
        let width = width_of(ui, word, theme::label()) + 14.0;
        let rect = next(width, 4.0);
        let face = Face { word, colour: colours.selection, lesson };
        if button(ui, rect, name, face, hearing == kind).clicked() {
            out.push(Action::Compare(node, kind));
        }
    }
    if hearing != Hearing::Output {
        let gain = view.inserts.compare_gains[node.index()];
        let words = format!("{} dB", signed_db(gain));
        let rect = next(52.0, 8.0);
        label_in(ui, rect, Align2::LEFT_CENTER, &words, theme::small(), colours.text);
        let response = ui.interact(rect, id_of("Compare Gain"), Sense::hover());
        crate::editor::control::describe(&response, egui::Role::Status, "Compare Gain", &words);
        say(ui, &response, || format!("To match, the output is turned by {words}."));
    }
}
