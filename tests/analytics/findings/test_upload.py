"""What is said of files before they are published, and what publishing them would change."""

from __future__ import annotations

import csv
import io

import pytest

from analytics import charts
from analytics.briefings.problems import problems_csv
from analytics.findings.upload import (
    address_of,
    groups,
    headline,
    previews,
    problem_table,
    published,
    recognised,
    summary,
)
from data.loading import check_files, load_files
from data.readers.sources import Upload
from data.settings import settings
from data.staging import stage
from tests.data.readers.test_survey_loading import CSV, MAPPING

MONTH = "2018-07-surrey-stop-and-search.csv"
DATED = {"Type": "Person search", "Date": "2018-07-02T10:00:00+00:00"}


@pytest.fixture
def check(store):
    """A function that checks files given as name and bytes."""
    return lambda *files: check_files([Upload(*file) for file in files], store)


def loads(report):
    return [outcome.load for outcome in report.outcomes if outcome.load]


def test_each_state_has_its_headline(check, police_csv, store) -> None:
    good, bad = (MONTH, police_csv([DATED])), ("2018-08-surrey-stop-and-search.csv", police_csv([{"Date": "soon"}]))
    wave = ("wave.csv", ("a,b,c\n" + "\n".join(f"{n % 3},{n % 4},{n % 5}" for n in range(60))).encode())
    assert headline(check(good)) == "1 file can be published"
    assert headline(check(good, bad)) == "1 of 2 files can't be loaded as it is"
    assert headline(check(bad)) == "1 file can't be loaded as it is"
    assert headline(check(good, bad, ("2018-09-surrey-stop-and-search.csv", b""))) == (
        "2 of 3 files can't be loaded as they are"
    )
    assert headline(check(wave, ("w.csv", wave[1] + b"\n1,1,1"))) == (
        "2 files of answers need you before they can be published"
    )
    assert headline(check(good, wave)) == "1 file of answers needs you before it can be published"
    assert headline(check(("x.csv", b"a,b\n1,2\n"))) == "1 file can't be loaded as it is"
    assert headline(check(bad, ("x.csv", b"a,b\n1,2\n"), good)) == "2 of 3 files can't be loaded as they are"
    assert summary(check(good, bad, wave)) == (
        "3 files: 1 ready to publish, 1 in need of a mapping and 1 refused; 1 row in all would be published."
    )
    assert recognised(check(good, bad, wave))["What we recognised"].tolist() == [
        "Stop and search, surrey 2018-07: 1 row",
        "1 problem, under What we checked",
        "Answers to a survey, without a mapping",
    ]
    assert published(load_files([Upload(*good)], store, "Ada", "July")) == (
        "1 file is published: every page now shows release 1."
    )
    assert published(check(good)) == "Nothing was published: the files are loaded already."
    assert headline(check(good)) == "There is nothing new in these files"


def test_problems_are_grouped_by_file_and_rule(check, police_csv) -> None:
    rows = [{**DATED, "Date": "soon"}, {**DATED, "Latitude": "95", "Longitude": "0"}, {**DATED, "Date": "late"}]
    found = groups(check((MONTH, police_csv(rows)), ("cut.zip", b"PK")))
    assert [(group.file, group.rule, group.rows, group.stops) for group in found] == [
        (MONTH, "This is not a date and time", 2, True),
        (MONTH, "This is not a coordinate in degrees", 1, True),
        ("cut.zip", "The zip file is damaged or cut short; fetch it again", 0, True),
    ]
    assert problem_table(found[0].places).to_numpy().tolist() == [
        ["2", "Date", "soon", "Write it as 2023-03-31T14:05:00+00:00"],
        ["4", "Date", "late", "Write it as 2023-03-31T14:05:00+00:00"],
    ]


def test_problems_to_take_away_hold_no_formula(check, police_csv) -> None:
    content = problems_csv(groups(check((MONTH, police_csv([{**DATED, "Date": "=HYPERLINK(1)"}])))))
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (row["row"], row["column"], row["value"]) == ("2", "Date", "'=HYPERLINK(1)")


@pytest.mark.long
def test_the_headline_of_stops_before_and_after(store, load, police_csv) -> None:
    load({"2018-06-surrey-stop-and-search.csv": police_csv([DATED])})
    staged = stage([Upload(MONTH, police_csv([DATED] * 2))], store)
    (preview,) = previews(staged.before, staged.after, loads(staged.report))
    assert preview.after.key == "stop_and_search.disproportionality"
    # Without a census there is no ratio, before or after, and so nothing to draw.
    assert preview.before.refused
    assert preview.after.refused
    assert preview.chart("light") is None
    staged.discard()


def test_a_wave_that_another_file_of_the_upload_replaces_has_no_preview(store) -> None:
    mapping = Upload("wave.toml", MAPPING.encode())
    staged = stage([Upload("a.csv", CSV), Upload("b.csv", CSV + b"900017004,1,more\n")], store, [mapping])
    assert len(loads(staged.report)) == 2
    assert [preview.after.key for preview in previews(staged.before, staged.after, loads(staged.report))] == [
        "trends.measure"
    ]
    staged.discard()


def test_files_of_several_kinds_have_at_most_three_previews(store, police_csv) -> None:
    names = [f"2018-07-{force}-stop-and-search.csv" for force in ("surrey", "sussex", "kent", "essex")]
    staged = stage([Upload(name, police_csv([DATED])) for name in names], store)
    found = previews(staged.before, staged.after, loads(staged.report))
    assert len(found) == 3
    assert all(preview.before is None for preview in found)
    staged.discard()


@pytest.mark.long
def test_a_wave_is_previewed_with_both_shares_on_one_scale(store, tmp_path) -> None:
    def wave(name, days, codes):
        rows = "\n".join(f"{place},{code}" for place, code in enumerate(codes))
        text = f"""survey = "Residents"\nforce = "surrey"\nwave = "{name}"\nlabel = "{name}"\nshared = "nothing"
starts = {days[0]}\nends = {days[1]}\n[measures.good_job_local]\ncolumn = "Q60"
answers = {{ 1 = "Good", 2 = "Poor" }}"""
        return Upload(f"{name}.csv", f"Serial,Q60\n{rows}".encode()), Upload(f"{name}.toml", text.encode())

    first, first_mapping = wave("2026-Q1", ("2026-01-01", "2026-03-31"), [1] * 60 + [2] * 40)
    load_files([first], store, "Ada", "first", mappings=[first_mapping])
    second, second_mapping = wave("2026-Q2", ("2026-04-01", "2026-06-30"), [1] * 80 + [2] * 20)
    staged = stage([second], store, [second_mapping])
    (preview,) = previews(staged.before, staged.after, loads(staged.report))
    assert not preview.same
    # By hand: 60 of 100, then 80 of 100.
    assert preview.before.table["estimate"].iloc[-1] == pytest.approx(0.6)
    assert preview.after.table["estimate"].iloc[-1] == pytest.approx(0.8)
    marks = preview.chart("light").data[1]
    assert list(marks.x) == pytest.approx([0.6, 0.8])
    palette = charts.PALETTES["light"]
    assert list(marks.marker.color) == [palette.ground, palette.blue]
    assert list(preview.chart("dark").layout.yaxis.ticktext) == ["Now", "After"]
    staged.discard()


def asked(survey: str, wave: str, days: tuple[str, str], measures: dict[str, str], codes: list[int]):
    """One wave with the same codes for each of its measures, and its mapping."""
    said = "".join(
        f'[measures.{id}]\ncolumn = "{id}"\nanswers = {{ 1 = "{yes}", 2 = "{no}" }}\n'
        for id, (yes, no) in ((id, words.split("/")) for id, words in measures.items())
    )
    head = f'survey = "{survey}"\nforce = "surrey"\nwave = "{wave}"\nlabel = "{wave}"\nshared = "nothing"\n'
    text = f"{head}starts = {days[0]}\nends = {days[1]}\n{said}"
    rows = "\n".join(",".join([str(code)] * len(measures)) for code in codes)
    file = f"{','.join(measures)}\n{rows}".encode()
    return Upload(f"{wave}.csv", file), Upload(f"{wave}.csv.mapping.toml", text.encode())


GOOD_JOB, FAIR = {"good_job_local": "Good/Poor"}, {"fair": "Strongly agree/Strongly disagree"}
Q1, Q2, Q3 = ("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"), ("2026-07-01", "2026-09-30")


def test_a_wave_is_previewed_by_what_it_asks_itself(store) -> None:
    first, mapping = asked("Residents", "2026-Q1", Q1, GOOD_JOB, [1] * 60 + [2] * 40)
    load_files([first], store, "Ada", "first", mappings=[mapping])
    # Another survey, which does not ask whether the police do a good job.
    second, mapping = asked("Panel", "2026-Q2", Q2, FAIR, [1] * 30 + [2] * 70)
    staged = stage([second], store, [mapping])
    (preview,) = previews(staged.before, staged.after, loads(staged.report))
    assert preview.after.key == "trends.measure"
    assert preview.question == "Treated fairly: how did it go from wave to wave?"
    assert preview.after.table["estimate"].iloc[-1] == pytest.approx(0.3)
    assert (preview.before, preview.now) == (None, "No wave of Panel is loaded yet.")
    assert preview.chart("light") is not None
    (load,) = loads(staged.report)
    assert address_of(load, staged.after) == {"force": "surrey", "survey": "Panel", "measure": "fair"}
    staged.discard()


@pytest.mark.long
def test_a_wave_before_others_is_previewed_up_to_its_own_month(store) -> None:
    later, mapping = asked("Residents", "2026-Q3", Q3, GOOD_JOB, [1] * 90 + [2] * 10)
    load_files([later], store, "Ada", "later", mappings=[mapping])
    wave, mapping = asked("Residents", "2026-Q2", Q2, GOOD_JOB | FAIR, [1] * 60 + [2] * 40)
    staged = stage([wave], store, [mapping])
    (preview,) = previews(staged.before, staged.after, loads(staged.report))
    assert preview.after.table["estimate"].iloc[-1] == pytest.approx(0.6)
    staged.discard()
    wave, mapping = asked("Residents", "2026-Q2", Q2, FAIR, [1] * 60 + [2] * 40)
    staged = stage([wave], store, [mapping])
    (preview,) = previews(staged.before, staged.after, loads(staged.report))
    assert preview.now == "No wave of Residents that is loaded asks “Treated fairly”."
    staged.discard()


@pytest.mark.parametrize(("folder", "said"), [("", False), ("demo", True)])
def test_the_demonstration_gives_way_only_where_there_is_one(folder, said, store, police_csv, monkeypatch) -> None:
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", folder)
    settings.cache_clear()
    staged = stage([Upload(MONTH, police_csv([DATED]))], store)
    (preview,) = previews(staged.before, staged.after, loads(staged.report))
    settings.cache_clear()
    assert preview.now.startswith("Nothing of your own is loaded yet.")
    assert ("demonstration" in preview.now) == said
    staged.discard()
