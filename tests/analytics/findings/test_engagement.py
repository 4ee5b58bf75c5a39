"""Engagement: every figure computed again from the rows, and what is said where there is none."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.findings import QUESTIONS
from analytics.findings.engagement import reach
from analytics.findings.ways_out import ways_out
from analytics.scope import Scope
from data.loading import load_files
from data.store import Store
from data.vocabularies import ethnicity

EVENTS = "event,force,date\n"
CAME = "event,force,attribute,group,participants\n"
RESIDENTS = {"White": ("White: Irish", 8000), "Asian": ("Asian, Asian British or Asian Welsh: Indian", 2000)}


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


def rows(view, table):
    return view.rows(table).collect("pandas").to_native()


def independent(view, attribute, first, last):
    """Index and interval of each group, from the rows and the formula."""
    events = rows(view, "events")
    held = set(events.loc[events["date"].str[:7].between(first, last), "event"])
    came = rows(view, "participants")
    came = came[(came["attribute"] == attribute) & came["event"].isin(held) & (came["group"] != "Not known")]
    people = rows(view, "population")
    people = people[people["level"] == "district"]
    broad = ethnicity("census_2021")
    column = {"sex": "sex", "age_band": "age"}.get(attribute)
    people = people.assign(age=people["age"].replace({"16 to 17": "16 to 24", "18 to 24": "16 to 24"}))
    groups = people[column] if column else people["ethnicity"].map(lambda value: broad[value].broad)
    residents = people.groupby(groups)["residents"].sum()
    residents = residents[[group for group in residents.index if group in set(came["group"])]]
    of_event = came.groupby("event")["participants"].sum()
    of_event = of_event[of_event > 0]
    m, total, found = len(of_event), int(of_event.sum()), {}
    for group in residents.index:
        own = came[came["group"] == group].groupby("event")["participants"].sum().reindex(of_event.index).fillna(0)
        p, lives = own.sum() / total, residents[group] / residents.sum()
        v = m / (m - 1) * ((own - p * of_event) ** 2).sum() / total**2
        n, t = min(p * (1 - p) / v, total), student.ppf(0.975, m - 1)
        centre = (p + t * t / (2 * n)) / (1 + t * t / n)
        half = t * math.sqrt(p * (1 - p) / n + t * t / (4 * n * n)) / (1 + t * t / n)
        found[group] = (int(own.sum()), p / lives, (centre - half) / lives, (centre + half) / lives)
    return found


@pytest.mark.parametrize("attribute", ["ethnicity", "age_band", "sex"])
def test_reach_on_the_demonstration_is_the_formula_on_its_rows(view, attribute):
    found = reach(Scope(by=attribute), view)
    expected = independent(view, attribute, "2025-10", "2026-09")
    assert list(found.table["group"]) == sorted(expected)
    for row in found.table.to_dict("records"):
        shown = (row["participants"], row["index"], row["low"], row["high"])
        assert shown == pytest.approx(expected[row["group"]])
    assert "is not known for" in found.answer.split(".")[0]
    assert found.claim == 0


def test_planted_groups_are_named(view):
    found = reach(Scope(by="ethnicity"), view)
    assert found.headline == "Asian, Black and Mixed people took part less than their share"
    verdicts = found.table.set_index("group")["verdict"]
    assert verdicts["Black"] == "less often"
    assert "No event counts Under 10 and 10 to 15, so" in " ".join(reach(Scope(by="age_band"), view).caveats)
    assert "Residents are of all ages" in " ".join(found.caveats)


@pytest.fixture
def surrey(tmp_path, square_areas):
    """A function that loads events of so many people each, and what has to be there for residents."""
    store = Store(tmp_path / "store")

    def load(counts, attribute="ethnicity", dates=("2026-03-01",), residents=True):
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        names = [f"E{place}" for place in range(len(counts))]
        days = [dates[place % len(dates)] for place in range(len(counts))]
        (folder / "events.csv").write_text(
            EVENTS + "".join(f"{n},surrey,{day}\n" for n, day in zip(names, days, strict=True))
        )
        (folder / "participants.csv").write_text(
            CAME
            + "".join(
                f"{name},surrey,{attribute},{group},{number}\n"
                for name, groups in zip(names, counts, strict=True)
                for group, number in groups.items()
            )
        )
        (folder / "lad.geojson").write_bytes(square_areas("LAD22", {"E07000207": (-0.5, 51.3)}))
        (folder / "lookup.csv").write_text("LAD22CD,LAD22NM,PFA22CD,PFA22NM\nE07000207,Elmbridge,E23000031,Surrey\n")
        if residents:
            (folder / "people.csv").write_text(
                "area_code,year,ethnicity_list,ethnicity,residents\n"
                + "".join(f'E07000207,2021,census_2021,"{name}",{n}\n' for name, n in RESIDENTS.values())
            )
        report = load_files([folder], store)
        assert not report.refused, report
        return store.view()

    return load


def test_a_log_of_ones_own_against_residents_of_ones_own(surrey):
    view = surrey([{"White": 8, "Asian": 2, "Not known": 1}] * 12)
    found = reach(Scope(), view)
    assert found.answer.startswith("Ethnic group is not known for 12 of 132 participations (9\N{NO-BREAK SPACE}%). ")
    assert found.table.set_index("group")["index"].to_dict() == pytest.approx({"Asian": 1.0, "White": 1.0})
    assert found.table["verdict"].tolist() == ["not clearly different"] * 2
    assert found.headline == "No group clearly took part less than its share of residents"
    files = {file.name for file in found.provenance.files}
    assert files == {"events.csv", "participants.csv", "people.csv"}


@pytest.mark.long
def test_suppressed_counts_of_residents_are_said(surrey, tmp_path):
    view = surrey([{"White": 8, "Asian": 2}] * 12)
    assert not any("suppressed" in caveat for caveat in reach(Scope(), view).caveats)
    (tmp_path / "files" / "people.csv").write_text(
        "area_code,year,ethnicity_list,ethnicity,residents\n"
        + "".join(f'E07000207,2021,census_2021,"{name}",{n}\n' for name, n in RESIDENTS.values())
        + 'E07000207,2021,census_2021,"White: Roma",\n'
    )
    load_files([tmp_path / "files"], view.store)
    found = reach(Scope(), view.store.view())
    assert "1 count of residents left out, suppressed by the publisher: small, not zero." in found.caveats


def test_a_mistyped_event_of_years_to_come_moves_no_period(surrey):
    found = reach(Scope(), surrey([{"White": 8, "Asian": 2}] * 13, dates=("2026-03-01",) * 12 + ("2098-03-01",)))
    assert (found.provenance.scope["from"], found.provenance.scope["to"]) == ("2026-03", "2026-03")


def test_few_events_have_counts_and_no_shares(surrey):
    found = reach(Scope(), surrey([{"White": 80, "Asian": 20}] * 9))
    assert found.headline == "Too few events to say who was reached"
    assert found.table["participants"].tolist() == [180, 720]
    assert found.table["index"].isna().all()
    assert set(found.table["flag"]) == {"fewer than 10 events"}
    assert found.chart() is None


def test_small_counts_are_withheld_with_what_is_made_of_them(surrey):
    found = reach(Scope(), surrey([{"White": 30}] * 20 + [{"White": 30, "Asian": 9}]))
    row = found.table.set_index("group").loc["Asian"]
    assert row["flag"] == "withheld: fewer than 10 participants"
    assert pd.isna([row["participants"], row["index"], row["high"], row["share"]]).all()
    assert "Asian" not in found.answer


@pytest.mark.parametrize(
    ("scope", "attribute", "residents", "said"),
    [
        (Scope("kent"), "ethnicity", True, "No engagement event of Kent Police is loaded."),
        (Scope(to_month="2025-01"), "ethnicity", True, "No event of Surrey Police from"),
        (Scope(), "ethnicity", False, "No residents by ethnic group are loaded for the districts of Surrey Police"),
        (Scope(), "disability", True, "No residents by disability are loaded"),
        (Scope(by="sex"), "ethnicity", True, "No event of Surrey Police from"),
        (
            Scope(population="Census 1851"),
            "ethnicity",
            True,
            "“Census 1851” does not count residents by what is asked.",
        ),
    ],
)
def test_what_can_not_be_answered_says_why(surrey, scope, attribute, residents, said):
    found = reach(scope, surrey([{"White": 80, "Asian": 20}] * 12, attribute, residents=residents))
    assert found.refused
    assert found.answer.startswith(said)


def test_a_refusal_offers_what_can_be_answered(surrey):
    view = surrey([{"White": 80, "Asian": 20}] * 12, dates=("2026-03-01", "2024-03-01"))
    found = reach(Scope(from_month="2025-01", to_month="2025-06"), view)
    assert found.refused
    (way,) = ways_out("engagement.reach", Scope.of(dict(found.provenance.scope)), view)
    assert way.label == "Show March 2024 to March 2026"
    assert not reach(way.scope.only(QUESTIONS["engagement.reach"].takes), view).refused


def test_an_empty_store(tmp_path):
    found = reach(Scope(), Store(tmp_path / "none").view())
    assert (found.refused, found.answer) == (True, "No engagement event is loaded.")


def test_where_residents_are_not_counted_another_attribute_is_offered(view):
    found = reach(Scope(by="disability"), view)
    assert found.answer.startswith("No residents by disability are loaded for the districts of Eskmere Police")
    ways = ways_out("engagement.reach", Scope.of(dict(found.provenance.scope)), view)
    assert [way.label for way in ways] == ["Show it by ethnicity", "Show it by age band"]


@pytest.mark.long
def test_participants_of_an_event_that_is_not_loaded_are_said_to_be_left_out(surrey, tmp_path):
    view = surrey([{"White": 80, "Asian": 20}] * 12)
    before = reach(Scope(), view)
    (tmp_path / "more.csv").write_text(CAME + "E99,surrey,ethnicity,Asian,7\n")
    load_files([tmp_path / "more.csv"], view.store)
    after = reach(Scope(), view.store.view())
    assert after.table["participants"].tolist() == before.table["participants"].tolist()
    said = "7 participations left out: of events that are not loaded, so nobody knows when."
    assert said in after.caveats
    assert said not in before.caveats
