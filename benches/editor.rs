//! How much of a core one picture of the editor takes: every view with all sixteen strips and twelve
//! buses shown and every meter moving.
//!
//! `cargo bench --bench editor` prints a table; nothing is asserted, since times depend on the machine.
//! A picture is what we do for it: the link's snapshot of a running instance, the view's widgets, and
//! egui's triangles; what the graphics card does with those is not in it. Times are of this thread's
//! processor clock, medians, all views by turns in one run, beside an empty picture of egui's as the
//! floor.

#[path = "../tests/editor/lively.rs"]
mod lively;
#[path = "../tests/editor_chains/rack.rs"]
#[allow(dead_code)]
mod rack;

use cpu_time::ThreadTime;
use egui::{Context, Event, Pos2, RawInput, Rect, pos2, vec2};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::params::internals::ParamPtr;
use nice_plug::plugin::PluginState;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use switchyard::editor::ballistics::Reading;
use switchyard::editor::link::Link;
use switchyard::editor::{Look, Screen, Theme, View, show, theme};
use switchyard::engine::meters::{Meter, Meters};
use switchyard::plugin::parameters::HostParameters;
use switchyard::plugin::shared::Shared;
use switchyard::session::scenes::{SCENES, Scene};

/// Pictures of each view that are measured, after those that warm it up.
const PICTURES: usize = 300;
const WARM: usize = 20;
/// Pictures a second while the window is open.
const RATE: f64 = 30.0;

/// A host that hears nothing.
struct Deaf;

impl GuiContextInner for Deaf {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, _: ParamPtr) {}
    unsafe fn raw_set_parameter_normalized(&self, _: ParamPtr, _: f32) {}
    unsafe fn raw_end_set_parameter(&self, _: ParamPtr) {}
    fn get_state(&self) -> PluginState {
        PluginState { version: String::new(), params: BTreeMap::new(), fields: BTreeMap::new() }
    }
    fn set_state(&self, _: PluginState) {}
    fn request_restart(&self) {}
}

/// One thing that is drawn again and again.
struct Subject {
    name: String,
    view: Option<View>,
    context: Context,
    /// Milliseconds.
    times: Vec<f64>,
    triangles: usize,
}

impl Subject {
    fn new(name: String, view: Option<View>) -> Subject {
        let context = Context::default();
        theme::apply(&context, Theme::Dark);
        Subject { name, view, context, times: Vec::new(), triangles: 0 }
    }

    /// Draws the picture `number`, in which the pointer wanders and every meter stands elsewhere.
    fn draw(&mut self, number: usize) {
        if let Some(view) = &mut self.view {
            move_meters(view, number);
        }
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1180.0, 720.0))),
            time: Some(number as f64 / RATE),
            events: vec![Event::PointerMoved(pos2(
                40.0 + (number * 7 % 900) as f32,
                60.0 + (number * 3 % 600) as f32,
            ))],
            ..RawInput::default()
        };
        let start = ThreadTime::now();
        let view = self.view.as_ref();
        let mut output = self.context.run_ui(input, |ui| match view {
            Some(view) => {
                black_box(show(ui, view));
            }
            None => {
                ui.label("nothing");
            }
        });
        // Nobody paints, so nobody takes the letters up.
        output.textures_delta.clear();
        let meshes = self.context.tessellate(output.shapes, output.pixels_per_point);
        let time = start.elapsed().as_secs_f64() * 1e3;
        self.triangles = meshes.iter().map(|mesh| triangles(&mesh.primitive)).sum();
        if number >= WARM {
            self.times.push(time);
        }
    }
}

fn triangles(primitive: &egui::epaint::Primitive) -> usize {
    match primitive {
        egui::epaint::Primitive::Mesh(mesh) => mesh.indices.len() / 3,
        egui::epaint::Primitive::Callback(_) => 0,
    }
}

fn move_meters(view: &mut View, number: usize) {
    for meter in Meter::all() {
        let at = meter.index();
        let level = [0, 1].map(|side| 0.0 - ((number * 5 + at * 11 + side * 3) % 60) as f32);
        view.meters[at] = Reading { level, hold: level.map(|db| db + 3.0) };
    }
}

fn main() {
    // Test runners start every target; only `cargo bench` says so.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut subjects = vec![Subject::new("empty picture of egui".into(), None)];
    for (screen, word) in Screen::ALL {
        let mut view = rack::racks();
        view.look = Look { screen, show_all: true, welcomed: true, ..view.look };
        (view.look.chain, view.look.slot) = (rack::VOX, Some(1));
        if screen == Screen::Scenes {
            // The most there is to compare: all of them are as stored.
            let mut session = (*view.inserts.session).clone();
            for number in 0..SCENES {
                let scene = Scene::of("", &view.routing, &session);
                session.scenes.put(number, Some(Arc::new(scene)));
            }
            view.inserts.session = Arc::new(session);
        }
        subjects.push(Subject::new(word.to_string(), Some(view)));
    }
    let mut snapshots = Snapshots::new();
    for number in 0..WARM + PICTURES {
        subjects.iter_mut().for_each(|subject| subject.draw(number));
        snapshots.take(number);
    }
    println!(
        "{:24} {:>10} {:>10} {:>8} {:>9}",
        "picture", "median ms", "p95 ms", "core %", "triangles"
    );
    let snapshot = median(&mut snapshots.times);
    println!("{:24} {snapshot:10.3} {:>10} {:8.2}", "snapshot (in each view)", "", share(snapshot));
    for subject in &mut subjects {
        let own = if subject.view.is_some() { snapshot } else { 0.0 };
        let middle = median(&mut subject.times) + own;
        let late = subject.times[subject.times.len() * 95 / 100] + own;
        let Subject { name, triangles, .. } = subject;
        println!("{name:24} {middle:10.3} {late:10.3} {:8.2} {triangles:9}", share(middle));
    }
}

/// The link's snapshots of an instance whose meters move.
struct Snapshots {
    link: Link,
    meters: Arc<Meters>,
    times: Vec<f64>,
}

impl Snapshots {
    fn new() -> Snapshots {
        let parameters = Arc::new(HostParameters::new(Arc::new(Shared::default())));
        let chains = Arc::clone(&rack::racks().inserts.session);
        parameters.shared.edit_session(|session| *session = (*chains).clone());
        let meters = Arc::new(Meters::default());
        let context = GuiContext::new(Arc::new(Deaf));
        let link = Link::new(parameters, Arc::clone(&meters), context, Arc::default());
        Snapshots { link, meters, times: Vec::new() }
    }

    fn take(&mut self, number: usize) {
        for meter in Meter::all() {
            let level = ((number + meter.index()) % 10) as f32 / 10.0;
            self.meters.raise(meter, [level, level]);
        }
        let start = ThreadTime::now();
        black_box(self.link.view(1.0 / RATE as f32));
        if number >= WARM {
            self.times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
}

/// Of a core, in percent, at the window's rate of pictures.
fn share(milliseconds: f64) -> f64 {
    milliseconds / 1e3 * RATE * 100.0
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
