//! A check on its way: sends bursts to the engine, takes them back and fills the grid.
//!
//! Not here: the audio thread's part ([`crate::engine::probe`]). Whoever owns the operator calls
//! [`LineCheck::advance`] about as often as a screen is drawn.

use super::{Arrival, Cell, Ear, Expected, Grid, signal};
use crate::engine::probe::{Burst, Operator, Reason};
use crate::engine::ramp_length;
use crate::routing::{Input, OUTPUT_PORTS, Routing, STRIPS};
use crate::schedule::Schedule;

/// Seconds without a burst coming home after which nobody seems to process.
const PATIENCE: f32 = 3.0;

/// How much longer than signal and latency is listened, in samples: as late as something may be and
/// still be told how late.
pub fn slack(sample_rate: f64) -> usize {
    ramp_length(sample_rate) as usize
}

/// Why a check ended too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The audio thread's reason.
    Engine(Reason),
    /// The plugin was switched off meanwhile.
    Gone,
    /// The host does not process.
    NoSound,
}

impl Why {
    /// What happened and what to do, in a sentence or two.
    pub fn words(self) -> &'static str {
        match self {
            Why::Engine(Reason::Asked) => "Stopped.",
            Why::Engine(Reason::Transport) => {
                "Stopped, because the transport runs. Stop the transport and begin again."
            }
            Why::Engine(Reason::Changed) => {
                "Stopped, because a value or a chain changed, perhaps by the host's modulation. \
                 Begin again."
            }
            Why::Engine(Reason::Reset) | Why::Gone => {
                "Stopped, because the host reset the plugin or switched it off. Begin again."
            }
            Why::Engine(Reason::Alone) => {
                "Stopped, because the screen did not keep up. Begin again."
            }
            Why::NoSound => {
                "The host does not process the plugin now. Let it run plugins while the transport \
                 stands, play for a moment, and begin again."
            }
        }
    }
}

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It goes on.
    Running,
    /// Every strip that hears a port was tested.
    Done,
    /// It ended before that.
    Stopped(Why),
}

/// One check.
pub struct LineCheck {
    /// Its number with the operator.
    number: u64,
    routing: Routing,
    schedule: Schedule,
    sample_rate: f64,
    /// What the grid's expectation counts as latency, in samples.
    latency: u32,
    /// Strips that hear a port, in order; how many were sent out, and how many are measured.
    strips: Vec<usize>,
    sent: usize,
    measured: usize,
    /// Seconds since a burst came home.
    waited: f32,
    ear: Option<Ear>,
    grid: Grid,
    state: State,
}

/// The strips that hear a port, which are those a check tests.
pub fn tested(routing: &Routing) -> Vec<usize> {
    let hears = |strip: &usize| matches!(routing.strips[*strip].input, Input::Port(_));
    (0..STRIPS).filter(hears).collect()
}

impl LineCheck {
    /// Begins to check that the engine does what `routing` and `schedule` say, unless the last check
    /// is not quite over.
    pub fn begin(
        routing: &Routing,
        schedule: &Schedule,
        sample_rate: f64,
        operator: &mut Operator,
    ) -> Option<LineCheck> {
        if !operator.begin() {
            return None;
        }
        let latency = schedule.latency.max(operator.latency());
        let mut check = LineCheck {
            number: operator.number(),
            routing: *routing,
            schedule: *schedule,
            sample_rate,
            latency,
            strips: tested(routing),
            sent: 0,
            measured: 0,
            waited: 0.0,
            ear: None,
            grid: Grid::new(Expected::of(routing, schedule, latency)),
            state: State::Running,
        };
        check.advance(operator, 0.0);
        Some(check)
    }

    /// Goes on, `seconds` after the last time: measures at most one strip and sends what there is
    /// room for.
    pub fn advance(&mut self, operator: &mut Operator, seconds: f32) {
        if self.state != State::Running {
            return;
        }
        if operator.number() != self.number {
            // This operator belongs to another engine.
            self.state = State::Stopped(Why::Gone);
            return;
        }
        self.waited += seconds;
        if let Some(burst) = operator.take()
            && burst.is_whole()
        {
            self.measure(&burst);
        }
        if self.measured == self.strips.len() {
            operator.stop();
            self.state = State::Done;
        } else if let Some(reason) = operator.reason() {
            self.state = State::Stopped(Why::Engine(reason));
        } else if operator.is_alone() {
            self.state = State::Stopped(Why::Gone);
        } else if self.waited > PATIENCE {
            self.end(operator, Why::NoSound);
        } else {
            self.send(operator);
        }
    }

    fn send(&mut self, operator: &mut Operator) {
        while operator.is_free()
            && let Some(strip) = self.strips.get(self.sent)
        {
            let signal = signal(*strip, self.grid.expected.level(*strip), self.sample_rate);
            let window = signal[0].len() + self.latency as usize + slack(self.sample_rate);
            // There is room.
            let _ = operator.send(Box::new(Burst::new(*strip, signal, window)));
            self.sent += 1;
        }
    }

    fn measure(&mut self, burst: &Burst) {
        self.waited = 0.0;
        self.measured += 1;
        if burst.latency() != self.latency {
            self.latency = burst.latency().max(self.schedule.latency);
            self.grid.expected = Expected::of(&self.routing, &self.schedule, self.latency);
        }
        let (signal, window) = (burst.signal()[0].len(), burst.heard(0, 0).len());
        let ear = match self.ear.take().filter(|ear| ear.fits(signal, window)) {
            Some(ear) => ear,
            None => Ear::new(signal, window),
        };
        let arrivals: [Arrival; OUTPUT_PORTS] = ear.hear(burst);
        self.ear = Some(ear);
        let paths = &self.grid.expected.paths[burst.strip()];
        let cells = std::array::from_fn(|port| Cell::of(paths[port], arrivals[port]));
        self.grid.rows[burst.strip()] = Some(Box::new(cells));
    }

    /// Ends it at once.
    pub fn stop(&mut self, operator: &Operator) {
        self.end(operator, Why::Engine(Reason::Asked));
    }

    /// Ends it at once, for a reason.
    pub fn end(&mut self, operator: &Operator, why: Why) {
        if self.state == State::Running {
            operator.stop();
            self.state = State::Stopped(why);
        }
    }

    /// The engine is gone.
    pub fn lose(&mut self) {
        if self.state == State::Running {
            self.state = State::Stopped(Why::Gone);
        }
    }

    /// How far it is.
    pub fn state(&self) -> State {
        self.state
    }

    /// The routing that is checked.
    pub fn routing(&self) -> &Routing {
        &self.routing
    }

    /// What is expected and what was found so far.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// How many strips are measured, and how many there are to measure.
    pub fn progress(&self) -> (usize, usize) {
        (self.measured, self.strips.len())
    }
}
