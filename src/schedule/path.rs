//! The way round a loop that was refused, for messages.
//!
//! Not here: the refusing ([`super`]) and anything the audio thread calls; a path allocates.

use super::{Admission, Schedule};
use crate::routing::{BUSES, NODES, Node, STRIPS};
use std::collections::VecDeque;

impl Schedule {
    /// The buses on the loop that an edge from bus `source` to bus `destination` would close: from
    /// the destination over admitted edges back to the source. Empty if there is none.
    pub fn loop_path(&self, source: usize, destination: usize) -> Vec<usize> {
        let path = shortest(STRIPS + destination, STRIPS + source, |a, b| self.feeds(a, b));
        path.into_iter().map(|node| node - STRIPS).collect()
    }

    /// The nodes on the loop that a refused key would close: from the node that listens, over edges
    /// and keys, back to the key's source. From a strip to a bus and from either to Main an edge
    /// counts even where there is none yet, as it does in the refusing. Empty if the key was not
    /// refused.
    pub fn key_loop_path(&self, index: usize) -> Vec<Node> {
        let Some(key) = self.listening.keys[index] else { return Vec::new() };
        if self.key_admission(index) != Admission::Loop {
            return Vec::new();
        }
        if key.source != key.node && !key.orders() {
            return vec![key.node, key.source];
        }
        let mut heard = [[false; NODES]; NODES];
        for (index, key) in self.listening.in_order().filter(|(_, key)| key.orders()) {
            heard[key.source.index()][key.node.index()] |=
                self.key_admission(index) == Admission::Open;
        }
        let path =
            shortest(key.node.index(), key.source.index(), |a, b| heard[a][b] || self.feeds(a, b));
        path.into_iter().map(Node::from_index).collect()
    }

    /// Whether an admitted edge leads from one bus, by its node's index, to another.
    fn feeds(&self, from: usize, to: usize) -> bool {
        let is_bus = |node: usize| (STRIPS..STRIPS + BUSES).contains(&node);
        is_bus(from) && is_bus(to) && self.is_open(from, to - STRIPS)
    }
}

/// The shortest way from one node to another, both included; empty if there is none.
fn shortest(from: usize, to: usize, leads: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut came: [Option<usize>; NODES] = [None; NODES];
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        if node == to {
            let mut path = vec![to];
            while path.last() != Some(&from) {
                path.extend(path.last().and_then(|node| came[*node]));
            }
            path.reverse();
            return path;
        }
        for (next, came) in came.iter_mut().enumerate() {
            if next != from && came.is_none() && leads(node, next) {
                *came = Some(node);
                queue.push_back(next);
            }
        }
    }
    Vec::new()
}
