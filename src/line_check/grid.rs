//! The result: strips by output ports, expected and measured.
//!
//! Not here: how either is found. Plain values.

use super::{Arrival, Expected, Path, Verdict};
use crate::routing::{
    BUSES, Node, OUTPUT_PORTS, PORT_CUE, PORT_MAIN, PORT_MONITOR_A, PORT_MONITOR_B, STRIPS,
};

/// What was found of one strip at one output port.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// What should have arrived.
    pub expected: Path,
    /// What did.
    pub arrival: Arrival,
    /// What to make of the difference.
    pub verdict: Verdict,
}

impl Cell {
    /// Judges what arrived.
    pub fn of(expected: Path, arrival: Arrival) -> Cell {
        Cell { expected, arrival, verdict: Verdict::of(&expected, &arrival) }
    }
}

/// What is expected of every strip, and what was found of those that were tested so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Every way through the mixer.
    pub expected: Expected,
    /// By strip: the output ports, once the strip was tested.
    pub rows: [Option<Box<[Cell; OUTPUT_PORTS]>>; STRIPS],
}

impl Grid {
    /// Nothing was tested yet.
    pub fn new(expected: Expected) -> Grid {
        Grid { expected, rows: [const { None }; STRIPS] }
    }

    /// What was found of a strip at an output port.
    pub fn cell(&self, strip: usize, port: usize) -> Option<&Cell> {
        self.rows[strip].as_ref().map(|row| &row[port])
    }

    /// Where what arrived is not as expected: strip, port and what was found.
    pub fn differences(&self) -> impl Iterator<Item = (usize, usize, &Cell)> {
        let rows = self.rows.iter().enumerate();
        let cells = rows.filter_map(|(strip, row)| row.as_ref().map(|row| (strip, row)));
        cells
            .flat_map(|(strip, row)| row.iter().enumerate().map(move |(port, c)| (strip, port, c)))
            .filter(|(_, _, cell)| cell.verdict.differs())
    }
}

/// An output port as users call it: "Main", "Bus 3", "Monitor A", "Cue".
pub fn port_name(port: usize) -> String {
    match port {
        PORT_MAIN => Node::Main.to_string(),
        PORT_MONITOR_A => "Monitor A".into(),
        PORT_MONITOR_B => "Monitor B".into(),
        PORT_CUE => "Cue".into(),
        bus => Node::Bus((bus - 1).min(BUSES - 1)).to_string(),
    }
}
