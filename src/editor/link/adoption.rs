//! A whole mixer on its way to the host: its values go out as gestures, a part a picture, while the
//! audio thread keeps its old ones; then all of them and the chains begin in one block.
//!
//! Not here: what the mixer is ([`Whole`](crate::editor::whole::Whole)). The editor's thread.
//!
//! The framework keeps so many events for the host and drops what is more, and a value is the
//! parameter's only once the host took it. So each part waits until the one before it arrived.

use crate::plugin::parameters::HostParameters;
use crate::plugin::shared::{Hold, Shared};
use crate::routing::parameter::Parameter;
use std::collections::VecDeque;
use std::sync::Arc;

/// How many values go out at once. Each is three events, and the framework's queue holds 2,048.
pub const PART: usize = 400;
/// How long a part may take to arrive, in seconds. A host that neither plays nor answers is not
/// waited for.
const PATIENCE: f32 = 1.0;
/// Values this near are the same: they travel normalised, in 32 bits.
const SAME: f32 = 1e-4;

/// Values on their way.
pub struct Adoption {
    waiting: VecDeque<(Parameter, f32)>,
    sent: Vec<(Parameter, f32)>,
    waited: f32,
    hold: Hold,
}

impl Adoption {
    /// Begins: from now on the audio thread keeps its values.
    pub fn new(shared: &Arc<Shared>) -> Adoption {
        Adoption { waiting: VecDeque::new(), sent: Vec::new(), waited: 0.0, hold: shared.hold() }
    }

    /// Takes values in, behind those that wait.
    pub fn extend(&mut self, values: &[(Parameter, f32)]) {
        self.waiting.extend(values);
    }

    /// The values that are due, `seconds` after the last call; `None` while others are on their way.
    pub fn due(
        &mut self,
        seconds: f32,
        parameters: &HostParameters,
    ) -> Option<Vec<(Parameter, f32)>> {
        self.waited += seconds;
        let arrived = |(parameter, value): &(Parameter, f32)| {
            (super::own_value(&parameters.all[parameter.index()]) - value).abs() <= SAME
        };
        if self.waited < PATIENCE && !self.sent.iter().all(arrived) {
            return None;
        }
        self.waited = 0.0;
        self.sent = self.waiting.drain(..PART.min(self.waiting.len())).collect();
        Some(self.sent.clone())
    }

    /// The values that may not have arrived yet, the latest last.
    pub fn under_way(&self) -> impl Iterator<Item = &(Parameter, f32)> {
        self.sent.iter().chain(&self.waiting)
    }

    /// Everything that has not gone out, for when there is no time to wait any more.
    pub fn rest(&mut self) -> Vec<(Parameter, f32)> {
        self.waiting.drain(..).collect()
    }

    /// Ends: values and chains begin together.
    pub fn end(self, shared: &Shared) {
        shared.commit(self.hold);
    }
}
