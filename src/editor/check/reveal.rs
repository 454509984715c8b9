//! Where a finding is shown: in the view in which it is put right by hand, with its path traced and
//! the keyboard on the control that matters.
//!
//! Not here: drawing. The editor's thread only.

use crate::check::{Edit, Finding, Place};
use crate::editor::action::Action;
use crate::editor::cell::edge_name;
use crate::editor::control::id_of;
use crate::editor::look::Screen;
use crate::routing::parameter::Parameter as P;
use crate::routing::{DESTINATIONS, Node, SOURCES};
use egui::{Id, Response, Ui};

/// What leads to a finding, and the control the keyboard goes to.
pub fn reveal(finding: &Finding) -> (Vec<Action>, Option<Id>) {
    let nodes: Vec<Node> = finding.path.iter().filter_map(node_of).collect();
    let slot = finding.path.iter().find_map(|place| match place {
        Place::Slot(node, id) => Some((*node, *id)),
        _ => None,
    });
    if let Some((node, slot)) = slot {
        let steps = vec![
            Action::Show(Screen::Chains),
            Action::OpenChain(node),
            Action::PickSlot(Some(slot)),
        ];
        return (steps, None);
    }
    let edge = finding.path.iter().find_map(|place| match place {
        Place::Edge(from, to) => Some((*from, *to)),
        _ => None,
    });
    if let Some((from, to)) = edge {
        let shown = shown(&[from, to]);
        let steps = [Action::Show(Screen::Matrix), Action::Select(Some(from))];
        let name = edge_name(from.index(), destination(to));
        return (steps.into_iter().chain(shown).collect(), Some(id_of(&name)));
    }
    let Some(node) = nodes.first().copied() else {
        // The control room stands beside every view.
        let talkback = finding.path.contains(&Place::Talkback);
        let parameter = if talkback { P::MonitorTalkback } else { P::MonitorSource };
        return (Vec::new(), Some(id_of(&parameter.name())));
    };
    // The first way out is the one that changes least.
    let edits = || finding.fixes.first().into_iter().flat_map(|fix| &fix.edits);
    if edits().any(|edit| !matches!(edit, Edit::Value(..) | Edit::Name(..))) {
        return (vec![Action::Show(Screen::Chains), Action::OpenChain(node)], None);
    }
    let of_channel = edits().find_map(|edit| match edit {
        Edit::Value(parameter, _) if is_of_channel(*parameter) => Some(*parameter),
        _ => None,
    });
    let (screen, id) = match of_channel {
        Some(parameter) => (Screen::Mixer, id_of(&parameter.name())),
        None => (Screen::Matrix, id_of(&head_name(node))),
    };
    let steps = [Action::Show(screen), Action::Select(Some(node))];
    (steps.into_iter().chain(shown(&nodes)).collect(), Some(id))
}

fn node_of(place: &Place) -> Option<Node> {
    match place {
        Place::Node(node) | Place::Slot(node, _) | Place::Edge(node, _) => Some(*node),
        _ => None,
    }
}

/// Whether a value is set in the mixer and not in the matrix.
fn is_of_channel(parameter: P) -> bool {
    matches!(
        parameter,
        P::StripFader(_)
            | P::BusFader(_)
            | P::MainFader
            | P::StripInput(_)
            | P::StripSource(_)
            | P::StripInsertMix(_)
            | P::BusInsertMix(_)
            | P::MainInsertMix
    )
}

fn destination(node: Node) -> usize {
    (0..DESTINATIONS).find(|to| Node::destination(*to) == node).unwrap_or(0)
}

/// The head that stands for a node in the matrix.
fn head_name(node: Node) -> String {
    match node {
        Node::Main => format!("{node} column"),
        _ => format!("{node} row"),
    }
}

/// Makes strips and buses visible that nothing uses yet.
fn shown(nodes: &[Node]) -> Vec<Action> {
    let rows = nodes.iter().map(|node| node.index()).filter(|row| *row < SOURCES);
    rows.map(Action::Reveal).collect()
}

fn memory() -> Id {
    Id::unique("switchyard revealed")
}

/// Gives a control of the next picture the keyboard, and has it scrolled to.
pub fn go_to(ui: &Ui, id: Id) {
    ui.data_mut(|data| {
        data.insert_temp(memory(), id);
        data.insert_temp(memory().with("keyboard"), id);
    });
    ui.ctx().request_repaint();
}

/// Hands the keyboard over at the beginning of a picture, because a press elsewhere in the one before
/// would take it away again.
pub fn arrive(ui: &Ui) {
    let waiting = memory().with("keyboard");
    if let Some(id) = ui.data(|data| data.get_temp::<Id>(waiting)) {
        ui.data_mut(|data| data.remove::<Id>(waiting));
        ui.memory_mut(|memory| memory.request_focus(id));
    }
}

/// Scrolls to a control that was just revealed. Called by controls that may be out of sight.
pub fn come_into_sight(ui: &Ui, response: &Response) {
    let wanted = ui.data(|data| data.get_temp::<Id>(memory())) == Some(response.id);
    if wanted {
        ui.data_mut(|data| data.remove::<Id>(memory()));
        response.scroll_to_me(Some(egui::Align::Center));
    }
}
