//! The editor in a real window while a real host plays: what the mouse does is heard, told to the
//! host and drawn.
//!
//! The program `editor-plays` does it and writes down what came out, sample by sample as gains; here
//! it is judged. Levels are judged, never moments. Not here: the oracle that says what a routing
//! sounds like (the plugin's own tests).

use std::process::{Command, Stdio};
use std::sync::LazyLock;
use switchyard::routing::Fader;
use xtask::bundle::workspace;
use xtask::window::display::Display;
use xtask::window::tape::{Event, Loudness, Report, Tape, What};

/// The ports listened to.
const MAIN: usize = 0;
const BUS_1: usize = 1;
const BUS_2: usize = 2;
/// The least relative difference of gain that is one: what single precision leaves of a tone.
const EXACT: f32 = 2e-6;
/// A ramp's frames: the most a gain may change from one sample to the next is the whole range in so
/// many steps.
const RAMP: f32 = 480.0;

fn run(scene: &str) -> Report {
    let plugin = workspace().join("target/bundled/Switchyard.clap");
    assert!(plugin.exists(), "{} is not there: run `cargo xtask bundle`", plugin.display());
    let pictures = workspace().join("target/window").join(scene);
    std::fs::create_dir_all(&pictures).expect("a folder for pictures");
    let display = Display::start();
    let mut program = Command::new(env!("CARGO_BIN_EXE_editor-plays"));
    program.arg(plugin).arg(scene).arg("--pictures").arg(pictures).stdin(Stdio::null());
    display.show(&mut program);
    let output = program.output().expect("the window's program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{scene} ended with {}:\n{errors}", output.status);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let report = stdout.lines().last().unwrap_or_default();
    let report: Report = serde_json::from_str(report).expect("a report");
    for tape in &report.tapes {
        assert_whole(tape);
    }
    assert_eq!(report.restarts, 0, "a patch asks for no restart");
    report
}

/// Nothing is missing, everything is a number and no gain jumps, from the first block to the last.
fn assert_whole(tape: &Tape) {
    for pair in tape.blocks.windows(2) {
        let end = pair[0].position + u64::from(pair[0].frames);
        assert_eq!(pair[1].position, end, "a block is missing");
    }
    for block in &tape.blocks {
        for (port, loudness) in block.ports.iter().enumerate() {
            let at = block.position;
            assert!(loudness.finite, "port {port} is no number in the block at {at}");
            // Two strips arrive at Main in one scene, and beat there.
            if port != MAIN {
                let most = gain(1.0) / RAMP;
                assert!(loudness.step <= most, "port {port} jumps at {at}: {loudness:?}");
            }
        }
    }
}

/// The gain of a host value of a level.
fn gain(value: f64) -> f32 {
    Fader(value as f32).gain()
}

fn assert_steady(tape: &Tape, stage: &str, port: usize, gain: f32) {
    let Loudness { lowest, highest, .. } = tape.loudness(stage, port);
    let off = (lowest - gain).abs().max((highest - gain).abs());
    assert!(off <= EXACT * gain.max(1.0), "{stage}: {lowest} to {highest} at {port}, not {gain}");
}

/// What was told of one parameter, times left out.
fn told(tape: &Tape, stage: &str, parameter: &str) -> Vec<What> {
    let of = |event: &&Event| event.parameter == parameter;
    tape.events(stage).into_iter().filter(of).map(|event| event.what).collect()
}

/// The values of one gesture, which has to be one: begin, values, end.
fn gesture(told: &[What]) -> Vec<f64> {
    let [What::Begin, values @ .., What::End] = told else { panic!("no gesture: {told:?}") };
    let value = |what: &What| match what {
        What::Value(value) => *value,
        _ => panic!("a gesture within a gesture: {told:?}"),
    };
    values.iter().map(value).collect()
}

static PATCH: LazyLock<Report> = LazyLock::new(|| run("patch"));

#[test]
fn a_send_patched_by_the_mouse_sounds_at_its_bus_at_0_db() {
    let tape = &PATCH.tapes[0];
    assert_steady(tape, "untouched", BUS_1, 0.0);
    assert_steady(tape, "patched", BUS_1, 1.0);
}

#[test]
fn a_strip_assigned_to_a_group_by_the_mouse_is_as_loud_in_main_as_before_throughout() {
    let tape = &PATCH.tapes[0];
    for stage in ["untouched", "patching", "patched"] {
        assert_steady(tape, stage, MAIN, 1.0);
    }
}

#[test]
fn a_click_on_a_crosspoint_is_told_to_the_host_as_one_gesture_of_each_parameter_and_nothing_else() {
    let tape = &PATCH.tapes[0];
    assert_eq!(gesture(&told(tape, "patching", "s1b1")), [0.75]);
    assert_eq!(gesture(&told(tape, "patching", "s1mt")), [0.0], "it leaves Main");
    assert_eq!(tape.events("patching").len(), 6, "{:?}", tape.events("patching"));
}

#[test]
fn a_level_turned_by_the_mouse_is_heard_as_the_last_value_the_host_was_told() {
    let tape = &PATCH.tapes[0];
    let values = gesture(&told(tape, "turning", "s1b1"));
    let last = *values.last().expect("a drag has values");
    assert!(last < 0.7 && values.is_sorted_by(|one, next| one >= next), "{values:?}");
    assert_steady(tape, "turned", BUS_1, gain(last));
    assert_steady(tape, "turned", MAIN, gain(last));
}

static DRAG: LazyLock<Report> = LazyLock::new(|| run("drag"));

/// The lanes of the scene, in host values: the fader's and the other's.
const LANES: [[f64; 2]; 2] = [[0.4, 0.6], [0.5, 0.75]];

#[test]
fn the_hosts_automation_is_heard_before_a_fader_is_touched_and_after_it_is_let_go() {
    let tape = &DRAG.tapes[0];
    let [low, high] = LANES[0].map(gain);
    for stage in ["automated", "released"] {
        let heard = tape.loudness(stage, BUS_1);
        let (lower, upper) = (low * 1.2, high / 1.2);
        assert!(heard.lowest < lower && heard.highest > upper, "{stage}: {heard:?}");
        assert!(heard.lowest >= low * 0.999 && heard.highest <= high * 1.001, "{stage}: {heard:?}");
    }
}

#[test]
fn what_the_user_holds_is_what_sounds_while_the_host_automates_around_it() {
    let tape = &DRAG.tapes[0];
    let holding = told(tape, "taking hold", "s1fd");
    let Some(What::Value(last)) = holding.last() else { panic!("no value: {holding:?}") };
    assert!(*last > LANES[0][1] + 0.05, "dragged to {last} only");
    assert_steady(tape, "held", BUS_1, gain(*last));
    assert_eq!(told(tape, "held", "s1fd"), [], "a resting hand tells nothing");
}

#[test]
fn a_drag_is_one_gesture_and_nobody_else_is_told_of() {
    let tape = &DRAG.tapes[0];
    assert!(gesture(&told(tape, "all", "s1fd")).len() > 2);
    let strangers = |event: &&Event| event.parameter != "s1fd";
    let others: Vec<_> = tape.events.iter().filter(strangers).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn another_parameters_automation_is_heard_throughout_a_drag() {
    let tape = &DRAG.tapes[0];
    let blocks: Vec<_> = tape.blocks("all").collect();
    // Ramps follow a lane a little late; on this slope that is far less than a decibel.
    let near = 10f32.powf(0.5 / 20.0);
    for pair in blocks.windows(3) {
        let lanes = pair.iter().map(|block| gain(block.lanes[1]));
        let (low, high) =
            lanes.fold((f32::MAX, 0f32), |(low, high), gain| (low.min(gain), high.max(gain)));
        let heard = pair[2].ports[BUS_2];
        let at = pair[2].position;
        assert!(heard.lowest >= low / near, "{at}: {heard:?}, the lane is at {low} to {high}");
        assert!(heard.highest <= high * near, "{at}: {heard:?}, the lane is at {low} to {high}");
    }
    let [low, high] = LANES[1].map(gain);
    let held = tape.loudness("held", BUS_2);
    assert!(held.lowest < low * 1.2 && held.highest > high / 1.2, "{held:?}");
}

static TWO: LazyLock<Report> = LazyLock::new(|| run("two"));

#[test]
fn of_two_open_instances_each_hears_only_its_own_mouse() {
    let [one, other] = &TWO.tapes[..] else { panic!("not two") };
    assert_steady(one, "first patched", BUS_1, 1.0);
    assert_steady(other, "first patched", BUS_1, 0.0);
    assert_steady(one, "both patched", BUS_1, 1.0);
    assert_steady(other, "both patched", BUS_1, 1.0);
}

#[test]
fn closing_one_of_two_editors_leaves_the_other_working_and_both_sounds_alone() {
    let [one, other] = &TWO.tapes[..] else { panic!("not two") };
    let turned = other.loudness("turned down", BUS_1);
    assert!(turned.highest < 0.9 && turned.highest > 0.1, "{turned:?}");
    assert_steady(other, "turned down", BUS_1, turned.lowest);
    assert_steady(one, "alone", BUS_1, 1.0);
    assert_steady(one, "taken out", BUS_1, 0.0);
    assert_steady(other, "survived", BUS_1, turned.lowest);
}

#[test]
fn an_instance_that_is_destroyed_takes_nothing_from_the_other() {
    let other = &TWO.tapes[1];
    assert_steady(other, "taken out", BUS_1, 0.0);
}

static REOPEN: LazyLock<Report> = LazyLock::new(|| run("reopen"));

#[test]
fn resizing_closing_and_opening_are_not_heard() {
    let tape = &REOPEN.tapes[0];
    for stage in ["patched", "resizing", "closing", "closed", "opening"] {
        assert_steady(tape, stage, BUS_1, 1.0);
        assert_steady(tape, stage, MAIN, 1.0);
        assert_eq!(tape.events(stage), Vec::<&Event>::new(), "{stage} tells the host nothing");
    }
}

#[test]
fn the_mouse_works_in_a_resized_and_in_a_reopened_window() {
    let tape = &REOPEN.tapes[0];
    for stage in
        ["taken out in the small window", "taken out in the new window", "taken out at last"]
    {
        assert_steady(tape, stage, BUS_1, 0.0);
    }
}

#[test]
fn a_reopened_window_shows_what_is_patched() {
    let closed = REOPEN.closed.as_ref().expect("it was closed");
    assert!(closed.reopened > 0.2, "{} of the crosspoint changed", closed.reopened);
}

#[test]
fn a_drag_that_a_closing_window_cuts_off_ends_for_the_host_and_stays_as_it_was_heard() {
    let tape = &REOPEN.tapes[0];
    let told = told(tape, "cut off", "s1b1");
    let last = *gesture(&told).last().expect("it was turned");
    assert!(last > 0.1, "turned to {last} only");
    assert_steady(tape, "after the cut", BUS_1, gain(last));
}

#[test]
fn a_closed_editor_has_no_thread_and_asks_for_nothing_while_it_plays() {
    let closed = REOPEN.closed.as_ref().expect("it was closed");
    assert!(closed.open > 0, "the open window has a thread of its own");
    assert_eq!(closed.left, 0, "threads are left");
    assert_eq!(closed.callbacks, 0, "the main thread is asked for");
}
