//! Arbitrary routings, latencies and signals for property tests.
//!
//! Not here: the engine. A routing is the default one after a list of edits, so that a failing case
//! shrinks to the few edits that matter. Test threads only.

use proptest::prelude::*;
use switchyard::routing::parameter::{ALL, COUNT, Kind, Parameter};
use switchyard::routing::{BUSES, NODES, Routing, STRIPS, Tap};
use switchyard::schedule::keys::KEYS;

/// How many cases a property is tried on, times `PROPTEST_TIMES` for a long run.
pub fn cases(cases: u32) -> ProptestConfig {
    let times = std::env::var("PROPTEST_TIMES").ok().and_then(|times| times.parse().ok());
    ProptestConfig { cases: cases * times.unwrap_or(1), ..ProptestConfig::default() }
}

/// One parameter set to a plain value.
pub type Edit = (Parameter, f32);

/// The default routing after some edits.
pub fn edited(edits: &[Edit]) -> Routing {
    apply(&Routing::default(), edits)
}

/// A routing after some edits.
pub fn apply(routing: &Routing, edits: &[Edit]) -> Routing {
    let mut routing = *routing;
    for (parameter, plain) in edits {
        parameter.set(&mut routing, *plain);
    }
    routing
}

/// Values that f32 arithmetic of the laws hits exactly (positions in 1/1024, dB in eighths), with
/// the ends and the default more often than chance would have it.
pub fn value(parameter: Parameter) -> BoxedStrategy<f32> {
    let (min, max) = parameter.kind().range();
    match parameter.kind() {
        Kind::Level => prop_oneof![
            1 => Just(0.0f32),
            3 => Just(0.75f32),
            1 => Just(1.0f32),
            6 => (256..=820i32).prop_map(|k| k as f32 / 1024.0),
            2 => (0..=1024i32).prop_map(|k| k as f32 / 1024.0),
        ]
        .boxed(),
        Kind::Decibels { .. } => {
            (min as i32 * 8..=max as i32 * 8).prop_map(|k| k as f32 / 8.0).boxed()
        }
        Kind::Pan => prop_oneof![
            1 => Just(-100.0f32),
            1 => Just(0.0f32),
            1 => Just(100.0f32),
            6 => (-100..=100i32).prop_map(|k| k as f32),
        ]
        .boxed(),
        Kind::Toggle | Kind::Percent | Kind::Choice(_) => {
            (min as i32..=max as i32).prop_map(|k| k as f32).boxed()
        }
    }
}

fn strip() -> std::ops::Range<u8> {
    0..STRIPS as u8
}

fn bus() -> std::ops::Range<u8> {
    0..BUSES as u8
}

fn with_value(parameter: impl Strategy<Value = Parameter> + 'static) -> BoxedStrategy<Vec<Edit>> {
    parameter.prop_flat_map(|p| value(p).prop_map(move |plain| vec![(p, plain)])).boxed()
}

/// A wish that means something to a user: a send with its tap, a role with what goes with it.
pub fn wish() -> BoxedStrategy<Vec<Edit>> {
    use Parameter as P;
    let two = |a: Parameter, b: Parameter| {
        (value(a), value(b)).prop_map(move |(x, y)| vec![(a, x), (b, y)]).boxed()
    };
    prop_oneof![
        8 => (strip(), bus()).prop_flat_map(move |(i, j)| two(P::StripLevel(i, j), P::StripTap(i, j))),
        4 => (strip(), bus()).prop_map(|(i, j)| vec![(P::StripLevel(i, j), 0.75)]),
        // Among few buses, so that real loops come up often.
        6 => (bus(), bus(), 1..=3u8).prop_filter_map("a bus has no edge to itself", |(j, k, tap)| {
            (j != k).then(|| vec![(P::BusTap(j, k), f32::from(tap))])
        }),
        4 => (0..4u8, 0..4u8, 1..=3u8).prop_filter_map("a bus has no edge to itself", |(j, k, tap)| {
            (j != k).then(|| vec![(P::BusTap(j, k), f32::from(tap))])
        }),
        2 => (bus(), bus()).prop_filter("a bus has no edge to itself", |(j, k)| j != k)
            .prop_flat_map(move |(j, k)| two(P::BusLevel(j, k), P::BusTap(j, k))),
        3 => with_value(bus().prop_map(P::BusRole)),
        1 => with_value(bus().prop_map(P::BusMainTap)),
        2 => with_value(strip().prop_map(P::StripMainTap)),
        2 => with_value(prop_oneof![strip().prop_map(P::StripSource), strip().prop_map(P::StripInput)]),
        3 => with_value(prop_oneof![
            strip().prop_map(P::StripTrim),
            strip().prop_map(P::StripPan),
            strip().prop_map(P::StripFader),
            strip().prop_map(P::StripPolarity),
        ]),
        2 => with_value(prop_oneof![
            bus().prop_map(P::BusFader),
            bus().prop_map(P::BusPan),
            bus().prop_map(P::BusImmediate),
            bus().prop_map(P::BusPanFollow),
        ]),
        1 => strip().prop_map(|i| vec![(P::StripMute(i), 1.0)]),
        1 => bus().prop_map(|j| vec![(P::BusMute(j), 1.0)]),
        1 => with_value(prop_oneof![strip().prop_map(P::StripSolo), bus().prop_map(P::BusSolo)]),
        1 => with_value(prop_oneof![2 => Just(P::SoloMode), 1 => Just(P::PanLaw)]),
        1 => (0..6u8).prop_map(|dice| vec![(P::Bypass, f32::from(u8::from(dice == 0)))]),
        1 => (value(P::MonitorSource), value(P::MonitorSpeakers)).prop_map(|(source, speakers)| {
            vec![(P::MonitorSource, source), (P::MonitorSpeakers, speakers)]
        }),
        1 => (value(P::TalkbackSource), value(P::TalkbackLevel)).prop_map(|(who, level)| {
            vec![(P::TalkbackSource, who), (P::TalkbackLevel, level), (P::MonitorTalkback, 1.0)]
        }),
        2 => with_value(prop_oneof![
            Just(P::MonitorSource),
            Just(P::MonitorLevel),
            Just(P::MonitorDim),
            Just(P::MonitorMono),
            Just(P::MonitorSpeakers),
            Just(P::DimLevel),
            Just(P::MainFader),
        ]),
    ]
    .boxed()
}

/// Any parameter at any of its values.
pub fn any_edit() -> BoxedStrategy<Vec<Edit>> {
    with_value((0..COUNT).prop_map(|index| ALL[index]))
}

/// Any automatable parameter at any of its values.
pub fn automation() -> BoxedStrategy<Vec<Edit>> {
    let automatable: Vec<Parameter> = ALL.into_iter().filter(|p| p.is_automatable()).collect();
    with_value(prop::sample::select(automatable))
}

/// Up to `most` wishes and stray edits: a routing as people make it and as they do not, loops
/// included.
pub fn edits(most: usize) -> BoxedStrategy<Vec<Edit>> {
    let one = prop_oneof![6 => wish(), 1 => any_edit()];
    prop::collection::vec(one, 0..=most).prop_map(|lists| lists.concat()).boxed()
}

/// A latency for every chain, most of them 0.
pub fn latencies(most: u32) -> BoxedStrategy<[u32; NODES]> {
    let some = prop::collection::vec((0..NODES, 0..=most), 0..=8);
    some.prop_map(|list| {
        let mut chain = [0; NODES];
        list.into_iter().for_each(|(node, latency)| chain[node] = latency);
        chain
    })
    .boxed()
}

/// A slot as tests describe it: the node whose chain it is in, its latency in samples, and what it
/// listens to. Nodes by index.
pub type ListeningSlot = (usize, u32, Option<(usize, Tap)>);

/// Up to `most` slots in any chains, most of them listening, to any tap of any node, sensible or not.
pub fn slots(most: usize, latest: u32) -> BoxedStrategy<Vec<ListeningSlot>> {
    let tap = prop::sample::select(Tap::PLACES.to_vec());
    let bus = STRIPS..STRIPS + BUSES;
    let both = prop_oneof![
        2 => (0..STRIPS, 0..STRIPS),
        // Among few, so that loops come up often.
        2 => (0..4usize, 0..4usize),
        3 => (0..STRIPS, STRIPS..NODES),
        3 => (bus.clone(), bus.clone()),
        2 => (STRIPS..STRIPS + 4, STRIPS..STRIPS + 4),
        1 => (bus, Just(NODES - 1)),
        2 => (0..NODES).prop_map(|node| (node, node)),
        1 => (0..NODES, 0..NODES),
    ];
    let latency = prop_oneof![1 => Just(0), 2 => 0..=latest];
    let slot = (both, latency, prop_oneof![6 => tap.prop_map(Some), 1 => Just(None)]);
    let slot = slot
        .prop_map(|((source, node), latency, tap)| (node, latency, tap.map(|tap| (source, tap))));
    prop::collection::vec(slot, 0..=most).boxed()
}

/// The places `0..KEYS` in any order.
pub fn places() -> BoxedStrategy<Vec<usize>> {
    Just((0..KEYS).collect::<Vec<usize>>()).prop_shuffle().boxed()
}
