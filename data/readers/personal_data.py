"""Personal data: columns that would name a respondent, and the keyed hash that stands in for a respondent's number.

No column of a survey file may hold names, birth dates, full postcodes, phone numbers or e-mail addresses unless the
mapping drops it on purpose. A column is known by its name together with its values, or by its values alone; what it
holds is never repeated in a message. The first half of a postcode, a year of birth and a day of interview may stay.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from data.readers.source import Problem
from data.readers.tabular import Sheet

if TYPE_CHECKING:
    import pandas as pd

KEY_FILE = "respondent.key"
"""Name of the file in the store's folder that holds the key."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
# The second half of a postcode never holds C, I, K, M, O or V.
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}", re.IGNORECASE)
_POSTCODE_IN_TEXT = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}\b")
_MOBILE_IN_TEXT = re.compile(r"(?<![\w.])(?:\+44 ?\(?0?\)?|0044 ?|0)7[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}(?![\w.])")
# Digits alone that begin with 0 may be a serial number; a phone number has eleven of them.
_PHONE = re.compile(r"(?:\+|00)[1-9][0-9][ ()0-9-]{8,14}|\(?0[1-9][0-9]{0,4}\)?[ -][ 0-9-]{6,12}|0[1-9][0-9]{9}")
_TITLED_NAME = re.compile(r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Rev|Sir)\.? [A-Z][\w'’-]+( [A-Z][\w'’-]+)*")
_TWO_NAMES = re.compile(r"[A-Z][a-z'’-]+( [A-Z][\w'’.-]*){0,2} [A-Z][A-Za-z'’-]+")
_DAY = re.compile(r"([0-9]{4})-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}[/.-](?:[0-9]{1,2}|[A-Za-z]{3})[/.-]([0-9]{4}|[0-9]{2})")

_WHOSE = r"(?:respondents?|interviewees?|interviewers?|persons?|participants?|contacts?|customers?|victims?|your|full)*"
_NAME_COLUMN = re.compile(
    rf"{_WHOSE}names?|{_WHOSE}(?:first|last|middle|family|given|maiden|fore|sur)names?(?:[0-9]|ofrespondent)?"
    r"|nameof(?:the)?(?:respondent|interviewee|person|participant|contact)"
)
_BIRTH_COLUMN = re.compile(
    r".*(?:dateofbirth|birthdates?|birthday|datebirth)|(?:resp|respondent|your|r)?d(?:o|of)b[0-9]?"
)
_PHONE_COLUMN = re.compile(r".*(?:phone|mobile|telno|telephone)(?:no|number|num)?[0-9]?|tel[0-9]?|contactn(?:o|umber)")
_POSTCODE_COLUMN = re.compile(r".*(?:postcode|postalcode|zipcode)s?[0-9]?|pcode|pcd[0-9]?")

_YOUNGEST = 10
"""Days this many years before the wave, if most of a column are, are birth dates: no wave asks younger people."""


def personal_columns(sheet: Sheet, day: date) -> dict[str, str]:
    """Columns that look like personal data, and what each of them looks like.

    Parameters
    ----------
    sheet
        Every column of the file, whether it is wanted or not.
    day
        A day of the wave, against which dates are told from birth dates.

    Returns
    -------
    dict
        For example ``{"Q9_1": "names"}``.
    """
    found = {}
    for column in sheet.columns:
        values = sheet.cells[column]
        values = values[values != ""]
        named = {_letters(column), _letters(sheet.labels.get(column, ""))}
        what = _what(named, values, day) if len(values) else None
        if what is not None:
            found[column] = what
    return found


def personal_problems(sheet: Sheet, day: date, dropped: tuple[str, ...]) -> list[Problem]:
    """One problem for each column that looks like personal data and is not dropped on purpose.

    Parameters
    ----------
    sheet, day
        As for `personal_columns`.
    dropped
        Columns that the mapping drops.
    """
    return [
        Problem(
            f"this column looks like {what}",
            "List it under drop = [...] in the mapping, or remove it from the file",
            column=column,
        )
        for column, what in personal_columns(sheet, day).items()
        if column not in dropped
    ]


def _what(named: set[str], values: pd.Series, day: date) -> str | None:
    """What the values of a column are, given its name and label in small letters."""
    distinct = [value for value in values.unique() if len(value) > 3]

    def called(pattern: re.Pattern[str]) -> bool:
        return any(name and pattern.fullmatch(name) for name in named)

    if any(_EMAIL.search(value) for value in distinct if "@" in value):
        return "e-mail addresses"
    if _postcodes(distinct, called(_POSTCODE_COLUMN)):
        return "full postcodes"
    if _phones(distinct, called(_PHONE_COLUMN)):
        return "phone numbers"
    if _births(distinct, called(_BIRTH_COLUMN), day):
        return "birth dates"
    if called(_NAME_COLUMN) and any(any(map(str.isalpha, value)) for value in values.unique()):
        return "names"
    if _names(distinct, len(values)):
        return "names"
    return None


def _postcodes(distinct: list[str], called: bool) -> bool:
    whole = sum(_POSTCODE.fullmatch(value) is not None for value in distinct)
    spaced = any(_POSTCODE_IN_TEXT.search(value) for value in distinct if " " in value)
    if called:
        return spaced or whole > 0
    # Without a space a serial number may look like one, and not all of them do.
    return spaced or (whole > 0 and whole >= len(distinct) / 2)


def _phones(distinct: list[str], called: bool) -> bool:
    if any(_MOBILE_IN_TEXT.search(value) for value in distinct):
        return True
    if called:
        return any(sum(map(str.isdigit, value)) >= 7 for value in distinct)
    written = [value for value in distinct if _PHONE.fullmatch(value) and 10 <= sum(map(str.isdigit, value)) <= 15]
    return bool(written) and len(written) >= len(distinct) / 2


def _births(distinct: list[str], called: bool, day: date) -> bool:
    years = [year for year in map(_year, distinct) if year is not None]
    if called:
        return bool(years) or any(sum(map(str.isdigit, value)) >= 5 for value in distinct)
    old = sum(year <= day.year - _YOUNGEST for year in years)
    return bool(years) and len(years) >= len(distinct) / 2 and old > len(years) / 2


def _year(value: str) -> int | None:
    """The year of a day; None where the value is no day. Of two digits, 30 and above are of the last century."""
    match = _DAY.fullmatch(value)
    if match is None:
        return None
    year = match[1] or match[2]
    return int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 30 else 2000)


def _names(distinct: list[str], answers: int) -> bool:
    if sum(_TITLED_NAME.fullmatch(value) is not None for value in distinct) > len(distinct) / 2:
        return True
    # Places have names of this form too, but several respondents live in each.
    alike = sum(_TWO_NAMES.fullmatch(value) is not None for value in distinct)
    return answers >= 20 and len(distinct) >= 0.9 * answers and alike >= 0.9 * len(distinct)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


# Respondents


def respondent_key(folder: Path) -> bytes:
    """The key of a store, made when it is first asked for.

    It is random and belongs to the store alone, never to a file: a respondent of two waves has one hash in this store
    and another one elsewhere, and nobody without the key can find a number from its hash by trying all numbers. Only
    the owner may read the file. Whoever loses it loses the link between waves loaded before and after, nothing else.

    Parameters
    ----------
    folder
        Folder of the store, of which the caller holds the lock.
    """
    path = folder / KEY_FILE
    if not path.exists():
        # Written beside and moved, so that a kill never leaves half a key.
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
        part.replace(path)
    return path.read_bytes()


def pseudonyms(numbers: pd.Series, surveys: pd.Series, key: bytes) -> pd.Series:
    """Keyed hashes in place of respondents' numbers: 16 hexadecimal digits, blank where there is no number.

    The name of the survey is hashed with the number, since two surveys may both have a respondent 1.

    Parameters
    ----------
    numbers
        The numbers as the files have them.
    surveys
        The survey of each, aligned with them.
    key
        The key of the store.
    """
    import pandas as pd

    return pd.Series(list(_hashes(numbers, surveys, key)), index=numbers.index, dtype="str")


def _hashes(numbers: pd.Series, surveys: pd.Series, key: bytes) -> Iterator[str | None]:
    for number, survey in zip(numbers, surveys, strict=True):
        whole = f"{survey}\n{number}".encode()
        yield hmac.new(key, whole, "sha256").hexdigest()[:16] if isinstance(number, str) else None
