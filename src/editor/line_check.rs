//! The Line Check: asks before it begins, shows how far it is, and then strips by output ports what
//! was expected and what was measured.
//!
//! Not here: the check itself ([`crate::line_check`]) and who carries it out (the link). The
//! editor's thread only.

mod grid;

use super::action::Action;
use super::control::{id_of, push};
use super::drawing::{caps_in, label_in, width_of};
use super::theme::{self, palette};
use super::typing;
use super::view::View;
use crate::line_check::Grid;
use egui::{
    Align2, Color32, Key, Modifiers, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, pos2, vec2,
};
use std::sync::Arc;

/// What the user asked of a line check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineStep {
    /// To be asked whether it may begin.
    Ask,
    /// That it begins.
    Begin,
    /// That it ends at once.
    Stop,
    /// That it, or the question, is put away.
    Close,
}

/// How far a line check is.
#[derive(Clone, Debug, Default)]
pub enum LineState {
    /// Nobody asked for one.
    #[default]
    Idle,
    /// The user is asked whether it may begin.
    Asking {
        /// How many strips it will test.
        strips: usize,
        /// About how long it will take.
        seconds: f32,
    },
    /// It runs.
    Running {
        /// What was found so far.
        grid: Arc<Grid>,
        /// How many strips were measured.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// It is over.
    Over {
        /// What was found.
        grid: Arc<Grid>,
        /// Why it ended early, in words, if it did.
        why: Option<&'static str>,
        /// The routing is another by now.
        stale: bool,
    },
}

/// The height of a button.
const BUTTON: f32 = 24.0;
/// The height of what stands above the grid.
const TOP: f32 = 104.0;

/// Draws the Line Check into the whole of `ui`.
pub fn line_check(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let room = ui.max_rect();
    match view.line {
        LineState::Asking { .. } => answer_by_key(ui, &mut out),
        _ => out.extend(stop_by_key(ui, view)),
    }
    let top = Rect::from_min_size(room.min, vec2(room.width(), TOP)).shrink2(vec2(16.0, 14.0));
    caps_in(ui, top, Align2::LEFT_TOP, "Line Check", palette(ui).text);
    let lines = Rect::from_min_max(top.min + vec2(0.0, 20.0), top.max);
    match &view.line {
        LineState::Idle => {
            idle(ui, lines, &mut out);
        }
        LineState::Asking { strips, seconds } => ask(ui, lines, *strips, *seconds, &mut out),
        LineState::Running { grid, done, of } => {
            running(ui, lines, view, (*done, *of), &mut out);
            below(ui, room, view, grid, Some(*done));
        }
        LineState::Over { grid, why, stale } => {
            over(ui, lines, grid, *why, *stale, &mut out);
            below(ui, room, view, grid, None);
        }
    }
    out
}

fn below(ui: &mut Ui, room: Rect, view: &View, grid: &Grid, done: Option<usize>) {
    let rest = Rect::from_min_max(pos2(room.left(), room.top() + TOP), room.max);
    ui.painter().hline(room.x_range(), rest.top(), Stroke::new(1.0, palette(ui).line));
    let mut part = ui.new_child(egui::UiBuilder::new().max_rect(rest));
    part.set_clip_rect(rest);
    grid::grid(&mut part, view, grid, done);
}

fn is_pressed(ui: &Ui, key: Key) -> bool {
    !typing::is_any_open(ui) && ui.input_mut(|input| input.consume_key(Modifiers::NONE, key))
}

/// Escape ends a check that runs, from every view.
pub fn stop_by_key(ui: &Ui, view: &View) -> Vec<Action> {
    let stop = matches!(view.line, LineState::Running { .. }) && is_pressed(ui, Key::Escape);
    if stop { vec![Action::LineCheck(LineStep::Stop)] } else { Vec::new() }
}

/// Enter begins, Escape cancels.
fn answer_by_key(ui: &Ui, out: &mut Vec<Action>) {
    // Enter presses what has the keyboard.
    let elsewhere = ui.memory(|memory| memory.has_focus(id_of(CANCEL)));
    if is_pressed(ui, Key::Escape) {
        out.push(Action::LineCheck(LineStep::Close));
    } else if !elsewhere && is_pressed(ui, Key::Enter) {
        out.push(Action::LineCheck(LineStep::Begin));
    }
}

const CANCEL: &str = "Cancel Line Check";

/// Lines of small text from the top down. Gives the place below them.
fn words(ui: &Ui, rect: Rect, lines: &[&str], colour: Color32) -> Rect {
    let mut line = rect;
    for text in lines {
        label_in(ui, line, Align2::LEFT_TOP, text, theme::small(), colour);
        line.min.y += 16.0;
    }
    line
}

/// A row of buttons at the left, as wide as their words; the first is what is meant to be pressed.
fn buttons(ui: &Ui, rect: Rect, buttons: &[(&str, &str, &str, LineStep)], out: &mut Vec<Action>) {
    let mut left = rect.left();
    for (n, (name, word, lesson, step)) in buttons.iter().enumerate() {
        let width = width_of(ui, word, theme::label()) + 24.0;
        let place = Rect::from_min_size(pos2(left, rect.top() + 4.0), vec2(width, BUTTON));
        left += width + 8.0;
        if push(ui, place, name, word, lesson) {
            out.push(Action::LineCheck(*step));
        }
        if n == 0 {
            let stroke = Stroke::new(1.0, palette(ui).quiet);
            ui.painter().rect_stroke(place, theme::CORNER, stroke, StrokeKind::Inside);
        }
    }
}

fn idle(ui: &Ui, rect: Rect, out: &mut Vec<Action>) {
    let lines = [
        "Sends a test signal into one strip after another and compares what arrives at every output",
        "with what this routing should give: level within 0.5 dB, delay to the sample.",
    ];
    let below = words(ui, rect, &lines, palette(ui).quiet);
    let lesson = "Asks before anything is heard. The transport must stand.";
    buttons(ui, below, &[("New Line Check", "LINE CHECK…", lesson, LineStep::Ask)], out);
}

fn ask(ui: &Ui, rect: Rect, strips: usize, seconds: f32, out: &mut Vec<Action>) {
    let what = format!(
        "Sends a test signal at −20 dBFS to every output, {strips} strips one after another, about \
         {seconds:.0} s."
    );
    let lines = [
        what.as_str(),
        "Turn monitors down. The program is silent meanwhile, and chains are heard dry, as late as \
         they are.",
    ];
    let below = words(ui, rect, &lines, palette(ui).text);
    let all = [
        ("Begin Line Check", "BEGIN  (ENTER)", "The test signal sounds.", LineStep::Begin),
        (CANCEL, "CANCEL  (ESC)", "Nothing sounds.", LineStep::Close),
    ];
    buttons(ui, below, &all, out);
}

fn running(ui: &Ui, rect: Rect, view: &View, (done, of): (usize, usize), out: &mut Vec<Action>) {
    let colours = palette(ui);
    let tested: Vec<_> = crate::line_check::tested(&view.routing);
    let whom = tested.get(done).map(|strip| view.name(crate::routing::Node::Strip(*strip)));
    let text = format!("{} of {of}: {}", done + 1, whom.unwrap_or_default());
    let text = if done < of { text } else { "The program comes back".into() };
    let below = words(ui, rect, &[&text], colours.text);
    let bed = Rect::from_min_size(below.min + vec2(0.0, 4.0), vec2(rect.width().min(480.0), 6.0));
    let share = done as f32 / of.max(1) as f32;
    ui.painter().rect_filled(bed, 3, colours.raised);
    let run = Rect::from_min_size(bed.min, vec2(bed.width() * share, bed.height()));
    ui.painter().rect_filled(run, 3, colours.selection);
    let place = Rect::from_min_max(below.min + vec2(0.0, 12.0), below.max);
    let lesson =
        "The signal ends at once and the program comes back. So does starting the transport.";
    buttons(ui, place, &[("Stop Line Check", "STOP  (ESC)", lesson, LineStep::Stop)], out);
}

fn over(
    ui: &Ui,
    rect: Rect,
    grid: &Grid,
    why: Option<&'static str>,
    stale: bool,
    out: &mut Vec<Action>,
) {
    let colours = palette(ui);
    let strips = grid.rows.iter().flatten().count();
    let wrong = grid.differences().count();
    let found = match (strips, wrong) {
        (0, _) => "Nothing was tested.".to_string(),
        (_, 0) => format!("{strips} strips: everything arrives as expected."),
        (_, 1) => format!("{strips} strips: 1 path is not as expected."),
        _ => format!("{strips} strips: {wrong} paths are not as expected."),
    };
    let sign = Rect::from_min_size(rect.min, vec2(14.0, 14.0));
    let (text, colour) = match (strips, wrong) {
        (0, _) => (rect, colours.text),
        (_, 0) => (rect.with_min_x(rect.left() + 18.0), colours.text),
        _ => (rect.with_min_x(rect.left() + 18.0), colours.fault),
    };
    if strips > 0 {
        verdict_sign(ui.painter(), sign.center(), wrong == 0, colour);
    }
    let stale = stale.then_some("Something has changed since, so this may hold no longer.");
    label_in(ui, text, Align2::LEFT_TOP, &found, theme::name(), colour);
    let rest = rect.with_min_y(rect.top() + 16.0);
    let below = words(ui, rest, &[why.or(stale).unwrap_or_default()], colours.quiet);
    let all = [
        ("New Line Check", "CHECK AGAIN…", "Asks before anything is heard.", LineStep::Ask),
        ("Close Line Check", "CLOSE", "Puts the result away.", LineStep::Close),
    ];
    buttons(ui, below, &all, out);
}

/// A tick, or a cross.
fn verdict_sign(painter: &Painter, centre: Pos2, good: bool, colour: Color32) {
    let stroke = Stroke::new(1.75, colour);
    let line = |from: [f32; 2], to: [f32; 2]| {
        painter.line_segment([centre + from.into(), centre + to.into()], stroke);
    };
    if good {
        line([-4.0, 0.0], [-1.0, 3.5]);
        line([-1.0, 3.5], [4.5, -3.5]);
    } else {
        line([-3.5, -3.5], [3.5, 3.5]);
        line([-3.5, 3.5], [3.5, -3.5]);
    }
}
