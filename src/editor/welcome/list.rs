//! The templates as a list: the built-in ones with what they are for and how to feed them, then the
//! user's own; one that cannot be used says why.
//!
//! Not here: what templates hold ([`crate::templates`]), and reading files. The editor's thread only.

use crate::editor::action::Action;
use crate::editor::control::{describe, focus_ring, id_of, say};
use crate::editor::drawing::label_in;
use crate::editor::page::Column;
use crate::editor::sessions::{adopt, sentence};
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::editor::whole::Whole;
use crate::session::library::Kept;
use crate::templates::{TEMPLATES, Template};
use egui::{Align2, Color32, Rect, Role, Sense, Shape, Ui, pos2, vec2};

/// Draws every template; a click puts it in the place of what is there.
pub fn templates(ui: &mut Ui, column: &mut Column, view: &View, out: &mut Vec<Action>) {
    // In the first view the mixer is as the empty template has it.
    let offered = |template: &&Template| template.id != "empty" || view.look.templates;
    for template in TEMPLATES.iter().filter(offered) {
        let lines = [
            (template.purpose.to_string(), palette(ui).text),
            (template.feeding.to_string(), palette(ui).quiet),
        ];
        if entry(ui, column, template.title, &lines, true) {
            let (routing, session) = (template.build)();
            let name = format!("Template {}", template.title);
            out.extend(chosen(Whole::of(name, &routing, session)));
            out.push(Action::Tell(template.feeding.to_string()));
        }
    }
    let own = &view.files.templates;
    if own.is_empty() {
        if let Some(folder) = &view.files.templates_folder {
            let words = format!(
                "Your own are listed here: the session menu saves them into {}.",
                folder.display()
            );
            column.lines(ui, &words, theme::small(), palette(ui).quiet, 8.0);
        }
        return;
    }
    column.take(4.0, 0.0);
    column.title(ui, "Yours");
    for kept in own.iter() {
        user(ui, column, kept, out);
    }
}

fn user(ui: &mut Ui, column: &mut Column, kept: &Kept, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let place = kept.path.display().to_string();
    match &kept.holds {
        Ok(read) => {
            if entry(ui, column, &kept.name, &[(place, colours.quiet)], true) {
                let (routing, session) = (**read).clone();
                let name = format!("Template {}", kept.name);
                out.extend(chosen(Whole::of(name, &routing, session)));
            }
        }
        Err(reason) => {
            let why = sentence(&format!("unreadable: {reason}"));
            entry(ui, column, &kept.name, &[(why, colours.fault), (place, colours.quiet)], false);
        }
    }
}

fn chosen(whole: Whole) -> [Action; 3] {
    [adopt(whole), Action::Templates(false), Action::Welcomed]
}

/// One template: its title and lines of small text. Whether it was pressed.
fn entry(
    ui: &mut Ui,
    column: &mut Column,
    title: &str,
    lines: &[(String, Color32)],
    usable: bool,
) -> bool {
    let colours = palette(ui);
    let name = format!("Template {title}");
    let ground = ui.painter().add(Shape::Noop);
    let top = column.rest.min;
    let width = column.rest.width();
    let mut inner = Column {
        rest: Rect::from_min_max(
            top + vec2(12.0, 7.0),
            pos2(top.x + width - 12.0, column.rest.bottom()),
        ),
    };
    let head = inner.take(17.0, 2.0);
    let colour = if usable { colours.text } else { colours.quiet };
    label_in(ui, head, Align2::LEFT_CENTER, title, theme::name(), colour);
    for (text, colour) in lines {
        inner.lines(ui, text, theme::small(), *colour, 2.0);
    }
    let bottom = inner.rest.top() + 5.0;
    let all = Rect::from_min_max(top, pos2(top.x + width, bottom));
    column.take(bottom - top.y, 6.0);
    let sense = if usable { Sense::click() } else { Sense::hover() };
    let response = ui.interact(all, id_of(&name), sense);
    let words: Vec<&str> = lines.iter().map(|(text, _)| text.as_str()).collect();
    let role = if usable { Role::Button } else { Role::ListItem };
    describe(&response, role, &name, &words.join(" "));
    let lit = usable && response.hovered();
    let fill = if lit { colours.hover } else { colours.panel };
    ui.painter().set(ground, Shape::rect_filled(all, theme::CORNER, fill));
    focus_ring(ui, &response);
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    say(ui, &response, || format!("{title}: {}", words.join(" ")));
    response.clicked()
}
