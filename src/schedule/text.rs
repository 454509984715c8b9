//! A schedule in words, for golden tests and bug reports.
//!
//! Not here: anything the audio thread calls; writing text allocates.

use super::keys::KeyEdge;
use super::{Admission, Schedule};
use crate::routing::{DESTINATIONS, NODES, Node, SOURCES, STRIPS};
use std::fmt;

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "latency {}", self.latency)?;
        write!(f, "order")?;
        for bus in self.order.map(usize::from) {
            if self.is_used(bus) {
                write!(f, " {} >", Node::Bus(bus))?;
            }
        }
        writeln!(f, " Main")?;
        self.write_strip_order(f)?;
        for source in 0..SOURCES {
            for destination in 0..DESTINATIONS {
                self.write_edge(f, source, destination)?;
            }
        }
        for node in (0..NODES).filter(|node| self.head(*node) > 0) {
            writeln!(f, "head {} +{}", Node::from_index(node), self.head(node))?;
        }
        for (index, key) in self.listening.in_order() {
            self.write_key(f, index, &key)?;
        }
        Ok(())
    }
}

impl Schedule {
    /// The strips that wait for each other, in the order they run.
    fn write_strip_order(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits = |strip: Node| {
            self.listening.in_order().any(|(index, key)| {
                self.key_admission(index) == Admission::Open
                    && key.orders()
                    && (key.source == strip || key.node == strip)
            })
        };
        let strips = self.strips.map(|strip| Node::Strip(strip.into()));
        let mut word = "strips";
        for strip in strips.into_iter().filter(|strip| waits(*strip)) {
            write!(f, "{word} {strip}")?;
            word = " >";
        }
        if word == " >" { writeln!(f) } else { Ok(()) }
    }

    fn write_key(&self, f: &mut fmt::Formatter<'_>, index: usize, key: &KeyEdge) -> fmt::Result {
        let KeyEdge { source, node, .. } = key;
        match self.key_admission(index) {
            Admission::Open => {
                write!(f, "key {source} > {node} {}", key.tap.name())?;
                match self.key_delay(index) {
                    0 => writeln!(f),
                    delay => writeln!(f, " +{delay}"),
                }
            }
            Admission::Loop => {
                write!(f, "key {source} > {node} refused, loop: {source}")?;
                for node in self.key_loop_path(index) {
                    write!(f, " > {node}")?;
                }
                writeln!(f)
            }
            Admission::Off | Admission::Role => Ok(()),
        }
    }

    /// Whether anything connected comes into a bus, or its edges to other buses were refused.
    fn is_used(&self, bus: usize) -> bool {
        (0..SOURCES).any(|source| self.is_connected(source, bus))
    }

    fn write_edge(
        &self,
        f: &mut fmt::Formatter<'_>,
        source: usize,
        destination: usize,
    ) -> fmt::Result {
        let from = Node::from_index(source);
        let to = Node::destination(destination);
        match self.admission(source, destination) {
            // An unused bus goes to Main by default; nothing comes of it, so nothing is said.
            Admission::Open if source >= STRIPS && !self.is_used(source - STRIPS) => Ok(()),
            Admission::Open if self.is_connected(source, destination) => {
                let tap = self.taps[source][destination];
                write!(f, "{from} > {to} {}", tap.name())?;
                match self.delay(source, tap, destination) {
                    0 => {}
                    delay => write!(f, " +{delay}")?,
                }
                writeln!(f, "{}", if self.passes(source, destination) { "" } else { " masked" })
            }
            Admission::Loop => {
                write!(f, "{from} > {to} refused, loop: {from} > {to}")?;
                for bus in self.loop_path(source - STRIPS, destination).iter().skip(1) {
                    write!(f, " > {}", Node::Bus(*bus))?;
                }
                writeln!(f)
            }
            Admission::Role if self.is_used(source - STRIPS) => {
                writeln!(f, "{from} > {to} refused, a Mix feeds only Mixes")
            }
            _ => Ok(()),
        }
    }
}
