//! The schedule's text for named routings, each drawn above its test.
//!
//! Not here: properties that hold for any routing (`schedule`). Strips that a drawing leaves out go
//! nowhere.

use switchyard::routing::{Fader, MAIN, Node, Role, Routing, STRIPS, Tap};
use switchyard::schedule::keys::KeyEdge;
use switchyard::schedule::{Timing, compile};

const UNITY: Fader = Fader::UNITY;

/// Nothing goes anywhere; buses still go to Main.
fn nothing() -> Routing {
    let mut routing = Routing::default();
    routing.strips.iter_mut().for_each(|strip| strip.main_tap = Tap::Off);
    routing
}

/// A strip's edge to a bus or Main; strips and buses by the numbers users know.
fn strip(routing: &mut Routing, strip: usize, tap: Tap, destination: Option<usize>) {
    let strip = &mut routing.strips[strip - 1];
    match destination {
        Some(bus) => {
            strip.sends[bus - 1].tap = tap;
            strip.sends[bus - 1].level = UNITY;
        }
        None => strip.main_tap = tap,
    }
}

/// A bus's edge to another.
fn bus(routing: &mut Routing, from: usize, tap: Tap, to: usize) {
    routing.buses[from - 1].sends[to - 1].tap = tap;
}

#[track_caller]
fn assert_text(routing: &Routing, timing: Timing, expected: &str) {
    let text = compile(routing, &timing).to_string();
    let trimmed: Vec<&str> = expected.trim().lines().map(str::trim_start).collect();
    assert_eq!(text.trim(), trimmed.join("\n"), "\n{text}");
}

fn latencies(of: &[(usize, u32)]) -> Timing {
    let mut timing = Timing::ZERO;
    of.iter().for_each(|(node, latency)| timing.chain[*node] = *latency);
    timing
}

fn bus_node(bus: usize) -> usize {
    STRIPS + bus - 1
}

/// A slot in the chain of `node`, `offset` samples from its head, listens to `source`. Keys stand in
/// the table from its end, because it does not matter where.
fn key(timing: &mut Timing, source: Node, tap: Tap, node: Node, offset: u32) {
    let free = timing.keys.iter_mut().rev().find(|key| key.is_none());
    *free.expect("the table has room") = Some(KeyEdge { source, tap, node, offset });
}

/// Strips and buses by the numbers users know.
fn s(strip: usize) -> Node {
    Node::Strip(strip - 1)
}

fn b(bus: usize) -> Node {
    Node::Bus(bus - 1)
}

// (nothing)                              Main
#[test]
fn an_empty_desk() {
    assert_text(&nothing(), latencies(&[]), "latency 0\norder Main");
}

// Strip 1 ─Post─► Main
#[test]
fn one_strip_on_main() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, None);
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Main
        Strip 1 > Main Post",
    );
}

// Strip 1 ─Post─┐
// Strip 2 ─Post─┴─► Bus 1 (Group) ─Post─► Main
#[test]
fn a_group() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, Some(1));
    strip(&mut routing, 2, Tap::Post, Some(1));
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Bus 1 > Main
        Strip 1 > Bus 1 Post
        Strip 2 > Bus 1 Post
        Bus 1 > Main Post",
    );
}

// Strip 1 ─Pre─► Bus 2 (Mix, to its port)
//         └Post─► Main
#[test]
fn an_in_ear_mix() {
    let mut routing = nothing();
    routing.buses[1].role = Role::Mix;
    strip(&mut routing, 1, Tap::Pre, Some(2));
    strip(&mut routing, 1, Tap::Post, None);
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Bus 2 > Main
        Strip 1 > Bus 2 Pre
        Strip 1 > Main Post
        Bus 2 > Main refused, a Mix feeds only Mixes",
    );
}

// Strip 1 (soloed) ─Post─┬─► Main
//                        └─► Bus 4 (Return) ─Post─► Main
// Strip 2 ─Post─┬─╳ Main
//               └─╳ Bus 4
#[test]
fn a_soloed_strip_and_its_return() {
    let mut routing = nothing();
    routing.buses[3].role = Role::Return;
    for i in 1..=2 {
        strip(&mut routing, i, Tap::Post, Some(4));
        strip(&mut routing, i, Tap::Post, None);
    }
    routing.strips[0].solo = true;
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Bus 4 > Main
        Strip 1 > Bus 4 Post
        Strip 1 > Main Post
        Strip 2 > Bus 4 Post masked
        Strip 2 > Main Post masked
        Bus 4 > Main Post",
    );
}

// Strip 1 ─Post─► Bus 3 ─Post─► Bus 1 ─Post─► Main
// Bus 3's own Main tap is Off.
#[test]
fn a_bus_that_feeds_an_earlier_one() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, Some(3));
    bus(&mut routing, 3, Tap::Post, 1);
    routing.buses[2].main_tap = Tap::Off;
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Bus 3 > Bus 1 > Main
        Strip 1 > Bus 3 Post
        Bus 1 > Main Post
        Bus 3 > Bus 1 Post",
    );
}

// Strip 1 ─Post─► Bus 1 ─Post─► Bus 2 ─Post─► Main
//                   ▲            │
//                   └─── ╳ ──────┘
#[test]
fn a_loop_of_two() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, Some(1));
    bus(&mut routing, 1, Tap::Post, 2);
    bus(&mut routing, 2, Tap::Post, 1);
    routing.buses[0].main_tap = Tap::Off;
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Bus 1 > Bus 2 > Main
        Strip 1 > Bus 1 Post
        Bus 1 > Bus 2 Post
        Bus 2 > Bus 1 refused, loop: Bus 2 > Bus 1 > Bus 2
        Bus 2 > Main Post",
    );
}

// Strip 1 ─► Bus 2 ─► Bus 1 ─► Bus 3 ─► Main, and Bus 3 ─╳ Bus 2: the last in source order.
#[test]
fn a_loop_of_three() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, Some(2));
    bus(&mut routing, 2, Tap::Post, 1);
    bus(&mut routing, 1, Tap::Pre, 3);
    bus(&mut routing, 3, Tap::Input, 2);
    routing.buses[0].main_tap = Tap::Off;
    routing.buses[1].main_tap = Tap::Off;
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Bus 2 > Bus 1 > Bus 3 > Main
        Strip 1 > Bus 2 Post
        Bus 1 > Bus 3 Pre
        Bus 2 > Bus 1 Post
        Bus 3 > Bus 2 refused, loop: Bus 3 > Bus 2 > Bus 1 > Bus 3
        Bus 3 > Main Post",
    );
}

// Strip 1 [10] ─Post──────► Main      Strips are padded to the longest, 10.
// Strip 2 [ 0] ─Post +10──► Main
// Strip 3 [10] ─Input +10─► Main
#[test]
fn strips_of_different_latency() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, None);
    strip(&mut routing, 2, Tap::Post, None);
    strip(&mut routing, 3, Tap::Input, None);
    assert_text(
        &routing,
        latencies(&[(0, 10), (2, 10)]),
        "latency 10
        order Main
        Strip 1 > Main Post
        Strip 2 > Main Post +10
        Strip 3 > Main Input +10",
    );
}

// Strip 1 ─Post──────► Bus 1 [100] ─Post──────► Main [3]
//         └Post +100─────────────────────────►
//         └Post──────► Bus 2 [0] ─Post +100──►
#[test]
fn parallel_paths_of_different_latency() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, Some(1));
    strip(&mut routing, 1, Tap::Post, Some(2));
    strip(&mut routing, 1, Tap::Post, None);
    assert_text(
        &routing,
        latencies(&[(bus_node(1), 100), (STRIPS + MAIN, 3)]),
        "latency 103
        order Bus 1 > Bus 2 > Main
        Strip 1 > Bus 1 Post
        Strip 1 > Bus 2 Post
        Strip 1 > Main Post +100
        Bus 1 > Main Post
        Bus 2 > Main Post +100",
    );
}

// Strip 1 (muted) ─Post─╳ Main, ─Pre─► Bus 1 (Mix) ─Post─► Bus 2 (Mix)
#[test]
fn a_muted_strip_in_a_mix_of_a_mix() {
    let mut routing = nothing();
    routing.buses[0].role = Role::Mix;
    routing.buses[1].role = Role::Mix;
    routing.buses[0].main_tap = Tap::Off;
    routing.buses[1].main_tap = Tap::Off;
    strip(&mut routing, 1, Tap::Pre, Some(1));
    strip(&mut routing, 1, Tap::Post, None);
    bus(&mut routing, 1, Tap::Post, 2);
    routing.strips[0].mute = true;
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Bus 1 > Bus 2 > Main
        Strip 1 > Bus 1 Pre
        Strip 1 > Main Post masked
        Bus 1 > Bus 2 Post",
    );
}

// Strip 16 (talkback) ─╳ Main; its own way into the Mixes is no edge.
// Strip 1 ─Post─► Main
#[test]
fn a_talkback_microphone() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, None);
    strip(&mut routing, 16, Tap::Post, None);
    routing.talkback_source = Some(15);
    assert_text(
        &routing,
        latencies(&[]),
        "latency 0
        order Main
        Strip 1 > Main Post
        Strip 16 > Main Post masked",
    );
}

// Strip 1 ─Post─► Main, with 64 samples promised to the host before.
#[test]
fn a_latency_promised_before() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, None);
    assert_text(
        &routing,
        Timing { floor: 64, ..Timing::ZERO },
        "latency 64
        order Main
        Strip 1 > Main Post",
    );
}

// Strip 1 [5] ─Post────► Main       The duck's slot is at the head of Strip 1's chain, which waits
//    ▲ key at 0                     10 for the key to come through Strip 2's.
// Strip 2 [10] ─Post +5─► Main
#[test]
fn a_strip_ducked_by_a_later_one() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, None);
    strip(&mut routing, 2, Tap::Post, None);
    let mut timing = latencies(&[(0, 5), (1, 10)]);
    key(&mut timing, s(2), Tap::Pre, s(1), 0);
    assert_text(
        &routing,
        timing,
        "latency 15
        order Main
        strips Strip 2 > Strip 1
        Strip 1 > Main Post
        Strip 2 > Main Post +5
        head Strip 1 +10
        key Strip 2 > Strip 1 Pre",
    );
}

// Strip 1 [40] ─Post────────► Bus 1 [0 +20 10] ─Post─► Main     Two slots of the bus listen to two
// Strip 2 [ 0] ─Post +40────►   ▲ 0  ▲ 20                       strips, one behind 20 samples.
// Strip 1 Input: key at 20, Strip 2 Post: key at 0
#[test]
fn a_bus_that_listens_to_strips() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, Some(1));
    strip(&mut routing, 2, Tap::Post, Some(1));
    let mut timing = latencies(&[(0, 40), (bus_node(1), 30)]);
    key(&mut timing, s(2), Tap::Post, b(1), 0);
    key(&mut timing, s(1), Tap::Input, b(1), 20);
    assert_text(
        &routing,
        timing,
        "latency 70
        order Bus 1 > Main
        Strip 1 > Bus 1 Post
        Strip 2 > Bus 1 Post +40
        Bus 1 > Main Post
        key Strip 1 > Bus 1 Input +60
        key Strip 2 > Bus 1 Post +40",
    );
}

// Strip 1 ─Post─► Bus 1 [5] ─Post──────► Main [8]     Bus 2 runs first, and Bus 1's chain begins when
//                   ▲ key at 3              ▲ key at 0     its key has come: 97 late, with 3 in it
// Strip 2 ─Post─► Bus 2 [100] ─Post +2──►   │              already. Main's slot hears Bus 1's Input.
//                 Bus 1 Input ──────────────┘
#[test]
fn a_bus_that_waits_for_its_key() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, Some(1));
    strip(&mut routing, 2, Tap::Post, Some(2));
    let mut timing = latencies(&[(bus_node(1), 5), (bus_node(2), 100), (STRIPS + MAIN, 8)]);
    key(&mut timing, b(2), Tap::Pre, b(1), 3);
    key(&mut timing, b(1), Tap::Input, Node::Main, 0);
    assert_text(
        &routing,
        timing,
        "latency 110
        order Bus 2 > Bus 1 > Main
        Strip 1 > Bus 1 Post
        Strip 2 > Bus 2 Post
        Bus 1 > Main Post
        Bus 2 > Main Post +2
        head Bus 1 +97
        key Bus 1 > Main Input +102
        key Bus 2 > Bus 1 Pre",
    );
}

// Strip 1 ─Post─► Bus 1 ─Post─► Bus 2 ─Post─► Main
//                   ▲ key ─── ╳ ──┘                Edges are admitted before keys.
#[test]
fn a_key_against_an_edge() {
    let mut routing = nothing();
    strip(&mut routing, 1, Tap::Post, Some(1));
    bus(&mut routing, 1, Tap::Post, 2);
    routing.buses[0].main_tap = Tap::Off;
    let mut timing = latencies(&[(bus_node(1), 5)]);
    key(&mut timing, b(2), Tap::Input, b(1), 0);
    assert_text(
        &routing,
        timing,
        "latency 5
        order Bus 1 > Bus 2 > Main
        Strip 1 > Bus 1 Post
        Bus 1 > Bus 2 Post
        Bus 2 > Main Post
        key Bus 2 > Bus 1 refused, loop: Bus 2 > Bus 1 > Bus 2",
    );
}

// Strip 1 ─key Pre─► Strip 2 ─key Post─► Strip 3 ─key Pre╳ Strip 1     The last in source order is
//    ▲                                      └────key Input─► Strip 1   refused, an Input tap never.
//    └─ ╳ a key from a bus, ╳ from Main, ╳ from itself after the chain
#[test]
fn keys_in_a_ring_and_keys_backwards() {
    let mut timing = latencies(&[(0, 4), (1, 6)]);
    key(&mut timing, s(3), Tap::Pre, s(1), 0);
    key(&mut timing, s(3), Tap::Input, s(1), 4);
    key(&mut timing, s(2), Tap::Post, s(3), 0);
    key(&mut timing, s(1), Tap::Pre, s(2), 6);
    key(&mut timing, b(1), Tap::Input, s(1), 0);
    key(&mut timing, Node::Main, Tap::Post, s(1), 0);
    key(&mut timing, s(1), Tap::Post, s(1), 0);
    assert_text(
        &nothing(),
        timing,
        "latency 6
        order Main
        strips Strip 1 > Strip 2 > Strip 3
        head Strip 3 +6
        key Strip 1 > Strip 2 Pre +2
        key Strip 1 > Strip 1 refused, loop: Strip 1 > Strip 1
        key Strip 2 > Strip 3 Post
        key Strip 3 > Strip 1 Input +4
        key Strip 3 > Strip 1 refused, loop: Strip 3 > Strip 1 > Strip 2 > Strip 3
        key Bus 1 > Strip 1 refused, loop: Bus 1 > Strip 1 > Bus 1
        key Main > Strip 1 refused, loop: Main > Strip 1 > Main",
    );
}

// Bus 1 [50] hears its own Input at 20, Main [9] its own at 0 and the Input of Bus 1 at 9.
#[test]
fn keys_from_a_nodes_own_input() {
    let mut timing = latencies(&[(bus_node(1), 50), (STRIPS + MAIN, 9)]);
    key(&mut timing, b(1), Tap::Input, b(1), 20);
    key(&mut timing, Node::Main, Tap::Input, Node::Main, 0);
    key(&mut timing, b(1), Tap::Input, Node::Main, 9);
    assert_text(
        &nothing(),
        timing,
        "latency 59
        order Main
        key Bus 1 > Bus 1 Input +20
        key Bus 1 > Main Input +59
        key Main > Main Input",
    );
}
