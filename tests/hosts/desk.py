"""What a routing must sound like, worked out on paper: the expectation of every host test.

A `Desk` is a set of parameter values as a person would write them ("Strip 2 > Bus 4": "-12 dB").
It knows two things about them: the normalised value 0..1 a VST3 host has to send, and the steady
level of every output port when every input carries a steady level. It is written from the signal
path in the documentation and shares no line with the plugin, so the two can disagree.

Not here: hosts, files, ramps (callers look before and after them), pans away from the centre and
solo in place.
"""

import re

import numpy as np

STRIPS = 16
BUSES = 12
PORTS = 16
MAIN, MONITOR_A, MONITOR_B, CUE = 0, 13, 14, 15
PORT_NAMES = ["Main", *(f"Bus {j}" for j in range(1, BUSES + 1)), "Monitor A", "Monitor B", "Cue"]

TAPS = ["Off", "Input", "Pre", "Post"]
SWITCH = ["Off", "On"]
CHOICES = {
    r"Strip \d+ > (Bus \d+|Main) Tap": TAPS,
    r"Bus \d+ > (Bus \d+|Main) Tap": TAPS,
    r"Bus \d+ Role": ["Group", "Return", "Mix"],
    r"Strip \d+ Source": ["Stereo", "Left", "Right", "Mono", "Side", "Swapped"],
    r"Strip \d+ Input": ["Off", *(f"Port {n}" for n in range(1, 17)), *(f"Link {n}" for n in range(1, 17))],
    r"Monitor Source": ["Off", "Main", "Cue", *(f"Bus {j}" for j in range(1, BUSES + 1))],
    r"Monitor Speakers": ["A", "B"],
    r"Solo Mode": ["In place", "PFL", "AFL"],
    r"(Strip|Bus) \d+ (Mute|Solo)": SWITCH,
    r"Bus \d+ (Immediate|Pan Follow)": SWITCH,
}
TRIM = re.compile(r"Strip \d+ Trim")
UNITY = "0 dB"
SILENT = "-inf dB"


def decibels(text):
    """The number in "-12 dB"."""
    return float(text.removesuffix(" dB"))


def gain(text):
    """The linear gain of "-12 dB"; nothing at "-inf dB"."""
    return 10.0 ** (decibels(text) / 20.0)


def fader_position(db):
    """Where a fader stands for a level: 0.75 at 0 dB, 1 at +10 dB, 0 at −∞, in four straight pieces."""
    if db <= -90.0:
        return 0.0
    for bottom, offset, slope in ((-10.0, 30.0, 40.0), (-30.0, 50.0, 80.0), (-60.0, 70.0, 160.0)):
        if db >= bottom:
            return (db + offset) / slope
    return (db + 90.0) / 480.0


def choices(name):
    """The choices of a stepped parameter in their order, or None for a continuous one."""
    return next((c for pattern, c in CHOICES.items() if re.fullmatch(pattern, name)), None)


def normalised(name, text):
    """The value 0..1 that a VST3 host sends to set a parameter to a text."""
    steps = choices(name)
    if steps:
        return steps.index(text) / (len(steps) - 1)
    if TRIM.fullmatch(name):
        return (decibels(text) + 24.0) / 48.0
    return fader_position(decibels(text))


def separate_sources():
    """A steady level for each side of each strip, [strip, side].

    No sum of some of them equals a sum of others, so a wrong route cannot look like a right one.
    """
    left = 0.4 * 0.71 ** np.arange(STRIPS)
    return np.stack([left, -0.63 * left], axis=1)


class Desk:
    """Parameter values by name; whatever is not named stands at its default.

    `inserts` are the gains of insert chains by node ("Strip 3"); without one a chain is empty.
    """

    def __init__(self, values, inserts=None):
        self.values = dict(values)
        self.inserts = dict(inserts or {})

    def __getitem__(self, name):
        if name in self.values:
            return self.values[name]
        if re.fullmatch(r"Strip \d+ > Bus \d+", name):
            return SILENT
        if re.fullmatch(r"Bus \d+ > Bus \d+ Tap", name):
            return "Off"
        if name.endswith("Tap"):
            return "Post"
        if strip := re.fullmatch(r"Strip (\d+) Input", name):
            return f"Port {strip[1]}"
        steps = choices(name)
        return steps[0] if steps else UNITY

    def with_values(self, values):
        """A desk that differs in some values."""
        return Desk(self.values | values, self.inserts)

    def normalised(self):
        """Every named value as a VST3 host sends it."""
        return {name: normalised(name, text) for name, text in self.values.items()}

    def normalised_of(self, name):
        """One value, named or not, as a VST3 host sends it."""
        return normalised(name, self[name])

    def outputs(self, inputs):
        """The level of every output port, [port, side], for the level of every input, [port, side]."""
        strips = [self._strip_taps(i, inputs) for i in range(1, STRIPS + 1)]
        main = np.zeros(2)
        buses, outs = [], np.zeros((PORTS, 2))
        for i, taps in enumerate(strips, 1):
            if not self._is_on(f"Strip {i} Mute"):
                main += taps[self[f"Strip {i} > Main Tap"]]
        # Only lower buses feed higher ones in these tests, so their numbers are the order.
        for k in range(1, BUSES + 1):
            buses.append(self._bus_taps(k, strips, buses))
            outs[k] = buses[-1]["Post"]
            if self[f"Bus {k} Role"] != "Mix":
                main += buses[-1][self[f"Bus {k} > Main Tap"]]
        outs[MAIN] = main * self._insert("Main") * gain(self["Main Fader"])
        soloed = [i for i in range(1, STRIPS + 1) if self._is_on(f"Strip {i} Solo")]
        assert not soloed or self["Solo Mode"] == "PFL", "this desk knows only PFL"
        outs[CUE] = sum((strips[i - 1]["Pre"] for i in soloed), np.zeros(2))
        heard = "Cue" if soloed else self["Monitor Source"]
        if heard != "Off":
            speakers = MONITOR_A if self["Monitor Speakers"] == "A" else MONITOR_B
            outs[speakers] = outs[PORT_NAMES.index(heard)] * gain(self["Monitor Level"])
        return outs

    def _insert(self, node):
        return self.inserts.get(node, 1.0)

    def _is_on(self, name):
        return self[name] == "On"

    def _strip_taps(self, i, inputs):
        port = self[f"Strip {i} Input"]
        left, right = inputs[int(port.split()[1]) - 1] if port.startswith("Port") else (0.0, 0.0)
        source = self[f"Strip {i} Source"]
        sides = {"Stereo": (left, right), "Swapped": (right, left)}[source]
        source = np.array(sides) * gain(self[f"Strip {i} Trim"])
        pre = source * self._insert(f"Strip {i}")
        post = pre * gain(self[f"Strip {i} Fader"])
        return {"Off": np.zeros(2), "Input": source, "Pre": pre, "Post": post}

    def _bus_taps(self, k, strips, lower_buses):
        total = np.zeros(2)
        for i, taps in enumerate(strips, 1):
            if not self._is_on(f"Strip {i} Mute") or self[f"Bus {k} Role"] == "Mix":
                total += taps[self[f"Strip {i} > Bus {k} Tap"]] * gain(self[f"Strip {i} > Bus {k}"])
        for j, taps in enumerate(lower_buses, 1):
            total += taps[self[f"Bus {j} > Bus {k} Tap"]] * gain(self[f"Bus {j} > Bus {k}"])
        silent = self._is_on(f"Bus {k} Mute")
        total = total * (0.0 if silent else 1.0)
        pre = total * self._insert(f"Bus {k}")
        return {"Off": np.zeros(2), "Input": total, "Pre": pre, "Post": pre * gain(self[f"Bus {k} Fader"])}


def one_strip_per_bus():
    """Strips 1–12 each alone on their own bus, 13–16 on Main only, Bus 2 on the monitors."""
    values = {"Monitor Source": "Bus 2"}
    for n in range(1, BUSES + 1):
        values |= {f"Strip {n} > Bus {n}": UNITY, f"Strip {n} > Main Tap": "Off", f"Bus {n} > Main Tap": "Off"}
    return Desk(values)


def a_show():
    """Values of every kind away from their defaults: levels, taps, roles, trims, mutes, sources, PFL."""
    return Desk(
        {
            # A drum group of three strips that feeds Main.
            "Strip 1 > Bus 1": UNITY, "Strip 2 > Bus 1": UNITY, "Strip 3 > Bus 1": "-3 dB",
            "Strip 1 > Main Tap": "Off", "Strip 2 > Main Tap": "Off", "Strip 3 > Main Tap": "Off",
            "Strip 2 Fader": "-6 dB", "Bus 1 Fader": "-1.5 dB",
            # A shared effect return fed by sends after the fader.
            "Bus 2 Role": "Return", "Strip 4 > Bus 2": "-12 dB", "Strip 5 > Bus 2": "-24 dB", "Strip 5 Fader": "-10 dB",
            # Two in-ear mixes before the fader; a muted strip is still heard there.
            "Bus 3 Role": "Mix", "Strip 6 > Bus 3": "-6 dB", "Strip 6 > Bus 3 Tap": "Pre", "Strip 6 Mute": "On",
            "Strip 7 > Bus 3": "-40 dB", "Strip 7 > Bus 3 Tap": "Input", "Strip 7 Trim": "+6 dB", "Strip 7 Fader": SILENT,
            "Bus 4 Role": "Mix", "Bus 3 > Bus 4 Tap": "Post", "Bus 3 > Bus 4": "-6 dB",
            # A subgroup into another group, and a muted group.
            "Strip 8 > Bus 5": UNITY, "Bus 5 > Bus 6 Tap": "Pre", "Bus 5 > Bus 6": "-9 dB", "Bus 5 > Main Tap": "Off",
            "Strip 9 > Bus 7": UNITY, "Bus 7 Mute": "On",
            # Where strips listen and what of it they take.
            "Strip 10 Input": "Port 12", "Strip 10 > Bus 8": UNITY, "Strip 11 Source": "Swapped", "Strip 11 > Bus 9": "+4 dB",
            "Strip 12 Input": "Off", "Strip 12 > Bus 10": UNITY,
            # One strip listened to before its fader on the second pair of speakers.
            "Solo Mode": "PFL", "Strip 13 Solo": "On", "Strip 13 Fader": "-20 dB",
            "Monitor Source": "Main", "Monitor Speakers": "B", "Monitor Level": "-6 dB", "Main Fader": "-2 dB",
        }
    )  # fmt: skip
