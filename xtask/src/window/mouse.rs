//! The display's own pointer, moved as a hand would: the plugin's window gets what it gets from a
//! real mouse.
//!
//! Not here: where things are. The host's main thread.

use super::parent::Parent;
use anyhow::Result;
use std::time::Duration;
use x11rb::protocol::xproto::{BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::wrapper::ConnectionExt as _;

/// The left button's number.
const LEFT: u8 = 1;
/// How long a hand takes from one small movement to the next. An editor that draws more rarely sees
/// several at once, which must not matter.
pub const STROKE: Duration = Duration::from_millis(15);

/// The pointer over one window; places are in that window, in pixels.
pub struct Mouse<'a> {
    parent: &'a Parent,
}

impl<'a> Mouse<'a> {
    /// The pointer over a window.
    pub fn over(parent: &'a Parent) -> Mouse<'a> {
        Mouse { parent }
    }

    /// Moves to a place.
    ///
    /// # Errors
    /// When the display has no such pointer.
    pub fn move_to(&self, [x, y]: [i16; 2]) -> Result<()> {
        let [left, top] = self.parent.corner();
        self.send(MOTION_NOTIFY_EVENT, 0, [left + x, top + y])
    }

    /// Presses the left button.
    ///
    /// # Errors
    /// When the display has no such pointer.
    pub fn press(&self) -> Result<()> {
        self.send(BUTTON_PRESS_EVENT, LEFT, [0, 0])
    }

    /// Lets the left button go.
    ///
    /// # Errors
    /// When the display has no such pointer.
    pub fn release(&self) -> Result<()> {
        self.send(BUTTON_RELEASE_EVENT, LEFT, [0, 0])
    }

    /// Moves to a place, presses and lets go.
    ///
    /// # Errors
    /// When the display has no such pointer.
    pub fn click(&self, at: [i16; 2]) -> Result<()> {
        self.move_to(at)?;
        std::thread::sleep(STROKE);
        self.press()?;
        std::thread::sleep(STROKE);
        self.release()
    }

    /// Moves in a straight line in small steps, buttons as they are.
    ///
    /// # Errors
    /// When the display has no such pointer.
    pub fn glide(&self, from: [i16; 2], to: [i16; 2], steps: i16) -> Result<()> {
        for step in 1..=steps {
            let between = |axis: usize| from[axis] + (to[axis] - from[axis]) * step / steps;
            self.move_to([between(0), between(1)])?;
            std::thread::sleep(STROKE);
        }
        Ok(())
    }

    fn send(&self, kind: u8, detail: u8, [x, y]: [i16; 2]) -> Result<()> {
        let Parent { connection, root, .. } = self.parent;
        connection.xtest_fake_input(kind, detail, 0, *root, x, y, 0)?.check()?;
        connection.sync()?;
        Ok(())
    }
}
