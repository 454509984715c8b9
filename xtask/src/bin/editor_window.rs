//! Opens the plugin's editor in a window of ours through CLAP's gui extension, again and again, and
//! says as JSON what was seen and what was left behind after each closing.
//!
//! A program of its own, because the display it uses and what it prints belong to a whole process.
//! Not here: what is good and what is bad (`tests/window.rs`), and sound.

use anyhow::{Context, Result, bail, ensure};
use clack_extensions::gui::{
    GuiApiType, GuiConfiguration, GuiSize, HostGui, HostGuiImpl, PluginGui, Window,
};
use clack_extensions::state::PluginState;
use clack_host::prelude::*;
use clap::Parser;
use serde::Serialize;
use serde_json::json;
use std::collections::HashSet;
use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use switchyard::session::Session;
use x11rb::connection::Connection;
use x11rb::protocol::res::ConnectionExt as _;
use x11rb::protocol::xproto::{
    ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, ImageFormat, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use xtask::room::state::framed;

/// The colour of a window nobody has drawn in.
const UNDRAWN: u32 = 0x00_ff_00_ff;
/// How long a drawing or a closing may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the host does something else between two looks at the window.
const GLANCE: Duration = Duration::from_millis(20);

/// Opens and closes the editor of a CLAP plugin.
#[derive(Parser)]
struct Arguments {
    /// The built `.clap`
    plugin: PathBuf,
    /// How often it is opened
    #[arg(long, default_value_t = 50)]
    rounds: usize,
    /// The zoom that a project remembered, in percent
    #[arg(long)]
    zoom: Option<u32>,
    /// Where the first full drawing is kept, as a PPM image
    #[arg(long)]
    picture: Option<PathBuf>,
}

/// What one opening showed and what its closing left.
#[derive(Serialize)]
struct Round {
    opened: Seen,
    resized: Seen,
    left: Left,
}

/// A drawn editor.
#[derive(Serialize)]
struct Seen {
    /// The size the plugin says it has, pixels.
    size: [u32; 2],
    /// How many different colours are in it.
    colours: usize,
    /// The share of pixels that nobody has drawn.
    undrawn: f64,
}

/// What the process and the display hold.
#[derive(Serialize)]
struct Left {
    resident_kib: u64,
    threads: usize,
    files: usize,
    /// Connections to the display, of everybody.
    clients: usize,
    /// Windows, pixmaps, cursors and the like on the display, of everybody.
    resources: u64,
}

/// A window as a host makes one for a plugin.
struct Parent {
    connection: RustConnection,
    window: u32,
}

impl Parent {
    fn open() -> Result<Parent> {
        let (connection, screen) = x11rb::connect(None).context("no display")?;
        let screen = &connection.setup().roots[screen];
        let window = connection.generate_id()?;
        let look = CreateWindowAux::new().background_pixel(UNDRAWN);
        let class = WindowClass::INPUT_OUTPUT;
        connection
            .create_window(0, window, screen.root, 0, 0, 100, 100, 0, class, 0, &look)?
            .check()?;
        connection.map_window(window)?.check()?;
        Ok(Parent { connection, window })
    }

    fn resize(&self, size: GuiSize) -> Result<()> {
        let size = ConfigureWindowAux::new().width(size.width).height(size.height);
        self.connection.configure_window(self.window, &size)?.check()?;
        self.connection.sync()?;
        Ok(())
    }

    /// The pixels, blue, green, red and nothing each.
    fn pixels(&self, size: GuiSize) -> Result<Vec<[u8; 4]>> {
        let (width, height) = (u16::try_from(size.width)?, u16::try_from(size.height)?);
        let format = ImageFormat::Z_PIXMAP;
        let image =
            self.connection.get_image(format, self.window, 0, 0, width, height, !0)?.reply()?;
        Ok(image.data.as_chunks::<4>().0.to_vec())
    }

    /// Waits until the whole window is drawn and looks at it.
    fn see(&self, size: GuiSize, picture: Option<&Path>) -> Result<Seen> {
        let begun = Instant::now();
        loop {
            let pixels = self.pixels(size)?;
            let undrawn =
                [UNDRAWN.to_le_bytes()[0], UNDRAWN.to_le_bytes()[1], UNDRAWN.to_le_bytes()[2]];
            let missing = pixels.iter().filter(|pixel| pixel[..3] == undrawn).count();
            let colours = pixels.iter().map(|p| [p[0], p[1], p[2]]).collect::<HashSet<_>>().len();
            // A canvas that was cleared and not yet drawn on has one colour.
            if (missing == 0 && colours > 2) || begun.elapsed() > PATIENCE {
                if let Some(picture) = picture {
                    save(picture, size, &pixels)?;
                }
                let undrawn = missing as f64 / pixels.len() as f64;
                return Ok(Seen { size: [size.width, size.height], colours, undrawn });
            }
            std::thread::sleep(GLANCE);
        }
    }

    fn clients(&self) -> Result<usize> {
        Ok(self.connection.res_query_clients()?.reply()?.clients.len())
    }

    fn resources(&self) -> Result<u64> {
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

fn save(picture: &Path, size: GuiSize, pixels: &[[u8; 4]]) -> Result<()> {
    let mut image = format!("P6 {} {} 255\n", size.width, size.height).into_bytes();
    image.extend(pixels.iter().flat_map(|[blue, green, red, _]| [*red, *green, *blue]));
    fs::write(picture, image).with_context(|| format!("{} cannot be written", picture.display()))
}

impl Left {
    fn now(parent: &Parent) -> Result<Left> {
        let memory = fs::read_to_string("/proc/self/status")?;
        let line = memory.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = line.and_then(|line| line.split_whitespace().next());
        Ok(Left {
            resident_kib: resident.context("no resident size")?.parse()?,
            threads: fs::read_dir("/proc/self/task")?.count(),
            files: fs::read_dir("/proc/self/fd")?.count(),
            clients: parent.clients()?,
            resources: parent.resources()?,
        })
    }
}

/// A host with a window and nothing else.
struct Host;

#[derive(Default)]
struct Shared {
    wants_main_thread: AtomicBool,
}

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {
        self.wants_main_thread.store(true, Ordering::Release);
    }
}

impl HostGuiImpl for Shared {
    fn resize_hints_changed(&self) {}
    fn request_resize(&self, _size: GuiSize) -> Result<(), HostError> {
        Ok(())
    }
    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn closed(&self, _was_destroyed: bool) {}
}

impl HostHandlers for Host {
    type Shared<'a> = Shared;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Shared) {
        builder.register::<HostGui>();
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // SAFETY: the file is the plugin we built, and nothing unloads it while it runs.
    let entry = unsafe { PluginEntry::load(&arguments.plugin) }
        .with_context(|| format!("{} does not load", arguments.plugin.display()))?;
    let id = {
        let factory = entry.get_plugin_factory().context("the file has no plugins")?;
        let plugin = factory.plugin_descriptors().next().context("the file has no plugin")?;
        CString::from(plugin.id().context("the plugin has no id")?)
    };
    let info =
        HostInfo::new("Switchyard window test", "Switchyard", "https://switchyard.audio", "1")?;
    let mut instance =
        PluginInstance::<Host>::new(|_| Shared::default(), |_| (), &entry, &id, &info)?;
    if let Some(zoom) = arguments.zoom {
        remember(&mut instance, zoom)?;
    }
    let parent = Parent::open()?;
    let mut rounds = Vec::new();
    for round in 0..arguments.rounds {
        let picture = arguments.picture.as_deref().filter(|_| round == 0);
        rounds.push(
            open_and_close(&mut instance, &parent, picture)
                .with_context(|| format!("opening number {}", round + 1))?,
        );
    }
    println!("{}", serde_json::to_string(&rounds)?);
    Ok(())
}

/// Loads a state as of a project in which the editor was zoomed.
fn remember(instance: &mut PluginInstance<Host>, zoom: u32) -> Result<()> {
    let session = Session { editor_zoom: zoom, ..Session::default() };
    let bytes = framed(&json!({ "fields": { "session": session.to_json() } }));
    let handle = instance.plugin_handle();
    let state = handle.get_extension::<PluginState>().context("the plugin loads no state")?;
    state.load(&handle, &mut bytes.as_slice())?;
    serve(instance);
    Ok(())
}

fn open_and_close(
    instance: &mut PluginInstance<Host>,
    parent: &Parent,
    picture: Option<&Path>,
) -> Result<Round> {
    let clients = parent.clients()?;
    let embedded = GuiConfiguration { api_type: GuiApiType::X11, is_floating: false };
    let handle = instance.plugin_handle();
    let Some(gui) = handle.get_extension::<PluginGui>() else { bail!("the plugin has no editor") };
    ensure!(gui.is_api_supported(&handle, embedded), "the editor cannot live in an X11 window");
    gui.create(&handle, embedded)?;
    let size = gui.get_size(&handle).context("the editor has no size")?;
    parent.resize(size)?;
    // SAFETY: the window outlives the editor, which is destroyed below.
    unsafe { gui.set_parent(&handle, Window::from_x11_handle(parent.window.into()))? };
    gui.show(&handle)?;
    serve(instance);
    let opened = parent.see(size, picture)?;

    let handle = instance.plugin_handle();
    ensure!(gui.can_resize(&handle), "the editor cannot be resized");
    let wish = GuiSize { width: size.width * 3 / 4, height: size.height * 4 / 5 };
    let other = gui.adjust_size(&handle, wish).unwrap_or(wish);
    parent.resize(other)?;
    gui.set_size(&handle, other)?;
    serve(instance);
    let resized = parent.see(other, None)?;
    let handle = instance.plugin_handle();
    let now = gui.get_size(&handle).context("the editor lost its size")?;
    ensure!(now == other, "resized to {other:?} it says that it is {now:?}");
    // Back to where it was, so that every opening is like the first.
    parent.resize(size)?;
    gui.set_size(&handle, size)?;
    serve(instance);
    parent.see(size, None)?;

    let handle = instance.plugin_handle();
    gui.hide(&handle)?;
    gui.destroy(&handle);
    let begun = Instant::now();
    while parent.clients()? > clients && begun.elapsed() < PATIENCE {
        serve(instance);
    }
    Ok(Round { opened, resized, left: Left::now(parent)? })
}

/// A little of what a host's main thread does all day.
fn serve(instance: &mut PluginInstance<Host>) {
    std::thread::sleep(GLANCE);
    let asked = |shared: &Shared| shared.wants_main_thread.swap(false, Ordering::AcqRel);
    if instance.access_shared_handler(asked) {
        instance.call_on_main_thread_callback();
    }
}
