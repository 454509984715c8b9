//! Slots and chains as text, the session's own JSON, so that they can be copied, pasted and mailed.
//!
//! Not here: the clipboard itself, which is egui's. The editor's thread only.

use super::edit::{ChainEdit, Place};
use crate::editor::action::Action;
use crate::editor::typing::is_any_open;
use crate::editor::view::View;
use crate::routing::Node;
use crate::routing::chain::{Chain, LANES, SLOTS, Slot};
use egui::{Event, Key, Modifiers, Ui};
use serde_json::Value;

/// What can be pasted.
#[derive(Clone, Debug, PartialEq)]
pub enum Clip {
    /// One slot.
    Slot(Box<Slot>),
    /// A whole chain.
    Chain(Box<Chain>),
}

/// One slot as text.
pub fn slot(slot: &Slot) -> String {
    serde_json::to_string(slot).unwrap_or_default()
}

/// A whole chain as text.
pub fn chain(chain: &Chain) -> String {
    serde_json::to_string(chain).unwrap_or_default()
}

/// Reads what [`slot`] or [`chain`] wrote.
///
/// # Errors
/// Says what the text is not.
pub fn read(text: &str) -> Result<Clip, String> {
    const EXPECTED: &str = "The clipboard holds no effect and no chain of Switchyard";
    let value: Value = serde_json::from_str(text).map_err(|_| format!("{EXPECTED}."))?;
    if value.get("lanes").is_some() {
        let chain: Chain =
            serde_json::from_value(value).map_err(|error| format!("{EXPECTED}: {error}."))?;
        if chain.lanes.len() > LANES || chain.lanes.iter().any(|lane| lane.slots.len() > SLOTS) {
            return Err(format!("A chain holds {LANES} lanes of {SLOTS} effects, not more."));
        }
        return Ok(Clip::Chain(Box::new(chain)));
    }
    if value.get("effect").is_some() {
        let slot =
            serde_json::from_value(value).map_err(|error| format!("{EXPECTED}: {error}."))?;
        return Ok(Clip::Slot(Box::new(slot)));
    }
    Err(format!("{EXPECTED}."))
}

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
    match read(text) {
        Ok(Clip::Slot(slot)) => Action::Chain(ChainEdit::Insert(place, slot)),
        Ok(Clip::Chain(chain)) => Action::Chain(ChainEdit::Replace(place.node, chain)),
        Err(words) => Action::Refuse(words),
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

    #[test]
    fn what_was_copied_reads_back_and_other_texts_are_refused_in_words() {
        let kept = Slot::new(3, EffectSpec::new(Kind::Delay).with("time", 120.0));
        assert_eq!(read(&slot(&kept)), Ok(Clip::Slot(Box::new(kept.clone()))));
        let whole = Chain::serial([kept]);
        assert_eq!(read(&chain(&whole)), Ok(Clip::Chain(Box::new(whole))));
        for text in
            ["", "hello", "{}", "[1]", r#"{"lanes": 3}"#, r#"{"effect": "gate", "mix": "x"}"#]
        {
            let words = read(text).expect_err(text);
            assert!(words.starts_with("The clipboard holds no effect"), "{words}");
        }
        let lanes = r#"{"lanes": [{}, {}, {}, {}, {}]}"#;
        assert!(read(lanes).expect_err("too many").starts_with("A chain holds 4 lanes"));
    }
}
