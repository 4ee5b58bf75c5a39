"""What words mean, what measures ask and what values count as: all of it read from what figures are made with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import Finding
from analytics.findings.methods.listed import listed
from analytics.library.entries import terms
from analytics.scope import Scope
from data.settings import settings
from data.vocabularies import NOT_GIVEN, NOT_STATED, ethnicity, vocabulary
from data.vocabularies.survey import (
    CLASSES,
    DONT_KNOW,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    STAGES,
    Measure,
    attributes,
    measures,
)

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_SHOWN = (POSITIVE, NEUTRAL, NEGATIVE, DONT_KNOW)
BENEFIT = "benefit"
"""What the catalogue calls measures of what follows from the cycle."""


def definitions(scope: Scope, view: View) -> Finding:
    """Every term, every measure of the catalogue and every grouping."""
    words, asked, groups = _terms(), _measures(), _groupings()
    unread = int((asked["read"] == "no").sum())
    return listed(
        definitions,
        view,
        headline="What the words, the measures and the groups mean",
        answer=(
            f"{wording.plural(len(words), 'term')}, {wording.plural(len(asked), 'measure')} with the question and the "
            f"class of every answer, and {wording.plural(groups['grouping'].nunique(), 'grouping')} of published "
            "values."
        ),
        tables={"terms": words, "measures": asked, "groupings": groups},
        source=(
            "analytics/library/terms.toml and data/vocabularies",
            "Sources of every list: data/vocabularies/README.md",
        ),
        caveats=(
            f"Of {wording.plural(unread, 'measure')} the wording was not read in a published questionnaire: it is "
            "ours, of what the question asks. A mapping keeps the wording that a wave really used.",
        ),
        settings=dict(settings().grouping),
    )


def _terms() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([vars(term) for term in terms()])


def _measures() -> pd.DataFrame:
    import pandas as pd

    read = {row["id"]: row["wording_read"] for row in vocabulary("measures").rows}
    order = [*STAGES, BENEFIT]
    found = sorted(measures().values(), key=lambda measure: order.index(measure.stage))
    return pd.DataFrame([_measure(measure, read[measure.id]) for measure in found])


def _measure(measure: Measure, read: str) -> dict[str, str]:
    classes = {name: [answer for answer, one in measure.classes.items() if one == name] for name in CLASSES}
    return {
        "measure": measure.id,
        "label": measure.label,
        "wording": measure.wording,
        "stage": measure.stage,
        **{name.replace("'", "").replace(" ", "_"): "; ".join(classes[name]) for name in _SHOWN},
        "better": "higher" if measure.higher_is_better else "lower",
        "read": read,
        "source": measure.source,
    }


def _groupings() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(_grouped()), columns=["grouping", "value", "counts_as"])


def _grouped() -> Iterator[tuple[str, str, str]]:
    broad = ethnicity("census_2021", settings().grouping)
    yield from (("Ethnic groups", broad[value].group, broad[value].broad) for value in broad)
    yield "Ethnic groups", NOT_STATED, f"{NOT_STATED}: a group of its own"
    yield from (("Powers to search", row["label"], row["class"]) for row in vocabulary("powers").rows)
    yield from (("Outcomes of a search", row["value"], row["outcome"]) for row in vocabulary("outcomes").rows)
    yield "Outcomes of a search", "blank", NOT_GIVEN
    for row in vocabulary("crime_types").rows:
        yield "Recorded crime", row["value"], "crime" if row["crime"] == "yes" else "incident, not a crime"
    for attribute in attributes().values():
        counted = (
            "figures are given by it"
            if attribute.is_grouping
            else "figures of one question are given by it"
            if attribute.is_counted
            else "kept, no figures by it"
        )
        protected = f"; protected characteristic: {attribute.protected}" if attribute.protected else ""
        yield "Who answered", attribute.label, counted + protected
