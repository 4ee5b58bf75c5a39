"""The survey: people of the county asked about the police, with the truth in their answers.

Everyone has a latent value for each question. It is the sum of what the truth plants for people and
places like theirs, and of a part of their own whose stages hang together as the cycle says; the answer
is where it lies among the thresholds that give the county's shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from data.demo.census import SEXES, residents
from data.demo.county import DISTRICTS, county
from data.demo.draw import pick, stream, words
from data.demo.truth import (
    AGES,
    BENEFIT,
    CONFIDENCE,
    ENGAGEMENT,
    FAIR,
    QUESTIONNAIRES,
    SURVEY,
    TRUTH,
    WAVES,
    Item,
    Truth,
)
from data.tables import QUESTIONS as QUESTIONS_TABLE
from data.tables import RESPONSES
from data.tables import WAVES as WAVES_TABLE
from data.vocabularies import BROAD_GROUPS, DEMONSTRATION, NOT_STATED
from data.vocabularies.survey import POSITIVE, STAGES, measures

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Codes = NDArray[np.int64]

_STAGES = (*STAGES, BENEFIT)
_YES_NO = ("Yes", "No")
_QUARTERS = ("January to March", "April to June", "July to September", "October to December")
_FIFTHS = ("1 (most deprived)", "2", "3", "4", "5 (least deprived)")
_TENURES = ("Owned", "Mortgaged", "Social rented", "Private rented")
_CHANNELS = ("In person", "Telephone", "Online", "Social media", "Letter or leaflet")
_OPINIONS = ("High", "Mixed", "Low")
_REASONS = ("Victim", "Witness", "Suspect or stopped", "Other", "No contact")
_CONTACT_ONLY = "satisfied_contact"
DISABLED_BY_AGE = (0.10, 0.12, 0.17, 0.25, 0.38)
_VICTIM_BY_AGE = (0.21, 0.20, 0.17, 0.13, 0.09)
_STOPPED_BY_GROUP = (1.0, 2.8, 1.4, 2.0, 1.2)
_STOPPED_BY_AGE = (0.055, 0.030, 0.012, 0.004, 0.002)
_CHANNELS_BY_AGE = (
    (0.18, 0.10, 0.27, 0.41, 0.04),
    (0.20, 0.12, 0.33, 0.30, 0.05),
    (0.26, 0.17, 0.34, 0.15, 0.08),
    (0.32, 0.22, 0.26, 0.07, 0.13),
    (0.38, 0.27, 0.12, 0.02, 0.21),
)
_GROUPS = {
    "age_band": AGES,
    "sex": SEXES,
    "ethnicity": (*BROAD_GROUPS, NOT_STATED),
    "disability": _YES_NO,
    "tenure": _TENURES,
    "imd_quintile": _FIFTHS,
    "contact_12m": _YES_NO,
    "contact_reason": _REASONS,
    "treated_fairly_contact": _YES_NO,
    "outcome_wanted": _YES_NO,
    "prior_opinion": _OPINIONS,
    "stopped_12m": _YES_NO,
    "victim_12m": _YES_NO,
    "took_part": _YES_NO,
    "preferred_channel": _CHANNELS,
}
_CELL = ("age_band", "ethnicity", "disability", "victim_12m", "stopped_12m")
_CELL_GROUPS = (AGES, BROAD_GROUPS, _YES_NO, _YES_NO, _YES_NO)
"""People alike: everyone of one cell and neighbourhood differs from the others of it by chance alone."""

_NOT_ASKED = -1


@dataclass(frozen=True, eq=False)
class Survey:
    """One drawing of the survey, all waves together, in the canonical tables."""

    responses: pd.DataFrame
    waves: pd.DataFrame
    questions: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Model:
    """What the truth says of everyone, before anyone is asked.

    Attributes
    ----------
    cells
        Share of adults, shape (neighbourhoods, cells of people alike); a row adds up to 1.
    people
        Latent difference of each cell at full carrying, with mean 0 over the county; shape (cells,).
    level
        Latent level of each neighbourhood and stage, with mean 0; shape (neighbourhoods, stages).
    own
        Standard deviation of the part of their own, which makes the county's variance 1; shape (stages,).
    carried
        What each stage carries; shape (stages,).
    treated
        Neighbourhoods of each initiative.
    """

    adults: Codes
    cells: Numbers
    people: Numbers
    level: Numbers
    own: Numbers
    carried: Numbers
    treated: tuple[Codes, ...]


@dataclass(frozen=True, eq=False)
class _People:
    """Who was asked: wave, neighbourhood, sampling unit, cell, weight and day of each."""

    wave: Codes
    area: Codes
    psu: Codes
    cell: Codes
    weight: Numbers
    dates: NDArray[np.str_]


def survey(truth: Truth = TRUTH, seed: int | None = None) -> Survey:
    """Ask a new sample of the county of a truth.

    Parameters
    ----------
    truth
        What is planted; its seed makes the county, who lives there and the level of each neighbourhood.
    seed
        Seed of the sample, its answers and what happens from quarter to quarter; the truth's, if not given.

    Returns
    -------
    Survey
        Canonical rows of all waves; ``load_id`` is empty.
    """
    import numpy as np

    random = stream(truth.seed if seed is None else seed, "survey")
    model = _model(truth)
    people = _sample(random, truth, model)
    number = len(people.area)
    shift = _departures(random, truth, model)[people.wave, people.area]
    shift += _psu_levels(random, truth, people.psu[-1] + 1)[people.psu]
    shift += model.people[people.cell][:, None] * model.carried + model.level[people.area]
    latent = _latent(random, truth, number)
    attributes = _attributes(random, truth, people, shift + latent * model.own)
    # A stream of its own: who answers what stays as it was before the reason for a contact was asked.
    reasons = stream(truth.seed if seed is None else seed, "reasons")
    attributes["contact_reason"] = _contact_reasons(reasons, attributes)
    shift += _events(truth, model, people.area, people.dates)
    answers: dict[str, Codes] = {}
    for item in truth.items:
        stage = _STAGES.index(item.stage)
        own = item.loading * latent[:, stage] + np.sqrt(1 - item.loading**2) * random.normal(size=number)
        if item.measure == _CONTACT_ONLY:
            own = 0.8 * own + _experience(truth, attributes)
        value = shift[:, stage] + model.own[stage] * own + _moved(truth, item)[people.wave]
        code = np.searchsorted(_thresholds(item), -_sign(item) * value)
        code[random.random(number) < item.dont_know] = len(item.shares)
        if item.measure == _CONTACT_ONLY:
            code[attributes["contact_12m"] != 0] = _NOT_ASKED
        answers[item.measure] = code
    ids = random.integers(0, 2**64, number, dtype="uint64")
    return Survey(
        _responses(truth, people, ids, attributes, answers), _waves(truth), _questions(truth, people.wave, answers)
    )


def expected(truth: Truth = TRUTH) -> pd.DataFrame:
    """The share of positive answers that the truth gives every neighbourhood in every wave.

    Departures of single quarters are averaged over, and so are sampling units; that of the area over
    waves is what its estimates should cover. ``satisfied_contact`` is left out: it is asked of few.

    Returns
    -------
    DataFrame
        Columns wave, area, adults, measure and share; don't know is left out of the share.
    """
    import numpy as np
    import pandas as pd
    from scipy.special import ndtr

    model, place = _model(truth), county(truth.seed)
    days = _days()
    area, day = (index.ravel() for index in np.indices((len(model.cells), len(days))))
    by_day = _events(truth, model, area, days[day]).reshape(len(model.cells), len(days), len(_STAGES))
    starts = np.searchsorted(days, [*map(_start, WAVES)])
    events = np.add.reduceat(by_day, starts, axis=1) / np.diff([*starts, len(days)])[:, None]
    wave, area = (index.ravel() for index in np.indices((len(WAVES), len(model.cells))))
    keys = {"wave": words(WAVES, wave), "area": words(place.codes, area), "adults": model.adults[area]}
    frames = []
    for item in truth.items:
        if item.measure != _CONTACT_ONLY:
            stage = _STAGES.index(item.stage)
            moved = events[:, :, stage].T + _moved(truth, item)[:, None] + model.level[:, stage]
            mean = moved[..., None] + model.people * model.carried[stage]
            below = (_sign(item) * mean + _thresholds(item)[_positives(item) - 1]) / _chance(truth, model)[stage]
            share = (model.cells * ndtr(below)).sum(axis=2)
            frames.append(pd.DataFrame({**keys, "measure": item.measure, "share": share.ravel()}))
    return pd.concat(frames, ignore_index=True)


def correlations(truth: Truth = TRUTH) -> Numbers:
    """Correlations of the six stages among adults alike, shape (stages, stages).

    They solve x = B x + e with B the links of the cycle, all the way round, and each stage of variance 1.
    """
    import numpy as np

    links = np.zeros((len(STAGES), len(STAGES)))
    for link in truth.links:
        links[STAGES.index(link.target), STAGES.index(link.origin)] = link.strength
    onward = np.linalg.inv(np.eye(len(STAGES)) - links)
    chance = np.linalg.solve(onward**2, np.ones(len(STAGES)))
    return onward * chance @ onward.T


def treated(truth: Truth = TRUTH) -> dict[str, list[str]]:
    """Codes of the neighbourhoods of each initiative and of the incident, by name."""
    place, model = county(truth.seed), _model(truth)
    places = {
        one.name: [place.codes[a] for a in areas] for one, areas in zip(truth.initiatives, model.treated, strict=True)
    }
    hit = place.district == DISTRICTS.index(truth.incident.district)
    return places | {truth.incident.name: [code for code, inside in zip(place.codes, hit, strict=True) if inside]}


def level_of_confidence(truth: Truth = TRUTH) -> pd.Series:
    """Own level of confidence of each neighbourhood on the arcsine scale, by code; the county is 0."""
    import pandas as pd

    levels = _model(truth).level[:, _STAGES.index(CONFIDENCE)] * _per_arcsine(truth)
    return pd.Series(levels, index=list(county(truth.seed).codes))


@lru_cache(maxsize=16)
def _model(truth: Truth) -> _Model:
    import numpy as np

    random = stream(truth.seed, "levels")
    place, people = county(truth.seed), residents(truth.seed, truth.residents)
    adults = people.adults.sum(axis=2).transpose(0, 2, 1)
    cells = _cells(adults)
    total = adults.sum(axis=(1, 2))
    county_cells = total @ cells / total.sum()
    carried = np.array([dict(truth.levels.carried)[stage] for stage in _STAGES])
    differences = _differences(truth)
    differences = differences - county_cells @ differences
    level = _levels(random, truth, people.deprivation, total, carried)
    apart = differences[:, None] * carried + level[:, None]
    varied = np.einsum("a,ac,acs->s", total / total.sum(), cells, apart**2)
    varied += truth.levels.between_psus**2 + truth.levels.between_quarters**2
    outside = np.flatnonzero(place.district != DISTRICTS.index(truth.incident.district))
    drawn = np.split(random.permutation(outside), np.cumsum([one.neighbourhoods for one in truth.initiatives]))
    treated = tuple(np.sort(areas) for areas in drawn[: len(truth.initiatives)])
    return _Model(total, cells, differences, level, np.sqrt(1 - varied), carried, treated)


def _cells(adults: Codes) -> Numbers:
    """Share of each cell in each neighbourhood, from adults by age and broad group."""
    import numpy as np

    shares = adults / adults.sum(axis=(1, 2), keepdims=True)
    cells = (
        shares[..., None, None, None]
        * _either(np.array(DISABLED_BY_AGE))[:, None, :, None, None]
        * _either(np.array(_VICTIM_BY_AGE))[:, None, None, :, None]
        * _either(np.multiply.outer(_STOPPED_BY_AGE, _STOPPED_BY_GROUP))[:, :, None, None, :]
    )
    return cells.reshape(len(adults), -1)


def _either(yes: Numbers) -> Numbers:
    import numpy as np

    return np.stack([yes, 1 - yes], axis=-1)


def _differences(truth: Truth) -> Numbers:
    """Latent difference of each cell, shape (cells,)."""
    import numpy as np

    shape = [len(groups) for groups in _CELL_GROUPS]
    cells = np.zeros(shape)
    for difference in truth.differences:
        axis = _CELL.index(difference.attribute)
        places = [_CELL_GROUPS[axis].index(group) for group in difference.groups]
        one = np.zeros(shape[axis])
        one[places] = _shift(_good_job(truth), difference.points)
        cells += one.reshape([-1 if place == axis else 1 for place in range(len(shape))])
    return cells.ravel()


def _levels(
    random: np.random.Generator, truth: Truth, deprivation: Numbers, adults: Codes, carried: Numbers
) -> Numbers:
    """Levels of neighbourhoods: those clearly apart stand where the truth says, and the spread is exactly its own."""
    import numpy as np

    levels, number = truth.levels, len(deprivation)
    score = random.normal(size=number) * np.sqrt(1 - levels.from_deprivation**2) - levels.from_deprivation * deprivation
    order = np.argsort(score)
    low, high = order[: levels.clearly_low], order[number - levels.clearly_high :]
    middle = order[levels.clearly_low : number - levels.clearly_high]
    common = np.zeros(number)
    common[low], common[high] = -levels.extreme, levels.extreme
    inner = score[middle] - score[middle].mean()
    left = number * levels.between_neighbourhoods**2 - (common**2).sum()
    common[middle] = inner * np.sqrt(max(0.0, left) / (inner**2).sum())
    common = (common - adults @ common / adults.sum()) / _per_arcsine(truth)
    own = random.normal(0, 0.3 * common.std(), (number, len(_STAGES)))
    own[:, _STAGES.index(CONFIDENCE)] = 0
    return common[:, None] * carried + own - adults @ own / adults.sum()


def _per_arcsine(truth: Truth) -> float:
    """What one unit of the latent scale is on the arcsine scale, at the county's share of good job."""
    import numpy as np
    from scipy.special import ndtri

    share = _good_job(truth)
    density = np.exp(-(ndtri(share) ** 2) / 2) / np.sqrt(2 * np.pi)
    return float(density / (2 * np.sqrt(share * (1 - share))))


def _good_job(truth: Truth) -> float:
    item = next(item for item in truth.items if item.measure == "good_job_local")
    return sum(item.shares[: _positives(item)])


def _shift(share: float, points: float) -> float:
    """The latent shift that moves a share by so many points."""
    from scipy.special import ndtri

    return float(ndtri(share + points) - ndtri(share))


def _positives(item: Item) -> int:
    """Number of answers that count as positive: the first of every scale."""
    return list(measures()[item.measure].classes.values()).count(POSITIVE)


def _sign(item: Item) -> int:
    return 1 if measures()[item.measure].higher_is_better else -1


def _thresholds(item: Item) -> Numbers:
    """Where one answer ends and the next begins, going down the latent scale."""
    import numpy as np
    from scipy.special import ndtri

    return ndtri(np.cumsum(item.shares)[:-1])


def _moved(truth: Truth, item: Item) -> Numbers:
    """Latent shift of one question in each wave over the whole county, shape (waves,)."""
    import numpy as np

    share, moved = sum(item.shares[: _positives(item)]), np.zeros(len(WAVES))
    for trend in truth.trends:
        if trend.measure == item.measure:
            since, until = WAVES.index(trend.since), WAVES.index(trend.until)
            part = np.clip((np.arange(len(WAVES)) - since) / (until - since), 0, 1)
            moved += [_shift(share, trend.points * one) for one in part]
    for change in truth.breaks:
        if change.measure == item.measure:
            moved[WAVES.index(QUESTIONNAIRES[1][1]) :] += _shift(share, change.points)
    return _sign(item) * moved


def _events(truth: Truth, model: _Model, area: Codes, date: NDArray[np.str_]) -> Numbers:
    """Latent shift of each stage by what happened where somebody lives before they were asked."""
    import numpy as np

    share, shift = _good_job(truth), np.zeros((len(area), len(_STAGES)))
    incident = truth.incident
    hit = county(truth.seed).district[area] == DISTRICTS.index(incident.district)
    fall = np.where(hit, _shift(share, incident.points_in_district), _shift(share, incident.points_elsewhere))
    shift[:, _STAGES.index(CONFIDENCE)] += fall * (date >= incident.date)
    for initiative, areas in zip(truth.initiatives, model.treated, strict=True):
        reached = np.isin(area, areas) & (date >= initiative.date)
        for stage in initiative.stages:
            shift[reached, _STAGES.index(stage)] += _shift(share, initiative.points)
    return shift


def _departures(random: np.random.Generator, truth: Truth, model: _Model) -> Numbers:
    """Quarters of neighbourhoods around their level, shape (waves, neighbourhoods, stages); the county stays."""
    import numpy as np

    number, levels = len(model.cells), truth.levels
    onward = np.eye(len(_STAGES)) * levels.lag
    for link in truth.links:
        onward[_STAGES.index(link.target), _STAGES.index(link.origin)] = levels.lag_of_link * link.strength
    before = 20
    states = [np.zeros((number, len(_STAGES)))]
    for shock in random.normal(size=(before + len(WAVES), number, len(_STAGES))):
        states.append(states[-1] @ onward.T + shock)
    drawn = np.stack(states[before + 1 :])
    drawn *= levels.between_quarters / _long_run(onward)
    return drawn - np.einsum("a,was->ws", model.adults / model.adults.sum(), drawn)[:, None]


def _long_run(onward: Numbers) -> Numbers:
    """Standard deviation of each stage of a first-order autoregression with unit shocks."""
    import numpy as np
    from scipy.linalg import solve_discrete_lyapunov

    return np.sqrt(np.diag(solve_discrete_lyapunov(onward, np.eye(len(onward)))))


def _psu_levels(random: np.random.Generator, truth: Truth, number: int) -> Numbers:
    """Levels of sampling units, half of whose variance all stages share; shape (units, stages)."""
    import numpy as np

    common = random.normal(size=(number, 1)) + random.normal(size=(number, len(_STAGES)))
    return common * truth.levels.between_psus / np.sqrt(2)


def _chance(truth: Truth, model: _Model) -> Numbers:
    """Standard deviation of the answers of adults of one cell and neighbourhood, by stage."""
    import numpy as np

    levels = truth.levels
    return np.sqrt(model.own**2 + levels.between_psus**2 + levels.between_quarters**2)


def _sample(random: np.random.Generator, truth: Truth, model: _Model) -> _People:
    """Who is asked, where and when; weights make them stand for the adults of their neighbourhood and age."""
    import numpy as np

    sample = truth.sample
    units = np.indices((len(WAVES), len(model.cells), sample.psus)).reshape(3, -1)
    psu = np.repeat(np.arange(units.shape[1]), sample.people)
    wave, area = units[0, psu], units[1, psu]
    willing = model.cells * np.repeat(np.array(sample.response), model.cells.shape[1] // len(AGES))
    shares = willing / willing.sum(axis=1, keepdims=True)
    edges = np.cumsum(shares, axis=1)
    edges[:, -1] = 1
    stacked = (edges + np.arange(len(edges))[:, None]).ravel()
    cell = np.searchsorted(stacked, area + random.random(len(area)), side="right") - area * edges.shape[1]
    weight = model.adults[area] * model.cells[area, cell] / shares[area, cell]
    weight = weight / (np.bincount(wave, weight) / np.bincount(wave))[wave]
    days = _days()
    first = np.searchsorted(days, [*map(_start, WAVES), "9999"])
    day = first[wave] + (random.random(len(wave)) * np.diff(first)[wave]).astype(int)
    return _People(wave, area, psu, cell, weight.round(4), days[day])


def _days() -> NDArray[np.str_]:
    """Every day of the survey, YYYY-MM-DD."""
    import numpy as np

    return np.datetime_as_string(np.arange(_start(WAVES[0]), _after(WAVES[-1]), dtype="datetime64[D]"))


def _after(wave: str) -> str:
    """First day after a wave."""
    year, quarter = map(int, wave.split("-Q"))
    return _start(f"{year + quarter // 4}-Q{quarter % 4 + 1}")


def _start(wave: str) -> str:
    year, quarter = wave.split("-Q")
    return f"{year}-{3 * int(quarter) - 2:02d}-01"


def _latent(random: np.random.Generator, truth: Truth, number: int) -> Numbers:
    """Everyone's own part of each stage, with variance 1, shape (people, stages)."""
    import numpy as np

    latent = random.normal(size=(number, len(STAGES))) @ np.linalg.cholesky(correlations(truth)).T
    rest = np.sqrt(1 - truth.benefit_of_confidence**2) * random.normal(size=number)
    return np.column_stack([latent, truth.benefit_of_confidence * latent[:, STAGES.index(CONFIDENCE)] + rest])


def _attributes(random: np.random.Generator, truth: Truth, people: _People, own: Numbers) -> dict[str, Codes]:
    """Codes of what is known of everyone, by attribute; −1 where it was not asked."""
    import numpy as np

    number, area = len(people.area), people.area
    county_people = residents(truth.seed, truth.residents)
    drawn = dict(zip(_CELL, np.unravel_index(people.cell, [len(groups) for groups in _CELL_GROUPS]), strict=True))
    old = drawn["age_band"]
    rank = np.argsort(np.argsort(-county_people.deprivation))
    fifth = rank * len(_FIFTHS) // len(rank)
    near = pick(random, np.array([0.15, 0.7, 0.15]), number) - 1
    of_sex = county_people.adults.sum(axis=(1, 3))
    contact = np.where((drawn["victim_12m"] == 0) | (drawn["stopped_12m"] == 0), 0.65, 0.22)
    had = random.random(number) < contact
    fair, confidence, engaged = (own[:, _STAGES.index(stage)] for stage in (FAIR, CONFIDENCE, ENGAGEMENT))
    before = np.searchsorted([-0.55, 0.5], -0.7 * confidence + 0.7 * random.normal(size=number))
    treated = (0.7 * fair + 0.7 * random.normal(size=number) < -0.5).astype(int)
    wanted = (0.2 * fair + random.normal(size=number) < -0.1).astype(int)
    took_part = (0.5 * engaged + 0.87 * random.normal(size=number) < 1.25).astype(int)
    drawn |= {
        "sex": (random.random(number) * of_sex.sum(axis=1)[area] >= of_sex[area, 0]).astype(int),
        "tenure": pick(random, _tenure(fifth[area], old)),
        "imd_quintile": np.clip(fifth[area] + near, 0, len(_FIFTHS) - 1),
        "contact_12m": (~had).astype(int),
        "treated_fairly_contact": np.where(had, treated, _NOT_ASKED),
        "outcome_wanted": np.where(had, wanted, _NOT_ASKED),
        "prior_opinion": np.where(had, before, _NOT_ASKED),
        "took_part": took_part,
        "preferred_channel": pick(random, np.array(_CHANNELS_BY_AGE)[old]),
    }
    drawn["ethnicity"] = np.where(random.random(number) < 0.02, len(BROAD_GROUPS), drawn["ethnicity"])
    return drawn


def _contact_reasons(random: np.random.Generator, attributes: dict[str, Codes]) -> Codes:
    """Why those with a contact had it: most of those who were stopped or victims for that, the others as it comes."""
    import numpy as np

    had = attributes["contact_12m"] == 0
    reason = pick(random, np.array([0.0, 0.3, 0.05, 0.65, 0.0]), len(had))
    for attribute, of in (("victim_12m", "Victim"), ("stopped_12m", "Suspect or stopped")):
        for_that = (attributes[attribute] == 0) & (random.random(len(had)) < 0.8)
        reason = np.where(for_that, _REASONS.index(of), reason)
    return np.where(had, reason, _REASONS.index("No contact"))


def _tenure(fifth: Codes, old: Codes) -> Numbers:
    """Shares of each tenure: the old own, the deprived rent."""
    import numpy as np

    owned = np.array([0.04, 0.06, 0.22, 0.55, 0.72])[old]
    mortgaged = np.array([0.12, 0.36, 0.42, 0.22, 0.05])[old]
    social = np.array([0.42, 0.24, 0.14, 0.09, 0.06])[fifth]
    private = np.array([0.55, 0.42, 0.20, 0.09, 0.05])[old]
    return np.stack([owned, mortgaged, social, private], axis=1)


def _experience(truth: Truth, attributes: dict[str, Codes]) -> Numbers:
    """What treatment and outcome of a contact add to the latent satisfaction with it, with mean 0."""
    import numpy as np

    added = np.zeros(len(attributes["contact_12m"]))
    had = attributes["contact_12m"] == 0
    for attribute, weight in truth.satisfaction:
        yes = (attributes[attribute][had] == 0).astype(float)
        added[had] += weight * (yes - yes.mean()) / yes.std()
    return added


def _responses(
    truth: Truth, people: _People, ids: NDArray[np.uint64], attributes: dict[str, Codes], answers: dict[str, Codes]
) -> pd.DataFrame:
    import numpy as np

    place, a_wave = county(truth.seed), len(people.wave) // len(WAVES)
    a_neighbourhood = truth.sample.psus
    units = [
        f"{wave}-{code}-{unit}" for wave in WAVES for code in place.codes for unit in range(1, a_neighbourhood + 1)
    ]
    return RESPONSES.frame(
        {
            "row": np.tile(np.arange(2, a_wave + 2), len(WAVES)),
            "survey": SURVEY,
            "force": DEMONSTRATION["slug"],
            "wave": words(WAVES, people.wave),
            "respondent": [f"{number:016x}" for number in ids.tolist()],
            "date": people.dates,
            "area": words(place.codes, people.area),
            "weight": people.weight,
            "stratum": words(DISTRICTS, place.district[people.area]),
            "psu": words(units, people.psu),
            **{name: words(_GROUPS[name], codes) for name, codes in attributes.items()},
            **{measure: words(measures()[measure].answers, codes) for measure, codes in answers.items()},
        }
    )


def _waves(truth: Truth) -> pd.DataFrame:
    import numpy as np

    starts = [_start(wave) for wave in WAVES]
    sample = truth.sample
    return WAVES_TABLE.frame(
        {
            "survey": [SURVEY] * len(WAVES),
            "force": DEMONSTRATION["slug"],
            "wave": list(WAVES),
            "label": [f"{_QUARTERS[int(wave[-1]) - 1]} {wave[:4]}" for wave in WAVES],
            "starts": starts,
            "ends": [str(np.datetime64(_after(wave)) - 1) for wave in WAVES],
            "questionnaire": [_questionnaire(wave) for wave in WAVES],
            "shared": "nothing",
            "design": f"In every neighbourhood {sample.psus} sampling units new to the survey, and in each "
            f"{sample.people} adults; the districts are the strata",
            "mode": "Face to face",
            "population": "Adults aged 16 and over who live in Eskmere",
            "weighting": "Weights make the sample stand for the adults of each neighbourhood by age, and have mean 1",
            "respondents": len(county(truth.seed).codes) * sample.psus * sample.people,
        }
    )


def _questions(truth: Truth, wave: Codes, answers: dict[str, Codes]) -> pd.DataFrame:
    import numpy as np

    worded = {change.measure: change.wording for change in truth.breaks}
    rows = [
        (
            name,
            measure,
            worded.get(measure, measures()[measure].wording)
            if _questionnaire(name) == "B"
            else measures()[measure].wording,
            "Those who had contact with the police in the past year" if measure == _CONTACT_ONLY else None,
            int(((codes != _NOT_ASKED) & (wave == number)).sum()),
        )
        for number, name in enumerate(WAVES)
        for measure, codes in answers.items()
    ]
    names, measured, wordings, asked_of, answered = zip(*rows, strict=True)
    return QUESTIONS_TABLE.frame(
        {
            "survey": [SURVEY] * len(rows),
            "force": DEMONSTRATION["slug"],
            "wave": names,
            "measure": measured,
            "wording": wordings,
            "asked_of": asked_of,
            "answered": np.array(answered),
        }
    )


def _questionnaire(wave: str) -> str:
    return max(name for name, since in QUESTIONNAIRES if since <= wave)
