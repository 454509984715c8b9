//! What the threads of one instance share: which parameters changed, whether a state is being
//! loaded, the session, and wishes that only the host's main thread can grant.
//!
//! Not here: values (they are the parameters') and sound. Every method says which thread may call
//! it.

use super::building::Bench;
use crate::effects::impulse::{ImpulseError, ImpulseRef};
use crate::engine::probe::Operator;
use crate::routing::parameter::ParameterSet;
use crate::session::Session;
use crate::session::workshop::{Refusal, fits};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// One instance's meeting place.
pub struct Shared {
    /// Bits of parameters that changed since the audio thread last took them.
    touched: [AtomicU64; ParameterSet::WORDS],
    /// How many states are being loaded: until none is, the audio thread keeps its values.
    holds: AtomicU32,
    /// Rises whenever a hold begins or ends.
    generation: AtomicU32,
    /// How many states were loaded.
    loads: AtomicU32,
    /// The session. Never locked by the audio thread.
    session: Mutex<Session>,
    /// The host's track. Never locked by the audio thread.
    track: Mutex<Track>,
    /// The session changed since the host was last told.
    dirty: AtomicBool,
    /// What the host compensates, in samples, for the editor to show.
    latency: AtomicU32,
    /// The latency outgrew what the host was told.
    restart_needed: AtomicBool,
    /// A restart is wanted to make room for chains with more latency.
    restart_wanted: AtomicBool,
    /// Which input and output ports the host gave for the last block, a bit a port.
    given: [AtomicU32; 2],
    /// Where chains are made while the instance is active.
    bench: Mutex<Option<Arc<Bench>>>,
    /// Who sends test signals, while the instance is active. Never locked by the audio thread.
    operator: Mutex<Option<Operator>>,
    /// How the main thread is woken; the guard sets it.
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// How the host is asked to process; the guard sets it.
    run: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// What a host says of the track an instance is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// Empty if the host says none.
    pub name: String,
    /// Red, green, blue.
    pub colour: Option<[u8; 3]>,
}

/// What came of looking for changed values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing changed.
    Nothing,
    /// Values changed and belong together.
    Values,
    /// A state is being loaded: nothing may be taken now.
    Held,
}

/// A state load, or an adoption by the editor, that is not over; values wait until it is dropped.
pub struct Hold(Arc<Shared>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.generation.fetch_add(1, SeqCst);
        self.0.holds.fetch_sub(1, SeqCst);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Default for Shared {
    fn default() -> Self {
        Shared {
            touched: std::array::from_fn(|_| AtomicU64::new(0)),
            holds: AtomicU32::new(0),
            generation: AtomicU32::new(0),
            loads: AtomicU32::new(0),
            session: Mutex::new(Session::default()),
            track: Mutex::default(),
            dirty: AtomicBool::new(false),
            latency: AtomicU32::new(0),
            restart_needed: AtomicBool::new(false),
            restart_wanted: AtomicBool::new(false),
            // Nothing is missing until a block says so.
            given: [AtomicU32::new(u32::MAX), AtomicU32::new(u32::MAX)],
            bench: Mutex::new(None),
            operator: Mutex::new(None),
            wake: OnceLock::new(),
            run: OnceLock::new(),
        }
    }
}

impl Shared {
    /// Notes that the parameter at an index changed. [any thread]
    pub fn touch(&self, index: usize) {
        self.touched[index / 64].fetch_or(1 << (index % 64), Release);
    }

    /// Whether a state is being loaded right now. [any thread]
    pub fn is_held(&self) -> bool {
        self.holds.load(Acquire) > 0
    }

    /// How many states were loaded so far, so that the editor hears of it. [any thread]
    pub fn loads(&self) -> u32 {
        self.loads.load(Acquire)
    }

    /// Takes the set of changed parameters and reads their values by `read`. If a state is being
    /// loaded, or its load began meanwhile, it keeps the set for later and what was read must be
    /// dropped. [audio-thread]
    pub fn take_touched(&self, set: &mut ParameterSet, read: impl FnOnce(&ParameterSet)) -> Taken {
        let before = self.generation.load(Acquire);
        if self.is_held() {
            return Taken::Held;
        }
        for (word, bits) in self.touched.iter().enumerate() {
            *set.word_mut(word) = if bits.load(Relaxed) == 0 { 0 } else { bits.swap(0, AcqRel) };
        }
        let empty = set.is_empty();
        if !empty {
            read(set);
        }
        std::sync::atomic::fence(SeqCst);
        if self.generation.load(Acquire) == before {
            return if empty { Taken::Nothing } else { Taken::Values };
        }
        for (word, bits) in self.touched.iter().enumerate() {
            bits.fetch_or(*set.word_mut(word), AcqRel);
        }
        Taken::Held
    }

    /// Begins to change many values: until the hold is dropped, the audio thread keeps its old ones;
    /// afterwards it takes all new ones at one sample. [main-thread]
    pub fn hold(self: &Arc<Self>) -> Hold {
        self.holds.fetch_add(1, SeqCst);
        self.generation.fetch_add(1, SeqCst);
        Hold(Arc::clone(self))
    }

    /// Ends a hold: the values held and the chains of the present session begin in the same block.
    /// [main-thread]
    pub fn commit(&self, hold: Hold) {
        if let Some(bench) = self.bench() {
            bench.commit(hold);
        }
    }

    /// Reads the session. [main-thread]
    pub fn session<R>(&self, read: impl FnOnce(&Session) -> R) -> R {
        read(&lock(&self.session))
    }

    /// Reads the session as the host is to call things: the first strip, which the host's track feeds,
    /// has the track's name unless it has one of its own. [main-thread]
    pub fn worded<R>(&self, read: impl FnOnce(&Session) -> R) -> R {
        let track = lock(&self.track).name.clone();
        let session = lock(&self.session);
        if track.is_empty() || !session.strip_names[0].trim().is_empty() {
            return read(&session);
        }
        let mut worded = session.clone();
        drop(session);
        worded.strip_names[0] = track;
        read(&worded)
    }

    /// The track this instance is on, as far as the host told. [main-thread]
    pub fn track(&self) -> Track {
        lock(&self.track).clone()
    }

    /// Sets the track this instance is on. [main-thread]
    pub fn set_track(&self, track: Track) {
        *lock(&self.track) = track;
    }

    /// Changes the session, marks the project dirty and wakes the main thread to tell the host; the
    /// chains follow. [main-thread]
    pub fn edit_session<R>(&self, edit: impl FnOnce(&mut Session) -> R) -> R {
        let result = edit(&mut lock(&self.session));
        self.follow();
        result
    }

    /// Puts another session in the place of the present one, and tells the host. The chains follow
    /// when the hold under way is committed. [main-thread]
    pub fn replace_session(&self, session: &Session) {
        let mut session = session.clone();
        session.number_slots();
        *lock(&self.session) = session;
        self.tell();
    }

    /// Changes the session's chains or macros, unless the result cannot be run; then nothing is
    /// changed. New slots get their ids. [main-thread]
    ///
    /// # Errors
    /// [`Refusal`] says which chain is too late and what to do.
    pub fn edit_chains<R>(&self, edit: impl FnOnce(&mut Session) -> R) -> Result<R, Refusal> {
        let bench = self.bench();
        let mut session = lock(&self.session);
        let mut edited = session.clone();
        let result = edit(&mut edited);
        edited.number_slots();
        if let Some(bench) = bench {
            fits(&edited, bench.sample_rate(), Some(bench.longest()))?;
        }
        *session = edited;
        drop(session);
        self.follow();
        Ok(result)
    }

    /// Gives a convolution the impulse response in a file. One that cannot be used changes nothing:
    /// the old one stays. [main-thread]
    ///
    /// # Errors
    /// [`ImpulseError`] names the file, what is wrong with it and what to do.
    pub fn choose_impulse(&self, slot: u64, path: &Path) -> Result<(), ImpulseError> {
        // Any rate will do to see whether it can be read.
        let rate = self.bench().map_or(48_000.0, |bench| bench.sample_rate());
        let (reference, _) = ImpulseRef::import(path, rate)?;
        self.edit_session(|session| {
            let known = session.slot_mut(slot).and_then(|slot| slot.effect.known_mut());
            if let Some(known) = known.filter(|known| known.kind.has_impulse()) {
                known.impulse = Some(reference);
            }
        });
        Ok(())
    }

    /// The session changed: tell the host, and have the chains follow.
    fn follow(&self) {
        self.tell();
        if let Some(bench) = &*lock(&self.bench) {
            bench.request();
        }
    }

    /// The session changed: tell the host.
    fn tell(&self) {
        self.dirty.store(true, Release);
        if let Some(wake) = self.wake.get() {
            wake();
        }
    }

    /// Where chains are made, while the instance is active. [main-thread]
    pub fn bench(&self) -> Option<Arc<Bench>> {
        lock(&self.bench).clone()
    }

    /// Sets where chains are made, or that they are not. [main-thread]
    pub fn set_bench(&self, bench: Option<Arc<Bench>>) {
        *lock(&self.bench) = bench;
    }

    /// Uses who sends test signals, `None` while the instance is not active. [any thread but the
    /// audio thread]
    pub fn with_operator<R>(&self, act: impl FnOnce(Option<&mut Operator>) -> R) -> R {
        act(lock(&self.operator).as_mut())
    }

    /// Sets who sends test signals, or that nobody does; a check of the last one ends. [main-thread]
    pub fn set_operator(&self, operator: Option<Operator>) {
        *lock(&self.operator) = operator;
    }

    /// Asks the host to process although nothing sounds. [any thread]
    pub fn want_processing(&self) {
        if let Some(run) = self.run.get() {
            run();
        }
    }

    /// Sets how the host is asked to process, once. [main-thread]
    pub fn set_run(&self, run: impl Fn() + Send + Sync + 'static) {
        let _ = self.run.set(Box::new(run));
    }

    /// Wishes for a restart, which the audio thread passes on to the host. [any thread]
    pub fn want_restart(&self) {
        self.restart_wanted.store(true, Release);
    }

    /// Whether a restart is wanted since the last call. [audio-thread]
    pub fn take_restart_wanted(&self) -> bool {
        self.restart_wanted.load(Relaxed) && self.restart_wanted.swap(false, AcqRel)
    }

    /// Whether the session changed since the last call. [main-thread]
    pub fn take_dirty(&self) -> bool {
        self.dirty.swap(false, AcqRel)
    }

    /// Sets what the host and the editor are told as latency, in samples. [any thread]
    pub fn set_latency(&self, samples: u32) {
        self.latency.store(samples, Relaxed);
    }

    /// What the host compensates, in samples. [any thread]
    pub fn latency(&self) -> u32 {
        self.latency.load(Relaxed)
    }

    /// Sets which input and output ports the host gave, a bit a port. [audio-thread]
    pub fn set_given(&self, (inputs, outputs): (u32, u32)) {
        self.given[0].store(inputs, Relaxed);
        self.given[1].store(outputs, Relaxed);
    }

    /// Which input and output ports the host gives, a bit a port. [any thread]
    pub fn given(&self) -> (u32, u32) {
        (self.given[0].load(Relaxed), self.given[1].load(Relaxed))
    }

    /// Lights the editor's lamp that asks for a restart, or puts it out. [any thread]
    pub fn set_restart_needed(&self, needed: bool) {
        self.restart_needed.store(needed, Relaxed);
    }

    /// Whether the latency outgrew what the host was told. [any thread]
    pub fn is_restart_needed(&self) -> bool {
        self.restart_needed.load(Relaxed)
    }

    /// Sets how the host's main thread is woken, once. [main-thread]
    pub fn set_wake(&self, wake: impl Fn() + Send + Sync + 'static) {
        let _ = self.wake.set(Box::new(wake));
    }

    /// The session as JSON, for the saved state. [main-thread]
    pub fn session_json(&self) -> String {
        self.session(Session::to_json)
    }

    /// Takes a session from a saved state; one that cannot be read is refused with a log line and
    /// the running one stays. [main-thread]
    pub fn load_session_json(&self, json: &str) {
        match Session::from_json(json) {
            Ok(session) => {
                *lock(&self.session) = session;
                self.loads.fetch_add(1, AcqRel);
            }
            Err(error) => log::warn!("Switchyard keeps its session: {error}"),
        }
    }
}
