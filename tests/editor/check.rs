//! Route Check's view and its marks: every finding is revealed, fixed and marked by one press.
//!
//! Not here: what is found (`check`).

use crate::desk::{Desk, WHOLE};
use crate::{assert_paired, lively};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use std::sync::Arc;
use switchyard::check::{Place, Severity};
use switchyard::editor::line_check::{LineState, LineStep};
use switchyard::editor::{Action, Screen, View};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::line_check::{Expected, Grid};
use switchyard::routing::chain::{Chain, Key as ChainKey, Slot};
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{Fader, Node, Role, Routing, Send, Tap};
use switchyard::session::Session;

/// A band's mix in which a tired hand went wrong in several places.
pub fn wrong() -> View {
    let mut view = lively::band();
    let routing = &mut view.routing;
    // Pre-fader into the reverb, post-fader into somebody's ears, and a loop.
    routing.strips[8].sends[3] = Send { tap: Tap::Pre, level: Fader::from_db(-12.0) };
    routing.strips[7].sends[5] = Send { tap: Tap::Post, level: Fader::from_db(-6.0) };
    routing.buses[4].sends[2] = Send { tap: Tap::Post, level: Fader::UNITY };
    let mut plate = EffectSpec::new(Kind::Reverb);
    plate.known_mut().expect("known").values[0] = 0.0;
    let mut session = Session::default();
    session.chains[Node::Bus(3).index()] = Chain::serial([Slot::new(1, plate)]);
    let mut gate = Slot::new(2, EffectSpec::new(Kind::Gate));
    gate.key = Some(ChainKey { node: Node::Strip(2), tap: Tap::Post });
    session.chains[Node::Strip(1).index()] = Chain::serial([gate]);
    view.inserts.session = Arc::new(session);
    View { routing: view.routing, ..rescheduled(view) }
}

fn rescheduled(view: View) -> View {
    let schedule = View::of(view.routing).schedule;
    View { schedule, ..view }
}

fn desk() -> Desk {
    let mut view = wrong();
    view.look.screen = Screen::Check;
    // High enough that nothing has to scroll.
    Desk::sized(view, [1180, 6000])
}

fn key(desk: &Desk, id: &str) -> String {
    let found = &desk.view().check;
    let finding = found.open.iter().chain(&found.intended).find(|finding| finding.id == id);
    finding.unwrap_or_else(|| panic!("{id} is found: {found:?}")).key()
}

#[test]
fn the_tab_counts_what_is_found_and_the_status_line_says_how_bad_it_is() {
    let mut desk = desk();
    let open = desk.view().check.open.len();
    assert!(open >= 4, "{open}");
    desk.harness.get_by_label("Check").hover();
    desk.settle();
    let said = desk.says("Status");
    assert!(said.contains(&desk.view().check.summary()), "{said}");
    assert_eq!(desk.says("Check summary"), desk.view().check.summary());
    let mut clean = View::of(Routing::default());
    clean.look.screen = Screen::Check;
    let desk = Desk::sized(clean, WHOLE);
    assert_eq!(desk.says("Check summary"), "Nothing to report");
}

#[test]
fn every_finding_is_listed_with_its_text_and_its_buttons() {
    let desk = desk();
    for finding in &desk.view().check.open {
        let key = finding.key();
        assert_eq!(desk.says(&format!("Finding {key}")), finding.text);
        assert!(desk.has(&format!("Reveal {key}")) && desk.has(&format!("Intended {key}")));
        for fix in &finding.fixes {
            assert!(desk.has(&format!("{} ({key})", fix.label)), "{}", fix.label);
        }
    }
}

/// Whatever it finds, each fix is one step that goes away with one Undo.
#[test]
fn every_fix_is_one_step_with_its_name_that_can_be_taken_back() {
    let mut desk = desk();
    let open = desk.view().check.open.clone();
    let state = |desk: &Desk| (desk.view().routing, desk.view().inserts.session.chains.clone());
    let before = state(&desk);
    let mut tried = 0;
    for finding in &open {
        for fix in &finding.fixes {
            desk.click(&format!("{} ({})", fix.label, finding.key()));
            let (mut routing, mut session) = (before.0, (*wrong().inserts.session).clone());
            fix.apply(&mut routing, &mut session);
            let after = (routing, session.chains);
            assert!(state(&desk) == after, "{}", fix.label);
            let view = desk.view();
            assert_eq!(view.undo.as_deref(), Some(fix.label.as_str()));
            let again = view.check.open.iter().any(|found| found.key() == finding.key());
            assert!(!again, "{} does not help against {}", fix.label, finding.key());
            desk.press_with(Modifiers::COMMAND, Key::Z);
            assert!(state(&desk) == before, "{}", fix.label);
            assert_eq!(desk.view().undo, None);
            desk.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
            assert!(state(&desk) == after, "{}", fix.label);
            desk.press_with(Modifiers::COMMAND, Key::Z);
            tried += 1;
        }
    }
    assert_paired(&desk.take_log());
    assert!(tried >= 4, "{tried}");
}

#[test]
fn what_is_intended_is_told_no_more_until_the_mark_is_taken_back() {
    let mut desk = desk();
    let key = key(&desk, "pre-send-into-return");
    let count = desk.view().check.open.len();
    desk.click(&format!("Intended {key}"));
    assert_eq!(desk.view().check.open.len(), count - 1);
    assert!(!desk.has(&format!("Finding {key}")), "folded away");
    let name = "Intended: A pre-fader send into a Return";
    assert_eq!(desk.view().undo.as_deref(), Some(name));
    desk.click("Intended");
    desk.click(&format!("Not intended {key}"));
    assert_eq!(desk.view().check.open.len(), count);
    desk.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(desk.view().check.open.len(), count - 1);
    desk.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(desk.view().inserts.session.intended, Vec::<String>::new());
}

#[test]
fn revealing_opens_the_view_in_which_it_is_put_right_and_goes_to_the_place() {
    let focused = |desk: &Desk, name: &str| desk.harness.get_by_label(name).is_focused();
    let mut send = desk();
    send.click(&format!("Reveal {}", key(&send, "pre-send-into-return")));
    assert_eq!(send.view().look.screen, Screen::Matrix);
    assert_eq!(send.view().look.selected, Some(Node::Strip(8)));
    assert!(focused(&send, "Strip 9 > Bus 4"));

    let mut gate = desk();
    gate.click(&format!("Reveal {}", key(&gate, "muted-key")));
    let look = gate.view().look;
    assert_eq!((look.screen, look.chain), (Screen::Chains, Node::Strip(1)));
    assert_eq!(look.slot, Some(2));

    let mut hot = View::of(Routing::default());
    hot.look.screen = Screen::Check;
    hot.routing.strips.iter_mut().for_each(|strip| strip.fader = Fader::from_db(10.0));
    let mut hot = Desk::sized(hot, WHOLE);
    hot.click(&format!("Reveal {}", key(&hot, "hot-sum")));
    assert_eq!(hot.view().look.screen, Screen::Mixer);
    assert!(focused(&hot, "Main Fader"));

    let mut talk = View::of(Routing::default());
    talk.look.screen = Screen::Check;
    talk.routing.monitor.talkback = true;
    let mut talk = Desk::sized(talk, WHOLE);
    talk.click(&format!("Reveal {}", key(&talk, "talkback-without-microphone")));
    assert!(focused(&talk, &P::MonitorTalkback.name()));
}

#[test]
fn a_place_far_down_comes_into_sight_when_it_is_revealed() {
    let mut routing = Routing::default();
    routing.buses[11].role = Role::Return;
    routing.strips[15].sends[11] = Send { tap: Tap::Pre, level: Fader::UNITY };
    let mut view = View::of(routing);
    view.look.welcomed = true;
    view.look.show_all = true;
    view.look.screen = Screen::Check;
    let mut desk = Desk::sized(view, [760, 480]);
    let key = key(&desk, "pre-send-into-return");
    desk.click(&format!("Reveal {key}"));
    desk.harness.run_steps(60);
    let cell = desk.place("Strip 16 > Bus 12");
    assert!(cell.right() < 592.0 && cell.bottom() < 456.0, "{cell}");
}

#[test]
fn crosspoints_and_heads_on_a_finding_s_path_are_marked_and_say_why() {
    let mut view = wrong();
    view.look.screen = Screen::Matrix;
    let mut desk = Desk::sized(view, WHOLE);
    let marked = |desk: &Desk, name: &str| {
        ["Error: ", "Warning: ", "Note: "].iter().any(|word| desk.says(name).contains(word))
    };
    let found = Arc::clone(&desk.view().check);
    let edges =
        found.open.iter().flat_map(|finding| &finding.path).filter_map(|place| match place {
            Place::Edge(from, to) => Some(format!("{from} > {to}")),
            _ => None,
        });
    let edges: Vec<String> = edges.collect();
    assert!(edges.len() >= 2, "{edges:?}");
    for name in &edges {
        assert!(marked(&desk, name), "{name}: {}", desk.says(name));
    }
    assert!(!marked(&desk, "Strip 1 > Bus 1"));
    assert!(marked(&desk, "Strip 2 row"), "its gate's key is muted");
    assert!(!marked(&desk, "Strip 1 row"));
    desk.harness.get_by_label("Strip 9 > Bus 4").hover();
    desk.settle();
    let said = desk.says("Status");
    let mark = found.edge(8, 3).expect("marked");
    assert!(mark.severity == Severity::Warning && said.contains(&mark.text), "{said}");
}

#[test]
fn the_latency_that_is_allowed_is_chosen_and_warned_of() {
    let mut view = View::of(Routing::default());
    view.look.screen = Screen::Check;
    let mut session = Session::default();
    let mut limiter = EffectSpec::new(Kind::Limiter);
    let known = limiter.known_mut().expect("known");
    let (at, lookahead) = known.setting("lookahead").expect("a setting");
    known.values[at] = lookahead.max;
    session.chains[0] = Chain::serial([Slot::new(1, limiter)]);
    view.inserts.session = Arc::new(session);
    let mut desk = Desk::sized(view, WHOLE);
    let late = |desk: &Desk| desk.view().check.open.iter().any(|f| f.id == "long-latency");
    assert!(!late(&desk));
    desk.click("Latency Allowed");
    desk.click("Up to 3 ms");
    assert!(late(&desk), "{:?}", desk.view().check);
    assert_eq!(desk.view().undo.as_deref(), Some("Allow 3 ms of latency"));
    desk.click("Latency Allowed");
    desk.click("Any latency");
    assert!(!late(&desk));
}

#[test]
fn line_check_is_beside_route_check_and_escape_ends_it_in_every_view() {
    let mut desk = desk();
    assert!(!desk.has("Begin Line Check"));
    desk.click("Line Check");
    assert!(desk.view().look.lines && !desk.has("Check summary"));
    let expected = Expected::of(&desk.view().routing, &desk.view().schedule, 0);
    let grid = Arc::new(Grid::new(expected));
    desk.harness.state_mut().view.line = LineState::Running { grid, done: 1, of: 16 };
    desk.click("Matrix");
    desk.take_log();
    desk.press(egui::Key::Escape);
    assert_eq!(desk.take_log(), [Action::LineCheck(LineStep::Stop)]);
    desk.harness.state_mut().view.line = LineState::Idle;
    desk.click("Check");
    desk.click("Route Check");
    assert!(desk.has("Check summary"));
}
