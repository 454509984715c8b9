//! The names a host shows: the frozen names of parameters and ports with the user's own names for
//! strips and buses put in.
//!
//! Not here: ids, which never change, and telling the host (that is the guard's). Main thread only.

use crate::routing::parameter::Parameter;
use crate::routing::{BUSES, PORT_CUE, PORT_MAIN, PORT_MONITOR_A, PORT_MONITOR_B};
use crate::session::Session;
use crate::session::macros::Target;

/// What of a session reaches the host's words, to notice a change.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Words {
    /// What the user called strips, buses and macros.
    pub names: [Vec<String>; 3],
    /// What the macros drive, which their values' texts tell.
    pub drives: Vec<Vec<Target>>,
}

impl Words {
    pub(super) fn of(session: &Session) -> Words {
        let macros = session.macros.iter().map(|one| one.name.clone()).collect();
        Words {
            names: [session.strip_names.clone(), session.bus_names.clone(), macros],
            drives: session.macros.iter().map(|one| one.targets.clone()).collect(),
        }
    }
}

/// A parameter's name with the user's names for its owner and target: "Vox > Verb" where the frozen
/// name is "Strip 3 > Bus 12"; a macro keeps its number, "Macro 3 Ducking".
pub fn title(parameter: Parameter, session: &Session) -> String {
    if let Parameter::Macro(index) = parameter {
        let own = session.macros.get(index as usize).map_or("", |one| &one.name);
        return with_own(parameter.name(), own);
    }
    let parts = parameter.name();
    let parts: Vec<String> = parts.split(" > ").map(|part| renamed(part, session)).collect();
    parts.join(" > ")
}

/// One side of a name, such as "Strip 3 Fader" or "Bus 12".
fn renamed(part: &str, session: &Session) -> String {
    for (kind, names) in [("Strip ", &session.strip_names), ("Bus ", &session.bus_names)] {
        let Some(rest) = part.strip_prefix(kind) else { continue };
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let own = rest[..digits].parse().ok().and_then(|n: usize| names.get(n.checked_sub(1)?));
        if let Some(own) = own.map(|own| own.trim()).filter(|own| !own.is_empty()) {
            return format!("{own}{}", &rest[digits..]);
        }
    }
    part.to_string()
}

/// The name of an input port, counted from 0: "In 3", or "In 3 Vox" if `strip` is the name of the
/// strip it feeds.
pub fn input_name(port: usize, strip: &str) -> String {
    with_own(format!("In {}", port + 1), strip)
}

/// The name of an output port, counted from 0: "Main", "Bus 3 Verb", "Monitor A", "Cue".
pub fn output_name(port: usize, session: &Session) -> String {
    match port {
        PORT_MAIN => "Main".into(),
        PORT_MONITOR_A => "Monitor A".into(),
        PORT_MONITOR_B => "Monitor B".into(),
        PORT_CUE => "Cue".into(),
        port => {
            let own = (port <= BUSES).then(|| session.bus_names.get(port - 1)).flatten();
            with_own(format!("Bus {port}"), own.map_or("", String::as_str))
        }
    }
}

fn with_own(name: String, own: &str) -> String {
    match own.trim() {
        "" => name,
        own => format!("{name} {own}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::parameter::{ALL, Parameter as P};

    fn session() -> Session {
        let mut session = Session::default();
        session.strip_names[2] = "Vox".into();
        session.strip_names[0] = "  ".into();
        session.bus_names[11] = "Verb".into();
        session.macros[2].name = "Ducking".into();
        session
    }

    #[test]
    fn names_of_users_replace_the_owner_and_the_target_and_nothing_else() {
        let session = session();
        for (parameter, expected) in [
            (P::StripFader(2), "Vox Fader"),
            (P::StripLevel(2, 11), "Vox > Verb"),
            (P::StripTap(2, 11), "Vox > Verb Tap"),
            (P::StripLevel(2, 0), "Vox > Bus 1"),
            (P::StripLevel(0, 11), "Strip 1 > Verb"),
            (P::StripFader(12), "Strip 13 Fader"),
            (P::BusLevel(0, 11), "Bus 1 > Verb"),
            (P::BusMainTap(11), "Verb > Main Tap"),
            (P::MonitorSource, "Monitor Source"),
            (P::Macro(2), "Macro 3 Ducking"),
        ] {
            assert_eq!(title(parameter, &session), expected);
        }
    }

    #[test]
    fn without_names_of_users_every_parameter_keeps_its_own() {
        for parameter in ALL {
            assert_eq!(title(parameter, &Session::default()), parameter.name());
        }
    }

    #[test]
    fn ports_are_named_after_what_they_carry() {
        let session = session();
        let names: Vec<_> = [0, 1, 12, 13, 14, 15].map(|p| output_name(p, &session)).into();
        assert_eq!(names, ["Main", "Bus 1", "Bus 12 Verb", "Monitor A", "Monitor B", "Cue"]);
        assert_eq!(input_name(0, ""), "In 1");
        assert_eq!(input_name(2, "Vox"), "In 3 Vox");
    }
}
