"""The VST3 in a host that opens only the main buses and hands over nothing for the other fifteen.

clap-wrapper skips processing when a bus has another number of channels than it declared, and the
host then hears its own input again. Silence where the plugin was told to be silent proves it ran.
"""

import numpy as np
import pedalboard
import pytest

RATE = 48_000
SETTLED = RATE // 2


@pytest.fixture
def plugin(vst3):
    return pedalboard.VST3Plugin(str(vst3), plugin_name="Switchyard")


@pytest.fixture
def noise():
    return np.random.default_rng(1).uniform(-0.5, 0.5, (2, RATE)).astype(np.float32)


def raw_parameter(plugin, name):
    return next(p for p in plugin.parameters.values() if p.name == name)


@pytest.mark.parametrize("block", [64, 512, 8192])
def test_sound_passes_sample_exact_when_inserted(plugin, noise, block):
    assert np.array_equal(plugin.process(noise, RATE, buffer_size=block), noise)


@pytest.mark.parametrize("name", ["Strip 1 Fader", "Main Fader"])
def test_a_closed_fader_is_silence_and_not_the_dry_signal(plugin, noise, name):
    raw_parameter(plugin, name).raw_value = 0.0
    sound = plugin.process(noise, RATE, buffer_size=512)
    assert np.abs(sound[:, SETTLED:]).max() == 0.0


def test_a_fader_moved_between_two_calls_is_heard_in_the_second(plugin, noise):
    assert np.abs(plugin.process(noise, RATE, buffer_size=512)).max() > 0.4
    raw_parameter(plugin, "Strip 1 Fader").raw_value = 0.5
    sound = plugin.process(noise, RATE, buffer_size=512)
    tenth = noise * 10.0 ** (-10.0 / 20.0)
    assert np.abs(sound[:, SETTLED:] - tenth[:, SETTLED:]).max() < 1e-6
