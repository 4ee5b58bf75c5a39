"""Three waves with the habits of the Public Attitude Survey, loaded through the form alone.

Made here: the column of boroughs has three names and its codes become words; agreement is stored 1 to 5, in one wave
the other way round; values above the scale are no answers; a question is asked of half; weights come with the last
wave.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import pytest

from analytics.findings import QUESTIONS
from analytics.scope import Scope
from data.__main__ import main
from data.store import Store
from tests.app.test_upload_page import PAGE, give, press, texts, widget

pytestmark = pytest.mark.long

PEOPLE = 400
BOROUGHS = ("Barking and Dagenham", "Barnet", "Bexley")
AGREED = ("Q62A", "Q62C", "Q62TG")
MEASURES = {"Q60": "good_job_local", "Q62A": "relied_on", "Q62C": "fair", "Q62TG": "listen"}
HALF = "Q62TG"
AGREE = ("Strongly agree", "Tend to agree", "Neither agree nor disagree", "Tend to disagree", "Strongly disagree")
REFUSED, NOT_CODED = 6, 7


@dataclass(frozen=True)
class Wave:
    """One wave as it is drawn: its days, its names, and its answers from 1, the most positive, to 7."""

    name: str
    starts: str
    ends: str
    area: str
    age: str
    answers: dict[str, np.ndarray]
    boroughs: np.ndarray
    weights: np.ndarray | None
    backwards: bool

    def file(self) -> bytes:
        """The file, as an agency would send it."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        weight = [] if self.weights is None else ["WT_Discrete"]
        writer.writerow(["RespNo", self.area, self.age, *self.answers, *weight])
        for n in range(PEOPLE):
            borough = BOROUGHS[self.boroughs[n]] if self.area == "Borough" else str(self.boroughs[n] + 1)
            codes = [self.code(column, n) for column in self.answers]
            own = [] if self.weights is None else [f"{self.weights[n]:.3f}"]
            writer.writerow([f"{self.name}-{n}", borough, n % 6 + 1, *codes, *own])
        return text.getvalue().encode()

    def code(self, column: str, n: int) -> str:
        answer = int(self.answers[column][n])
        if column == HALF and n % 2:
            return ""
        return str(6 - answer if self.backwards and column in AGREED and answer <= 5 else answer)

    def share(self, column: str) -> float:
        """The weighted share of positive answers among those that were given, counted here and nowhere else."""
        answers, weights = self.answers[column], np.ones(PEOPLE) if self.weights is None else self.weights.round(3)
        asked = (answers <= 5) & (np.arange(PEOPLE) % 2 == 0 if column == HALF else True)
        return float(weights[asked & (answers <= 2)].sum() / weights[asked].sum())


def drawn(name: str, starts: str, ends: str, area: str, age: str, weighted: bool, backwards: bool, seed: int) -> Wave:
    random = np.random.default_rng(seed)
    shares = [0.2, 0.35, 0.15, 0.12, 0.08, 0.06, 0.04]
    answers = {column: random.choice(np.arange(1, 8), PEOPLE, p=shares) for column in MEASURES}
    boroughs, weights = random.integers(0, 3, PEOPLE), random.uniform(0.4, 2.5, PEOPLE) if weighted else None
    return Wave(name, starts, ends, area, age, answers, boroughs, weights, backwards)


WAVES = (
    drawn("2016-17", "2016-04-01", "2017-03-31", "C2", "Q136r", False, False, 1),
    drawn("2017-18", "2017-04-01", "2018-03-31", "BOROUGHNEIGHBOURHOODCODED", "ReQ136", False, True, 2),
    drawn("2018-19", "2018-04-01", "2019-03-31", "Borough", "ReQ136", True, False, 3),
)


def days(app, wave: Wave) -> None:
    from datetime import date

    for part, value in (("_starts", wave.starts), ("_ends", wave.ends)):
        widget(app, "date_input", part).set_value(date.fromisoformat(value))


def publish(app, wave: Wave) -> str:
    """Use the mapping, publish, and give the mapping as it was made."""
    press(app, "Use this mapping")
    assert not app.exception
    assert [said.value for said in app.error] == []
    (text,) = app.session_state["upload"].mappings.values()
    reason = next(part for part in app.text_input if part.key and part.key.startswith("upload_reason_"))
    reason.set_value(wave.name)
    press(app, "Publish")
    assert not app.exception
    assert len(app.success) == 1
    return text


def refusals_are_dont_know(app, columns) -> None:
    """Say of the code of those who refused that they don't know; the other code above the scale stays no answer."""
    for column in columns:
        part = widget(app, "selectbox", f"code_{column}_measure {MEASURES[column]}_{REFUSED}")
        part.set_value("Don't know")


@pytest.fixture
def loaded(run, store) -> tuple[Store, list[str]]:
    """A store into which the three waves were loaded through the form, and the mappings that it made."""
    first, second, third = WAVES
    app = give(run(PAGE, store), ("pas-1617.csv", first.file()))
    assert {part.label: part.value for part in app.selectbox if part.label.startswith("What ")} == {
        "What RespNo is": "respondent",
        "What C2 is": "area",
        "What Q136r is": "attribute age_band",
        **{f"What {column} is": f"measure {id}" for column, id in MEASURES.items()},
        "What its waves have in common": "nothing",
    }
    assert "No column is the weight, so every respondent counts as 1." in texts(app)
    # What is above the scale is named and counted before anybody chooses.
    refused, uncoded = (int((first.answers["Q62C"] == code).sum()) for code in (REFUSED, NOT_CODED))
    assert any(f"as not asked: “6” ({refused} people) and “7” ({uncoded} people)." in text for text in texts(app))
    widget(app, "text_input", "_survey").set_value("Public Attitude Survey")
    widget(app, "selectbox", "_force").set_value("metropolitan")
    widget(app, "text_input", "_wave").set_value(first.name)
    widget(app, "text_input", "_label").set_value("2016 to 2017")
    days(app, first)
    for number, borough in enumerate(BOROUGHS, start=1):
        widget(app, "text_input", f"area_C2_{number}").set_value(borough)
    widget(app, "text_input", "Q62TG_measure listen_asked").set_value("half of the sample")
    refusals_are_dont_know(app, MEASURES)
    made = [publish(app, first)]

    app = give(app, ("pas-1718.csv", second.file()))
    assert any("“BOROUGHNEIGHBOURHOODCODED” and “ReQ136” are not as before" in plain_of(text) for text in texts(app))
    assert widget(app, "text_input", "_wave").value == second.name
    assert widget(app, "text_input", "area_BOROUGHNEIGHBOURHOODCODED_2").value == "Barnet"
    assert [said.value for said in app.warning] == []
    widget(app, "multiselect", "_turned").set_value(list(AGREED))
    app.run()
    assert [plain_of(said.value).partition(": there")[0] for said in app.warning] == [
        f"**{label} · {column}.** The codes run the other way than in Public Attitude Survey, "
        "Metropolitan Police, 2016-17"
        for column, label in (("Q62A", "Relied on to be there"), ("Q62C", "Treated fairly"), ("Q62TG", "Listened to"))
    ]
    made.append(publish(app, second))

    app = give(app, ("pas-1819.csv", third.file()))
    assert any("The wave before had no weight; this looks like one." in plain_of(text) for text in texts(app))
    begin = next(part for part in app.selectbox if part.key and part.key.endswith("_begin"))
    assert begin.options == [
        *(f"Public Attitude Survey, Metropolitan Police, {wave.name}" for wave in (second, first)),
        "A guess from the file alone",
    ]
    # The scale of this wave is that of the first questionnaire.
    begin.set_value(1)
    app.run()
    widget(app, "text_input", "_wave").set_value(third.name)
    widget(app, "text_input", "_label").set_value("2018 to 2019")
    days(app, third)
    made.append(publish(app, third))
    return store, made


def plain_of(text: str) -> str:
    """A text as a reader sees it."""
    return text.replace("\\", "")


def test_three_questionnaires_give_one_series_whose_shares_are_right(loaded) -> None:
    store, _ = loaded
    view = store.view()
    for column, measure in MEASURES.items():
        scope = Scope.of({"force": "metropolitan", "survey": "Public Attitude Survey", "measure": measure})
        table = QUESTIONS["trends.measure"].answer(scope, view).tables["trend"]
        assert table["wave"].tolist() == [wave.name for wave in WAVES]
        assert table["estimate"].tolist() == pytest.approx([wave.share(column) for wave in WAVES], abs=1e-9), column
        given = [
            sum((wave.answers[column][n] <= 5) and not (column == HALF and n % 2) for n in range(PEOPLE))
            for wave in WAVES
        ]
        assert table["base"].tolist() == given
    rows = view.rows("responses").collect("pandas").to_native()
    for wave in WAVES:
        own = rows[rows["wave"] == wave.name].sort_values("row")
        assert own["area"].tolist() == [BOROUGHS[number] for number in wave.boroughs]
        weights = np.ones(PEOPLE) if wave.weights is None else wave.weights.round(3)
        assert own["weight"].tolist() == pytest.approx(list(weights))
        # Nobody is dropped: every answer, and every code that is none, is where it was.
        words = [*AGREE, "Don't know", None]
        assert [word if isinstance(word, str) else None for word in own["fair"]] == [
            words[answer - 1] for answer in wave.answers["Q62C"]
        ]


def test_the_mapping_that_the_form_made_loads_the_same_by_the_command_line(loaded, tmp_path, monkeypatch) -> None:
    store, made = loaded
    monkeypatch.setenv("CONFIDENCE_STORE", str(tmp_path / "second"))
    for number, (wave, text) in enumerate(zip(WAVES, made, strict=True)):
        file, mapping = tmp_path / f"wave-{number}.csv", tmp_path / f"{number}.toml"
        file.write_bytes(wave.file())
        mapping.write_text(text, encoding="utf-8")
        command = ["load", str(file), "--mapping", str(mapping), "--by", "Ada", "--reason", "the same"]
        assert main([*command, "--store", str(tmp_path / "second")]) == 0
    again = Store(tmp_path / "second")
    assert sorted(again.history()["load_id"]) == sorted(store.history()["load_id"])
    columns = ["wave", "row", "area", "weight", "age_band", *MEASURES.values()]
    one, other = (
        each.view().rows("responses").collect("pandas").to_native()[columns].sort_values(["wave", "row"])
        for each in (store, again)
    )
    assert one.reset_index(drop=True).equals(other.reset_index(drop=True))
