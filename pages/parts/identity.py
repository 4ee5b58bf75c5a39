"""Who is asking, and what they may do."""

from __future__ import annotations

import getpass
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from analytics.wording import plain
from data.settings import Settings, settings

Role = Literal["viewer", "analyst"]
Standing = Literal["signed out", "expired", "refused"]

_COOKIE = 30 * 24 * 60 * 60
"""Seconds that a browser keeps a cookie of sign-in; no session is longer."""
_LONGEST = 100
"""Characters of a name in the history."""


@dataclass(frozen=True)
class User:
    """A person at the screen.

    Attributes
    ----------
    name
        As the history keeps it; of somebody who signed in as the identity provider says it.
    role
        What they may do.
    signed_in
        Whether the name comes from an identity, so that nobody can type another.
    until
        When the identity expires, in seconds since 1970; None where nobody signs in.
    """

    name: str
    role: Role
    signed_in: bool = False
    until: float | None = None

    @property
    def may_publish(self) -> bool:
        """Whether this person may load, withdraw and record."""
        return self.role == "analyst"

    def must_publish(self) -> None:
        """Refuse whoever may not change anything; every action asks this itself.

        Raises
        ------
        NotAllowed
            If this person may not publish.
        """
        if not self.may_publish:
            raise NotAllowed("refused", self.name)


class NotAllowed(Exception):
    """Somebody may not see or do what they asked for."""

    def __init__(self, standing: Standing, name: str = "") -> None:
        super().__init__(standing)
        self.standing, self.name = standing, name


def current_user() -> User:
    """The person at the screen, judged anew in every run.

    Without sign-in everybody is what ``CONFIDENCE_WITHOUT_SIGN_IN`` says: an analyst, for then the server answers this
    computer alone, or a viewer. Nothing in an address and nothing in the state of a session has a say.

    Raises
    ------
    NotAllowed
        If sign-in is set up, and nobody is signed in, their identity has expired, or they may not look.
    """
    chosen = settings()
    if chosen.sign_in is None:
        analyst = chosen.without_sign_in == "analyst"
        return User(getpass.getuser() if analyst else "", chosen.without_sign_in)
    return judged(_claims(), chosen, time.time())


def judged(claims: Mapping[str, object], chosen: Settings, now: float) -> User:
    """What somebody is who signed in with these claims.

    Parameters
    ----------
    claims
        The identity, as the cookie that this server signed holds it.
    chosen
        The settings that give roles.
    now
        Seconds since 1970.

    Raises
    ------
    NotAllowed
        ``signed out`` without an identity, or with one from another issuer; ``expired`` where its time is over or not
        said; ``refused`` where it gives no right to look.
    """
    issuer = str(claims.get("iss") or "").rstrip("/")
    if claims.get("is_logged_in") is not True or issuer != str(chosen.issuer).rstrip("/"):
        raise NotAllowed("signed out")
    name, until = _name(claims), claims.get("exp")
    if isinstance(until, bool) or not isinstance(until, int | float) or not until > now:
        raise NotAllowed("expired", name)
    until = min(until, now + _COOKIE)
    granted = _granted(claims, chosen.role_claim)
    if granted & {entry.casefold() for entry in chosen.analysts}:
        return User(name, "analyst", True, until)
    if granted & {entry.casefold() for entry in chosen.viewers} or chosen.without_role == "viewer":
        return User(name, "viewer", True, until)
    raise NotAllowed("refused", name)


def name_for_history(user: User, key: str) -> str:
    """The name that the history keeps: of somebody who signed in their own, else one to type."""
    if user.signed_in:
        st.markdown(f":gray[:small[Kept in the history under your name: {plain(user.name)}]]")
        return user.name
    return st.text_input("Your name, kept in the history", user.name, key=key, max_chars=_LONGEST).strip() or user.name


def _claims() -> Mapping[str, object]:
    return dict(st.user.to_dict())


def _granted(claims: Mapping[str, object], claim: str) -> set[str]:
    """Roles, and the e-mail address where the provider has confirmed it: another one is what somebody typed."""
    roles = claims.get(claim)
    roles = [roles] if isinstance(roles, str) else roles if isinstance(roles, list) else []
    granted = {role.casefold() for role in roles if isinstance(role, str) and "@" not in role}
    return (granted | {_confirmed(claims).casefold()}) - {""}


def _confirmed(claims: Mapping[str, object]) -> str:
    return str(claims.get("email") or "") if claims.get("email_verified") is True else ""


def _name(claims: Mapping[str, object]) -> str:
    """A name and what tells two of that name apart, in one line."""
    subject = _line(_confirmed(claims) or claims.get("preferred_username") or claims.get("sub"))[:_LONGEST]
    name = _line(claims.get("name"))[: max(_LONGEST - len(subject) - 3, 0)]
    return f"{name} ({subject})" if name and subject else name or subject


def _line(value: object) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(value or "")).split())
