//! Which host the plugin runs in, by the program's name, and how tracks are fed into it there.
//!
//! Not here: the framework and the first view itself ([`super::welcome`]). Pure text; the editor's
//! thread only.

/// What a host calls things, in steps to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guide {
    /// The host's name.
    pub name: &'static str,
    /// How other tracks get into Switchyard's inputs.
    pub inputs: &'static str,
    /// How Switchyard's outputs get back onto tracks.
    pub outputs: &'static str,
}

/// A port, counted from 0, as hosts call it that know channels only: "Ch 3/4".
pub fn channels(port: usize) -> String {
    format!("Ch {}/{}", 2 * port + 1, 2 * port + 2)
}

/// Where nothing is known of the host.
pub const ANY: Guide = Guide {
    name: "your host",
    inputs: "Send each track to one of this plugin's inputs: they appear as side chains, as \
             auxiliary inputs or as track channels 3/4, 5/6 and on.",
    outputs: "Take the outputs back as returns: Main comes first, then Bus 1 to 12, Monitor A and B, \
              and Cue.",
};

/// A piece of the program's name, in lower case, and what to do there.
const KNOWN: &[(&str, Guide)] = &[
    (
        "reaper",
        Guide {
            name: "REAPER",
            inputs: "Give this track 32 channels (Route, Track channels). On each source track add a \
                     send to this track and choose channels 1/2, 3/4, 5/6 and on as its target.",
            outputs: "Send this track's channels 3/4, 5/6 and on to return tracks: 3/4 is Bus 1, 5/6 \
                      is Bus 2.",
        },
    ),
    (
        "bitwig",
        Guide {
            name: "Bitwig Studio",
            inputs: "Open the device's inspector and choose a source track for each of its \
                     additional inputs.",
            outputs: "Add chains to the device's multi-out: each plays one bus.",
        },
    ),
    (
        "ardour",
        Guide {
            name: "Ardour",
            inputs: "Put Switchyard on a bus with 32 inputs, connect tracks to them in the Audio \
                     Connection Manager, and set the pins in the plugin's pin connections.",
            outputs: "Give the bus 32 outputs and connect them to return busses: 3 and 4 are Bus 1.",
        },
    ),
    (
        "studio one",
        Guide {
            name: "Studio One",
            inputs: "Choose the source tracks in the plugin window's side-chain list.",
            outputs: "Where your version offers them, switch on the plugin's further outputs in its \
                      routing menu.",
        },
    ),
    (
        "cubase",
        Guide {
            name: "Cubase",
            inputs: "Switch on side-chaining in the plugin's window, open its side-chain routing and \
                     add the source tracks.",
            outputs: "Cubase takes Main and no further outputs from an insert: use one instance for \
                      each mix you need.",
        },
    ),
    (
        "nuendo",
        Guide {
            name: "Nuendo",
            inputs: "Switch on side-chaining in the plugin's window, open its side-chain routing and \
                     add the source tracks.",
            outputs: "Nuendo takes Main and no further outputs from an insert: use one instance for \
                      each mix you need.",
        },
    ),
    (
        "fl64",
        Guide {
            name: "FL Studio",
            inputs: "Route the source mixer tracks to this one, then map them in the wrapper's \
                     Processing tab.",
            outputs: "Map the outputs to other mixer tracks in the same tab.",
        },
    ),
    (
        "ableton live",
        Guide {
            name: "Ableton Live",
            inputs: "On each source track set Audio To to this track, and below it choose one of \
                     Switchyard's inputs.",
            outputs: "On return tracks set Audio From to this track, and below it choose one of \
                      Switchyard's outputs.",
        },
    ),
];

/// What to do in the program of a name, such as "reaper" or "Bitwig Studio".
pub fn guide(program: &str) -> &'static Guide {
    let program = program.to_lowercase();
    KNOWN.iter().find(|(piece, _)| program.contains(piece)).map_or(&ANY, |(_, guide)| guide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_a_piece_of_its_program_s_name() {
        assert_eq!(guide("REAPER64.exe").name, "REAPER");
        assert_eq!(guide("ardour-7.3.0~ds0").name, "Ardour");
        assert_eq!(guide("Ableton Live 12 Suite").name, "Ableton Live");
        assert_eq!(guide("carla"), &ANY);
        assert_eq!(guide(""), &ANY);
    }
}
