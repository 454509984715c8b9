//! The link between the views and the host: it fills the snapshot from the parameters, the session
//! and the meters, and applies actions to them. The only file here that knows the plugin framework.
//!
//! Not here: anything drawn, and the window itself ([`window`]). A [`Link`] lives as long as one
//! window, on that window's thread; gestures cut off by its closing end with it.

pub mod window;

use super::action::{Action, Gestures};
use super::ballistics::{Ballistics, Reading};
use super::view::{Names, View};
use crate::engine::meters::{METERS, Meter, Meters};
use crate::plugin::parameters::{HostParameter, HostParameters};
use crate::routing::parameter::{ALL, Parameter};
use crate::routing::{BUSES, Node, Routing, STRIPS};
use crate::schedule::{self, Schedule, Timing};
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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
        // A host that destroys the plugin before its window leaves the framework nothing to tell;
        // it panics then, and a panic here would end the host.
        let ended = catch_unwind(AssertUnwindSafe(|| self.end_gestures()));
        if ended.is_err() {
            log::warn!(
                "Switchyard's editor was closed after its plugin, in the middle of a gesture"
            );
        }
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
