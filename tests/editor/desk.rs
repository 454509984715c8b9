//! A desk without a host: the editor drawn in memory over a routing that takes what it asks for.
//!
//! Not here: the framework and a window. Support for the editor's tests and pictures.

use crate::picture::Painter;
use egui::{Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use image::RgbaImage;
use std::sync::Arc;
use switchyard::check::{Surroundings, latencies};
use switchyard::editor::chains::keys::Costs;
use switchyard::editor::check::Found;
use switchyard::editor::edits::{Edits, Known};
use switchyard::editor::files::clerk::{Clerk, Deed};
use switchyard::editor::link::files::landed;
use switchyard::editor::sessions::paste;
use switchyard::editor::view::Names;
use switchyard::editor::{Action, View, show, theme};
use switchyard::routing::parameter::Parameter;
use switchyard::routing::{Node, Routing, SOURCES};
use switchyard::schedule::compile;
use switchyard::session::file;

/// Large enough that nothing has to scroll.
pub const WHOLE: [usize; 2] = [2480, 1100];

/// What the views draw, and what they asked for.
pub struct State {
    pub view: View,
    pub log: Vec<Action>,
    pub edits: Edits,
    pub clerk: Clerk,
}

/// The editor, a pointer and a keyboard.
pub struct Desk {
    pub harness: Harness<'static, State>,
}

impl Desk {
    /// The whole editor over a routing, everything shown and nothing scrolled away.
    pub fn of(routing: Routing) -> Desk {
        let mut view = View::of(routing);
        view.look.show_all = true;
        view.look.welcomed = true;
        Desk::sized(view, WHOLE)
    }

    /// The editor over a snapshot in a window of a size in points.
    pub fn sized(view: View, size: [usize; 2]) -> Desk {
        Desk::scaled(view, size, 1.0)
    }

    /// The same, with a number of pixels a point.
    pub fn scaled(mut view: View, size: [usize; 2], scale: f32) -> Desk {
        look_over(&mut view);
        let look = view.look;
        let clerk = Clerk::new(view.files.templates_folder.clone());
        let state = State { view, log: Vec::new(), edits: Edits::with_look(look), clerk };
        let mut harness = Harness::builder()
            .with_size(vec2(size[0] as f32, size[1] as f32))
            .with_pixels_per_point(scale)
            .with_step_dt(1.0 / 60.0)
            .with_max_steps(16)
            .renderer(Painter::default())
            .with_context_setup(move |ctx| theme::apply(ctx, look.theme))
            .build_ui_state(frame, state);
        harness.run_ok();
        Desk { harness }
    }

    /// Where a control is.
    pub fn place(&self, name: &str) -> Rect {
        self.harness.get_by_label(name).rect()
    }

    /// What a control says of itself.
    pub fn says(&self, name: &str) -> String {
        self.harness.get_by_label(name).accesskit_node().value().unwrap_or_default()
    }

    /// Whether a control is there.
    pub fn has(&self, name: &str) -> bool {
        self.harness.query_by_label(name).is_some()
    }

    pub fn view(&self) -> &View {
        &self.harness.state().view
    }

    pub fn value(&self, parameter: Parameter) -> f32 {
        self.view().value(parameter)
    }

    /// What the user did since the last call.
    pub fn take_log(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.harness.state_mut().log)
    }

    pub fn settle(&mut self) {
        self.harness.run_ok();
    }

    pub fn click(&mut self, name: &str) {
        self.click_with(name, Modifiers::NONE);
    }

    pub fn click_with(&mut self, name: &str, modifiers: Modifiers) {
        self.double_clicks_within(0.0);
        self.harness.get_by_label(name).click_modifiers(modifiers);
        self.settle();
    }

    pub fn right_click(&mut self, name: &str) {
        self.harness.get_by_label(name).click_secondary();
        self.settle();
    }

    pub fn double_click(&mut self, name: &str) {
        self.double_clicks_within(0.3);
        self.harness.get_by_label(name).click();
        self.harness.get_by_label(name).click();
        self.settle();
    }

    /// How many seconds may lie between the two clicks of a double click; none for a test that
    /// clicks twice without meaning one.
    fn double_clicks_within(&self, seconds: f64) {
        self.harness.ctx.options_mut(|options| {
            options.input_options.max_double_click_delay = seconds;
        });
    }

    /// Gives a control the keyboard.
    pub fn focus(&mut self, name: &str) {
        self.harness.get_by_label(name).focus();
        self.settle();
    }

    /// Presses on a point, moves by `by` in small steps, and lets go unless `hold`.
    pub fn drag(&mut self, from: Pos2, by: egui::Vec2, modifiers: Modifiers, hold: bool) {
        let event = |pos, pressed| egui::Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers,
        };
        self.harness.event(egui::Event::ModifiersChanged(modifiers));
        self.harness.hover_at(from);
        self.harness.event(event(from, true));
        for step in 1..=10 {
            self.harness.hover_at(from + by * (step as f32 / 10.0));
        }
        if !hold {
            self.harness.event(event(from + by, false));
        }
        self.harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
        self.settle();
    }

    /// Types into whatever has the keyboard, and presses a key.
    pub fn type_text(&mut self, text: &str, then: egui::Key) {
        self.harness.event(egui::Event::Text(text.into()));
        self.harness.key_press(then);
        self.settle();
    }

    pub fn press(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.settle();
    }

    pub fn press_with(&mut self, modifiers: Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// What is on the screen.
    pub fn picture(&mut self) -> RgbaImage {
        self.harness.render().expect("it can be drawn")
    }
}

/// Has the session hold the names, and Route Check look at what is drawn, in a host that gives
/// everything.
fn look_over(view: &mut View) {
    let mut session = (*view.inserts.session).clone();
    let (given, kept) = (view.names.clone(), Names::in_session(&session));
    for node in (0..SOURCES).map(Node::from_index) {
        if given.given(node) != kept.given(node) || given.colour(node) != kept.colour(node) {
            let mut names = Names::in_session(&session);
            names.rename(node, given.given(node).unwrap_or_default());
            names.recolour(node, given.colour(node));
            (session.strip_names, session.bus_names) = (names.strips, names.buses);
            (session.strip_colours, session.bus_colours) = (names.strip_colours, names.bus_colours);
        }
    }
    if session != *view.inserts.session {
        view.inserts.session = Arc::new(session.clone());
    }
    let surroundings = Surroundings {
        latencies: latencies(&session, view.inserts.sample_rate),
        latency_budget_ms: session.latency_budget_ms,
        ..Surroundings::default()
    };
    view.check = Arc::new(Found::of(&view.routing, &session, &surroundings));
}

/// What came of errands, as what the user would have done.
fn come_home(state: &mut State) -> Vec<Action> {
    let State { view, clerk, .. } = state;
    let mut files = std::mem::take(&mut view.files);
    let mut actions = Vec::new();
    for outcome in clerk.fetch() {
        actions.extend(landed(outcome, &mut files, |_, _| panic!("pasted at once")));
    }
    view.files = files;
    actions
}

/// An errand that is done at once; the system's clipboard is left alone.
fn go_for(state: &mut State, deed: Deed) -> Vec<Action> {
    let State { view, clerk, .. } = state;
    let session = &view.inserts.session;
    match deed {
        Deed::Paste { onto, kept } => {
            vec![paste(&kept, onto, &view.routing, session, &view.names)]
        }
        // A test that names no folder of its own writes nowhere.
        Deed::Save { .. } if view.files.home.as_os_str().is_empty() => Vec::new(),
        deed => {
            clerk.ask(deed, || file::to_json(&view.routing, session));
            clerk.wait();
            Vec::new()
        }
    }
}

fn frame(ui: &mut egui::Ui, state: &mut State) {
    let mut asked = come_home(state);
    asked.extend(show(ui, &state.view));
    let errands: Vec<Deed> = asked
        .iter()
        .filter_map(|action| match action {
            Action::Files(deed) => Some(deed.clone()),
            _ => None,
        })
        .collect();
    for errand in errands {
        asked.extend(go_for(state, errand));
        ui.ctx().request_repaint();
    }
    let (held, now) = ui.input(|input| (input.pointer.any_down(), input.time));
    let any = !asked.is_empty();
    // A picture of a morph, as the link asks for one before each.
    let mut due = state.edits.go_on(&Known::of(&state.view, now));
    follow(ui, &mut state.view, &due);
    let taken = state.edits.take(asked, held, &Known::of(&state.view, now));
    follow(ui, &mut state.view, &taken);
    due.extend(taken);
    let view = &mut state.view;
    view.look = state.edits.look;
    view.undo = state.edits.undo_name();
    view.redo = state.edits.redo_name();
    view.notice = state.edits.notice(now);
    view.news = state.edits.news(now);
    view.morph = state.edits.morph(now);
    if any || !due.is_empty() {
        let inserts = &mut view.inserts;
        let costs = Costs::of(&inserts.session, &view.routing, inserts.sample_rate);
        view.schedule = compile(&view.routing, &costs.timing(&inserts.session));
        inserts.costs = Arc::new(costs);
        look_over(view);
        ui.ctx().request_repaint();
    }
    state.log.extend(due);
}

/// The desk does what it is asked, as host and session would.
fn follow(ui: &egui::Ui, view: &mut View, due: &[Action]) {
    for action in due {
        match action {
            Action::Set(parameter, value) => parameter.set(&mut view.routing, *value),
            Action::Rename(node, name) => view.names.rename(*node, name),
            Action::Recolour(node, colour) => view.names.recolour(*node, *colour),
            Action::ClearFault(strip) => view.faults[*strip] = false,
            Action::Chain(edit) => {
                let mut session = (*view.inserts.session).clone();
                edit.apply(&mut session, &view.routing.macros).expect("it was found good");
                view.inserts.session = Arc::new(session);
            }
            Action::Adopt(whole) => {
                for (parameter, value) in &whole.values {
                    parameter.set(&mut view.routing, *value);
                }
                if let Some(session) = &whole.session {
                    view.names = Names::in_session(session);
                    view.inserts.session = Arc::clone(session);
                }
            }
            Action::Scenes(scenes) => {
                let mut session = (*view.inserts.session).clone();
                session.scenes = (**scenes).clone();
                view.inserts.session = Arc::new(session);
            }
            Action::ClearSlotFault(slot) => {
                view.inserts.faults.remove(slot);
            }
            Action::Theme(theme) => theme::choose(ui.ctx(), *theme),
            _ => {}
        }
    }
}
