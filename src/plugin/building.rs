//! The thread that keeps an active instance's chains what its session says: effects are built on it,
//! so that neither the host's main thread nor the audio thread waits for one.
//!
//! Not here: what has to be built ([`crate::session::workshop`]). It lives from activation to
//! deactivation and sleeps while nothing changes.

use super::parameters::HostParameters;
use super::shared::Hold;
use crate::engine::compare::Hearing;
use crate::routing::parameter::Parameter;
use crate::routing::{MACROS, Node, Routing};
use crate::session::workshop::{Progress, Workshop};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long to wait before looking again whether a structure has landed.
const LOOK_AGAIN: Duration = Duration::from_millis(4);

/// What the thread and those who ask it share.
pub struct Bench {
    workshop: Mutex<Workshop>,
    /// Whose session it follows. It lives in what it points to, hence weak.
    parameters: Weak<HostParameters>,
    wishes: Mutex<Wishes>,
    changed: Condvar,
    sample_rate: f64,
    longest: u32,
}

#[derive(Default)]
struct Wishes {
    /// The session changed.
    update: bool,
    /// The thread is at work on what was asked before.
    working: bool,
    /// Values that wait until the chains they belong to are on their way.
    holds: Vec<Hold>,
    /// The instance is deactivated.
    over: bool,
}

/// A bench and its thread; dropping it ends the thread.
pub struct Building {
    bench: Arc<Bench>,
    thread: Option<JoinHandle<()>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The macros' values, 0..1. [any thread]
pub fn macro_values(parameters: &HostParameters) -> [f32; MACROS] {
    let mut routing = Routing::default();
    for n in 0..MACROS {
        let parameter = Parameter::Macro(n as u8);
        parameter.set(&mut routing, parameters.all[parameter.index()].value());
    }
    routing.macros
}

impl Building {
    /// Starts a thread for an engine's workshop. `longest` is the longest latency the engine has
    /// memory for, in samples. [main-thread]
    pub fn start(
        parameters: &Arc<HostParameters>,
        workshop: Workshop,
        sample_rate: f64,
        longest: u32,
    ) -> Building {
        let bench = Arc::new(Bench {
            workshop: Mutex::new(workshop),
            parameters: Arc::downgrade(parameters),
            wishes: Mutex::default(),
            changed: Condvar::new(),
            sample_rate,
            longest,
        });
        let worker = Arc::clone(&bench);
        let named = std::thread::Builder::new().name("Switchyard chains".to_owned());
        let thread = named.spawn(move || {
            let end = End(&worker);
            end.0.work();
        });
        if let Err(error) = &thread {
            log::error!("Switchyard cannot change its chains while it plays: {error}");
            bench.end();
        }
        Building { bench, thread: thread.ok() }
    }

    /// What others ask of it.
    pub fn bench(&self) -> &Arc<Bench> {
        &self.bench
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        self.bench.end();
        if let Some(thread) = self.thread.take() {
            // A panic in it was reported; there is nothing more to do about it here.
            let _ = thread.join();
        }
    }
}

/// Ends a bench's work however its thread ends, so that nobody waits for it for ever.
struct End<'a>(&'a Bench);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Bench {
    /// Asks for the chains to follow the session. [main-thread]
    pub fn request(&self) {
        lock(&self.wishes).update = true;
        self.changed.notify_all();
    }

    /// Has the chains follow the session and lets go of the hold when they are on their way: what
    /// was held and the chains begin in the same block. [main-thread]
    pub fn commit(&self, hold: Hold) {
        if self.update() != Progress::Waiting {
            return;
        }
        let mut wishes = lock(&self.wishes);
        if !wishes.over {
            wishes.update = true;
            wishes.holds.push(hold);
            self.changed.notify_all();
        }
    }

    /// Nothing is asked of it any more.
    fn end(&self) {
        let mut wishes = lock(&self.wishes);
        wishes.over = true;
        let holds = std::mem::take(&mut wishes.holds);
        drop(wishes);
        drop(holds);
        self.changed.notify_all();
    }

    /// Hears something else of a node's chain. [main-thread]
    pub fn compare(&self, node: Node, hearing: Hearing) {
        lock(&self.workshop).compare(node, hearing);
    }

    /// What is wrong with slots, by slot id. [main-thread]
    pub fn problems(&self) -> Vec<(u64, String)> {
        let workshop = lock(&self.workshop);
        workshop.problems().iter().map(|(slot, text)| (*slot, text.clone())).collect()
    }

    /// The same, unless effects are being built just now; for those who must not wait. [any thread]
    pub fn try_problems(&self) -> Option<Vec<(u64, String)>> {
        let workshop = self.workshop.try_lock().ok()?;
        Some(workshop.problems().iter().map(|(slot, text)| (*slot, text.clone())).collect())
    }

    /// The engine's sample rate in Hz.
    pub fn sample_rate(&self) -> f64 {
        self.sample_rate
    }

    /// The longest latency the engine has memory for, in samples.
    pub fn longest(&self) -> u32 {
        self.longest
    }

    /// Waits until everything asked for is on its way. Only for offline rendering, where nobody
    /// waits for the sound.
    pub fn wait(&self) {
        let mut wishes = lock(&self.wishes);
        while (wishes.update || wishes.working) && !wishes.over {
            wishes = self.changed.wait(wishes).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }

    fn work(&self) {
        let mut wishes = lock(&self.wishes);
        let mut waiting = false;
        while !wishes.over {
            if !wishes.update && !waiting {
                wishes = self.changed.wait(wishes).unwrap_or_else(|poisoned| poisoned.into_inner());
                continue;
            }
            wishes.update = false;
            wishes.working = true;
            let holds = std::mem::take(&mut wishes.holds);
            drop(wishes);
            let progress = self.update();
            waiting = progress == Progress::Waiting;
            wishes = lock(&self.wishes);
            wishes.working = false;
            if waiting {
                wishes.holds.extend(holds);
            } else {
                drop(holds);
            }
            self.changed.notify_all();
            if waiting && !wishes.over && !wishes.update {
                // The audio thread cannot wake anyone, so its ring is looked at again and again.
                let (again, _) = self
                    .changed
                    .wait_timeout(wishes, LOOK_AGAIN)
                    .unwrap_or_else(|poisoned| poisoned.into_inner());
                wishes = again;
            }
        }
    }

    fn update(&self) -> Progress {
        let Some(parameters) = self.parameters.upgrade() else { return Progress::Settled };
        let mut workshop = lock(&self.workshop);
        let session = parameters.shared.session(Clone::clone);
        let macros = macro_values(&parameters);
        let progress = workshop.update(&session, &macros);
        drop(workshop);
        if let Progress::Refused(refusal) = &progress {
            // A project's state asks for more than there was memory for when playing began.
            log::warn!("Switchyard asks for a restart: {refusal}");
            parameters.shared.want_restart();
        }
        progress
    }
}
