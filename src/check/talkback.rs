//! Rules about the talkback microphone.
//!
//! Not here: other uses of one input by two strips ([`super::paths`]). Main thread.

use super::rules::Seen;
use super::{Desk, Fix, Place};
use crate::routing::parameter::Parameter;
use crate::routing::{MAIN, MonitorSource, Node, STRIPS};

fn microphone(desk: &Desk) -> Option<usize> {
    desk.routing.talkback_source.filter(|i| *i < STRIPS)
}

pub fn into_main(desk: &Desk) -> Vec<Seen> {
    let Some((microphone, port)) = microphone(desk).and_then(|i| Some((i, desk.port(i)?))) else {
        return Vec::new();
    };
    let strips = (0..STRIPS).filter(|i| {
        *i != microphone
            && desk.port(*i) == Some(port)
            && !desk.routing.strips[*i].mute
            && desk.reaches(*i, MAIN, None)
    });
    let see = |i: usize| Seen {
        path: vec![Place::Input(port), Place::Node(Node::Strip(i)), Place::Node(Node::Main)],
        text: format!(
            "The talkback microphone on input port {} is also heard by {}, which leads to Main: the \
             audience hears every word, button or not.",
            port + 1,
            desk.name(Node::Strip(i))
        ),
        fixes: vec![
            Fix::set(Parameter::StripInput(i as u8), 0.0),
            Fix::set(Parameter::StripMute(i as u8), 1.0),
        ],
    };
    strips.map(see).collect()
}

pub fn in_monitor(desk: &Desk) -> Vec<Seen> {
    let MonitorSource::Bus(j) = desk.routing.monitor.source else { return Vec::new() };
    if microphone(desk).is_none() || !desk.is_mix(j) {
        return Vec::new();
    }
    vec![Seen {
        path: vec![Place::Talkback, Place::Node(Node::Bus(j)), Place::Monitor],
        text: format!(
            "The Monitor listens to {}, a Mix: while talkback is on, the microphone hears itself from \
             the speakers and may howl.",
            desk.name(Node::Bus(j))
        ),
        fixes: vec![Fix::set(Parameter::MonitorSource, 1.0)],
    }]
}

pub fn without_microphone(desk: &Desk) -> Vec<Seen> {
    if !desk.routing.monitor.talkback || microphone(desk).is_some() {
        return Vec::new();
    }
    vec![Seen {
        path: vec![Place::Talkback],
        text: "Talkback is on, but no strip is the talkback microphone: the Monitor is dimmed and \
               nobody hears a word."
            .to_owned(),
        fixes: vec![Fix::set(Parameter::MonitorTalkback, 0.0)],
    }]
}
