//! The VST3's editor in the window of a host that is not ours, pedalboard's, while that host plays:
//! the mouse works in it and what it does is heard.
//!
//! The host is Python (`tests/hosts/window_pedalboard.py`); the mouse and the judgement are here. It
//! opens only the main buses, so that a send is heard where its bus feeds Main.

use clack_extensions::gui::GuiSize;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use xtask::bundle::workspace;
use xtask::setup::python_hosts;
use xtask::window::display::Display;
use xtask::window::mouse::Mouse;
use xtask::window::parent::{Change, Parent, middle};
use xtask::window::twin::Twin;
use xtask::window::{GLANCE, PATIENCE};

/// The crosspoint that is patched.
const CROSSPOINT: &str = "Strip 1 > Bus 1";
/// Longer than the time within which two clicks are a double click.
const APART: Duration = Duration::from_millis(600);

/// A playing pedalboard with the editor open.
struct Pedalboard {
    program: Child,
    /// The lowest and highest gain of Main in each tenth of a second.
    heard: Receiver<[f32; 2]>,
    window: Parent,
    twin: Twin,
    // Declared last: the host ends before its display does.
    _display: Display,
}

impl Pedalboard {
    fn open() -> Pedalboard {
        let plugin = workspace().join("target/bundled/Switchyard.vst3");
        assert!(plugin.exists(), "{} is not there: run `cargo xtask bundle`", plugin.display());
        let python = python_hosts();
        assert!(python.exists(), "no Python hosts: run `cargo xtask test`, which installs them");
        let twin = Twin::of("python").expect("the editor's twin");
        let display = Display::start();
        let mut command = Command::new(python);
        command
            .arg("-B")
            .arg(workspace().join("tests/hosts/window_pedalboard.py"))
            .arg(plugin)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // The VST3 wrapper tells there what it was asked for.
            .stderr(Stdio::null());
        display.show(&mut command);
        let mut program = command.spawn().expect("Python starts");
        let lines = BufReader::new(program.stdout.take().expect("its output is piped")).lines();
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            let gains = lines.map_while(Result::ok).filter_map(|l| serde_json::from_str(&l).ok());
            gains.take_while(|gains| tell.send(*gains).is_ok()).for_each(drop);
        });
        let begun = Instant::now();
        let window = loop {
            let found = Parent::find(display.name(), "Switchyard").expect("the display is there");
            // A window that is not shown yet has no pixels.
            if let Some(window) = found
                && window.pixels([0, 0, 1, 1]).is_ok()
            {
                break window;
            }
            assert!(begun.elapsed() < PATIENCE, "pedalboard shows no editor");
            std::thread::sleep(GLANCE);
        };
        let mut pedalboard = Pedalboard { program, heard, window, twin, _display: display };
        let GuiSize { width, height } = pedalboard.window.size().expect("it has a size");
        pedalboard.twin.resize([width, height]).expect("the twin follows");
        pedalboard
    }

    /// Waits until the whole of a tenth of a second has a gain.
    fn hears(&self, what: &str, gain: impl Fn(f32) -> bool) {
        let begun = Instant::now();
        let mut last = None;
        while begun.elapsed() < PATIENCE {
            last = self.heard.recv_timeout(PATIENCE).ok();
            if last.is_some_and(|[lowest, highest]| gain(lowest) && gain(highest)) {
                return;
            }
        }
        panic!("{what} is not heard; the last gains are {last:?}");
    }

    fn click(&mut self, name: &str) {
        std::thread::sleep(APART);
        let at = middle(self.twin.place(name).expect("it is in the editor"));
        self.twin.click(name).expect("the twin follows");
        Mouse::over(&self.window).click(at).expect("there is a mouse");
    }

    /// Clicks, and waits until something else that then shows is drawn.
    fn click_to_see(&mut self, name: &str, sign: &str) {
        let at = middle(self.twin.place(name).expect("it is in the editor"));
        self.twin.click(name).expect("the twin follows");
        let area = self.twin.place(sign).expect("it shows now");
        let look = || self.window.pixels(area).expect("the window is there");
        let mut change = Change::from(look());
        Mouse::over(&self.window).click(at).expect("there is a mouse");
        let begun = Instant::now();
        while !change.is_over(look()) {
            assert!(begun.elapsed() < PATIENCE, "{sign} does not show after a click on {name}");
            std::thread::sleep(GLANCE);
        }
    }
}

impl Drop for Pedalboard {
    fn drop(&mut self) {
        // The end of its input ends it; one that hangs is ended.
        drop(self.program.stdin.take());
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && !matches!(self.program.try_wait(), Ok(Some(_))) {
            std::thread::sleep(GLANCE);
        }
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn a_send_patched_by_the_mouse_in_pedalboards_window_is_heard_in_pedalboard() {
    let mut host = Pedalboard::open();
    let unity = |gain: f32| (gain - 1.0).abs() < 1e-5;
    host.window.see(host.window.size().expect("it has a size"), None).expect("the window is there");
    host.hears("the untouched plugin", unity);
    let group = "Group — a submix into Main";
    host.click_to_see("Open the matrix", "Add Bus 1");
    host.click_to_see("Add Bus 1", group);
    host.click_to_see(group, CROSSPOINT);
    // Assigned to a Group the strip leaves Main, and is as loud there by way of the bus.
    host.click(CROSSPOINT);
    std::thread::sleep(APART);
    host.hears("the Group in Main", unity);
    // So that without its send nothing is left.
    host.click(CROSSPOINT);
    host.hears("silence", |gain| gain == 0.0);
    let picture = workspace().join("target/window/pedalboard.ppm");
    std::fs::create_dir_all(picture.parent().expect("in a folder")).expect("a folder");
    let size = host.window.size().expect("it has a size");
    host.window.see(size, Some(&picture)).expect("the window is there");
    host.click(CROSSPOINT);
    host.hears("the send", unity);
}
