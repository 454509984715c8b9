//! A line check as one window sees it: asked for, begun, followed and stopped.
//!
//! Not here: the check itself ([`crate::line_check`]) and how it is shown. The editor's thread; what
//! it began ends with the window.

use crate::editor::line_check::{LineState, LineStep};
use crate::line_check::{Grid, LineCheck, State, duration, tested};
use crate::plugin::shared::Shared;
use crate::routing::Routing;
use crate::schedule::Schedule;
use std::sync::Arc;

/// What a check is begun with.
pub struct Desk<'a> {
    /// Where the engine is met.
    pub shared: &'a Shared,
    /// The values the user set.
    pub routing: &'a Routing,
    /// What becomes of them.
    pub schedule: &'a Schedule,
    /// In Hz.
    pub sample_rate: f64,
}

/// The check of one window.
#[derive(Default)]
pub struct Line {
    asking: bool,
    check: Option<LineCheck>,
    /// The grid as last shown, and how many strips are in it.
    shown: Option<(Arc<Grid>, usize)>,
}

impl Line {
    /// Does what the user asked for. Says in words what cannot be.
    pub fn take(&mut self, step: LineStep, desk: &Desk<'_>) -> Result<(), String> {
        self.asking = step == LineStep::Ask;
        match step {
            LineStep::Ask => {}
            LineStep::Close => self.check = None,
            LineStep::Stop => self.stop(desk.shared),
            LineStep::Begin => {
                desk.shared.want_processing();
                self.shown = None;
                self.check = desk.shared.with_operator(|operator| {
                    let Some(operator) = operator else {
                        return Err("The plugin is switched off in the host, so nothing can be \
                                    heard. Switch it on and begin again.");
                    };
                    let Desk { routing, schedule, sample_rate, .. } = *desk;
                    LineCheck::begin(routing, schedule, sample_rate, operator)
                        .map(Some)
                        .ok_or("The last line check is not quite over. Begin again.")
                })?;
            }
        }
        Ok(())
    }

    /// Ends a check that runs.
    pub fn stop(&mut self, shared: &Shared) {
        if let Some(check) = &mut self.check {
            shared.with_operator(|operator| match operator {
                Some(operator) => check.stop(operator),
                None => check.lose(),
            });
        }
    }

    /// The check goes on, `seconds` after the last time. What is to be shown of it.
    pub fn advance(&mut self, desk: &Desk<'_>, seconds: f32) -> LineState {
        if self.asking {
            let strips = tested(desk.routing).len();
            let latency = desk.shared.latency().max(desk.schedule.latency);
            let seconds = duration(strips, latency, desk.sample_rate) as f32;
            return LineState::Asking { strips, seconds };
        }
        let Some(check) = &mut self.check else { return LineState::Idle };
        desk.shared.with_operator(|operator| match operator {
            Some(operator) => check.advance(operator, seconds),
            None => check.lose(),
        });
        let (done, of) = check.progress();
        let grid = match self.shown.take() {
            Some((grid, strips)) if strips == done => grid,
            _ => Arc::new(check.grid().clone()),
        };
        self.shown = Some((Arc::clone(&grid), done));
        let stale = check.routing() != desk.routing;
        match check.state() {
            State::Running => LineState::Running { grid, done, of },
            State::Done => LineState::Over { grid, why: None, stale },
            State::Stopped(why) => LineState::Over { grid, why: Some(why.words()), stale },
        }
    }
}
