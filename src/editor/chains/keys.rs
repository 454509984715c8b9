//! What listens to what, and which keys would close a loop.
//!
//! Not here: drawing. Pure functions over session and routing; the editor's thread.

use crate::editor::view::Names;
use crate::routing::chain::{Key, Slot};
use crate::routing::{NODES, Node, Routing, Tap};
use crate::schedule::keys::{KEYS, KeyEdge};
use crate::schedule::{self, Admission, Timing};
use crate::session::Session;
use crate::session::workshop::latency;
use std::collections::HashMap;

/// What a session's chains cost in time, in samples, and which of its keys cannot be heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// By slot id.
    pub slots: HashMap<u64, u32>,
    /// The loop that a refused key would close, by slot id.
    pub loops: HashMap<u64, Vec<Node>>,
}

impl Costs {
    /// What a session costs at a sample rate in Hz. Effects are built to be asked.
    pub fn of(session: &Session, routing: &Routing, sample_rate: f64) -> Costs {
        let all = session.chains.iter().flat_map(|chain| chain.slots());
        let cost = |slot: &Slot| slot.effect.known().map_or(0, |known| latency(known, sample_rate));
        let slots = all.map(|slot| (slot.id, cost(slot))).collect();
        let mut costs = Costs { slots, loops: HashMap::new() };
        costs.loops = costs.loops(session, routing);
        costs
    }

    /// One slot's latency.
    pub fn slot(&self, id: u64) -> u32 {
        self.slots.get(&id).copied().unwrap_or(0)
    }

    /// One lane's latency.
    pub fn lane(&self, session: &Session, node: Node, lane: usize) -> u32 {
        let lane = session.chains[node.index()].lanes.get(lane);
        lane.map_or(0, |lane| lane.slots.iter().map(|slot| self.slot(slot.id)).sum())
    }

    /// One chain's latency, that of its longest lane.
    pub fn chain(&self, session: &Session, node: Node) -> u32 {
        let lanes = 0..session.chains[node.index()].lanes.len();
        lanes.map(|lane| self.lane(session, node, lane)).max().unwrap_or(0)
    }

    /// What the schedule needs to know of the chains.
    pub fn timing(&self, session: &Session) -> Timing {
        let mut timing = Timing {
            chain: std::array::from_fn(|node| self.chain(session, Node::from_index(node))),
            ..Timing::ZERO
        };
        for (place, (_, edge)) in timing.keys.iter_mut().zip(self.edges(session)) {
            *place = Some(edge);
        }
        timing
    }

    /// The slots that listen, and what to.
    fn edges(&self, session: &Session) -> Vec<(u64, KeyEdge)> {
        let mut edges = Vec::new();
        for node in (0..NODES).map(Node::from_index) {
            for lane in &session.chains[node.index()].lanes {
                let mut offset = 0;
                for slot in &lane.slots {
                    if let Some(Key { node: source, tap }) = slot.heard_key() {
                        edges.push((slot.id, KeyEdge { source, tap, node, offset }));
                    }
                    offset += self.slot(slot.id);
                }
            }
        }
        edges
    }

    /// The keys that are refused, with the loop each would close.
    pub fn loops(&self, session: &Session, routing: &Routing) -> HashMap<u64, Vec<Node>> {
        let edges = self.edges(session);
        if edges.is_empty() {
            return HashMap::new();
        }
        let schedule = schedule::compile(routing, &self.timing(session));
        let refused = |(index, (id, _)): (usize, (u64, KeyEdge))| {
            let closed = schedule.key_admission(index) == Admission::Loop;
            closed.then(|| (id, schedule.key_loop_path(index)))
        };
        edges.into_iter().take(KEYS).enumerate().filter_map(refused).collect()
    }
}

/// Why a slot may not get a key, in words; `None` if it may.
pub fn refusal(
    session: &Session,
    costs: &Costs,
    routing: &Routing,
    names: &Names,
    slot: u64,
    key: Key,
) -> Option<String> {
    let mut tried = session.clone();
    tried.slot_mut(slot)?.key = Some(key);
    new_loop(&costs.loops, &costs.loops(&tried, routing), names)
}

/// Says which key can no longer be heard, if one can not that could before.
pub fn new_loop(
    before: &HashMap<u64, Vec<Node>>,
    after: &HashMap<u64, Vec<Node>>,
    names: &Names,
) -> Option<String> {
    let (_, path) = after.iter().find(|(id, _)| !before.contains_key(*id))?;
    Some(because(path, names))
}

/// A refused key's loop in words.
pub fn because(path: &[Node], names: &Names) -> String {
    let words: Vec<_> = path.iter().map(|node| names.of(*node)).collect();
    match words.as_slice() {
        [only] => format!("This key would close a loop: {only} would wait for itself."),
        _ => format!("This key would close a loop, because {} comes first.", words.join(" → ")),
    }
}

/// A key in words.
pub fn text(key: Option<Key>, names: &Names) -> String {
    match key {
        None => "Own input".into(),
        Some(Key { node, tap: Tap::Off }) => names.of(node),
        Some(Key { node, tap }) => format!("{} {}", names.of(node), tap.name()),
    }
}
