"""What respondents say of each stage of the cycle: a score, and the share of their answers that are positive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"

STAGES = (
    "engagement",
    "fair treatment",
    "confidence",
    "willingness to help",
    "community information",
    "action and feedback",
)
"""The ring: each stage goes with the next, and the last with the first."""

LEAST_ASKED = 0.5
"""Share of respondents who must have answered a question for it to count towards its stage. What is asked of some
alone, such as those who had contact, would make their score one of other questions than everybody else's."""


class Item(Protocol):
    """One question, as the catalogue of measures has it.

    Attributes
    ----------
    id
        Column of its answers.
    stage
        Stage of the cycle that it is asked of.
    classes
        Class of each answer (positive, neutral, negative, or anything else for no answer), in the order of the scale
        from its positive end.
    higher_is_better
        Whether positive answers are welcome; else the question is turned.
    """

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def stage(self) -> str: ...  # noqa: D102

    @property
    def classes(self) -> Mapping[str, str]: ...  # noqa: D102

    @property
    def higher_is_better(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False)
class StageScores:
    """Scores of respondents, in the order of the answers that they were made from.

    Attributes
    ----------
    score : DataFrame
        One row a respondent, one column a stage, 0 to 1: the mean of their answers by place on the scale. NaN where
        they answered none of its questions.
    positive : DataFrame
        The same of the share of their answers that are positive.
    items : mapping of str to tuple of str
        The questions of each stage.
    left_out : mapping of str to tuple of str
        Those that too few were asked, by stage.
    """

    score: pd.DataFrame
    positive: pd.DataFrame
    items: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, tuple[str, ...]]


def item_score(answers: pd.Series, item: Item) -> pd.Series:
    r"""The place of each answer on its scale, from 0 to 1, 1 being most welcome; NaN for anything that is no answer.

    The :math:`k`-th of :math:`K` answers, counted from the positive end, is :math:`(K - k)/(K - 1)`; of a question of
    which positive answers are not welcome it is :math:`(k - 1)/(K - 1)`.

    Raises
    ------
    ValueError
        If the scale has fewer than two answers or does not begin at its positive end.
    """
    scale = _scale(item)
    places = np.linspace(1, 0, len(scale)) if item.higher_is_better else np.linspace(0, 1, len(scale))
    return answers.map(dict(zip(scale, places, strict=True))).astype(float)


def item_positive(answers: pd.Series, item: Item) -> pd.Series:
    """1 where an answer is welcome, 0 where it is not, NaN for anything that is no answer.

    Welcome are the positive answers; of a question of which these are not welcome, the negative ones.
    """
    welcome = POSITIVE if item.higher_is_better else NEGATIVE
    return answers.map({answer: float(item.classes[answer] == welcome) for answer in _scale(item)}).astype(float)


def steps(item: Item) -> int:
    """Steps from one end of the scale to the other."""
    return len(_scale(item)) - 1


def stage_scores(answers: pd.DataFrame, items: Sequence[Item]) -> StageScores:
    r"""Scores of each respondent by stage.

    .. math:: s_{kg} = \frac{1}{|A_{kg}|}\sum_{q \in A_{kg}} s_{kq},\quad
        p_{kg} = \frac{1}{|A_{kg}|}\sum_{q \in A_{kg}} 1[\text{answer is welcome}]

    over the questions :math:`A_{kg}` of stage :math:`g` that respondent :math:`k` answered, with the places
    :math:`s_{kq}` of `item_score`. A question that less than half of the respondents answered counts for nobody.

    Parameters
    ----------
    answers : DataFrame
        One row a respondent; a column of texts for each question.
    items : sequence of Item
        The questions; those without a column were not asked.

    Raises
    ------
    ValueError
        If none of the questions has a column, or a scale can't be read.
    """
    import pandas as pd

    asked = [item for item in items if item.id in answers.columns]
    if not asked:
        raise ValueError("None of the questions of the cycle was asked: there is no stage to give a score to.")
    score = pd.DataFrame({item.id: item_score(answers[item.id], item) for item in asked})
    positive = pd.DataFrame({item.id: item_positive(answers[item.id], item) for item in asked})
    told = score.notna()
    counted = told.mean() >= LEAST_ASKED
    found = dict.fromkeys(item.stage for item in asked)
    stages = [*(stage for stage in STAGES if stage in found), *(stage for stage in found if stage not in STAGES)]
    used = {stage: _of(asked, stage, counted) for stage in stages}
    left_out = {stage: _of(asked, stage, ~counted) for stage in stages}
    used = {stage: names for stage, names in used.items() if names}
    return StageScores(_means(score, used), _means(positive, used), used, {s: n for s, n in left_out.items() if n})


def _of(items: Sequence[Item], stage: str, chosen: pd.Series) -> tuple[str, ...]:
    return tuple(item.id for item in items if item.stage == stage and chosen[item.id])


def _means(values: pd.DataFrame, used: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    import pandas as pd

    means = {stage: values[list(names)].mean(axis=1) for stage, names in used.items()}
    return pd.DataFrame(means, index=values.index)


def _scale(item: Item) -> list[str]:
    scale = [answer for answer, kind in item.classes.items() if kind in (POSITIVE, NEUTRAL, NEGATIVE)]
    if len(scale) < 2 or item.classes[scale[0]] != POSITIVE:
        raise ValueError(
            f"The scale of {item.id} must have two answers or more and begin at its positive end; it is "
            f"{', '.join(scale) or 'empty'}."
        )
    return scale
