//! The way from one scene to another: from where, to where, how long, and how far it is.
//!
//! Not here: what glides. The editor's thread only.

use super::recalling::{Aim, LONGEST, Progress};
use super::{press, title};
use crate::editor::action::Action;
use crate::editor::chains::dial::{Dial, Turned, dial};
use crate::editor::control::{Menu, describe, id_of, menu, say};
use crate::editor::drawing::label_in;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::session::scenes::SCENES;
use egui::{Align2, Rect, Role, Sense, Ui, pos2, vec2};

/// How high it is.
pub const HEIGHT: f32 = 32.0 + 8.0 + 26.0;

/// Draws it.
pub fn morph(ui: &mut Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let words = "Levels and pans glide, the rest changes at the end. Escape or closing the window stops \
                 it where it is.";
    title(ui, rect, "Morph", words);
    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 26.0), rect.max);
    let width = line.width().min(760.0);
    let button = Rect::from_min_size(line.min, vec2(64.0, line.height()));
    let rest =
        Rect::from_min_size(button.right_top() + vec2(8.0, 0.0), vec2(width - 72.0, line.height()));
    match view.morph {
        Some(progress) => running(ui, button, rest, view, progress, out),
        None => aiming(ui, button, rest, view, out),
    }
}

fn aiming(ui: &mut Ui, button: Rect, rest: Rect, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let scenes = &view.inserts.session.scenes;
    let stored: Vec<usize> = (0..SCENES).filter(|number| scenes.get(*number).is_some()).collect();
    let mut aim = view.look.aim;
    // What was aimed at may be empty by now.
    aim.from = aim.from.filter(|number| stored.contains(number));
    if !stored.contains(&aim.to) {
        aim.to = stored.first().copied().unwrap_or(0);
    }
    let can = !stored.is_empty() && aim.from != Some(aim.to);
    let lesson = match (stored.is_empty(), can) {
        (true, _) => "Store a scene first: a morph goes to one.",
        (_, false) => "It begins where it ends; choose another scene.",
        _ => "Begins the morph. With 0 seconds it is a recall.",
    };
    let face = ("GO", can.then_some(colours.selection));
    if press(ui, button, "Morph Go", face, lesson, can).clicked() {
        out.push(Action::Morph(aim));
    }
    let part = ((rest.width() - 2.0 * 28.0) / 3.0).floor();
    let place = |at: f32| {
        let left = rest.left() + at * (part + 28.0);
        Rect::from_min_size(pos2(left, rest.top()), vec2(part, rest.height()))
    };
    let between = |at: f32, word: &str| {
        let left = rest.left() + (at + 1.0) * part + at * 28.0;
        let gap = Rect::from_min_size(pos2(left, rest.top()), vec2(28.0, rest.height()));
        label_in(ui, gap, Align2::CENTER_CENTER, word, theme::small(), colours.quiet);
    };
    between(0.0, "to");
    between(1.0, "in");
    let words = |number: &usize| (number + 1, format!("{} {}", number + 1, scenes.name(*number)));
    let mut entries = vec![(0, "The mix as it is".to_owned())];
    entries.extend(stored.iter().map(words));
    let colour = colours.text;
    let from = Menu {
        entries: &entries,
        current: aim.from.map_or(0, |number| number + 1),
        colour,
        lesson: "Where the morph begins. A scene is recalled first.",
        indent: 0.0,
    };
    if let Some(chosen) = menu(ui, place(0.0), "Morph From", &from) {
        out.push(Action::Aim(Aim { from: chosen.checked_sub(1), ..aim }));
    }
    let entries: Vec<_> = match stored.is_empty() {
        true => vec![(1, "No scene is stored".to_owned())],
        false => stored.iter().map(words).collect(),
    };
    let to = Menu {
        entries: &entries,
        current: aim.to + 1,
        colour: if stored.is_empty() { colours.quiet } else { colour },
        lesson: "Where the morph ends: exactly as a recall of that scene would.",
        indent: 0.0,
    };
    if let Some(chosen) = menu(ui, place(1.0), "Morph To", &to)
        && !stored.is_empty()
    {
        out.push(Action::Aim(Aim { to: chosen - 1, ..aim }));
    }
    time(ui, place(2.0), aim, out);
}

/// How long it takes: drag, wheel, arrows, or typed.
fn time(ui: &mut Ui, rect: Rect, aim: Aim, out: &mut Vec<Action>) {
    let longest = f32::from(LONGEST);
    let text = match aim.tenths {
        0 => "at once".to_owned(),
        tenths => format!("{:.1} s", f32::from(tenths) / 10.0),
    };
    let default = Aim::default().tenths;
    let shown = Dial {
        name: "Morph Time",
        word: "",
        text: &text,
        position: f32::from(aim.tenths) / longest,
        default: f32::from(default) / longest,
        origin: 0.0,
        lesson: "How long the morph takes, 0 to 60 seconds. Drag, turn the wheel or type.",
        driven: None,
    };
    let seconds = |text: &str| {
        let bare = text.trim().trim_end_matches(['s', ' ']).replace(',', ".");
        bare.parse::<f32>().ok().filter(|seconds| seconds.is_finite())
    };
    let (response, turned) = dial(ui, rect, &shown);
    if let Some(response) = response {
        response.on_hover_text(shown.lesson);
    }
    let tenths = match turned {
        None => None,
        Some(Turned::To(position)) => Some(position * longest),
        Some(Turned::Reset) => Some(f32::from(default)),
        Some(Turned::Text(text)) if text.trim() == "at once" => Some(0.0),
        Some(Turned::Text(text)) => seconds(&text).map(|seconds| seconds * 10.0),
    };
    if let Some(tenths) = tenths.map(|tenths| tenths.round().clamp(0.0, longest) as u16)
        && tenths != aim.tenths
    {
        out.push(Action::Aim(Aim { tenths, ..aim }));
    }
}

fn running(
    ui: &Ui,
    button: Rect,
    rest: Rect,
    view: &View,
    progress: Progress,
    out: &mut Vec<Action>,
) {
    let colours = palette(ui);
    let lesson = "Ends the morph where it is.";
    if press(ui, button, "Morph Stop", ("STOP", Some(colours.pre)), lesson, true).clicked() {
        out.push(Action::StopMorph);
    }
    let title = view.inserts.session.scenes.title(progress.aim.to);
    let words = format!("To {title}: {:.1} s left", progress.left());
    ui.painter().rect_filled(rest, theme::CORNER, colours.raised);
    let mut done = rest;
    done.set_width(rest.width() * progress.position);
    ui.painter().rect_filled(done, theme::CORNER, colours.selection.gamma_multiply(0.5));
    label_in(ui, rest, Align2::CENTER_CENTER, &words, theme::small(), colours.text);
    let response = ui.interact(rest, id_of("Morph Progress"), Sense::hover());
    describe(&response, Role::ProgressIndicator, "Morph Progress", &words);
    say(ui, &response, || words.clone());
}
