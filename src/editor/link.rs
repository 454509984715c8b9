//! The link between the views and the host: it fills the snapshot from the parameters, the session
//! and the meters, and applies actions to them. The only file here that knows the plugin framework.
//!
//! Not here: anything drawn, and the window itself ([`window`]). A [`Link`] lives as long as one
//! window, on that window's thread; gestures cut off by its closing end with it.

mod adoption;
pub mod chains;
mod check;
pub mod files;
mod line;
mod spectrum;
pub mod window;

use super::action::Action;
use super::ballistics::{Ballistics, Power, Reading};
use super::chains::inserts::Inserts;
use super::chains::keys::Costs;
use super::edits::{Edits, Known};
use super::files::Files;
use super::files::clerk::Clerk;
use super::line_check::LineStep;
use super::look::{Look, Screen, Theme};
use super::theme::nearest_colour;
use super::view::{MacroWords, Names, View};
use super::whole::Whole;
use crate::engine::meters::{METERS, Meter, Meters};
use crate::plugin::parameters::{HostParameter, HostParameters};
use crate::routing::parameter::{ALL, Parameter};
use crate::routing::{Routing, STRIPS};
use crate::schedule::{self, Schedule};
use crate::session::{Session, library};
use adoption::Adoption;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

/// The values and gestures of one instance, as one window sees them.
pub struct Link {
    parameters: Arc<HostParameters>,
    meters: Arc<Meters>,
    host: GuiContext,
    /// Outlives the window, so that what was done can still be taken back in the next.
    edits: Arc<Mutex<Edits>>,
    ballistics: [Ballistics; METERS],
    power: Power,
    heard: [bool; STRIPS],
    program: String,
    chains: chains::Chains,
    spectrum: spectrum::Spectrum,
    check: check::Check,
    clerk: Clerk,
    files: Files,
    line: line::Line,
    /// The chains as they were last shown, which is what an edit starts from.
    inserts: Inserts,
    compiled: Option<(Routing, Arc<Costs>, Schedule)>,
    loads: u32,
    /// A whole mixer on its way to the host.
    adoption: Option<Adoption>,
    began: Instant,
}

impl Link {
    /// A link to the host behind `host`.
    pub fn new(
        parameters: Arc<HostParameters>,
        meters: Arc<Meters>,
        host: GuiContext,
        edits: Arc<Mutex<Edits>>,
    ) -> Link {
        // What nobody looked at while no window was open is not shown as if it were now.
        meters.take_power();
        let loads = parameters.shared.loads();
        let mut link = Link {
            parameters,
            meters,
            host,
            edits,
            ballistics: [Ballistics::default(); METERS],
            power: Power::default(),
            heard: [false; STRIPS],
            program: program(),
            chains: chains::Chains::default(),
            spectrum: spectrum::Spectrum::default(),
            check: check::Check::default(),
            clerk: Clerk::new(None),
            files: Files::default(),
            line: line::Line::default(),
            inserts: Inserts::default(),
            compiled: None,
            loads,
            adoption: None,
            began: Instant::now(),
        };
        link.keep_templates_in(library::templates_folder());
        link
    }

    /// A snapshot `seconds` after the last one.
    pub fn view(&mut self, seconds: f32) -> View {
        self.go_on_adopting(seconds);
        self.fetch_files();
        let routing = self.routing();
        let shared = Arc::clone(&self.parameters.shared);
        self.follow_chains(&routing);
        self.go_on_morphing();
        let schedule = self.schedule(&routing);
        let (names, zoom, light, macros) = shared.session(|session| {
            let macros = macros(session, &routing);
            (Names::in_session(session), session.editor_zoom, session.editor_light, macros)
        });
        let names = self.on_track(names);
        let loads = shared.loads();
        let mut edits = self.edits();
        if loads != self.loads {
            // Steps of another state would set values that mean something else now.
            edits.forget();
        }
        edits.look.zoom = zoom;
        edits.look.theme = if light { Theme::Light } else { Theme::Dark };
        let (look, undo, redo) = (edits.look, edits.undo_name(), edits.redo_name());
        let now = self.began.elapsed().as_secs_f64();
        let (notice, news, morph) = (edits.notice(now), edits.news(now), edits.morph(now));
        drop(edits);
        self.loads = loads;
        self.listen(&look, seconds);
        let meters = self.readings(seconds);
        for (strip, heard) in self.heard.iter_mut().enumerate() {
            let [left, right] = meters[Meter::StripInput(strip).index()].level;
            *heard |= left.max(right) > f32::NEG_INFINITY;
        }
        let faults = std::array::from_fn(|strip| self.meters.fault(strip));
        let seen = check::Seen {
            levels: std::array::from_fn(|strip| {
                let [left, right] = meters[Meter::StripInput(strip).index()].level;
                left.max(right)
            }),
            faults,
            inserts: &self.inserts,
            seconds,
        };
        let check = self.check.found(&shared, &routing, &seen);
        let sample_rate = self.inserts.sample_rate;
        let desk =
            line::Desk { shared: &shared, routing: &routing, schedule: &schedule, sample_rate };
        let line = self.line.advance(&desk, seconds);
        View {
            routing,
            schedule,
            names,
            macros,
            look,
            undo,
            redo,
            host: self.program.clone(),
            meters,
            main_rms: self.power.advance(self.meters.take_power(), seconds),
            heard: self.heard,
            faults,
            load: self.meters.load(),
            latency: shared.latency(),
            restart_needed: shared.is_restart_needed(),
            inserts: self.inserts.clone(),
            morph,
            notice,
            news,
            check,
            files: self.files.clone(),
            line,
        }
    }

    /// How often Route Check ran, which it does only when something changed.
    pub fn checks(&self) -> u32 {
        self.check.runs()
    }

    /// Has the engine write what the open node sounds like, only while its chain is looked at.
    fn listen(&mut self, look: &Look, seconds: f32) {
        let open = look.screen == Screen::Chains;
        self.meters.scope.look_at(open.then_some(look.chain.index()));
        if open {
            let rate = self.inserts.sample_rate;
            let levels = self.spectrum.advance(&self.meters.scope, rate, seconds);
            self.inserts.spectrum = Some(Arc::new(levels));
        }
    }

    /// Keeps up with the session's chains and what is measured of them.
    fn follow_chains(&mut self, routing: &Routing) {
        let edits = Arc::clone(&self.edits);
        let mut edits = edits.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let shared = &self.parameters.shared;
        self.inserts = self.chains.inserts(shared, &self.meters, routing, &mut edits.look);
    }

    fn edits(&self) -> MutexGuard<'_, Edits> {
        self.edits.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// What the user and the host call things.
    fn names(&self) -> Names {
        self.on_track(self.parameters.shared.session(Names::in_session))
    }

    /// The same with what the host says of its track.
    fn on_track(&self, names: Names) -> Names {
        let track = self.parameters.shared.track();
        let track_colour = track.colour.map_or(0, nearest_colour);
        Names { track: track.name, track_colour, ..names }
    }

    /// The values the user set, without the host's modulation.
    fn routing(&self) -> Routing {
        let mut routing = Routing::default();
        for (parameter, host) in ALL.iter().zip(&self.parameters.all) {
            parameter.set(&mut routing, own_value(host));
        }
        // What is on its way is as good as there, also for what is asked next.
        for (parameter, value) in self.adoption.iter().flat_map(Adoption::under_way) {
            parameter.set(&mut routing, *value);
        }
        routing
    }

    /// Compiled only when a value changed; chains are timed only when one of them changed, because
    /// some effects have to be built to know their latency.
    fn schedule(&mut self, routing: &Routing) -> Schedule {
        match &self.compiled {
            Some((known, costs, schedule))
                if known == routing && Arc::ptr_eq(costs, &self.inserts.costs) =>
            {
                *schedule
            }
            _ => {
                let timing = self.inserts.costs.timing(&self.inserts.session);
                let schedule = schedule::compile(routing, &timing);
                self.compiled = Some((*routing, Arc::clone(&self.inserts.costs), schedule));
                schedule
            }
        }
    }

    fn readings(&mut self, seconds: f32) -> [Reading; METERS] {
        let mut readings = [Reading::SILENCE; METERS];
        for meter in Meter::all() {
            let at = meter.index();
            readings[at] = self.ballistics[at].advance(self.meters.take_peak(meter), seconds);
        }
        readings
    }

    /// Does what the user asked for. With `held`, a pointer button is down; without, no gesture
    /// can be under way, so one that was cut off ends here.
    pub fn apply(&mut self, actions: Vec<Action>, held: bool) {
        let rate = self.inserts.sample_rate;
        let found = |action| match action {
            Action::LoadImpulse(slot, path) => chains::load(slot, &path, rate),
            other => other,
        };
        let actions: Vec<Action> = actions.into_iter().map(found).collect();
        let of_session = |action: &Action| {
            matches!(
                action,
                Action::Chain(_)
                    | Action::Scene(_)
                    | Action::Recall(_)
                    | Action::Morph(_)
                    | Action::Undo
                    | Action::Redo
            )
        };
        if actions.iter().any(of_session) {
            // An edit starts from what the session says now, not from the last picture.
            self.follow_chains(&self.routing());
        }
        let due = self.with_known(|edits, known| edits.take(actions, held, known));
        due.into_iter().for_each(|action| self.carry_out(action));
    }

    fn end_gestures(&mut self) {
        let due = self.with_known(|edits, known| edits.end_all(known));
        due.into_iter().for_each(|action| self.carry_out(action));
    }

    fn with_known<R>(&self, act: impl FnOnce(&mut Edits, &Known<'_>) -> R) -> R {
        let (routing, names) = (self.routing(), self.names());
        let now = self.began.elapsed().as_secs_f64();
        act(
            &mut self.edits(),
            &Known { routing: &routing, names: &names, inserts: &self.inserts, now },
        )
    }

    fn carry_out(&mut self, action: Action) {
        let shared = &self.parameters.shared;
        match action {
            Action::Begin(parameter) => self.on_host(parameter, Step::Begin),
            Action::Set(parameter, value) => self.on_host(parameter, Step::Set(value)),
            Action::End(parameter) => self.on_host(parameter, Step::End),
            Action::ClearFault(strip) => self.meters.clear_fault(strip),
            Action::ClearSlotFault(slot) => self.chains.clear_fault(slot),
            Action::Compare(node, hearing) => {
                if let Some(bench) = shared.bench() {
                    bench.compare(node, hearing);
                }
            }
            Action::Chain(edit) => {
                let macros = self.routing().macros;
                if let Err(words) = chains::carry_out(shared, &edit, &macros) {
                    let now = self.began.elapsed().as_secs_f64();
                    self.edits().refuse(words, now);
                }
            }
            Action::Rename(node, name) => {
                let track = shared.track().name;
                shared.edit_session(|session| {
                    let mut all = Names { track, ..Names::in_session(session) };
                    all.rename(node, &name);
                    (session.strip_names, session.bus_names) = (all.strips, all.buses);
                });
            }
            Action::Recolour(node, colour) => shared.edit_session(|session| {
                let mut all = Names::in_session(session);
                all.recolour(node, colour);
                (session.strip_colours, session.bus_colours) = (all.strip_colours, all.bus_colours);
            }),
            Action::Adopt(whole) => self.adopt(&whole),
            Action::Scenes(scenes) => shared.edit_session(|session| session.scenes = *scenes),
            Action::Files(deed) => self.go_for(deed),
            Action::Resize(size) => self.remember_size(size),
            Action::Theme(theme) => shared.edit_session(|session| {
                session.editor_light = theme == Theme::Light;
            }),
            Action::LineCheck(step) => self.check_lines(step),
            // Nobody looks at a check any more.
            Action::Show(_) | Action::MixFor(_) | Action::Lines(false) => self.line.stop(shared),
            Action::Zoom(zoom) => {
                shared.edit_session(|session| session.editor_zoom = zoom);
            }
            // The rest is the editor's own and followed already.
            _ => {}
        }
    }

    fn check_lines(&mut self, step: LineStep) {
        let (shared, routing) = (Arc::clone(&self.parameters.shared), self.routing());
        let schedule = self.schedule(&routing);
        let sample_rate = self.inserts.sample_rate;
        let desk =
            line::Desk { shared: &shared, routing: &routing, schedule: &schedule, sample_rate };
        if let Err(words) = self.line.take(step, &desk) {
            let now = self.began.elapsed().as_secs_f64();
            self.edits().refuse(words, now);
        }
    }

    /// Begins to put a whole mixer in the place of the present one.
    fn adopt(&mut self, whole: &Whole) {
        let shared = &self.parameters.shared;
        let adoption = self.adoption.get_or_insert_with(|| Adoption::new(shared));
        if let Some(session) = &whole.session {
            shared.replace_session(session);
        }
        adoption.extend(&whole.values);
        self.go_on_adopting(0.0);
    }

    /// Sends what is due of a mixer on its way, and lets it begin once all of it arrived.
    fn go_on_adopting(&mut self, seconds: f32) {
        let Some(adoption) = &mut self.adoption else { return };
        let Some(due) = adoption.due(seconds, &self.parameters) else { return };
        if !due.is_empty() {
            self.gestures(&due);
        } else if let Some(adoption) = self.adoption.take() {
            adoption.end(&self.parameters.shared);
        }
    }

    /// What is left of a mixer on its way goes out at once.
    fn end_adopting(&mut self) {
        let Some(mut adoption) = self.adoption.take() else { return };
        self.gestures(&adoption.rest());
        adoption.end(&self.parameters.shared);
    }

    /// A morph's next picture, once the scene it begins with is there.
    fn go_on_morphing(&mut self) {
        if self.adoption.is_some() || !self.edits().is_morphing() {
            return;
        }
        // Another state is not what the morph was meant for.
        let loaded = self.parameters.shared.loads() != self.loads;
        let due = self.with_known(|edits, known| match loaded {
            true => edits.take(vec![Action::StopMorph], true, known),
            false => edits.go_on(known),
        });
        due.into_iter().for_each(|action| self.carry_out(action));
    }

    /// Complete gestures that overlap, so that a host records them as one step.
    fn gestures(&self, values: &[(Parameter, f32)]) {
        values.iter().for_each(|(parameter, _)| self.on_host(*parameter, Step::Begin));
        values.iter().for_each(|(parameter, value)| self.on_host(*parameter, Step::Set(*value)));
        values.iter().for_each(|(parameter, _)| self.on_host(*parameter, Step::End));
    }

    /// Keeps the window's size for the next opening.
    fn remember_size(&self, size: [u32; 2]) {
        let shared = &self.parameters.shared;
        if shared.session(|session| session.editor_size) != size {
            shared.edit_session(|session| session.editor_size = size);
        }
    }

    fn on_host(&self, parameter: Parameter, step: Step) {
        let setter = self.host.param_setter();
        match self.parameters.all.get(parameter.index()) {
            Some(HostParameter::Continuous(param)) => step.take(&setter, param, |value| value),
            Some(HostParameter::Choice(param)) => step.take(&setter, param, |value| value as i32),
            Some(HostParameter::Toggle(param)) => step.take(&setter, param, |value| value >= 0.5),
            None => {}
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.meters.scope.look_at(None);
        self.line.stop(&self.parameters.shared);
        // A host that destroys the plugin before its window leaves the framework nothing to tell;
        // it panics then, and a panic here would end the host.
        let ended = catch_unwind(AssertUnwindSafe(|| {
            self.end_adopting();
            self.end_gestures();
        }));
        if ended.is_err() {
            log::warn!(
                "Switchyard's editor was closed after its plugin, in the middle of a gesture"
            );
        }
    }
}

/// What the macros are called and drive at their values.
fn macros(session: &Session, routing: &Routing) -> Vec<MacroWords> {
    let values = routing.macros.iter().zip(&session.macros).enumerate();
    values
        .map(|(at, (value, known))| MacroWords {
            name: known.name.clone(),
            drives: session.macro_text(at, *value),
        })
        .collect()
}

/// The name of the program the plugin runs in, such as "reaper".
fn program() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The value the user set, without the host's modulation, because an edit starts from it.
fn own_value(host: &HostParameter) -> f32 {
    match host {
        HostParameter::Continuous(param) => param.unmodulated_plain_value(),
        HostParameter::Choice(param) => param.unmodulated_plain_value() as f32,
        HostParameter::Toggle(param) => f32::from(u8::from(param.unmodulated_plain_value())),
    }
}

/// One step of a gesture.
#[derive(Clone, Copy)]
enum Step {
    Begin,
    Set(f32),
    End,
}

impl Step {
    fn take<P: Param>(self, setter: &ParamSetter<'_>, param: &P, plain: impl Fn(f32) -> P::Plain) {
        match self {
            Step::Begin => setter.begin_set_parameter(param),
            Step::Set(value) => setter.set_parameter(param, plain(value)),
            Step::End => setter.end_set_parameter(param),
        }
    }
}
