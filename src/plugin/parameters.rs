//! The host's parameter objects: one per entry of [`crate::routing::parameter::ALL`], in its order.
//!
//! Not here: ids, names, ranges and texts (they are the routing's) and what a value does to sound.
//! Built on the main thread; values are read and written from any thread through atomics.

use super::shared::Shared;
use crate::routing::parameter::{ALL, Kind, Parameter};
use nice_plug::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// The key of the session beside the parameters in a saved state.
pub const SESSION_FIELD: &str = "session";

/// One host parameter as the framework wants it.
pub enum HostParameter {
    /// A continuous value.
    Continuous(FloatParam),
    /// One of a list.
    Choice(IntParam),
    /// On or off.
    Toggle(BoolParam),
}

/// What stands between a macro's value and what it drives.
const DRIVES: &str = " · ";

/// The text of a value; a macro's also says what it drives. [main-thread]
fn text_of(parameter: Parameter, value: f32, shared: &Weak<Shared>) -> String {
    let text = parameter.to_text(value);
    let Parameter::Macro(index) = parameter else { return text };
    let Some(shared) = shared.upgrade() else { return text };
    let driven = shared.session(|session| session.macro_text(index as usize, value / 100.0));
    if driven.is_empty() { text } else { format!("{text}{DRIVES}{driven}") }
}

impl HostParameter {
    fn new(parameter: Parameter, index: usize, shared: &Arc<Shared>) -> HostParameter {
        let kind = parameter.kind();
        let (min, max) = kind.range();
        let default = parameter.default_value();
        let automatable = parameter.is_automatable();
        let touched = Arc::clone(shared);
        let told = Arc::downgrade(shared);
        let to_text = move |value: f32| text_of(parameter, value, &told);
        match kind {
            Kind::Toggle => {
                let mut param = BoolParam::new(parameter.name(), default >= 0.5)
                    .with_value_to_string(Arc::new(move |on| to_text(if on { 1.0 } else { 0.0 })))
                    .with_string_to_value(Arc::new(move |text| {
                        parameter.from_text(text).map(|value| value >= 0.5)
                    }))
                    .with_callback(Arc::new(move |_| touched.touch(index)));
                if parameter == Parameter::Bypass {
                    param = param.make_bypass();
                }
                HostParameter::Toggle(if automatable { param } else { param.non_automatable() })
            }
            Kind::Choice(_) => {
                let range = IntRange::Linear { min: min as i32, max: max as i32 };
                let param = IntParam::new(parameter.name(), default as i32, range)
                    .with_value_to_string(Arc::new(move |value| to_text(value as f32)))
                    .with_string_to_value(Arc::new(move |text| {
                        parameter.from_text(text).map(|value| value as i32)
                    }))
                    .with_callback(Arc::new(move |_| touched.touch(index)));
                HostParameter::Choice(if automatable { param } else { param.non_automatable() })
            }
            _ => {
                let range = FloatRange::Linear { min, max };
                let param = FloatParam::new(parameter.name(), default, range)
                    .with_value_to_string(Arc::new(to_text))
                    .with_string_to_value(Arc::new(move |text| {
                        // What a macro drives stands behind its value and says nothing new.
                        parameter.from_text(text.split(DRIVES).next().unwrap_or(text))
                    }))
                    .with_callback(Arc::new(move |_| touched.touch(index)));
                HostParameter::Continuous(if automatable { param } else { param.non_automatable() })
            }
        }
    }

    /// The plain value as the routing knows it, host modulation included.
    pub fn value(&self) -> f32 {
        match self {
            HostParameter::Continuous(param) => param.value(),
            HostParameter::Choice(param) => param.value() as f32,
            HostParameter::Toggle(param) => f32::from(u8::from(param.value())),
        }
    }

    /// The handle the framework's contexts take.
    pub fn as_ptr(&self) -> ParamPtr {
        match self {
            HostParameter::Continuous(param) => param.as_ptr(),
            HostParameter::Choice(param) => param.as_ptr(),
            HostParameter::Toggle(param) => param.as_ptr(),
        }
    }

    /// The normalised value (0..1) of a plain one.
    pub fn normalized(&self, plain: f32) -> f32 {
        match self {
            HostParameter::Continuous(param) => param.preview_normalized(plain),
            HostParameter::Choice(param) => param.preview_normalized(plain as i32),
            HostParameter::Toggle(param) => param.preview_normalized(plain >= 0.5),
        }
    }
}

/// All parameters and the saved session of one instance.
pub struct HostParameters {
    /// In the frozen order.
    pub all: Box<[HostParameter]>,
    /// What the threads of this instance share.
    pub shared: Arc<Shared>,
}

impl HostParameters {
    /// All parameters at their defaults.
    pub fn new(shared: Arc<Shared>) -> HostParameters {
        let all = ALL
            .iter()
            .enumerate()
            .map(|(index, parameter)| HostParameter::new(*parameter, index, &shared))
            .collect();
        HostParameters { all, shared }
    }
}

// SAFETY: the pointers given out point into `all`, a boxed slice that is never resized and lives as
// long as this object, which the framework keeps alive while it uses them.
unsafe impl Params for HostParameters {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        ALL.iter()
            .zip(&self.all)
            .map(|(parameter, host)| (parameter.id(), host.as_ptr(), parameter.group()))
            .collect()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        BTreeMap::from([(SESSION_FIELD.to_string(), self.shared.session_json())])
    }

    fn deserialize_fields(&self, fields: &BTreeMap<String, String>) {
        if let Some(json) = fields.get(SESSION_FIELD) {
            self.shared.load_session_json(json);
        }
    }
}
