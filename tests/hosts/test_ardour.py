"""The VST3 in Ardour, headless: sixteen tracks through the plugin into sixteen return busses.

The session is built, given insert chains by a preset, automated and saved by a Lua script in
`ardour/`, then loaded, exported and saved again by another, twice, each time in a fresh process; this
file gives them a scenario and compares the exports with what `desk.py` says. Ardour runs in a home of
its own under the build folder, so nobody's Ardour is touched.
"""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import time

import numpy as np
import pytest
from pedalboard.io import AudioFile

import preset
from desk import Desk, PORT_NAMES, PORTS, SILENT, UNITY, a_show, normalised, separate_sources

SCRIPTS = pathlib.Path(__file__).resolve().parent / "ardour"
SCANNER = "/usr/lib/ardour7/ardour-vst3-scanner"
LIBRARIES = "/usr/lib/ardour7"
RATE = 48_000
FRAMES = 2 * RATE
# Ardour plays in blocks of at most this many frames, and a VST3 gets its automation by the block.
BLOCK = 1024
RAMP = RATE // 100
TOLERANCE = 1e-6
LONGEST_RUN = 120
# Ardour 7.3 without a screen now and then ends on a damaged heap of its own: with tracks in the session
# it did so in 3 of 8 exports without any plugin at all. A run that a signal ended is therefore repeated;
# whatever else goes wrong is a failure at once. What it saved before may be damaged too: then all begins anew.
ATTEMPTS = 3
BEGINNINGS = 5

# What no host may automate, and Ardour therefore cannot set; without PFL the solo would be in place.
OUT_OF_REACH = re.compile(
    r"Bus \d+ > (Bus \d+|Main) Tap|Bus \d+ (Role|Immediate|Pan Follow)|Strip \d+ (Source|Input|Solo)|Solo Mode"
)
# Chains whose gains are known on paper; the bypassed limiter and saturator add nothing but latency.
HALVED = preset.slot("utility", gain=-6.0206)
KEYED = preset.slot("compressor", ("Strip 4", "Pre"), threshold=-40.0, ratio=4.0, knee=0.0, attack=0.05)
CHAINS = {
    "Strip 1": preset.serial(HALVED, preset.slot("saturator") | {"bypass": True}),
    "Strip 8": preset.parallel(preset.UNITY, [HALVED]),
    "Bus 8": preset.serial(KEYED),
    "Bus 9": preset.serial(HALVED),
    "Main": preset.serial(preset.slot("limiter") | {"bypass": True}),
}
# At 4:1 three quarters of what is above the threshold go.
ABOVE = 20.0 * np.log10(np.abs(separate_sources()[3]).max()) + 40.0
INSERTS = {"Strip 1": 0.5, "Strip 8": 1.5, "Bus 8": 10.0 ** (-0.75 * ABOVE / 20.0), "Bus 9": 0.5}
SHOW = Desk(
    {name: text for name, text in a_show().values.items() if not OUT_OF_REACH.fullmatch(name)}, INSERTS
)
PRESET = "chains"
SEND = "Strip 14 > Bus 11"
OPENS, CLOSES = RATE // 2, RATE
# A steady lane between two jumps of one hundredth of a second.
LANE = [(0, SILENT), (OPENS, SILENT), (OPENS + RAMP, UNITY), (CLOSES, UNITY), (CLOSES + RAMP, SILENT), (FRAMES, SILENT)]


@dataclasses.dataclass
class Played:
    """What one run of the saved session left behind."""

    sound: np.ndarray  # [port, side, frame]
    parameters: dict  # name -> normalised value, in Ardour's order


class Damaged(Exception):
    """Ardour was ended by a signal at every attempt."""


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
        presets = folder / ".vst3/presets/Switchyard/Switchyard"
        presets.mkdir(parents=True)
        preset.write(presets / f"{PRESET}.vstpreset", CHAINS)
        # The scanner's cache counts only when it is newer than the plugin, in whole minutes.
        ten_minutes_ago = time.time() - 600
        for library in bundle.rglob("*.so"):
            os.utime(library, (ten_minutes_ago, ten_minutes_ago))
        (folder / "scenario.lua").write_text(scenario())
        self.run([SCANNER, "-f", str(bundle)], "scan", LD_LIBRARY_PATH=LIBRARIES)

    def run(self, command, name, before=lambda: None, **environment):
        """Runs a program of Ardour's in this home; its output is shown when it fails. `before` clears the way."""
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
        for attempt in range(1, ATTEMPTS + 1):
            before()
            with log.open("w") as output:
                done = subprocess.run(
                    command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                    stdout=output, stderr=subprocess.STDOUT, timeout=LONGEST_RUN,
                )  # fmt: skip
            if done.returncode >= 0:
                assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{tail(log)}"
                return
            print(f"{name}: Ardour was ended by signal {-done.returncode} in attempt {attempt}")
        raise Damaged(f"{name} was ended by a signal {ATTEMPTS} times:\n{tail(log)}")

    def parameters(self, name):
        """The parameters that a script wrote down: normalised values by name, in Ardour's order."""
        rows = [line.split("\t") for line in (self.folder / f"{name}.parameters").read_text().splitlines()]
        rows.sort(key=lambda row: int(row[1]))
        return {row[0]: float(row[2]) for row in rows}

    def build(self):
        """Builds and saves the session; returns the plugin's parameters in it."""
        session = self.folder / "session"
        build = ["ardour7-lua", str(SCRIPTS / "build_session.lua")]
        self.run(build, "built", before=lambda: shutil.rmtree(session, ignore_errors=True))
        return self.parameters("built")

    def play(self, name):
        """Loads the saved session in a fresh process, exports it under a name and saves it again."""
        wav = self.folder / f"{name}.wav"
        play = ["ardour7-lua", str(SCRIPTS / "play_session.lua")]
        self.run(play, name, before=lambda: wav.unlink(missing_ok=True), SWITCHYARD_NAME=name)
        assert wav.exists(), f"nothing was exported:\n{tail(self.folder / f'{name}.log')}"
        with AudioFile(str(wav)) as file:
            sound = file.read(file.frames)
        assert sound.shape == (2 * PORTS, FRAMES)
        return Played(sound.reshape(PORTS, 2, FRAMES), self.parameters(name))


def scenario():
    """The scenario as the Lua scripts read it."""
    sources = ", ".join(f"{{ {left:.9g}, {right:.9g} }}" for left, right in separate_sources())
    parameters = ", ".join(f'["{name}"] = {value:.9g}' for name, value in SHOW.normalised().items())
    points = ", ".join(f"{{ {frame}, {normalised(SEND, text):.9g} }}" for frame, text in LANE)
    return (
        f"return {{ rate = {RATE}, frames = {FRAMES},\n"
        f"  sources = {{ {sources} }},\n"
        f'  preset = "{PRESET}",\n'
        f"  parameters = {{ {parameters} }},\n"
        f'  automation = {{ parameter = "{SEND}", points = {{ {points} }} }} }}\n'
    )


@pytest.fixture(scope="module")
def runs(vst3, workplace):
    """The session's parameters when built, and what it was when loaded once and again."""
    home = Home(workplace / "ardour", vst3)
    for beginning in range(1, BEGINNINGS + 1):
        try:
            return home.build(), home.play("loaded"), home.play("loaded-again")
        except Damaged as damaged:
            if beginning == BEGINNINGS:
                raise
            print(damaged)


@pytest.fixture
def built(runs):
    return runs[0]


@pytest.fixture
def loaded(runs):
    return runs[1]


@pytest.fixture
def loaded_again(runs):
    return runs[2]


def assert_returns_carry(played):
    """Every return bus stands at what the routing says, while the send is closed, open and closed."""
    for moments, send in (
        (slice(2 * BLOCK, OPENS - BLOCK), SILENT),
        (slice(OPENS + BLOCK + 2 * RAMP, CLOSES - BLOCK), UNITY),
        (slice(CLOSES + BLOCK + 2 * RAMP, FRAMES), SILENT),
    ):
        expected = SHOW.with_values({SEND: send}).outputs(separate_sources())
        for port, name in enumerate(PORT_NAMES):
            heard = played.sound[port, :, moments]
            worst = np.abs(heard - expected[port][:, None]).max()
            assert worst < TOLERANCE, f"{name} is off by {worst}: {heard[:, -1]}, not {expected[port]}"


def test_every_return_carries_exactly_what_is_routed_to_it_through_its_insert_chains(loaded):
    assert_returns_carry(loaded)


def test_an_automated_send_fades_where_the_lane_says(loaded):
    level = separate_sources()[13]
    fade_in = slice(OPENS - BLOCK, OPENS + BLOCK + 2 * RAMP)
    fade_out = slice(CLOSES - BLOCK, CLOSES + BLOCK + 2 * RAMP)
    for side in range(2):
        share = loaded.sound[11, side] / level[side]
        assert np.all(np.diff(share[fade_in]) > -TOLERANCE), "it only rises where it opens"
        assert np.all(np.diff(share[fade_out]) < TOLERANCE), "it only falls where it closes"
        assert np.abs(np.diff(share)).max() < 2.0 / RAMP, "it never jumps"


def test_ardour_reaches_the_first_512_parameters_in_the_frozen_order(built):
    order = list(built)
    assert order[:4] == ["Bypass", "Strip 1 Fader", "Strip 2 Fader", "Strip 3 Fader"]
    first = set(order[:512])
    for i in range(1, 17):
        assert {f"Strip {i} Fader", f"Strip {i} Pan", f"Strip {i} Mute", f"Strip {i} > Bus 12"} <= first
    assert {"Bus 12 > Bus 11", "Main Fader", "Monitor Talkback", "Macro 16"} <= first


def test_the_session_is_saved_with_values_away_from_their_defaults(built):
    for name, value in SHOW.normalised().items():
        assert built[name] == pytest.approx(value, abs=1e-6), name
        assert value != pytest.approx(Desk({}).normalised_of(name), abs=1e-6), f"{name} stands at its default"


@pytest.mark.parametrize("run", ["loaded", "loaded_again"])
def test_a_fresh_process_has_every_parameter_as_it_was_saved(built, run, request):
    parameters = request.getfixturevalue(run).parameters
    assert list(parameters) == list(built)
    for name in set(built) - {SEND}:
        assert parameters[name] == pytest.approx(built[name], abs=1e-6), name


def test_a_session_saved_twice_sounds_as_it_was_saved_once(loaded, loaded_again):
    assert_returns_carry(loaded_again)
    settled = slice(2 * BLOCK, None)
    assert np.abs(loaded_again.sound[:, :, settled] - loaded.sound[:, :, settled]).max() < TOLERANCE
