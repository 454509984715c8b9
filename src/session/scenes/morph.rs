//! The way from the present mix to a scene: which values glide and where each is at any moment.
//!
//! Not here: time, the host. Pure; main thread.
//!
//! What is continuous glides in a straight line of its plain value: faders and sends on the travel of
//! the fader, pans, trims and percents as they are. Switches, taps and chains have no way between;
//! they change at the end, when the scene is recalled. So a morph ends as a recall does, and one of no
//! length is a recall.

use super::recall::Recall;
use super::{Scene, is_continuous};
use crate::routing::Routing;
use crate::routing::parameter::Parameter;
use crate::session::Session;

/// One value on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glide {
    /// Whose plain value.
    pub parameter: Parameter,
    /// Where it begins.
    pub from: f32,
    /// Where it ends.
    pub to: f32,
}

impl Glide {
    /// Where it is at a position of the way, 0 to 1.
    pub fn at(&self, position: f32) -> f32 {
        match position {
            // Without a rounding error at its end.
            p if p >= 1.0 => self.to,
            p => self.parameter.kind().clamp(self.from + (self.to - self.from) * p.max(0.0)),
        }
    }
}

/// The values that glide from a mix to a scene, within the session's scope and safes. A macro whose
/// targets change waits for the end: before, it would move what the scene leaves alone.
pub fn glides(scene: &Scene, routing: &Routing, session: &Session) -> Vec<Glide> {
    let recall = Recall::of(scene, routing, session);
    let waits = |parameter: Parameter| match parameter {
        Parameter::Macro(n) => recall.drives.iter().any(|(at, _)| *at == usize::from(n)),
        _ => false,
    };
    let glides = recall.values.iter().filter(|(one, _)| is_continuous(*one) && !waits(*one));
    glides
        .map(|(parameter, to)| Glide {
            parameter: *parameter,
            from: parameter.get(routing),
            to: *to,
        })
        .collect()
}
