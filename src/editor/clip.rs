//! Crosspoints as text, so that they can be copied, pasted, mailed and read: "Post -12.0 dB" for
//! one, a line for each of a row or column.
//!
//! Not here: the clipboard. Pure functions; any thread.

use crate::routing::parameter::Parameter;
use crate::routing::{DESTINATIONS, Node, Routing, SOURCES, Send, Tap};
use crate::units::Fader;

/// What can be pasted.
#[derive(Clone, Debug, PartialEq)]
pub enum Clip {
    /// One crosspoint.
    Cell(Send),
    /// A row: destinations and their sends.
    Row(Vec<(usize, Send)>),
    /// A column: sources and their sends.
    Column(Vec<(usize, Send)>),
}

const WORDS: [(Tap, &str); 4] =
    [(Tap::Off, "Off"), (Tap::Input, "Input"), (Tap::Pre, "Pre"), (Tap::Post, "Post")];

/// One crosspoint as text.
pub fn cell(send: Send) -> String {
    let word = WORDS.iter().find(|(tap, _)| *tap == send.tap).map_or("Off", |(_, word)| word);
    format!("{word} {}", Parameter::MainFader.to_text(send.level.0))
}

/// Every crosspoint of a source as text.
pub fn row(routing: &Routing, source: usize) -> String {
    let edges = (0..DESTINATIONS).map(|to| (Node::destination(to), routing.edge(source, to)));
    edges.map(|(to, edge)| format!("to {to}: {}\n", cell(edge))).collect()
}

/// Every crosspoint into a destination as text.
pub fn column(routing: &Routing, destination: usize) -> String {
    let edges = (0..SOURCES).map(|from| (Node::from_index(from), routing.edge(from, destination)));
    edges.map(|(from, edge)| format!("from {from}: {}\n", cell(edge))).collect()
}

/// Reads what [`cell`], [`row`] or [`column`] wrote; `None` for any other text.
pub fn read(text: &str) -> Option<Clip> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if let [line] = lines.as_slice()
        && let Some(send) = read_cell(line)
    {
        return Some(Clip::Cell(send));
    }
    let side = |prefix: &str, count: usize, node: &dyn Fn(usize) -> Node| {
        let list: Option<Vec<(usize, Send)>> = lines
            .iter()
            .map(|line| {
                let (name, send) = line.strip_prefix(prefix)?.split_once(':')?;
                let at = (0..count).find(|at| node(*at).to_string() == name.trim())?;
                Some((at, read_cell(send)?))
            })
            .collect();
        list.filter(|list| !list.is_empty())
    };
    side("to ", DESTINATIONS, &Node::destination)
        .map(Clip::Row)
        .or_else(|| side("from ", SOURCES, &Node::from_index).map(Clip::Column))
}

fn read_cell(text: &str) -> Option<Send> {
    let (word, level) = text.trim().split_once(' ')?;
    let tap = WORDS.iter().find(|(_, known)| known.eq_ignore_ascii_case(word))?.0;
    let level = Fader(Parameter::MainFader.from_text(level)?);
    Some(Send { tap, level })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_copied_reads_back() {
        let send = Send { tap: Tap::Pre, level: Fader::from_db(-12.0) };
        let Some(Clip::Cell(back)) = read(&cell(send)) else { panic!("{}", cell(send)) };
        assert!(back.tap == send.tap && (back.level.db() + 12.0).abs() < 0.05);

        let mut routing = Routing::default();
        routing.strips[2].sends[4] = send;
        let Some(Clip::Row(list)) = read(&row(&routing, 2)) else { panic!("a row") };
        assert_eq!(list.len(), DESTINATIONS);
        assert_eq!(list[4].1.tap, Tap::Pre);
        let Some(Clip::Column(list)) = read(&column(&routing, 4)) else { panic!("a column") };
        assert_eq!((list.len(), list[2].1.tap), (SOURCES, Tap::Pre));
    }

    #[test]
    fn other_texts_are_no_clip() {
        for text in ["", "-12", "hello", "Post", "Post loud", "to Bus 99: Post 0 dB"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
