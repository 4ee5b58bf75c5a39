"""The demonstration force drawn once for all tests of this folder; nobody may change it."""

from collections.abc import Mapping

import pandas as pd
import pytest

from data.demo import Loads, demonstration


@pytest.fixture(scope="session")
def drawn() -> Loads:
    return demonstration()


@pytest.fixture(scope="session")
def frames(drawn: Loads) -> Mapping[str, pd.DataFrame]:
    """All rows by canonical table."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for table, loads in drawn.items():
        for _, reading in loads:
            parts.setdefault(table, []).append(reading.frame)
            for other, frame in reading.also.items():
                parts.setdefault(other, []).append(frame)
    return {table: pd.concat(of_table, ignore_index=True) for table, of_table in parts.items()}
