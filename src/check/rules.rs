//! The table of rules: what each is called, how bad it is, why it matters and what helps.
//!
//! Not here: how each looks (the files beside this one). The table is also what `docs/check.md` is
//! written from. Main thread.

use super::{Desk, Fix, Place, Severity};
use super::{chains, host, keys, levels, paths, returns, sends, talkback};

/// What one rule saw, before it has the rule's id and severity.
pub struct Seen {
    pub path: Vec<Place>,
    pub text: String,
    pub fixes: Vec<Fix>,
}

/// One rule.
pub struct Rule {
    /// The name that saved "intended" marks know it by, never changed.
    pub id: &'static str,
    /// How sure it is that something is wrong.
    pub severity: Severity,
    /// What it looks for, as a heading.
    pub title: &'static str,
    /// What that does to the sound.
    pub why: &'static str,
    /// What helps.
    pub help: &'static str,
    /// Whether it rests on what was seen or measured outside the routing, so that a fix shows only
    /// when that is looked at anew.
    pub observed: bool,
    pub(super) find: fn(&Desk) -> Vec<Seen>,
}

macro_rules! rule {
    ($severity:ident, $id:literal, $find:path, $title:literal, $why:literal, $help:literal) => {
        Rule {
            id: $id,
            severity: Severity::$severity,
            title: $title,
            why: $why,
            help: $help,
            observed: false,
            find: $find,
        }
    };
    (observed $severity:ident, $id:literal, $find:path, $title:literal, $why:literal, $help:literal) => {
        Rule { observed: true, ..rule!($severity, $id, $find, $title, $why, $help) }
    };
}

/// Every rule, in the order its findings come in among those of the same severity.
pub const RULES: &[Rule] = &[
    rule!(
        Error,
        "refused-loop",
        paths::refused_loop,
        "A connection would close a loop",
        "Buses that feed each other in a circle would feed back. The connection that closes the \
         circle is refused and stays silent.",
        "Turn that connection off, or another one on the circle."
    ),
    rule!(
        Error,
        "refused-mix",
        paths::refused_mix,
        "A Mix is connected to a Group or a Return",
        "A Mix feeds only other Mixes and its own output, so that nothing meant for somebody's ears gets \
         into Main. The connection stays silent.",
        "Turn the connection off, or give the bus another role."
    ),
    rule!(
        Error,
        "refused-key",
        keys::refused_key,
        "A key would close a loop",
        "The slot hears silence in its key: a gate stays shut, a compressor does nothing.",
        "Take the key from somewhere earlier in the signal path, such as a strip, or remove it."
    ),
    rule!(
        observed
        Error,
        "refused-chains",
        host::refused_chains,
        "The chains cannot be run as they are",
        "Together they are too late for the memory there is, or too many slots have a key. What ran \
         before runs on.",
        "Turn off lookahead, linear phase or oversampling, take effects out, or restart the plugin to \
         make room."
    ),
    rule!(
        observed
        Error,
        "lost-impulse",
        chains::lost_impulse,
        "An impulse response is missing",
        "The convolution passes its input on as it came: there is no room, plate or speaker.",
        "Put the file back, choose another response, or use a built-in one."
    ),
    rule!(
        Error,
        "unknown-effect",
        chains::unknown_effect,
        "An effect of another version",
        "This version does not know the effect. Its slot passes sound on unchanged, and it is saved \
         as it is.",
        "Update Switchyard, or take the slot out."
    ),
    rule!(
        observed
        Error,
        "effect-fault",
        chains::effect_fault,
        "An effect broke down",
        "The effect gave out something that is not a number. Each time it is silenced for 10 ms, \
         reset and faded in again.",
        "Bypass it and look at what feeds it."
    ),
    rule!(
        observed
        Error,
        "input-fault",
        host::input_fault,
        "An input delivers broken samples",
        "Values that are not numbers are replaced by silence, which sounds as drop-outs.",
        "Look at the plugin before this one on the track, or turn the input off."
    ),
    rule!(
        observed
        Error,
        "missing-input",
        host::missing_input,
        "The host does not give an input in use",
        "The strip is silent.",
        "Give the track more input channels in the host, or let the strip listen to another port."
    ),
    rule!(
        observed
        Error,
        "missing-output",
        host::missing_output,
        "The host does not give an output in use",
        "What leaves there is heard nowhere.",
        "Give the track more output channels in the host."
    ),
    rule!(
        Error,
        "silent-link",
        host::silent_link,
        "A strip listens to a link",
        "Links between instances are reserved and silent in this version.",
        "Choose a port."
    ),
    rule!(
        Error,
        "talkback-into-main",
        talkback::into_main,
        "The talkback microphone is open into the front of house",
        "Another strip listens to the same input and leads to Main, so the audience hears every word, \
         whether the button is down or not.",
        "Turn that strip's input off, or mute it."
    ),
    rule!(
        Warning,
        "unheard-strip",
        paths::unheard_strip,
        "A strip reaches no output",
        "Nothing of it is heard anywhere.",
        "Connect it to Main or a bus, or turn its input off if nobody needs it."
    ),
    rule!(
        Warning,
        "dead-end-bus",
        paths::dead_end_bus,
        "A Group has sources but no way out",
        "What goes into it is missing from Main; at most its own output port has it.",
        "Connect it to Main. If its own port is all it is for, make it a Mix or mark this as intended."
    ),
    rule!(
        Warning,
        "unfed-bus",
        paths::unfed_bus,
        "Nobody feeds a bus",
        "The bus was set up but is silent.",
        "Connect strips to it."
    ),
    rule!(
        Warning,
        "doubled-path",
        paths::doubled_path,
        "A source reaches a destination twice",
        "The copies add up: alike, they are up to 6 dB louder; shaped differently, they cancel each \
         other at some frequencies like a comb.",
        "Leave one of the ways. Meant as parallel processing, mark it as intended, or use lanes in \
         one chain."
    ),
    rule!(
        Warning,
        "doubled-input",
        paths::doubled_input,
        "Two strips play the same input",
        "Both lead to the same destination: the sound is 6 dB louder, or gone if one has its polarity \
         turned.",
        "Turn the input of one of them off, or let them take different parts (Left and Right, Mono and \
         Side)."
    ),
    rule!(
        Warning,
        "pre-send-into-return",
        sends::pre_into_return,
        "A pre-fader send into a Return",
        "The effect goes on when the fader is pulled down: the strip fades out and its reverb stays.",
        "Take the send Post."
    ),
    rule!(
        Warning,
        "post-send-into-mix",
        sends::post_into_mix,
        "A post-fader send into a Mix",
        "Every fader move for Main is heard in that mix, in somebody's ears or on a stream.",
        "Take the send Pre."
    ),
    rule!(
        Warning,
        "dry-return",
        returns::dry_return,
        "A Return lets the dry signal through",
        "Its sources come to the destination a second time beside their effect: louder, and with \
         less effect than the send says.",
        "Set Insert Mix and the effect's mix to 100 % and the chain's dry level to −∞."
    ),
    rule!(
        Warning,
        "unheard-return",
        returns::unheard_return,
        "A Return is missing from Main",
        "Sends go into it and the effect is computed, but nobody hears it.",
        "Connect the Return to Main."
    ),
    rule!(
        Warning,
        "return-as-group",
        returns::return_as_group,
        "A shared effect has the role of a Group",
        "It is not solo-safe, and assigning a strip to it in the editor takes the strip off Main, \
         which leaves only the effect.",
        "Give the bus the role Return."
    ),
    rule!(
        Warning,
        "hot-sum",
        levels::hot_sum,
        "A sum above full scale is to be expected",
        "Inside nothing clips, but the converter or the file behind the output does.",
        "Lower the fader behind the sum, or put a limiter at the end of the chain."
    ),
    rule!(
        observed
        Warning,
        "long-latency",
        host::long_latency,
        "More latency than allowed",
        "Whoever plays along hears themselves late; the host has to delay everything else.",
        "Turn off lookahead, linear phase or oversampling where the finding points, or mark the \
         performers' mixes as Immediate."
    ),
    rule!(
        Warning,
        "muted-key",
        keys::muted_key,
        "A key comes from a muted source",
        "Keys ignore mutes: the effect goes on following a sound nobody hears.",
        "Unmute the source or remove the key."
    ),
    rule!(
        Warning,
        "silent-key",
        keys::silent_key,
        "A key comes from a source that cannot sound",
        "The effect waits for ever: a gate stays shut, a compressor does nothing.",
        "Take the key before the fader, or from a source that is fed."
    ),
    rule!(
        Warning,
        "talkback-in-monitor",
        talkback::in_monitor,
        "The Monitor plays a Mix that carries talkback",
        "With the button down, the talkback microphone hears itself from the speakers; dimming only \
         delays the howl.",
        "Let the Monitor listen to Main."
    ),
    rule!(
        Warning,
        "talkback-without-microphone",
        talkback::without_microphone,
        "Talkback is on, but there is no microphone",
        "The Monitor is dimmed and nobody hears a word.",
        "Choose the talkback strip, or release the button."
    ),
    rule!(
        observed
        Warning,
        "silent-input",
        host::silent_input,
        "An input is silent while others play",
        "A strip that is set up gets no signal.",
        "Look at the routing in the host and at the strip's Input and Source."
    ),
    rule!(
        observed
        Note,
        "changed-impulse",
        chains::changed_impulse,
        "An impulse response has changed",
        "The file is not the one this session was saved with; the room may sound otherwise.",
        "Choose the file again to take it as it is, or put the old one back."
    ),
    rule!(
        Note,
        "shared-effect",
        chains::shared_effect,
        "The same effect on many strips",
        "Each of them costs processor time, and many rooms make one mix less clear than one room.",
        "Put the effect on one Return and feed it by post-fader sends."
    ),
];
