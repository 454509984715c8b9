//! The audio thread neither allocates nor frees, whatever the host sends and whatever the main
//! thread does meanwhile. An allocator of this program's own counts both on the thread that is told
//! not to.
#![cfg(feature = "plugin")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/raw_host.rs"]
mod raw_host;

use counting::allocations;
use raw_host::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use switchyard::routing::parameter::COUNT;

/// Blocks of every kind a host might lend, numbered.
fn block(kind: usize) -> Block {
    let mut block = match kind % 8 {
        0 => Block::whole(1),
        1 => Block::whole(1000),
        2 => Block::whole(0),
        3 => Block::whole_in_doubles(64),
        _ => Block::whole(64),
    };
    match kind % 8 {
        7 => {
            for input in 0..PORTS {
                let channels = block.inputs[input].channels.clone();
                block.outputs[(input + kind) % PORTS].channels = channels;
            }
        }
        4 => block.inputs.iter_mut().for_each(|port| port.channels.truncate(1)),
        5 => {
            block.inputs.truncate(1);
            block.outputs.truncate(1);
        }
        6 => block.outputs.iter_mut().for_each(|port| port.channels.truncate(1)),
        _ => {}
    }
    block
}

/// A storm: many parameters, times out of order and past the block.
fn storm(random: &mut fastrand::Rng, ids: &[(u32, f64)]) -> Events {
    let mut events = Events::default();
    for _ in 0..200 {
        let (id, highest) = ids[random.usize(..ids.len())];
        events.push(random.u32(..80), id, random.f64() * highest);
    }
    events.events.push(None);
    events
}

fn ids(instance: &Instance) -> Vec<(u32, f64)> {
    (0..COUNT as u32)
        .map(|index| instance.param_info(index).unwrap())
        .map(|info| (info.id, info.max_value))
        .collect()
}

#[test]
fn the_count_notices_an_allocation() {
    assert_eq!(allocations(|| ()), 0);
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 2);
    // This program's allocations on other occasions do not count.
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(allocations(|| ()), 0);
}

#[test]
fn processing_allocates_nothing_whatever_buffers_and_events_come() {
    let instance = Instance::running(64);
    let ids = ids(&instance);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = fastrand::Rng::with_seed(3);
            for kind in 0..200 {
                let mut block = block(kind);
                // Below the framework's queue towards its editor, which nobody empties here.
                if kind < 20 {
                    block.events = storm(&mut random, &ids);
                }
                let counted =
                    block.lend_to(|process| allocations(|| instance.process_raw(process)));
                assert_eq!(counted, 0, "block {kind}");
            }
        });
    });
}

#[test]
fn processing_allocates_nothing_while_states_are_loaded_and_parameters_storm() {
    let instance = Instance::running(64);
    let ids = ids(&instance);
    let mut random = fastrand::Rng::with_seed(5);
    let states: Vec<Vec<u8>> = (0..4)
        .map(|_| {
            let other = Instance::new();
            other.flush(&storm(&mut random, &ids));
            other.save()
        })
        .collect();
    let done = AtomicBool::new(false);
    // Messages the framework's wrapper holds for its editor until the main thread fetches them.
    let waiting = AtomicUsize::new(0);
    let loads = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let audio = scope.spawn(|| {
            let mut random = fastrand::Rng::with_seed(4);
            let mut counted = 0;
            let mut kind = 0;
            while loads.load(SeqCst) < 40 {
                let mut block = block(kind);
                kind += 1;
                if waiting.load(SeqCst) < 1500 {
                    waiting.fetch_add(200, SeqCst);
                    block.events = storm(&mut random, &ids);
                }
                counted += block.lend_to(|process| allocations(|| instance.process_raw(process)));
            }
            done.store(true, SeqCst);
            (counted, kind)
        });
        for turn in 0.. {
            if done.load(SeqCst) || audio.is_finished() {
                break;
            }
            assert!(instance.load(&states[turn % states.len()]));
            waiting.store(0, SeqCst);
            instance.on_main_thread();
            loads.fetch_add(1, SeqCst);
        }
        let (counted, blocks) = audio.join().unwrap();
        assert_eq!(counted, 0, "in {blocks} blocks");
        assert!(blocks > 10, "the audio thread got only {blocks} blocks in");
    });
}
