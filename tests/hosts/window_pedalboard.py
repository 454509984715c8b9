"""The VST3's own editor open in pedalboard while a tone plays through it, for a test that works in it.

`window_pedalboard.py VST3`: opens the editor, plays on a thread of its own and prints a line of JSON
for each tenth of a second: the lowest and the highest gain of the main output. Ends when its input
does. The tone's sides are a quarter of a turn apart, so that the length of (left, right) is the gain
at every sample. Not here: the mouse, and what should be heard (xtask's window tests).
"""

import ctypes
import json
import sys
import threading
import time

import numpy as np
import pedalboard

RATE = 48_000
LEVEL = 0.25


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
def go_on(_display, _error):
    """JUCE asks windows that only a desktop has; on a bare display Xlib would end the program."""
    return 0


def play(plugin, ended):
    angle = 2 * np.pi * 440 * np.arange(RATE // 10) / RATE
    tone = (LEVEL * np.stack([np.cos(angle), np.sin(angle)])).astype(np.float32)
    while not ended.is_set():
        left, right = plugin.process(tone, RATE, buffer_size=512, reset=False)
        gain = np.hypot(left, right) / LEVEL
        print(json.dumps([float(gain.min()), float(gain.max())]), flush=True)
        time.sleep(0.1)


def main():
    ctypes.CDLL("libX11.so.6").XSetErrorHandler(go_on)
    plugin = pedalboard.VST3Plugin(sys.argv[1], plugin_name="Switchyard")
    ended = threading.Event()
    playing = threading.Thread(target=play, args=(plugin, ended))
    playing.start()

    def wait():
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    plugin.show_editor(ended)
    ended.set()
    playing.join()


main()
