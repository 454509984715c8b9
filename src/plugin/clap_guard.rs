//! The guard that stands between any CLAP host and the plugin framework's wrapper: behind it every
//! port exists, is stereo, non-null and as long as the block, whatever the host did.
//!
//! Not here: what the plugin does (that is [`super::Switchyard`]), the factory (`entry`), and how
//! whole ports are made (`ports`). The thread of each function is CLAP's: `process` runs on
//! the audio thread and neither allocates nor waits, everything else on the main thread unless it
//! says otherwise.
//!
//! An outer `clap_plugin` of ours carries the wrapper's own `plugin_data`, because the wrapper's
//! functions look for nothing else in the plugin pointer they are given; those that need no guarding
//! are called by the host directly.
//!
//! | seen in hosts or in the framework (nice-plug 0.4.2) | kept out by |
//! |---|---|
//! | a missing or empty output makes the wrapper skip processing; a null channel crashes it | `Ports` |
//! | fewer ports than declared are read past their array; missing inputs keep old sound | `Ports` |
//! | inputs in place with any output; main out is written before aux inputs are read | `Ports` |
//! | blocks longer than announced make the wrapper allocate | split, in `process` |
//! | event times past the block, running backwards, null events, null lists | `events` |
//! | `process` before `activate` panics | an error status |
//! | `params.get_info(count)` panics; parameter names cannot change | `extensions` |
//! | the main output has the main input's name; port names cannot change | `extensions` |
//! | absent keys keep the current value, NaN cannot be loaded, a load tears | [`super::state`], `hold` |
//! | changed session does not mark the project dirty | `on_main_thread` |
//! | a tail is reported as "continue" forever | the status `CLAP_PROCESS_TAIL` |
//! | nothing is known of the host's track | `track` |
//! | an activation with another latency asks for a restart that nobody needs | `extensions`: ours |

mod entry;
mod events;
mod extensions;
mod names;
mod streams;
mod track;

pub use entry::clap_entry;
pub use names::{input_name, output_name, title};

use super::parameters::HostParameters;
use super::ports::{Given, Ports};
use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::*;
use entry::Listing;
use events::{InEvents, OutEvents, advance};
use extensions::{HostExtensions, InnerExtensions};
use std::cell::{OnceCell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

/// The longest chunk given to the plugin, in samples. Longer blocks are split even if announced, so
/// that memory stays small; the sound does not depend on it.
const LONGEST_CHUNK: u32 = 4096;

/// What the audio thread uses, made by `activate`.
struct Audio {
    ports: Ports,
    inputs: Box<[clap_audio_buffer]>,
    outputs: Box<[clap_audio_buffer]>,
    sample_rate: f64,
}

// SAFETY: the buffers' pointers point into `ports`, which travels with them.
unsafe impl Send for Audio {}

/// What a host holds instead of the framework's plugin. The first field is what its pointer shows.
#[repr(C)]
struct Guard {
    outer: clap_plugin,
    inner: *const clap_plugin,
    inner_extensions: InnerExtensions,
    ports: (usize, usize),
    host: *const clap_host,
    /// The host for those who may outlive this object; null once it is gone.
    living_host: Arc<AtomicPtr<clap_host>>,
    host_extensions: OnceCell<HostExtensions>,
    parameters: Arc<HostParameters>,
    /// Filled by `activate`. The audio thread takes it without waiting: it is free unless the host
    /// breaks the contract and changes activation during `process`, which is answered by an error.
    audio: Mutex<Option<Audio>>,
    /// The words the host was last told.
    told: RefCell<names::Words>,
}

/// Calls a function of one of the wrapper's tables, all of which it fills.
macro_rules! call {
    ($table:expr, $function:ident($($argument:expr),*)) => {
        ($table.$function.expect("the wrapper fills its tables"))($($argument),*)
    };
}
use call;

/// Runs a function of ours so that a panic ends at the C border with an answer.
fn fenced<R>(otherwise: R, function: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(function)).unwrap_or(otherwise)
}

impl Guard {
    /// # Safety
    /// `plugin` is null or was made by the factory in [`entry`] and not yet destroyed.
    unsafe fn of<'a>(plugin: *const clap_plugin) -> Option<&'a Guard> {
        // SAFETY: the plugin is the first field of a `Guard`.
        unsafe { plugin.cast::<Guard>().as_ref() }
    }

    /// # Safety
    /// `host` outlives the plugin.
    unsafe fn new(listing: &Listing, host: *const clap_host) -> Box<Guard> {
        // SAFETY: the caller's; the wrapper's tables are complete and live as long as the wrapper.
        unsafe {
            let inner = (listing.wrap)(host);
            let parameters = super::take_latest().expect("the plugin was made on this thread");
            let living_host = Arc::new(AtomicPtr::new(host.cast_mut()));
            let waking = Arc::clone(&living_host);
            parameters.shared.set_wake(move || {
                let host = waking.load(Ordering::Acquire);
                if let Some(wake) = host.as_ref().and_then(|host| host.request_callback) {
                    wake(host);
                }
            });
            let running = Arc::clone(&living_host);
            parameters.shared.set_run(move || {
                let host = running.load(Ordering::Acquire);
                if let Some(run) = host.as_ref().and_then(|host| host.request_process) {
                    run(host);
                }
            });
            let words = parameters.shared.worded(names::Words::of);
            Box::new(Guard {
                outer: clap_plugin {
                    init: Some(init),
                    destroy: Some(destroy),
                    activate: Some(activate),
                    deactivate: Some(deactivate),
                    process: Some(process),
                    get_extension: Some(extensions::get),
                    on_main_thread: Some(on_main_thread),
                    ..*inner
                },
                inner,
                inner_extensions: InnerExtensions::new(inner),
                ports: listing.ports,
                host,
                living_host,
                host_extensions: OnceCell::new(),
                parameters,
                audio: Mutex::new(None),
                told: RefCell::new(words),
            })
        }
    }

    /// What the audio thread uses, for the main thread.
    fn audio(&self) -> std::sync::MutexGuard<'_, Option<Audio>> {
        self.audio.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Tells the host that names, or what macros drive, changed, if they did since the last time.
    /// [main-thread]
    fn tell_words(&self) {
        let words = self.parameters.shared.worded(names::Words::of);
        let old = self.told.replace(words.clone());
        let Some(host) = self.host_extensions.get() else { return };
        // SAFETY: the host outlives the plugin, and this is its main thread.
        unsafe {
            if old.names != words.names {
                host.rescan_names(self.host);
            }
            if old.drives != words.drives {
                host.rescan_texts(self.host);
            }
        }
    }

    /// Asks the host for the name and colour of its track. [main-thread]
    fn ask_track(&self) {
        let Some(host) = self.host_extensions.get() else { return };
        // SAFETY: the host outlives the plugin, and this is its main thread.
        let track = unsafe { host.track(self.host) };
        self.parameters.shared.set_track(track);
    }

    /// # Safety
    /// `process` is what a host handed to the plugin's `process`. [audio-thread]
    unsafe fn run(&self, audio: &mut Audio, process: &clap_process) -> clap_process_status {
        let frames = process.frames_count;
        // SAFETY: the host's lists and buffers are valid during this call, and what is handed to the
        // wrapper lives until it returns.
        unsafe {
            let mut in_events = InEvents::new(process.in_events, frames);
            let mut out_events = OutEvents::new(process.out_events, frames);
            if frames == 0 {
                // Only events: the wrapper would complain about the length of its buffers.
                in_events.chunk(0, 1);
                self.flush(&mut in_events, &mut out_events);
                return CLAP_PROCESS_CONTINUE;
            }
            let inputs = buffers(process.audio_inputs, process.audio_inputs_count);
            let outputs = buffers(process.audio_outputs, process.audio_outputs_count);
            audio.ports.take(given(inputs), given(outputs), frames as usize);
            self.parameters.shared.set_given(audio.ports.given());
            let mut status = CLAP_PROCESS_ERROR;
            let mut start = 0;
            while start < frames {
                let length = (frames - start).min(audio.ports.longest() as u32);
                let transport = transport_at(process, &in_events, start, audio.sample_rate);
                in_events.chunk(start, length);
                let in_list = in_events.list();
                let out_list = out_events.as_mut().map(|events| {
                    events.chunk(start);
                    events.list()
                });
                audio.ports.begin(start as usize, length as usize);
                let chunk = clap_process {
                    steady_time: match process.steady_time {
                        time if time < 0 => time,
                        time => time.saturating_add(i64::from(start)),
                    },
                    frames_count: length,
                    transport: match &transport {
                        Some(transport) => transport,
                        None => process.transport,
                    },
                    audio_inputs: audio.inputs.as_ptr(),
                    audio_outputs: audio.outputs.as_mut_ptr(),
                    audio_inputs_count: audio.inputs.len() as u32,
                    audio_outputs_count: audio.outputs.len() as u32,
                    in_events: &in_list,
                    out_events: out_list.as_ref().map_or(std::ptr::null(), std::ptr::from_ref),
                };
                status = call!((*self.inner), process(self.inner, &chunk));
                if status == CLAP_PROCESS_ERROR {
                    break;
                }
                audio.ports.finish(start as usize, length as usize);
                start += length;
            }
            if status == CLAP_PROCESS_ERROR {
                audio.ports.clear_all();
            }
            audio.ports.clear_rest(given(outputs));
            self.set_masks(process);
            if status == CLAP_PROCESS_CONTINUE && self.inner_extensions.tail(self.inner) < u32::MAX
            {
                // The wrapper says "continue" for a tail as well; a host that knows better lets the
                // plugin sleep when the tail has rung out.
                status = CLAP_PROCESS_TAIL;
            }
            status
        }
    }

    /// # Safety
    /// The lists are valid. [active ? audio-thread : main-thread]
    unsafe fn flush(&self, in_events: &mut InEvents, out_events: &mut Option<OutEvents>) {
        let in_list = in_events.list();
        let out_list = out_events.as_mut().map(OutEvents::list);
        let out_list = out_list.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the lists live until the call returns.
        unsafe { call!(self.inner_extensions.params, flush(self.inner, &in_list, out_list)) }
    }

    /// Says truthfully which output channels are constant: those that only get cleared.
    ///
    /// # Safety
    /// As for [`Guard::run`].
    unsafe fn set_masks(&self, process: &clap_process) {
        if process.audio_outputs.is_null() {
            return;
        }
        for port in 0..process.audio_outputs_count as usize {
            // SAFETY: the host says how many buffers there are.
            unsafe {
                let spare = port >= self.ports.1;
                (*process.audio_outputs.add(port)).constant_mask = if spare { u64::MAX } else { 0 };
            }
        }
    }
}

/// The transport at the beginning of a later chunk; `None` if the block's own is right.
///
/// # Safety
/// The transport is null or valid.
unsafe fn transport_at(
    process: &clap_process,
    events: &InEvents,
    start: u32,
    rate: f64,
) -> Option<clap_sys::events::clap_event_transport> {
    if start == 0 {
        return None;
    }
    // SAFETY: the caller's.
    let first = || unsafe { process.transport.as_ref() }.map(|transport| (*transport, 0));
    let (transport, at) = events.transport().or_else(first)?;
    Some(advance(&transport, start - at, rate))
}

/// # Safety
/// `first` is null or points to `count` buffers.
unsafe fn buffers<'a>(first: *const clap_audio_buffer, count: u32) -> &'a [clap_audio_buffer] {
    if first.is_null() {
        return &[];
    }
    // SAFETY: the caller's.
    unsafe { std::slice::from_raw_parts(first, count as usize) }
}

fn given(buffers: &[clap_audio_buffer]) -> impl Iterator<Item = Given> {
    buffers.iter().map(|buffer| Given {
        data32: buffer.data32,
        data64: buffer.data64,
        channels: buffer.channel_count,
    })
}

unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
    // SAFETY: the host passes the pointer the factory gave it, here and below.
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    fenced(false, || unsafe {
        let _ = guard.host_extensions.set(HostExtensions::new(guard.host));
        let made = call!((*guard.inner), init(guard.inner));
        guard.ask_track();
        // The host asks for all names after this; there is nothing to tell it yet.
        guard.told.replace(guard.parameters.shared.worded(names::Words::of));
        made
    })
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    if plugin.is_null() {
        return;
    }
    fenced((), || {
        // SAFETY: made by `Box::into_raw`, and the host does not use it any more.
        let guard = unsafe { Box::from_raw(plugin.cast_mut().cast::<Guard>()) };
        guard.living_host.store(std::ptr::null_mut(), Ordering::Release);
        unsafe { call!((*guard.inner), destroy(guard.inner)) }
    });
}

unsafe extern "C" fn activate(
    plugin: *const clap_plugin,
    sample_rate: f64,
    min_frames: u32,
    max_frames: u32,
) -> bool {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    fenced(false, || {
        if !(sample_rate.is_finite() && sample_rate > 0.0) {
            log::error!("Switchyard cannot run at a sample rate of {sample_rate} Hz");
            return false;
        }
        let longest = max_frames.clamp(1, LONGEST_CHUNK);
        let shortest = min_frames.clamp(1, longest);
        let told = guard.parameters.shared.latency();
        let activated =
            unsafe { call!((*guard.inner), activate(guard.inner, sample_rate, shortest, longest)) };
        if activated {
            // Within an activation, and only there, a latency may change without a restart.
            if guard.parameters.shared.latency() != told
                && let Some(host) = guard.host_extensions.get()
            {
                unsafe { host.latency_changed(guard.host) }
            }
            let mut ports = Ports::new(guard.ports.0, guard.ports.1, longest as usize);
            let buffer = |data32| clap_audio_buffer {
                data32,
                data64: std::ptr::null_mut(),
                channel_count: 2,
                latency: 0,
                constant_mask: 0,
            };
            let inputs = (0..guard.ports.0).map(|port| buffer(ports.input(port))).collect();
            let outputs = (0..guard.ports.1).map(|port| buffer(ports.output(port))).collect();
            *guard.audio() = Some(Audio { ports, inputs, outputs, sample_rate });
        }
        activated
    })
}

unsafe extern "C" fn deactivate(plugin: *const clap_plugin) {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return };
    fenced((), || {
        *guard.audio() = None;
        unsafe { call!((*guard.inner), deactivate(guard.inner)) }
    });
}

unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    process: *const clap_process,
) -> clap_process_status {
    let (Some(guard), Some(process)) = (unsafe { (Guard::of(plugin), process.as_ref()) }) else {
        return CLAP_PROCESS_ERROR;
    };
    fenced(CLAP_PROCESS_ERROR, || {
        let mut audio = match guard.audio.try_lock() {
            Ok(audio) => audio,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return CLAP_PROCESS_ERROR,
        };
        match audio.as_mut() {
            Some(audio) => unsafe { guard.run(audio, process) },
            None => CLAP_PROCESS_ERROR,
        }
    })
}

unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return };
    fenced((), || {
        unsafe { call!((*guard.inner), on_main_thread(guard.inner)) }
        if guard.parameters.shared.take_dirty() {
            if let Some(host) = guard.host_extensions.get() {
                // SAFETY: the host outlives the plugin, and this is its main thread.
                unsafe { host.mark_dirty(guard.host) }
            }
            guard.tell_words();
        }
    });
}

/// The parameters and shared state of a plugin made by this binary's factory, for a host in the same
/// program. [main-thread]
///
/// # Safety
/// `plugin` is null or was made by the factory of [`clap_entry`] and not yet destroyed.
pub unsafe fn parameters(plugin: *const clap_plugin) -> Option<Arc<HostParameters>> {
    // SAFETY: the caller's.
    unsafe { Guard::of(plugin) }.map(|guard| Arc::clone(&guard.parameters))
}
