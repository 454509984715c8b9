//! Draws every view of the editor over a lively mix into PNG files: `cargo xtask screenshot`.
//!
//! No window and no graphics card are needed; the drawing is the tests' own. Not here: the editor.

#[path = "../tests/editor/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "../tests/editor/lively.rs"]
mod lively;
#[path = "../tests/editor/night.rs"]
mod night;
#[path = "../tests/editor/picture.rs"]
mod picture;
#[path = "../tests/editor_chains/rack.rs"]
#[allow(dead_code)]
mod rack;

use desk::Desk;
use image::DynamicImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use switchyard::editor::{Screen, Theme, View};
use switchyard::routing::{Fader, Node, Routing, Send, Tap};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder for the pictures")?);
    std::fs::create_dir_all(&folder)?;
    for (name, view, size, scale) in pictures() {
        let file = folder.join(format!("{name}.png"));
        let picture = Desk::scaled(view, size, scale).picture();
        let to = BufWriter::new(File::create(&file)?);
        let png = PngEncoder::new_with_quality(to, CompressionType::Best, FilterType::Adaptive);
        DynamicImage::from(picture).to_rgb8().write_with_encoder(png)?;
        println!("{}", file.display());
    }
    Ok(())
}

type Picture = (&'static str, View, [usize; 2], f32);

/// Every picture: its name, what it shows, its size in points and its pixels a point.
fn pictures() -> Vec<Picture> {
    const SIZE: [usize; 2] = [1180, 720];
    let show = |screen: Screen, change: &dyn Fn(&mut View)| {
        let mut view = lively::band();
        view.look.screen = screen;
        change(&mut view);
        view
    };
    let mut first = View::of(Routing::default());
    first.host = "reaper".into();
    let traced = show(Screen::Matrix, &|view| view.look.selected = Some(Node::Strip(8)));
    let light = show(Screen::Matrix, &|view| view.look.theme = Theme::Light);
    let mixing = show(Screen::Mixer, &|view| view.look.mix_for = Some(5));
    let check = show(Screen::Check, &|view| {
        view.routing.strips[8].sends[3].tap = Tap::Pre;
        view.routing.strips[7].sends[5] = Send { tap: Tap::Post, level: Fader::UNITY };
    });
    let templates = show(Screen::Matrix, &|view| view.look.templates = true);
    let chain = |node: Node, slot: u64, light: bool| {
        let mut view = rack::racks();
        (view.look.chain, view.look.slot) = (node, Some(slot));
        view.look.theme = if light { Theme::Light } else { Theme::Dark };
        view
    };
    vec![
        ("matrix", show(Screen::Matrix, &|_| ()), SIZE, 1.0),
        ("matrix-traced", traced, SIZE, 1.0),
        ("matrix-light", light, SIZE, 1.0),
        ("mixer", show(Screen::Mixer, &|_| ()), SIZE, 1.0),
        ("mixer-light", show(Screen::Mixer, &|view| view.look.theme = Theme::Light), SIZE, 1.0),
        ("mix-for", mixing, SIZE, 1.0),
        ("macros", show(Screen::Macros, &|_| ()), SIZE, 1.0),
        ("scenes", night::scenes(), SIZE, 1.0),
        ("chains", chain(rack::VOX, 1, false), SIZE, 1.0),
        ("chains-parallel", chain(rack::DRUMS, 6, false), SIZE, 1.0),
        ("chains-light", chain(rack::VOX, 2, true), SIZE, 1.0),
        ("check", check, SIZE, 1.0),
        ("templates", templates, SIZE, 1.0),
        ("first-run", first, SIZE, 1.0),
        ("matrix-small-200", show(Screen::Matrix, &|_| ()), [760, 480], 2.0),
        ("mixer-small-200", show(Screen::Mixer, &|_| ()), [760, 480], 2.0),
    ]
}
