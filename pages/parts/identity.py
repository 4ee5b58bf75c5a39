"""Who is asking, and what they may do."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Literal

Role = Literal["viewer", "analyst"]


@dataclass(frozen=True)
class User:
    """A person at the screen."""

    name: str
    role: Role

    @property
    def may_publish(self) -> bool:
        """Whether this person may load and withdraw."""
        return self.role == "analyst"


def current_user() -> User:
    """The person at the screen: without sign-in the server listens on this computer alone, and they are an analyst."""
    return User(getpass.getuser(), "analyst")
