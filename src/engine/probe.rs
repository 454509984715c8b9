//! The probe of a line check: takes the place of the host's sound at one strip after another and
//! keeps what then arrives at the output ports.
//!
//! Not here: what the test signal is, what should arrive and what to make of it
//! (`crate::line_check`). The [`Operator`] is the main thread's end, the [`Probe`] the audio
//! thread's; bursts travel between them with all memory they need, so nothing is allocated, freed or
//! waited for here.
//!
//! ```text
//!  Idle ─► Leaving ─► Flushing ─► Ready ◄─► Playing ─► Stopping
//!   ▲      10 ms       latency │    │                     │
//!   └──────────────────────────┴────┴──◄── Flushing ◄─────┘
//! ```
//!
//! The program fades out, the delays run empty, bursts are played, the delays run empty again and the
//! program fades in. From Flushing to Flushing effects hear silence and every chain passes its dry
//! signal only. A burst begins with a block, as everything does that comes by message.
//!
//! **Architecture invariant**: it never stays on. A burst has an end, waiting for the next has one,
//! and every reason to stop leads back to Idle without anybody's help.

use super::Ports;
use crate::dsp::glide::Glide;
use crate::dsp::{SILENCE, Stereo};
use crate::routing::OUTPUT_PORTS;
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::*};

/// How many bursts may be away: one plays, one waits.
const AWAY: usize = 2;
/// Seconds the probe waits for the next burst before the program comes back.
const PATIENCE: f64 = 1.0;
/// No output sample is larger than this while a burst plays, −14 dBFS, however wrong the routing is.
pub const LOUDEST: f32 = 0.2;

/// One strip's test signal on its way out, with what arrived on its way home.
pub struct Burst {
    strip: usize,
    signal: [Vec<f32>; 2],
    heard: Vec<f32>,
    window: usize,
    written: usize,
    /// It was stopped on its way.
    cut: bool,
    latency: u32,
}

impl Burst {
    /// Left and right of the signal (equally long) that stands for the strip's input port; `window`
    /// is how many frames are kept of every output, from the signal's first on. [main-thread]
    pub fn new(strip: usize, signal: [Vec<f32>; 2], window: usize) -> Burst {
        let window = window.max(1);
        let heard = vec![0.0; 2 * OUTPUT_PORTS * window];
        Burst { strip, signal, heard, window, written: 0, cut: false, latency: 0 }
    }

    /// Which strip heard it.
    pub fn strip(&self) -> usize {
        self.strip
    }

    /// Left and right as they were played.
    pub fn signal(&self) -> &[Vec<f32>; 2] {
        &self.signal
    }

    /// One side of what arrived at an output port.
    pub fn heard(&self, port: usize, side: usize) -> &[f32] {
        let at = (2 * port + side) * self.window;
        &self.heard[at..at + self.window]
    }

    /// The latency in samples that the engine reported when it was played.
    pub fn latency(&self) -> u32 {
        self.latency
    }

    /// Whether all of the window was heard; if not, the check was stopped.
    pub fn is_whole(&self) -> bool {
        !self.cut && self.written == self.window
    }
}

/// Why a check ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody said so, or nothing is left to play.
    Asked,
    /// The host's transport runs.
    Transport,
    /// Values or chains changed, so that what was expected holds no longer.
    Changed,
    /// The engine was reset.
    Reset,
    /// No burst came for a while.
    Alone,
}

impl Reason {
    const ALL: [Reason; 5] =
        [Reason::Asked, Reason::Transport, Reason::Changed, Reason::Reset, Reason::Alone];
}

/// What the audio thread tells and is told without a message.
#[derive(Default)]
struct Status {
    stop: AtomicBool,
    is_on: AtomicBool,
    /// 0, or one more than the place in [`Reason::ALL`].
    reason: AtomicU8,
    latency: AtomicU32,
}

/// The main thread's end. Dropping it ends a check.
pub struct Operator {
    bursts: Producer<Box<Burst>>,
    home: Consumer<Box<Burst>>,
    away: usize,
    /// How many checks were begun.
    begun: u64,
    status: Arc<Status>,
}

impl Operator {
    /// Gets ready for a check; answers whether the last one is over. [main-thread]
    pub fn begin(&mut self) -> bool {
        while self.take().is_some() {}
        if self.away > 0 || self.is_on() {
            return false;
        }
        self.status.reason.store(0, Relaxed);
        self.status.stop.store(false, Release);
        self.begun += 1;
        true
    }

    /// The number of the check that was begun last, from 1; another operator counts anew.
    pub fn number(&self) -> u64 {
        self.begun
    }

    /// Whether there is room for another burst. [main-thread]
    pub fn is_free(&self) -> bool {
        self.away < AWAY
    }

    /// Sends a burst, or gives it back while there is no room. [main-thread]
    pub fn send(&mut self, burst: Box<Burst>) -> Result<(), Box<Burst>> {
        if !self.is_free() {
            return Err(burst);
        }
        match self.bursts.push(burst) {
            Ok(()) => {
                self.away += 1;
                Ok(())
            }
            Err(rtrb::PushError::Full(burst)) => Err(burst),
        }
    }

    /// A burst that came home. [main-thread]
    pub fn take(&mut self) -> Option<Box<Burst>> {
        let burst = self.home.pop().ok()?;
        self.away -= 1;
        Some(burst)
    }

    /// Ends the check: the signal fades out at once and the program comes back. [any thread]
    pub fn stop(&self) {
        self.status.stop.store(true, Release);
    }

    /// Whether the program is held back. [any thread]
    pub fn is_on(&self) -> bool {
        self.status.is_on.load(Acquire)
    }

    /// Why the last check ended. [any thread]
    pub fn reason(&self) -> Option<Reason> {
        let reason = usize::from(self.status.reason.load(Acquire));
        reason.checked_sub(1).and_then(|at| Reason::ALL.get(at).copied())
    }

    /// The latency in samples from any input to every aligned output, as the engine has it. It is
    /// there after the first block. [any thread]
    pub fn latency(&self) -> u32 {
        self.status.latency.load(Acquire)
    }

    /// Whether the engine is gone. [any thread]
    pub fn is_alone(&self) -> bool {
        self.bursts.is_abandoned()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The program plays.
    Idle,
    /// The program fades out.
    Leaving,
    /// The delays run empty.
    Flushing,
    /// Everything is silent.
    Ready,
    /// A burst plays, or what is late of it arrives.
    Playing,
    /// The burst fades out.
    Stopping,
}

struct Ends {
    bursts: Consumer<Box<Burst>>,
    home: Producer<Box<Burst>>,
    status: Arc<Status>,
}

/// The audio thread's end, within the engine.
pub struct Probe {
    ends: Option<Ends>,
    phase: Phase,
    /// The sample at which the phase ends.
    until: u64,
    /// The check is over: after the next Flushing the program comes back.
    over: bool,
    /// A reason to stop that the audio thread saw.
    cut: Option<Reason>,
    /// How much of the host's sound is heard, 0..1.
    input: Glide,
    /// How much of every output is, 0..1.
    output: Glide,
    /// The burst that plays, or played in this block, and its first sample.
    burst: Option<Box<Burst>>,
    begun: u64,
    ramp: u32,
    patience: u64,
}

impl Probe {
    /// A probe without an operator. [main-thread]
    pub fn new(sample_rate: f64, ramp: u32) -> Probe {
        Probe {
            ends: None,
            phase: Phase::Idle,
            until: 0,
            over: false,
            cut: None,
            input: Glide::fixed(1.0),
            output: Glide::fixed(1.0),
            burst: None,
            begun: 0,
            ramp,
            patience: ((PATIENCE * sample_rate) as u64).max(1),
        }
    }

    /// Its only operator; an earlier one is heard no more. [main-thread]
    pub fn operator(&mut self) -> Operator {
        let (bursts, taken) = RingBuffer::new(AWAY);
        let (given, home) = RingBuffer::new(AWAY);
        let status = Arc::new(Status::default());
        self.ends = Some(Ends { bursts: taken, home: given, status: Arc::clone(&status) });
        Operator { bursts, home, away: 0, begun: 0, status }
    }

    /// Whether chains are to pass their dry signal only.
    pub fn holds(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// Whether effects hear silence.
    pub fn is_hushed(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Leaving)
    }

    /// Ends a check that runs, or one that is about to begin with this block.
    pub fn interrupt(&mut self, reason: Reason) {
        self.cut = Some(reason);
    }

    /// Values or chains changed: a check that runs does not hold any more.
    pub fn change(&mut self) {
        if self.holds() {
            self.interrupt(Reason::Changed);
        }
    }

    /// At the first sample of a block: hears what the operator wants.
    pub fn attend(&mut self, now: u64, latency: u32) {
        self.send_home();
        let cut = self.cut.take();
        let Some(ends) = &mut self.ends else { return };
        ends.status.latency.store(latency, Relaxed);
        let gone = ends.status.stop.load(Acquire) || ends.bursts.is_abandoned();
        if let Some(reason) = cut.or(gone.then_some(Reason::Asked)) {
            let mut any = self.phase != Phase::Idle;
            // What waits goes home as it came. There is room: no more bursts are about than fit.
            while let Ok(burst) = ends.bursts.pop() {
                let _ = ends.home.push(burst);
                any = true;
            }
            if any && !self.over {
                self.end(reason, now, latency);
            }
        } else if self.phase == Phase::Idle && !ends.bursts.is_empty() {
            self.over = false;
            self.go(Phase::Leaving, now + u64::from(self.ramp));
            self.input.aim(0.0, now, self.ramp);
            self.output.aim(0.0, now, self.ramp);
        } else if self.phase == Phase::Ready
            && let Ok(mut burst) = ends.bursts.pop()
        {
            burst.latency = latency;
            self.begun = now;
            let end = now + burst.window as u64;
            self.burst = Some(burst);
            self.go(Phase::Playing, end);
        }
    }

    /// Leaves for the program, whatever goes on.
    fn end(&mut self, reason: Reason, now: u64, latency: u32) {
        if let Some(ends) = &self.ends {
            let at = Reason::ALL.iter().position(|known| *known == reason).unwrap_or(0);
            ends.status.reason.store(at as u8 + 1, Release);
        }
        self.over = self.phase != Phase::Idle;
        match self.phase {
            Phase::Playing => {
                if let Some(burst) = &mut self.burst {
                    burst.cut = true;
                }
                self.output.aim(0.0, now, self.ramp);
                self.go(Phase::Stopping, now + u64::from(self.ramp));
            }
            Phase::Ready => self.flush(now, latency),
            Phase::Idle | Phase::Leaving | Phase::Flushing | Phase::Stopping => {}
        }
    }

    fn flush(&mut self, now: u64, latency: u32) {
        // Delays that change cross-fade for a ramp.
        self.go(Phase::Flushing, now + u64::from(latency) + u64::from(self.ramp));
    }

    fn go(&mut self, phase: Phase, until: u64) {
        self.phase = phase;
        self.until = until;
        if let Some(ends) = &self.ends {
            ends.status.is_on.store(phase != Phase::Idle, Release);
        }
    }

    /// How many frames from `now` on belong to the phase, if it ends by itself.
    pub fn frames_left(&self, now: u64) -> Option<usize> {
        self.holds().then(|| (self.until - now) as usize)
    }

    /// Between two slices: goes on to the next phase if this one is over.
    pub fn advance(&mut self, now: u64, latency: u32) {
        if !self.holds() || now < self.until {
            return;
        }
        match self.phase {
            Phase::Leaving | Phase::Stopping => self.flush(now, latency),
            Phase::Flushing => {
                // All is silent, so the outputs need no ramp; what comes has one of its own.
                self.output = Glide::fixed(1.0);
                if self.over {
                    self.over = false;
                    self.input.aim(1.0, now, self.ramp);
                    self.go(Phase::Idle, now);
                } else {
                    self.go(Phase::Ready, now + self.patience);
                }
            }
            Phase::Playing => self.go(Phase::Ready, now + self.patience),
            Phase::Ready => self.end(Reason::Alone, now, latency),
            Phase::Idle => {}
        }
    }

    /// Forgets everything; the program is there at once.
    pub fn reset(&mut self) {
        if self.holds() {
            self.end(Reason::Reset, 0, 0);
        }
        self.over = false;
        self.input = Glide::fixed(1.0);
        self.output = Glide::fixed(1.0);
        self.go(Phase::Idle, 0);
        self.send_home();
        // What waits must not begin another check.
        self.cut = Some(Reason::Reset);
    }

    /// Fades the host's sound, left and right of one port.
    pub fn shape_input(&self, sound: &mut Stereo, now: u64, frames: usize) {
        scale(sound, &self.input, now, frames);
    }

    /// Fades an output, and keeps it low while a burst plays.
    pub fn shape_output(&self, sound: &mut Stereo, now: u64, frames: usize) {
        scale(sound, &self.output, now, frames);
        if matches!(self.phase, Phase::Playing | Phase::Stopping) {
            for side in sound {
                side[..frames].iter_mut().for_each(|x| *x = x.clamp(-LOUDEST, LOUDEST));
            }
        }
    }

    /// Whether a port is as the host gave it and an output as it was mixed.
    pub fn is_idle(&self, now: u64) -> bool {
        self.phase == Phase::Idle && !self.input.is_moving(now)
    }

    /// The strip under test, and what it hears in the slice that begins at `now`.
    pub fn signal(&self, now: u64, frames: usize) -> Option<(usize, Stereo)> {
        let burst = self.burst.as_ref()?;
        if !matches!(self.phase, Phase::Playing | Phase::Stopping) {
            return None;
        }
        let mut sound = SILENCE;
        let at = (now - self.begun) as usize;
        for (out, signal) in sound.iter_mut().zip(&burst.signal) {
            for (out, x) in out[..frames].iter_mut().zip(signal.iter().skip(at)) {
                *out = *x;
            }
        }
        // Where the outputs fade, so does the signal: nothing of it may end in a step.
        scale(&mut sound, &self.output, now, frames);
        Some((burst.strip, sound))
    }

    /// After a block that ended at `now`: keeps what is in the output ports.
    pub fn keep(&mut self, ports: &mut impl Ports, now: u64) {
        let Some(burst) = &mut self.burst else { return };
        let Some(at) = now.checked_sub(self.begun + ports.frames() as u64) else { return };
        // One that is stopped fades out behind its window.
        let at = burst.window.min(at as usize);
        let frames = ports.frames().min(burst.window - at);
        for port in 0..OUTPUT_PORTS {
            for (side, sound) in ports.output(port).into_iter().enumerate() {
                let from = (2 * port + side) * burst.window + at;
                burst.heard[from..from + frames].copy_from_slice(&sound[..frames]);
            }
        }
        burst.written = at + frames;
        self.send_home();
    }

    /// Gives a burst back that has been played.
    fn send_home(&mut self) {
        if matches!(self.phase, Phase::Playing | Phase::Stopping) {
            return;
        }
        if let Some(burst) = self.burst.take()
            && let Some(ends) = &mut self.ends
        {
            // No more bursts are about than fit.
            let _ = ends.home.push(burst);
        }
    }
}

fn scale(sound: &mut Stereo, gain: &Glide, now: u64, frames: usize) {
    if !gain.is_moving(now) && gain.target() == 1.0 {
        return;
    }
    for side in sound {
        for (i, x) in side[..frames].iter_mut().enumerate() {
            *x *= gain.at(now + i as u64);
        }
    }
}
