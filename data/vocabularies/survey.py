"""What surveys ask: measures with their wording, scale and stage of the cycle, and what is known of who answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from data.vocabularies import list_names, normalise, vocabulary

POSITIVE, NEUTRAL, NEGATIVE, DONT_KNOW, NOT_ASKED = "positive", "neutral", "negative", "don't know", "not asked"
CLASSES = (POSITIVE, NEUTRAL, NEGATIVE, DONT_KNOW, NOT_ASKED)
"""Every class of answer. Whoever refused to answer counts with those who don't know."""

STAGES = (
    "engagement",
    "fair treatment",
    "confidence",
    "willingness to help",
    "community information",
    "action and feedback",
)
"""The stages of the confidence cycle, in order. Measures of what follows from it have the stage ``benefit``."""


CONFIDENCE_FIRST = ("good_job_local", "overall_confidence", "trust_force", "your_police_confidence", "relied_on")
"""Measures of confidence, the one that stands for it first where a survey asked several."""

SATISFACTION = "satisfied_contact"
"""The measure of satisfaction with contact."""

FAIR_USE = "ss_fair"
"""The measure of agreement that stop and search is used fairly."""

JOINT_GROUPINGS = "joint_groupings"
"""The list of what takes several questions together."""


@dataclass(frozen=True)
class Measure:
    """One question of the catalogue.

    Attributes
    ----------
    id
        Name in mappings, addresses and tables: ``good_job_local``.
    label
        Short name, for tiles and lists.
    says
        What those who answer positively do, as a sentence has it: ``say the police here do a good job``.
    wording
        The question.
    scale
        Name of the scale.
    classes
        Class of each answer of the scale, in the scale's order.
    stage
        Stage of the confidence cycle, or ``benefit``.
    higher_is_better
        Whether a larger share of positive answers is welcome.
    source
        The survey whose wording it is.
    """

    id: str
    label: str
    says: str
    wording: str
    scale: str
    classes: Mapping[str, str]
    stage: str
    higher_is_better: bool
    source: str

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers of the scale, in order."""
        return tuple(self.classes)

    def answer(self, text: object) -> str | None:
        """The answer of the scale that a text means, upper and lower case and spaces apart; None where it is none."""
        return self._matched.get(normalise(text)) if isinstance(text, str) else None

    @property
    def _matched(self) -> Mapping[str, str]:
        return _matched(self.scale)


@dataclass(frozen=True)
class Attribute:
    """One thing that a survey can know of a respondent.

    Attributes
    ----------
    id, label
        Name in mappings and tables, and in sentences.
    is_grouping
        Whether figures are given by it.
    is_counted
        Whether answers are counted by it. What is counted and no grouping is for one question of its own.
    protected
        The protected characteristic of the Equality Act 2010 it speaks of; blank where none.
    """

    id: str
    label: str
    is_grouping: bool
    is_counted: bool
    protected: str


@dataclass(frozen=True)
class JointGrouping:
    """Groups of respondents by what they said to several questions at once.

    Attributes
    ----------
    id
        Name in the cube of answers.
    groups
        By the name of each group what its people said, in the order in which the first group that fits is taken: by
        column of ``responses`` the classes of an answer to a measure, or the words of an attribute, as `normalise`
        writes them.
    """

    id: str
    groups: Mapping[str, Mapping[str, frozenset[str]]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The questions that it takes together."""
        return tuple(dict.fromkeys(column for said in self.groups.values() for column in said))


@cache
def measures() -> Mapping[str, Measure]:
    """The catalogue of measures, by id."""
    return MappingProxyType(
        {
            row["id"]: Measure(
                row["id"],
                row["label"],
                row["says"],
                row["wording"],
                row["scale"],
                _classes(row["scale"]),
                row["stage"],
                row["better"] == "higher",
                row["source"],
            )
            for row in vocabulary("measures").rows
        }
    )


@cache
def attributes() -> Mapping[str, Attribute]:
    """What a survey can know of a respondent, by id."""
    return MappingProxyType(
        {
            row["id"]: Attribute(
                row["id"], row["label"], row["grouping"] == "yes", row["grouping"] in ("yes", "apart"), row["protected"]
            )
            for row in vocabulary("attributes").rows
        }
    )


@cache
def joint_groupings() -> Mapping[str, JointGrouping]:
    """What answers are counted by that takes several questions, by id."""
    return MappingProxyType(
        {
            name: JointGrouping(name, {row["group"]: _said(row) for row in vocabulary(JOINT_GROUPINGS, name).rows})
            for name in list_names(JOINT_GROUPINGS)
        }
    )


def _said(row: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    return MappingProxyType(
        {
            column: frozenset(map(normalise, words.split("; ")))
            for column, words in row.items()
            if column not in ("list", "group") and words
        }
    )


@cache
def _classes(scale: str) -> Mapping[str, str]:
    return MappingProxyType({row["answer"]: row["class"] for row in vocabulary("scales", scale).rows})


@cache
def _matched(scale: str) -> Mapping[str, str]:
    return MappingProxyType({normalise(answer): answer for answer in _classes(scale)})
