//! What controls that stand in more than one view look like and teach.
//!
//! Not here: the controls. The editor's thread only.

use super::control::Face;
use super::theme::palette;
use egui::Ui;

/// What the three roles are.
pub const ROLE: &str = "Group: a submix into Main. Return: shared effects, safe from solo. Mix: for \
                        headphones, stream or recording; mute and solo leave it alone.";
/// What a strip's fault lamp means.
pub const FAULT: &str = "This input held a value that is no number; it was silenced and nothing else \
                         was disturbed. Check the plugin before this one, then click to put the lamp \
                         out.";

/// The mute switch.
pub fn mute(ui: &Ui) -> Face<'static> {
    Face {
        word: "M",
        colour: palette(ui).mute,
        lesson: "Mute: silences every edge except those directly into a Mix, so nobody on stage goes \
                 deaf.",
    }
}

/// The solo switch.
pub fn solo(ui: &Ui) -> Face<'static> {
    Face {
        word: "S",
        colour: palette(ui).solo,
        lesson: "Solo: Main keeps only what runs through here. Mixes are never touched.",
    }
}
