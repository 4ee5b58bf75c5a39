"""What is withheld or marked, when and why: every rule with the setting that it hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.disclosure import LEAST_OF_A_SHARE
from analytics.finding import Finding
from analytics.findings.methods.listed import listed
from analytics.reach.representation import LEAST_EVENTS
from analytics.scope import Scope
from analytics.survey.publication import DEFAULT_RULE
from data.settings import Settings, settings

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_RULES = (
    (
        "threshold",
        "Small counts",
        "A count of people by a personal characteristic (age, sex, ethnic group, disability), or of searches, under "
        "{value} in a breakdown is withheld, with every figure made from it.",
        "So that nobody reads a rate into a handful of people. Published files still give many of these counts away.",
    ),
    (
        "",
        "Counts that are given",
        "Counts of events, of items of feedback, of ratings and of participations as a whole are never withheld. Of "
        f"fewer than {LEAST_OF_A_SHARE} of them no share or rate is given: too few to say.",
        "They count no people by what they are. What one table withholds and another prints is not withheld.",
    ),
    (
        "",
        "Zero",
        "A count of 0 of published files is shown, without a rate. In records that are not published a zero counts as "
        "small.",
        "Totals of a published file give it away, and hiding it would hide that a force does not use a category.",
    ),
    (
        "fewest_answers",
        "Few answers",
        "A survey figure with fewer than {value} answers is withheld, and with it every change and difference from it.",
        "Too few people to tell anything from, and a change would give the withheld figure away.",
    ),
    (
        "fewest_effective",
        "Few effective answers",
        "And one with fewer than {value} effective answers.",
        "Unequal weights and clusters make answers count for less.",
    ),
    (
        "",
        "The number itself",
        f"The number of answers is not printed under {DEFAULT_RULE.least_count}.",
        "So that nobody is found in it.",
    ),
    (
        "",
        "Imprecise, but shown",
        f"Marked as too imprecise: a Korn-Graubard interval of {DEFAULT_RULE.widest:.2f} or wider, or wider than "
        f"{DEFAULT_RULE.widest_relative:.1f} times the share and {DEFAULT_RULE.narrowest:.2f}. Marked for review: "
        f"fewer than {DEFAULT_RULE.least_df:.0f} degrees of freedom, and shares of exactly 0 or 1.",
        "Marked and not withheld: a rule that looks at the estimate makes the intervals that are left too narrow.",
    ),
    (
        "false_discovery",
        "Clear differences",
        "Rose, fell, above and below are said only under a false-discovery rate of {value} over all differences of "
        "the table.",
        "Of many differences some look large by chance.",
    ),
    (
        "",
        "Few events",
        f"Under {LEAST_EVENTS} engagement events there are counts alone.",
        "People come in clumps, and clumps so few show nothing of how far they vary.",
    ),
    (
        "unknown_share",
        "Unknown ethnicity",
        "Where more than {value} of searches are of unknown ethnicity, the range is said before the ratio.",
        "Not stated is a group of its own, never Other. Its own counts are never withheld.",
    ),
    (
        "placed_share",
        "Searches without a place",
        "With fewer than {value} of the searches in a district there is no ratio within districts.",
        "Searches without a place may be of another kind.",
    ),
    (
        "partial_share",
        "Missing and partial months",
        "A month without a file is a gap, neither zero nor filled in. One under {value} of the median of the months "
        "before is suspected to be partial.",
        "A missing file is not a month without searches.",
    ),
    (
        "",
        "Subtraction",
        "Where one group's answers alone are withheld, or one age band below 18, so is the smallest other one. Not of "
        "ethnic groups of published searches: the published files tell every count.",
        "Whoever has a total and all parts but one can tell that one: mind it before you publish a table.",
    ),
)
"""Name of the setting, the rule, what it says and why; blank where no setting is behind it."""

_COUNTED = ("threshold", "fewest_answers", "fewest_effective")


def withheld(scope: Scope, view: View) -> Finding:
    """Every rule, with its setting, the value in force and the value that it has by default."""
    table = _table()
    set_here = table[(table["value"] != table["default"]) & (table["variable"] != "")]
    changed = (
        f"not as they are by default: {wording.listing(list(set_here['variable']))}"
        if len(set_here)
        else "every setting is as it is by default"
    )
    return listed(
        withheld,
        view,
        headline="What is withheld, when and why",
        answer=(
            f"{wording.plural(len(table), 'rule')}, {int((table['variable'] != '').sum()):,} of them settings of this "
            f"installation; {changed}."
        ),
        tables={"rules": table},
        source=("analytics/findings/methods/withheld.py and the settings", "docs/methods.md, docs/survey-methods.md"),
        caveats=(
            "Protection against subtraction is there in part: totals beside a withheld count can give it away.",
            "Rules are applied where figures are made, so that page, file and command line agree.",
        ),
        settings={f"CONFIDENCE_{name.upper()}": _written(name) for name, *_ in _RULES if name},
    )


def limits() -> dict[str, str]:
    """The settings and constants that methods name, as they are written."""
    return {name: _written(name) for name, *_ in _RULES if name} | {
        "least_events": str(LEAST_EVENTS),
        "least_of_a_share": str(LEAST_OF_A_SHARE),
    }


def _table() -> pd.DataFrame:
    import pandas as pd

    rows = [
        (
            rule,
            says.format(value=_written(name) if name else ""),
            why,
            f"CONFIDENCE_{name.upper()} is {_written(name)}" if name else "",
            f"CONFIDENCE_{name.upper()}" if name else "",
            _written(name) if name else "",
            _as_text(name, Settings.model_fields[name].default) if name else "",
        )
        for name, rule, says, why in _RULES
    ]
    return pd.DataFrame(rows, columns=["rule", "says", "why", "setting", "variable", "value", "default"])


def _written(name: str) -> str:
    return _as_text(name, getattr(settings(), name))


def _as_text(name: str, value: float) -> str:
    if name in _COUNTED:
        return wording.count(value)
    return f"{value:.2f}" if name == "false_discovery" else wording.percent(value)
