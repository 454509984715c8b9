//! Route Check behind the link: when it runs, and what it is told of what is around the routing.

use crate::{Setup, setup};
use std::sync::atomic::Ordering::Relaxed;
use switchyard::editor::Action;
use switchyard::editor::action::{edit, edit_together};
use switchyard::engine::meters::Meter;
use switchyard::routing::Tap;
use switchyard::routing::parameter::Parameter;

#[test]
fn route_check_runs_when_something_changed_and_costs_nothing_otherwise() {
    let mut setup = setup();
    setup.host.plays.store(true, Relaxed);
    setup.link.view(0.03);
    let first = setup.link.checks();
    for _ in 0..60 {
        setup.link.view(0.03);
    }
    assert_eq!(setup.link.checks(), first, "nothing changed");
    let role = Parameter::BusRole(3);
    let level = Parameter::StripLevel(1, 3);
    let tap = Parameter::StripTap(1, 3);
    let pre = f32::from(Tap::Pre as u8);
    setup.link.apply(edit_together(&[(role, 1.0), (level, 0.5), (tap, pre)]), false);
    let found = |setup: &mut Setup, id: &str| {
        let view = setup.link.view(0.03);
        view.check.open.iter().any(|finding| finding.id == id)
    };
    assert!(found(&mut setup, "pre-send-into-return"));
    assert_eq!(setup.link.checks(), first + 1);
    setup.link.apply(vec![Action::Zoom(125)], false);
    setup.link.view(0.03);
    // Ports the host does not give.
    assert!(!found(&mut setup, "missing-input"));
    setup.parameters.shared.set_given((!2, u32::MAX));
    assert!(found(&mut setup, "missing-input"));
    // A lamp is lit.
    setup.meters.set_fault(0);
    assert!(found(&mut setup, "input-fault"));
    setup.link.apply(vec![Action::ClearFault(0)], false);
    assert!(!found(&mut setup, "input-fault"));
}

#[test]
fn an_input_that_is_silent_for_long_while_others_play_is_found() {
    let mut setup = setup();
    setup.host.plays.store(true, Relaxed);
    setup.link.apply(edit(Parameter::StripLevel(1, 0), 0.75), false);
    let mut silent = |seconds: usize| {
        for _ in 0..seconds {
            setup.meters.raise(Meter::StripInput(0), [0.5, 0.5]);
            setup.link.view(1.0);
        }
        let found = setup.link.view(0.0).check;
        let silent = found.open.iter().find(|finding| finding.id == "silent-input");
        silent.map(|finding| finding.text.clone())
    };
    assert_eq!(silent(10), None, "it may be a pause");
    let text = silent(20).expect("it is told");
    assert!(text.contains("Strip 2"), "{text}");
}
