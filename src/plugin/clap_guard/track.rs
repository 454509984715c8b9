//! The host's track the plugin is on: its name and colour become those of the strip it feeds, unless
//! the user chose others.
//!
//! Not here: where they are shown. Main thread only.

use super::{Guard, fenced};
use crate::plugin::shared::Track;
use clap_sys::ext::track_info::*;
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use std::ffi::c_char;
use std::mem::MaybeUninit;

pub(super) static TRACK_INFO: clap_plugin_track_info =
    clap_plugin_track_info { changed: Some(changed) };

unsafe extern "C" fn changed(plugin: *const clap_plugin) {
    // SAFETY: the host passes a plugin of ours.
    let Some(guard) = (unsafe { Guard::of(plugin) }) else { return };
    fenced((), || {
        guard.ask_track();
        guard.tell_words();
    });
}

/// What a host says of the track; nothing if it cannot or will not.
///
/// # Safety
/// `host` is the host `table` is of, and this is its main thread.
pub(super) unsafe fn ask(host: *const clap_host, table: &clap_host_track_info) -> Track {
    let mut info = MaybeUninit::<clap_track_info>::zeroed();
    // SAFETY: all zeros is a `clap_track_info` that says nothing.
    let info = unsafe {
        let told = table.get.is_some_and(|get| get(host, info.as_mut_ptr()));
        let info = info.assume_init();
        if told { info } else { clap_track_info { flags: 0, ..info } }
    };
    let name = if info.flags & CLAP_TRACK_INFO_HAS_TRACK_NAME != 0 {
        text(&info.name)
    } else {
        String::new()
    };
    let colour = (info.flags & CLAP_TRACK_INFO_HAS_TRACK_COLOR != 0).then_some([
        info.color.red,
        info.color.green,
        info.color.blue,
    ]);
    Track { name, colour }
}

/// A fixed field's text up to its zero, or all of it.
fn text(field: &[c_char]) -> String {
    let bytes: Vec<u8> = field.iter().map(|c| *c as u8).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).trim().to_string()
}
