"""The VST3 in DawDreamer with all its buses open, and a process of its own to hear a saved state in.

Run as a program it loads a preset or a state, plays a broadband signal through every strip, and writes
down what every port gave, how late the plugin says it is, and the state it then has. Not here: what any
of it must be.
"""

import pathlib
import subprocess
import sys

import dawdreamer
import numpy as np

from desk import PORTS, separate_sources

RATE = 48_000
BLOCK = 512
SECONDS = 0.5
FRAMES = int(RATE * SECONDS)


class Rack:
    """One plugin with all its buses open and a steady source on every input channel pair."""

    def __init__(self, vst3):
        self.engine = dawdreamer.RenderEngine(RATE, BLOCK)
        self.plugin = self.engine.make_plugin_processor("switchyard", str(vst3))
        self.plugin.enable_all_buses()
        self.index = {p["name"]: p["index"] for p in self.plugin.get_parameters_description()}
        self.inputs = separate_sources()

    def set_desk(self, desk):
        for name, value in desk.normalised().items():
            assert self.plugin.set_parameter(self.index[name], value), f"{name} was refused"

    def parameters(self):
        """Every parameter's normalised value, by name."""
        return {name: self.plugin.get_parameter(index) for name, index in self.index.items()}

    def load(self, file):
        """Loads a preset or a state."""
        load = self.plugin.load_vst3_preset if file.suffix == ".vstpreset" else self.plugin.load_state
        load(str(file))

    def steady(self):
        """The steady sources as signals, [port, side, frame]."""
        return np.repeat(self.inputs.astype(np.float32)[:, :, None], FRAMES, axis=2)

    def render(self, signals=None):
        """What leaves every port, [port, side, frame], while the ports hear some signals."""
        names = [f"source {port + 1}" for port in range(PORTS)]
        signals = self.steady() if signals is None else signals
        graph = [(self.engine.make_playback_processor(name, signal), []) for name, signal in zip(names, signals)]
        self.engine.load_graph([*graph, (self.plugin, names)])
        self.engine.render(SECONDS)
        return np.asarray(self.plugin.get_audio()).reshape(PORTS, 2, -1)


def noises():
    """Noise that is another on every port and side and the same in every process, [port, side, frame]."""
    return np.random.default_rng(7).uniform(-0.3, 0.3, (PORTS, 2, FRAMES)).astype(np.float32)


def hear(vst3, loaded, folder, name):
    """Loads a preset or state in a fresh process; returns the sound, the latency and the file of its state."""
    heard, state = folder / f"{name}.npz", folder / f"{name}.state"
    for file in (heard, state):
        file.unlink(missing_ok=True)
    command = [sys.executable, "-B", __file__, vst3, loaded, heard, state]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{done.stderr[-4000:]}"
    with np.load(heard) as saved:
        return saved["sound"], int(saved["latency"]), state


def main():
    vst3, loaded, heard, state = map(pathlib.Path, sys.argv[1:])
    rack = Rack(vst3)
    rack.load(loaded)
    sound = rack.render(noises())
    np.savez(heard, sound=sound, latency=rack.plugin.get_latency_samples())
    rack.plugin.save_state(str(state))


if __name__ == "__main__":
    main()
