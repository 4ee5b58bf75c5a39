"""Tables as people read them: few columns, plain headings, every value written by the one formatter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING, Any

from analytics import near_one, wording
from analytics.finding import CLAIMS, Finding
from analytics.records import records_of
from analytics.survey import CHANGE
from data.cubes import NOT_RECOGNISED
from data.vocabularies import NOT_STATED, forces
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    import pandas as pd

Writer = Callable[[Any], str]

_FOUND = {"broad": "any outcome but no further action", "strict": "an outcome linked to what was looked for"}
_COUNTED = {
    "searches": "searches",
    "outcomes": "searches with an outcome",
    "drugs searches": "searches under the drugs power",
    "months": "months",
}
_WHOSE_WORD = {"self": "Self-defined ethnicity", "officer": "Officer-defined ethnicity"}
_UNKNOWN = {NOT_STATED: "Unknown ethnicity", NOT_RECOGNISED: "Unknown ethnicity, not in our list"}


def _figure(name: str, write: Writer) -> Writer:
    return lambda row: "" if wording.missing(row[name]) else write(row[name])


def _span(low: str, high: str, write: Writer) -> Writer:
    return lambda row: "" if wording.missing(row[low]) else wording.between(write(row[low]), write(row[high]))


def _percents(low: str, high: str) -> Writer:
    return lambda row: "" if wording.missing(row[low]) else wording.percent_between(row[low], row[high])


def _tenths(low: str, high: str) -> Writer:
    return lambda row: "" if wording.missing(row[low]) else wording.tenths_between(row[low], row[high])


def _or_range(name: str, least: str, most: str) -> Writer:
    """A share, or between which shares it lies."""
    one, between = _figure(name, wording.percent), _percents(least, most)
    low, high = _figure(least, wording.percent), _figure(most, wording.percent)
    return lambda row: one(row) or (low(row) if low(row) == high(row) else between(row))


def _gap_or_range(row: Any) -> str:  # noqa: ANN401
    """A gap in points, or between which it lies."""
    low, high = (_figure(name, _points)(row) for name in ("least_gap", "most_gap"))
    return _figure("gap", _points)(row) or (low if low == high else wording.between(low, high))


def _text(name: str) -> Writer:
    return lambda row: "" if wording.missing(row[name]) else str(row[name])


def _ratio_span(low: str, high: str) -> Writer:
    return lambda row: "" if wording.missing(row[low]) else near_one.between(row[low], row[high])


def ethnic_group(group: str) -> str:
    """A group of searches: what is not stated, or in no list, is of unknown ethnicity on cards, charts and tables."""
    return _UNKNOWN.get(group, group)


def _ethnic_group(row: Any) -> str:  # noqa: ANN401
    return ethnic_group(row["group"])


def _both(one: Writer, other: Writer) -> Writer:
    """A figure with its range, or that it has none."""
    return lambda row: f"{one(row)} ({other(row) or wording.NO_RANGE})" if one(row) else ""


def _either(one: Writer, other: Writer) -> Writer:
    """The one where it says anything, else the other: a verdict, or why there is none."""
    return lambda row: one(row) or other(row)


def _pair(name: str, other: str, write: Writer) -> Writer:
    """Figures of the group and of the comparator, side by side."""
    one, two = _figure(name, write), _figure(other, write)
    return lambda row: f"{one(row)} and {two(row)}" if one(row) and two(row) else one(row) or two(row)


def _unless_none(value: float) -> str:
    """A count that is worth a column only where there is any."""
    return wording.count(value) if value else ""


def _whole(value: float) -> str:
    return wording.signed(value, 0)


def _points(value: float) -> str:
    return wording.signed(value * 100, 0)


def _tenths_of_points(value: float) -> str:
    return wording.signed(value * 100, 1)


def _measured(name: str) -> Writer:
    """A share as per cent, or a ratio of stop and search as times."""
    return lambda row: (
        ""
        if wording.missing(row[name])
        else wording.percent(row[name])
        if row["measure"] in measures()
        else f"{near_one.times(row[name])} times"
    )


def _measured_span(row: Any) -> str:  # noqa: ANN401
    if wording.missing(row["low"]):
        return ""
    if row["measure"] in measures():
        return wording.percent_between(row["low"], row["high"])
    return f"{near_one.between(row['low'], row['high'])} times"


def _layered(name: str) -> Writer:
    """A figure of a map: a share as per cent, else a rate or a ratio."""
    return lambda row: (
        ""
        if wording.missing(row[name])
        else wording.percent(row[name])
        if row["layer"] in measures()
        else wording.rate(row[name])
    )


def _layered_span(low: str, high: str) -> Writer:
    return lambda row: (
        ""
        if wording.missing(row[low])
        else wording.percent_between(row[low], row[high])
        if row["layer"] in measures()
        else wording.between(wording.rate(row[low]), wording.rate(row[high]))
    )


def _where_held(name: str, write: Writer) -> Writer:
    """What only some tables of a kind have."""
    return lambda row: write(row) if name in row else ""


def _alone(row: Any) -> str:  # noqa: ANN401
    """The share from an area's own answers alone with its interval, or why there is none."""
    if wording.missing(row["direct"]):
        return str(row["direct_flag"])
    return f"{wording.percent(row['direct'])} ({wording.percent_between(row['direct_low'], row['direct_high'])})"


_INTERVAL: dict[str, Writer] = {
    "95 % interval": lambda row: (
        "" if wording.missing(row["low"]) else wording.percent_between(row["low"], row["high"])
    ),
}
_SHARES: dict[str, Writer] = {
    "Estimate": _figure("estimate", wording.percent),
    **_INTERVAL,
    "Answers": _figure("base", wording.count),
}


def _is_clear(row: Any) -> bool:  # noqa: ANN401
    return row["verdict"] in (CHANGE.above, CHANGE.below)


def _clear_change(row: Any) -> str:  # noqa: ANN401
    return f"{_points(row['change'])} ({_points(row['change_low'])} to {_points(row['change_high'])})"


def _unclear(row: Any) -> str:  # noqa: ANN401
    return f"between {_points(row['change_low'])} and {_points(row['change_high'])}"


def _told_difference(row: Any) -> str:  # noqa: ANN401
    """A difference in points with its interval, and its verdict where it is clear."""
    if wording.missing(row["difference"]):
        return ""
    said = f"{_points(row['difference'])} ({_points(row['difference_low'])} to {_points(row['difference_high'])})"
    clear = row["difference_low"] > 0 or row["difference_high"] < 0
    return f"{said}, {row['verdict']}" if clear and row["verdict"] else said


def _hundredths(value: float) -> str:
    return wording.signed(value, 2)


def _link(row: Any) -> str:  # noqa: ANN401
    """A link by the stages that it goes between."""
    name = f"{row['from']} to {row['to']}"
    return name[:1].upper() + name[1:]


def _stands_out(row: Any) -> str:  # noqa: ANN401
    """Whether a link is the weakest of all, or differs from everyone else's."""
    if row["weakest"]:
        return "weakest of all"
    return {"above": "stronger than the others", "below": "weaker than the others"}.get(row["verdict"], "")


def _how_sure(row: Any) -> str:  # noqa: ANN401
    """Whether a link is told from none, and whether it stands out."""
    return ", ".join(text for text in (_above_none(row), _stands_out(row)) if text)


def _is_weak(row: Any) -> bool:  # noqa: ANN401
    """Whether a link is the weakest of all, or clearly weaker than everyone else's."""
    return bool(row["weakest"]) or row["verdict"] == "below"


def _above_none(row: Any) -> str:  # noqa: ANN401
    """Whether a link is told from none, or why it is not known."""
    if wording.missing(row["strength"]):
        return str(row["flag"])
    return "clear" if row["clear"] else "not clear"


_LINKS: dict[str, Writer] = {
    "Link": _link,
    "Strength, points": _both(_figure("strength", _points), _span("low", "high", _points)),
    "How sure": _how_sure,
    "People": _figure("base", wording.count),
    "Against the others, points": _both(
        _figure("difference", _points), _span("difference_low", "difference_high", _points)
    ),
}
_DRIVERS: dict[str, Writer] = {
    "Goes with": _text("driver"),
    "One step, points": _both(_figure("effect", _tenths_of_points), _span("low", "high", _tenths_of_points)),
    "One standard deviation, points": _both(
        _figure("per_sd", _tenths_of_points), _span("per_sd_low", "per_sd_high", _tenths_of_points)
    ),
    "Share of what is told": _figure("share", wording.percent),
}


def _one_sd(row: Any) -> str:  # noqa: ANN401
    """What one standard deviation of a lever is, in its unit."""
    value = float(row["one_sd"])
    return {
        "engagement": f"{wording.rate(value)} events per 1,000",
        "visibility": f"{value * 100:.1f} points",
        "problem solving": f"{value:.2f} priorities",
    }[row["lever"]]


_SHARES_CHANGED: dict[str, Writer] = {
    "Measure": lambda row: measures()[row["measure"]].label if row["measure"] in measures() else "Ratio of rates",
    "Estimate": _measured("estimate"),
    "95 % interval": _measured_span,
    "Answers or searches": _figure("base", wording.count),
    "Change in a year, points": _both(_figure("change", _points), _span("change_low", "change_high", _points)),
    "Verdict": _text("verdict"),
    "Note": _text("flag"),
}
_CHANGED: dict[str, Writer] = {
    "Change, points": lambda row: (
        "" if wording.missing(row["change"]) else _clear_change(row) if _is_clear(row) else _unclear(row)
    ),
    "Verdict": _text("verdict"),
}
_AGAINST_REST: dict[str, Writer] = {
    "Against the others, points": _both(
        _figure("difference", _points), _span("difference_low", "difference_high", _points)
    ),
    "Verdict": _text("verdict"),
}
_AGAINST_COMPARATOR: dict[str, Writer] = {
    "Against the comparator, points": _both(
        _figure("gap", _tenths_of_points), _span("gap_low", "gap_high", _tenths_of_points)
    ),
    "Clear": lambda row: "" if not row["verdict"] else "yes" if row["verdict"] in ("above", "below") else "no",
}
_COMPARED: dict[str, Writer] = {
    "Confidence": _text("what"),
    "Points": _both(_figure("difference", _points), _span("difference_low", "difference_high", _points)),
    "p value": _figure("p_value", wording.p_value),
    "Larger": _text("verdict"),
    "Note": _text("flag"),
}

_EVENTS: dict[str, Writer] = {
    "Events": _figure("events", wording.count),
    "Share of events": _both(_figure("share_of_events", wording.percent), _percents("low", "high")),
    "Participations": _figure("participants", wording.count),
    "Officer hours": _figure("officer_hours", wording.count),
    "Volunteer hours": _figure("volunteer_hours", wording.count),
    "Useful": _both(_figure("useful", wording.percent), _percents("useful_low", "useful_high")),
    "Ratings": _figure("rated", wording.count),
    "First time": _both(_figure("first_time", wording.percent), _percents("first_time_low", "first_time_high")),
    "Note": _text("flag"),
}
_TOLD: dict[str, Writer] = {
    "Items": _figure("items", wording.count),
    "Told what came of it": _both(_figure("told_share", wording.percent), _percents("low", "high")),
    "Note": _text("flag"),
}


def _aim(row: Any) -> str:  # noqa: ANN401
    """Between which a coverage should lie; empty where nothing is aimed at."""
    return "" if wording.missing(row["aim_low"]) else wording.tenths_between(row["aim_low"], row["aim_high"])


def _against_limits(row: Any) -> str:  # noqa: ANN401
    """On which side of the limits an area lies; beyond those of 95 % alone is not counted as outside."""
    if wording.missing(row["ratio"]):
        return ""
    side = "above" if row["ratio"] > row["limit_high_95"] else "below" if row["ratio"] < row["limit_low_95"] else ""
    if not side:
        return "within"
    return f"clearly {side}" if row["flagged"] else f"{side} 95 %, maybe by chance"


def _against(*names: str) -> Writer:
    """A figure of a scorecard, or its interval: a share to a tenth of a point, or a ratio."""

    def write(row: Any) -> str:  # noqa: ANN401
        values = [row[name] for name in names]
        if wording.missing(values[0]):
            return ""
        if row["measured_as"] == "ratio":
            return near_one.between(*values) if len(values) > 1 else f"{near_one.times(values[0])} times"
        return wording.tenths_between(*values) if len(values) > 1 else wording.tenths(values[0])

    return write


_HELD: dict[str, Writer] = {
    "Figure": _text("figure"),
    "Simulated": _text("case"),
    "Interval": _text("interval"),
    "Held the truth": _figure("coverage", wording.tenths),
    "Against its aim": _text("against_aim"),
    "Aim": _aim,
    "Shown in": _figure("given", wording.percent),
    "Intervals": _figure("intervals", wording.count),
    "Monte Carlo error": _figure("error", wording.tenths),
    "Width": _both(_figure("width", wording.index), _text("width_is")),
    "Used": _text("use"),
}


def _did(row: Any) -> str:  # noqa: ANN401
    """What was done, or that it is open still, in time or overdue."""
    if row["outcome"].startswith("Open"):
        return str(row["outcome"])
    if row["outcome"] == "Action taken":
        return _text("action")(row) or "Action taken, not said which"
    return ""


def _did_not(row: Any) -> str:  # noqa: ANN401
    """Why nothing was done."""
    if row["outcome"].startswith("No action"):
        return _text("no_action_reason")(row) or "No reason given"
    return ""


def _small(name: str) -> Writer:
    """A share to a tenth of a point, for shares that are often small."""
    return _figure(name, wording.tenths)


def _small_span(low: str, high: str) -> Writer:
    return lambda row: "" if wording.missing(row[low]) else wording.tenths_between(row[low], row[high])


_SHARE_GAPS: dict[str, Writer] = {
    "Age": _text("age_band"),
    "Groups": lambda row: f"{row['group']} and {row['comparator']}",
    "Share": _small("share"),
    "Compared with": _small("comparator_share"),
    "Gap, points": _both(_figure("gap", _tenths_of_points), _span("low", "high", _tenths_of_points)),
    "Verdict": _text("verdict"),
    "p value": _figure("p_value", wording.p_value),
    "False-discovery rate": _figure("q_value", wording.p_value),
    "Searches": _figure("base", wording.count),
    "Note": _text("flag"),
}


_RATIO_FIGURES: dict[str, Writer] = {
    "Ratio": _both(_figure("ratio", near_one.times), _ratio_span("low", "high")),
    "Difference": _both(
        _figure("difference", wording.signed), _span("difference_low", "difference_high", wording.signed)
    ),
    "Excess": _both(_figure("excess", _whole), _span("excess_low", "excess_high", _whole)),
}


def _number_of(name: str) -> Writer:
    """The main figure of a diagnostic's question as what it is: areas, a share, a gap in points or a correlation."""

    def write(row: Any) -> str:  # noqa: ANN401
        if wording.missing(row[name]):
            return ""
        writers: dict[str, Writer] = {
            "areas": wording.count,
            "difference of shares": wording.points,
            "correlation": wording.signed,
        }
        return writers.get(row["number_is"], wording.percent)(row[name])

    return write


def _number_span(row: Any) -> str:  # noqa: ANN401
    if wording.missing(row["low"]):
        return "counted"
    if row["number_is"] == "difference of shares":
        return wording.points_between(row["low"], row["high"])
    if row["number_is"] == "correlation":
        return wording.between(wording.signed(row["low"]), wording.signed(row["high"]))
    return wording.percent_between(row["low"], row["high"])


_COLUMNS: dict[str, dict[str, Writer]] = {
    "stop_and_search.rates": {
        "Group": _ethnic_group,
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
        **_RATIO_FIGURES,
        "If unknown ethnicity were all or none": _ratio_span("ratio_if_unknown_comparator", "ratio_if_unknown_group"),
        "If unknown ethnicity were as the known for the same object": _figure(
            "ratio_if_unknown_within_object", near_one.times
        ),
        "Share of unknown ethnicity for equal rates": _figure("tipping_share", wording.percent),
        "Within districts": _both(
            _figure("ratio_adjusted", near_one.times), _ratio_span("adjusted_low", "adjusted_high")
        ),
        "Note": _text("flag"),
    },
    "stop_and_search.disproportionality/definitions": {
        "Ethnicity": lambda row: _WHOSE_WORD[row["definition"]],
        "Groups": lambda row: f"{row['group']} and {row['comparator']}",
        "Searches": _pair("stops", "comparator_stops", wording.count),
        "Per 1,000": _pair("rate", "comparator_rate", wording.rate),
        **_RATIO_FIGURES,
        "Unknown ethnicity": _figure("unknown_share", wording.percent),
        "If unknown ethnicity were all or none": _ratio_span("ratio_if_unknown_comparator", "ratio_if_unknown_group"),
        "Within districts": _both(
            _figure("ratio_adjusted", near_one.times), _ratio_span("adjusted_low", "adjusted_high")
        ),
        "Note": _text("flag"),
    },
    "stop_and_search.disproportionality/denominators": {
        "Residents of": _text("residents_source"),
        "Groups": lambda row: f"{row['group']} and {row['comparator']}",
        "Residents": _figure("population", wording.count),
        "Residents compared with": _figure("comparator_population", wording.count),
        "Per 1,000": _both(_figure("rate", wording.rate), _span("rate_low", "rate_high", wording.rate)),
        "Compared with, per 1,000": _both(
            _figure("comparator_rate", wording.rate), _span("comparator_rate_low", "comparator_rate_high", wording.rate)
        ),
        "Ratio": _both(_figure("ratio", near_one.times), _ratio_span("low", "high")),
        "Areas missing": _figure("missing_areas", wording.count),
        "Counts suppressed": _figure("suppressed_counts", _unless_none),
        "Note": _text("flag"),
    },
    "stop_and_search.standardised": {
        "Group": _text("group"),
        "Compared with": _text("comparator"),
        "Searches of known age and sex": _figure("base", wording.count),
        "Said for": _figure("known_share", wording.percent),
        "Said for those compared with": _figure("comparator_known_share", wording.percent),
        "Ratio as recorded": _both(_figure("ratio", near_one.times), _ratio_span("low", "high")),
        "Ratio if of the same ages and sexes": _both(
            _figure("ratio_standardised", near_one.times),
            _ratio_span("ratio_standardised_low", "ratio_standardised_high"),
        ),
        "Per 1,000, standardised": _both(
            _figure("rate_standardised", wording.rate),
            _span("rate_standardised_low", "rate_standardised_high", wording.rate),
        ),
        "Compared with, per 1,000, standardised": _both(
            _figure("comparator_rate_standardised", wording.rate),
            _span("comparator_rate_standardised_low", "comparator_rate_standardised_high", wording.rate),
        ),
        "Note": _text("flag"),
    },
    "stop_and_search.standardised/strata": {
        "Age": _text("age_band"),
        "Sex": _text("sex"),
        "Groups": lambda row: f"{row['group']} and {row['comparator']}",
        "Searches": _figure("stops", wording.count),
        "Residents": _figure("population", wording.count),
        "Searches compared with": _figure("comparator_stops", wording.count),
        "Residents compared with": _figure("comparator_population", wording.count),
        "All residents": _figure("residents", wording.count),
        "Note": _text("flag"),
    },
    "stop_and_search.similar_forces": {
        "Force": _text("name"),
        "Which": _text("which"),
        "Searches": _figure("stops", wording.count),
        "Compared with": lambda row: f"{row['comparator']}, {_figure('comparator_stops', wording.count)(row)}",
        "Per 1,000": _both(_figure("rate", wording.rate), _span("rate_low", "rate_high", wording.rate)),
        "Compared with, per 1,000": _both(
            _figure("comparator_rate", wording.rate), _span("comparator_rate_low", "comparator_rate_high", wording.rate)
        ),
        "Ratio": _both(_figure("ratio", near_one.times), _ratio_span("low", "high")),
        "Difference": _both(
            _figure("difference", wording.signed), _span("difference_low", "difference_high", wording.signed)
        ),
        "Excess": _both(_figure("excess", _whole), _span("excess_low", "excess_high", _whole)),
        "Unknown ethnicity": _figure("unknown_share", wording.percent),
        "If unknown ethnicity were all or none": _ratio_span("ratio_if_unknown_comparator", "ratio_if_unknown_group"),
        "Within districts": _both(
            _figure("ratio_adjusted", near_one.times), _ratio_span("adjusted_low", "adjusted_high")
        ),
        "Find rate": _both(_figure("find_rate", wording.percent), _percents("find_rate_low", "find_rate_high")),
        "Note": _text("flag"),
    },
    "stop_and_search.similar_forces/against_similar": {
        "Groups": lambda row: f"{row['group']} and {row['comparator']}",
        "Times the ratio of the others": _both(_figure("against_similar", near_one.times), _ratio_span("low", "high")),
        "Verdict": _text("verdict"),
        "p value": _figure("p_value", wording.p_value),
        "Similar forces": _figure("forces", wording.count),
        "Months": _figure("months", wording.count),
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
    "stop_and_search.trend/policy": {
        "Number": _figure("number", wording.count),
        "Day": _figure("date", wording.day),
        "Rule": _text("policy"),
        "What changed": _text("what_changed"),
        "Source": _text("source"),
    },
    "stop_and_search.find_rates": {
        "Searches for": _text("stratum"),
        "Group": _ethnic_group,
        "Found": lambda row: _FOUND[row["rule"]],
        "Searches": _figure("searches", wording.count),
        "Found something": _figure("found", wording.count),
        "Find rate": _both(_or_range("rate", "low_if_none", "high_if_all"), _percents("low", "high")),
        "Said for": _figure("known_share", wording.percent),
        "Note": _text("flag"),
    },
    "stop_and_search.find_rates/gaps": {
        "Compared": _text("compared"),
        "Found": lambda row: _FOUND[row["rule"]],
        "Groups": lambda row: f"{row['group']} and {row['comparator']}",
        "Find rate": _figure("rate", wording.percent),
        "Compared with": _figure("comparator_rate", wording.percent),
        "Gap, points": _both(_gap_or_range, _span("low", "high", _points)),
        "Ratio": _both(_figure("ratio", near_one.times), _ratio_span("ratio_low", "ratio_high")),
        "Verdict": _text("verdict"),
        "q value": _figure("q_value", wording.p_value),
        "Districts": _figure("areas", wording.count),
        "Searches": _figure("base", wording.count),
        "Note": _text("flag"),
    },
    "stop_and_search.find_rates/objects": {
        "Searches for": _text("stratum"),
        "Groups": lambda row: f"{row['group']} and {row['comparator']}",
        "Find rate": _figure("rate", wording.percent),
        "Compared with": _figure("comparator_rate", wording.percent),
        "Gap, points": _both(_figure("gap", _points), _span("low", "high", _points)),
        "Verdict": _text("verdict"),
        "q value": _figure("q_value", wording.p_value),
        "Searches": _figure("base", wording.count),
        "Note": _text("flag"),
    },
    "stop_and_search.outcomes": {
        "Group": _ethnic_group,
        "Outcome": _text("outcome"),
        "Searches": _figure("searches", wording.count),
        "Share": _both(_figure("share", wording.percent), _percents("low", "high")),
        "Of searches": _figure("base", wording.count),
        "Note": _text("flag"),
    },
    "stop_and_search.by_power": {
        "Power": _text("power"),
        "Group": _ethnic_group,
        "Searches": _figure("searches", wording.count),
        "Share of the group's searches": _both(_figure("share", wording.percent), _percents("share_low", "share_high")),
        **_AGAINST_COMPARATOR,
        "Per 1,000": _both(_figure("rate", wording.rate), _span("rate_low", "rate_high", wording.rate)),
        "Ratio": _both(_figure("ratio", near_one.times), _ratio_span("low", "high")),
        "Ratio against that under grounds": _both(
            _figure("against_grounds", near_one.times), _ratio_span("against_grounds_low", "against_grounds_high")
        ),
        "Verdict on that": _text("against_grounds_verdict"),
        "Difference": _both(
            _figure("difference", wording.signed), _span("difference_low", "difference_high", wording.signed)
        ),
        "Excess": _both(_figure("excess", _whole), _span("excess_low", "excess_high", _whole)),
        "If unknown ethnicity were all or none": _ratio_span("ratio_if_unknown_comparator", "ratio_if_unknown_group"),
        "Within districts": _both(
            _figure("ratio_adjusted", near_one.times), _ratio_span("adjusted_low", "adjusted_high")
        ),
        "Note": _text("flag"),
    },
    "stop_and_search.by_power/powers": {
        "Power": _text("power"),
        "Kind": _text("kind"),
        "Searches": _figure("searches", wording.count),
        "Share of all searches": _both(_figure("share", wording.percent), _percents("low", "high")),
        "Note": _text("flag"),
    },
    "stop_and_search.by_object": {
        "Looked for": _text("object"),
        "Group": _ethnic_group,
        "Searches": _figure("searches", wording.count),
        "Share": _both(_figure("share", wording.percent), _percents("share_low", "share_high")),
        "Of searches": _figure("base", wording.count),
        **_AGAINST_COMPARATOR,
        "Note": _text("flag"),
    },
    "stop_and_search.quality": {
        "What is missing": _text("check"),
        "Share": _figure("share", wording.percent),
        "What it bears on": _text("bears_on"),
        "Number": _figure("searches", wording.count),
        "Of": lambda row: f"{wording.count(row['of'])} {_COUNTED[row['unit']]}",
        "Note": _text("flag"),
    },
    "stop_and_search.quality/by_month": {
        "What is missing": _text("check"),
        "Month": _figure("month", wording.month),
        "Number": _figure("searches", wording.count),
        "Of": _figure("of", wording.count),
        "Share": _figure("share", wording.percent),
        "Note": _text("flag"),
    },
    "stop_and_search.scorecard": {
        "Criterion": _text("criterion"),
        "Verdict": _text("verdict"),
        "Figure": _both(_against("estimate"), _against("low", "high")),
        "Yardstick": _text("yardstick"),
        "Test": _text("test"),
        "Searches": _figure("base", wording.count),
        "Said for": _figure("known_share", wording.percent),
        "Note": _text("flag"),
    },
    "stop_and_search.scorecard/tests": {
        "Test": _text("test"),
        "Verdict": _text("verdict"),
        "Of its criteria": _text("short_of"),
    },
    "stop_and_search.scorecard/yardsticks": {
        "Criterion": _text("criterion"),
        "Yardstick": _text("yardstick"),
        "Setting": _text("setting"),
        "What a source asks": _text("duty"),
        "Source": _text("source"),
        "What of it was read": _text("read"),
    },
    "stop_and_search.teams": {
        "Team": _text("team"),
        "Share": _both(_figure("estimate", wording.percent), _percents("low", "high")),
        "Against the limits": _either(_text("verdict"), _text("flag")),
        "Searches": _figure("searches", wording.count),
        "95 % limits": _percents("limit_low_95", "limit_high_95"),
        "Of": _text("what"),
        "False-discovery rate": _figure("q_value", wording.p_value),
    },
    "stop_and_search.teams/whole": {
        "Counted": _text("what"),
        "Of all teams": _both(_figure("estimate", wording.tenths), _tenths("low", "high")),
        "Searches": _figure("searches", wording.count),
        "Teams tested": _figure("tested", wording.count),
        "Shown": _figure("shown", wording.count),
        "Clearly outside": _figure("outside", wording.count),
    },
    "stop_and_search.children": {
        "Age": _text("age_band"),
        "Group": _ethnic_group,
        "Searches": _figure("searches", wording.count),
        "Share of the group's searches": _both(_small("share"), _small_span("low", "high")),
        "Of searches": _figure("base", wording.count),
        "Age said for": _figure("known_share", wording.percent),
        "If unknown ages were none or all": _small_span("share_if_none", "share_if_all"),
        "Residents of that age": _figure("residents", wording.count),
        "Per 1,000 of them": _both(_figure("rate", wording.rate), _span("rate_low", "rate_high", wording.rate)),
        "Note": _text("flag"),
    },
    "stop_and_search.children/gaps": _SHARE_GAPS,
    "stop_and_search.children/ratios": {
        "Age": _text("age_band"),
        "Per 1,000": _both(_figure("rate", wording.rate), _span("rate_low", "rate_high", wording.rate)),
        "Compared with": _both(
            _figure("comparator_rate", wording.rate),
            _span("comparator_rate_low", "comparator_rate_high", wording.rate),
        ),
        "Ratio": _both(_figure("ratio", near_one.times), _ratio_span("low", "high")),
        "Difference": _both(
            _figure("difference", wording.signed), _span("difference_low", "difference_high", wording.signed)
        ),
        "Excess": _both(_figure("excess", _whole), _span("excess_low", "excess_high", _whole)),
        "Note": _text("flag"),
    },
    "stop_and_search.more_thorough": {
        "Searches of": _text("age_band"),
        "Group": _ethnic_group,
        "More removed": _figure("searches", wording.count),
        "Share": _both(_small("share"), _small_span("low", "high")),
        "Of searches": _figure("base", wording.count),
        "Said for": _figure("known_share", wording.percent),
        "If blanks were none or all": _small_span("share_if_none", "share_if_all"),
        "Note": _text("flag"),
    },
    "stop_and_search.more_thorough/gaps": _SHARE_GAPS,
    "stop_and_search.threshold_gaps": {
        "Groups": lambda row: f"{row['group']} and {row['comparator']}",
        "Prior scale": _figure("prior_scale", "{:g}".format),
        "Gap if the model held, points": _both(
            _figure("gap", _tenths_of_points), _span("low", "high", _tenths_of_points)
        ),
        "Searches": _figure("base", wording.count),
        "Districts": _figure("areas", wording.count),
        "Note": _text("flag"),
    },
    "stop_and_search.threshold_gaps/groups": {
        "Group": _text("group"),
        "Searches used": _figure("searches", wording.count),
        "Found something": _figure("found", wording.count),
        "Residents": _figure("population", wording.count),
        "Note": _text("flag"),
    },
    "stop_and_search.bars": {
        "Bar of the second group": _figure("second_bar", wording.percent),
        "Its mean chance": _figure("second_mean_chance", wording.percent),
        "Searched": _figure("second_search_rate", wording.percent),
        "Find rate": _figure("second_find_rate", wording.percent),
        "Bar of the first group": _figure("bar", wording.percent),
        "First group: mean chance": _figure("mean_chance", wording.percent),
        "First group: searched": _figure("search_rate", wording.percent),
        "First group: find rate": _figure("find_rate", wording.percent),
    },
    "stop_and_search.funnel": {
        "Area": _text("name"),
        "Ratio": _both(_figure("ratio", near_one.times), _ratio_span("low", "high")),
        "Against the limits": _either(_against_limits, _text("flag")),
        "95 % limits": _ratio_span("limit_low_95", "limit_high_95"),
        "Per 1,000, both": _pair("rate", "comparator_rate", wording.rate),
        "Searches, both": _pair("stops", "comparator_stops", wording.count),
        "99.8 % limits": _ratio_span("limit_low_998", "limit_high_998"),
        "Expected of each group": _figure("equal_to", wording.rate),
        "False-discovery rate": _figure("q_value", wording.p_value),
    },
    "stop_and_search.funnel/pulled": {
        "Area": _text("name"),
        "Pulled towards the others": _both(_figure("ratio_pulled", near_one.times), _ratio_span("low", "high")),
        "As recorded": _figure("ratio", near_one.times),
        "Chance that it is over 1": _figure("chance_above_1", wording.chance),
        "Chance that it is over that within areas": _figure("chance_above_force", wording.chance),
        "From its own searches": _figure("own_share", wording.percent),
        "Note": _text("flag"),
    },
    "stop_and_search.funnel/whole": {
        "Ratio within areas": _both(_figure("ratio", near_one.times), _ratio_span("low", "high")),
        "Searches": _figure("base", wording.count),
        "Areas tested": _figure("tested", wording.count),
        "Shown": _figure("shown", wording.count),
        "Clearly outside": _figure("outside", wording.count),
        "95 of 100 areas, apart from chance": _ratio_span("most_low", "most_high"),
    },
    "stop_and_search.edges": {
        "Area": _text("name"),
        "Searches": _figure("searches", wording.count),
        "Between": _span("low_if_near_out", "high_if_near_in", wording.count),
        "Per 1,000 people": _figure("rate", wording.rate),
        "Rate between": _span("low_by_edges", "high_by_edges", wording.rate),
        "Near the edge, inside": _figure("near_inside", wording.count),
        "Just outside": _figure("near_outside", wording.count),
        "Share near the edge": _figure("near_share", wording.percent),
        "Note": _text("flag"),
    },
    "stop_and_search.hours": {
        "Hour": lambda row: f"{int(row['hour']):02d}:00",
        "Share": _both(_figure("share", wording.tenths), _tenths("low", "high")),
        "Searches": _figure("searches", wording.count),
        "With a time": _figure("base", wording.count),
        "Note": _text("flag"),
    },
    "stop_and_search.hours/months": {
        "Month": lambda row: wording.month(row["month"]),
        "At midnight": _figure("searches", wording.count),
        "With a time": _figure("of", wording.count),
        "Share": _figure("share", wording.percent),
        "Note": _text("flag"),
    },
    "stop_and_search.diagnostic": {
        "Question": _text("question"),
        "Verdict": lambda row: str(row["verdict"]).capitalize(),
        "Why": _text("why"),
        "Aim": _text("aim"),
        "Figure": _both(_number_of("number"), _number_span),
        "Rests on": _figure("base", wording.count),
    },
    "stop_and_search.diagnostic/kinds": {
        "Searches for": _text("object"),
        "Find rate": _both(_figure("rate", wording.percent), _percents("low", "high")),
        "Gap, points": _both(_figure("gap", _points), _span("gap_low", "gap_high", _points)),
        "Verdict": _either(_text("verdict"), _text("flag")),
        "Searches": _figure("searches", wording.count),
        "Powers": _text("power_class"),
        "p value": _figure("p_value", wording.p_value),
    },
    "stop_and_search.diagnostic/explained": {
        "Area": _text("name"),
        "Searches": _figure("stops", wording.count),
        "Last event on the topic": lambda row: (
            wording.day(row["last_event"]) if not wording.missing(row["last_event"]) else "None logged"
        ),
    },
    "stop_and_search.diagnostic/fair_use": {
        "Group": _text("group"),
        "Agree": _both(_figure("estimate", wording.percent), _percents("low", "high")),
        "Answers": _figure("base", wording.count),
        "Against everyone else, points": _both(
            _figure("difference", _points), _span("difference_low", "difference_high", _points)
        ),
        "Verdict": _text("verdict"),
        "Note": _text("flag"),
    },
    "stop_and_search.diagnostic/alignment": {
        "Searches that are": _text("outcome_of_match"),
        "Searches": _figure("searches", wording.count),
        "Share": _figure("share", wording.percent),
    },
    "stop_and_search.diagnostic/themes": {
        "Theme": _text("theme"),
        "Searches": _figure("searches", wording.count),
        "Of searches": _both(_figure("share", wording.percent), _percents("low", "high")),
        "Priorities": _figure("priorities", wording.count),
        "Of priorities": _figure("priority_share", wording.percent),
    },
    "stop_and_search.diagnostic/areas": {
        "District": _text("name"),
        "Find rate": _both(_figure("rate", wording.percent), _percents("low", "high")),
        "Gap, points": _both(_figure("gap", _points), _span("gap_low", "gap_high", _points)),
        "Ratio": _figure("ratio", near_one.times),
        "95 % limits": _ratio_span("limit_low_95", "limit_high_95"),
        "Searches": _figure("searches", wording.count),
        "p value of both": _figure("p_value", wording.p_value),
        "Why listed, or not judged": _either(_text("why"), _text("flag")),
    },
    "stop_and_search.confidence_link": {
        "Measure": lambda row: measures()[row["measure"]].label,
        "Group": _text("group"),
        "Stopped": _both(_figure("stopped", wording.percent), _percents("stopped_low", "stopped_high")),
        "Not stopped": _both(_figure("not_stopped", wording.percent), _percents("not_stopped_low", "not_stopped_high")),
        "Difference, points": _both(_figure("difference", _points), _span("low", "high", _points)),
        "Verdict": _text("verdict"),
        "Answers, both": _pair("stopped_base", "not_stopped_base", wording.count),
        "Note": _text("flag"),
    },
    "stop_and_search.confidence_link/between": {
        "Between areas": _text("what"),
        "Correlation": _both(_figure("correlation", wording.signed), _span("low", "high", wording.signed)),
        "Areas": _figure("base", wording.count),
        "p value": _figure("p_value", wording.p_value),
        "Verdict": _text("verdict"),
        "Note": _text("flag"),
    },
    "stop_and_search.confidence_link/areas": {
        "Area": _text("name"),
        "Searches per 1,000, change": _figure("search_change", wording.signed),
        "Confidence, change in points": _both(_figure("change", _points), _span("change_low", "change_high", _points)),
        "Note": _text("flag"),
    },
    "overview.headline": _SHARES_CHANGED,
    "overview.tiles": {"Stage": _text("tile"), "Period": _text("period"), **_SHARES_CHANGED},
    "overview.what_changed": {
        "Measure": lambda row: measures()[row["measure"]].label,
        "Where": lambda row: row["name"] or "Whole force",
        "Period": _text("period"),
        "Compared with": _text("before"),
        **_SHARES,
        "Change, points": _both(_figure("change", _points), _span("change_low", "change_high", _points)),
        "Verdict": _text("verdict"),
        "Note": _text("flag"),
    },
    "overview.where_to_look": {
        "Area": _text("name"),
        "District": _text("district"),
        **_SHARES,
        **_AGAINST_REST,
        "Change in a year, points": _both(_figure("change", _points), _span("change_low", "change_high", _points)),
        "Change": _text("change_verdict"),
        "Note": _text("flag"),
    },
    "overview.data_state": {
        "Data": _text("kind"),
        "Newest": _figure("newest", wording.month),
        "Comes every, months": _figure("rhythm", wording.count),
        "Months behind": _figure("behind", _unless_none),
        "Status": _text("status"),
        "Months missing": _figure("missing", _unless_none),
        "Note": _text("flag"),
    },
    "trends.measure": {"Wave": _text("label"), **_SHARES, "Series": _text("broken"), "Note": _text("flag")},
    "trends.measure/notes": {
        "Number": _figure("number", wording.count),
        "Day": _figure("date", wording.day),
        "Kind": _text("kind_of_note"),
        "Note": _text("says"),
        "Holds for": _text("holds_for"),
    },
    "trends.by_group": {"Group": _text("group"), **_SHARES, **_AGAINST_REST, "Note": _text("flag")},
    "trends.by_area": {"Area": _text("name"), **_SHARES, **_AGAINST_REST, "Note": _text("flag")},
    "trends.measure/level": {"Wave": _text("label"), "Level": _figure("estimate", wording.percent), **_INTERVAL},
    "trends.measure/published": {
        "Published in": _text("publication"),
        "Period": _text("label"),
        "Share": _figure("estimate", wording.percent),
        "Note": _text("flag"),
    },
    "trends.compare": {
        "Whom or where": _text("name"),
        "Earlier": _both(_figure("was", wording.percent), _percents("was_low", "was_high")),
        "Answers then": _figure("was_base", wording.count),
        "Later": _both(_figure("estimate", wording.percent), _percents("low", "high")),
        "Answers": _figure("base", wording.count),
        **_CHANGED,
        "p value": _figure("p_value", wording.p_value),
        "Note": _text("flag"),
    },
    "trends.change": {
        "Stage": lambda row: str(row["stage"]).capitalize(),
        "Measure": lambda row: measures()[row["measure"]].label,
        **_CHANGED,
        "Estimate": _both(_figure("estimate", wording.percent), _percents("low", "high")),
        "Answers": _figure("base", wording.count),
        "Period": _text("period"),
        "Compared with": _text("before"),
        "p value": _figure("p_value", wording.p_value),
        "Note": _text("flag"),
    },
    "cycle.ring": {
        "Stage": lambda row: str(row["stage"]).capitalize(),
        "Score": _both(_figure("score", wording.percent), _percents("low", "high")),
        "Difference, points": _told_difference,
        "Answers": _figure("base", wording.count),
        "Note": _text("flag"),
    },
    "cycle.ring/measures": {
        "Stage": lambda row: str(row["stage"]).capitalize(),
        "Question": lambda row: measures()[row["measure"]].label,
        **_SHARES,
        "Note": _text("flag"),
    },
    "cycle.ring/links": _LINKS,
    "cycle.links": _LINKS,
    "cycle.weakest_link": _LINKS,
    "cycle.drivers": _DRIVERS,
    "cycle.drivers/willingness": _DRIVERS,
    "cycle.paths": {
        "From": _text("from"),
        "To": _text("to"),
        "Kind": _text("kind"),
        "Through": _text("through"),
        "Coefficient": _figure("coefficient", _hundredths),
        "95 % interval": _span("low", "high", _hundredths),
    },
    "cycle.influence": {
        "Area": _text("name"),
        "Difference, points": _both(_figure("estimate", _points), _span("low", "high", _points)),
        "Can influence": _figure("base_can", wording.count),
        "Can't": _figure("base_cannot", wording.count),
        "Own answers": _figure("own", wording.percent),
        "Note": _text("flag"),
    },
    "cycle.influence/force": {
        "Confidence": lambda row: str(row["what"]).capitalize(),
        "Share or points": _figure("estimate", wording.percent),
        **_INTERVAL,
        "Answers": _figure("base", wording.count),
    },
    "cycle.levers": {
        "Lever": lambda row: str(row["lever"]).capitalize(),
        "One standard deviation": _one_sd,
        "Difference in the change, points": _both(
            _figure("effect", _tenths_of_points), _span("low", "high", _tenths_of_points)
        ),
        "Clear": lambda row: "yes" if row["clear"] else "no",
    },
    "cycle.levers/by_number": {
        "Levers above the median": _figure("high_levers", wording.count),
        "Areas": _figure("areas", wording.count),
        "Change of confidence, points": _both(
            _figure("change", _tenths_of_points), _span("low", "high", _tenths_of_points)
        ),
    },
    "cycle.levers/areas": {
        "Area": _text("name"),
        "Change of confidence, points": _both(_figure("change", _points), _span("change_low", "change_high", _points)),
        "Events per 1,000": _figure("engagement", wording.rate),
        "See patrols weekly": _figure("visibility", wording.percent),
        "Priorities closed": _figure("problem_solving", wording.count),
        "Note": _text("flag"),
    },
    "cycle.studies": {
        "Study": _text("reference"),
        "Side": lambda row: str(row["side"]).capitalize(),
        "Found": _text("found"),
        "Design": _text("design"),
        "Limits": _text("limits"),
        "Strength": _text("strength"),
    },
    "cycle.treatment_or_outcome": {
        "Treated fairly": _text("treated_fairly"),
        "Outcome wanted": _text("outcome_wanted"),
        **_SHARES,
        "Note": _text("flag"),
    },
    "cycle.treatment_or_outcome/comparison": _COMPARED,
    "cycle.contact_asymmetry": {"Contact": _text("group"), **_SHARES, "Note": _text("flag")},
    "cycle.contact_asymmetry/asymmetry": _COMPARED,
    "cycle.contact_asymmetry/prior": {
        "Opinion before": _text("group"),
        **_SHARES,
        **_AGAINST_REST,
        "Note": _text("flag"),
    },
    "neighbourhoods.map": {
        "Area": _text("name"),
        "District": _text("district"),
        "Estimate": _layered("estimate"),
        "95 % interval": _layered_span("low", "high"),
        "Base": _figure("base", wording.count),
        "By where searches near the edge were": _where_held(
            "low_by_edges", _layered_span("low_by_edges", "high_by_edges")
        ),
        "From its own answers alone": _where_held("direct", _alone),
        "Of the estimate from its own answers": _where_held("shrinkage", _figure("shrinkage", wording.percent)),
        "Chance of being above the force": _where_held("chance", _figure("chance", wording.chance)),
        "Certainty": _text("certainty"),
        "Verdict": _text("verdict"),
        "Note": _text("flag"),
    },
    "neighbourhoods.profile": {
        "Card": _text("card"),
        "What is held": _text("text"),
        "Period and source": _text("note"),
    },
    "engagement.reach": {
        "Group": _text("group"),
        "Participations": _figure("participants", wording.count),
        "Share of participants": _both(
            _figure("share", wording.percent), _span("share_low", "share_high", wording.percent)
        ),
        "Share of residents": _figure("population_share", wording.percent),
        "Index": _both(_figure("index", wording.index), _span("low", "high", wording.index)),
        "If unknown were all others or all of them": _span(
            "index_if_unknown_others", "index_if_unknown_group", wording.index
        ),
        "Against residents": _text("verdict"),
        "Note": _text("flag"),
    },
    "engagement.activity": {
        "Month": _figure("month", wording.month),
        "Events": _figure("events", wording.count),
        "Participations": _figure("participants", wording.count),
        "Informed": _figure("inform", wording.count),
        "Consulted": _figure("consult", wording.count),
        "Involved": _figure("involve", wording.count),
        "Worked together": _figure("collaborate", wording.count),
        "Let people decide": _figure("empower", wording.count),
        "Not recorded": _figure("rung_unknown", _unless_none),
        "Note": _text("flag"),
    },
    "engagement.activity/rungs": {"How far people had a say": _text("name"), **_EVENTS},
    "engagement.activity/levels": {"Whom it was with": _text("name"), **_EVENTS},
    "engagement.activity/methods": {"How people were met": _text("name"), **_EVENTS},
    "engagement.activity/channels": {"By what channel": _text("name"), **_EVENTS},
    "engagement.activity/areas": {
        "Neighbourhood": _text("name"),
        "Last event that is logged": lambda row: (
            "none" if wording.missing(row["last_event"]) else wording.day(row["last_event"])
        ),
    },
    "engagement.activity/plans": {
        "Month": _figure("month", wording.month),
        "Planned": _figure("planned", wording.count),
        "Done": _figure("done", wording.count),
    },
    "engagement.feedback": {
        "What came of it": _text("outcome"),
        "Items": _figure("items", wording.count),
        "Share of items": _both(_figure("share_of_items", wording.percent), _percents("low", "high")),
        "People told": _figure("told", wording.count),
        "Note": _text("flag"),
    },
    "engagement.feedback/areas": {"Neighbourhood": _text("name"), **_TOLD},
    "engagement.feedback/methods": {"Raised at": _text("name"), **_TOLD},
    "engagement.feedback/reasons": {
        "Why nothing was done": _text("no_action_reason"),
        "Items": _figure("items", wording.count),
    },
    "engagement.feedback/ledger": {
        "Raised": _figure("raised_on", wording.day),
        "Neighbourhood": _text("name"),
        "You said": _text("issue"),
        "We did": _did,
        "We did not, because": _did_not,
        "To be answered by": _figure("due", wording.day),
        "Told on": _figure("told_on", wording.day),
    },
    "stop_and_search.months": {
        "Force": lambda row: forces()[row["force"]]["short"],
        "Month": _figure("month_or_wave", wording.month),
        "Status": _text("status"),
        "Rows": _figure("rows", wording.count),
        "Note": _text("flag"),
    },
    "methods.coverage": {
        "Figure": _text("figure"),
        "Aim": _aim,
        "Within it": lambda row: f"{wording.count(row['cases_within'])} of {wording.count(row['cases'])}",
        "Too low": _figure("cases_below", _unless_none),
        "Too high": _figure("cases_above", _unless_none),
        "Held the truth": lambda row: wording.tenths_between(row["lowest"], row["highest"]),
    },
    "methods.coverage/outside": _HELD,
    "methods.coverage/cases": _HELD,
    "methods.coverage/tenths": {
        "Simulated": _text("case"),
        "Interval": _text("interval"),
        "All areas": _figure("coverage", wording.tenths),
        "Mean width": _figure("width", wording.index),
        "Lowest tenth": _figure("tenth_1", wording.tenths),
        **{f"{number}": _figure(f"tenth_{number}", wording.tenths) for number in range(2, 10)},
        "Highest tenth": _figure("tenth_10", wording.tenths),
    },
    "data.coverage/home_office": {
        "Force": lambda row: forces()[row["force"]]["short"],
        "Year to March": _text("year"),
        "Searches loaded": _figure("archive", wording.count),
        "Published by the Home Office": _figure("home_office", wording.count),
        "Loaded of those published": _figure("of_published", wording.percent),
    },
    "data.coverage": {
        "Files": lambda row: str(row["kind"]).capitalize(),
        "Force or source": lambda row: forces()[row["force"]]["short"] if row["force"] in forces() else row["force"],
        "Month, wave or year": _text("month_or_wave"),
        "Status": _text("status"),
        "Rows": _figure("rows", wording.count),
        "Note": _text("flag"),
    },
}


# Lists of what is written down are read in `analytics.library.headings`.
_ACROSS = {"stop_and_search.disproportionality", "stop_and_search.disproportionality/definitions"}


_LOOK: dict[str, Callable[[Any], bool]] = dict.fromkeys(
    ("cycle.ring/links", "cycle.links", "cycle.weakest_link"), _is_weak
)
"""Tables some of whose rows are to be looked at first, and which."""


_HEADINGS = {"low": "From", "high": "To", "flag": "Note", "stops": "Searches"}


_TITLES = {
    "stop_and_search.disproportionality": {"definitions": "Whose word", "denominators": "Source of residents"},
    "stop_and_search.standardised": {"strata": "Ages and sexes"},
    "stop_and_search.similar_forces": {"against_similar": "The test"},
    "stop_and_search.funnel": {"pulled": "Pulled towards the others", "whole": "All areas"},
    "stop_and_search.teams": {"whole": "All teams"},
    "stop_and_search.trend": {"policy": "Rules that changed"},
    "stop_and_search.scorecard": {"tests": "The five tests", "yardsticks": "Yardsticks and sources"},
    "data.coverage": {"home_office": "Home Office totals"},
    "stop_and_search.children": {"ratios": "Rates compared", "gaps": "Gap between groups"},
    "stop_and_search.by_power": {"powers": "Each power"},
    "stop_and_search.quality": {"by_month": "By month"},
    "stop_and_search.hours": {"months": "At midnight"},
    "stop_and_search.more_thorough": {"gaps": "Gap between groups"},
    "stop_and_search.find_rates": {"gaps": "Gap between groups", "objects": "Gap for the same object"},
    "stop_and_search.threshold_gaps": {"groups": "Counted"},
    "stop_and_search.diagnostic": {
        "kinds": "Kinds of search",
        "explained": "Places without an event",
        "fair_use": "Used fairly",
        "alignment": "Priorities",
        "themes": "By theme",
        "areas": "Districts",
    },
    "stop_and_search.confidence_link": {"between": "Between areas", "areas": "Areas"},
    "methods.coverage": {"outside": "Outside their aim", "cases": "Every case", "tenths": "Areas by tenth"},
    "trends.measure": {"notes": "Notes", "level": "Level", "published": "Published"},
    "cycle.ring": {"links": "Links", "measures": "Questions"},
    "cycle.drivers": {"willingness": "Willingness to help"},
    "cycle.influence": {"force": "Whole force"},
    "cycle.levers": {"by_number": "How many levers are high", "areas": "Areas"},
    "cycle.treatment_or_outcome": {"comparison": "Treatment against outcome"},
    "cycle.contact_asymmetry": {"asymmetry": "Gain and loss", "prior": "Opinion before"},
    "engagement.activity": {
        "rungs": "Having a say",
        "levels": "Whom with",
        "methods": "Method",
        "channels": "Channel",
        "areas": "Places without an event",
        "plans": "Plan",
    },
    "engagement.feedback": {"areas": "Neighbourhood", "methods": "Raised at", "reasons": "Reasons for no action"},
}
_FIRST = {
    "stop_and_search.disproportionality": "Groups",
    "stop_and_search.children": "Shares",
    "stop_and_search.find_rates": "Find rates",
    "stop_and_search.by_power": "Kinds of powers",
    "stop_and_search.quality": "What is missing",
    "stop_and_search.hours": "Hours",
    "stop_and_search.more_thorough": "Shares",
    "stop_and_search.standardised": "Groups",
    "stop_and_search.similar_forces": "Forces",
    "stop_and_search.funnel": "Areas",
    "stop_and_search.scorecard": "Criteria",
    "stop_and_search.teams": "Teams",
    "stop_and_search.trend": "Months",
    "stop_and_search.threshold_gaps": "Gaps",
    "stop_and_search.diagnostic": "The five aims",
    "stop_and_search.confidence_link": "Stopped and not stopped",
    "methods.coverage": "By figure",
    "trends.measure": "Trend",
    "cycle.ring": "Stages",
    "cycle.drivers": "Confidence",
    "cycle.influence": "Areas",
    "cycle.levers": "Levers",
    "cycle.treatment_or_outcome": "Confidence",
    "cycle.contact_asymmetry": "Confidence",
    "data.coverage": "Files",
    "engagement.activity": "Month",
    "engagement.feedback": "What came of it",
}


def reading_titles(finding: Finding) -> dict[str, str]:
    """Names of the tables of a Finding that are read beside each other, with a short title each; the main one first.

    Only the main one, without a title, where nobody has said more of it. Tables without a row are left out.
    """
    first = next(iter(finding.tables))
    further = {name: title for name, title in _TITLES.get(finding.key, {}).items() if len(finding.tables.get(name, ()))}
    return {first: _FIRST.get(finding.key, ""), **further}


@lru_cache(maxsize=256)
def reading_table(finding: Finding, table: str | None = None) -> pd.DataFrame:
    """A table of a Finding as text, with headings in plain words and without empty columns; the main one unless named.

    Where nobody has said how it is read, every column is shown under its own name. Nobody may change it.
    """
    import pandas as pd

    shown = finding.tables[table] if table is not None else finding.table
    name = _name(finding, table)
    columns = _COLUMNS.get(name) or _as_they_are(shown.columns)
    records = records_of(shown)
    frame = pd.DataFrame({heading: [write(row) for row in records] for heading, write in columns.items()}, dtype="str")
    filled = frame.loc[:, (frame != "").any()] if len(frame) else frame
    return _groups_across(filled) if name in _ACROSS else filled


def rows_to_look_at(finding: Finding, table: str) -> frozenset[int]:
    """Positions of the rows of a table that bear what its Finding marks; their words say why."""
    look = _LOOK.get(_name(finding, table))
    if look is None:
        return frozenset()
    return frozenset(place for place, row in enumerate(records_of(finding.tables[table])) if look(row))


def _name(finding: Finding, table: str | None) -> str:
    """What a table goes by: the main one by the key of its Finding alone."""
    return finding.key if table in (None, next(iter(finding.tables))) else f"{finding.key}/{table}"


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


_MOVES = (
    "The 95 % interval says how far chance, and months and places that differ, can move {what}: intervals made in this "
    "way hold the underlying one about 19 times in 20. "
)
_HOLDS = _MOVES + "It does not say how far recording or residents are wrong."
_RECORDED = _MOVES + "It does not say how far recording is wrong."
_IN_PLAIN_WORDS = {
    "stop_and_search.rates": (
        "We counted the searches of persons of each ethnic group, divided each count by the number of residents of "
        "that group at the census, and write it for every 1,000 residents. " + _HOLDS.format(what="a rate")
    ),
    "stop_and_search.disproportionality": (
        "We counted the searches of persons of both groups ({group} and {comparator}), divided each count by the "
        "residents of that group at the census, and divided the first rate by the second. "
        + _HOLDS.format(what="the ratio")
    ),
    "stop_and_search.standardised": (
        "We counted the searches of persons of both groups ({group} and {comparator}) by age band and sex, divided "
        "each count by the residents of that group, age and sex at the census, and added these rates up, each as often "
        "as people of that age and sex are among all residents. Then we divided the first sum by the second. "
        + _HOLDS.format(what="the ratio")
    ),
    "stop_and_search.similar_forces": (
        "We counted the searches of persons of both groups ({group} and {comparator}) by each force in the months that "
        "all of them have, divided each count by the residents of that group there, and divided the first rate by the "
        "second; and the same with the searches and residents of the similar forces added up. "
        + _HOLDS.format(what="a ratio")
    ),
    "stop_and_search.trend": (
        "We counted the searches of persons of each ethnic group in each month and divided each count by the residents "
        "of that group at the census. " + _HOLDS.format(what="a month's rate")
    ),
    "stop_and_search.find_rates": (
        "We counted the searches of persons under powers that need grounds and divided those after which something "
        "followed by all of which the file says what followed. Searches under other powers are apart. "
        + _RECORDED.format(what="a find rate")
    ),
    "stop_and_search.outcomes": (
        "We counted the searches of persons of each ethnic group by what followed and divided by all searches of that "
        "group. " + _RECORDED.format(what="a share")
    ),
    "stop_and_search.by_power": (
        "We counted the searches of persons of each ethnic group under each kind of power, divided by all searches of "
        "that group, and where there are residents by those as well. Powers that need no suspicion, such as section "
        "60, stand apart. " + _HOLDS.format(what="a share or a ratio")
    ),
    "stop_and_search.by_object": (
        "We counted the searches of persons of each ethnic group under powers that need grounds by what was looked "
        "for, and divided by all of that group of which the file says it. " + _RECORDED.format(what="a share")
    ),
    "stop_and_search.quality": (
        "We counted the searches of persons of which the files do not say something, and worked out what a figure that "
        "rests on it could be at the least and at the most."
    ),
    "stop_and_search.scorecard": (
        "We counted the searches of persons of which the records say what each criterion asks, divided by all of which "
        "they say either, and set the 95 % interval of that share against a yardstick of our own. The interval says "
        "how far chance, and months that differ, can move a share. No data is never taken as met."
    ),
    "stop_and_search.teams": (
        "We counted the searches of each team under powers that need grounds and divided those after which something "
        "followed by all of which the file says what followed; and its searches with body-worn video on by those of "
        "which the file says whether it was. The limits say how far from the share of all teams a team would lie by "
        "chance, and by as much as teams vary among themselves: the fewer its searches, the further."
    ),
    "stop_and_search.children": (
        "We counted the searches of persons of each ethnic group by age band and divided by all searches of that group "
        "whose age band the file says. " + _RECORDED.format(what="a share")
    ),
    "stop_and_search.more_thorough": (
        "We counted the searches of persons of each ethnic group in which more than outer clothing was removed and "
        "divided by those of which the file says whether it was. " + _RECORDED.format(what="a share")
    ),
    "stop_and_search.funnel": (
        "We counted the searches of persons of both groups ({group} and {comparator}) in each area, divided each count "
        "by the residents of that group there, and divided the first rate by the second. The limits say how far from "
        "the ratio within all areas an area would lie by chance, and by as much as areas vary among themselves: the "
        "fewer its searches, the further. The 95 % interval of a ratio says how far chance can move it. Pulled towards "
        "the others, a ratio is that of a model of all areas."
    ),
    "stop_and_search.edges": (
        "We counted the searches of persons in each area, those of them whose map point lies within 50 metres of "
        "another area, and those just outside it. The first number takes all that are near its edge to the other side, "
        "the second one all that are just outside into the area."
    ),
    "stop_and_search.hours": (
        "We counted the searches of persons by the hour in which they began, by London's clock, and divided by those "
        "with a time. Months in which too many are at exactly midnight are left out: many of their times are dates "
        "alone. The 95 % interval says how far chance, and months that differ, can move a share."
    ),
    "stop_and_search.threshold_gaps": (
        "We counted the searches for one kind of thing in each district, by group and by whether something was found, "
        "and fitted a model of how likely people of each group are to carry something and of the chance from which "
        "they are searched. The gap is the difference of these chances between {group} and {comparator}. The 95 % "
        "interval holds if the model does, and nothing in the files shows that it does."
    ),
    "stop_and_search.bars": (
        "We counted nothing. We invented two groups, searched everybody above a bar, and worked out how many are "
        "searched and how many of these searches find something. Then we moved the bar of one group and found the "
        "risks that leave both rates as they were."
    ),
    "stop_and_search.diagnostic": (
        "We counted the searches of persons, the engagement events, the priorities and the answers of a survey, as far "
        "as they are loaded, and asked of each aim of the guidance what they can say. A question needs a look where a "
        "test that allows for chance and for how many were tested shows something, or where a list has an entry."
    ),
    "stop_and_search.confidence_link": (
        "We counted the answers of people who were stopped and searched in the past year, and of people of the same "
        "ethnic group who were not, and took the share with confidence of both. "
        + _MOVES.format(what="such a share")
        + "It does not say what came first. Areas are set beside each other by how both changed there."
    ),
    "engagement.activity": (
        "We counted the events of the log, by month and by what the log says of each, and divided by the events that "
        "say it. The 95 % interval says how far chance alone can move such a share; it does not say what is not logged."
    ),
    "engagement.feedback": (
        "We counted what people asked for, by what the records say came of it. The 95 % interval says how far chance "
        "alone can move such a share; it does not say what nobody wrote down."
    ),
    "cycle.ring": (
        "For each question of a stage we took the share of positive answers, and averaged the shares of the stage's "
        "questions. " + _MOVES.format(what="a score") + "Scores of different stages rest on different questions."
    ),
    "cycle.links": (
        "Of people alike in where they live, when they were asked, age, sex, ethnicity and disability we asked how "
        "much more often those who say more good of one stage also answer positively to the next. "
        + _MOVES.format(what="a strength")
        + "It does not say what comes first."
    ),
    "cycle.weakest_link": (
        "We put all links of the cycle in one unit and set each against every other at once. One is only called the "
        "weakest where chance hardly explains that it lies a third or more below all of them."
    ),
    "cycle.drivers": (
        "We took all the answers together and asked how many points more of confidence go with one step up on each "
        "question's scale, the other answers held equal. The shares say how much of what is told falls to each. It "
        "does not say what would follow if one of them changed."
    ),
    "cycle.paths": (
        "We followed the guidance's chain from fair treatment through trust and legitimacy to cooperation and asked "
        "how much goes along it and how much past it. The order is assumed, not found."
    ),
    "cycle.influence": (
        "We took the share with confidence among people who say they can influence local priorities and among those "
        "who say they can't, and compared them within areas. It does not say what comes first."
    ),
    "cycle.levers": (
        "For each area we took how much confidence changed in a year, how many engagement events there were for its "
        "residents, how many people see patrols weekly and how many priorities were closed with an action, and asked "
        "whether confidence changed more where there was more of each. It does not say what came first."
    ),
    "cycle.treatment_or_outcome": (
        "Of people who had contact with the police, we took the share with confidence in four groups: treated fairly "
        "or not, with the outcome they wanted or not. A regression says how many points more of confidence go with "
        "each, the other held equal. It does not say what comes first."
    ),
    "cycle.contact_asymmetry": (
        "We took the share with confidence among people without contact, with contact they were satisfied with, and "
        "with contact they were not. The gain is the second less the first, and the loss the first less the third. "
        "They are differences between people; nobody was asked before and after."
    ),
    "stop_and_search.months": "We counted the stop-and-search files that are loaded, and their rows, by month.",
    "neighbourhoods.map": (
        "We took the figure of each area, how far chance can move it, and how far it is from that of the whole force. "
        "The narrower the interval, the more colours an area can have. Each area is tested against all the others. A "
        "share also takes what all areas have in common, the more so the fewer answers the area itself has."
    ),
    "neighbourhoods.profile": "We looked up what is loaded of this area, and made each figure as on its own page.",
    "overview.data_state": (
        "We looked up the newest month of each kind of data, how often it comes, and whether the next one was due by "
        "the newest of the others."
    ),
    "overview.where_to_look": (
        "We set each area against the rest of the force and against its own year before, and put first what chance "
        "explains least. The order says how sure a difference is, not how large."
    ),
    "methods.coverage": (
        "We drew data from a truth that we chose, made every figure of them as on the pages, and counted how many of "
        "the intervals that would be shown hold that truth. An interval of 95 % should in 95 of 100."
    ),
    "data.coverage": "We counted the files that are loaded, and their rows, by force and month.",
}
_LEVELS = (
    "it says what was recorded, not why",
    "it says what goes together, not why",
    "it says what comes first in time, which alone is no proof",
    "the change comes when it should if the work made it; other reasons are possible",
    "it rests on a comparison that was planned beforehand",
)


def in_plain_words(finding: Finding) -> str:
    """One or two sentences on what was counted, what it was divided by and what the interval means; may be empty."""
    text = _IN_PLAIN_WORDS.get(finding.key, "")
    scope = finding.provenance.scope
    return text.format(group=scope.get("group", "the group"), comparator=scope.get("comparator", "the comparator"))


_TAKES = (
    "a count of records",
    "answers of people who were asked once, as here",
    "the same areas followed from wave to wave, with the question which moves first asked in both directions",
    "a forecast made without the change, and a departure from it after a day that was known beforehand",
    "areas or people that had something, set against like ones that had not, chosen by chance or written down before "
    "any later answers were published",
)


def ladder() -> list[str]:
    """Every rung of the statement ladder in a sentence: its number, name, what it says and what it takes."""
    return [
        f"Level {number}, {name}: {says}. It takes {takes}."
        for number, (name, says, takes) in enumerate(zip(CLAIMS, _LEVELS, _TAKES, strict=True))
    ]


def level(finding: Finding) -> str:
    """The rung of the statement ladder with what it means: ``described: it says what was recorded, not why``."""
    return f"{finding.claim_name}: {_LEVELS[finding.claim]}"


def provenance_table(finding: Finding) -> pd.DataFrame:
    """How a Finding was made, as pairs of a name and a text."""
    import pandas as pd

    made = finding.provenance
    files = f"{wording.plural(len(made.files), 'file')}, named below with their rows and hashes"
    pairs = {
        **({"In plain words": in_plain_words(finding)} if in_plain_words(finding) else {}),
        "Base": made.base,
        "Weights": made.weights,
        "Method": made.method,
        "Reference": made.reference,
        "Rules that fired": "; ".join(made.rules) or "None",
        "Settings": "; ".join(f"{name}: {value}" for name, value in made.settings.items()) or "None",
        "Files": files if made.files else "None",
        "Versions": f"Release {made.release} of the data, version {made.code} of the code",
        "Level": level(finding),
    }
    return pd.DataFrame(pairs.items(), columns=["what", "how"])
