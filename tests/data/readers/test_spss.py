"""SPSS files, as a damaged one is seen."""

from types import SimpleNamespace

import pytest

from data.readers import spss
from data.readers.source import Refused


def test_a_column_that_lost_its_name_makes_a_damaged_file(monkeypatch):
    # What pyreadstat gives for some files in whose head a bit was flipped.
    about = SimpleNamespace(column_names=["q1", None], variable_storage_width={})
    monkeypatch.setattr(spss, "_opened", lambda *_, **__: (None, about))
    with pytest.raises(Refused, match="can't be opened as an SPSS file"):
        spss.apart(b"", None, 100, 100)
