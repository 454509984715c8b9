//! What the user asked for, as values; and the edits that are more than one value.
//!
//! Not here: widgets and the host. Pure functions; any thread may call them.

use super::chains::edit::ChainEdit;
use super::files::clerk::Deed;
use super::line_check::LineStep;
use super::look::{Scale, Screen, Theme};
use super::scenes::edit::SceneEdit;
use super::scenes::recalling::Aim;
use super::view::{edge_parameters, tap_value};
use super::whole::Whole;
use crate::engine::compare::Hearing;
use crate::routing::parameter::Parameter;
use crate::routing::{BUSES, DESTINATIONS, MAIN, Node, Role, Routing, SOURCES, STRIPS, Send, Tap};
use crate::session::scenes::Scenes;
use crate::units::Fader;

/// One thing the user did.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A gesture on a parameter begins.
    Begin(Parameter),
    /// The plain value a parameter gets, within a gesture.
    Set(Parameter, f32),
    /// The gesture ends.
    End(Parameter),
    /// The user saw a strip's fault lamp.
    ClearFault(usize),
    /// A strip or bus gets a name; an empty one brings the default back.
    Rename(Node, String),
    /// A strip or bus gets a colour, an index into the palette from 1; 0 is none.
    Recolour(Node, u8),
    /// The window should get this size, in points.
    Resize([u32; 2]),
    /// The last step is taken back.
    Undo,
    /// What was taken back is done again.
    Redo,
    /// Another view is opened.
    Show(Screen),
    /// Unused strips and buses are shown, or hidden again.
    ShowAll(bool),
    /// The mixer's faders become the sends to a bus, or faders again.
    MixFor(Option<usize>),
    /// Whose paths are traced.
    Select(Option<Node>),
    /// An unused strip or bus, by its row, is shown.
    Reveal(usize),
    /// The first view was seen.
    Welcomed,
    /// Main's meter is marked differently.
    Scale(Scale),
    /// Other colours.
    Theme(Theme),
    /// Everything is drawn at this size, in percent.
    Zoom(u32),
    /// Chains, or what macros drive, change.
    Chain(ChainEdit),
    /// A node's chain is opened.
    OpenChain(Node),
    /// A slot's panel is opened, by the slot's id, or closed.
    PickSlot(Option<u64>),
    /// Something else is heard of a node's chain.
    Compare(Node, Hearing),
    /// A slot's convolution gets the impulse response in a file.
    LoadImpulse(u64, String),
    /// Values and a session take the place of what is there, at one sample and as one step.
    Adopt(Box<Whole>),
    /// Stored scenes, or what a recall may touch, change.
    Scene(SceneEdit),
    /// The scenes become these.
    Scenes(Box<Scenes>),
    /// A scene, by number from 0, is recalled.
    Recall(usize),
    /// The next morph goes from here to there.
    Aim(Aim),
    /// A morph begins.
    Morph(Aim),
    /// The morph under way ends where it is.
    StopMorph,
    /// One of the two snapshots, 0 or 1, is turned to.
    Snapshot(usize),
    /// Something cannot be, in words, and nothing changes.
    Refuse(String),
    /// Something was done that is not seen otherwise, in words.
    Tell(String),
    /// Somebody goes to the disk or to the system's clipboard.
    Files(Deed),
    /// The templates are shown to choose from, or no longer.
    Templates(bool),
    /// The user saw that a slot's effect failed.
    ClearSlotFault(u64),
    /// The Check screen shows Line Check, or Route Check.
    Lines(bool),
    /// A line check is asked for, begun, stopped or put away.
    LineCheck(LineStep),
}

/// One complete gesture: begin, set, end.
pub fn edit(parameter: Parameter, value: f32) -> Vec<Action> {
    edit_together(&[(parameter, value)])
}

/// Several values in gestures that overlap, so that a host records them as one step.
pub fn edit_together(values: &[(Parameter, f32)]) -> Vec<Action> {
    let begin = values.iter().map(|(parameter, _)| Action::Begin(*parameter));
    let set = values.iter().map(|(parameter, value)| Action::Set(*parameter, *value));
    let end = values.iter().map(|(parameter, _)| Action::End(*parameter));
    begin.chain(set).chain(end).collect()
}

/// Opens a closed edge at 0 dB, at the tap that fits its destination unless it has one, or closes
/// an open one. A strip assigned to a Group leaves Main in the same step, because it would
/// otherwise be heard twice; with `add` it stays.
pub fn toggle_edge(routing: &Routing, source: usize, destination: usize, add: bool) -> Vec<Action> {
    let edge = routing.edge(source, destination);
    if edge.is_connected() {
        return clear_edge(source, destination);
    }
    let tap = if edge.tap == Tap::Off { fitting_tap(routing, destination) } else { edge.tap };
    let send = Send { tap, level: Fader::UNITY };
    edit_together(&connect(routing, source, destination, send, add))
}

/// The values that make an edge a given send; those that are so already are left out. A strip
/// assigned to a Group, that is sent Post at 0 dB, leaves Main unless `add`.
pub fn connect(
    routing: &Routing,
    source: usize,
    destination: usize,
    send: Send,
    add: bool,
) -> Vec<(Parameter, f32)> {
    let Some((tap, level)) = edge_parameters(source, destination) else { return Vec::new() };
    let edge = routing.edge(source, destination);
    let mut values = Vec::new();
    if edge.tap != send.tap {
        values.push((tap, tap_value(send.tap)));
    }
    if let Some(level) = level
        && edge.level != send.level
    {
        values.push((level, send.level.0));
    }
    let to_group = destination != MAIN && routing.buses[destination].role == Role::Group;
    let assigned = send.tap == Tap::Post && send.level == Fader::UNITY;
    if source < STRIPS
        && to_group
        && assigned
        && !add
        && routing.strips[source].main_tap != Tap::Off
    {
        values.push((Parameter::StripMainTap(source as u8), tap_value(Tap::Off)));
    }
    values
}

/// Closes an edge: a strip's send goes to −∞ and keeps its tap, so that one automation lane opens
/// it again; any other edge loses its tap, because its level is not meant to be silence.
pub fn clear_edge(source: usize, destination: usize) -> Vec<Action> {
    match edge_parameters(source, destination) {
        Some((_, Some(level))) if source < STRIPS => edit(level, Fader::OFF.0),
        Some((tap, _)) => edit(tap, tap_value(Tap::Off)),
        None => Vec::new(),
    }
}

/// Puts an edge back to how it was on insertion.
pub fn reset_edge(source: usize, destination: usize) -> Vec<Action> {
    let Some((tap, level)) = edge_parameters(source, destination) else { return Vec::new() };
    let values: Vec<_> = std::iter::once(tap)
        .chain(level)
        .map(|parameter| (parameter, parameter.default_value()))
        .collect();
    edit_together(&values)
}

/// Where an edge into a destination takes its signal unless the user says otherwise.
pub fn fitting_tap(routing: &Routing, destination: usize) -> Tap {
    let into_mix = destination != MAIN && routing.buses[destination].role == Role::Mix;
    if into_mix { Tap::Pre } else { Tap::Post }
}

/// Gives a bus a role, and in the same step its edges the taps that fit: a Mix is fed Pre and feeds
/// only Mixes, the others are fed Post and feed Main. Edges that are off or at Input stay as they
/// are, except those a Mix may not have.
pub fn choose_role(routing: &Routing, bus: usize, role: Role) -> Vec<Action> {
    let now = &routing.buses[bus];
    let mut values = vec![(Parameter::BusRole(bus as u8), f32::from(role as u8))];
    let (unfit, fit) =
        if role == Role::Mix { (Tap::Post, Tap::Pre) } else { (Tap::Pre, Tap::Post) };
    if (now.role == Role::Mix) != (role == Role::Mix) {
        for source in 0..SOURCES {
            if let Some((tap, _)) = edge_parameters(source, bus)
                && routing.edge(source, bus).tap == unfit
            {
                values.push((tap, tap_value(fit)));
            }
        }
    }
    for to in 0..DESTINATIONS {
        let Some((tap, _)) = edge_parameters(STRIPS + bus, to) else { continue };
        let edge = routing.edge(STRIPS + bus, to).tap;
        let mix = to < BUSES && routing.buses[to].role == Role::Mix;
        if role == Role::Mix && !mix && edge != Tap::Off {
            values.push((tap, tap_value(Tap::Off)));
        }
        if role != Role::Mix && to == MAIN && edge == Tap::Off && now.role == Role::Mix {
            values.push((tap, tap_value(Tap::Post)));
        }
    }
    edit_together(&values)
}
