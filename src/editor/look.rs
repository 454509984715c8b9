//! What the editor itself remembers: which view is open, what is selected, theme and zoom.
//!
//! Not here: anything the host or the sound knows. Plain values on the editor's thread; they outlive
//! one window, so that opening it again shows what was there. Theme and zoom are also the session's.

use super::action::Action;
use super::scenes::edit::SceneEdit;
use super::scenes::recalling::Aim;
use crate::engine::compare::Hearing;
use crate::routing::{BUSES, NODES, Node, SOURCES};

/// The views one can choose between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    /// Who feeds whom.
    #[default]
    Matrix,
    /// Strips with faders.
    Mixer,
    /// The insert chains.
    Chains,
    /// The host's macros.
    Macros,
    /// Stored states of the mix.
    Scenes,
    /// What is probably not meant.
    Check,
}

impl Screen {
    /// Every view with its word, in the header's order.
    pub const ALL: [(Screen, &'static str); 6] = [
        (Screen::Matrix, "Matrix"),
        (Screen::Mixer, "Mixer"),
        (Screen::Chains, "Chains"),
        (Screen::Macros, "Macros"),
        (Screen::Scenes, "Scenes"),
        (Screen::Check, "Check"),
    ];
}

/// Which colours are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
}

/// How Main's meter is marked: dBFS, or Bob Katz's K-System with 0 at its headroom below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scale {
    /// 0 is full scale.
    #[default]
    Dbfs,
    /// 0 is −12 dBFS: broadcast.
    K12,
    /// 0 is −14 dBFS: most music.
    K14,
    /// 0 is −20 dBFS: wide dynamics.
    K20,
}

impl Scale {
    /// All of them, in the order a click steps through.
    pub const ALL: [Scale; 4] = [Scale::Dbfs, Scale::K12, Scale::K14, Scale::K20];

    /// Where its 0 is, in dBFS.
    pub fn zero(self) -> f32 {
        match self {
            Scale::Dbfs => 0.0,
            Scale::K12 => -12.0,
            Scale::K14 => -14.0,
            Scale::K20 => -20.0,
        }
    }

    /// What is written on its button.
    pub fn word(self) -> &'static str {
        match self {
            Scale::Dbfs => "dBFS",
            Scale::K12 => "K-12",
            Scale::K14 => "K-14",
            Scale::K20 => "K-20",
        }
    }

    /// The next one.
    pub fn next(self) -> Scale {
        let at = Scale::ALL.iter().position(|scale| *scale == self).unwrap_or(0);
        Scale::ALL[(at + 1) % Scale::ALL.len()]
    }
}

/// The zooms in the menu, in percent.
pub const ZOOMS: [u32; 7] = [75, 90, 100, 125, 150, 175, 200];

/// The next zoom up or down from one, in percent.
pub fn next_zoom(now: u32, up: bool) -> u32 {
    let mut zooms = ZOOMS.iter().copied();
    let next = if up { zooms.find(|zoom| *zoom > now) } else { zooms.rfind(|zoom| *zoom < now) };
    next.unwrap_or_else(|| now.clamp(ZOOMS[0], ZOOMS[ZOOMS.len() - 1]))
}

/// What the editor remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The view that is open.
    pub screen: Screen,
    /// Whether unused strips and buses are shown too.
    pub show_all: bool,
    /// The bus whose sends the mixer's faders are.
    pub mix_for: Option<usize>,
    /// Whose paths are traced.
    pub selected: Option<Node>,
    /// Strips and buses the user asked for, though nothing uses them yet.
    pub revealed: [bool; SOURCES],
    /// Whether the first view was seen.
    pub welcomed: bool,
    /// Which of the two snapshots is heard, 0 or 1.
    pub snapshot: usize,
    /// Whether the Check screen shows Line Check rather than Route Check.
    pub lines: bool,
    /// Whether templates are shown to choose from.
    pub templates: bool,
    /// How Main's meter is marked.
    pub scale: Scale,
    /// Which colours are on.
    pub theme: Theme,
    /// In percent.
    pub zoom: u32,
    /// Whose chain is open.
    pub chain: Node,
    /// The slot whose panel is open, by id.
    pub slot: Option<u64>,
    /// What is heard of each node's chain.
    pub hearing: [Hearing; NODES],
    /// The scene that was stored or recalled last, by number from 0.
    pub scene: Option<usize>,
    /// Where the next morph goes.
    pub aim: Aim,
}

impl Default for Look {
    fn default() -> Self {
        Look {
            screen: Screen::default(),
            show_all: false,
            mix_for: None,
            selected: None,
            revealed: [false; SOURCES],
            welcomed: false,
            snapshot: 0,
            lines: false,
            templates: false,
            scale: Scale::default(),
            theme: Theme::default(),
            zoom: 100,
            chain: Node::Strip(0),
            slot: None,
            hearing: [Hearing::Output; NODES],
            scene: None,
            aim: Aim::default(),
        }
    }
}

impl Look {
    /// Follows what the user asked for, as far as it is about the look.
    pub fn follow(&mut self, action: &Action) {
        match action {
            Action::Show(screen) => {
                self.screen = *screen;
                self.mix_for = None;
                self.templates = false;
            }
            Action::ShowAll(all) => self.show_all = *all,
            Action::MixFor(bus) => {
                self.mix_for = bus.filter(|bus| *bus < BUSES);
                if self.mix_for.is_some() {
                    self.screen = Screen::Mixer;
                }
            }
            Action::Select(node) => self.selected = *node,
            Action::Reveal(source) => {
                if let Some(revealed) = self.revealed.get_mut(*source) {
                    *revealed = true;
                }
            }
            Action::Lines(lines) => self.lines = *lines,
            Action::Welcomed => self.welcomed = true,
            // Another mixer's scenes were never recalled.
            Action::Adopt(_) => (self.welcomed, self.scene) = (true, None),
            Action::Templates(shown) => self.templates = *shown,
            Action::OpenChain(node) => {
                if self.chain != *node {
                    self.slot = None;
                }
                self.chain = *node;
            }
            Action::PickSlot(slot) => self.slot = *slot,
            Action::Compare(node, hearing) => self.hearing[node.index()] = *hearing,
            Action::Scale(scale) => self.scale = *scale,
            Action::Theme(theme) => self.theme = *theme,
            Action::Scene(SceneEdit::Store(number)) | Action::Recall(number) => {
                self.scene = Some(*number);
            }
            Action::Aim(aim) => self.aim = *aim,
            Action::Morph(aim) => (self.aim, self.scene) = (*aim, Some(aim.to)),
            Action::Zoom(zoom) => self.zoom = (*zoom).clamp(ZOOMS[0], ZOOMS[ZOOMS.len() - 1]),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_steps_through_the_menu_and_stops_at_its_ends() {
        assert_eq!(next_zoom(100, true), 125);
        assert_eq!(next_zoom(100, false), 90);
        assert_eq!(next_zoom(200, true), 200);
        assert_eq!(next_zoom(75, false), 75);
        assert_eq!(next_zoom(110, true), 125);
    }

    #[test]
    fn mixing_for_a_bus_opens_the_mixer_and_choosing_a_view_leaves_it() {
        let mut look = Look::default();
        look.follow(&Action::MixFor(Some(5)));
        assert_eq!((look.screen, look.mix_for), (Screen::Mixer, Some(5)));
        look.follow(&Action::Show(Screen::Mixer));
        assert_eq!(look.mix_for, None);
    }
}
