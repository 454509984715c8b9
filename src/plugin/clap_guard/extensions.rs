//! The extensions of which the guard answers something itself: `params`, `audio-ports`, `state`,
//! `latency`, `track-info`.
//! All others are the framework's own, whose functions take any pointer that carries its data.
//!
//! Not here: buffers and blocks. Main thread, except `params.flush`, which the audio thread calls
//! while the plugin is active.

use super::events::{InEvents, OutEvents};
use super::streams::{HostStream, MemoryStream};
use super::{Guard, call, fenced, names, track};
use crate::plugin::shared::Track;
use crate::plugin::state;
use crate::routing::STRIPS;
use crate::routing::parameter::{ALL, Parameter};
use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::{audio_ports::*, latency::*, params::*, state::*, tail::*, track_info::*};
use clap_sys::host::clap_host;
use clap_sys::id::clap_id;
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::{clap_istream, clap_ostream};
use std::ffi::{CStr, c_char, c_void};

/// The framework's tables behind ours.
pub(super) struct InnerExtensions {
    pub(super) params: clap_plugin_params,
    audio_ports: clap_plugin_audio_ports,
    state: clap_plugin_state,
    tail: clap_plugin_tail,
}

impl InnerExtensions {
    /// # Safety
    /// `inner` is the framework's plugin.
    pub(super) unsafe fn new(inner: *const clap_plugin) -> InnerExtensions {
        // SAFETY: the framework has these four, each with the table its id promises.
        unsafe {
            InnerExtensions {
                params: copy(inner, CLAP_EXT_PARAMS),
                audio_ports: copy(inner, CLAP_EXT_AUDIO_PORTS),
                state: copy(inner, CLAP_EXT_STATE),
                tail: copy(inner, CLAP_EXT_TAIL),
            }
        }
    }

    /// How long the sound rings on, in samples; the largest number means for ever. [audio-thread]
    ///
    /// # Safety
    /// `inner` is the framework's plugin.
    pub(super) unsafe fn tail(&self, inner: *const clap_plugin) -> u32 {
        unsafe { call!(self.tail, get(inner)) }
    }
}

/// # Safety
/// The plugin has the extension, and its table is a `T`.
unsafe fn copy<T: Copy>(inner: *const clap_plugin, id: &CStr) -> T {
    unsafe {
        let table: *const c_void = call!((*inner), get_extension(inner, id.as_ptr()));
        *table.cast::<T>().as_ref().expect("the framework has this extension")
    }
}

/// What the host offers of what the guard asks for.
pub(super) struct HostExtensions {
    state: Option<&'static clap_host_state>,
    params: Option<&'static clap_host_params>,
    audio_ports: Option<&'static clap_host_audio_ports>,
    latency: Option<&'static clap_host_latency>,
    track_info: Option<&'static clap_host_track_info>,
}

impl HostExtensions {
    /// # Safety
    /// `host` outlives this object, and this is its main thread after the plugin's `init` began.
    pub(super) unsafe fn new(host: *const clap_host) -> HostExtensions {
        // SAFETY: a host's tables live as long as the host.
        unsafe {
            HostExtensions {
                state: query(host, CLAP_EXT_STATE),
                params: query(host, CLAP_EXT_PARAMS),
                audio_ports: query(host, CLAP_EXT_AUDIO_PORTS),
                latency: query(host, CLAP_EXT_LATENCY),
                track_info: query(host, CLAP_EXT_TRACK_INFO)
                    .or_else(|| query(host, CLAP_EXT_TRACK_INFO_COMPAT)),
            }
        }
    }

    /// The project has something to save. [main-thread]
    ///
    /// # Safety
    /// `host` is the host these are of.
    pub(super) unsafe fn mark_dirty(&self, host: *const clap_host) {
        if let Some(mark_dirty) = self.state.and_then(|state| state.mark_dirty) {
            unsafe { mark_dirty(host) }
        }
    }

    /// The latency is another one. [main-thread, within activation]
    ///
    /// # Safety
    /// `host` is the host these are of.
    pub(super) unsafe fn latency_changed(&self, host: *const clap_host) {
        if let Some(changed) = self.latency.and_then(|latency| latency.changed) {
            unsafe { changed(host) }
        }
    }

    /// The track the plugin is on, as far as the host tells. [main-thread]
    ///
    /// # Safety
    /// `host` is the host these are of.
    pub(super) unsafe fn track(&self, host: *const clap_host) -> Track {
        self.track_info.map_or_else(Track::default, |table| unsafe { track::ask(host, table) })
    }

    /// The texts of parameters' values changed. [main-thread]
    ///
    /// # Safety
    /// `host` is the host these are of.
    pub(super) unsafe fn rescan_texts(&self, host: *const clap_host) {
        if let Some(rescan) = self.params.and_then(|params| params.rescan) {
            unsafe { rescan(host, CLAP_PARAM_RESCAN_TEXT) }
        }
    }

    /// The names of parameters and ports changed. [main-thread]
    ///
    /// # Safety
    /// `host` is the host these are of.
    pub(super) unsafe fn rescan_names(&self, host: *const clap_host) {
        unsafe {
            if let Some(rescan) = self.params.and_then(|params| params.rescan) {
                rescan(host, CLAP_PARAM_RESCAN_INFO);
            }
            if let Some(ports) = self.audio_ports
                && let (Some(supported), Some(rescan)) =
                    (ports.is_rescan_flag_supported, ports.rescan)
                && supported(host, CLAP_AUDIO_PORTS_RESCAN_NAMES)
            {
                rescan(host, CLAP_AUDIO_PORTS_RESCAN_NAMES);
            }
        }
    }
}

/// # Safety
/// The host's table for this id, if it has one, is a `T` and lives as long as the host.
unsafe fn query<T>(host: *const clap_host, id: &CStr) -> Option<&'static T> {
    unsafe { (*host).get_extension?(host, id.as_ptr()).cast::<T>().as_ref() }
}

static PARAMS: clap_plugin_params = clap_plugin_params {
    count: Some(params_count),
    get_info: Some(params_get_info),
    get_value: Some(params_get_value),
    value_to_text: Some(params_value_to_text),
    text_to_value: Some(params_text_to_value),
    flush: Some(params_flush),
};

static AUDIO_PORTS: clap_plugin_audio_ports =
    clap_plugin_audio_ports { count: Some(audio_ports_count), get: Some(audio_ports_get) };

static STATE: clap_plugin_state = clap_plugin_state { save: Some(save), load: Some(load) };

static LATENCY: clap_plugin_latency = clap_plugin_latency { get: Some(latency_get) };

/// The plugin's `get_extension`. [thread-safe]
pub(super) unsafe extern "C" fn get(
    plugin: *const clap_plugin,
    id: *const c_char,
) -> *const c_void {
    // SAFETY: the host passes a plugin of ours and a C string, here and below.
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return std::ptr::null() };
    if id.is_null() {
        return std::ptr::null();
    }
    let name = unsafe { CStr::from_ptr(id) };
    if name == CLAP_EXT_PARAMS {
        std::ptr::from_ref(&PARAMS).cast()
    } else if name == CLAP_EXT_AUDIO_PORTS {
        std::ptr::from_ref(&AUDIO_PORTS).cast()
    } else if name == CLAP_EXT_STATE {
        std::ptr::from_ref(&STATE).cast()
    } else if name == CLAP_EXT_LATENCY {
        std::ptr::from_ref(&LATENCY).cast()
    } else if name == CLAP_EXT_TRACK_INFO || name == CLAP_EXT_TRACK_INFO_COMPAT {
        std::ptr::from_ref(&track::TRACK_INFO).cast()
    } else {
        unsafe { call!((*guard.inner), get_extension(guard.inner, id)) }
    }
}

unsafe extern "C" fn latency_get(plugin: *const clap_plugin) -> u32 {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return 0 };
    guard.parameters.shared.latency()
}

unsafe extern "C" fn params_count(plugin: *const clap_plugin) -> u32 {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return 0 };
    unsafe { call!(guard.inner_extensions.params, count(guard.inner)) }
}

unsafe extern "C" fn params_get_info(
    plugin: *const clap_plugin,
    index: u32,
    info: *mut clap_param_info,
) -> bool {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    if info.is_null() || index >= unsafe { params_count(plugin) } {
        return false;
    }
    fenced(false, || unsafe {
        if !call!(guard.inner_extensions.params, get_info(guard.inner, index, info)) {
            return false;
        }
        if let Some(parameter) = ALL.get(index as usize) {
            let title = guard.parameters.shared.worded(|s| names::title(*parameter, s));
            write_name(&mut (*info).name, &title);
        }
        true
    })
}

unsafe extern "C" fn params_get_value(
    plugin: *const clap_plugin,
    id: clap_id,
    value: *mut f64,
) -> bool {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    !value.is_null()
        && unsafe { call!(guard.inner_extensions.params, get_value(guard.inner, id, value)) }
}

unsafe extern "C" fn params_value_to_text(
    plugin: *const clap_plugin,
    id: clap_id,
    value: f64,
    text: *mut c_char,
    size: u32,
) -> bool {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    let params = &guard.inner_extensions.params;
    !text.is_null()
        && size > 0
        && unsafe { call!(params, value_to_text(guard.inner, id, value, text, size)) }
}

unsafe extern "C" fn params_text_to_value(
    plugin: *const clap_plugin,
    id: clap_id,
    text: *const c_char,
    value: *mut f64,
) -> bool {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    let params = &guard.inner_extensions.params;
    !text.is_null()
        && !value.is_null()
        && unsafe { call!(params, text_to_value(guard.inner, id, text, value)) }
}

/// [active ? audio-thread : main-thread]
unsafe extern "C" fn params_flush(
    plugin: *const clap_plugin,
    in_events: *const clap_input_events,
    out_events: *const clap_output_events,
) {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return };
    // A flush has no length, so all of its events belong to the first sample.
    fenced((), || unsafe {
        let mut in_events = InEvents::new(in_events, 1);
        in_events.chunk(0, 1);
        guard.flush(&mut in_events, &mut OutEvents::new(out_events, 1));
    });
}

unsafe extern "C" fn audio_ports_count(plugin: *const clap_plugin, is_input: bool) -> u32 {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return 0 };
    (if is_input { guard.ports.0 } else { guard.ports.1 }) as u32
}

unsafe extern "C" fn audio_ports_get(
    plugin: *const clap_plugin,
    index: u32,
    is_input: bool,
    info: *mut clap_audio_port_info,
) -> bool {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    if info.is_null() || index >= unsafe { audio_ports_count(plugin, is_input) } {
        return false;
    }
    fenced(false, || unsafe {
        let ports = &guard.inner_extensions.audio_ports;
        if !call!(ports, get(guard.inner, index, is_input, info)) {
            return false;
        }
        let port = index as usize;
        let name = guard.parameters.shared.worded(|session| {
            if !is_input {
                return names::output_name(port, session);
            }
            // A port carries its strip's name only while that strip listens to it.
            let listens = port < STRIPS && {
                let input = Parameter::StripInput(port as u8).index();
                guard.parameters.all[input].value() == port as f32 + 1.0
            };
            let own = session.strip_names.get(port).filter(|_| listens);
            names::input_name(port, own.map_or("", String::as_str))
        });
        write_name(&mut (*info).name, &name);
        true
    })
}

unsafe extern "C" fn save(plugin: *const clap_plugin, stream: *const clap_ostream) -> bool {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    if unsafe { stream.as_ref() }.and_then(|stream| stream.write).is_none() {
        return false;
    }
    // The framework's keys are sorted, and so are the session's: equal states are equal bytes.
    unsafe { call!(guard.inner_extensions.state, save(guard.inner, stream)) }
}

unsafe extern "C" fn load(plugin: *const clap_plugin, stream: *const clap_istream) -> bool {
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return false };
    fenced(false, || {
        // SAFETY: the host's stream is valid during this call.
        let mut stream = unsafe { HostStream::new(stream) };
        let accepted = match state::read(&mut stream) {
            Ok(accepted) => accepted,
            Err(refusal) => {
                log::error!("Switchyard keeps its state, the one offered is refused: {refusal}");
                return false;
            }
        };
        for remark in &accepted.remarks {
            log::warn!("Switchyard loads a state: {remark}");
        }
        let mut memory = MemoryStream::new(&accepted.bytes);
        let stream = memory.stream();
        // SAFETY: the stream lives until the call returns.
        let shared = &guard.parameters.shared;
        let hold = shared.hold();
        let loaded = unsafe { call!(guard.inner_extensions.state, load(guard.inner, &stream)) };
        shared.commit(hold);
        guard.tell_words();
        loaded
    })
}

/// Writes a name into a fixed field, ended by a zero, cut between characters if it is too long.
fn write_name(field: &mut [c_char], name: &str) {
    let mut length = name.len().min(field.len() - 1);
    while !name.is_char_boundary(length) {
        length -= 1;
    }
    // A zero byte within would end the name early, which is harmless.
    for (to, from) in field.iter_mut().zip(name.as_bytes()[..length].iter().chain([&0])) {
        *to = *from as c_char;
    }
}
