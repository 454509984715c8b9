//! What the threads of one instance share: which parameters changed, whether a state is being
//! loaded, the session, and wishes that only the host's main thread can grant.
//!
//! Not here: values (they are the parameters') and sound. Every method says which thread may call
//! it.

use crate::routing::parameter::ParameterSet;
use crate::session::Session;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use std::sync::{Mutex, OnceLock};

/// One instance's meeting place.
pub struct Shared {
    /// Bits of parameters that changed since the audio thread last took them.
    touched: [AtomicU64; ParameterSet::WORDS],
    /// Odd while a state is being loaded: the audio thread then keeps its values.
    generation: AtomicU32,
    /// The session. Never locked by the audio thread.
    session: Mutex<Session>,
    /// The session changed since the host was last told.
    dirty: AtomicBool,
    /// What the host compensates, in samples, for the editor to show.
    latency: AtomicU32,
    /// The latency outgrew what the host was told.
    restart_needed: AtomicBool,
    /// How the main thread is woken; the guard sets it.
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Default for Shared {
    fn default() -> Self {
        Shared {
            touched: std::array::from_fn(|_| AtomicU64::new(0)),
            generation: AtomicU32::new(0),
            session: Mutex::new(Session::default()),
            dirty: AtomicBool::new(false),
            latency: AtomicU32::new(0),
            restart_needed: AtomicBool::new(false),
            wake: OnceLock::new(),
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
        self.generation.load(Acquire) % 2 == 1
    }

    /// How many states were loaded so far, so that the editor hears of it. [any thread]
    pub fn loads(&self) -> u32 {
        self.generation.load(Acquire) / 2
    }

    /// Takes the set of changed parameters, reads their values by `read`, and says whether all of
    /// them belong together. If a state load began meanwhile it answers `false`, keeps the set for
    /// later, and what was read must be dropped. [audio-thread]
    pub fn take_touched(&self, set: &mut ParameterSet, read: impl FnOnce(&ParameterSet)) -> bool {
        let before = self.generation.load(Acquire);
        if before % 2 == 1 {
            return false;
        }
        for (word, bits) in self.touched.iter().enumerate() {
            *set.word_mut(word) = if bits.load(Relaxed) == 0 { 0 } else { bits.swap(0, AcqRel) };
        }
        if set.is_empty() {
            return false;
        }
        read(set);
        std::sync::atomic::fence(SeqCst);
        if self.generation.load(Acquire) == before {
            return true;
        }
        for (word, bits) in self.touched.iter().enumerate() {
            bits.fetch_or(*set.word_mut(word), AcqRel);
        }
        false
    }

    /// Runs a state load while the audio thread keeps its old values; afterwards it takes all new
    /// ones at one sample. [main-thread]
    pub fn hold<R>(&self, load: impl FnOnce() -> R) -> R {
        struct Release<'a>(&'a AtomicU32);
        impl Drop for Release<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, SeqCst);
            }
        }
        self.generation.fetch_add(1, SeqCst);
        let _release = Release(&self.generation);
        load()
    }

    /// Reads the session. [main-thread]
    pub fn session<R>(&self, read: impl FnOnce(&Session) -> R) -> R {
        read(&self.session.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Changes the session, marks the project dirty and wakes the main thread to tell the host.
    /// [main-thread]
    pub fn edit_session<R>(&self, edit: impl FnOnce(&mut Session) -> R) -> R {
        let result =
            edit(&mut self.session.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        self.dirty.store(true, Release);
        if let Some(wake) = self.wake.get() {
            wake();
        }
        result
    }

    /// Whether the session changed since the last call. [main-thread]
    pub fn take_dirty(&self) -> bool {
        self.dirty.swap(false, AcqRel)
    }

    /// Sets what the editor shows as latency, in samples. [any thread]
    pub fn set_latency(&self, samples: u32) {
        self.latency.store(samples, Relaxed);
    }

    /// What the host compensates, in samples. [any thread]
    pub fn latency(&self) -> u32 {
        self.latency.load(Relaxed)
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
                *self.session.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = session;
            }
            Err(error) => log::warn!("Switchyard keeps its session: {error}"),
        }
    }
}
