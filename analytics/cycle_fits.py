"""What the confidence cycle is fitted with: respondents of a year made into the tables of its models.

Each function reads a release and gives tables by name; `analytics.fits` says when it is called and keeps what it gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import wraps
from typing import TYPE_CHECKING

from analytics.cycle import (
    DEMOGRAPHICS,
    STAGES,
    Design,
    StageScores,
    item_positive,
    item_score,
    links_of_places,
    stage_scores,
    steps,
    weakest_link,
)
from analytics.cycle import drivers as fit_drivers
from analytics.cycle import influence as fit_influence
from analytics.cycle import links as fit_links
from analytics.cycle import paths as fit_paths
from analytics.scope import Scope
from data import respondents
from data.fit_results import Unfit
from data.vocabularies.survey import CONFIDENCE_FIRST, Measure, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

Tables = Mapping[str, "pd.DataFrame"]

READS = respondents.READS
"""The tables that are read here."""

_DESIGN = Design(weight="weight", stratum="strata", psu="psu")
_ASKED = 0.5
"""Share of respondents who must have answered a question for it to be a driver or a link of a chain."""
_MOST_DRIVERS = 7

COOPERATION = ("would_report", "would_inform", "would_witness")
DRIVERS = (
    "matter", "minor_crimes", "fair", "respect", "listen", "informed_local", "influence", "worry_asb",
)  # fmt: skip
"""What may go with confidence: dealing with what matters, treatment, being listened to and informed, and disorder. The
first seven that a survey asked are taken; none is of the stage of confidence in the force itself but the second."""
CHAIN = {
    "fairness": ("fair", "respect"),
    "trust": ("trust_force",),
    "legitimacy": ("duty_obey", "shared_values"),
    "cooperation": COOPERATION,
}
"""The chain of the guidance: the questions of each of its links, in order."""


def scopes(view: View) -> list[Scope]:
    """The year up to the newest wave of every survey that holds answers."""
    found = []
    for force, survey in respondents.surveys(view):
        ends = respondents.last_year(view, force, survey)["ends"]
        found.append(Scope(force=force, survey=survey, to_month=str(ends.max())[:7]))
    return found


def _refusing(make: Callable[[Scope, View], Tables]) -> Callable[[Scope, View], Tables]:
    """A model says in a plain ``ValueError`` why the data can't bear it; here that becomes a refusal.

    Other kinds of it, such as numpy's where an equation has no solution, nobody worded: they are failures.
    """

    @wraps(make)
    def made(scope: Scope, view: View) -> Tables:
        try:
            return make(scope, view)
        except ValueError as why:
            if type(why) is not ValueError:
                raise
            raise Unfit(str(why)) from why

    return made


@_refusing
def links(scope: Scope, view: View) -> Tables:
    """The links of the ring, the weakest of them, and those of areas and groups beside everybody else's.

    Returns
    -------
    mapping of str to DataFrame
        ``links``, with the weakest named in ``named`` (`weakest_link`); ``places``, the links of areas, of the areas
        above them and of groups (`links_of_places`), with ``by``, the column that they are of; ``questions``, which of
        them each stage is scored by; and ``about``.
    """
    people = _people(scope, view)
    scores = stage_scores(people, _items())
    found = fit_links(people, scores, _DESIGN)
    weak = weakest_link(found) if len(found.table) > 1 else None
    table = found.table if weak is None else found.table.assign(**weak.table[["at_least", "named"]])
    about = {
        "base": len(people),
        "df": found.df,
        "margin": None if weak is None else weak.margin,
        "adjusted_for": ", ".join(found.adjusted_for),
        "missing": ", ".join(found.missing),
    }
    return {
        "links": table,
        "places": _places(people, scores),
        "questions": _questions(scores),
        "about": _about(people, **about),
    }


@_refusing
def drivers(scope: Scope, view: View) -> Tables:
    """What goes with confidence and with willingness to help (`analytics.cycle.drivers`).

    Returns
    -------
    mapping of str to DataFrame
        ``confidence`` and ``willingness``, where the survey asked of them, and ``about``, a row for each.
    """
    import pandas as pd

    people = _people(scope, view)
    asked = _asked(people, DRIVERS)[:_MOST_DRIVERS]
    outcomes = {"confidence": _asked(people, CONFIDENCE_FIRST)[:1], "willingness": _asked(people, COOPERATION)[:1]}
    if not asked or not outcomes["confidence"]:
        raise Unfit("The survey did not ask of confidence and of what may go with it.")
    scores = people.assign(**{name: item_score(people[name], measures()[name]) for name in asked})
    tables, about = {}, []
    for outcome, (measure, *_) in ((name, held) for name, held in outcomes.items() if held):
        frame = scores.assign(_outcome=item_positive(people[measure], measures()[measure]))
        found = fit_drivers(frame, "_outcome", {name: steps(measures()[name]) for name in asked}, _DESIGN)
        tables[outcome] = found.table
        said = {"fit": found.fit, "lost": found.lost, "warning": found.warning}
        held_equal = ", ".join(found.adjusted_for)
        about.append(_about(people, outcome=outcome, measure=measure, base=found.base, adjusted_for=held_equal, **said))
    return {**tables, "about": pd.concat(about, ignore_index=True)}


@_refusing
def paths(scope: Scope, view: View) -> Tables:
    """Paths from fairness through trust and legitimacy to cooperation (`analytics.cycle.paths`).

    A link of the chain that the survey did not ask of is passed over, and ``about`` names those that are there.
    """
    people = _people(scope, view)
    chain = {name: held for name, questions in CHAIN.items() if (held := _asked(people, questions))}
    if len(chain) < 3:
        raise Unfit("The survey asked of fewer than three links of the chain from fairness to cooperation.")
    frame = people.assign(**{name: _mean_score(people, held) for name, held in chain.items()})
    found = fit_paths(frame, list(chain), _DESIGN)
    passed = ", ".join(name for name in CHAIN if name not in chain)
    held_equal = ", ".join(found.adjusted_for)
    about = _about(
        people, chain=", ".join(chain), missing=passed, base=found.base, df=found.df, adjusted_for=held_equal
    )
    return {"paths": found.table, "about": about}


@_refusing
def influence(scope: Scope, view: View) -> Tables:
    """Confidence of those who can influence priorities against those who can't (`analytics.cycle.influence`)."""
    import pandas as pd

    people = _people(scope, view)
    confidence, can = _asked(people, CONFIDENCE_FIRST)[:1], _asked(people, ("influence",))
    if not confidence or not can:
        raise Unfit("The survey did not ask of confidence and of influence on local priorities.")
    frame = people.assign(
        _confident=item_positive(people[confidence[0]], measures()[confidence[0]]),
        _can=item_positive(people[can[0]], measures()[can[0]]),
    )
    found = fit_influence(frame, "_confident", "_can", _DESIGN)
    force = pd.DataFrame([asdict(found.force)])
    about = _about(people, measure=confidence[0], mean=found.mean, between=found.between)
    return {
        "force": force,
        "shares": found.shares.rename(columns={"_can": "can"}),
        "areas": found.table,
        "about": about,
    }


def _people(scope: Scope, view: View) -> pd.DataFrame:
    """The respondents of the last year, with the strata of their waves."""
    chosen = respondents.last_year(view, str(scope.force), str(scope.survey))
    people = respondents.respondents(view, str(scope.force), str(scope.survey), list(chosen["wave"]))
    # Units that come again in another wave are the same ones there, and such a wave is no stratum of its own.
    alone = people["wave"].isin(chosen.loc[chosen["shared"] == "nothing", "wave"])
    return people.assign(strata=people["stratum"].where(~alone, people["wave"] + " " + people["stratum"]))


def _items() -> list[Measure]:
    return [measure for measure in measures().values() if measure.stage in STAGES]


def _asked(people: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Those questions that at least half of the respondents gave an answer of the scale to."""
    held = [name for name in names if name in people]
    return [name for name in held if item_score(people[name], measures()[name]).notna().mean() >= _ASKED]


def _mean_score(people: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    import pandas as pd

    scores = pd.DataFrame({name: item_score(people[name], measures()[name]) for name in names})
    return scores.mean(axis=1)


def _places(people: pd.DataFrame, scores: StageScores) -> pd.DataFrame:
    """The links of areas, of the areas above them, and of groups; without rows where there is only one of each."""
    import pandas as pd

    kinds = [by for by in ("area", "parent", *DEMOGRAPHICS) if by in people and people[by].nunique() > 1]
    found = [links_of_places(people, scores, _DESIGN, place=by).assign(by=by) for by in kinds]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame({"by": pd.Series(dtype="str")})


def _questions(scores: StageScores) -> pd.DataFrame:
    """The questions that a stage is scored by, one a row."""
    import pandas as pd

    asked = [(stage, question) for stage, held in scores.items.items() for question in held]
    return pd.DataFrame(asked, columns=["stage", "question"], dtype="str")


def _about(people: pd.DataFrame, **more: object) -> pd.DataFrame:
    """One row: the first and the last wave, the respondents, and more."""
    import pandas as pd

    waves = sorted(people["wave"].unique())
    return pd.DataFrame([{"first_wave": waves[0], "last_wave": waves[-1], "respondents": len(people), **more}])
