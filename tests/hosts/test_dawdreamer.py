"""The VST3 in DawDreamer: all 32 input and 32 output channels, automation, and its saved state.

Not here: what a routing must sound like (`desk.py`). DawDreamer delivers parameter changes at the
start of its blocks, so times are held to a block; sample accuracy is proved on the CLAP.
"""

import dawdreamer
import numpy as np
import pytest

from desk import BUSES, PORT_NAMES, PORTS, UNITY, a_show, normalised, one_strip_per_bus, separate_sources

RATE = 48_000
BLOCK = 512
RAMP = RATE // 100
TOLERANCE = 1e-6
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

    def render(self):
        """What leaves every port, [port, side, frame]."""
        sources = []
        for port, levels in enumerate(self.inputs):
            steady = np.repeat(levels.astype(np.float32)[:, None], FRAMES, axis=1)
            sources.append(self.engine.make_playback_processor(f"source {port + 1}", steady))
        graph = [(source, []) for source in sources]
        graph.append((self.plugin, [f"source {port + 1}" for port in range(PORTS)]))
        self.engine.load_graph(graph)
        self.engine.render(SECONDS)
        return np.asarray(self.plugin.get_audio()).reshape(PORTS, 2, -1)


def assert_ports_carry(sound, expected):
    """Every port stands at its expected level from the end of the first ramps to the end."""
    settled = sound[:, :, 2 * BLOCK + RAMP :]
    for port, name in enumerate(PORT_NAMES):
        worst = np.abs(settled[port] - expected[port][:, None]).max()
        assert worst < TOLERANCE, f"{name} is off by {worst}: {settled[port, :, -1]}, not {expected[port]}"


@pytest.fixture
def rack(vst3):
    return Rack(vst3)


def test_all_sixteen_stereo_ports_are_open_both_ways(rack):
    assert rack.plugin.get_num_input_channels() == 2 * PORTS
    assert rack.plugin.get_num_output_channels() == 2 * PORTS


def test_a_fresh_plugin_sums_every_strip_to_main_and_nothing_else(rack):
    sound = rack.render()
    expected = np.zeros((PORTS, 2))
    expected[0] = rack.inputs.sum(axis=0)
    assert_ports_carry(sound, expected)


def test_separate_sources_arrive_on_separate_outputs(rack):
    desk = one_strip_per_bus()
    rack.set_desk(desk)
    expected = desk.outputs(rack.inputs)
    for bus in range(1, BUSES + 1):
        assert np.allclose(expected[bus], rack.inputs[bus - 1]), "the expectation itself"
    assert_ports_carry(rack.render(), expected)


def test_every_output_carries_exactly_what_a_whole_show_routes_to_it(rack):
    desk = a_show()
    rack.set_desk(desk)
    assert_ports_carry(rack.render(), desk.outputs(rack.inputs))


def test_the_host_reads_the_values_it_set_as_the_plugins_own_text(rack):
    rack.set_desk(a_show())
    for name in ("Bus 3 Role", "Strip 6 > Bus 3 Tap", "Solo Mode", "Monitor Speakers", "Strip 10 Input"):
        assert rack.plugin.get_parameter_text(rack.index[name]) == a_show()[name], name


def test_an_automated_send_fades_where_the_host_says(rack):
    opens, closes = 12_000, 18_000
    send = "Strip 3 > Bus 7"
    lane = np.zeros(FRAMES, np.float32)
    lane[opens:closes] = normalised(send, UNITY)
    assert rack.plugin.set_automation(rack.index[send], lane)
    sound = rack.render()[7]
    level = rack.inputs[2]
    for side in range(2):
        share = sound[side] / level[side]
        assert np.abs(share[: opens - BLOCK]).max() < TOLERANCE, "silent before it opens"
        assert np.abs(share[opens + BLOCK + RAMP : closes - BLOCK] - 1.0).max() < 1e-5, "unity while open"
        assert np.abs(share[closes + BLOCK + RAMP :]).max() < TOLERANCE, "silent after it closes"
        step = np.abs(np.diff(share)).max()
        assert step < 2.0 / RAMP, f"it fades over 10 ms rather than jumping by {step}"


def test_a_saved_state_restores_every_parameter_and_the_sound_in_a_fresh_instance(rack, vst3, workplace):
    rack.set_desk(a_show())
    sound = rack.render()
    saved = rack.parameters()
    state = workplace / "dawdreamer.state"
    state.unlink(missing_ok=True)
    rack.plugin.save_state(str(state))

    fresh = Rack(vst3)
    changed = {name for name, value in fresh.parameters().items() if abs(value - saved[name]) > 1e-6}
    assert changed == set(a_show().values), "every value of the show, and no other, is away from its default"
    fresh.plugin.load_state(str(state))
    restored = fresh.parameters()
    assert {n: restored[n] for n in saved} == pytest.approx(saved, abs=1e-6)
    again = fresh.render()
    assert_ports_carry(again, a_show().outputs(rack.inputs))
    settled = 2 * BLOCK + RAMP
    assert np.array_equal(again[:, :, settled:], sound[:, :, settled:])
