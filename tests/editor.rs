#![cfg(feature = "plugin")]
#[path = "editor/picture.rs"]
mod picture;
use switchyard::editor::{self, View, theme};
use switchyard::routing::*;

#[test]
fn picture() {
    let mut routing = Routing::default();
    for i in 0..4 {
        routing.strips[i].sends[0].level = Fader::UNITY;
        routing.strips[i].main_tap = Tap::Off;
    }
    routing.strips[2].sends[3].level = Fader::from_db(-12.0);
    routing.strips[4].sends[4].level = Fader::from_db(-18.5);
    routing.strips[4].mute = true;
    routing.strips[5].solo = true;
    routing.buses[3].role = Role::Return;
    routing.buses[4].role = Role::Return;
    routing.buses[5].role = Role::Mix;
    routing.buses[5].main_tap = Tap::Off;
    for i in 0..8 {
        routing.strips[i].sends[5] = Send { tap: Tap::Pre, level: Fader::from_db(-6.0 - i as f32) };
    }
    routing.strips[7].sends[6] = Send { tap: Tap::Input, level: Fader::from_db(3.0) };
    routing.buses[2].sends[4].tap = Tap::Post;
    routing.buses[4].sends[3].tap = Tap::Post;
    routing.buses[3].sends[2].tap = Tap::Post;
    routing.strips[3].pan = -0.3;
    routing.strips[3].trim_db = 4.5;
    routing.strips[3].fader = Fader::from_db(-7.5);
    routing.monitor.source = MonitorSource::Main;
    let mut view = View::of(routing);
    view.names.strips =
        ["Kick", "Snare", "Overheads", "Bass", "Guitar left", "Keys", "Lead vocal", "Backing"]
            .map(String::from)
            .to_vec();
    view.names.buses =
        ["Drums", "Synth", "Vox", "Reverb", "Delay", "Ears A"].map(String::from).to_vec();
    view.faults[8] = true;
    view.load = 0.004;
    view.latency = 64;
    for (n, m) in view.meters.iter_mut().enumerate() {
        let l = -40.0 + (n * 7 % 45) as f32;
        m.level = [l, l - 3.0];
        m.hold = [l + 4.0, l + 1.0];
    }
    for (name, w, h) in [("big", 1180, 720), ("small", 760, 480), ("tall", 1180, 1600)] {
        let textures = picture::Textures::default();
        let v = view.clone();
        let mut first = true;
        let mut h_ = egui_kittest::Harness::builder()
            .with_size(egui::vec2(w as f32, h as f32))
            .renderer(textures.clone())
            .build_ui(move |ui| {
                if first {
                    theme::apply(ui.ctx());
                    first = false;
                }
                let _ = editor::show(ui, &v);
            });
        h_.run_ok();
        if let Ok(dir) = std::env::var("PICTURES") {
            picture::draw(&h_.ctx, h_.output(), &textures, w, h)
                .save(&std::path::Path::new(&dir).join(format!("{name}.ppm")))
                .unwrap();
        }
    }
}
