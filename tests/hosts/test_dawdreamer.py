"""The VST3 in DawDreamer: all 32 input and 32 output channels, automation, and its saved state.

Not here: what a routing must sound like (`desk.py`). DawDreamer delivers parameter changes at the
start of its blocks, so times are held to a block; sample accuracy is proved on the CLAP.
"""

import numpy as np
import pytest

import preset
from dawdreamer_rack import BLOCK, FRAMES, RATE, Rack, hear, noises
from desk import BUSES, PORT_NAMES, PORTS, UNITY, a_show, normalised, one_strip_per_bus

RAMP = RATE // 100
TOLERANCE = 1e-6
# Chains of every kind: serial and parallel, keyed from elsewhere, late, on strips, buses and Main. What
# wanders by itself (a modulated reverb) is among them too: it wanders the same way in every run.
CHAINS = {
    "Strip 1": preset.serial(preset.slot("utility", gain=-6.0206)),
    "Strip 2": preset.serial(preset.slot("equalizer", bell1_gain=6.0), preset.slot("saturator", drive=12.0)),
    "Strip 3": preset.parallel(
        preset.UNITY, [preset.slot("compressor", ("Strip 4", "Pre"), threshold=-40.0)], [preset.slot("delay", time=40.0)]
    ),
    "Main": preset.serial(preset.slot("reverb"), preset.slot("limiter", ceiling=-3.0)),
}


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


def test_chains_saved_by_the_host_sound_the_same_in_a_fresh_process(vst3, workplace):
    file = workplace / "chains.vstpreset"
    preset.write(file, CHAINS)
    before, latency, state = hear(vst3, file, workplace, "before")
    assert latency > 0, "saturator and limiter are late, and the host knows it"
    after, latency_after, state_after = hear(vst3, state, workplace, "after")
    assert latency_after == latency
    assert np.abs(before[0]).max() > 0.1, "Main sounds"
    assert np.abs(after - before).max() < TOLERANCE
    assert state_after.read_bytes() == state.read_bytes(), "a state loaded and saved is the same state"


def test_the_chains_of_a_loaded_state_are_what_is_heard(vst3, workplace):
    dry, halved = workplace / "dry.vstpreset", workplace / "halved.vstpreset"
    preset.write(dry, {})
    preset.write(halved, {f"Strip {n}": CHAINS["Strip 1"] for n in range(1, PORTS + 1)})
    whole, _, _ = hear(vst3, dry, workplace, "dry")
    half, latency, _ = hear(vst3, halved, workplace, "halved")
    assert latency == 0
    assert np.abs(whole[0] - noises().sum(axis=0)).max() < 1e-5, "without chains Main is the sum"
    assert np.abs(half[0] - 0.5 * whole[0]).max() < 1e-5
