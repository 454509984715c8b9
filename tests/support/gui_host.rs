//! A host as the editor's link sees it: it writes down every gesture and, while it plays, takes each
//! value at once.
//!
//! Not here: sound and windows. Support for tests of the link.
#![allow(dead_code)] // Each test file uses its part.

use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContextInner;
use nice_plug::params::internals::ParamPtr;
use nice_plug::plugin::PluginState;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use switchyard::plugin::parameters::HostParameters;
use switchyard::routing::parameter::{ALL, Parameter};

/// One event of a gesture; a value is normalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    Begin,
    Set(f32),
    End,
}

/// The host.
#[derive(Default)]
pub struct GuiHost {
    pub heard: Mutex<Vec<(ParamPtr, Heard)>>,
    /// Values that are set become the parameters', as when a host plays.
    pub plays: AtomicBool,
}

impl GuiHost {
    /// One that takes each value at once.
    pub fn playing() -> GuiHost {
        GuiHost { plays: AtomicBool::new(true), ..GuiHost::default() }
    }

    fn hear(&self, param: ParamPtr, what: Heard) {
        self.heard.lock().unwrap().push((param, what));
    }

    /// What it heard since the last call, the parameters by their own names.
    pub fn take(&self, parameters: &HostParameters) -> Vec<(Parameter, Heard)> {
        let own = |param: &ParamPtr| {
            let at = parameters.all.iter().position(|host| host.as_ptr() == *param);
            ALL[at.expect("a parameter of this instance")]
        };
        let mut heard = self.heard.lock().unwrap();
        heard.drain(..).map(|(param, what)| (own(&param), what)).collect()
    }
}

impl GuiContextInner for GuiHost {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.hear(param, Heard::Begin);
    }
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        self.hear(param, Heard::Set(normalized));
        if self.plays.load(Relaxed) {
            // SAFETY: the instance, and so its parameters, outlives its editor.
            unsafe { param._internal_set_normalized_value(normalized) };
        }
    }
    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.hear(param, Heard::End);
    }
    fn get_state(&self) -> PluginState {
        PluginState { version: String::new(), params: BTreeMap::new(), fields: BTreeMap::new() }
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}

/// How many gestures there are, each of which begins and ends once and in order.
pub fn paired(heard: &[(Parameter, Heard)]) -> usize {
    let mut open = Vec::new();
    for (parameter, what) in heard {
        match what {
            Heard::Begin => {
                assert!(!open.contains(parameter), "{parameter:?} begins twice");
                open.push(*parameter);
            }
            Heard::Set(_) => assert!(open.contains(parameter), "{parameter:?} set outside"),
            Heard::End => {
                let at = open.iter().position(|one| one == parameter).expect("it began");
                open.remove(at);
            }
        }
    }
    assert!(open.is_empty(), "{open:?} did not end");
    heard.iter().filter(|(_, what)| *what == Heard::Begin).count()
}
