"""Heavy fits on screen: the page says how they are made while they are not there, and a publication makes them."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from analytics import fits
from analytics.findings import QUESTIONS
from analytics.scope import Scope
from analytics.wording import plain
from data.vocabularies.survey import STAGES, measures
from tests.surveys import FORCE, SURVEY, publish, wave

CYCLE, UPLOAD = "pages/understand/cycle.py", "pages/manage/upload.py"
ASKED = ("influence", "fair", "good_job_local", "would_report", "gave_information", "matter")
"""A question of each stage of the ring."""


def answers(people, seed):
    """What so many people answered, of whom some think better of everything."""
    random = np.random.default_rng(seed)
    opinion = random.normal(size=people)
    columns = {}
    for measure in ASKED:
        scale = [answer for answer, kind in measures()[measure].classes.items() if kind != "don't know"]
        rank = np.argsort(np.argsort(-opinion - random.normal(size=people)))
        columns[measure] = [scale[place] for place in rank * len(scale) // people]
    return columns


def texts(app):
    return [part.value for part in app.markdown]


def press(app, label):
    next(button for button in app.button if button.label == label).click()
    return app.run()


@pytest.mark.long
def test_a_publication_on_the_page_makes_the_fits_that_a_load_did_not(run, store):
    view = publish(store, wave("2026-Q1", "2026-03", **answers(200, 1)))
    assert [len(fits.declared(view)), len(fits.missing(view))] == [4, 4]
    how = "Links between the stages: not fitted yet. What is fitted ahead is made after a release is published, which"
    before = run(CYCLE, store)
    assert not before.exception
    said = [text for text in texts(before) if "not fitted yet" in text.casefold()]
    assert said[0].startswith(plain(how))
    assert not any("Strength, points" in table.value for table in before.table)

    rows = answers(200, 2)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Serial", "Weight", "InterviewDate", *rows])
    writer.writerows(
        [n, 1.0, f"{n % 28 + 1:02d}/06/2026", *row] for n, row in enumerate(zip(*rows.values(), strict=True))
    )
    app = run(UPLOAD, store)
    next(part for part in app.file_uploader if part.key.startswith("upload_files_")).upload(
        "wave.csv", text.getvalue().encode(), "text/csv"
    )
    app.run()
    next(part for part in app.text_input if part.key and part.key.endswith("_survey")).set_value(SURVEY)
    next(part for part in app.selectbox if part.key and part.key.endswith("_force")).set_value(FORCE)
    press(app, "Use this mapping")
    assert not app.error
    app.text_input(key="upload_reason_0").set_value("second wave")
    press(app, "Publish")
    assert not app.exception
    assert not app.warning
    assert fits.missing(store.view()) == ()

    after = run(CYCLE, store)
    assert not after.exception
    assert not any("Not fitted yet" in text or "not fitted yet" in text for text in texts(after))
    found = QUESTIONS["cycle.weakest_link"].answer(Scope(), store.view())
    assert not found.refused
    assert f"## {plain(found.headline)}" in texts(after)
    twin = after.table[0].value
    assert list(twin["Link"]) == [
        f"{a.capitalize()} to {b}" for a, b in zip(STAGES, (*STAGES[1:], STAGES[0]), strict=True)
    ]
    assert (twin["Strength, points"] != "").all()
    assert any("with more confidence" in text or "Nothing asked clearly" in text for text in texts(after))
