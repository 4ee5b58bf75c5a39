"""Notes on a series in the figures: where they stand, what they say, and that a break forbids comparison."""

from __future__ import annotations

import io
import shutil

import openpyxl
import pandas as pd
import pytest

from analytics.briefings.spreadsheet import to_csv, to_excel
from analytics.findings import overview, trends
from analytics.findings.survey import notes
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data.registers import record, remove, undo
from data.series_notes import NOTES
from data.store import Store
from tests.surveys import FORCE, SURVEY, answers, publish, wave

QUARTERS = ("2025-03", "2025-06", "2025-09", "2025-12", "2026-03")


@pytest.fixture(scope="module")
def quarters(tmp_path_factory):
    """Five quarters of a measure that rose at the end. Nobody may change them."""
    shares = [(200, 200)] * 4 + [(300, 100)]
    store = Store(tmp_path_factory.mktemp("quarters") / "store")
    publish(
        store,
        *(
            wave(f"w{n}", month, trust_force=answers(*share), fair=answers(200, 200), area=["A"] * 200 + ["B"] * 200)
            for n, (month, share) in enumerate(zip(QUARTERS, shares, strict=True))
        ),
        areas={"A": "Ashby", "B": "Barton"},
    )
    return store


@pytest.fixture
def surveyed(quarters, tmp_path):
    """A copy of them that a test may change."""
    return Store(shutil.copytree(quarters.root, tmp_path / "copy"))


def write(store, day, kind="event", text="Patrols began", **more):
    return record(store, NOTES, [{"date": day, "kind": kind, "text": text, **more}], "Ada", "for the report")[0]


def trend(store, **scope):
    return trends.measure(Scope(measure=scope.pop("measure", "trust_force"), **scope), store.view())


def marked(found):
    """Labels above the drawing, with where they stand."""
    annotations = found.chart().layout.annotations
    return {note.text: note.x for note in annotations if note.yref == "paper" and note.yanchor == "bottom"}


@pytest.mark.long
def test_a_note_is_marked_printed_and_in_every_file(surveyed):
    before = trend(surveyed)
    write(surveyed, "2025-08-15")
    found = trend(surveyed)
    said = "Note 1 (event, 15 August 2025): Patrols began."
    assert found.notes == (said,)
    assert said in found.caveats
    # It stands at its day: 15 August is the 227th of 2025, so that 226 of its 365 days lie before it.
    assert marked(found) == {"1": pytest.approx(2025 + 226 / 365)}
    assert ", 1 note marked." in found.alt
    assert reading_titles(found) == {"trend": "Trend", "notes": "Notes"}
    (row,) = reading_table(found, "notes").to_dict("records")
    assert row == {
        "Number": "1",
        "Day": "15 August 2025",
        "Kind": "event",
        "Note": "Patrols began",
        "Holds for": "every series",
    }
    assert "1,2025-08-15,event,Patrols began,every series,20" in to_csv(found, "notes").decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(to_excel(found)))
    assert book["notes"]["D2"].value == "Patrols began"
    assert said in [row[1].value for row in book["Cover"].iter_rows()]
    # Nothing else of the answer has changed: an event forbids nothing.
    assert (found.headline, found.answer) == (before.headline, before.answer)
    assert found.tables["change"].equals(before.tables["change"])


@pytest.mark.parametrize("kind", ["wording change", "event", "note"])
def test_no_other_kind_than_a_break_changes_a_figure(kind, surveyed):
    before = trend(surveyed)
    write(surveyed, "2025-08-15", kind)
    found = trend(surveyed)
    assert found.table.equals(before.table)
    assert found.headline == before.headline == "Trust the force rose in the past year"


def test_a_noted_break_forbids_comparison_like_one_of_the_mapping(surveyed):
    write(surveyed, "2025-08-15", "series break", "Interviewers of another agency")
    found = trend(surveyed)
    assert list(found.table["broken"]) == ["", "", "series break (note 1)", "", ""]
    assert found.tables["change"].empty
    assert "It is not compared with a year before: series break (note 1) since then." in found.answer
    assert any(caveat.startswith("Series break (note 1) from w2: do not compare") for caveat in found.caveats)
    assert any(rule.startswith("Series broken before w2") for rule in found.provenance.rules)
    # It stands on the dashed line, which is before the wave that asked on the day, and has no line of its own.
    # That is 1 July, the 182nd day of 2025.
    assert marked(found) == {"1": pytest.approx(2025 + 181 / 365)}
    assert [shape.x0 for shape in found.chart().layout.shapes] == [pytest.approx(2025 + 181 / 365)]
    assert overview.headline(Scope(), surveyed.view()).table["change"].isna().all()
    # A pool of waves does not reach across it: those of September, December and March are left.
    assert "pools 3 waves" in trends.by_area(Scope(measure="trust_force"), surveyed.view()).caveats[0]
    assert list(trend(surveyed, area="A").table["broken"]) == ["", "series break (note 1)"]


@pytest.mark.long
def test_what_is_removed_breaks_nothing_and_an_undo_breaks_again(surveyed):
    write(surveyed, "2025-08-15", "series break")
    pinned = surveyed.view()
    remove(surveyed, NOTES, 1, "Ada", "wrong survey", 1)
    assert trend(surveyed).headline.endswith("rose in the past year")
    assert trend(surveyed).notes == ()
    undo(surveyed, NOTES, 1, "Ada", "right after all", 2)
    assert trend(surveyed).tables["change"].empty
    assert trends.measure(Scope(measure="trust_force"), pinned).tables["change"].empty


@pytest.mark.parametrize(
    ("of", "measure", "there"),
    [
        ({"measure": "trust_force"}, "trust_force", True),
        ({"measure": "trust_force"}, "fair", False),
        ({"survey": SURVEY, "force": FORCE}, "fair", True),
    ],
)
def test_a_note_holds_for_what_it_names_alone(of, measure, there, surveyed):
    write(surveyed, "2025-08-15", "series break", **of)
    found = trend(surveyed, measure=measure)
    assert (bool(found.notes), bool(found.table["broken"].any())) == (there, there)
    if there:
        words = {"measure": "Trust the force", "survey": SURVEY, "force": "Surrey Police"}
        assert found.tables["notes"].at[0, "holds_for"] == "; ".join(words[name] for name in words if name in of)


@pytest.mark.parametrize(
    ("day", "shown"), [("2025-06-30", False), ("2025-07-01", True), ("2026-03-31", True), ("2026-04-01", False)]
)
def test_notes_of_the_shown_period_are_shown(day, shown, surveyed):
    write(surveyed, day)
    # The wave that ended in September began in July, before the first month that is asked for.
    assert bool(trend(surveyed, from_month="2025-09", to_month="2026-03").notes) == shown


def test_a_break_before_the_first_wave_and_one_after_the_last_break_nothing(surveyed):
    for day in ("2024-06-01", "2025-01-01", "2026-06-01"):
        write(surveyed, day, "series break")
    found = trend(surveyed)
    assert not found.table["broken"].any()
    assert len(found.tables["change"]) == 1


def test_two_breaks_before_one_wave_are_named_together():
    made = [{"row": n, "date": day, "kind": "series break"} for n, day in ((3, "2025-07-01"), (5, "2025-09-30"))]
    assert notes.breaks(made, ["2025-06-30", "2025-09-30", "2025-12-31"]) == [
        "",
        "series break (notes 3 and 5)",
        "series break (notes 3 and 5)",
    ]


def test_a_break_of_the_mapping_keeps_its_words_where_a_note_tells_of_the_same(store):
    publish(
        store,
        wave("a", "2025-03", about={"questionnaire": "old"}, trust_force=answers(200, 200)),
        wave("b", "2026-03", about={"questionnaire": "new"}, trust_force=answers(200, 200)),
    )
    write(store, "2026-01-01", "series break", "Questionnaire B")
    found = trend(store)
    assert list(found.table["broken"]) == ["", "new questionnaire"]
    # Within the year of the wave that begins with January 2026, and at its first day.
    assert marked(found) == {"1": 2026}
    assert "new questionnaire" in [note.text for note in found.chart().layout.annotations]


def test_published_figures_are_noted_on_too(store, load):
    figures = [f"Dec-2{year},Police do a good job in the local area,5{year}" for year in range(2, 5)]
    load({"perception.csv": "\n".join(["date,measure,proportion", *figures]).encode()})
    write(store, "2024-06-30", "series break", "Another sample", survey="Public Attitude Survey")
    found = trends.measure(Scope(), store.view())
    assert list(found.table["broken"]) == ["", "", "series break (note 1)"]
    assert "It is not compared with a year before: series break (note 1) since then." in found.answer
    assert found.notes == ("Note 1 (series break, 30 June 2024): Another sample.",)


def test_a_hostile_note_stays_words_in_the_chart(surveyed):
    write(surveyed, "2025-08-15", text='<a href="https://beacon.invalid">here</a>')
    (hover,) = (note.hovertext for note in trend(surveyed).chart().layout.annotations if note.hovertext)
    assert "<a" not in hover
    assert "&lt;a" in hover


def test_notes_stand_at_their_day_and_one_that_breaks_where_the_series_does():
    spans = [("2025-01-01", "2025-03-31"), ("2025-07-01", "2025-09-30"), ("2025-04-01", "2026-03-31")]
    rows = pd.DataFrame(spans, columns=["starts", "ends"])
    rows["broken"] = ["", "series break (note 2)", "series break (notes 3 and 5)"]
    made = [{"row": n, "date": "2025-05-01", "kind": "event", "text": "x"} for n in (1, 2, 3)]
    first, second, third = notes.marks(made, rows)
    assert (first.place, first.breaks) == (pytest.approx(2025 + 120 / 365), False)
    assert (second.place, second.breaks) == (pytest.approx(2025 + 181 / 365), True)
    # The third period began before the middle of the second: halfway between the middles of the two.
    middles = 2025 + (181 + 273) / 2 / 365, (2025 + 90 / 365 + 2026 + 90 / 365) / 2
    assert (third.place, third.breaks) == (pytest.approx(sum(middles) / 2), True)
