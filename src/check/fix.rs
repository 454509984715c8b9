//! What would put a finding right, as values: parameters to set, edits of the session.
//!
//! Not here: deciding. A fix changes nothing until somebody applies it. Main thread.

use super::Desk;
use crate::effects::EffectSpec;
use crate::effects::impulse::ImpulseRef;
use crate::routing::chain::{Chain, Key, Lane, SLOTS, Slot};
use crate::routing::parameter::Parameter;
use crate::routing::{BUSES, Fader, Node, Routing, STRIPS, Tap};
use crate::session::Session;

/// One way to put a finding right.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does, in the imperative: "Set Strip 2 > Bus 4 Tap to Post".
    pub label: String,
    /// All of it; they belong together in one undo step.
    pub edits: Vec<Edit>,
}

/// One change of a routing or a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Sets a host parameter to a plain value.
    Value(Parameter, f32),
    /// Names a strip or a bus.
    Name(Node, String),
    /// Sets the level of the dry signal beside a node's lanes.
    Dry(Node, Fader),
    /// Puts a new effect at the end of a node's last lane; the session gives it an id.
    Add(Node, EffectSpec),
    /// Takes a slot out.
    Remove(u64),
    /// Switches a slot's bypass.
    Bypass(u64, bool),
    /// Sets a slot's mix, 0 to 1.
    Mix(u64, f32),
    /// Gives a slot another key, or none.
    Key(u64, Option<Key>),
    /// Sets an effect's setting, known by its id, to a plain value.
    Setting(u64, &'static str, f32),
    /// Gives a slot another impulse response.
    Impulse(u64, ImpulseRef),
}

impl Fix {
    pub(super) fn new(label: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Fix {
        Fix { label: label.into(), edits: edits.into_iter().collect() }
    }

    /// Sets one parameter, and says so in its own words.
    pub(super) fn set(parameter: Parameter, plain: f32) -> Fix {
        let label = format!("Set {} to {}", parameter.name(), parameter.to_text(plain));
        Fix::new(label, [Edit::Value(parameter, plain)])
    }

    /// Takes the edge from a source (strips, then buses) to a destination (buses, then Main)
    /// somewhere else, or nowhere.
    pub(super) fn tap(source: usize, destination: usize, tap: Tap) -> Fix {
        Fix::set(tap_of(source, destination), f32::from(tap as u8))
    }

    /// Makes all its changes. An edit of what is no longer there changes nothing.
    pub fn apply(&self, routing: &mut Routing, session: &mut Session) {
        self.edits.iter().for_each(|edit| edit.apply(routing, session));
    }
}

/// The parameter that holds an edge's tap.
pub(super) fn tap_of(source: usize, destination: usize) -> Parameter {
    let is_main = destination >= BUSES;
    let to = destination as u8;
    match (source.checked_sub(STRIPS), is_main) {
        (None, true) => Parameter::StripMainTap(source as u8),
        (None, false) => Parameter::StripTap(source as u8, to),
        (Some(bus), true) => Parameter::BusMainTap(bus as u8),
        (Some(bus), false) => Parameter::BusTap(bus as u8, to),
    }
}

/// The parameter that holds a node's fader.
pub(super) fn fader_of(node: Node) -> Parameter {
    match node {
        Node::Strip(i) => Parameter::StripFader(i as u8),
        Node::Bus(j) => Parameter::BusFader(j as u8),
        Node::Main => Parameter::MainFader,
    }
}

/// The parameter that holds a node's Insert Mix.
pub(super) fn insert_mix_of(node: Node) -> Parameter {
    match node {
        Node::Strip(i) => Parameter::StripInsertMix(i as u8),
        Node::Bus(j) => Parameter::BusInsertMix(j as u8),
        Node::Main => Parameter::MainInsertMix,
    }
}

impl Desk<'_> {
    /// Whether there is room for another slot at the end of a node's chain.
    pub(super) fn has_room(&self, node: Node) -> bool {
        self.chain(node).lanes.last().is_none_or(|lane| lane.slots.len() < SLOTS)
    }
}

impl Edit {
    fn apply(&self, routing: &mut Routing, session: &mut Session) {
        match self {
            Edit::Value(parameter, plain) => parameter.set(routing, *plain),
            Edit::Name(node, name) => {
                let place = match node {
                    Node::Strip(i) => session.strip_names.get_mut(*i),
                    Node::Bus(j) => session.bus_names.get_mut(*j),
                    Node::Main => None,
                };
                if let Some(place) = place {
                    name.clone_into(place);
                }
            }
            Edit::Dry(node, level) => {
                if let Some(chain) = session.chains.get_mut(node.index()) {
                    chain.dry = *level;
                }
            }
            Edit::Add(node, effect) => add(session, *node, effect.clone()),
            Edit::Remove(id) => session.chains.iter_mut().for_each(|chain| remove(chain, *id)),
            Edit::Bypass(id, on) => with(session, *id, |slot| slot.bypass = *on),
            Edit::Mix(id, mix) => with(session, *id, |slot| slot.mix = *mix),
            Edit::Key(id, key) => with(session, *id, |slot| slot.key = *key),
            Edit::Setting(id, setting, plain) => with(session, *id, |slot| {
                if let Some(known) = slot.effect.known_mut()
                    && let Some((at, line)) = known.setting(setting)
                {
                    known.values[at] = line.clamp(*plain);
                }
            }),
            Edit::Impulse(id, impulse) => with(session, *id, |slot| {
                if let Some(known) = slot.effect.known_mut() {
                    known.impulse = Some(impulse.clone());
                }
            }),
        }
    }
}

fn with(session: &mut Session, id: u64, change: impl FnOnce(&mut Slot)) {
    if let Some(slot) = session.slot_mut(id) {
        change(slot);
    }
}

fn add(session: &mut Session, node: Node, effect: EffectSpec) {
    let id = session.free_slot_id();
    let Some(chain) = session.chains.get_mut(node.index()) else { return };
    if chain.lanes.is_empty() {
        chain.lanes.push(Lane::default());
    }
    if let Some(lane) = chain.lanes.last_mut().filter(|lane| lane.slots.len() < SLOTS) {
        lane.slots.push(Slot::new(id, effect));
    }
}

/// A lane that held only this slot goes with it, lest the dry signal take its place.
fn remove(chain: &mut Chain, id: u64) {
    let held_only = |lane: &Lane| matches!(&lane.slots[..], [slot] if slot.id == id);
    chain.lanes.retain(|lane| !held_only(lane));
    for lane in &mut chain.lanes {
        lane.slots.retain(|slot| slot.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::Kind;

    #[test]
    fn a_fix_says_what_it_does_in_the_parameters_own_words() {
        assert_eq!(Fix::tap(1, 3, Tap::Post).label, "Set Strip 2 > Bus 4 Tap to Post");
        assert_eq!(Fix::tap(0, BUSES, Tap::Off).label, "Set Strip 1 > Main Tap to Off");
        assert_eq!(Fix::tap(STRIPS + 2, 0, Tap::Pre).label, "Set Bus 3 > Bus 1 Tap to Pre");
        assert_eq!(Fix::tap(STRIPS, BUSES, Tap::Post).label, "Set Bus 1 > Main Tap to Post");
    }

    #[test]
    fn edits_of_slots_reach_the_slot_with_the_id_and_no_other() {
        let (mut routing, mut session) = (Routing::default(), Session::default());
        let add = |node| Edit::Add(node, EffectSpec::new(Kind::Compressor));
        let edits = [add(Node::Strip(0)), add(Node::Strip(0)), Edit::Mix(2, 0.25)];
        Fix::new("", edits).apply(&mut routing, &mut session);
        let edits = [Edit::Setting(2, "threshold", -999.0), Edit::Bypass(9, true)];
        Fix::new("", edits).apply(&mut routing, &mut session);
        let slots: Vec<_> = session.chains[0].slots().collect();
        assert_eq!(slots.iter().map(|slot| slot.id).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((slots[0].mix, slots[1].mix), (1.0, 0.25));
        assert_eq!(slots[1].effect.known().expect("known").values[0], -60.0);
        assert!(!slots[0].bypass && !slots[1].bypass);
        Fix::new("", [Edit::Remove(1)]).apply(&mut routing, &mut session);
        assert_eq!(session.chains[0].slots().map(|slot| slot.id).collect::<Vec<_>>(), [2]);
    }
}
