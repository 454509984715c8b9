//! A twin of the editor without a window, which does the same as a hand in a real one does and says
//! where things are there: `cargo run --example twin -- HOST`.
//!
//! It reads a request a line and answers each with a line: `place NAME` (left, top, width and height
//! in points of what is called so to assistive technology), `click NAME`, `size WIDTH HEIGHT`, `set ID
//! VALUE` (a parameter's plain value). Not here: windows; the test that has one asks it, so that no
//! test has to know a position.

#[path = "../tests/editor/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "../tests/editor/picture.rs"]
mod picture;

use desk::Desk;
use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};
use switchyard::editor::View;
use switchyard::routing::Routing;
use switchyard::routing::parameter::Parameter;
use switchyard::schedule::{Timing, compile};
use switchyard::session::Session;

type Answer = Result<String, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut view = View::of(Routing::default());
    view.host = std::env::args().nth(1).ok_or("name the host's program")?;
    let [width, height] = Session::default().editor_size.map(|points| points as usize);
    let mut desk = Desk::sized(view, [width, height]);
    for line in stdin().lock().lines() {
        let line = line?;
        let (request, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = answer(&mut desk, request, rest)?;
        println!("{answer}");
        stdout().flush()?;
    }
    Ok(())
}

fn answer(desk: &mut Desk, request: &str, rest: &str) -> Answer {
    match request {
        "place" | "click" if !desk.has(rest) => Err(format!("nothing is called {rest:?}").into()),
        "place" => {
            let place = desk.place(rest);
            let (corner, size) = (place.min, place.size());
            Ok(format!("{} {} {} {}", corner.x, corner.y, size.x, size.y))
        }
        "click" => {
            desk.click(rest);
            Ok("done".into())
        }
        "size" => {
            let (width, height) = rest.split_once(' ').ok_or("size needs two numbers")?;
            desk.harness.set_size(egui::vec2(width.parse()?, height.parse()?));
            desk.settle();
            Ok("done".into())
        }
        "set" => {
            let (id, value) = rest.split_once(' ').ok_or("set needs an id and a value")?;
            let parameter = Parameter::from_id(id).ok_or("there is no such parameter")?;
            let view = &mut desk.harness.state_mut().view;
            parameter.set(&mut view.routing, value.parse()?);
            view.schedule = compile(&view.routing, &Timing::ZERO);
            desk.settle();
            Ok("done".into())
        }
        _ => Err(format!("{request:?} is no request").into()),
    }
}
