"""The demonstration force: an invented county with a known truth, drawn and published as any other force.

``truth`` says what was planted and how large it is; the other modules draw the canonical rows from it.
Nothing here is about a real place or person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from data.publishing import Progress, publish, silent
from data.readers.source import Reading, Slot
from data.store import Load, Release, Store, Writer, load_rows
from data.tables import CANONICAL, LOADS
from data.vocabularies import DEMONSTRATION

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from data.demo.truth import Truth

BY, REASON = "Confidence Cycle", "demonstration data"

Loads = dict[str, list[tuple[Slot, Reading]]]
"""What is loaded, by canonical table: the slot that each load fills, and its rows."""


def demonstration(seed: int | None = None, progress: Progress = silent) -> Loads:
    """Draw the whole force.

    Parameters
    ----------
    seed
        Another seed gives another county of the same truth; the truth's, if not given.
    progress
        Called with a few words before each step.

    Returns
    -------
    dict
        By canonical table the loads that fill it. The same seed gives the same rows.
    """
    from dataclasses import replace

    from data.demo.truth import TRUTH

    return force(TRUTH if seed is None else replace(TRUTH, seed=seed), progress)


def force(truth: Truth, progress: Progress = silent) -> Loads:
    """Draw the force of any truth; see `demonstration`."""
    parts: tuple[tuple[str, Callable[[Truth], Iterator[tuple[Slot, Reading]]]], ...] = (
        ("drawing the county", _places),
        ("asking 38,400 people", _survey),
        ("drawing searches", _searches),
        ("drawing crime and engagement", _crime_and_engagement),
    )
    loads: Loads = {}
    for step, draw in parts:
        progress(step)
        for slot, reading in draw(truth):
            loads.setdefault(slot.table, []).append((slot, reading))
    return loads


def build(store: Store, progress: Progress = silent, seed: int | None = None) -> Release:
    """Draw the force and publish it into a store, as one release; whoever comes while it is drawn finds it there.

    Parameters
    ----------
    store
        An empty store.
    progress
        Called with a few words before each step.
    seed
        As for `demonstration`.
    """
    drawn = demonstration(seed, progress)
    with store.writing() as writer:
        if writer.before is not None:
            return writer.before
        progress("writing rows")
        added = _append(writer, drawn)
        return publish(writer, "load", BY, REASON, added, [], progress)


def content(rows: pa.Table) -> bytes:
    """Rows as CSV, lists and shapes as text and the load left out: what their load is known by."""
    import pyarrow as pa
    import pyarrow.csv as csv

    for place, column in enumerate(rows.schema):
        if pa.types.is_list(column.type):
            rows = rows.set_column(place, column.name, [[" ".join(one) for one in rows[place].to_pylist()]])
        elif pa.types.is_binary(column.type):
            rows = rows.set_column(place, column.name, [[one.hex() for one in rows[place].to_pylist()]])
    text = pa.BufferOutputStream()
    csv.write_csv(rows.drop_columns("load_id"), text)
    return bytes(text.getvalue())


def _places(truth: Truth) -> Iterator[tuple[Slot, Reading]]:
    from data.demo.census import population, residents
    from data.demo.county import areas, county
    from data.demo.truth import CENSUS, CENSUS_YEAR

    place = county(truth.seed)
    for frame in areas(place):
        yield Slot("boundaries", "areas", frame["boundary_set"][0], ""), _reading(frame)
    for frame in population(place, residents(truth.seed, truth.residents)):
        subject = f"{CENSUS} by {frame['level'][0]}"
        yield Slot("census ethnicity", "population", subject, str(CENSUS_YEAR)), _reading(frame)


def _survey(truth: Truth) -> Iterator[tuple[Slot, Reading]]:
    from data.demo.survey import survey
    from data.demo.truth import SURVEY, WAVES

    drawn = survey(truth)
    for wave in WAVES:
        rows, described, asked = (
            frame[frame["wave"] == wave].reset_index(drop=True)
            for frame in (drawn.responses, drawn.waves, drawn.questions)
        )
        also = {"waves": described, "questions": asked}
        yield Slot("survey wave", "responses", SURVEY, wave), _reading(rows, also)


def _searches(truth: Truth) -> Iterator[tuple[Slot, Reading]]:
    from data.demo.searches import searches

    for frame in searches(truth):
        yield Slot("stop and search", "stops", DEMONSTRATION["slug"], frame["month"][0]), _reading(frame)


def _crime_and_engagement(truth: Truth) -> Iterator[tuple[Slot, Reading]]:
    from data.demo import engagement
    from data.demo.crime import crime

    slug = DEMONSTRATION["slug"]
    for frame in crime(truth):
        yield Slot("crime", "crime", slug, frame["month"][0]), _reading(frame)
    held, participants = engagement.events(truth)
    yield Slot("engagement events", "events", slug, ""), _reading(held, {"participants": participants})
    yield Slot("feedback", "feedback", slug, ""), _reading(engagement.feedback(truth, held))
    yield Slot("priorities", "priorities", slug, ""), _reading(engagement.priorities(truth))
    yield Slot("engagement plan", "plans", slug, ""), _reading(engagement.plans(truth))
    yield Slot("milestones", "milestones", slug, ""), _reading(engagement.milestones(truth))


def _reading(frame: pd.DataFrame, also: dict[str, pd.DataFrame] | None = None) -> Reading:
    return Reading(frame, len(frame), ("Invented: drawn from data/demo/truth.py.",), also or {})


def _append(writer: Writer, drawn: Loads) -> list[str]:
    """Append every row and the loads themselves; the identities of the loads, in order.

    Frames are not held against their schemas here, for the tests do it: it would take a quarter of the time.
    """
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    items = [item for of_table in drawn.values() for item in of_table]
    texts = [b""] * len(items)
    tables: dict[str, tuple[pa.Table, list[int]]] = {}
    for name, table in CANONICAL.items():
        parts = [
            (number, frame)
            for number, (slot, reading) in enumerate(items)
            for into, frame in ((slot.table, reading.frame), *reading.also.items())
            if into == name
        ]
        if parts:
            whole = pd.concat([frame for _, frame in parts], ignore_index=True)
            rows, start = pa.Table.from_pandas(whole, table.arrow, preserve_index=False), 0
            for number, frame in parts:
                texts[number] += content(rows.slice(start, len(frame)))
                start += len(frame)
            tables[name] = rows, [number for number, frame in parts for _ in range(len(frame))]
    loads = [_load(slot, reading, text) for (slot, reading), text in zip(items, texts, strict=True)]
    ids = np.array([load.load_id for load in loads])
    for name, (rows, numbers) in tables.items():
        writer.append(CANONICAL[name], rows.set_column(0, "load_id", pa.array(ids[numbers])))
    writer.append(LOADS, load_rows(loads, BY, REASON))
    return [load.load_id for load in loads]


def _load(slot: Slot, reading: Reading, text: bytes) -> Load:
    file = "demonstration: " + " ".join(part for part in (slot.kind, slot.subject, slot.period) if part)
    digest = hashlib.sha256(text).hexdigest()
    return Load(slot, digest, file, len(text), len(reading.frame), reading.records, reading.notes)
