"""Fits of a tiny survey: made once, asked for anew by other answers, and said to be missing where they are."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from analytics import fits
from analytics.__main__ import main
from analytics.fits import Model, NotFitted, Unfit, declared, fitted, missing, run
from analytics.scope import Scope
from data import respondents
from data.faults import StoreError
from data.publishing import withdraw
from data.registers import record
from data.series_notes import NOTES
from data.store import Store
from tests.surveys import FORCE, SURVEY, answers, publish, wave


def scopes(view):
    return [
        Scope(force=force, survey=survey, to_month=ends[:7])
        for force, survey in respondents.surveys(view)
        for ends in reversed(respondents.waves(view, force, survey)["ends"].tolist())
    ]


class Counted:
    """A model that gives the weighted share of those who agree, and how often it was asked to."""

    def __init__(self, key="test.fair", version=1, fails=None):
        self.made: list[str] = []
        self.fails = fails
        self.model = Model(key, "fairness", version, respondents.READS, scopes, self.make)

    def make(self, scope, view):
        self.made.append(scope.to_month)
        if self.fails:
            raise self.fails
        names = respondents.waves(view, scope.force, scope.survey)
        of = names.loc[names["ends"].str[:7] == scope.to_month, "wave"]
        people = respondents.respondents(view, scope.force, scope.survey, list(of))
        agree = people["fair"].isin(["Strongly agree", "Tend to agree"])
        return {"share": pd.DataFrame({"share": [people["weight"][agree].sum() / people["weight"].sum()]})}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A store of two releases: a wave in which 20 of 40 agree, and another in which 10 do."""
    made = Store(tmp_path_factory.mktemp("template") / "store")
    publish(made, wave("2026-Q3", "2026-09", fair=answers(20, 20)))
    publish(made, wave("2026-Q4", "2026-12", fair=answers(10, 30)))
    return made.root


@pytest.fixture
def store(template, tmp_path):
    """The store of two releases."""
    return Store(shutil.copytree(template, tmp_path / "store"))


@pytest.fixture
def model(monkeypatch):
    counted = Counted()
    monkeypatch.setattr(fits, "MODELS", (counted.model,))
    return counted


OF = f"Surrey Police · whole force area · {SURVEY} · up to "


def statuses(view):
    return [outcome.status for outcome in run(view)]


def test_a_release_is_fitted_once(store, model):
    view = store.view()
    assert [str(fit) for fit in declared(view)] == [f"test.fair · {OF}December 2026", f"test.fair · {OF}September 2026"]
    assert len(missing(view)) == 2
    steps = []
    assert [outcome.status for outcome in run(view, steps.append)] == ["fitted", "fitted"]
    assert steps == ["fitting 1 of 2: fairness", "fitting 2 of 2: fairness"]
    assert missing(view) == ()
    assert statuses(store.view()) == ["there already"] * 2
    assert model.made == ["2026-12", "2026-09"]
    # By hand: 10 of 40 and 20 of 40.
    for to_month, share in {"2026-12": 0.25, "2026-09": 0.5}.items():
        assert fitted("test.fair", Scope(to_month=to_month), view).tables["share"]["share"].item() == share


def test_new_answers_ask_for_it_anew_and_a_withdrawal_brings_the_first_back(store, model):
    first, second = store.view(1), store.view(2)
    assert statuses(first) == ["fitted"]
    assert len(missing(second)) == 2
    assert statuses(second) == ["fitted", "fitted"]
    withdraw(store, second.release.added[0], "Ada", "wrong wave")
    third = store.view()
    assert missing(third) == ()
    assert fitted("test.fair", Scope(), third).tables["share"]["share"].item() == 0.5


def test_an_old_release_is_fitted_late(store, model):
    statuses(store.view())
    old = store.view(1)
    with pytest.raises(NotFitted):
        fitted("test.fair", Scope(), old)
    assert statuses(old) == ["fitted"]
    assert fitted("test.fair", Scope(), old).scope.to_month == "2026-09"


def test_a_note_on_a_series_asks_for_nothing_anew(store, model):
    statuses(store.view())
    record(store, NOTES, [{"date": "2026-01-01", "kind": "note", "text": "A new office"}], "Ada", "test")
    assert store.release().number == 3
    assert missing(store.view()) == ()


def test_a_fit_of_an_older_method_is_missing(store, model, monkeypatch):
    view = store.view(1)
    statuses(view)
    monkeypatch.setattr(fits, "MODELS", (Counted(version=2).model,))
    assert len(missing(view)) == 1
    with pytest.raises(
        NotFitted, match=r"^Not fitted yet\. What is fitted ahead .* run “python -m analytics fit” in the folder"
    ):
        fitted("test.fair", Scope(), view)
    assert statuses(view) == ["fitted"]


def test_what_was_killed_between_two_fits_goes_on_with_the_second(store, model):
    view = store.view()
    going = run(view)
    next(going)
    going.close()
    assert [fit.scope.to_month for fit in missing(view)] == ["2026-09"]
    assert statuses(view) == ["there already", "fitted"]


def test_the_nearest_fit_is_shown_and_says_which(store, model):
    view = store.view()
    statuses(view)
    exact = fitted("test.fair", Scope(force=FORCE, survey=SURVEY, to_month="2026-12"), view)
    assert (exact.exact, exact.note) == (True, "")
    for asked, ends in {"2026-10": "2026-09", "2026-11": "2026-12", "2020-01": "2026-09"}.items():
        near = fitted("test.fair", Scope(force=FORCE, to_month=asked), view)
        assert (near.exact, near.scope.to_month) == (False, ends)
    assert near.note == f"This is the nearest that was fitted: {OF}September 2026."
    assert not fitted("test.fair", Scope(area="E05000001", to_month="2026-09"), view).exact


def test_there_is_no_fit_of_another_force_or_survey(store, model):
    view = store.view(1)
    statuses(view)
    for key, scope in {"test.fair": Scope(force="kent"), "test.other": Scope()}.items():
        with pytest.raises(NotFitted, match="There is nothing to fit"):
            fitted(key, scope, view)
    with pytest.raises(NotFitted, match="There is nothing to fit"):
        fitted("test.fair", Scope(survey="Another"), view)


def test_a_refusal_is_kept_and_a_failure_is_not(store, monkeypatch, caplog):
    refusing, failing = Counted("a", fails=Unfit("Too few answered.")), Counted("b", fails=KeyError("x"))
    well = Counted("c")
    monkeypatch.setattr(fits, "MODELS", (refusing.model, failing.model, well.model))
    view = store.view(1)
    lines = [str(outcome) for outcome in run(view)]
    assert lines[:2] == [
        f"refused · a · {OF}September 2026 · Too few answered.",
        f"failed · b · {OF}September 2026 · it failed in a way that nobody foresaw; the log says how",
    ]
    assert lines[2].startswith(f"fitted · c · {OF}September 2026 · 1 table · ")
    assert "KeyError" in caplog.text
    assert fitted("a", Scope(), view).refusal == "Too few answered."
    assert [fit.model.key for fit in missing(view)] == ["b"]
    statuses(view)
    assert [len(each.made) for each in (refusing, failing, well)] == [1, 2, 1]


def test_a_store_that_fails_ends_the_run(store, model, monkeypatch):
    def full(*_):
        raise StoreError("It is full.")

    monkeypatch.setattr(fits.fit_results, "keep", full)
    with pytest.raises(StoreError, match="It is full"):
        statuses(store.view())


def test_a_model_reads_no_table_that_it_does_not_name(store, monkeypatch):
    monkeypatch.setattr(fits, "MODELS", (replace(Counted().model, reads=("waves",)),))
    assert statuses(store.view(1)) == ["failed"]


def test_the_command_says_a_line_a_fit(store, model, capsys):
    for status in ("fitted", "there already"):
        assert main(["fit", "--store", str(store.root)]) == 0
        *lines, last = capsys.readouterr().out.splitlines()
        assert [line.partition(" · ")[0] for line in lines] == [status, status]
        assert last == f"2 {status}: 2 fits of release 2."


def test_where_nothing_is_loaded_there_is_nothing_to_fit(model, tmp_path, capsys):
    assert main(["fit", "--store", str(tmp_path / "empty")]) == 0
    assert capsys.readouterr().out == "There is nothing to fit.\n"


def test_the_command_ends_with_1_where_a_fit_failed(store, monkeypatch, capsys):
    monkeypatch.setattr(fits, "MODELS", (Counted(fails=KeyError("x")).model,))
    for words, told in (([], False), (["--traceback"], True)):
        assert main(["fit", *words, "--store", str(store.root)]) == 1
        printed = capsys.readouterr()
        assert printed.out.splitlines()[-1] == "2 failed: 2 fits of release 2."
        assert ("KeyError" in printed.err) is told
