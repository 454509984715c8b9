//! One finding: its shape, what is wrong, what that does to the sound, and its buttons.
//!
//! Not here: which findings there are. The editor's thread only.

use super::reveal::{go_to, reveal};
use super::{deeds, mark};
use crate::check::{Finding, Place, RULES};
use crate::editor::action::Action;
use crate::editor::control::{describe, id_of, push, say};
use crate::editor::drawing::{label_in, width_of};
use crate::editor::page::Column;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use egui::{Align2, Rect, Role, Sense, Shape, Ui, pos2, vec2};

/// The height of a button.
const BUTTON: f32 = 22.0;
/// Where words begin, behind the shape.
const INDENT: f32 = 34.0;

/// Draws a finding; one that is intended offers to be taken back instead of fixed.
pub fn draw(
    ui: &mut Ui,
    column: &mut Column,
    view: &View,
    finding: &Finding,
    intended: bool,
    out: &mut Vec<Action>,
) {
    let colours = palette(ui);
    let ground = ui.painter().add(Shape::Noop);
    let top = column.rest.min;
    let width = column.rest.width();
    let key = finding.key();
    let rule = RULES.iter().find(|rule| rule.id == finding.id);
    let title = rule.map_or(finding.id, |rule| rule.title);
    let mut inner = Column {
        rest: Rect::from_min_max(
            top + vec2(INDENT, 10.0),
            pos2(top.x + width - 12.0, column.rest.bottom()),
        ),
    };
    let head = inner.take(16.0, 4.0);
    mark::symbol(ui.painter(), pos2(top.x + 17.0, head.center().y), colours, finding.severity);
    label_in(ui, head, Align2::LEFT_CENTER, title, theme::name(), colours.text);
    let place = way(view, finding);
    let mut aside = head;
    aside.min.x += (width_of(ui, title, theme::name()) + 16.0).min(head.width());
    label_in(ui, aside, Align2::RIGHT_CENTER, &place, theme::small(), colours.quiet);
    inner.lines(ui, &with_minus(&finding.text), theme::body(), colours.text, 4.0);
    if let Some(rule) = rule {
        inner.lines(ui, rule.why, theme::small(), colours.quiet, 4.0);
        if finding.fixes.is_empty() {
            let help = format!("What helps: {}", rule.help);
            inner.lines(ui, &help, theme::small(), colours.quiet, 4.0);
        }
    }
    inner.take(2.0, 0.0);
    buttons(ui, &mut inner, view, finding, intended, out);
    let bottom = inner.rest.top() + 6.0;
    let all = Rect::from_min_max(top, pos2(top.x + width, bottom));
    ui.painter().set(ground, Shape::rect_filled(all, theme::CORNER, colours.panel));
    let told = Rect::from_min_max(top, pos2(all.right(), head.bottom()));
    let response = ui.interact(told, id_of(&format!("Finding {key}")), Sense::hover());
    describe(&response, Role::ListItem, &format!("Finding {key}"), &finding.text);
    say(ui, &response, || finding.text.clone());
    column.take(bottom - top.y, super::GAP);
}

/// Text of the check with real minus signs before numbers, as everywhere on the screen.
fn with_minus(text: &str) -> String {
    text.replace(" -", " −").replace("(-", "(−").replace("−inf", "−∞")
}

/// The finding's path by the names the user gave.
fn way(view: &View, finding: &Finding) -> String {
    let word = |place: &Place| match place {
        Place::Node(node) => view.name(*node),
        Place::Edge(from, to) => format!("{} → {}", view.name(*from), view.name(*to)),
        Place::Slot(node, id) => match view.inserts.slot(*id) {
            Some((_, slot)) => format!("{} of {}", slot.effect.name(), view.name(*node)),
            None => view.name(*node),
        },
        Place::Output(port) => format!("output port {port}"),
        other => other.to_string(),
    };
    finding.path.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn buttons(
    ui: &Ui,
    column: &mut Column,
    view: &View,
    finding: &Finding,
    intended: bool,
    out: &mut Vec<Action>,
) {
    let key = finding.key();
    let mut line = column.take(BUTTON, 4.0);
    let mut x = line.left();
    let mut place = |width: f32| {
        let width = width.min(line.width());
        if x > line.left() && x + width > line.right() {
            line = column.take(BUTTON, 4.0);
            x = line.left();
        }
        let rect = Rect::from_min_size(pos2(x, line.top()), vec2(width, BUTTON));
        x += width + 6.0;
        rect
    };
    let press = |rect: Rect, name: &str, word: &str, lesson: &str| {
        let pressed = push(ui, rect, name, word, lesson);
        // Whoever walks by keys sees where they are.
        if ui.ctx().read_response(id_of(name)).is_some_and(|button| button.gained_focus()) {
            ui.scroll_to_rect(rect, None);
        }
        pressed
    };
    let lesson = "Opens the view this is about, with its path traced.";
    if press(place(74.0), &format!("Reveal {key}"), "REVEAL", lesson) {
        let (steps, focus) = reveal(finding);
        out.extend(steps);
        if let Some(id) = focus {
            go_to(ui, id);
        }
    }
    if intended {
        let lesson = "Takes the mark back, so that this is told again.";
        if press(place(96.0), &format!("Not intended {key}"), "NOT INTENDED", lesson) {
            out.push(deeds::intend(view, finding, false));
        }
        return;
    }
    let lesson = "It is meant so: it is told no more, here and in this project.";
    if press(place(80.0), &format!("Intended {key}"), "INTENDED", lesson) {
        out.push(deeds::intend(view, finding, true));
    }
    for (n, fix) in finding.fixes.iter().enumerate() {
        let word = format!("Fix: {}", with_minus(&fix.label).replace("> ", "→ "));
        let width = width_of(ui, &word, theme::label()) + 20.0;
        let lesson = format!("{}. One step, which Undo takes back.", fix.label);
        // Two effects of a kind in one chain are fixed in the same words.
        let twins = finding.fixes[..n].iter().filter(|other| other.label == fix.label).count();
        let number = if twins > 0 { format!(" {}", twins + 1) } else { String::new() };
        if press(place(width), &format!("{}{number} ({key})", fix.label), &word, &lesson) {
            out.push(deeds::fix(view, fix));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_minus_signs_of_numbers_become_real_ones() {
        let text = "A pre-fader send at -12.0 dB (-inf dB).";
        assert_eq!(with_minus(text), "A pre-fader send at −12.0 dB (−∞ dB).");
    }
}
