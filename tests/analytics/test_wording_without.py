"""What stands on a page already is not said again, and nothing else is lost with it."""

from analytics.scope import Scope
from analytics.wording import without
from data.vocabularies import has_area

REASON = "British Transport Police has no residents of its own, so no rate can be given."


def test_only_the_repeated_sentence_is_left_out():
    assert without(f"19 % needed no suspicion. {REASON}", [REASON]) == "19 % needed no suspicion."
    assert without(f"8,282 searches, 2019; {REASON}", [REASON]) == "8,282 searches, 2019."
    assert without(REASON, [REASON]) == ""
    assert without("Nothing is repeated", [REASON]) == "Nothing is repeated"


def test_the_scope_of_a_force_without_an_area_names_no_residents():
    assert not has_area("btp")
    assert Scope(force="btp", population="Census 2021").words() == "British Transport Police · everywhere it polices"
    assert Scope(force="surrey", population="Census 2021").words().endswith("residents by Census 2021")
