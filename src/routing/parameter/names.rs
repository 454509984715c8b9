//! What each parameter is called: its frozen id, the name a host shows and its place in a tree.
//!
//! Not here: values and their texts ([`super`]). Any thread; the functions allocate.

use super::Parameter;
use super::Parameter as P;

impl Parameter {
    /// The frozen id that states and hosts know it by.
    pub fn id(self) -> String {
        let n = |i: u8| i + 1;
        match self {
            P::Bypass => "bypass".into(),
            P::StripFader(i) => format!("s{}fd", n(i)),
            P::StripPan(i) => format!("s{}pn", n(i)),
            P::StripMute(i) => format!("s{}mu", n(i)),
            P::StripSolo(i) => format!("s{}so", n(i)),
            P::StripTrim(i) => format!("s{}tr", n(i)),
            P::StripInsertMix(i) => format!("s{}mx", n(i)),
            P::StripLevel(i, j) => format!("s{}b{}", n(i), n(j)),
            P::BusFader(j) => format!("b{}fd", n(j)),
            P::BusPan(j) => format!("b{}pn", n(j)),
            P::BusMute(j) => format!("b{}mu", n(j)),
            P::BusSolo(j) => format!("b{}so", n(j)),
            P::BusInsertMix(j) => format!("b{}mx", n(j)),
            P::BusLevel(j, k) => format!("b{}b{}", n(j), n(k)),
            P::MainFader => "mnfd".into(),
            P::MainMute => "mnmu".into(),
            P::MainInsertMix => "mnmx".into(),
            P::MonitorSource => "mosrc".into(),
            P::MonitorLevel => "molv".into(),
            P::MonitorDim => "modim".into(),
            P::MonitorMono => "momono".into(),
            P::MonitorMute => "momute".into(),
            P::MonitorSpeakers => "moab".into(),
            P::MonitorTalkback => "motb".into(),
            P::Macro(m) => format!("mc{}", n(m)),
            P::StripTap(i, j) => format!("s{}b{}t", n(i), n(j)),
            P::StripMainTap(i) => format!("s{}mt", n(i)),
            P::StripPolarity(i) => format!("s{}pol", n(i)),
            P::BusTap(j, k) => format!("b{}b{}t", n(j), n(k)),
            P::BusMainTap(j) => format!("b{}mt", n(j)),
            P::BusRole(j) => format!("b{}ro", n(j)),
            P::BusImmediate(j) => format!("b{}im", n(j)),
            P::BusPanFollow(j) => format!("b{}pf", n(j)),
            P::StripSource(i) => format!("s{}src", n(i)),
            P::StripInput(i) => format!("s{}in", n(i)),
            P::SoloMode => "solomd".into(),
            P::PanLaw => "panlaw".into(),
            P::DimLevel => "dimlv".into(),
            P::TalkbackSource => "tbsrc".into(),
            P::TalkbackLevel => "tblv".into(),
        }
    }

    /// The name, which begins with its owner.
    pub fn name(self) -> String {
        let n = |i: u8| i + 1;
        match self {
            P::Bypass => "Bypass".into(),
            P::StripFader(i) => format!("Strip {} Fader", n(i)),
            P::StripPan(i) => format!("Strip {} Pan", n(i)),
            P::StripMute(i) => format!("Strip {} Mute", n(i)),
            P::StripSolo(i) => format!("Strip {} Solo", n(i)),
            P::StripTrim(i) => format!("Strip {} Trim", n(i)),
            P::StripInsertMix(i) => format!("Strip {} Insert Mix", n(i)),
            P::StripLevel(i, j) => format!("Strip {} > Bus {}", n(i), n(j)),
            P::BusFader(j) => format!("Bus {} Fader", n(j)),
            P::BusPan(j) => format!("Bus {} Pan", n(j)),
            P::BusMute(j) => format!("Bus {} Mute", n(j)),
            P::BusSolo(j) => format!("Bus {} Solo", n(j)),
            P::BusInsertMix(j) => format!("Bus {} Insert Mix", n(j)),
            P::BusLevel(j, k) => format!("Bus {} > Bus {}", n(j), n(k)),
            P::MainFader => "Main Fader".into(),
            P::MainMute => "Main Mute".into(),
            P::MainInsertMix => "Main Insert Mix".into(),
            P::MonitorSource => "Monitor Source".into(),
            P::MonitorLevel => "Monitor Level".into(),
            P::MonitorDim => "Monitor Dim".into(),
            P::MonitorMono => "Monitor Mono".into(),
            P::MonitorMute => "Monitor Mute".into(),
            P::MonitorSpeakers => "Monitor Speakers".into(),
            P::MonitorTalkback => "Monitor Talkback".into(),
            P::Macro(m) => format!("Macro {}", n(m)),
            P::StripTap(i, j) => format!("Strip {} > Bus {} Tap", n(i), n(j)),
            P::StripMainTap(i) => format!("Strip {} > Main Tap", n(i)),
            P::StripPolarity(i) => format!("Strip {} Polarity", n(i)),
            P::BusTap(j, k) => format!("Bus {} > Bus {} Tap", n(j), n(k)),
            P::BusMainTap(j) => format!("Bus {} > Main Tap", n(j)),
            P::BusRole(j) => format!("Bus {} Role", n(j)),
            P::BusImmediate(j) => format!("Bus {} Immediate", n(j)),
            P::BusPanFollow(j) => format!("Bus {} Pan Follow", n(j)),
            P::StripSource(i) => format!("Strip {} Source", n(i)),
            P::StripInput(i) => format!("Strip {} Input", n(i)),
            P::SoloMode => "Solo Mode".into(),
            P::PanLaw => "Pan Law".into(),
            P::DimLevel => "Monitor Dim Level".into(),
            P::TalkbackSource => "Talkback Source".into(),
            P::TalkbackLevel => "Talkback Level".into(),
        }
    }

    /// The group a host's tree shows it in, parts separated by slashes.
    pub fn group(self) -> String {
        match self {
            P::StripFader(i)
            | P::StripPan(i)
            | P::StripMute(i)
            | P::StripSolo(i)
            | P::StripTrim(i)
            | P::StripInsertMix(i)
            | P::StripPolarity(i)
            | P::StripSource(i)
            | P::StripInput(i) => format!("Strip {}", i + 1),
            P::StripLevel(i, _) | P::StripTap(i, _) | P::StripMainTap(i) => {
                format!("Strip {}/Sends", i + 1)
            }
            P::BusFader(j)
            | P::BusPan(j)
            | P::BusMute(j)
            | P::BusSolo(j)
            | P::BusInsertMix(j)
            | P::BusRole(j)
            | P::BusImmediate(j)
            | P::BusPanFollow(j) => format!("Bus {}", j + 1),
            P::BusLevel(j, _) | P::BusTap(j, _) | P::BusMainTap(j) => {
                format!("Bus {}/Sends", j + 1)
            }
            P::MainFader | P::MainMute | P::MainInsertMix => "Main".into(),
            P::MonitorSource
            | P::MonitorLevel
            | P::MonitorDim
            | P::MonitorMono
            | P::MonitorMute
            | P::MonitorSpeakers
            | P::MonitorTalkback
            | P::DimLevel
            | P::TalkbackSource
            | P::TalkbackLevel => "Monitor".into(),
            P::Macro(_) => "Macros".into(),
            P::Bypass | P::SoloMode | P::PanLaw => String::new(),
        }
    }
}
