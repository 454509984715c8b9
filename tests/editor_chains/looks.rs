//! What the chain view looks like: pictures compared with kept ones.
//!
//! Not here: what controls do. `UPDATE_SNAPSHOTS=1 cargo test --test editor_chains` draws the kept
//! pictures anew; look at each before you commit it.

use crate::desk::Desk;
use crate::rack::{self, DRUMS, VOX};
use egui_kittest::{SnapshotOptions, SnapshotResults};
use switchyard::editor::{Theme, View};
use switchyard::routing::Node;

/// Compares a view with its kept pictures in both themes, at 100 % and, in the smallest window, at
/// 200 %.
fn compare(name: &str, view: &View) {
    let options = SnapshotOptions::new()
        .threshold(1.2)
        .max_failed_pixels(40_usize)
        .output_path("tests/editor_chains/snapshots");
    let mut results = SnapshotResults::new();
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, scale, percent) in [([1180, 720], 1.0, 100), ([760, 480], 2.0, 200)] {
            let mut view = view.clone();
            view.look.theme = theme;
            let mut desk = Desk::scaled(view, size, scale);
            desk.harness.snapshot_options(format!("{name}-{word}-{percent}"), &options);
            results.extend(desk.harness.take_snapshot_results());
        }
    }
}

fn with(node: Node, slot: Option<u64>) -> View {
    let mut view = rack::racks();
    view.look.chain = node;
    view.look.slot = slot;
    view
}

#[test]
fn an_equalizer_in_a_serial_chain_looks_as_it_did() {
    compare("equalizer", &with(VOX, Some(1)));
}

#[test]
fn a_keyed_compressor_looks_as_it_did() {
    compare("compressor", &with(VOX, Some(2)));
}

#[test]
fn a_parallel_chain_with_a_response_looks_as_it_did() {
    compare("parallel", &with(DRUMS, Some(8)));
}

#[test]
fn an_empty_chain_looks_as_it_did() {
    compare("empty", &with(Node::Strip(0), None));
}
