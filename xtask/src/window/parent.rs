//! A window as a host makes one for a plugin, and what is seen in it.
//!
//! Not here: the plugin. The host's main thread.

use super::{GLANCE, PATIENCE};
use anyhow::{Context, Result};
use clack_extensions::gui::GuiSize;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use x11rb::connection::Connection;
use x11rb::protocol::res::ConnectionExt as _;
use x11rb::protocol::xproto::{
    AtomEnum, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, ImageFormat, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// The colour of a window nobody has drawn in.
const UNDRAWN: u32 = 0x00_ff_00_ff;

/// A pixel: blue, green, red and nothing.
pub type Pixel = [u8; 4];

/// A rectangle in pixels: left, top, width, height.
pub type Area = [i16; 4];

/// The middle of a rectangle.
pub fn middle([x, y, width, height]: Area) -> [i16; 2] {
    [x + width / 2, y + height / 2]
}

/// A part of a window that is about to change.
pub struct Change {
    before: Vec<Pixel>,
    last: Vec<Pixel>,
    same: usize,
}

impl Change {
    /// How many looks show the same once a change is over: it may take some pictures until
    /// everything is at its place.
    const SAME: usize = 5;

    /// Nothing has changed yet.
    pub fn from(before: Vec<Pixel>) -> Change {
        Change { last: before.clone(), before, same: 0 }
    }

    /// Whether what is there now is something new that stands still.
    pub fn is_over(&mut self, now: Vec<Pixel>) -> bool {
        self.same = if now == self.last && now != self.before { self.same + 1 } else { 0 };
        self.last = now;
        self.same >= Change::SAME
    }
}

/// A drawn editor.
#[derive(Debug, Deserialize, Serialize)]
pub struct Seen {
    /// The size the plugin says it has, pixels.
    pub size: [u32; 2],
    /// How many different colours are in it.
    pub colours: usize,
    /// The share of pixels that nobody has drawn.
    pub undrawn: f64,
}

/// The host's window around an editor.
pub struct Parent {
    pub(super) connection: RustConnection,
    pub(super) root: u32,
    window: u32,
    corner: [i16; 2],
}

impl Parent {
    /// Opens a window with its corner somewhere on the display, in pixels.
    ///
    /// # Errors
    /// When there is no display.
    pub fn open(corner: [i16; 2]) -> Result<Parent> {
        let (connection, screen) = x11rb::connect(None).context("no display")?;
        let root = connection.setup().roots[screen].root;
        let window = connection.generate_id()?;
        let look = CreateWindowAux::new().background_pixel(UNDRAWN);
        let ([x, y], class) = (corner, WindowClass::INPUT_OUTPUT);
        connection.create_window(0, window, root, x, y, 100, 100, 0, class, 0, &look)?.check()?;
        connection.map_window(window)?.check()?;
        Ok(Parent { connection, root, window, corner })
    }

    /// The first window with a title on somebody else's display, `None` if there is none now.
    ///
    /// # Errors
    /// When there is no such display.
    pub fn find(display: &str, title: &str) -> Result<Option<Parent>> {
        let (connection, screen) = x11rb::connect(Some(display)).context("no display")?;
        let root = connection.setup().roots[screen].root;
        let mut all = vec![root];
        while let Some(window) = all.pop() {
            // A window may go between the questions.
            let Ok(tree) = connection.query_tree(window)?.reply() else { continue };
            all.extend(tree.children);
            let (name, any) = (AtomEnum::WM_NAME, AtomEnum::ANY);
            let known = connection.get_property(false, window, name, any, 0, 64)?.reply();
            if known.is_ok_and(|known| known.value == title.as_bytes()) {
                let place = connection.translate_coordinates(window, root, 0, 0)?.reply()?;
                let corner = [place.dst_x, place.dst_y];
                return Ok(Some(Parent { connection, root, window, corner }));
            }
        }
        Ok(None)
    }

    /// The window's size, pixels.
    ///
    /// # Errors
    /// When it is gone.
    pub fn size(&self) -> Result<GuiSize> {
        let place = self.connection.get_geometry(self.window)?.reply()?;
        Ok(GuiSize { width: place.width.into(), height: place.height.into() })
    }

    /// The window's number on the display.
    pub fn window(&self) -> u32 {
        self.window
    }

    /// Where the window's corner is on the display.
    pub fn corner(&self) -> [i16; 2] {
        self.corner
    }

    /// Gives the window another size.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn resize(&self, size: GuiSize) -> Result<()> {
        let size = ConfigureWindowAux::new().width(size.width).height(size.height);
        self.connection.configure_window(self.window, &size)?.check()?;
        self.connection.sync()?;
        Ok(())
    }

    /// What is in a part of the window, line by line.
    ///
    /// # Errors
    /// When the part is not on the display.
    pub fn pixels(&self, [x, y, width, height]: Area) -> Result<Vec<Pixel>> {
        let (width, height) = (width.unsigned_abs(), height.unsigned_abs());
        let format = ImageFormat::Z_PIXMAP;
        let image =
            self.connection.get_image(format, self.window, x, y, width, height, !0)?.reply()?;
        Ok(image.data.as_chunks::<4>().0.to_vec())
    }

    /// Waits until the whole window is drawn, looks at it and keeps a picture if wanted.
    ///
    /// # Errors
    /// When the display is gone or the picture cannot be written.
    pub fn see(&self, size: GuiSize, picture: Option<&Path>) -> Result<Seen> {
        self.see_within(PATIENCE, size, picture)
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// When the display is gone or the picture cannot be written.
    pub fn see_within(
        &self,
        patience: Duration,
        size: GuiSize,
        picture: Option<&Path>,
    ) -> Result<Seen> {
        let begun = Instant::now();
        loop {
            let pixels = self.pixels(whole(size)?)?;
            let [blue, green, red, _] = UNDRAWN.to_le_bytes();
            let undrawn = [blue, green, red];
            let missing = pixels.iter().filter(|pixel| pixel[..3] == undrawn).count();
            let late = begun.elapsed() > patience;
            // Counting takes time the editor may need to draw.
            let all = if missing == 0 || late { &pixels[..] } else { &[] };
            let colours = all.iter().map(|p| [p[0], p[1], p[2]]).collect::<HashSet<_>>().len();
            // A canvas that was cleared and not yet drawn on has one colour.
            if (missing == 0 && colours > 2) || late {
                if let Some(picture) = picture {
                    save(picture, size, &pixels)?;
                }
                let undrawn = missing as f64 / pixels.len() as f64;
                return Ok(Seen { size: [size.width, size.height], colours, undrawn });
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// Whether no other window is in it.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.connection.query_tree(self.window)?.reply()?.children.is_empty())
    }

    /// Connections to the display, of everybody.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn clients(&self) -> Result<usize> {
        Ok(self.connection.res_query_clients()?.reply()?.clients.len())
    }

    /// Windows, pixmaps, cursors and the like on the display, of everybody.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn resources(&self) -> Result<u64> {
        let mut resources = 0;
        for client in self.connection.res_query_clients()?.reply()?.clients {
            // A client may leave between the two questions.
            if let Ok(held) =
                self.connection.res_query_client_resources(client.resource_base)?.reply()
            {
                resources += held.types.iter().map(|kind| u64::from(kind.count)).sum::<u64>();
            }
        }
        Ok(resources)
    }
}

fn whole(size: GuiSize) -> Result<Area> {
    Ok([0, 0, i16::try_from(size.width)?, i16::try_from(size.height)?])
}

/// Writes a picture as PPM, which every viewer reads and nothing has to be linked for.
fn save(picture: &Path, size: GuiSize, pixels: &[Pixel]) -> Result<()> {
    let mut image = format!("P6 {} {} 255\n", size.width, size.height).into_bytes();
    image.extend(pixels.iter().flat_map(|[blue, green, red, _]| [*red, *green, *blue]));
    fs::write(picture, image).with_context(|| format!("{} cannot be written", picture.display()))
}
