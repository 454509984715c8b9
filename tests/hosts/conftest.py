"""Where the host tests find the bundled plugin and where they may write."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def vst3():
    """The bundled VST3, built by `cargo xtask bundle`."""
    bundle = pathlib.Path(os.environ.get("SWITCHYARD_VST3", ROOT / "target/bundled/Switchyard.vst3"))
    assert bundle.is_dir(), f"{bundle} is not there: run `cargo xtask bundle` first"
    return bundle


@pytest.fixture(scope="session")
def workplace():
    """A folder under the build folder for sessions, caches and recordings."""
    folder = ROOT / "target/host-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
