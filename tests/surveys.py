"""Small surveys made by tests, published as a reader would publish them."""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from data.publishing import publish as make_release
from data.readers.source import Slot
from data.store import Load, Store, View, load_rows
from data.tables import AREAS, LOADS, QUESTIONS, RESPONSES, WAVES
from data.vocabularies.survey import measures

SURVEY, FORCE = "Residents", "surrey"


class Wave(NamedTuple):
    """One wave: its respondents, and what is said of it."""

    rows: pd.DataFrame
    about: Mapping[str, Any]
    asked: Mapping[str, Any]


def wave(
    name: str, ends: str, asked: Mapping[str, Any] | None = None, about: Mapping[str, Any] | None = None, **columns
):
    """A wave of three months that ends in a month (``YYYY-MM``); a column a list, whoever has no weight has 1."""
    count = len(next(iter(columns.values())))
    about = {"survey": SURVEY, "force": FORCE, **(about or {})}
    number = int(ends[:4]) * 12 + int(ends[5:]) - 3
    dates = {
        "label": name,
        "starts": f"{number // 12}-{number % 12 + 1:02d}-01",
        "ends": f"{ends}-{calendar.monthrange(int(ends[:4]), int(ends[5:]))[1]}",
        "shared": "nothing",
    }
    given = {"row": range(2, count + 2), "weight": [1.0] * count, **columns}
    rows = RESPONSES.frame({"load_id": "", "survey": about["survey"], "force": about["force"], "wave": name, **given})
    return Wave(rows, {**dates, **about, "wave": name, "respondents": count}, asked or {})


def answers(positive: int, negative: int, unsure: int = 0) -> list[str]:
    """Answers on the scale of agreement."""
    return ["Strongly agree"] * positive + ["Tend to disagree"] * negative + ["Don't know"] * unsure


def publish(store: Store, *waves: Wave, areas: Mapping[str, str] | None = None, level: str = "district") -> View:
    """Publish waves, one load each, and areas by code and name, as one release."""
    with store.writing() as writer:
        loads = []
        for rows, about, asked in waves:
            load = _load("survey wave", "responses", f"{about['survey']}, {about['force']}", str(about["wave"]), rows)
            loads.append(load)
            writer.append(RESPONSES, rows.assign(load_id=load.load_id))
            writer.append(WAVES, WAVES.frame({"load_id": [load.load_id], **{k: [v] for k, v in about.items()}}))
            writer.append(QUESTIONS, _questions(load.load_id, rows, about, asked))
        if areas:
            load = _load("boundaries", "areas", "set", "", pd.DataFrame(areas.items()))
            loads.append(load)
            named = {"level": level, "boundary_set": "set", "code": list(areas), "name": list(areas.values())}
            writer.append(AREAS, AREAS.frame({"load_id": load.load_id, **named}))
        writer.append(LOADS, load_rows(loads, "Ada", "test"))
        make_release(writer, "load", "Ada", "test", [load.load_id for load in loads], [])
    return store.view()


def raked_by_hand(
    people: Sequence[Mapping[str, str]],
    margins: Mapping[str, Mapping[str, float]],
    start: Sequence[float],
    limits: tuple[float, float] | None = (0.3, 3.0),
) -> list[float]:
    """Weights of people that add up to shares of each margin, one person at a time; nothing of the program is used.

    Together they weigh what they began with. Trimmed once to `limits` times the median, and fitted again.
    """
    total = sum(start)

    def fit(weights: list[float]) -> list[float]:
        for _ in range(200):
            for name, shares in margins.items():
                held = dict.fromkeys(shares, 0.0)
                for person, weight in zip(people, weights, strict=True):
                    held[person[name]] += weight
                weights = [
                    weight * shares[person[name]] * total / held[person[name]]
                    for person, weight in zip(people, weights, strict=True)
                ]
        return weights

    weights = fit(list(start))
    if limits is None:
        return weights
    order = sorted(weights)
    middle = len(order) // 2
    median = order[middle] if len(order) % 2 else (order[middle - 1] + order[middle]) / 2
    least, greatest = (limit * median for limit in limits)
    return fit([min(max(weight, least), greatest) for weight in weights])


def _questions(load: str, rows: pd.DataFrame, about: Mapping[str, Any], asked: Mapping[str, Any]) -> pd.DataFrame:
    held: Sequence[str] = [name for name in measures() if rows[name].notna().any()]
    return QUESTIONS.frame(
        {
            "load_id": [load] * len(held),
            **{name: [about[name]] * len(held) for name in ("survey", "force", "wave")},
            "measure": held,
            "wording": [asked.get("wording", measures()[name].wording) for name in held],
            "asked_of": [asked.get("asked_of")] * len(held),
            "comparable": [asked.get("comparable")] * len(held),
            "answered": [int(rows[name].notna().sum()) for name in held],
        }
    )


def _load(kind: str, table: str, subject: str, period: str, rows: pd.DataFrame) -> Load:
    digest = hashlib.sha256(rows.to_csv().encode()).hexdigest()
    return Load(Slot(kind, table, subject, period), digest, period or subject, 1, len(rows), len(rows), ())
