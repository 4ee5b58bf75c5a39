"""Weights that are made when a wave is loaded: raked to the margins of the population that its mapping gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.raking import SWEEPS, Floats, Integers, Margin, Raked, Unsettled, fitted
from data.readers.source import InForm, Problem, Refused
from data.readers.survey_form import field_of, unknown_field
from data.readers.survey_raking import AS_IT_IS, RakedMargin, Raking
from data.vocabularies import normalise
from data.words import NBSP, listing, percent, plural

if TYPE_CHECKING:
    import pandas as pd

_MOST_SAID = 12
"""Groups of a margin whose shares are said one by one."""
_BLANK = ""
"""The category of people of whom nothing is known; no word of a file is blank."""


@dataclass(frozen=True, eq=False)
class Weighed:
    """Raked weights, and what is to be said of them.

    Attributes
    ----------
    weights
        One a respondent, in the order of the file; together as much as the weights that they began with.
    margins
        What they were raked to, in words: ``age and sex``.
    done
        What was done, with the design effect of weighting, as `waves` keeps it.
    figures
        The smallest and the largest weight and the effective base, in a sentence.
    effective
        The effective base.
    """

    weights: Floats
    margins: str
    done: str
    figures: str
    effective: float


def raked(raking: Raking, known: Mapping[str, pd.Series], start: Floats, mapping: str) -> Weighed:
    r"""Weights raked to the margins of a mapping.

    Those whose category is blank, or is no group of the population, keep together the share that they have of the
    weights to begin with; the shares of the others are of the rest. The design effect of weighting is Kish's,
    :math:`n \sum w^2 / (\sum w)^2`, and the effective base :math:`(\sum w)^2 / \sum w^2`.

    Parameters
    ----------
    raking
        What the mapping says.
    known
        The category of every respondent, in words, by margin.
    start
        Weights to begin with.
    mapping
        Name of the mapping file, for sentences.

    Raises
    ------
    Refused
        If a margin names a category that nobody is in, or lacks one that somebody is in, or raking does not settle.

    References
    ----------
    Kish L. (1965). Survey Sampling, section 11.7. How weights are raked and trimmed: `data.raking`.
    """
    held = [(margin, *_coded(known[margin.of])) for margin in raking.margins]
    problems = [problem for one in held for problem in _problems(*one, start, mapping)]
    if problems:
        raise Refused(problems)
    # As parts of 1, since squares of what a file writes in huge numbers are held by no number.
    begun = start / start.max()
    total = start.max() * begun.sum()
    begun = begun / begun.sum()
    margins = tuple(_target(*one, begun) for one in held)
    try:
        found = fitted(begun, margins, raking.bounds)
    except Unsettled as unsettled:
        what = f"in the mapping “{mapping}”, [raking]: no weights were found in {SWEEPS} rounds; {unsettled.off[:-1]}"
        there = f"{field_of('[raking]')}: no weights were found in {SWEEPS} rounds; {unsettled.off[:-1]}"
        then = "Give groups of few people the words of others, under The answers, or leave a margin out"
        raise Refused([Problem(what, unsettled.remedy[:-1], in_form=InForm(there, then))]) from unsettled
    named = listing([margin.label for margin in raking.margins])
    kept = "".join(f"; {said}" for one in held for said in _kept(*one))
    shares = "".join(f"; {_shares(margin)}" for margin in raking.margins)
    done = f"{_done(raking, named, found)}{kept}{shares}"
    return Weighed(found.weights * total, named, done, _figures(found.weights), _effective(found.weights))


def design_effect(weights: Floats) -> float:
    r"""Kish's design effect of unequal weights, :math:`n \sum w^2 / (\sum w)^2` over those above 0.

    Parameters
    ----------
    weights
        At least one above 0.
    """
    return float((weights > 0).sum() * (weights**2).sum() / weights.sum() ** 2)


def _coded(words: pd.Series) -> tuple[list[str], Integers]:
    """The distinct words of a column, each as first written, and the place of each row's among them."""
    import pandas as pd

    codes, distinct = pd.factorize(words, sort=True, use_na_sentinel=True)
    written = [*map(str, distinct), _BLANK]
    places: dict[str, int] = {}
    for word in written:
        places.setdefault(normalise(word), len(places))
    first = {place: word for word in reversed(written) for place in [places[normalise(word)]]}
    at = np.array([places[normalise(word)] for word in written], dtype=np.int64)
    return [first[place] for place in range(len(places))], at[codes]


def _problems(margin: RakedMargin, words: list[str], codes: Integers, start: Floats, mapping: str) -> Iterator[Problem]:
    """What of a margin does not fit the file: both sides, whoever weighs nothing left out."""
    where = f"in the mapping “{mapping}”, {margin.key}"
    people = np.bincount(codes[start > 0], minlength=len(words))
    there = {normalise(word) for word, number in zip(words, people, strict=True) if number}
    told = {*map(normalise, margin.shares), *map(normalise, margin.kept), _BLANK}
    for word, number in zip(words, people, strict=True):
        if number and normalise(word) not in told:
            of_it = f"{plural(int(number), 'person', 'people')} of the file {'is' if number == 1 else 'are'} of it"
            remedy = f'Give it a share, or write "{AS_IT_IS}" if it is no group of the population'
            without = f"Type its share, or choose it under “{unknown_field(margin.label)}”"
            here = InForm(f"{field_of(margin.key)}: this group has no share, and {of_it}", without)
            yield Problem(f"{where}: this category has no share, and {of_it}", remedy, value=word, in_form=here)
    for category, share in margin.shares.items():
        if normalise(category) not in there:
            nobody = f"{percent(share)} of the population are of this"
            what = f"{where}: {nobody} category, and nobody in the file is"
            remedy = "Merge it with another category, in the margin and in the values of its column"
            # A group of whom everybody weighs 0 is one of nobody.
            shown = f"{field_of(margin.key)}: {nobody} group, and nobody in the file who counts is"
            then = "Give it the words of another group, under The answers, so that both are one"
            yield Problem(what, remedy, value=category, in_form=InForm(shown, then))


def _target(margin: RakedMargin, words: list[str], codes: Integers, start: Floats) -> Margin:
    """A margin whose targets add up to the weights to begin with."""
    total = start.sum()
    held = np.bincount(codes, weights=start, minlength=len(words))
    given = {normalise(category): share for category, share in margin.shares.items()}
    stays = np.array([normalise(word) not in given for word in words])
    shares = np.array([given.get(normalise(word), 0.0) for word in words]) / sum(given.values())
    target = np.where(stays, held, shares * (total - held[stays].sum()))
    return Margin(margin.label, tuple(word or "not known" for word in words), target, codes)


def _shares(margin: RakedMargin) -> str:
    """The shares of a margin in words; of one of many groups how many they are."""
    source = f", from {margin.source}" if margin.source else ""
    if len(margin.shares) > _MOST_SAID:
        return f"population by {margin.label}: {len(margin.shares)} groups{source}"
    said = ", ".join(f"{category} {share * 100:.1f}{NBSP}%" for category, share in margin.shares.items())
    return f"population by {margin.label}: {said}{source}"


def _done(raking: Raking, named: str, found: Raked) -> str:
    begun = ", beginning with the weights of the file" if raking.from_weights else ""
    parts = [f"raked to {named}{begun}", f"design effect of weighting {design_effect(found.weights):.2f}"]
    if found.trimmed is None:
        parts.append("nothing trimmed")
    else:
        number = found.trimmed.raised + found.trimmed.lowered
        least, greatest = raking.bounds or (0.0, 0.0)
        limits = f"{least:g} to {greatest:g} times the median"
        parts.append(f"{plural(number, 'weight')} trimmed to {limits}" if number else f"none outside {limits}")
        if number and found.trimmed.outside:
            parts.append(f"{found.trimmed.outside:,} outside again after the last raking")
    return "; ".join(parts)


def _kept(margin: RakedMargin, words: list[str], codes: Integers) -> Iterator[str]:
    """Who keeps the share that they have, in words."""
    people = np.bincount(codes, minlength=len(words))
    given = {normalise(category) for category in margin.shares}
    number = sum(int(count) for word, count in zip(words, people, strict=True) if normalise(word) not in given)
    if number:
        keep = "keeps the share it has" if number == 1 else "keep the share they have"
        yield f"{plural(number, 'person', 'people')} without a known {margin.label} {keep}"


def _effective(weights: Floats) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum())


def _figures(weights: Floats) -> str:
    counting = weights[weights > 0]
    mean = counting.mean()
    return (
        f"Smallest weight {counting.min() / mean:.2f} and largest {counting.max() / mean:.2f}, the mean being 1; "
        f"effective base {_effective(weights):,.0f} of {plural(len(counting), 'respondent')}."
    )
