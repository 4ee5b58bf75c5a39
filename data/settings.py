"""The settings of one installation: each has a default that works, each is an environment variable."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic.functional_validators import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from data.vocabularies import published_forces


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _group(value: object) -> object:
    """A broad group in any case; a blank variable leaves the choice open."""
    return value.strip().capitalize() or None if isinstance(value, str) else value


def _word(value: object) -> object:
    """A choice in any case; a blank variable is no choice."""
    return value.strip().lower() if isinstance(value, str) else value


def _given(value: object) -> object:
    """A blank variable gives nothing."""
    return value.strip() or None if isinstance(value, str) else value


def _similar(value: object) -> object:
    """Each force of ``surrey: kent, sussex; kent: surrey`` with those that are most similar to it.

    Raises
    ------
    ValueError
        If a force is none of the published ones, stands twice, is its own most similar one, or has none.
    """
    if not isinstance(value, str):
        return value
    lists: dict[str, list[str]] = {}
    for part in filter(None, map(str.strip, value.split(";"))):
        force, _, others = (text.strip().lower() for text in part.partition(":"))
        members = [name.strip() for name in others.split(",") if name.strip()]
        for name in (force, *members):
            _check_force(name)
        if not members:
            raise ValueError(f"no force stands after “{force}”; write it as “{force}: force, force”")
        if force in lists or force in members or len(set(members)) < len(members):
            raise ValueError(f"a force stands twice in the list of “{force}”; name each once, and not the force itself")
        lists[force] = members
    return lists


def _check_force(name: str) -> None:
    if name in published_forces():
        return
    near = get_close_matches(name, published_forces(), 1)
    meant = f"perhaps “{near[0]}” is meant" if near else "write forces as files of data.police.uk do"
    raise ValueError(f"“{name}” is none of the forces; {meant}")


_Text = Annotated[str | None, BeforeValidator(_given)]
_Secret = Annotated[SecretStr | None, BeforeValidator(_given)]
_List = Annotated[list[str], NoDecode, BeforeValidator(_listed)]
_Similar = Annotated[dict[str, list[str]], NoDecode, BeforeValidator(_similar)]
_Asian = Annotated[Literal["Asian", "Other"] | None, BeforeValidator(_group)]
_Black = Annotated[Literal["Mixed", "Black"] | None, BeforeValidator(_group)]


_SHORTEST = 32
"""Characters of the secret that signs cookies."""


def _guarded(address: str) -> bool:
    """Whether nobody on the way can read what is sent there."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


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
    most_similar: _Similar = Field(
        default_factory=dict,
        description="The forces most similar to each: “surrey: kent, sussex; kent: surrey”, as data.police.uk writes "
        "them; otherwise none are compared.",
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
    yardstick_recorded: float = Field(
        0.95, gt=0, le=1, description="Five tests: share of records that must hold a power, an ethnicity, use of force."
    )
    yardstick_grounds: float = Field(
        0.95, gt=0, le=1, description="Five tests: share of graded grounds that must be graded green."
    )
    yardstick_found: float = Field(
        0.25, gt=0, lt=1, description="Five tests: least find rate, any outcome but no further action."
    )
    yardstick_linked: float = Field(
        0.2, gt=0, lt=1, description="Five tests: least find rate, outcomes linked to what was looked for."
    )
    yardstick_ratio: float = Field(
        1.25, gt=1, description="Five tests: the most that search rates may differ, times, either way."
    )
    yardstick_filmed: float = Field(
        0.95, gt=0, le=1, description="Five tests: least share of searches with body-worn video on."
    )
    yardstick_reviewed: float = Field(
        0.1, gt=0, le=1, description="Five tests: least share of searches that a supervisor reviewed."
    )
    yardstick_receipt: float = Field(
        0.95, gt=0, le=1, description="Five tests: least share of searches with a receipt given or offered."
    )
    yardstick_informed: float = Field(
        0.1, gt=0, le=1, description="Five tests: least share of searches that were part of an operation."
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
    sign_in: _Text = Field(
        None, description="Address of the identity provider's discovery document; without it nobody signs in."
    )
    sign_in_client: _Text = Field(None, description="The name under which the provider knows this dashboard.")
    sign_in_secret: _Secret = Field(None, description="The secret that the provider gave this dashboard.")
    sign_in_issuer: _Text = Field(
        None, description="Who must have issued an identity; otherwise the provider, as its address says."
    )
    cookie_secret: _Secret = Field(
        None,
        description="What signs the cookies: at least 32 characters that nobody can guess, the same after a start.",
    )
    address: _Text = Field(None, description="Where people open the dashboard, such as https://confidence.example.org.")
    role_claim: str = Field("roles", description="The claim of an identity that holds roles.")
    analysts: _List = Field(
        default_factory=list,
        description="Who is an analyst: roles, and confirmed e-mail addresses, separated by commas.",
    )
    viewers: _List = Field(
        default_factory=list,
        description="Who may look: roles, and confirmed e-mail addresses, separated by commas.",
    )
    without_role: Annotated[Literal["refused", "viewer"], BeforeValidator(_word)] = Field(
        "refused", description="What somebody is who signed in and is in neither list: refused or viewer."
    )
    without_sign_in: Annotated[Literal["analyst", "viewer"], BeforeValidator(_word)] = Field(
        "analyst",
        description="What everybody is where nobody signs in: analyst, for this computer alone, or viewer, for anyone.",
    )
    metrics: bool = Field(False, description="Whether the server tells its own measurements to whoever asks.")
    upload_session: int = Field(200, ge=20, description="Megabytes that one open page may hold in uploaded files.")
    upload_server: int = Field(1000, ge=20, description="Megabytes that all open pages together may hold in them.")

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Self:
        if self.sign_in is None:
            return self
        needed = {"sign_in_client": self.sign_in_client, "sign_in_secret": self.sign_in_secret}
        needed |= {"cookie_secret": self.cookie_secret, "address": self.address}
        lacking = [f"CONFIDENCE_{name.upper()}" for name, value in needed.items() if value is None]
        if lacking:
            raise ValueError(f"CONFIDENCE_SIGN_IN is set, and so must be {', '.join(lacking)}")
        if self.cookie_secret is not None and len(self.cookie_secret.get_secret_value()) < _SHORTEST:
            raise ValueError(f"CONFIDENCE_COOKIE_SECRET is shorter than {_SHORTEST} characters")
        for name, value in (("CONFIDENCE_SIGN_IN", self.sign_in), ("CONFIDENCE_ADDRESS", self.address)):
            if not _guarded(str(value)):
                raise ValueError(f"{name} must begin with https://, unless it is on this computer")
        return self

    @property
    def issuer(self) -> str | None:
        """Who must have issued an identity; None where nobody signs in."""
        if self.sign_in is None:
            return None
        return self.sign_in_issuer or self.sign_in.partition("/.well-known/")[0]

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
        if not first["loc"]:  # of several settings together, whose values may be secrets
            raise SettingsError(f"{first['msg'].removeprefix('Value error, ')}.") from None
        name = f"CONFIDENCE_{'_'.join(map(str, first['loc'])).upper()}"
        own = first["msg"].removeprefix("Value error, ")
        why = own if own != first["msg"] else own.lower()
        raise SettingsError(f"{name} is “{first['input']}”: {why}.") from error
