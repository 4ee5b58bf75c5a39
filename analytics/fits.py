"""The declared list of heavy fits of a release: whatever takes more than 0.3 s, made once and kept.

A model says which fits a release has, which tables each reads, and how it is made. `run` makes those that are missing,
after a publication or on the command line; a page asks `fitted` and never fits.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from analytics import cycle_fits, wording
from analytics.scope import Scope
from data import fit_results
from data.faults import of_the_store
from data.fit_results import Key, Result
from data.fit_results import Unfit as Unfit
from data.publishing import Progress, silent
from data.store import View

if TYPE_CHECKING:
    import pandas as pd

LOG = logging.getLogger("confidence_cycle.fits")
"""Where is written what nobody foresaw of a fit, and how it came about."""

COMMAND = "python -m analytics fit"
NOT_YET = (
    "Not fitted yet. What is fitted ahead is made after a release is published, which takes some seconds to minutes: "
    f"open this page again then. If nobody is making it, run “{COMMAND}” in the folder of the dashboard."
)

Status = Literal["fitted", "there already", "refused", "failed"]


class NotFitted(LookupError):
    """A fit that nobody has made yet; the message is one sentence that says how it is made."""


@dataclass(frozen=True)
class Model:
    """A heavy model, and the fits of it that a release has.

    Attributes
    ----------
    key, called
        Name of its fits, such as ``cycle.drivers``, and what they are in a few words.
    version
        Version of the method: raise it whenever the same rows would give something else than before.
    reads
        Names of the tables that it reads, and of no others.
    scopes
        What a release has fits of, the one shown first leading.
    make
        Makes the tables of one fit, by name. It reads the release and nothing else: no settings, no clock, no chance
        without a seed. Raises `Unfit` where the data can't bear it.
    """

    key: str
    called: str
    version: int
    reads: tuple[str, ...]
    scopes: Callable[[View], Sequence[Scope]]
    make: Callable[[Scope, View], Mapping[str, pd.DataFrame]]


MODELS: tuple[Model, ...] = (
    Model("cycle.links", "links of the cycle", 2, cycle_fits.READS, cycle_fits.scopes, cycle_fits.links),
    Model("cycle.drivers", "what goes with confidence", 1, cycle_fits.READS, cycle_fits.scopes, cycle_fits.drivers),
    Model("cycle.paths", "paths to cooperation", 1, cycle_fits.READS, cycle_fits.scopes, cycle_fits.paths),
    Model("cycle.influence", "influence on priorities", 1, cycle_fits.READS, cycle_fits.scopes, cycle_fits.influence),
)
"""Every model that is fitted ahead."""


@dataclass(frozen=True)
class Fit:
    """One fit of a release: its model and what it is of."""

    model: Model
    scope: Scope

    def key(self, view: View) -> Key:
        """What the fit of a release is kept under."""
        return fit_results.key_of(view, self.model.key, self.scope.address(), self.model.version, self.model.reads)

    def __str__(self) -> str:
        return f"{self.model.key} · {self.scope.words()}"


@dataclass(frozen=True)
class Fitted:
    """A fit that is there.

    Attributes
    ----------
    scope
        What it is of.
    exact
        Whether that is all that was asked for; else it is the nearest one there is.
    result
        What it gave: what is made of it can be kept by it.
    """

    scope: Scope
    exact: bool
    result: Result

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its frames by name. Nobody may change them."""
        return self.result.tables

    @property
    def refusal(self) -> str:
        """Why the data can't bear it; blank where they can."""
        return self.result.refusal

    @property
    def note(self) -> str:
        """Which fit it is, in a sentence, where it is another than was asked for; else blank."""
        return "" if self.exact else f"This is the nearest that was fitted: {self.scope.words()}."


@dataclass(frozen=True)
class Outcome:
    """What became of one fit.

    Attributes
    ----------
    why
        Why it was refused, or failed.
    tables
        How many tables it has.
    seconds
        How long it took now.
    """

    fit: Fit
    status: Status
    why: str = ""
    tables: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        """One line."""
        detail = {
            "fitted": f" · {wording.plural(self.tables, 'table')} · {self.seconds:.1f} s",
            "there already": "",
        }.get(self.status, f" · {self.why}")
        return f"{self.status} · {self.fit}{detail}"


def declared(view: View) -> tuple[Fit, ...]:
    """Every fit that a release has, made or not."""
    return _declared(view, MODELS)


def missing(view: View) -> tuple[Fit, ...]:
    """The fits of a release that nobody has made; those of an older method among them."""
    return _missing(view, MODELS, fit_results.version(view.store))


def fitted(key: str, scope: Scope, view: View) -> Fitted:
    """The fit of a model for a scope, or the nearest one that is declared.

    The force and the survey have to be those of the scope, where it says them. Of the fits that are left the one is
    nearest that differs from the scope in the fewest parts, then in the fewest months; of equals the first.

    Parameters
    ----------
    key
        Name of the model.
    scope
        What is asked.
    view
        A release.

    Raises
    ------
    NotFitted
        If nobody has made it yet, or the release has no such fit.
    """
    nearest = nearest_of(key, scope, view)
    found = fit_results.kept(view.store, nearest.key(view))
    if found is None:
        raise NotFitted(NOT_YET)
    return Fitted(nearest.scope, _distance(nearest.scope, scope)[0] == 0, found)


def nearest_of(key: str, scope: Scope, view: View) -> Fit:
    """The declared fit of a model that is nearest to a scope, as `fitted` has it, made or not.

    Raises
    ------
    NotFitted
        If the release has no such fit.
    """
    held = [fit for fit in declared(view) if fit.model.key == key and _could_be(fit.scope, scope)]
    if not held:
        raise NotFitted("There is nothing to fit: no survey of this force and name holds answers.")
    return min(held, key=lambda fit: _distance(fit.scope, scope))


def run(view: View, progress: Progress = silent) -> Iterator[Outcome]:
    """Make the fits of a release that are missing, one after the other, each kept as soon as it is made.

    Parameters
    ----------
    view
        A release.
    progress
        Called with a few words before each fit that is made.

    Yields
    ------
    Outcome
        One a fit, those that were there already too. One that fails in a way that nobody foresaw keeps no other from
        being made.

    Raises
    ------
    StoreError
        If the store can't be read or written to.
    """
    every = declared(view)
    for number, fit in enumerate(every, 1):
        if fit_results.is_kept(view.store, fit.key(view)):
            yield Outcome(fit, "there already")
            continue
        progress(f"fitting {number} of {len(every)}: {fit.model.called}")
        yield _made(fit, view)


def _made(fit: Fit, view: View) -> Outcome:
    began = time.perf_counter()
    tables: Mapping[str, pd.DataFrame] = {}
    refusal = ""
    try:
        tables = fit.model.make(fit.scope, view.only(fit.model.reads))
    except Unfit as why:
        refusal = str(why)
    except Exception as error:
        why_not = of_the_store(error)
        if why_not is not None:
            raise why_not from error
        LOG.exception("The fit %s failed", fit)
        return Outcome(fit, "failed", "it failed in a way that nobody foresaw; the log says how")
    seconds = time.perf_counter() - began
    release = view.release.number if view.release else 0
    fit_results.keep(view.store, fit.key(view), Result(tables, refusal, release, seconds))
    return Outcome(fit, "refused" if refusal else "fitted", refusal, len(tables), seconds)


@lru_cache(maxsize=8)
def _declared(view: View, models: tuple[Model, ...]) -> tuple[Fit, ...]:
    """The fits of a release, which a page asks for each time it is drawn."""
    return tuple(Fit(model, scope) for model in models for scope in model.scopes(view)) if view else ()


@lru_cache(maxsize=8)
def _missing(view: View, models: tuple[Model, ...], _kept: int) -> tuple[Fit, ...]:
    return tuple(fit for fit in _declared(view, models) if not fit_results.is_kept(view.store, fit.key(view)))


def _could_be(own: Scope, asked: Scope) -> bool:
    return all(wanted in (None, is_) for wanted, is_ in ((asked.force, own.force), (asked.survey, own.survey)))


def _distance(own: Scope, asked: Scope) -> tuple[int, int]:
    """In how many parts a fit differs from what is asked, and by how many months its end does.

    A part that is not asked for is no difference, and the month is one of its own.
    """
    is_, wanted = own.address(), asked.address()
    parts = sum(is_.get(name) != value for name, value in wanted.items())
    return parts, _months_between(own.to_month, asked.to_month)


def _months_between(one: str | None, other: str | None) -> int:
    if one is None or other is None:
        return 0
    first, last = (int(month[:4]) * 12 + int(month[5:]) for month in (one, other))
    return abs(first - last)
