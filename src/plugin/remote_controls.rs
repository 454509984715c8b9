//! The pages of eight controls that a CLAP host puts on hardware: strips, buses, monitor, macros.
//!
//! Not here: the parameters themselves. Called once on the main thread while the wrapper is made.
//!
//! A page's place never changes: what a knob does must be in the hand. So every strip begins with
//! the same page, and sends follow eight at a time.

use super::parameters::{HostParameter, HostParameters};
use crate::routing::parameter::Parameter::{self, *};
use crate::routing::{BUSES, MACROS, STRIPS};
use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

/// How many controls a page has.
const PAGE: usize = 8;

/// One page: its name and its controls, `None` for an empty place.
#[derive(Debug, PartialEq)]
struct Page {
    name: String,
    controls: Vec<Option<Parameter>>,
}

impl Page {
    fn of(name: impl Into<String>, controls: &[Parameter]) -> Page {
        Page { name: name.into(), controls: controls.iter().copied().map(Some).collect() }
    }
}

/// All sections and their pages, in the order a host shows them.
fn sections() -> Vec<(String, Vec<Page>)> {
    let mut sections = Vec::new();
    for i in 0..STRIPS as u8 {
        let channel = Page {
            name: "Channel".into(),
            controls: vec![
                Some(StripFader(i)),
                Some(StripPan(i)),
                Some(StripMute(i)),
                Some(StripSolo(i)),
                Some(StripTrim(i)),
                Some(StripInsertMix(i)),
                None,
                Some(StripPolarity(i)),
            ],
        };
        let sends: Vec<Parameter> = (0..BUSES as u8).map(|j| StripLevel(i, j)).collect();
        let pages = std::iter::once(channel).chain(in_pages("Sends", &sends)).collect();
        sections.push((format!("Strip {}", i + 1), pages));
    }
    for j in 0..BUSES as u8 {
        let bus = [BusFader(j), BusPan(j), BusMute(j), BusSolo(j), BusInsertMix(j)];
        let others = (0..BUSES as u8).filter(|k| *k != j);
        let sends: Vec<Parameter> = others.map(|k| BusLevel(j, k)).collect();
        let pages = std::iter::once(Page::of("Bus", &bus)).chain(in_pages("Sends", &sends));
        sections.push((format!("Bus {}", j + 1), pages.collect()));
    }
    let room = [
        MainFader,
        MonitorSource,
        MonitorLevel,
        MonitorDim,
        MonitorMono,
        MonitorMute,
        MonitorSpeakers,
        MonitorTalkback,
    ];
    sections.push((
        "Main and Monitor".into(),
        vec![Page::of("Monitor", &room), Page::of("Main", &[MainFader, MainMute, MainInsertMix])],
    ));
    let macros: Vec<Parameter> = (0..MACROS as u8).map(Macro).collect();
    sections.push(("Macros".into(), in_pages("Macros", &macros)));
    sections
}

/// Pages of eight: "Sends 1–8", "Sends 9–12".
fn in_pages(name: &str, parameters: &[Parameter]) -> Vec<Page> {
    let pages = parameters.chunks(PAGE).enumerate();
    pages
        .map(|(page, controls)| {
            let first = page * PAGE + 1;
            Page::of(format!("{name} {first}–{}", first + controls.len() - 1), controls)
        })
        .collect()
}

/// Declares all pages to the framework. [main-thread]
pub fn declare(parameters: &HostParameters, context: &mut impl RemoteControlsContext) {
    for (name, pages) in sections() {
        context.add_section(name, |section| {
            for Page { name, controls } in pages {
                section.add_page(name, |page| {
                    for control in controls {
                        match control.map(|control| &parameters.all[control.index()]) {
                            Some(HostParameter::Continuous(param)) => page.add_param(param),
                            Some(HostParameter::Choice(param)) => page.add_param(param),
                            Some(HostParameter::Toggle(param)) => page.add_param(param),
                            None => page.add_spacer(),
                        }
                    }
                });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strip_and_bus_has_pages_of_at_most_eight_and_no_name_twice_in_a_section() {
        let sections = sections();
        assert_eq!(sections.len(), STRIPS + BUSES + 2);
        for (section, pages) in &sections {
            let mut names: Vec<_> = pages.iter().map(|page| &page.name).collect();
            assert!(
                pages.iter().all(|page| (1..=PAGE).contains(&page.controls.len())),
                "{section}"
            );
            names.sort();
            names.dedup();
            assert_eq!(names.len(), pages.len(), "{section}");
        }
    }

    #[test]
    fn every_automatable_level_and_macro_is_on_a_page() {
        let sections = sections();
        let on_a_page: Vec<Parameter> = sections
            .iter()
            .flat_map(|(_, pages)| pages.iter().flat_map(|page| page.controls.iter().flatten()))
            .copied()
            .collect();
        for parameter in crate::routing::parameter::ALL {
            let expected = matches!(
                parameter,
                StripFader(_)
                    | StripPan(_)
                    | StripMute(_)
                    | StripSolo(_)
                    | StripTrim(_)
                    | StripInsertMix(_)
                    | StripLevel(..)
                    | BusFader(_)
                    | BusLevel(..)
                    | Macro(_)
                    | MainFader
                    | MonitorLevel
            );
            assert!(!expected || on_a_page.contains(&parameter), "{parameter:?}");
        }
    }

    #[test]
    fn sends_continue_on_a_second_page() {
        let (name, pages) = &sections()[2];
        assert_eq!(name, "Strip 3");
        let names: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
        assert_eq!(names, ["Channel", "Sends 1–8", "Sends 9–12"]);
        assert_eq!(pages[2].controls[0], Some(StripLevel(2, 8)));
    }
}
