import pytest

from data import vocabularies
from data.__main__ import main
from data.settings import SettingsError, settings
from data.vocabularies import BROAD_GROUPS


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


def test_grouping_choices_are_open_until_made(monkeypatch):
    assert settings().grouping == {}
    settings.cache_clear()
    monkeypatch.setenv("CONFIDENCE_CHINESE", "other")
    monkeypatch.setenv("CONFIDENCE_MIXED_BLACK", " BLACK ")
    monkeypatch.setenv("CONFIDENCE_IC5", "")
    assert settings().grouping == {"chinese": "Other", "mixed_black": "Black"}


@pytest.mark.parametrize("choice", ["chinese", "mixed_black", "ic5"])
def test_a_grouping_choice_offers_what_the_lists_offer(monkeypatch, choice):
    offered = {
        broad
        for row in vocabularies._rows("ethnicity")
        if row["choice"] == choice
        for broad in (row["broad"], row["other_broad"])
    }
    for broad in BROAD_GROUPS:
        settings.cache_clear()
        monkeypatch.setenv(f"CONFIDENCE_{choice.upper()}", broad)
        if broad in offered:
            assert settings().grouping == {choice: broad}
        else:
            with pytest.raises(SettingsError, match=f"CONFIDENCE_{choice.upper()} is “{broad}”"):
                settings()


SIGN_IN = {
    "SIGN_IN": "https://id.example.org/.well-known/openid-configuration",
    "SIGN_IN_CLIENT": "confidence",
    "SIGN_IN_SECRET": "told by the provider",
    "COOKIE_SECRET": "0123456789abcdef0123456789abcdef",
    "ADDRESS": "https://confidence.example.org",
}


@pytest.fixture
def sign_in(monkeypatch):
    def choose(**other: str) -> str:
        """What is wrong with sign-in set so; blank where nothing is."""
        settings.cache_clear()
        for name, value in {**SIGN_IN, **other}.items():
            monkeypatch.setenv(f"CONFIDENCE_{name}", value)
        try:
            settings()
        except SettingsError as why:
            return str(why)
        return ""

    return choose


def test_sign_in_is_whole_or_refused_and_no_secret_is_told(sign_in, monkeypatch):
    assert sign_in() == ""
    assert settings().issuer == "https://id.example.org"
    assert "told by" not in repr(settings())
    needed = "CONFIDENCE_SIGN_IN is set, and so must be CONFIDENCE_"
    for name in ("SIGN_IN_CLIENT", "SIGN_IN_SECRET", "COOKIE_SECRET", "ADDRESS"):
        assert sign_in(**{name: " "}) == f"{needed}{name}."
    assert sign_in(**{"COOKIE_SECRET": "short"}) == "CONFIDENCE_COOKIE_SECRET is shorter than 32 characters."
    assert sign_in(SIGN_IN_ISSUER="https://issuer.example.org") == ""
    assert settings().issuer == "https://issuer.example.org"


def test_sign_in_is_over_https_or_on_this_computer(sign_in):
    assert sign_in(ADDRESS="http://localhost:8501") == ""
    for address in ("http://confidence.example.org", "http://localhost.evil.example", "confidence.example.org"):
        assert sign_in(ADDRESS=address) == "CONFIDENCE_ADDRESS must begin with https://, unless it is on this computer."
    assert sign_in(ADDRESS=SIGN_IN["ADDRESS"], SIGN_IN="http://id.example.org") == (
        "CONFIDENCE_SIGN_IN must begin with https://, unless it is on this computer."
    )
