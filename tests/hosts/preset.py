"""A VST3 preset with what no host parameter reaches: the plugin's session with its insert chains.

The layout of a `.vstpreset` is Steinberg's: a header with the class id, the component's state, a list of
chunks. The component's state is the plugin's own: eight bytes of length, then JSON. Not here: hosts.
"""

import json
import struct

# The id by which projects find the plugin again; it never changes.
CLASS_ID = b"3A0BEDCEAC3E5577AC4DDBBCA7EDF204"
# The fader position of 0 dB.
UNITY = 0.75
HEADER = struct.Struct("<4si32sq")
ENTRY = struct.Struct("<4sqq")


def slot(effect, key=None, **settings):
    """One slot; settings by id, as plain numbers."""
    return {"effect": effect, "settings": settings} | ({"key": list(key)} if key else {})


def serial(*slots):
    """A chain of slots one after another."""
    return {"lanes": [{"slots": list(slots)}]}


def parallel(dry, *lanes):
    """A chain of lanes, each a list of slots, beside the dry signal at a fader position."""
    return {"dry": dry, "lanes": [{"slots": lane} for lane in lanes]}


def write(path, chains):
    """Writes a preset with chains by node ("Strip 2") and every parameter at its default."""
    session = json.dumps({"version": 2, "chains": chains})
    state = json.dumps({"version": "", "params": {}, "fields": {"session": session}}).encode()
    component = struct.pack("<Q", len(state)) + state
    listed = HEADER.size + len(component)
    path.write_bytes(
        HEADER.pack(b"VST3", 1, CLASS_ID, listed)
        + component
        + struct.pack("<4si", b"List", 1)
        + ENTRY.pack(b"Comp", HEADER.size, len(component))
    )
