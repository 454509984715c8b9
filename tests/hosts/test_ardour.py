"""The VST3 in Ardour, headless: sixteen tracks through the plugin into sixteen return busses.

The session is built, automated, saved and exported by Lua scripts in `ardour/`; this file gives them
a scenario and compares the exports with what `desk.py` says. Ardour runs in a home of its own under
the build folder, so nobody's Ardour is touched.
"""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import time

import numpy as np
import pedalboard
import pytest
from pedalboard.io import AudioFile

from desk import PORT_NAMES, PORTS, SILENT, UNITY, a_show, normalised, separate_sources

SCRIPTS = pathlib.Path(__file__).resolve().parent / "ardour"
SCANNER = "/usr/lib/ardour7/ardour-vst3-scanner"
LIBRARIES = "/usr/lib/ardour7"
RATE = 48_000
FRAMES = 2 * RATE
# Ardour plays in blocks of at most this many frames, and a VST3 gets its automation by the block.
BLOCK = 1024
RAMP = RATE // 100
TOLERANCE = 1e-6
LONGEST_RUN = 150

# What no host may automate, and Ardour therefore cannot set.
FIXED = re.compile(
    r"Bus \d+ > (Bus \d+|Main) Tap|Bus \d+ (Role|Immediate|Pan Follow)|Strip \d+ (Source|Input)|Solo Mode|Pan Law|Talkback Source"
)
PRESET = "Switchyard host test"
SEND = "Strip 14 > Bus 11"
OPENS, CLOSES = RATE // 2, RATE
# A steady lane between two jumps of one hundredth of a second.
LANE = [(0, SILENT), (OPENS, SILENT), (OPENS + RAMP, UNITY), (CLOSES, UNITY), (CLOSES + RAMP, SILENT), (FRAMES, SILENT)]


@dataclasses.dataclass
class Export:
    """What one run of Ardour left behind."""

    sound: np.ndarray  # [port, side, frame]
    parameters: dict  # name -> normalised value
    order: list  # names in the order in which Ardour counts them


def tail(log):
    """The end of a log, for a failure's message."""
    return log.read_text(errors="replace")[-4000:]


class Home:
    """A private home in which Ardour finds the plugin, the test's source and the export preset."""

    def __init__(self, folder, vst3):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        config = folder / "config/ardour7"
        for name, subfolder in (("steady_source.lua", "scripts"), ("float_wav.format", "export"), ("float_wav.preset", "export")):
            (config / subfolder).mkdir(parents=True, exist_ok=True)
            shutil.copy(SCRIPTS / name, config / subfolder)
        bundle = folder / ".vst3/Switchyard.vst3"
        shutil.copytree(vst3, bundle)
        # The scanner's cache counts only when it is newer than the plugin, in whole minutes.
        ten_minutes_ago = time.time() - 600
        for library in bundle.rglob("*.so"):
            os.utime(library, (ten_minutes_ago, ten_minutes_ago))
        values = a_show().normalised()
        fixed = {name for name in values if FIXED.fullmatch(name)}
        presets = folder / ".vst3/presets/Switchyard/Switchyard"
        presets.mkdir(parents=True)
        (presets / f"{PRESET}.vstpreset").write_bytes(preset(vst3, {n: v for n, v in values.items() if n in fixed}))
        (folder / "scenario.lua").write_text(scenario({n: v for n, v in values.items() if n not in fixed}))
        self.run([SCANNER, "-f", str(bundle)], "scan", LD_LIBRARY_PATH=LIBRARIES)

    def run(self, command, name, **environment):
        """Runs a program of Ardour's in this home; its output is shown when it fails."""
        environment = os.environ | {
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "SWITCHYARD_SCRIPTS": str(SCRIPTS),
            "SWITCHYARD_SCENARIO": str(self.folder / "scenario.lua"),
            "SWITCHYARD_FOLDER": str(self.folder),
        } | environment  # fmt: skip
        environment.pop("DISPLAY", None)
        log = self.folder / f"{name}.log"
        with log.open("w") as output:
            done = subprocess.run(
                command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, timeout=LONGEST_RUN,
            )  # fmt: skip
        assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{tail(log)}"

    def export(self, script, name):
        """Runs a script that exports under a name, and reads what it wrote."""
        wav = self.folder / f"{name}.wav"
        wav.unlink(missing_ok=True)
        self.run(["ardour7-lua", str(SCRIPTS / script)], name)
        assert wav.exists(), f"{script} exported nothing:\n{tail(self.folder / f'{name}.log')}"
        with AudioFile(str(wav)) as file:
            sound = file.read(file.frames)
        assert sound.shape == (2 * PORTS, FRAMES)
        rows = [line.split("\t") for line in (self.folder / f"{name}.parameters").read_text().splitlines()]
        rows.sort(key=lambda row: int(row[1]))
        return Export(
            sound=sound.reshape(PORTS, 2, FRAMES),
            parameters={row[0]: float(row[2]) for row in rows},
            order=[row[0] for row in rows],
        )


def preset(vst3, values):
    """A preset file as another host saves it, with some values away from their defaults."""
    plugin = pedalboard.VST3Plugin(str(vst3))
    for parameter in plugin.parameters.values():
        if parameter.name in values:
            parameter.raw_value = values[parameter.name]
    return plugin.preset_data


def scenario(values):
    """The scenario as the Lua scripts read it, with the values that Ardour sets itself."""
    sources = ", ".join(f"{{ {left:.9g}, {right:.9g} }}" for left, right in separate_sources())
    parameters = ", ".join(f'["{name}"] = {value:.9g}' for name, value in values.items())
    points = ", ".join(f"{{ {frame}, {normalised(SEND, text):.9g} }}" for frame, text in LANE)
    return (
        f"return {{ rate = {RATE}, frames = {FRAMES},\n"
        f"  sources = {{ {sources} }},\n"
        f"  parameters = {{ {parameters} }},\n"
        f'  preset = "{PRESET}",\n'
        f'  automation = {{ parameter = "{SEND}", points = {{ {points} }} }} }}\n'
    )


@pytest.fixture(scope="module")
def home(vst3, workplace):
    return Home(workplace / "ardour", vst3)


@pytest.fixture(scope="module")
def built(home):
    return home.export("build_session.lua", "built")


@pytest.fixture(scope="module")
def reloaded(home, built):
    return home.export("reload_session.lua", "reloaded")


def assert_returns_carry(export):
    """Every return bus stands at what the routing says, while the send is closed, open and closed."""
    for moments, send in (
        (slice(2 * BLOCK, OPENS - BLOCK), SILENT),
        (slice(OPENS + BLOCK + 2 * RAMP, CLOSES - BLOCK), UNITY),
        (slice(CLOSES + BLOCK + 2 * RAMP, FRAMES), SILENT),
    ):
        expected = a_show().with_values({SEND: send}).outputs(separate_sources())
        for port, name in enumerate(PORT_NAMES):
            heard = export.sound[port, :, moments]
            worst = np.abs(heard - expected[port][:, None]).max()
            assert worst < TOLERANCE, f"{name} is off by {worst}: {heard[:, -1]}, not {expected[port]}"


def test_every_return_carries_exactly_what_is_routed_to_it(built):
    assert_returns_carry(built)


def test_an_automated_send_fades_where_the_lane_says(built):
    level = separate_sources()[13]
    fade_in = slice(OPENS - BLOCK, OPENS + BLOCK + 2 * RAMP)
    fade_out = slice(CLOSES - BLOCK, CLOSES + BLOCK + 2 * RAMP)
    for side in range(2):
        share = built.sound[11, side] / level[side]
        assert np.all(np.diff(share[fade_in]) > -TOLERANCE), "it only rises where it opens"
        assert np.all(np.diff(share[fade_out]) < TOLERANCE), "it only falls where it closes"
        assert np.abs(np.diff(share)).max() < 2.0 / RAMP, "it never jumps"


def test_ardour_reaches_the_first_512_parameters_in_the_frozen_order(built):
    assert built.order[:4] == ["Bypass", "Strip 1 Fader", "Strip 2 Fader", "Strip 3 Fader"]
    first = set(built.order[:512])
    for i in range(1, 17):
        assert {f"Strip {i} Fader", f"Strip {i} Pan", f"Strip {i} Mute", f"Strip {i} > Bus 12"} <= first
    assert {"Bus 12 > Bus 11", "Main Fader", "Monitor Talkback", "Macro 16"} <= first


def test_the_session_was_saved_with_values_away_from_their_defaults(built):
    for name, value in a_show().normalised().items():
        if FIXED.fullmatch(name):
            continue
        assert built.parameters[name] == pytest.approx(value, abs=1e-6), name


def test_a_reloaded_session_has_every_parameter_as_it_was_saved(built, reloaded):
    automated = {SEND}
    assert reloaded.order == built.order
    for name in set(built.order) - automated:
        assert reloaded.parameters[name] == pytest.approx(built.parameters[name], abs=1e-6), name


def test_a_reloaded_session_sounds_as_it_was_saved(built, reloaded):
    assert_returns_carry(reloaded)
    settled = slice(2 * BLOCK, None)
    assert np.abs(reloaded.sound[:, :, settled] - built.sound[:, :, settled]).max() < TOLERANCE
