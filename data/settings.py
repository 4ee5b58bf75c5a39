"""The settings of one installation: each has a default that works, each is an environment variable."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic.functional_validators import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _group(value: object) -> object:
    """A broad group in any case; a blank variable leaves the choice open."""
    return value.strip().capitalize() or None if isinstance(value, str) else value


_Asian = Annotated[Literal["Asian", "Other"] | None, BeforeValidator(_group)]
_Black = Annotated[Literal["Mixed", "Black"] | None, BeforeValidator(_group)]


class Settings(BaseSettings):
    """Settings, read from variables such as ``CONFIDENCE_STORE``.

    Every setting that changes a number is printed with that number, under "How was this made?".
    """

    model_config = SettingsConfigDict(env_prefix="CONFIDENCE_", frozen=True)

    store: str = Field(".store", description="Folder of the store, on a local disk.")
    demonstration: str = Field(
        ".demo", description="Folder of the demonstration force, shown while the store is empty; blank for none."
    )
    force: str | None = Field(
        None, description="The force shown first, as data.police.uk writes it; otherwise the one with most searches."
    )
    threshold: int = Field(
        10, ge=5, le=20, description="Counts of searches below this are withheld where a personal attribute is shown."
    )
    unknown_share: float = Field(
        0.2, gt=0, lt=1, description="Above this share of unknown ethnicity the reader is told before the ratio."
    )
    placed_share: float = Field(
        0.5, gt=0, le=1, description="Below this share of searches with a known place no ratio within areas is given."
    )
    partial_share: float = Field(
        0.2, gt=0, lt=1, description="A month below this share of the year's median month is suspected to be partial."
    )
    fewest_answers: int = Field(
        50, ge=10, description="A figure of a survey needs this many answers; with fewer it is withheld."
    )
    fewest_effective: int = Field(
        30, ge=5, description="And this many effective answers, which unequal weights and clusters make fewer."
    )
    false_discovery: float = Field(
        0.1, gt=0, lt=1, description="Changes on a page are called clear below this false-discovery rate."
    )
    boundary_sets: Annotated[list[str], NoDecode, BeforeValidator(_listed)] = Field(
        default_factory=list,
        description="Boundary sets to prefer, separated by commas; otherwise the set with most areas at each level.",
    )
    chinese: _Asian = Field(None, description="Broad group of Chinese: Asian or Other; otherwise as each list has it.")
    mixed_black: _Black = Field(
        None, description="Broad group of White and Black Caribbean or African: Mixed or Black; otherwise Mixed."
    )
    ic5: _Asian = Field(None, description="Broad group of identity code IC5: Asian or Other; otherwise Asian.")
    contact: str | None = Field(
        None,
        description="Whom to tell of problems with accessibility, as the statement prints it; otherwise nobody.",
    )
    lock_seconds: float = Field(30, ge=0, description="How long a load waits for another one to finish.")

    @property
    def grouping(self) -> dict[str, str]:
        """The grouping choices that were made, as `data.vocabularies.ethnicity` takes them."""
        made = {"chinese": self.chinese, "mixed_black": self.mixed_black, "ic5": self.ic5}
        return {choice: broad for choice, broad in made.items() if broad is not None}


class SettingsError(ValueError):
    """A setting that can't be; the message is one sentence for the person."""


@cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises
    ------
    SettingsError
        If a variable holds a value that its setting can't have.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"CONFIDENCE_{'_'.join(map(str, first['loc'])).upper()}"
        raise SettingsError(f"{name} is “{first['input']}”: {first['msg'].lower()}.") from error
