//! Names of strips, buses and macros, and what macros drive, as a render session writes them.
//!
//! A macro's targets name a slot by the name the session gave it. Not here: the JSON's shape.

use super::chains::{self, Chains};
use super::json::{Entries, FileTarget, Object};
use super::nearest::suggestion;
use anyhow::{Context, Result, anyhow, ensure};
use std::collections::HashSet;
use switchyard::routing::chain::Chain;
use switchyard::routing::{BUSES, MACROS, STRIPS};
use switchyard::session::Session as Saved;
use switchyard::session::macros::Target;

/// Puts the names of strips, buses and macros into a session.
pub(super) fn give(saved: &mut Saved, names: Entries<String>) -> Result<()> {
    let mut seen = HashSet::new();
    for (owner, name) in names.0 {
        let place = [("Strip ", STRIPS), ("Bus ", BUSES), ("Macro ", MACROS)]
            .into_iter()
            .find_map(|(kind, count)| Some((kind, numbered(&owner, kind, count)?)));
        let Some(place) = place else {
            let known = (1..=STRIPS).map(|i| format!("Strip {i}"));
            let known = known.chain((1..=BUSES).map(|j| format!("Bus {j}")));
            let known = known.chain((1..=MACROS).map(|n| format!("Macro {n}")));
            let suggestion = suggestion(&owner, known, "strips, buses and macros have names");
            return Err(anyhow!("there is no {owner:?} to name; {suggestion}"));
        };
        ensure!(seen.insert(place), "the name of {owner} is given twice");
        match place {
            ("Strip ", index) => saved.strip_names[index] = name,
            ("Bus ", index) => saved.bus_names[index] = name,
            (_, index) => saved.macros[index].name = name,
        }
    }
    Ok(())
}

/// Puts what the macros drive into a session that holds the chains already.
pub(super) fn map(
    saved: &mut Saved,
    macros: Entries<Vec<Object<FileTarget>>>,
    chains: &Chains,
) -> Result<()> {
    let mut seen = HashSet::new();
    let mut driven = HashSet::new();
    for (name, targets) in macros.0 {
        let index = numbered(&name, "Macro ", MACROS).ok_or_else(|| {
            let known = (1..=MACROS).map(|n| format!("Macro {n}"));
            let suggestion = suggestion(&name, known, "they are \"Macro 1\" to \"Macro 16\"");
            anyhow!("there is no macro {name:?}; {suggestion}")
        })?;
        ensure!(seen.insert(index), "{name} is given twice");
        for Object(file) in targets {
            let target = target(chains, &file).with_context(|| name.clone())?;
            let fresh = driven.insert((target.slot, target.setting.clone()));
            ensure!(fresh, "{:?} of {:?} is driven twice", file.setting, file.slot);
            saved.macros[index].targets.push(target);
        }
    }
    Ok(())
}

fn target(chains: &Chains, file: &FileTarget) -> Result<Target> {
    let wanted = &file.slot;
    let id = chains.named.get(wanted).copied().ok_or_else(|| {
        let suggestion =
            suggestion(wanted, chains.named.keys(), "give a slot its \"name\" to drive it");
        anyhow!("no slot is named {wanted:?}; {suggestion}")
    })?;
    let slot = chains.all.iter().flat_map(Chain::slots).find(|slot| slot.id == id);
    let kind = slot.and_then(|slot| slot.kind()).expect("a named slot was read with its effect");
    let (_, line) = chains::setting(kind, &file.setting)?;
    ensure!(
        !line.rebuilds,
        "{:?} of {wanted:?} cannot be driven by a macro: the effect is built anew when it changes",
        line.name
    );
    let [from, to] = [&file.from, &file.to].map(|text| chains::value(line, &text.0));
    let (from, to) = (line.position(from?), line.position(to?));
    Ok(Target { slot: id, setting: line.id.to_owned(), from, to })
}

/// The index of "Bus 4", counted from 0: its kind in any case, its number from 1 to `count`.
fn numbered(name: &str, kind: &str, count: usize) -> Option<usize> {
    (0..count).find(|index| name.eq_ignore_ascii_case(&format!("{kind}{}", index + 1)))
}
