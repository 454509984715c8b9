//! Copying and pasting slots and chains by keys.
//!
//! Not here: their text ([`clipboard`]) and the clipboard itself, which is egui's. The editor's thread
//! only.

use super::edit::{ChainEdit, Place};
use crate::editor::action::Action;
use crate::editor::sessions::sentence;
use crate::editor::typing::is_any_open;
use crate::editor::view::View;
use crate::routing::Node;
use crate::session::clipboard::{self, Clip};
use egui::{Event, Key, Modifiers, Ui};

/// Whether the user asks for a copy.
pub fn copies(ui: &Ui) -> bool {
    !is_any_open(ui)
        && ui.input(|input| {
            input.events.iter().any(|event| matches!(event, Event::Copy))
                || (input.modifiers.matches_logically(Modifiers::COMMAND)
                    && input.key_pressed(Key::C))
        })
}

/// The text the user pastes.
pub fn pasted(ui: &Ui) -> Option<String> {
    if is_any_open(ui) {
        return None;
    }
    ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Paste(text) => Some(text.clone()),
            _ => None,
        })
    })
}

/// Pastes at a place: a slot comes there, a chain replaces the node's.
pub fn paste_at(place: Place, text: &str) -> Action {
    match clipboard::read(text) {
        Ok(Clip::Slot(slot)) => Action::Chain(ChainEdit::Insert(place, slot)),
        Ok(Clip::Chain(chain)) => Action::Chain(ChainEdit::Replace(place.node, chain)),
        Ok(other) => Action::Refuse(sentence(&other.elsewhere().to_string())),
        Err(error) => Action::Refuse(sentence(&error.to_string())),
    }
}

/// Pastes into a node's chain: a slot comes at the end of its last lane, a chain replaces it.
pub fn paste_chain(view: &View, node: Node, text: &str) -> Option<Action> {
    let lanes = &view.inserts.chain(node).lanes;
    let lane = lanes.len().saturating_sub(1);
    let at = lanes.get(lane).map_or(0, |lane| lane.slots.len());
    Some(paste_at(Place { node, lane, at }, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::{EffectSpec, Kind};
    use crate::routing::Routing;
    use crate::routing::chain::{Chain, Slot};
    use crate::session::Session;

    #[test]
    fn a_slot_comes_to_its_place_a_chain_replaces_one_and_all_else_is_refused_in_words() {
        let place = Place { node: Node::Strip(2), lane: 0, at: 0 };
        let slot = Slot::new(3, EffectSpec::new(Kind::Delay).with("time", 120.0));
        let pasted = paste_at(place, &clipboard::slot(&slot));
        assert_eq!(pasted, Action::Chain(ChainEdit::Insert(place, Box::new(slot.clone()))));
        let whole = Chain::serial([slot]);
        let pasted = paste_at(place, &clipboard::chain(&whole));
        assert_eq!(pasted, Action::Chain(ChainEdit::Replace(place.node, Box::new(whole))));
        let strip = clipboard::channel(&Routing::default(), &Session::default(), Node::Strip(0));
        for (text, words) in [
            ("hello", "The clipboard holds nothing of Switchyard."),
            (
                strip.as_deref().unwrap_or_default(),
                "The clipboard holds a strip; it can be pasted on a strip.",
            ),
        ] {
            assert_eq!(paste_at(place, text), Action::Refuse(words.into()));
        }
    }
}
