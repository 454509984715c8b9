//! How loud and how late a signal gets from one place to another over every path that is open.
//!
//! Not here: drawing, and the sound itself. Pure functions over the routing and its schedule; gains
//! of parallel paths add up as they do for one signal that takes them all. Insert chains count as
//! 0 dB. The editor's thread calls it while something is selected or pointed at.

use super::view::View;
use crate::routing::{BUSES, DESTINATIONS, MAIN, NODES, Node, Routing, SOURCES, STRIPS, Tap};
use crate::units::{Fader, db_to_gain, gain_to_db};

/// All paths from one node to another together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// From the first node's input to the other's output, in dB.
    pub db: f32,
    /// How many paths there are.
    pub paths: u32,
    /// From the plugin's inputs to the other's output, in samples.
    pub delay: u32,
}

/// Everything that a node feeds and that feeds it.
#[derive(Clone, Copy, Debug)]
pub struct Trace {
    /// What is traced.
    pub node: Node,
    /// By node index: what of the traced node's signal arrives there.
    pub downstream: [Option<Total>; NODES],
    /// By node index: what of that node's signal arrives at the traced node.
    pub upstream: [Option<Total>; NODES],
}

impl Trace {
    /// The paths through a node.
    pub fn of(view: &View, node: Node) -> Trace {
        let upstream = std::array::from_fn(|from| {
            let from = Node::from_index(from);
            if from == node { None } else { totals(view, from)[node.index()] }
        });
        Trace { node, downstream: totals(view, node), upstream }
    }

    /// What a node's head shows, if it is on a path: its share on the way to or from the traced one.
    pub fn total(&self, node: Node) -> Option<Total> {
        self.downstream[node.index()].or(self.upstream[node.index()])
    }

    /// Whether a node is the traced one or on a path with it.
    pub fn touches(&self, node: Node) -> bool {
        node == self.node || self.total(node).is_some()
    }

    /// Whether an edge carries sound to or from the traced node.
    pub fn carries(&self, view: &View, source: usize, destination: usize) -> bool {
        let (from, to) = (Node::from_index(source), Node::destination(destination));
        let down = from == self.node || self.downstream[source].is_some();
        let up = to == self.node || self.upstream[to.index()].is_some();
        flows(view, source, destination) && (down || up)
    }
}

/// What of one node's signal arrives at another, over all paths.
pub fn between(view: &View, from: Node, to: Node) -> Option<Total> {
    totals(view, from)[to.index()]
}

/// Whether sound passes an edge right now.
fn flows(view: &View, source: usize, destination: usize) -> bool {
    view.schedule.is_connected(source, destination) && view.schedule.passes(source, destination)
}

/// From a node's input to its taps, linear.
fn tap_gain(routing: &Routing, source: usize, tap: Tap) -> f32 {
    match (tap, Node::from_index(source)) {
        (Tap::Post, node) => fader(routing, node).gain(),
        _ => 1.0,
    }
}

fn fader(routing: &Routing, node: Node) -> Fader {
    match node {
        Node::Strip(i) => routing.strips[i].fader,
        Node::Bus(j) => routing.buses[j].fader,
        Node::Main => routing.main.fader,
    }
}

fn totals(view: &View, from: Node) -> [Option<Total>; NODES] {
    let routing = &view.routing;
    let mut gain = [0.0f32; NODES];
    let mut paths = [0u32; NODES];
    paths[from.index()] = 1;
    gain[from.index()] = match from {
        Node::Strip(i) => db_to_gain(routing.strips[i].trim_db),
        _ => 1.0,
    };
    let order = view.schedule.order.map(usize::from);
    for destination in order.into_iter().chain([MAIN]) {
        let to = Node::destination(destination).index();
        if to == from.index() {
            continue;
        }
        for source in 0..SOURCES {
            if paths[source] > 0 && flows(view, source, destination) {
                let edge = routing.edge(source, destination);
                paths[to] = paths[to].saturating_add(paths[source]);
                gain[to] += gain[source] * tap_gain(routing, source, edge.tap) * edge.level.gain();
            }
        }
    }
    std::array::from_fn(|at| {
        let node = Node::from_index(at);
        (node != from && paths[at] > 0).then(|| Total {
            db: gain_to_db(gain[at] * fader(routing, node).gain()),
            paths: paths[at],
            delay: view.schedule.tap_time(at, Tap::Pre),
        })
    })
}

/// Whether anything connected touches a bus, in or out.
pub fn is_wired(view: &View, bus: usize) -> bool {
    let fed = (0..SOURCES).any(|source| {
        let edge = view.routing.edge(source, bus);
        edge.is_connected()
    });
    let feeds = (0..DESTINATIONS)
        .filter(|to| *to < BUSES)
        .any(|to| view.routing.edge(STRIPS + bus, to).is_connected());
    fed || feeds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::Role;

    /// Strip 1 ─► Bus 1 (−6 dB) ─► Main, and Strip 1 ─► Bus 4 (send −12 dB) ─► Main.
    fn view() -> View {
        let mut routing = Routing::default();
        let strip = &mut routing.strips[0];
        strip.main_tap = Tap::Off;
        strip.sends[0].level = Fader::UNITY;
        strip.sends[3].level = Fader::from_db(-12.0);
        routing.buses[0].fader = Fader::from_db(-6.0);
        routing.buses[3].role = Role::Return;
        View::of(routing)
    }

    #[test]
    fn parallel_paths_add_up_as_one_signal_does() {
        let total = between(&view(), Node::Strip(0), Node::Main).unwrap();
        assert_eq!(total.paths, 2);
        let sum = gain_to_db(db_to_gain(-6.0) + db_to_gain(-12.0));
        assert!((total.db - sum).abs() < 0.01, "{} {sum}", total.db);
        assert!((total.db + 2.48).abs() < 0.01, "{}", total.db);
    }

    #[test]
    fn a_trace_holds_what_is_upstream_and_downstream_and_nothing_else() {
        let view = view();
        let trace = Trace::of(&view, Node::Bus(3));
        assert!(trace.carries(&view, 0, 3) && trace.carries(&view, STRIPS + 3, MAIN));
        assert!(!trace.carries(&view, 0, 0) && !trace.carries(&view, STRIPS, MAIN));
        assert!(trace.touches(Node::Strip(0)) && !trace.touches(Node::Strip(1)));
        assert!((trace.total(Node::Strip(0)).unwrap().db + 12.0).abs() < 0.01);
    }

    #[test]
    fn what_is_muted_carries_nothing() {
        let mut view = view();
        view.routing.buses[0].mute = true;
        let view = View::of(view.routing);
        let total = between(&view, Node::Strip(0), Node::Main).unwrap();
        assert_eq!(total.paths, 1);
        assert!((total.db + 12.0).abs() < 0.01);
    }
}
