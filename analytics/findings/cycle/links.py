"""The links of the cycle: how strongly neighbouring stages go together, and whether one stands out as the weakest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.claims import Layer, claim_of
from analytics.finding import Finding, Lead, Line
from analytics.findings.asked import question_of
from analytics.findings.cycle import fitted
from analytics.findings.cycle.fitted import Fit
from analytics.findings.cycle.whom import completed, is_whole, onward, others
from analytics.findings.refusal import refused
from analytics.findings.survey import estimates
from analytics.findings.survey.answers import UNANSWERABLE
from analytics.findings.tested import SIDES, chance_caveat, number_tested, rule_of_tests
from analytics.records import nullable, records_of
from analytics.scope import Scope
from data.vocabularies.survey import STAGES, measures

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from data.store import View

KEY = "cycle.links"
CLAIM = claim_of(Layer.ASSOCIATION)
LINKS = [
    *("from", "to", "strength", "low", "high", "claim", "base", "p_value"),
    *("difference", "difference_low", "difference_high", "verdict", "clear", "weakest", "at_least", "flag"),
]
METHOD = (
    "Weighted linear regression of the share of positive answers to the next stage on the score of the stage "
    "before it, with areas, waves, age, sex, ethnicity and disability held equal where they are known; strength: "
    "the difference for one standard deviation of the score. Variance of all links together by Taylor "
    "linearisation over every sampled unit; 95 % intervals by Student's t. The weakest is named only where it "
    "lies below two thirds of every other link by simultaneous intervals (multiple comparison with the worst)."
)
REFERENCE = (
    "Binder 1983, International Statistical Review 51, 279; Deville 1999, Survey Methodology 25, 193; Hsu 1981, "
    "Annals of Statistics 9, 1026; Benjamini and Hochberg 1995, JRSS B 57, 289"
)
GOES_TOGETHER = (
    "These links say what goes together among people at one time. They do not show that one stage changes the next."
)
_BETTER = "better by as much as people usually differ (one standard deviation)"
UNIT = (
    "Strength, in points: of 100 answers on the next stage, how many more are positive where people's answers on the "
    f"stage before it are {_BETTER}, among people alike in area, wave, age, sex, ethnicity and disability as far as "
    "known."
)


@dataclass(frozen=True, eq=False)
class Ring:
    """The six links of whom a scope asks about.

    Attributes
    ----------
    fit
        Where they come from.
    scope
        Whom they are of.
    table
        `LINKS`, a row a link in the order of the ring; null where it is not known, and the flag says why.
    """

    fit: Fit
    scope: Scope
    table: pd.DataFrame

    @classmethod
    def of(cls, scope: Scope, view: View) -> Ring:
        """The links of a scope.

        Raises
        ------
        ScopeError, NoAnswers
            As `Fit.read`.
        """
        return _ring(completed(scope, view), view)

    @property
    def weakest(self) -> int | None:
        """The place of the link that stands out as the weakest; None where none does."""
        named = np.flatnonzero(self.table["weakest"].to_numpy(dtype=bool))
        return int(named[0]) if named.size else None

    @property
    def known(self) -> list[dict[Hashable, Any]]:
        """The links that are known."""
        return [row for row in records_of(self.table) if not wording.missing(row["strength"])]

    @property
    def marked(self) -> tuple[int, ...]:
        """The places of the links to look at: the weakest one, or those clearly weaker than everyone else's."""
        below = np.flatnonzero((self.table["verdict"] == SIDES.below).to_numpy(dtype=bool))
        return tuple(int(place) for place in below) if self.weakest is None else (self.weakest,)

    @property
    def marked_stages(self) -> list[str]:
        """The stages of these links, each once."""
        ends = self.table.iloc[list(self.marked)]
        return list(dict.fromkeys(str(stage) for row in records_of(ends) for stage in (row["from"], row["to"])))

    @property
    def middle(self) -> tuple[str, ...]:
        """What the middle of the drawing says."""
        if not is_whole(self.scope):
            number = len(self.marked)
            said = f"{number} of {len(self.known)}" if number else "None"
            return "Links clearly weaker", "than elsewhere:" if self.scope.area else "than others':", said
        if self.weakest is None:
            return "Weakest link", "None stands out"
        row = self.table.iloc[self.weakest]
        return "Weakest link", str(row["from"]).capitalize(), f"to {row['to']}"

    @property
    def words(self) -> str:
        """Every link with its strength, in words."""
        return "; ".join(_told(row) for row in records_of(self.table))

    @property
    def base(self) -> int:
        """The people of the link that has fewest."""
        return min((int(row["base"]) for row in self.known if not wording.missing(row["base"])), default=0)


@lru_cache(maxsize=64)
def _ring(scope: Scope, view: View) -> Ring:
    import pandas as pd

    fit = Fit.read(KEY, scope, view)
    held = fit.tables["links"].assign(difference=np.nan, difference_low=np.nan, difference_high=np.nan)
    if not is_whole(scope):
        held = _of_place(fit, scope)
    by_stage = {str(row["from"]): row for row in records_of(held)}
    missing = [name for name in str(fit.about["missing"]).split(", ") if name]
    rows = [_row(by_stage.get(stage), stage, STAGES[(n + 1) % len(STAGES)], missing) for n, stage in enumerate(STAGES)]
    texts = ("from", "to", "verdict", "clear", "weakest", "flag")
    table = pd.DataFrame(
        {name: values if name in texts else nullable(values) for name in LINKS for values in [[r[name] for r in rows]]}
    )
    if not is_whole(scope):
        limits = table[["difference_low", "difference_high", "p_value"]].set_axis(["low", "high", "p_value"], axis=1)
        table["verdict"] = estimates.called(limits, SIDES)
    return Ring(fit, scope, table)


def _of_place(fit: Fit, scope: Scope) -> pd.DataFrame:
    """The links of an area or a group against everyone else, with the numbers of people that may be shown."""
    import pandas as pd

    rows = fit.tables["places"]
    kinds = ("area", "parent") if scope.area else (str(scope.by),)
    name = scope.area or scope.among
    own = rows[rows["by"].isin(kinds) & (rows["place"] == name)] if "place" in rows else rows
    if not len(own):
        return own.reindex(columns=["from"])
    shown = fitted.bases(fit.result, str(own["by"].iloc[0]))
    return own.assign(base=pd.array([shown[str(name), str(origin)] for origin in own["from"]], dtype="Int64"))


def _row(row: Mapping[Hashable, Any] | None, origin: str, target: str, missing: list[str]) -> dict[str, Any]:
    """One link as it is shown."""
    nothing = {**dict.fromkeys(LINKS), "from": origin, "to": target, "claim": CLAIM, "verdict": ""}
    nothing |= {"clear": False, "weakest": False}
    not_asked = [stage for stage in (origin, target) if stage in missing]
    if not_asked:
        return {**nothing, "flag": f"no question asked about {wording.listing(not_asked)}"}
    if row is None or wording.missing(row["strength"]):
        return {**nothing, "flag": "not enough answers"}
    told = {name: row[name] for name in LINKS if name in row and name not in ("from", "to", "claim", "verdict")}
    clear = row["low"] > 0 or row["high"] < 0
    named = bool(row.get("named")) if not wording.missing(row.get("named")) else False
    return {**nothing, **told, "clear": clear, "weakest": named, "flag": "" if clear else "not told from none"}


def links(scope: Scope, view: View) -> Finding:
    """How strongly neighbouring stages of the cycle go together."""
    question = question_of(links)
    try:
        found = Ring.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    said = found.words
    clear = sum(bool(row["clear"]) for row in found.known)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=f"{clear} of {wording.plural(len(found.known), 'link')} told from none",
        answer=f"{said[:1].upper()}{said[1:]}; {found.fit.span}.",
        tables={"links": found.table},
        provenance=_provenance(question, found),
        caveats=(GOES_TOGETHER, UNIT, *chance_caveat(found.table)),
        claim=CLAIM,
        alt=said,
    )


def weakest_link(scope: Scope, view: View) -> Finding:
    """Whether one link of the cycle stands out as the weakest, or lies below the rest of the force."""
    question = question_of(weakest_link)
    try:
        found = Ring.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    headline, answer = _of_force(found) if is_whole(found.scope) else _of_part(found)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"links": found.table},
        provenance=_provenance(question, found),
        caveats=(GOES_TOGETHER, *chance_caveat(found.table)),
        claim=CLAIM,
        lines=(_line(found),),
        onward=onward(found.scope, found.fit.cycle, found.marked_stages),
        alt=answer,
    )


def _told(row: Mapping[Hashable, Any]) -> str:
    name = f"{row['from']} to {row['to']}"
    return f"{name}: {row['flag']}" if wording.missing(row["strength"]) else f"{name} {fitted.points(row)}"


def _in_plain_words(row: Mapping[Hashable, Any]) -> str:
    """What the strength of a link is of 100 answers."""
    number = round(float(row["strength"]) * 100)
    side = "more" if number > 0 else "fewer"
    many = f"about {abs(number)} {side} {'is' if abs(number) == 1 else 'are'}" if number else "about as many are"
    return f"of 100 answers on {row['to']}, {many} positive where people's answers on {row['from']} are {_BETTER}"


def _by_strength(found: Ring) -> list[dict[Hashable, Any]]:
    """The links that are known, the weakest first."""
    return sorted(found.known, key=lambda row: float(row["strength"]))


def _weaker(found: Ring) -> str:
    """By how much less a link must measure than every other to be named, in words."""
    less = 1 - float(found.fit.about["margin"])
    return "a third" if math.isclose(less, 1 / 3) else wording.percent(less)


def _of_force(found: Ring) -> tuple[str, str]:
    """The headline and the answer: which link is weakest and how sure that is, or that none stands out."""
    people = f"{found.fit.span} ({wording.plural(found.base, 'person', 'people')} or more a link)"
    if len(found.known) < 2:
        return "Fewer than two links are known", f"With fewer than two links none can be the weakest; {people}."
    row, after, *_ = _by_strength(found)
    name = f"from {row['from']} to {row['to']}"
    second = fitted.tenths(after, "strength")
    if found.weakest is not None:
        return (
            f"The weakest link is {name}",
            f"Strength {fitted.tenths(row, 'strength')}: {_in_plain_words(row)}. The next weakest has "
            f"{second}; this one lies below every other link, by "
            f"{wording.points(row['at_least'], 1).removeprefix('+')} or more and by {_weaker(found)} or more, "
            f"with 95 % certainty over all comparisons; {people}.",
        )
    return (
        "No link of the cycle stands out as the weakest",
        f"The lowest strength, {name}, is {fitted.tenths(row, 'strength')}: {_in_plain_words(row)}. The next is "
        f"{second}; it can't be told with 95 % certainty that the lowest is weaker than every other by "
        f"{_weaker(found)} or more; {people}.",
    )


def _of_part(found: Ring) -> tuple[str, str]:
    """The same of an area or a group: which of its links are clearly below everyone else's."""
    rest, table = others(found.scope), found.table
    there = f"{'in' if found.scope.area else 'among'} {rest}"
    below = [row for row in records_of(table) if row["verdict"] == SIDES.below]
    tested = number_tested(table)
    if not tested:
        return f"No link can be set against {rest}", f"Not enough answers for any link; {found.fit.span}."
    said = "; ".join(
        f"{row['from']} to {row['to']} {fitted.points(row)}, lower by "
        f"{wording.points(abs(row['difference'])).removeprefix('+')}"
        for row in below
    )
    count = f"of {wording.plural(tested, 'link')} tested, {found.fit.span}"
    if below:
        verb = "is" if len(below) == 1 else "are"
        number = wording.plural(len(below), "link")
        point = f"{fitted.points(below[0])} says that {_in_plain_words(below[0])}"
        return f"{number} {verb} clearly weaker than {there}", f"{said[:1].upper()}{said[1:]}; {count}. {point}."
    row = min((row for row in records_of(table) if not wording.missing(row["p_value"])), key=lambda r: r["difference"])
    furthest = f"Lowest against {rest} is {row['from']} to {row['to']}: {_apart(row)}, not clear"
    return f"No link is clearly weaker than {there}", f"{furthest}; {count}."


def _apart(row: Mapping[Hashable, Any]) -> str:
    """A difference in points with its interval."""
    ends = wording.points_between(row["difference_low"], row["difference_high"]).removesuffix(" points")
    return f"{wording.points(row['difference'])} ({ends})"


def _line(found: Ring) -> Line:
    """What the Overview says of it."""
    lead = Lead("cycle", found.scope.only(("force", "area", "to", "survey", "by", "among")).address())
    if is_whole(found.scope) and found.weakest is not None:
        row = found.table.iloc[found.weakest]
        return Line(
            bold=f"{row['from']} to {row['to']}".capitalize(),
            text="the weakest link",
            icon="link_off",
            look=True,
            leads=lead,
        )
    if is_whole(found.scope):
        return Line(
            bold="None stands out", text="no link is told to be weaker than all the others", icon="remove", leads=lead
        )
    return Line(bold=_of_part(found)[0], text="see the cycle of this part", icon="cycle", leads=lead)


def _provenance(question: Any, found: Ring) -> Any:  # noqa: ANN401
    base = wording.plural(found.base, "person", "people")
    rules = [] if is_whole(found.scope) else rule_of_tests(found.table)
    margin = found.fit.about["margin"]
    said = (
        []
        if wording.missing(margin) or not is_whole(found.scope)
        else [f"Named only below {wording.percent(margin)} of every other link"]
    )
    return found.fit.provenance(
        question, f"{base} or more a link", [*said, *rules, *_questions(found)], METHOD, REFERENCE
    )


def _questions(found: Ring) -> list[str]:
    """Which questions each stage is scored by, a rule a stage."""
    asked = found.fit.tables["questions"].groupby("stage", sort=False)["question"]
    return [
        f"{str(stage).capitalize()}: {wording.listing([measures()[name].label.lower() for name in own])}"
        for stage, own in asked
    ]


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"from", "to", "verdict", "clear", "weakest", "flag"}
    return pd.DataFrame({name: pd.Series(dtype="object" if name in texts else "Float64") for name in LINKS})
