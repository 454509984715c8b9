//! The mixer: faders, switches, sends, mixing for a bus, Main's meter.

use crate::desk::{Desk, WHOLE};
use crate::{UNITY, assert_paired, count, db, lively, wheel};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use switchyard::editor::look::Scale;
use switchyard::editor::{Action, Screen, View};
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{Fader, Role, Routing, Tap};

fn mixer(routing: Routing) -> Desk {
    let mut view = View::of(routing);
    view.look.show_all = true;
    view.look.screen = Screen::Mixer;
    Desk::sized(view, WHOLE)
}

#[test]
fn a_fader_follows_the_pointer_even_from_beyond_its_end() {
    let mut desk = mixer(Routing::default());
    let at = desk.place("Strip 3 Fader").center();
    desk.drag(at, vec2(0.0, -900.0), Modifiers::NONE, true);
    assert_eq!(desk.value(P::StripFader(2)), 1.0);
    for y in [-600.0, -400.0, -200.0, 0.0] {
        desk.harness.hover_at(at + vec2(0.0, y));
    }
    desk.harness.drop_at(at);
    desk.settle();
    let back = desk.value(P::StripFader(2));
    assert!((back - UNITY).abs() < 0.08, "{back}");
    assert_paired(&desk.take_log());
}

#[test]
fn a_double_click_on_a_fader_brings_its_default_back() {
    let mut routing = Routing::default();
    routing.main.fader = Fader::from_db(-30.0);
    let mut desk = mixer(routing);
    desk.double_click("Main Fader");
    assert_eq!(desk.value(P::MainFader), UNITY);
    assert_paired(&desk.take_log());
}

#[test]
fn every_switch_of_a_channel_is_one_click_and_one_gesture() {
    let mut desk = mixer(Routing::default());
    for parameter in [
        P::StripMute(4),
        P::StripSolo(4),
        P::BusMute(2),
        P::BusSolo(11),
        P::MainMute,
        P::StripPolarity(15),
        P::BusImmediate(0),
    ] {
        desk.click(&parameter.name());
        let once = [Action::Begin(parameter), Action::Set(parameter, 1.0), Action::End(parameter)];
        assert_eq!(desk.take_log(), once);
    }
}

#[test]
fn a_level_can_be_typed_and_what_cannot_be_read_changes_nothing() {
    let mut desk = mixer(Routing::default());
    desk.click("Strip 3 Fader Level");
    desk.type_text("-12 dB", Key::Enter);
    assert!((db(&desk, P::StripFader(2)) + 12.0).abs() < 1e-3);
    assert_paired(&desk.take_log());

    desk.click("Strip 3 Fader Level");
    desk.type_text("loud", Key::Enter);
    assert_eq!(desk.take_log(), []);
    assert!(desk.has("Strip 3 Fader Level, typed"), "left open");
    desk.press(Key::Escape);
    assert!(desk.has("Strip 3 Fader Level"), "closed");
    assert_eq!(desk.take_log(), []);
}

#[test]
fn values_are_typed_with_their_units_into_every_kind_of_control() {
    let mut desk = mixer(Routing::default());
    for (control, parameter, typed, value) in [
        ("Strip 1 Pan", P::StripPan(0), "30", 30.0),
        ("Strip 2 Insert Mix", P::StripInsertMix(1), "25 %", 25.0),
        ("Monitor Level", P::MonitorLevel, "0", UNITY),
    ] {
        desk.focus(control);
        let (first, rest) = typed.split_at(1);
        desk.harness.event(egui::Event::Text(first.into()));
        desk.settle();
        desk.type_text(rest, Key::Enter);
        assert!((desk.value(parameter) - value).abs() < 1e-3, "{control}");
    }
    assert_paired(&desk.take_log());
}

#[test]
fn the_wheel_moves_a_fader_under_the_pointer() {
    let mut desk = mixer(Routing::default());
    desk.harness.get_by_label("Strip 1 Fader").hover();
    desk.harness.event(wheel(1.0));
    desk.settle();
    assert!((db(&desk, P::StripFader(0)) - 0.5).abs() < 1e-3);
    assert_paired(&desk.take_log());
}

#[test]
fn a_send_bar_sets_the_same_edge_as_the_matrix() {
    let mut routing = Routing::default();
    routing.buses[1].role = Role::Return;
    let mut desk = mixer(routing);
    let at = desk.place("Strip 3 > Bus 2").left_center() + vec2(4.0, 0.0);
    desk.drag(at, vec2(32.0, 0.0), Modifiers::NONE, false);
    let level = desk.value(P::StripLevel(2, 1));
    assert!((0.35..0.65).contains(&level), "{level}");
    let log = desk.take_log();
    assert_eq!(count(&log, |a| *a == Action::Begin(P::StripLevel(2, 1))), 1);
    desk.double_click("Strip 3 > Bus 2");
    assert_eq!(desk.value(P::StripLevel(2, 1)), 0.0);
    assert_paired(&log);
}

#[test]
fn mixing_for_a_bus_turns_faders_into_its_sends_and_escape_leaves() {
    let mut view = lively::band();
    view.look.mix_for = Some(5);
    view.look.screen = Screen::Mixer;
    let mut desk = Desk::sized(view, WHOLE);
    assert!(!desk.has("Strip 2 Fader"), "the fader is the send now");
    let at = desk.place("Strip 2 > Bus 6").center();
    let track = desk.place("Strip 2 > Bus 6");
    assert!(track.height() > 100.0, "a send as a fader: {track}");
    desk.drag(at + vec2(0.0, 40.0), vec2(0.0, -40.0), Modifiers::NONE, false);
    assert!(desk.value(P::StripLevel(1, 5)) > 0.05);
    assert_eq!(desk.value(P::StripFader(1)), Fader::from_db(-4.5).0, "its fader stays");
    assert!(desk.has("Bus 6 Fader"), "the Mix keeps its own");
    assert!(desk.has("Strip 2 > Bus 6 Tap"), "and the tap is the send's");
    desk.press(Key::Escape);
    desk.press(Key::Escape);
    assert_eq!(desk.view().look.mix_for, None);
    assert!(desk.has("Strip 2 Fader"));
    assert_paired(&desk.take_log());
}

#[test]
fn a_bus_s_own_button_turns_the_faders_into_its_sends_and_back() {
    let mut desk = mixer(Routing::default());
    desk.click("Mix for Bus 3");
    assert_eq!(desk.view().look.mix_for, Some(2));
    assert!(desk.place("Strip 1 > Bus 3").height() > 100.0);
    desk.click("Mix for Bus 3");
    assert_eq!(desk.view().look.mix_for, None);
}

#[test]
fn a_mix_cannot_be_sent_where_its_role_forbids() {
    let mut view = lively::band();
    view.look.mix_for = Some(0);
    view.look.screen = Screen::Mixer;
    let desk = Desk::sized(view, WHOLE);
    assert!(!desk.has("Bus 6 > Bus 1"), "a Mix feeds no Group");
    assert!(desk.has("Strip 9 > Bus 1"));
}

#[test]
fn a_click_steps_main_s_meter_through_dbfs_and_the_k_system() {
    let mut desk = mixer(Routing::default());
    for scale in [Scale::K12, Scale::K14, Scale::K20, Scale::Dbfs] {
        desk.click("Meter Scale");
        assert_eq!(desk.view().look.scale, scale);
    }
}

#[test]
fn choosing_the_tap_to_main_by_its_menu() {
    let mut desk = mixer(Routing::default());
    desk.click("Strip 4 > Main Tap");
    desk.click("PRE");
    assert_eq!(desk.value(P::StripMainTap(3)), Tap::Pre as u8 as f32);
    assert_paired(&desk.take_log());
}
