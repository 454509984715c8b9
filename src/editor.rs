//! The editor: everything the user sees and touches.
//!
//! Views are functions from a snapshot, the [`View`], to what the user asked for, the [`Action`]s.
//! They know egui and the routing, but neither the host nor the engine, so they can be drawn and
//! tried without either. [`edits`] makes whole gestures and steps to take back out of the actions; the
//! one [`link`] fills the snapshot and carries them out, and only it knows the plugin framework.
//!
//! Everything here runs on the thread of the editor's window, and only while that is open.

pub mod action;
pub mod ballistics;
mod cell;
pub mod chains;
pub mod check;
mod checks;
mod clip;
mod colours;
mod control;
mod drawing;
pub mod edits;
pub mod files;
mod header;
pub mod hosts;
mod lessons;
pub mod line_check;
pub mod link;
pub mod look;
mod macros;
mod matrix;
mod mixer;
mod monitor;
mod notice;
mod page;
mod role;
pub mod scenes;
pub mod sessions;
mod status;
pub mod theme;
pub mod trace;
mod typing;
pub mod view;
mod welcome;
pub mod whole;

pub use action::Action;
pub use link::window::create;
pub use look::{Look, Screen, Theme};
pub use view::View;
pub use whole::Whole;

use egui::{Key, Modifiers, Rect, ScrollArea, Stroke, Ui, UiBuilder, pos2};

/// The smallest window at a zoom of 100 %, in points.
pub const MINIMUM_SIZE: [u32; 2] = [760, 480];
/// The largest window at a zoom of 100 %, in points.
pub const MAXIMUM_SIZE: [u32; 2] = [2400, 1600];

const HEADER: f32 = 32.0;
const STATUS: f32 = 24.0;
const MONITOR: f32 = 168.0;

/// Draws the whole editor and returns what the user did.
pub fn show(ui: &mut Ui, view: &View) -> Vec<Action> {
    leave_space_to_the_host(ui);
    check::reveal::arrive(ui);
    // The whole window, whatever margin the surroundings chose.
    let all = ui.ctx().content_rect();
    ui.set_clip_rect(all);
    let colours = theme::palette(ui);
    ui.painter().rect_filled(all, 0, colours.ground);
    let top = all.top() + HEADER;
    let bottom = all.bottom() - STATUS;
    let right = (all.right() - MONITOR).max(all.left());
    let mut out = Vec::new();
    let mut part = |ui: &mut Ui, rect: Rect, draw: &dyn Fn(&mut Ui) -> Vec<Action>| {
        let mut part = ui.new_child(UiBuilder::new().max_rect(rect));
        part.set_clip_rect(rect);
        out.extend(draw(&mut part));
    };
    let line = Rect::from_min_max(all.min, pos2(all.right(), top));
    part(ui, line, &|ui| header::header(ui, view));
    let centre = Rect::from_min_max(pos2(all.left(), top), pos2(right, bottom));
    part(ui, centre, &|ui| screen(ui, view));
    let side = Rect::from_min_max(pos2(right, top), pos2(all.right(), bottom));
    ui.painter().rect_filled(side, 0, colours.panel);
    part(ui, side, &|ui| {
        ScrollArea::vertical().id_salt("monitor").show(ui, |ui| monitor::monitor(ui, view)).inner
    });
    // Before the status line, for which Escape lets go of the selection.
    let line = Rect::from_min_max(pos2(all.left(), bottom), all.max);
    part(ui, line, &|ui| scenes::stop_by_key(ui, view));
    part(ui, line, &|ui| line_check::stop_by_key(ui, view));
    part(ui, line, &|ui| status::status(ui, view, all));
    let stroke = Stroke::new(1.0, colours.line);
    ui.painter().hline(all.x_range(), top, stroke);
    ui.painter().hline(all.x_range(), bottom, stroke);
    ui.painter().vline(right, top..=bottom, stroke);
    notice::notice(ui, centre, view);
    out.extend(files::choice(ui, view));
    out
}

fn screen(ui: &mut Ui, view: &View) -> Vec<Action> {
    match view.look.screen {
        _ if view.look.templates => welcome::templates(ui, view),
        Screen::Matrix if view.is_untouched() && !view.look.welcomed => welcome::welcome(ui, view),
        Screen::Matrix => matrix::matrix(ui, view),
        Screen::Mixer => mixer::mixer(ui, view),
        Screen::Chains => chains::chains(ui, view),
        Screen::Macros => macros::macros(ui, view),
        Screen::Scenes => scenes::scenes(ui, view),
        Screen::Check => checks::checks(ui, view),
    }
}

/// Space starts and stops the host's transport; Enter is what presses a control here.
fn leave_space_to_the_host(ui: &Ui) {
    if !typing::is_any_open(ui) {
        ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Space));
    }
}
