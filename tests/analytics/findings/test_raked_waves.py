"""What a figure says of weights that were raked when its waves were loaded."""

from __future__ import annotations

import hashlib

import pytest

from analytics.findings import trends
from analytics.scope import Scope
from data.loading import load_files
from tests.surveys import answers, publish, wave

GIVEN = "by age and sex of the county"
RAKED = "raked to age and sex; design effect of weighting 1.31; none outside 0.3 to 3 times the median"

WAVE = """
survey = "Residents"
force = "surrey"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
[measures.good_job_local]
column = "Q60"
answers = { 1 = "Good", 2 = "Poor" }
"""


def asked(name: str, ends: str, **about: str):
    return wave(name, ends, about=about, trust_force=answers(60, 40))


def test_each_wave_says_its_own_the_newest_first_and_how_intervals_are_meant(store) -> None:
    view = publish(
        store,
        asked("a", "2025-09"),
        asked("b", "2025-12", weighting=GIVEN),
        asked("c", "2026-03", weighting=RAKED, raked_to="age and sex"),
    )
    made = trends.measure(Scope(), view).provenance
    assert made.weights == f"c: {RAKED}. b: {GIVEN}. a: As the file has them; 1 where it has none"
    assert [rule for rule in made.rules if "raked" in rule] == [
        "Weights raked to age and sex are taken as given: intervals are a little wider than they need be, by 2 to 4 % "
        "where it was measured, as what the margins tell of an answer is not taken off"
    ]


@pytest.mark.long
def test_of_many_waves_the_newest_are_told_and_the_rest_counted(store) -> None:
    waves = [asked(f"w{n}", f"2026-0{n}", weighting=RAKED, raked_to="age and sex") for n in range(1, 9)]
    made = trends.measure(Scope(), publish(store, *waves)).provenance
    assert made.weights.startswith(f"w8: {RAKED}. w7: ")
    assert made.weights.endswith(f"w3: {RAKED}. And 2 waves before these")


def test_where_nothing_was_raked_nothing_is_said_of_it(store) -> None:
    made = trends.measure(Scope(), publish(store, asked("a", "2026-03", weighting=GIVEN))).provenance
    assert made.weights == GIVEN
    assert not [rule for rule in made.rules if "raked" in rule]


def test_waves_that_are_weighted_apart_are_said_to_be(store) -> None:
    view = publish(
        store,
        asked("a", "2025-09", weighting=GIVEN),
        asked("b", "2025-12", weighting=RAKED, raked_to="age and sex"),
        asked("c", "2026-03", weighting=RAKED, raked_to="age and sex"),
        asked("d", "2026-06", weighting=GIVEN),
    )
    said = (
        "Weights are not alike in all waves: from b on they are raked to age and sex and from d on they are as the "
        "file has them. A change there may be one of the weights."
    )
    assert said in trends.measure(Scope(), view).caveats
    # Where all waves of the period are weighted alike nothing is said.
    alike = trends.measure(Scope(from_month="2025-12", to_month="2026-03"), view)
    assert not [text for text in alike.caveats if "not alike" in text]


def test_margins_in_another_order_are_the_same_margins(store) -> None:
    """Earlier versions wrote them in the order in which they were given."""
    view = publish(
        store,
        asked("a", "2025-12", weighting=RAKED, raked_to="sex and age"),
        asked("b", "2026-03", weighting=RAKED, raked_to="age and sex"),
    )
    assert not [text for text in trends.measure(Scope(), view).caveats if "not alike" in text]


def test_the_digest_of_a_wave_is_said_to_be_of_its_file_and_its_mapping(store, tmp_path) -> None:
    rows, mapping = b"Q60\n" + b"1\n2\n" * 40, WAVE.encode()
    (tmp_path / "wave.csv").write_bytes(rows)
    (tmp_path / "wave.csv.mapping.toml").write_bytes(mapping)
    (outcome,) = load_files([tmp_path / "wave.csv"], store, "Ada", "x").outcomes
    finding = trends.measure(Scope(), store.view())
    (file,) = finding.provenance.files
    of_file, of_mapping = (hashlib.sha256(content).hexdigest() for content in (rows, mapping))
    both = hashlib.sha256(f"{of_file}\n{of_mapping}".encode()).hexdigest()
    assert (file.sha256, file.mapping) == (both, of_mapping)
    assert file.of == f"The file with its mapping, whose own is {of_mapping}"
    # On Upload all three are told, so that each can be found again.
    (told,) = [note for note in outcome.notes if note.startswith("SHA-256 of the file: ")]
    assert all(digest in told for digest in (of_file, of_mapping, both))
