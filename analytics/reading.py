"""Tables as people read them: few columns, plain headings, every value written by the one formatter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.finding import CLAIMS, Finding
from data.vocabularies import forces
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    import pandas as pd

Writer = Callable[[Any], str]


def _figure(name: str, write: Writer) -> Writer:
    return lambda row: "" if wording.missing(row[name]) else write(row[name])


def _span(low: str, high: str, write: Writer) -> Writer:
    return lambda row: "" if wording.missing(row[low]) else wording.between(write(row[low]), write(row[high]))


def _text(name: str) -> Writer:
    return lambda row: "" if wording.missing(row[name]) else str(row[name])


def _both(one: Writer, other: Writer) -> Writer:
    return lambda row: f"{one(row)} ({other(row)})" if one(row) else ""


def _whole(value: float) -> str:
    return wording.signed(value, 0)


def _points(value: float) -> str:
    return wording.signed(value * 100, 0)


def _measured(name: str) -> Writer:
    """A share as per cent, or a ratio of stop and search as times."""
    return lambda row: (
        ""
        if wording.missing(row[name])
        else wording.percent(row[name])
        if row["measure"] in measures()
        else f"{wording.times(row[name])} times"
    )


def _measured_span(row: Any) -> str:  # noqa: ANN401
    if wording.missing(row["low"]):
        return ""
    if row["measure"] in measures():
        return wording.percent_between(row["low"], row["high"])
    return f"{wording.between(wording.times(row['low']), wording.times(row['high']))} times"


_SHARES: dict[str, Writer] = {
    "Estimate": _figure("estimate", wording.percent),
    "95 % interval": lambda row: (
        "" if wording.missing(row["low"]) else wording.percent_between(row["low"], row["high"])
    ),
    "Answers": _figure("base", wording.count),
}
_SHARES_CHANGED: dict[str, Writer] = {
    "Measure": lambda row: measures()[row["measure"]].label if row["measure"] in measures() else "Ratio of rates",
    "Estimate": _measured("estimate"),
    "95 % interval": _measured_span,
    "Answers or searches": _figure("base", wording.count),
    "Change in a year, points": _both(_figure("change", _points), _span("change_low", "change_high", _points)),
    "Verdict": _text("verdict"),
    "Note": _text("flag"),
}
_AGAINST_REST: dict[str, Writer] = {
    "Against the others, points": _both(
        _figure("difference", _points), _span("difference_low", "difference_high", _points)
    ),
    "Verdict": _text("verdict"),
}

_COLUMNS: dict[str, dict[str, Writer]] = {
    "stop_and_search.rates": {
        "Group": _text("group"),
        "Searches": _figure("stops", wording.count),
        "Residents": _figure("population", wording.count),
        "Per 1,000": _figure("rate", wording.rate),
        "95 % interval": _span("low", "high", wording.rate),
        "Note": _text("flag"),
    },
    "stop_and_search.disproportionality": {
        "Group": _text("group"),
        "Searches": _figure("stops", wording.count),
        "Compared with": lambda row: f"{row['comparator']}, {_figure('comparator_stops', wording.count)(row)}",
        "Per 1,000": _figure("rate", wording.rate),
        "Compared with, per 1,000": _figure("comparator_rate", wording.rate),
        "Ratio": _both(_figure("ratio", wording.times), _span("low", "high", wording.times)),
        "Difference": _both(
            _figure("difference", wording.signed), _span("difference_low", "difference_high", wording.signed)
        ),
        "Excess": _both(_figure("excess", _whole), _span("excess_low", "excess_high", _whole)),
        "If not stated were all or none": _span("ratio_if_unknown_comparator", "ratio_if_unknown_group", wording.times),
        "Share of not stated for equal rates": _figure("tipping_share", wording.percent),
        "Within districts": _both(
            _figure("ratio_adjusted", wording.times), _span("adjusted_low", "adjusted_high", wording.times)
        ),
        "Note": _text("flag"),
    },
    "stop_and_search.trend": {
        "Month": _figure("month", wording.month),
        "Group": _text("group"),
        "Searches": _figure("stops", wording.count),
        "Per 1,000": _figure("rate", wording.rate),
        "95 % interval": _span("low", "high", wording.rate),
        "Note": _text("flag"),
    },
    "overview.headline": _SHARES_CHANGED,
    "overview.tiles": {"Stage": _text("tile"), **_SHARES_CHANGED},
    "trends.measure": {"Wave": _text("label"), **_SHARES, "Series": _text("broken"), "Note": _text("flag")},
    "trends.by_group": {"Group": _text("group"), **_SHARES, **_AGAINST_REST, "Note": _text("flag")},
    "trends.by_area": {"Area": _text("name"), **_SHARES, **_AGAINST_REST, "Note": _text("flag")},
    "data.coverage": {
        "Table": _text("table"),
        "Force or source": lambda row: forces()[row["force"]]["short"] if row["force"] in forces() else row["force"],
        "Month or year": _text("month_or_wave"),
        "Status": _text("status"),
        "Rows": _figure("rows", wording.count),
    },
}


_ACROSS = {"stop_and_search.disproportionality"}


_HEADINGS = {"low": "From", "high": "To", "flag": "Note", "stops": "Searches"}


def reading_table(finding: Finding) -> pd.DataFrame:
    """The main table of a Finding as text, with headings in plain words and without empty columns.

    Where nobody has said how a Finding is read, every column is shown under its own name.
    """
    import pandas as pd

    columns = _COLUMNS.get(finding.key) or _as_they_are(finding.table.columns)
    records = finding.table.to_dict("records")
    frame = pd.DataFrame({heading: [write(row) for row in records] for heading, write in columns.items()}, dtype="str")
    filled = frame.loc[:, (frame != "").any()] if len(frame) else frame
    return _groups_across(filled) if finding.key in _ACROSS else filled


def _as_they_are(names: Iterable[str]) -> dict[str, Writer]:
    return {
        _HEADINGS.get(name, name.replace("_", " ").capitalize()): _figure(
            name, wording.month if name == "month" else _any
        )
        for name in names
    }


def _any(value: object) -> str:
    """A number with thousands separated and three digits that count; a text as it is."""
    if isinstance(value, bool | str) or not isinstance(value, Real):
        return str(value)
    number = float(value)
    if number.is_integer():
        return wording.count(number)
    return f"{number:,.1f}" if abs(number) >= 100 else f"{number:.3g}"


def _groups_across(frame: pd.DataFrame) -> pd.DataFrame:
    """One column a group instead of one row: many figures of few groups fit a narrow page."""
    turned = frame.set_index(frame.columns[0]).T
    return turned.rename_axis(columns=None).rename_axis("Figure").reset_index()


def provenance_table(finding: Finding) -> pd.DataFrame:
    """How a Finding was made, as pairs of a name and a text."""
    import pandas as pd

    made = finding.provenance
    files = f"{wording.plural(len(made.files), 'file')}, named below with their rows and hashes"
    pairs = {
        "Base": made.base,
        "Weights": made.weights,
        "Method": made.method,
        "Reference": made.reference,
        "Rules that fired": "; ".join(made.rules) or "None",
        "Settings": "; ".join(f"{name}: {value}" for name, value in made.settings.items()) or "None",
        "Files": files if made.files else "None",
        "Versions": f"Release {made.release} of the data, version {made.code} of the code",
        "Level": f"{finding.claim} of {len(CLAIMS) - 1}: {finding.claim_name}",
    }
    return pd.DataFrame(pairs.items(), columns=["what", "how"])
