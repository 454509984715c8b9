//! A schedule in words, for golden tests and bug reports.
//!
//! Not here: anything the audio thread calls; writing text allocates.

use super::{Admission, Schedule};
use crate::routing::{DESTINATIONS, Node, SOURCES, STRIPS, Tap};
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
        for source in 0..SOURCES {
            for destination in 0..DESTINATIONS {
                self.write_edge(f, source, destination)?;
            }
        }
        Ok(())
    }
}

impl Schedule {
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
                write!(f, "{from} > {to} {}", tap_word(tap))?;
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

fn tap_word(tap: Tap) -> &'static str {
    match tap {
        Tap::Off => "Off",
        Tap::Input => "Input",
        Tap::Pre => "Pre",
        Tap::Post => "Post",
    }
}
