import pytest

from data.__main__ import main
from data.settings import SettingsError, settings


@pytest.fixture(autouse=True)
def _fresh():
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_every_setting_has_a_default_that_works():
    assert settings().threshold == 10


def test_a_setting_that_cannot_be_is_one_sentence(monkeypatch):
    monkeypatch.setenv("CONFIDENCE_THRESHOLD", "3")
    with pytest.raises(SettingsError) as refusal:
        settings()
    assert str(refusal.value) == "CONFIDENCE_THRESHOLD is “3”: input should be greater than or equal to 5."


def test_the_command_line_says_it_without_a_traceback(monkeypatch, capsys):
    monkeypatch.setenv("CONFIDENCE_LOCK_SECONDS", "soon")
    assert main(["history"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_boundary_sets_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("CONFIDENCE_BOUNDARY_SETS", "wards, LSOA21")
    assert settings().boundary_sets == ["wards", "LSOA21"]
