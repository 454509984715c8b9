//! A line check in the plugin: begun by an open editor, heard through the raw CLAP interface, and
//! gone by itself when the transport starts, the editor closes or the host resets.
//!
//! Not here: what it finds (`line_check`) and its screen (`line_check_screen`).
#![cfg(feature = "plugin")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/gui_host.rs"]
mod gui_host;
#[path = "support/raw_host.rs"]
mod raw_host;

use clap_sys::events::{CLAP_TRANSPORT_IS_PLAYING, clap_event_transport};
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_TAIL};
use counting::allocations;
use gui_host::GuiHost;
use nice_plug::context::gui::GuiContext;
use raw_host::*;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use switchyard::editor::line_check::{LineState, LineStep};
use switchyard::editor::link::Link;
use switchyard::editor::{Action, Screen};
use switchyard::line_check::Grid;

const FRAMES: usize = 256;
/// 10 ms, and the fades of input and output together never step more than this.
const RAMP: usize = 480;
const STEP: f32 = 2.1 / RAMP as f32;

/// A plugin that passes ones from main in to main out, and its open editor.
struct Stage {
    instance: Instance,
    link: Option<Link>,
    playing: bool,
    main: Vec<f32>,
    /// Allocations of the audio thread so far, and what the last block answered.
    counted: usize,
    status: i32,
}

impl Stage {
    fn new() -> Stage {
        let instance = Instance::running(FRAMES as u32);
        let mut stage =
            Stage { link: None, instance, playing: false, main: Vec::new(), counted: 0, status: 0 };
        stage.open();
        stage.blocks(4);
        stage
    }

    /// Opens the editor.
    fn open(&mut self) {
        let context = GuiContext::new(Arc::new(GuiHost::default()));
        self.link =
            Some(Link::new(self.instance.shared(), Arc::default(), context, Arc::default()));
    }

    fn ask(&mut self, step: LineStep) {
        self.link.as_mut().unwrap().apply(vec![Action::LineCheck(step)], false);
    }

    fn begin(&mut self) {
        self.ask(LineStep::Begin);
        self.blocks(30);
        assert!(self.is_on());
    }

    fn is_on(&self) -> bool {
        let parameters = self.instance.shared();
        parameters.shared.with_operator(|operator| operator.is_some_and(|one| one.is_on()))
    }

    /// What the editor shows, a picture after the last.
    fn look(&mut self) -> LineState {
        self.link.as_mut().map_or(LineState::Idle, |link| link.view(0.005).line)
    }

    fn blocks(&mut self, count: usize) {
        (0..count).for_each(|_| self.block());
    }

    fn block(&mut self) {
        self.look();
        let mut block = Block::whole(FRAMES);
        for port in 0..PORTS {
            for channel in block.inputs[port].channels.clone().into_iter().flatten() {
                block.fill(channel, |_| if port == 0 { 1.0 } else { 0.0 });
            }
        }
        // SAFETY: a transport of zeros is one that stands at the beginning.
        let mut transport: clap_event_transport = unsafe { std::mem::zeroed() };
        transport.flags = if self.playing { CLAP_TRANSPORT_IS_PLAYING } else { 0 };
        let (instance, status) = (&self.instance, &mut self.status);
        self.counted += block.lend_to(|process| {
            let process = clap_sys::process::clap_process { transport: &transport, ..*process };
            allocations(|| *status = instance.process_raw(&process))
        });
        self.main.extend(block.output(0, 0));
    }

    /// Plays until the program is back, which is soon, and asserts that it came without a step.
    fn comes_back(&mut self) {
        let at = self.main.len();
        self.blocks(8);
        assert!(!self.is_on());
        assert_eq!(self.main[self.main.len() - FRAMES..], [1.0; FRAMES]);
        let rest = &self.main[at..];
        let last = rest.iter().rposition(|x| *x == 0.0).expect("it fell silent");
        assert!(last < 3 * RAMP, "at once");
        let steps = rest[last..].windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let steepest = steps.fold(0.0, f32::max);
        assert!(steepest <= STEP, "{steepest}");
    }

    fn over(&mut self) -> (Arc<Grid>, Option<&'static str>) {
        match self.look() {
            LineState::Over { grid, why, .. } => (grid, why),
            other => panic!("it is not over: {other:?}"),
        }
    }
}

#[test]
fn an_editor_checks_the_plugin_and_finds_everything_as_expected() {
    let mut stage = Stage::new();
    assert_eq!(stage.status, CLAP_PROCESS_TAIL);
    stage.ask(LineStep::Ask);
    let LineState::Asking { strips: 16, seconds } = stage.look() else {
        panic!("{:?}", stage.look());
    };
    assert!((1.0..4.0).contains(&seconds), "{seconds}");
    stage.blocks(10);
    assert_eq!(stage.main[stage.main.len() - FRAMES..], [1.0; FRAMES], "asking is silent");
    let runs = stage.instance.asked().runs.load(SeqCst);
    stage.begin();
    assert_eq!(stage.instance.asked().runs.load(SeqCst), runs + 1, "a host may sleep");
    let mut blocks = 0;
    while matches!(stage.look(), LineState::Running { .. }) {
        assert_eq!(stage.status, CLAP_PROCESS_CONTINUE, "a sleeping host would end it");
        stage.block();
        blocks += 1;
        assert!(blocks < 1000);
    }
    let (grid, why) = stage.over();
    assert_eq!((why, grid.rows.iter().flatten().count()), (None, 16));
    assert_eq!(grid.differences().count(), 0);
    stage.comes_back();
    assert_eq!(stage.counted, 0, "the audio thread allocated or freed");
    assert_eq!(stage.status, CLAP_PROCESS_TAIL);
    stage.ask(LineStep::Close);
    assert!(matches!(stage.look(), LineState::Idle));
}

#[test]
fn starting_the_transport_ends_a_check_at_once() {
    let mut stage = Stage::new();
    stage.begin();
    stage.playing = true;
    stage.comes_back();
    let (_, why) = stage.over();
    assert!(why.unwrap().contains("transport"), "{why:?}");
    assert_eq!(stage.counted, 0);
}

#[test]
fn no_check_begins_while_the_transport_runs() {
    let mut stage = Stage::new();
    stage.playing = true;
    stage.blocks(1);
    stage.ask(LineStep::Begin);
    let at = stage.main.len();
    for _ in 0..50 {
        stage.block();
        assert!(!stage.is_on());
    }
    assert!(stage.main[at..].iter().all(|x| *x == 1.0));
    let (_, why) = stage.over();
    assert!(why.unwrap().contains("transport"), "{why:?}");
}

#[test]
fn closing_the_editor_ends_a_check_at_once() {
    let mut stage = Stage::new();
    stage.begin();
    stage.link = None;
    stage.comes_back();
    // Whoever opens it again may begin another.
    stage.open();
    stage.begin();
}

#[test]
fn the_stop_button_and_another_view_end_a_check_at_once() {
    let stop = Action::LineCheck(LineStep::Stop);
    for action in [stop, Action::Show(Screen::Mixer), Action::Lines(false)] {
        let mut stage = Stage::new();
        stage.begin();
        stage.link.as_mut().unwrap().apply(vec![action], false);
        stage.comes_back();
        let (_, why) = stage.over();
        assert_eq!(why, Some("Stopped."));
    }
}

#[test]
fn a_value_that_changes_ends_a_check_and_says_so() {
    let mut stage = Stage::new();
    stage.begin();
    let width = stage.instance.id("s5pn");
    stage.instance.flush(&Events::default().set(0, width, 30.0));
    stage.comes_back();
    let (_, why) = stage.over();
    assert!(why.unwrap().contains("a value or a chain changed"), "{why:?}");
}

#[test]
fn switching_the_plugin_off_ends_a_check_and_the_next_activation_is_silent_about_it() {
    let mut stage = Stage::new();
    stage.begin();
    stage.instance.deactivate();
    stage.look();
    let (_, why) = stage.over();
    assert!(why.unwrap().contains("switched it off"), "{why:?}");
    stage.ask(LineStep::Begin);
    let notice = stage.link.as_mut().unwrap().view(0.005).notice;
    assert!(notice.is_some_and(|words| words.contains("Switch it on")));
    stage.instance.activate(FRAMES as u32);
    let at = stage.main.len();
    stage.blocks(20);
    assert!(stage.main[at..].iter().all(|x| *x == 1.0), "from the first sample on");
}

#[test]
fn a_plugin_switched_off_and_on_between_two_pictures_is_not_sent_the_rest() {
    let mut stage = Stage::new();
    stage.begin();
    stage.instance.deactivate();
    stage.instance.activate(FRAMES as u32);
    let at = stage.main.len();
    stage.blocks(20);
    assert!(stage.main[at..].iter().all(|x| *x == 1.0));
    let (_, why) = stage.over();
    assert!(why.unwrap().contains("switched it off"), "{why:?}");
}

#[test]
fn a_window_that_stops_drawing_does_not_leave_the_test_on() {
    let mut stage = Stage::new();
    stage.begin();
    let link = stage.link.take();
    // The window is there, but nobody looks.
    for _ in 0..2 * RATE as usize / FRAMES {
        stage.block();
    }
    assert!(!stage.is_on());
    assert_eq!(stage.main[stage.main.len() - FRAMES..], [1.0; FRAMES]);
    assert_eq!(stage.counted, 0);
    drop(link);
}

#[test]
fn a_host_that_does_not_process_is_told_from_a_silent_line() {
    let mut stage = Stage::new();
    stage.ask(LineStep::Begin);
    let link = stage.link.as_mut().unwrap();
    for _ in 0..40 {
        link.view(0.1);
    }
    let (_, why) = stage.over();
    assert!(why.unwrap().contains("does not process"), "{why:?}");
    let at = stage.main.len();
    stage.blocks(20);
    assert!(stage.main[at..].iter().all(|x| *x == 1.0), "nothing begins belatedly");
}
