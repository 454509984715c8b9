//! Rules about the ways sound takes: loops, dead ends, the same source twice.
//!
//! Not here: what kind of send a crosspoint is ([`super::sends`]). Main thread.

use super::desk::{edge, list};
use super::fix::tap_of;
use super::rules::Seen;
use super::{Desk, Edit, Fix, Place};
use crate::routing::parameter::Parameter;
use crate::routing::{
    BUSES, DESTINATIONS, Fader, Input, MAIN, MonitorSource, Node, Role, SOURCES, STRIPS, Source,
    Tap,
};
use crate::schedule::Admission;
use crate::units::gain_to_db;

pub fn refused_loop(desk: &Desk) -> Vec<Seen> {
    let mut seen = Vec::new();
    for (from, to) in (0..BUSES).flat_map(|from| (0..BUSES).map(move |to| (from, to))) {
        if desk.schedule.admission(STRIPS + from, to) != Admission::Loop {
            continue;
        }
        // The refused edge leads to the first bus of the path, whose last one is where it starts.
        let back = desk.schedule.loop_path(from, to);
        let mut path = vec![edge(STRIPS + from, to)];
        path.extend(back.windows(2).map(|pair| edge(STRIPS + pair[0], pair[1])));
        let round: Vec<String> =
            back.iter().map(|bus| format!(" > {}", desk.name(Node::Bus(*bus)))).collect();
        let text = format!(
            "{} > {} is refused and silent, because it would close a loop: {}{}.",
            desk.name(Node::Bus(from)),
            desk.name(Node::Bus(to)),
            desk.name(Node::Bus(from)),
            round.concat(),
        );
        let mut fixes = vec![Fix::tap(STRIPS + from, to, Tap::Off)];
        fixes.extend(back.windows(2).map(|pair| Fix::tap(STRIPS + pair[0], pair[1], Tap::Off)));
        seen.push(Seen { path, text, fixes });
    }
    seen
}

pub fn refused_mix(desk: &Desk) -> Vec<Seen> {
    // A Mix's tap to Main says Post unless somebody changed it, so it tells nothing.
    let pairs = (0..BUSES).flat_map(|from| (0..BUSES).map(move |to| (from, to)));
    let is_refused = |(from, to): &(usize, usize)| {
        desk.schedule.admission(STRIPS + from, *to) == Admission::Role
            && desk.routing.edge(STRIPS + from, *to).is_connected()
    };
    let see = |(from, to): (usize, usize)| {
        let [mix, other] = [from, to].map(|bus| desk.name(Node::Bus(bus)));
        let role = if desk.role(to) == Role::Return { "Return" } else { "Group" };
        Seen {
            path: vec![edge(STRIPS + from, to)],
            text: format!(
                "{mix} > {other} is refused and silent: {mix} is a Mix and feeds only other Mixes, and \
                 {other} is a {role}."
            ),
            fixes: vec![
                Fix::tap(STRIPS + from, to, Tap::Off),
                Fix::set(Parameter::BusRole(to as u8), f32::from(Role::Mix as u8)),
            ],
        }
    };
    pairs.filter(is_refused).map(see).collect()
}

pub fn unheard_strip(desk: &Desk) -> Vec<Seen> {
    let keys = |i| desk.slots().any(|(_, slot)| slot.key.is_some_and(|k| k.node == Node::Strip(i)));
    let strips = (0..STRIPS).filter(|i| {
        let is_missed = match desk.around.peaks {
            Some(peaks) => peaks[*i] > 0.0 || has_own_look(desk, *i),
            None => true,
        };
        desk.port(*i).is_some()
            && !desk.routing.is_talkback(*i)
            && desk.destinations(*i).next().is_none()
            && !keys(*i)
            && is_missed
    });
    let see = |i: usize| Seen {
        path: vec![Place::Node(Node::Strip(i))],
        text: format!(
            "{} reaches no output: it is heard neither on Main nor on any bus.",
            desk.name(Node::Strip(i))
        ),
        fixes: vec![Fix::tap(i, MAIN, Tap::Post), Fix::set(Parameter::StripInput(i as u8), 0.0)],
    };
    strips.map(see).collect()
}

/// Whether anything but its taps tells that a strip is meant to be used.
fn has_own_look(desk: &Desk, strip: usize) -> bool {
    let node = Node::Strip(strip);
    desk.name(node) != node.to_string() || !desk.chain(node).is_empty()
}

pub fn dead_end_bus(desk: &Desk) -> Vec<Seen> {
    let buses = (0..BUSES).filter(|j| {
        desk.role(*j) == Role::Group
            && desk.sources(*j).next().is_some()
            && desk.destinations(STRIPS + j).next().is_none()
            && desk.routing.monitor.source != MonitorSource::Bus(*j)
    });
    let see = |j: usize| {
        let where_to = if desk.around.outputs[j + 1] {
            "is missing from Main; only its own output has it".to_owned()
        } else {
            "is heard nowhere".to_owned()
        };
        Seen {
            path: vec![Place::Node(Node::Bus(j))],
            text: format!(
                "{} has sources but leads nowhere: what goes into it {where_to}.",
                desk.name(Node::Bus(j))
            ),
            fixes: vec![
                Fix::tap(STRIPS + j, MAIN, Tap::Post),
                Fix::set(Parameter::BusRole(j as u8), f32::from(Role::Mix as u8)),
            ],
        }
    };
    buses.map(see).collect()
}

pub fn unfed_bus(desk: &Desk) -> Vec<Seen> {
    let has_talkback =
        |j: usize| desk.is_mix(j) && desk.routing.talkback_source.is_some_and(|i| i < STRIPS);
    let buses = (0..BUSES).filter(|j| {
        desk.is_used(Node::Bus(*j)) && desk.sources(*j).next().is_none() && !has_talkback(*j)
    });
    let see = |j: usize| {
        let node = Node::Bus(j);
        let on_main: Vec<usize> = (0..STRIPS).filter(|i| desk.joins(*i, MAIN)).collect();
        let fixes = match desk.role(j) {
            Role::Mix if !on_main.is_empty() => {
                vec![feed_mix(j, &on_main)]
            }
            _ => Vec::new(),
        };
        Seen {
            path: vec![Place::Node(node)],
            text: format!("Nobody feeds {}: it is set up but silent.", desk.name(node)),
            fixes,
        }
    };
    buses.map(see).collect()
}

/// Sends from strips to a Mix, as they come to Main with their faders at 0 dB.
fn feed_mix(bus: usize, strips: &[usize]) -> Fix {
    let edits = strips.iter().flat_map(|i| {
        let level = Parameter::StripLevel(*i as u8, bus as u8);
        let pre = f32::from(Tap::Pre as u8);
        [Edit::Value(tap_of(*i, bus), pre), Edit::Value(level, Fader::UNITY.0)]
    });
    Fix::new(format!("Feed {} Pre from every strip on Main", Node::Bus(bus)), edits)
}

/// One of several ways a source takes to a destination: the edge it arrives by.
struct Way {
    /// The source of that edge: the source itself, or a bus.
    last: usize,
    /// From the source's Pre tap to the destination's sum.
    gain: f32,
    /// Bit n: node n's chain has shaped it.
    shaped: u32,
}

/// The ways from a source to a destination, one for each edge they arrive by.
fn ways(desk: &Desk, source: usize, destination: usize) -> Vec<Way> {
    // What of the source is in a bus's sum, so far as the buses carry it on as it is.
    let mut at: [Option<(f32, u32)>; BUSES] = [None; BUSES];
    let step = |at: &[Option<(f32, u32)>; BUSES], from: usize, to: usize| {
        let (gain, mut shaped) = match from {
            _ if from == source => (1.0, 0),
            strip if strip < STRIPS => return None,
            bus if desk.is_wet(bus - STRIPS) => return None,
            bus => at[bus - STRIPS]?,
        };
        if !desk.joins(from, to) {
            return None;
        }
        if desk.tap(from, to) != Tap::Input && desk.is_processed(Node::from_index(from)) {
            shaped |= 1 << from;
        }
        Some((gain * desk.edge_gain(from, to), shaped))
    };
    for bus in desk.schedule.order.map(usize::from) {
        if STRIPS + bus == source {
            continue;
        }
        for from in 0..SOURCES {
            if let Some((gain, shaped)) = step(&at, from, bus) {
                let sum = at[bus].get_or_insert((0.0, 0));
                *sum = (sum.0 + gain, sum.1 | shaped);
            }
        }
    }
    let arrive = |last| {
        let (gain, shaped) = step(&at, last, destination)?;
        Some(Way { last, gain, shaped })
    };
    (0..SOURCES).filter_map(arrive).filter(|way| way.gain > 0.0).collect()
}

pub fn doubled_path(desk: &Desk) -> Vec<Seen> {
    let mut seen = Vec::new();
    for (source, destination) in (0..SOURCES).flat_map(|s| (0..DESTINATIONS).map(move |d| (s, d))) {
        // Ways that part anywhere but at the source are told of the bus where they part.
        if desk.destinations(source).nth(1).is_none() {
            continue;
        }
        let ways = ways(desk, source, destination);
        // If all ways lead through one bus, that bus is where they part or meet, and the finding
        // is about it.
        let through_one = || {
            (0..BUSES).any(|bus| {
                bus != destination
                    && STRIPS + bus != source
                    && !desk.reaches(source, destination, Some(bus))
            })
        };
        if ways.len() < 2 || through_one() {
            continue;
        }
        seen.push(see_double(desk, source, destination, &ways));
    }
    seen
}

fn see_double(desk: &Desk, source: usize, destination: usize, ways: &[Way]) -> Seen {
    let (from, to) = (Node::from_index(source), Node::destination(destination));
    let total: f32 = ways.iter().map(|way| way.gain).sum();
    let strongest = ways.iter().map(|way| way.gain).fold(0.0, f32::max);
    let louder = gain_to_db(total / strongest);
    let names: Vec<String> = (ways.iter())
        .map(|way| match way.last {
            last if last == source => "directly".to_owned(),
            last => format!("through {}", desk.name(Node::from_index(last))),
        })
        .collect();
    let often = if ways.len() == 2 { "twice".to_owned() } else { format!("{} times", ways.len()) };
    let head = format!("{} reaches {} {often}, {}", desk.name(from), desk.name(to), list(&names));
    let alike = ways.iter().all(|way| way.shaped == ways[0].shaped);
    let text = if alike {
        format!("{head}: the copies are alike and add up to {louder:+.1} dB over the louder one.")
    } else {
        format!(
            "{head}, with different effects on the way: the copies cancel each other at some \
             frequencies like a comb and add up to as much as {louder:+.1} dB at others."
        )
    };
    let mut path = vec![Place::Node(from)];
    path.extend(ways.iter().map(|way| edge(way.last, destination)));
    Seen { path, text, fixes: keep_one_way(desk, source, destination) }
}

/// For each first step of the ways to a destination: keep that one, take back the others.
fn keep_one_way(desk: &Desk, source: usize, destination: usize) -> Vec<Fix> {
    let leads = |step: &usize| {
        *step == destination
            || (*step != MAIN
                && !desk.is_wet(*step)
                && desk.reaches(STRIPS + step, destination, None))
    };
    let steps: Vec<usize> = desk.destinations(source).filter(leads).collect();
    let keep = |kept: &usize| {
        let others = steps.iter().filter(|step| *step != kept);
        match others.clone().count() {
            1 => Fix::tap(source, *others.clone().next()?, Tap::Off).into(),
            _ => {
                let off = |step: &usize| Edit::Value(tap_of(source, *step), 0.0);
                let kept = edge(source, *kept);
                Some(Fix::new(format!("Keep only {kept}"), others.map(off).collect::<Vec<_>>()))
            }
        }
    };
    steps.iter().filter_map(keep).collect()
}

pub fn doubled_input(desk: &Desk) -> Vec<Seen> {
    let is_on = |i: &usize| {
        let strip = &desk.routing.strips[*i];
        desk.port(*i).is_some() && !strip.mute && !desk.routing.is_talkback(*i)
    };
    let on: Vec<usize> = (0..STRIPS).filter(is_on).collect();
    let mut seen = Vec::new();
    for (at, first) in on.iter().enumerate() {
        for second in &on[at + 1..] {
            seen.extend(see_same_input(desk, *first, *second));
        }
    }
    seen
}

/// Two strips with the same part of the same port and no effect that would tell them apart.
fn see_same_input(desk: &Desk, first: usize, second: usize) -> Option<Seen> {
    let [a, b] = [first, second].map(|i| &desk.routing.strips[i]);
    let Input::Port(port) = a.input else { return None };
    let same = a.input == b.input && a.source == b.source;
    let told_apart = [first, second].iter().any(|i| desk.is_processed(Node::Strip(*i)));
    if !same || told_apart {
        return None;
    }
    let common = (0..DESTINATIONS).rev().find(|destination| {
        let is_end = *destination == MAIN || desk.is_mix(*destination);
        is_end && [first, second].iter().all(|i| desk.reaches(*i, *destination, None))
    })?;
    let names = [first, second].map(|i| desk.name(Node::Strip(i)));
    let part = match a.source {
        Source::Stereo => String::new(),
        other => format!("the same part ({other:?}) of "),
    };
    let outcome = if a.polarity == b.polarity {
        "add up to +6.0 dB at equal levels"
    } else {
        "cancel each other, because only one has its polarity turned"
    };
    Some(Seen {
        path: vec![Place::Node(Node::Strip(first)), Place::Node(Node::Strip(second))],
        text: format!(
            "{} and {} both play {part}input port {} into {}, where they {outcome}.",
            names[0],
            names[1],
            port + 1,
            desk.name(Node::destination(common)),
        ),
        fixes: [second, first].map(|i| Fix::set(Parameter::StripInput(i as u8), 0.0)).into(),
    })
}
