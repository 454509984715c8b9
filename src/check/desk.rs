//! What every rule looks at: the routing, the session and the surroundings, with what follows from
//! them: which edges sound, what is in use, what still carries the dry signal.
//!
//! Not here: judging. Mutes, solos and faders move all the time while mixing, so what is joined to
//! what does not depend on them: only edges' taps and levels count. Main thread.

use super::{Place, Surroundings};
use crate::effects::Kind;
use crate::effects::impulse::ImpulseRef;
use crate::routing::chain::{Chain, Key, Slot};
use crate::routing::{
    BUSES, DESTINATIONS, Input, MAIN, NODES, Node, Role, Routing, SOURCES, STRIPS, Tap,
};
use crate::schedule::keys::{KEYS, KeyEdge};
use crate::schedule::{self, Admission, Schedule, Timing};
use crate::session::Session;
use crate::units::{balance, pan_mono};

/// All a rule may know.
pub struct Desk<'a> {
    pub routing: &'a Routing,
    pub session: &'a Session,
    pub around: &'a Surroundings,
    pub schedule: Schedule,
    /// The slots whose keys the schedule knows, in its table's order.
    keyed_slots: Vec<u64>,
    /// What leaves a bus is an effect's sound and not its input any more.
    wet: [bool; BUSES],
    untouched: Routing,
    no_chain: Chain,
}

/// What a chain makes of its input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wetness {
    /// The input as it came, perhaps louder or brighter.
    Dry,
    /// The input, shaped: a copy beside it is parallel processing.
    Shaped,
    /// Echoes or a room. `dry` is whether the input comes through beside them.
    Wet { dry: bool },
}

impl<'a> Desk<'a> {
    pub fn new(routing: &'a Routing, session: &'a Session, around: &'a Surroundings) -> Desk<'a> {
        let (timing, keyed_slots) = timing(session, around);
        let mut desk = Desk {
            routing,
            session,
            around,
            schedule: schedule::compile(routing, &timing),
            keyed_slots,
            wet: [false; BUSES],
            untouched: Routing::default(),
            no_chain: Chain::default(),
        };
        desk.wet = std::array::from_fn(|bus| {
            desk.role(bus) == Role::Return
                || desk.wetness(Node::Bus(bus)) == (Wetness::Wet { dry: false })
        });
        desk
    }

    /// "Strip 2", or "Strip 2 (Vox)" if the user named it.
    pub fn name(&self, node: Node) -> String {
        match self.own_name(node) {
            "" => node.to_string(),
            own => format!("{node} ({own})"),
        }
    }

    /// "the Gate on Strip 2", or "the Gate 2 on Strip 2" if it is the second there.
    pub fn effect(&self, node: Node, slot: &Slot) -> String {
        let name = slot.effect.name();
        let same: Vec<u64> = (self.chain(node).slots())
            .filter(|other| other.effect.name() == name)
            .map(|other| other.id)
            .collect();
        match same.iter().position(|id| *id == slot.id) {
            Some(at) if same.len() > 1 => format!("the {name} {} on {node}", at + 1),
            _ => format!("the {name} on {node}"),
        }
    }

    fn own_name(&self, node: Node) -> &str {
        let own = match node {
            Node::Strip(i) => self.session.strip_names.get(i),
            Node::Bus(j) => self.session.bus_names.get(j),
            Node::Main => None,
        };
        own.map_or("", |own| own.trim())
    }

    pub fn chain(&self, node: Node) -> &Chain {
        self.session.chains.get(node.index()).unwrap_or(&self.no_chain)
    }

    /// Every slot and whose chain it is in.
    pub fn slots(&self) -> impl Iterator<Item = (Node, &Slot)> {
        (0..NODES).map(Node::from_index).flat_map(|node| {
            let slots = self.chain(node).slots();
            slots.map(move |slot| (node, slot))
        })
    }

    /// Slots that listen to a key which the schedule grants, where that can be heard.
    pub fn keyed(&self) -> impl Iterator<Item = (Node, &Slot, Key)> {
        self.slots().filter_map(|(node, slot)| {
            let heard = slot.amount() > 0.0 && self.insert_mix(node) > 0.0;
            let granted = self.refused_key(slot.id).is_none();
            slot.heard_key().filter(|_| heard && granted).map(|key| (node, slot, key))
        })
    }

    /// The loop a slot's key would close, from the slot's node back to the key's source.
    pub fn refused_key(&self, slot: u64) -> Option<Vec<Node>> {
        let index = self.keyed_slots.iter().position(|keyed| *keyed == slot)?;
        let is_refused = self.schedule.key_admission(index) == Admission::Loop;
        is_refused.then(|| self.schedule.key_loop_path(index))
    }

    /// What a node adds to the latency, in samples: its chain, and waiting for the latest key.
    pub fn delay_of(&self, node: Node) -> u32 {
        let time = |tap| self.schedule.tap_time(node.index(), tap);
        time(Tap::Post) - time(Tap::Input)
    }

    /// Whether the edge from a source (strips, then buses) to a destination (buses, then Main) runs
    /// and its level is above −∞. A talkback microphone has left its edges.
    pub fn joins(&self, source: usize, destination: usize) -> bool {
        self.schedule.is_connected(source, destination)
            && !(source < STRIPS && self.routing.is_talkback(source))
    }

    /// The sources joined to a destination.
    pub fn sources(&self, destination: usize) -> impl Iterator<Item = usize> + '_ {
        (0..SOURCES).filter(move |source| self.joins(*source, destination))
    }

    /// The destinations a source is joined to.
    pub fn destinations(&self, source: usize) -> impl Iterator<Item = usize> + '_ {
        (0..DESTINATIONS).filter(move |destination| self.joins(source, *destination))
    }

    pub fn tap(&self, source: usize, destination: usize) -> Tap {
        self.routing.edge(source, destination).tap
    }

    pub fn role(&self, bus: usize) -> Role {
        self.routing.buses[bus].role
    }

    pub fn is_mix(&self, destination: usize) -> bool {
        destination != MAIN && self.role(destination) == Role::Mix
    }

    /// Whether the user did anything with a strip or bus besides leaving it as it came.
    pub fn is_used(&self, node: Node) -> bool {
        let touched = match node {
            Node::Strip(i) => {
                self.routing.strips[i] != self.untouched.strips[i] || self.routing.is_talkback(i)
            }
            Node::Bus(j) => {
                self.routing.buses[j] != self.untouched.buses[j] || self.sources(j).next().is_some()
            }
            Node::Main => true,
        };
        let keys = || self.slots().any(|(_, slot)| slot.key.is_some_and(|key| key.node == node));
        touched || !self.own_name(node).is_empty() || !self.chain(node).is_empty() || keys()
    }

    /// The input port a strip listens to.
    pub fn port(&self, strip: usize) -> Option<usize> {
        match self.routing.strips[strip].input {
            Input::Port(port) => Some(port),
            Input::Off | Input::Link(_) => None,
        }
    }

    pub fn is_muted(&self, node: Node) -> bool {
        match node {
            Node::Strip(i) => self.routing.strips[i].mute,
            Node::Bus(j) => self.routing.buses[j].mute,
            Node::Main => self.routing.main.mute,
        }
    }

    pub fn insert_mix(&self, node: Node) -> f32 {
        match node {
            Node::Strip(i) => self.routing.strips[i].insert_mix,
            Node::Bus(j) => self.routing.buses[j].insert_mix,
            Node::Main => self.routing.main.insert_mix,
        }
    }

    /// The louder side's gain from Pre to Post, with the fader as it stands.
    pub fn stage(&self, node: Node) -> f32 {
        let (fader, sides) = match node {
            Node::Strip(i) => {
                let strip = &self.routing.strips[i];
                let mono = strip.source.is_mono();
                let law = self.routing.pan_law;
                (strip.fader, if mono { pan_mono(law, strip.pan) } else { balance(strip.pan) })
            }
            Node::Bus(j) => (self.routing.buses[j].fader, balance(self.routing.buses[j].pan)),
            Node::Main => (self.routing.main.fader, [1.0; 2]),
        };
        fader.gain() * sides[0].max(sides[1])
    }

    /// The gain from a source's Pre tap, or from its Input tap if that is where the edge begins, to
    /// the sum at a destination.
    pub fn edge_gain(&self, source: usize, destination: usize) -> f32 {
        let send = self.routing.edge(source, destination);
        let stage = match send.tap {
            Tap::Post => self.stage(Node::from_index(source)),
            Tap::Off | Tap::Input | Tap::Pre => 1.0,
        };
        send.level.gain() * stage
    }

    /// Whether a node's chain changes its sound.
    pub fn is_processed(&self, node: Node) -> bool {
        self.insert_mix(node) > 0.0 && self.chain(node).slots().any(|slot| slot.amount() > 0.0)
    }

    /// What a node's chain makes of its input, Insert Mix included.
    pub fn wetness(&self, node: Node) -> Wetness {
        match wetness(self.chain(node)) {
            _ if self.insert_mix(node) <= 0.0 => Wetness::Dry,
            Wetness::Wet { dry } => Wetness::Wet { dry: dry || self.insert_mix(node) < 1.0 },
            other => other,
        }
    }

    /// Whether what leaves a bus is an effect's sound and not its input any more.
    pub fn is_wet(&self, bus: usize) -> bool {
        self.wet[bus]
    }

    /// Whether a source's sound comes to a destination, directly or through buses that carry it on
    /// as it is, never through bus `without`.
    pub fn reaches(&self, source: usize, destination: usize, without: Option<usize>) -> bool {
        let mut seen = 0u32;
        let mut open = vec![source];
        while let Some(at) = open.pop() {
            if self.joins(at, destination) {
                return true;
            }
            for bus in self.destinations(at).filter(|bus| *bus != MAIN && Some(*bus) != without) {
                if !self.is_wet(bus) && seen & 1 << bus == 0 {
                    seen |= 1 << bus;
                    open.push(STRIPS + bus);
                }
            }
        }
        false
    }
}

fn latency(around: &Surroundings, slot: &Slot) -> u32 {
    let told = around.latencies.iter().find(|(id, _)| *id == slot.id);
    told.map_or(0, |(_, latency)| *latency)
}

/// The chains' latencies and keys, and which slot each key belongs to.
fn timing(session: &Session, around: &Surroundings) -> (Timing, Vec<u64>) {
    let mut timing = Timing::ZERO;
    let mut keyed = Vec::new();
    for (index, chain) in session.chains.iter().enumerate().take(NODES) {
        for lane in &chain.lanes {
            let mut offset = 0u32;
            for slot in &lane.slots {
                if let Some(key) = slot.heard_key().filter(|_| keyed.len() < KEYS) {
                    let (source, tap, node) = (key.node, key.tap, Node::from_index(index));
                    timing.keys[keyed.len()] = Some(KeyEdge { source, tap, node, offset });
                    keyed.push(slot.id);
                }
                offset = offset.saturating_add(latency(around, slot));
            }
            timing.chain[index] = timing.chain[index].max(offset);
        }
    }
    (timing, keyed)
}

/// Whether an effect turns its input into something beside it: echoes, a room.
pub fn is_time_based(kind: Kind, impulse: Option<&ImpulseRef>) -> bool {
    match kind {
        Kind::Reverb | Kind::Delay => true,
        // A speaker's response replaces the signal, a room's comes beside it.
        Kind::Convolution => impulse.is_some_and(|impulse| impulse.name != "Cabinet"),
        _ => false,
    }
}

fn wetness(chain: &Chain) -> Wetness {
    let mut shaped = false;
    let mut wet = false;
    let mut dry = chain.dry.is_open() && !chain.lanes.is_empty();
    for lane in chain.lanes.iter().filter(|lane| lane.level.is_open()) {
        let mut through = true;
        let mut room = false;
        for slot in lane.slots.iter().filter(|slot| slot.amount() > 0.0) {
            let Some(known) = slot.effect.known() else { continue };
            if is_time_based(known.kind, known.impulse.as_ref()) {
                room = true;
                through &= slot.amount() < 1.0;
            }
            shaped |= match known.kind {
                Kind::Utility | Kind::Equalizer => false,
                Kind::Convolution => known.impulse.is_some(),
                _ => true,
            };
        }
        wet |= room;
        dry |= through;
    }
    match (wet, shaped) {
        (true, _) => Wetness::Wet { dry },
        (false, true) => Wetness::Shaped,
        (false, false) => Wetness::Dry,
    }
}

/// "A", "A and B", "A, B and C".
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The places of an edge between a source and a destination, by index.
pub fn edge(source: usize, destination: usize) -> Place {
    Place::Edge(Node::from_index(source), Node::destination(destination))
}

/// The bus of a node, if it is one.
pub fn bus_of(node: Node) -> Option<usize> {
    match node {
        Node::Bus(j) if j < BUSES => Some(j),
        _ => None,
    }
}
