//! Line Check from the command line: plays a test signal through a session's routing and prints, for
//! every strip and output port, what was expected and what arrived.
//!
//! Not here: the check ([`switchyard::line_check`]) and the reading of sessions (`check`). It plays
//! through the engine, not through the built plugin, so no plugin has to be built.

use serde::Serialize;
use std::sync::Arc;
use switchyard::engine::{Engine, Setup};
use switchyard::line_check::{
    Cell, FLOOR_DB, Grid, LineCheck, level_db, port_name, run_through, tested,
};
use switchyard::routing::{NODES, Node, OUTPUT_PORTS, Routing};
use switchyard::schedule::compile;
use switchyard::session::Session as Saved;
use switchyard::session::workshop::{Opening, timing};

/// What arrived of every strip at every output port where something was expected or arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Lines {
    /// Strip by strip, then port by port.
    pub lines: Vec<Line>,
    /// How many strips hear a port and were tested.
    pub strips: usize,
    /// How many lines are not as expected.
    pub differences: usize,
}

/// One strip at one output port.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// "Strip 3".
    pub strip: String,
    /// "Main", "Bus 4", "Monitor A", "Cue".
    pub port: String,
    /// What should have arrived; `null` for nothing.
    pub expected: Option<Sound>,
    /// What did; `null` for nothing.
    pub measured: Option<Sound>,
    /// Whether it is as expected.
    pub ok: bool,
    /// "as expected", or what is wrong.
    pub verdict: String,
}

/// How loud and how late.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sound {
    /// Relative to the strip's input, both sides together.
    pub level_db: f64,
    /// In samples.
    pub delay: u32,
}

/// Checks a session as it would be at `sample_rate` Hz.
pub fn run(routing: &Routing, session: &Saved, sample_rate: f64) -> Lines {
    let (opening, plan) = Opening::new(session, &routing.macros, sample_rate);
    let setup = Setup { sample_rate, chain_latency: [0; NODES], max_latency: 0 };
    let (mut engine, office) = Engine::with_chains(&setup, routing, Arc::default(), plan);
    // Its effects live in the engine; nothing is built while it plays.
    drop(opening.workshop(office, engine.longest()));
    let mut operator = engine.operator();
    let schedule = compile(routing, &timing(session, sample_rate));
    match LineCheck::begin(routing, &schedule, sample_rate, &mut operator) {
        Some(mut check) => {
            run_through(&mut check, &mut engine, &mut operator, |_| ());
            lines(routing, check.grid())
        }
        None => unreachable!("a new engine has no check that could still run"),
    }
}

fn lines(routing: &Routing, grid: &Grid) -> Lines {
    let strips = tested(routing);
    let all = strips.iter().flat_map(|strip| (0..OUTPUT_PORTS).map(move |port| (*strip, port)));
    let lines = all.filter_map(|(strip, port)| line(strip, port, grid.cell(strip, port)?));
    let differences = grid.differences().count();
    Lines { lines: lines.collect(), strips: strips.len(), differences }
}

fn line(strip: usize, port: usize, cell: &Cell) -> Option<Line> {
    let sound = |level_db: f64, delay: Option<u32>| {
        let delay = delay.filter(|_| level_db > FLOOR_DB)?;
        Some(Sound { level_db, delay })
    };
    let expected = sound(level_db(&cell.expected.gains), Some(cell.expected.delay));
    let measured = sound(level_db(&cell.arrival.gains), cell.arrival.delay());
    let ok = !cell.verdict.differs();
    (expected.is_some() || measured.is_some() || !ok).then(|| Line {
        strip: Node::Strip(strip).to_string(),
        port: port_name(port),
        expected,
        measured,
        ok,
        verdict: cell.verdict.to_string(),
    })
}

impl Lines {
    /// As people read it.
    pub fn table(&self) -> String {
        let told = |sound: &Option<Sound>| match sound {
            // A zero has no sign.
            Some(Sound { level_db, delay }) => {
                format!("{:>7.1} dB {delay:>6}", (level_db * 10.0).round() / 10.0 + 0.0)
            }
            None => format!("{:>17}", "nothing"),
        };
        let mut table = format!(
            "{:<9} {:<10} {:>17} {:>17}\n",
            "strip", "output", "expected  samples", "measured  samples"
        );
        for Line { strip, port, expected, measured, verdict, .. } in &self.lines {
            let (expected, measured) = (told(expected), told(measured));
            table += &format!("{strip:<9} {port:<10} {expected} {measured}   {verdict}\n");
        }
        let count = match self.differences {
            0 => "everything arrives as expected".to_owned(),
            1 => "1 line is not as expected".to_owned(),
            more => format!("{more} lines are not as expected"),
        };
        format!("{table}{} strips tested, chains heard dry: {count}\n", self.strips)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchyard::line_check::{Arrival, Path};
    use switchyard::routing::PORT_MAIN;
    use switchyard::templates::TEMPLATES;

    #[test]
    fn every_template_with_its_chains_arrives_as_expected() {
        for template in TEMPLATES {
            let (routing, session) = (template.build)();
            let lines = run(&routing, &session, 48_000.0);
            assert_eq!(lines.differences, 0, "{}\n{}", template.id, lines.table());
            assert!(lines.lines.len() >= lines.strips, "{}", lines.table());
        }
    }

    #[test]
    fn a_line_tells_level_delay_and_what_is_wrong_and_silent_ones_are_left_out() {
        let wire = [[1.0, 0.0], [0.0, 1.0]];
        let half = wire.map(|row| row.map(|gain| gain * 0.5));
        let expected = Path { gains: wire, delay: 64 };
        let arrival = Arrival { gains: half, delays: [Some(64); 2], rest: 0.0 };
        let told = line(2, PORT_MAIN, &Cell::of(expected, arrival)).unwrap();
        assert_eq!((told.strip.as_str(), told.port.as_str()), ("Strip 3", "Main"));
        assert_eq!((told.ok, told.verdict.as_str()), (false, "6.0 dB too quiet"));
        let lines = Lines { lines: vec![told], strips: 1, differences: 1 };
        let table = lines.table();
        assert!(table.contains("0.0 dB     64    -6.0 dB     64   6.0 dB too quiet"), "{table}");
        let json = serde_json::to_value(&lines).unwrap();
        assert_eq!(json["lines"][0]["measured"]["delay"], 64);
        let nothing = Path { gains: [[0.0; 2]; 2], delay: 64 };
        assert_eq!(line(2, PORT_MAIN, &Cell::of(nothing, Arrival::default())), None);
    }
}
