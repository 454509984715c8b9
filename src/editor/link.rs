//! The link between the views and the host: it fills the snapshot from the parameters, the session
//! and the meters, and applies actions to them. The only file here that knows the plugin framework.
//!
//! Not here: anything drawn. A [`Link`] lives as long as one window, on that window's thread; what
//! it holds of the host is given back when the window closes, and gestures cut off by that end.

use super::action::{Action, Gestures};
use super::ballistics::{Ballistics, Reading};
use super::view::{Names, View};
use super::{MAXIMUM_SIZE, MINIMUM_SIZE, theme};
use crate::engine::meters::{METERS, Meter, Meters};
use crate::plugin::parameters::{HostParameter, HostParameters};
use crate::routing::parameter::{ALL, Parameter};
use crate::routing::{BUSES, Node, Routing, STRIPS};
use crate::schedule::{self, Schedule, Timing};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{HostMethods, SizeConstraints, SpawnedEditor};
use nice_plug::prelude::*;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp,
    RepaintNotifier, create_egui_editor,
};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a picture stays before meters move on. About 30 a second, and only while open.
const PICTURE: Duration = Duration::from_millis(33);

/// The values and gestures of one instance, as one window sees them.
pub struct Link {
    parameters: Arc<HostParameters>,
    meters: Arc<Meters>,
    host: GuiContext,
    gestures: Gestures,
    ballistics: [Ballistics; METERS],
    compiled: Option<(Routing, Schedule)>,
}

impl Link {
    /// A link to the host behind `host`.
    pub fn new(parameters: Arc<HostParameters>, meters: Arc<Meters>, host: GuiContext) -> Link {
        Link {
            parameters,
            meters,
            host,
            gestures: Gestures::default(),
            ballistics: [Ballistics::default(); METERS],
            compiled: None,
        }
    }

    /// A snapshot `seconds` after the last one.
    pub fn view(&mut self, seconds: f32) -> View {
        let mut routing = Routing::default();
        for (parameter, host) in ALL.iter().zip(&self.parameters.all) {
            parameter.set(&mut routing, own_value(host));
        }
        let shared = Arc::clone(&self.parameters.shared);
        let names = shared.session(|session| Names {
            strips: session.strip_names.clone(),
            buses: session.bus_names.clone(),
        });
        View {
            routing,
            schedule: self.schedule(&routing),
            names,
            meters: self.readings(seconds),
            faults: std::array::from_fn(|strip| self.meters.fault(strip)),
            load: self.meters.load(),
            latency: shared.latency(),
            restart_needed: shared.is_restart_needed(),
        }
    }

    /// Compiled only when a value changed.
    fn schedule(&mut self, routing: &Routing) -> Schedule {
        match &self.compiled {
            Some((known, schedule)) if known == routing => *schedule,
            _ => {
                let schedule = schedule::compile(routing, &Timing::ZERO);
                self.compiled = Some((*routing, schedule));
                schedule
            }
        }
    }

    fn readings(&mut self, seconds: f32) -> [Reading; METERS] {
        let mut readings = [Reading::SILENCE; METERS];
        for meter in every_meter() {
            let at = meter.index();
            readings[at] = self.ballistics[at].advance(self.meters.take_peak(meter), seconds);
        }
        readings
    }

    /// Does what the user asked for. With `held`, a pointer button is down; without, no gesture
    /// can be under way, so one that was cut off ends here.
    pub fn apply(&mut self, actions: Vec<Action>, held: bool) {
        for action in actions {
            if self.gestures.admit(&action) {
                self.carry_out(action);
            }
        }
        if !held {
            self.end_gestures();
        }
    }

    fn end_gestures(&mut self) {
        for end in self.gestures.end_all() {
            self.carry_out(end);
        }
    }

    fn carry_out(&self, action: Action) {
        let shared = &self.parameters.shared;
        match action {
            Action::Begin(parameter) => self.on_host(parameter, Step::Begin),
            Action::Set(parameter, value) => self.on_host(parameter, Step::Set(value)),
            Action::End(parameter) => self.on_host(parameter, Step::End),
            Action::ClearFault(strip) => self.meters.clear_fault(strip),
            Action::Rename(node, name) => shared.edit_session(|session| {
                let kept = match node {
                    Node::Strip(i) => session.strip_names.get_mut(i),
                    Node::Bus(j) => session.bus_names.get_mut(j),
                    Node::Main => None,
                };
                if let Some(kept) = kept {
                    *kept = if name == node.to_string() { String::new() } else { name };
                }
            }),
            Action::Resize(size) => self.remember_size(size),
        }
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
        self.end_gestures();
    }
}

fn every_meter() -> impl Iterator<Item = Meter> {
    let strips = (0..STRIPS).flat_map(|i| [Meter::StripInput(i), Meter::Strip(i)]);
    let outs = [Meter::Main, Meter::MonitorA, Meter::MonitorB, Meter::Cue];
    strips.chain((0..BUSES).map(Meter::Bus)).chain(outs)
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

/// The editor of one instance, for the framework to open. [main-thread]
pub fn create(parameters: Arc<HostParameters>, meters: Arc<Meters>) -> Option<PluginEditor> {
    Some(PluginEditor { parameters, meters, state: Mutex::new(None) })
}

/// Opens windows. Each gets a state and an app of its own that go with it, because the framework
/// says nothing to an app whose window closes, and an app that kept the host's context would keep
/// the whole instance alive.
pub struct PluginEditor {
    parameters: Arc<HostParameters>,
    meters: Arc<Meters>,
    state: Mutex<Option<Arc<EguiEditorState>>>,
}

impl PluginEditor {
    fn state(&self) -> MutexGuard<'_, Option<Arc<EguiEditorState>>> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The open window's state, or a fresh one of the remembered size.
    fn current_state(&self) -> Arc<EguiEditorState> {
        let open = self.state().clone().filter(|state| state.is_open());
        open.unwrap_or_else(|| {
            let size = self.parameters.shared.session(|session| session.editor_size);
            let [width, height] =
                [0, 1].map(|axis| size[axis].clamp(MINIMUM_SIZE[axis], MAXIMUM_SIZE[axis]) as f32);
            EguiEditorState::from_size(LogicalSize::new(width, height), 1.0)
        })
    }

    fn window(&self, state: Arc<EguiEditorState>) -> Option<EguiEditor<App>> {
        let app = App {
            parameters: Arc::clone(&self.parameters),
            meters: Arc::clone(&self.meters),
            open: None,
        };
        let settings = EguiNiceSettings::new().with_tile("Switchyard").with_resize_hint(hint());
        create_egui_editor(state, RepaintNotifier::new(), settings, app)
    }
}

fn hint() -> ResizeHint {
    let size = |[width, height]: [u32; 2]| Some(LogicalSize::new(width as f32, height as f32));
    ResizeHint {
        size_constraints: SizeConstraints::Logical {
            min_size: size(MINIMUM_SIZE),
            max_size: size(MAXIMUM_SIZE),
        },
        ..ResizeHint::RESIZABLE
    }
}

impl Editor for PluginEditor {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<EguiEditorHandle>, Box<dyn Error>> {
        let state = self.current_state();
        let window = self.window(Arc::clone(&state)).ok_or("the editor cannot be made")?;
        let spawned =
            window.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)?;
        *self.state() = Some(state);
        Ok(spawned)
    }

    fn size(&self) -> NativeSize<u32> {
        let state = self.current_state();
        self.window(state).map_or(NativeSize::new(0, 0), |window| window.size())
    }

    fn resize_hint(&self) -> ResizeHint {
        hint()
    }
}

/// What runs in one open window.
struct App {
    parameters: Arc<HostParameters>,
    meters: Arc<Meters>,
    open: Option<Open>,
}

/// A link and the time of its last picture. Gone after a fault in a view.
struct Open {
    link: Link,
    last: Instant,
}

impl Open {
    fn draw(&mut self, ui: &mut egui::Ui) {
        let now = Instant::now();
        let view = self.link.view((now - self.last).as_secs_f32());
        self.last = now;
        let mut actions = super::show(ui, &view);
        actions.retain(|action| {
            // The window asks the host; it is remembered when the host has agreed.
            if let Action::Resize([width, height]) = action {
                let size = egui::vec2(*width as f32, *height as f32);
                ui.ctx().send_viewport_cmd(egui::ViewportCommand::InnerSize(size));
                return false;
            }
            true
        });
        let held = ui.input(|input| input.pointer.any_down());
        self.link.apply(actions, held);
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        nice_gui_ctx: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::apply(&egui_ctx);
        frame.set_clear_color(theme::GROUND.into());
        let link = Link::new(self.parameters.clone(), self.meters.clone(), nice_gui_ctx);
        self.open = Some(Open { link, last: Instant::now() });
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        // A fault in a view must cost the picture, never the host and the sound.
        if let Some(open) = &mut self.open
            && catch_unwind(AssertUnwindSafe(|| open.draw(ui))).is_err()
        {
            log::error!("Switchyard's editor met a fault and stopped; the sound goes on");
            self.open = None;
        }
        match self.open {
            Some(_) => ui.ctx().request_repaint_after(PICTURE),
            None => {
                ui.label(
                    "The editor met a fault and stopped. The sound goes on. Reopen the window.",
                );
            }
        }
    }

    fn resized(&mut self, new_size: WindowSize) {
        if let Some(open) = &mut self.open {
            let size = new_size.logical;
            let size = [size.width.round() as u32, size.height.round() as u32];
            open.link.apply(vec![Action::Resize(size)], true);
        }
    }
}
