//! The editor's window: opened and closed by the host, drawn by the views.
//!
//! Not here: what is drawn and what actions do. [`PluginEditor`] and [`OpenWindow`] belong to the
//! host's main thread. [`App`] runs where the window system draws, which on X11 is a thread of the
//! window's own; closing waits for it, so that nothing of ours runs when the host goes on.

use super::super::edits::Edits;
use super::super::look::{Theme, ZOOMS};
use super::super::{Action, MAXIMUM_SIZE, MINIMUM_SIZE, View, show, theme};
use super::Link;
use crate::engine::meters::Meters;
use crate::plugin::parameters::HostParameters;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{EditorHandle, HostMethods, SizeConstraints, SpawnedEditor};
use nice_plug::prelude::*;
use nice_plug_egui::baseview::{self, HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, Key, KeyCapture,
    NiceEguiApp, RepaintNotifier, create_egui_editor,
};
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::*};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

/// How long a picture stays before meters move on. About 30 a second, and only while open.
const PICTURE: Duration = Duration::from_millis(33);
/// How often the window library looks whether anybody else asked for a picture: practically never,
/// because ours ask for their successors. Its first look, if it comes before an X11 window is seen,
/// asks the server for the time of a picture before it listens for the answer, and the window then
/// stays blank for good (baseview 0.4.2).
const UNASKED: Duration = Duration::from_secs(24 * 3600);
/// How long a window may take to close by itself.
const ASKED: Duration = Duration::from_secs(2);
/// How long the window's thread may take to end once the window is gone.
const GONE: Duration = Duration::from_secs(5);

/// The editor of one instance, for the framework to open. [main-thread]
pub fn create(parameters: Arc<HostParameters>, meters: Arc<Meters>) -> Option<PluginEditor> {
    Some(PluginEditor { parameters, meters, edits: Arc::default(), state: Mutex::new(None) })
}

/// Opens windows. Each gets a state and an app of its own that end with it, because the framework
/// says nothing to an app whose window closes, and a gesture may then be under way.
pub struct PluginEditor {
    parameters: Arc<HostParameters>,
    meters: Arc<Meters>,
    /// What was done and how it looks, from one window to the next.
    edits: Arc<Mutex<Edits>>,
    state: Mutex<Option<Arc<EguiEditorState>>>,
}

impl PluginEditor {
    fn state(&self) -> MutexGuard<'_, Option<Arc<EguiEditorState>>> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The open window's state, or a fresh one of the remembered size.
    fn current_state(&self) -> Arc<EguiEditorState> {
        let open = self.state().clone().filter(|state| state.is_open());
        open.unwrap_or_else(|| {
            let (size, zoom) = self.kept();
            let [width, height] = [0, 1]
                .map(|axis| size[axis].clamp(MINIMUM_SIZE[axis], MAXIMUM_SIZE[axis]) as f32 * zoom);
            // The window opens at its zoomed size without zoom, because the framework counts a zoom
            // it knows from the start once too often; the first picture then sets it.
            EguiEditorState::from_size(LogicalSize::new(width, height), 1.0)
        })
    }

    /// The remembered size in points and the zoom as a factor.
    fn kept(&self) -> ([u32; 2], f32) {
        self.parameters.shared.session(|session| (session.editor_size, factor(session.editor_zoom)))
    }

    fn window(&self, state: Arc<EguiEditorState>, ends: Arc<Ends>) -> Option<EguiEditor<App>> {
        let notifier = ends.notifier.clone();
        let app = App {
            parameters: Arc::clone(&self.parameters),
            meters: Arc::clone(&self.meters),
            edits: Arc::clone(&self.edits),
            ends,
            open: None,
        };
        let hint = hint(self.kept().1);
        let mut settings = EguiNiceSettings::new().with_tile("Switchyard").with_resize_hint(hint);
        if cfg!(target_os = "linux") {
            settings = settings.with_repaint_poll_interval(UNASKED);
        }
        create_egui_editor(state, notifier, settings, app)
    }
}

/// A zoom in percent as a factor, held to what can be chosen.
fn factor(zoom: u32) -> f32 {
    let [first, .., last] = ZOOMS;
    zoom.clamp(first, last) as f32 / 100.0
}

/// How far the window may be resized at a zoom.
fn hint(zoom: f32) -> ResizeHint {
    let size = |[width, height]: [u32; 2]| {
        Some(LogicalSize::new(width as f32 * zoom, height as f32 * zoom))
    };
    ResizeHint {
        size_constraints: SizeConstraints::Logical {
            min_size: size(MINIMUM_SIZE),
            max_size: size(MAXIMUM_SIZE),
        },
        ..ResizeHint::RESIZABLE
    }
}

impl Editor for PluginEditor {
    type Handle = Handle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Handle>, Box<dyn Error>> {
        let state = self.current_state();
        let (ends, gone) = Ends::new();
        let editor = self
            .window(Arc::clone(&state), Arc::clone(&ends))
            .ok_or("the editor cannot be made")?;
        let SpawnedEditor { handle, window } =
            editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)?;
        *self.state() = Some(state);
        let window = OpenWindow { inner: Some(window), ends, gone, shown: Cell::new(false) };
        Ok(SpawnedEditor { handle: Handle(handle), window })
    }

    fn size(&self) -> NativeSize<u32> {
        let window = self.window(self.current_state(), Ends::new().0);
        window.map_or(NativeSize::new(0, 0), |window| window.size())
    }

    fn resize_hint(&self) -> ResizeHint {
        hint(self.kept().1)
    }
}

/// What a window's two ends, the host's and the drawing one, know of each other.
struct Ends {
    /// The host is closing the window.
    closing: AtomicBool,
    /// Makes the window draw, so that it hears of it.
    notifier: RepaintNotifier,
    /// The host's thread.
    home: ThreadId,
    /// Whether the drawing end has a thread of its own.
    apart: AtomicBool,
    /// Dropped when the drawing end is gone.
    alive: Mutex<Option<Sender<()>>>,
}

impl Ends {
    fn new() -> (Arc<Ends>, Receiver<()>) {
        let (alive, gone) = channel();
        let ends = Ends {
            closing: AtomicBool::new(false),
            notifier: RepaintNotifier::new(),
            home: thread::current().id(),
            apart: AtomicBool::new(false),
            alive: Mutex::new(Some(alive)),
        };
        (Arc::new(ends), gone)
    }

    /// Ties the sign of life to the drawing end's thread, if that is its own.
    fn begin(&self) {
        thread_local! {
            /// Dropped when the thread ends, after everything on its stack.
            static ALIVE: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
        }
        if thread::current().id() != self.home {
            self.apart.store(true, Release);
            let alive = self.alive.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
            ALIVE.set(alive);
        }
    }
}

/// A window as the host holds it. Dropping it closes the window and waits for its thread.
pub struct OpenWindow {
    inner: Option<baseview::Window>,
    ends: Arc<Ends>,
    gone: Receiver<()>,
    shown: Cell<bool>,
}

impl Drop for OpenWindow {
    fn drop(&mut self) {
        let apart = self.ends.apart.load(Acquire);
        if apart && self.shown.get() {
            // The window system's library joins the thread of a window that has closed by itself,
            // but only detaches that of one it stops; so the window is asked first.
            self.ends.closing.store(true, Release);
            self.ends.notifier.request_repaint();
            let _ = self.gone.recv_timeout(ASKED);
        }
        self.inner = None;
        if apart {
            let _ = self.gone.recv_timeout(GONE);
        }
    }
}

/// The host's handle on an open window: the framework's own, with our window around its window.
pub struct Handle(EguiEditorHandle);

impl Handle {
    fn on<R>(
        &self,
        window: &OpenWindow,
        act: impl FnOnce(&EguiEditorHandle, &baseview::Window) -> R,
        closed: R,
    ) -> R {
        window.inner.as_ref().map_or(closed, |inner| act(&self.0, inner))
    }
}

impl EditorHandle for Handle {
    type Window = OpenWindow;
    type Error = baseview::Error;

    fn run_until_closed(mut window: OpenWindow) -> Result<(), baseview::Error> {
        window.inner.take().map_or(Ok(()), EguiEditorHandle::run_until_closed)
    }

    fn set_parent(
        &self,
        parent: ParentWindowHandle,
        window: &OpenWindow,
    ) -> Result<(), baseview::Error> {
        self.on(window, |handle, inner| handle.set_parent(parent, inner), Ok(()))
    }

    fn show(&self, window: &OpenWindow) -> Result<(), baseview::Error> {
        window.shown.set(true);
        self.on(window, |handle, inner| handle.show(inner), Ok(()))
    }

    fn hide(&self, window: &OpenWindow) -> Result<(), baseview::Error> {
        self.on(window, |handle, inner| handle.hide(inner), Ok(()))
    }

    fn set_size(
        &self,
        new_size: NativeSize<u32>,
        window: &OpenWindow,
    ) -> Result<(), baseview::Error> {
        self.on(window, |handle, inner| handle.set_size(new_size, inner), Ok(()))
    }

    fn host_main_thread_callback(&self, window: &OpenWindow) {
        self.on(window, |handle, inner| handle.host_main_thread_callback(inner), ());
    }

    fn adjust_size(
        &self,
        new_size: NativeSize<u32>,
        window: &OpenWindow,
    ) -> Option<NativeSize<u32>> {
        self.on(window, |handle, inner| handle.adjust_size(new_size, inner), None)
    }

    fn set_fallback_scale_factor(
        &self,
        scale_factor: f64,
        window: &OpenWindow,
    ) -> Result<(), baseview::Error> {
        let set = |handle: &EguiEditorHandle, inner: &baseview::Window| {
            handle.set_fallback_scale_factor(scale_factor, inner)
        };
        self.on(window, set, Ok(()))
    }

    fn on_virtual_key_from_host(&self, key: VirtualKeyCode, down: bool, held: Modifiers) -> bool {
        self.0.on_virtual_key_from_host(key, down, held)
    }

    fn state_changed(&self) {
        self.0.state_changed();
    }

    fn param_value_changed(&self, id: &str, normalized: f32) {
        self.0.param_value_changed(id, normalized);
    }

    fn param_modulation_changed(&self, id: &str, offset: f32) {
        self.0.param_modulation_changed(id, offset);
    }
}

/// What runs in one open window.
struct App {
    parameters: Arc<HostParameters>,
    meters: Arc<Meters>,
    edits: Arc<Mutex<Edits>>,
    ends: Arc<Ends>,
    open: Option<Open>,
}

/// A link and the time of its last picture. Gone after a fault in a view.
struct Open {
    link: Link,
    last: Instant,
    /// What the context was last given.
    look: (Theme, u32),
    /// The zoom as a factor, until the first picture sets it.
    zoom_due: Option<f32>,
    /// The size in points that goes with the zoom, until the window has taken it.
    size: Option<[u32; 2]>,
}

impl Open {
    fn draw(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        if let Some(zoom) = self.zoom_due.take() {
            // It holds from the next picture on, which this asks for.
            return ui.ctx().set_zoom_factor(zoom);
        }
        let now = Instant::now();
        let view = self.link.view((now - self.last).as_secs_f32());
        self.last = now;
        self.dress(ui, frame, &view);
        let mut actions = show(ui, &view);
        actions.retain(|action| {
            // The window asks the host; it is remembered when the host has agreed.
            if let Action::Resize(size) = action {
                self.size = Some(*size);
                return false;
            }
            true
        });
        if let Some([width, height]) = self.size.take() {
            let size = egui::vec2(width as f32, height as f32);
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::InnerSize(size));
        }
        let held = ui.input(|input| input.pointer.any_down());
        self.link.apply(actions, held);
        // Space is the host's transport unless somebody types.
        frame.set_key_capture(match ui.ctx().text_edit_focused() {
            true => KeyCapture::CaptureAll,
            false => KeyCapture::IgnoreKeys(vec![Key::Character(" ".into())]),
        });
    }

    /// Follows theme and zoom where they changed. The window keeps its size in points.
    fn dress(&mut self, ui: &egui::Ui, frame: &mut Frame, view: &View) {
        let (theme, zoom) = (view.look.theme, view.look.zoom);
        if theme != self.look.0 {
            theme::choose(ui.ctx(), theme);
            frame.set_clear_color(theme::palette(ui).ground.into());
        }
        if zoom != self.look.1 {
            ui.ctx().set_zoom_factor(factor(zoom));
            let size = ui.ctx().content_rect().size();
            self.size = Some([size.x.round() as u32, size.y.round() as u32]);
        }
        self.look = (theme, zoom);
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        nice_gui_ctx: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        self.ends.begin();
        let (size, zoom, light) = self
            .parameters
            .shared
            .session(|session| (session.editor_size, session.editor_zoom, session.editor_light));
        let look = if light { Theme::Light } else { Theme::Dark };
        theme::apply(&egui_ctx, look);
        let ground = if light { theme::LIGHT.ground } else { theme::DARK.ground };
        frame.set_clear_color(ground.into());
        let (parameters, meters) = (self.parameters.clone(), self.meters.clone());
        let link = Link::new(parameters, meters, nice_gui_ctx, self.edits.clone());
        // Only a zoomed window needs to be told its size again.
        let size = (zoom != 100).then_some(size);
        // Set with the first picture: whatever asks for a picture before the window is seen may keep
        // it from ever being drawn (see `UNASKED`).
        let zoom_due = (zoom != 100).then(|| factor(zoom));
        self.open = Some(Open { link, last: Instant::now(), look: (look, zoom), zoom_due, size });
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        if self.ends.closing.load(Acquire) {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            return;
        }
        // A fault in a view must cost the picture, never the host and the sound.
        if let Some(open) = &mut self.open
            && catch_unwind(AssertUnwindSafe(|| open.draw(ui, frame))).is_err()
        {
            log::error!("Switchyard's editor met a fault and stopped; the sound goes on");
            self.open = None;
        }
        match self.open {
            Some(_) => ui.ctx().request_repaint_after(PICTURE),
            None => {
                ui.label(
                    "The editor met a fault and stopped. The sound goes on. Reopen the window.",
                );
            }
        }
    }

    fn resized(&mut self, new_size: WindowSize) {
        if let Some(open) = &mut self.open {
            let size = new_size.logical;
            let size = [size.width.round() as u32, size.height.round() as u32];
            open.link.apply(vec![Action::Resize(size)], true);
        }
    }
}
