"""The real server over an empty store, asked without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.server import Server, started

EVERYWHERE = "0.0.0.0"  # noqa: S104 - for a test alone


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as it starts without any setting."""
    place = tmp_path_factory.mktemp("server")
    with started(store=place / "store", log=place / "log") as running:
        yield running


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app that everybody may look at."""
    place = tmp_path_factory.mktemp("open")
    with started(
        store=place / "store",
        log=place / "log",
        options=["--server.address", EVERYWHERE],
        CONFIDENCE_WITHOUT_SIGN_IN="viewer",
    ) as running:
        yield running
