//! The menu of a bus's role, as the matrix and the mixer show it.
//!
//! Not here: what a role does to sound. The editor's thread only.

use super::action::{Action, choose_role};
use super::control::{Menu, menu};
use super::drawing::{role_symbol, role_word};
use super::lessons;
use super::theme::palette;
use super::view::View;
use crate::routing::Role;
use crate::routing::parameter::Parameter;
use egui::{Rect, Ui, pos2};

/// Symbol and word of a bus's role, `indent` points apart from the left, and the menu behind them.
pub fn role_menu(ui: &Ui, rect: Rect, view: &View, bus: usize, indent: f32, out: &mut Vec<Action>) {
    const ROLES: [Role; 3] = [Role::Group, Role::Return, Role::Mix];
    let now = view.routing.buses[bus].role;
    let entries: Vec<_> =
        ROLES.iter().enumerate().map(|(n, role)| (n, role_word(*role).to_string())).collect();
    let current = ROLES.iter().position(|role| *role == now).unwrap_or(0);
    let colours = palette(ui);
    let list =
        Menu { entries: &entries, current, colour: colours.quiet, lesson: lessons::ROLE, indent };
    let name = Parameter::BusRole(bus as u8).name();
    let chosen = menu(ui, rect, &name, &list);
    role_symbol(ui.painter(), pos2(rect.left() + 9.0, rect.center().y), now, colours.text);
    if let Some(role) = chosen.filter(|n| *n != current).and_then(|n| ROLES.get(n)) {
        out.extend(choose_role(&view.routing, bus, *role));
    }
}
