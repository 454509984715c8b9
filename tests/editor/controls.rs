//! What holds for single controls wherever they stand: menus, choices, resizing.

use crate::assert_paired;
use crate::desk::Desk;
use egui::{Modifiers, vec2};
use switchyard::editor::Action;
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{MonitorSource, Node, Routing, SoloMode};

#[test]
fn a_choice_is_made_in_its_menu_by_the_user_s_own_names() {
    let mut desk = Desk::of(Routing::default());
    desk.harness.state_mut().view.names.rename(Node::Bus(5), "Ears A");
    desk.settle();
    desk.click("Monitor Source");
    desk.click("Ears A");
    assert_eq!(desk.view().routing.monitor.source, MonitorSource::Bus(5));
    desk.click("Solo Mode");
    desk.click("PFL");
    assert_eq!(desk.view().routing.solo_mode, SoloMode::Pfl);
    desk.click("Talkback Source");
    desk.click("Strip 3");
    assert_eq!(desk.value(P::TalkbackSource), 3.0);
    assert_paired(&desk.take_log());
}

#[test]
fn the_corner_asks_for_another_size_within_the_limits() {
    let mut desk = Desk::sized(crate::lively::band(), [1180, 720]);
    let at = desk.place("Resize").center();
    desk.drag(at, vec2(-200.0, -500.0), Modifiers::NONE, false);
    let asked: Vec<_> = desk
        .take_log()
        .into_iter()
        .filter_map(|action| match action {
            Action::Resize(size) => Some(size),
            _ => None,
        })
        .collect();
    let [width, height] = *asked.last().expect("it asked");
    assert!((960..=990).contains(&width), "{width}");
    assert_eq!(height, 480, "the smallest");
}
