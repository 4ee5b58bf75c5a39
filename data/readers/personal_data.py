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
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from data.readers.source import InForm, Problem
from data.readers.survey_form import DROPPED, ROLES
from data.readers.tabular import Sheet

if TYPE_CHECKING:
    import pandas as pd

KEY_FILE = "respondent.key"
"""Name of the file in the store's folder that holds the key."""

# One sign before and one after are enough to know it by; more would be sought again from every sign of a long text.
_EMAIL = re.compile(r"[\w.+-]@[\w-]+\.[\w-]")
# The second half of a postcode never holds C, I, K, M, O or V.
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? *[0-9][ABD-HJLNP-UW-Z]{2}", re.IGNORECASE)
# “m4 2nd exit” holds none.
_POSTCODE_IN_TEXT = re.compile(
    r"\b[A-Z]{1,2}[0-9][A-Z0-9]? +(?-i:(?![0-9](?:st|nd|rd|th|ft|hr|yr)\b))[0-9][ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE
)
_MOBILE_IN_TEXT = re.compile(r"(?<![\w.])(?:\+44 ?\(?0?\)?|0044 ?|0)7[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}(?![\w.])")
# Digits alone that begin with 0 may be a serial number; a phone number has eleven of them.
_PHONE = re.compile(r"(?:\+|00)[1-9][0-9][ ()0-9-]{8,14}|\(?0[1-9][0-9]{0,4}\)?[ -][ 0-9-]{6,12}|0[1-9][0-9]{9}")
# Spreadsheets take a leading 0 or + away.
_BARE_MOBILE = re.compile(r"(?:44 ?)?7[1-57-9][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}")
_LONG_NUMBER = re.compile(r"(?![0-9]*\.[0-9]+$)[+(]?[0-9](?:[ ()./+-]*[0-9]){6,14}(?: ?[(a-z].*)?", re.IGNORECASE)
_WORD = r"[^\W\d_](?:[^\W\d_]|['’.-])*"
_TITLED_NAME = re.compile(rf"(?:mr|mrs|ms|miss|mx|dr|prof|rev|sir)\.? {_WORD}(?: {_WORD})*", re.IGNORECASE)
_NAME = re.compile(rf"{_WORD}(?:(?: |, ?){_WORD}){{0,3}}")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = re.compile(
    r"([0-9]{4})-[0-9]{2}-[0-9]{2}.*"
    rf"|[0-9]{{1,2}}(?:[/.-][0-9]{{1,2}}[/.-]|(?:st|nd|rd|th)?[ /.-]?{_MONTH}[ /.-]?)([0-9]{{4}}|[0-9]{{2}})"
    r"(?:[ T][0-9:.]+)?",
    re.IGNORECASE,
)
# 1 January 1900 to some day of 2036, as spreadsheets count days, or the digits of a day.
_DAY_NUMBER = re.compile(r"[1-4]?[0-9]{4}|[0-9]{6}|[0-9]{8}")

# Whole names of columns, in small letters without spaces.
_WHOSE = r"(?:respondents?|interviewees?|interviewers?|persons?|participants?|contacts?|customers?|victims?|your|full)"
_NAME_COLUMN = re.compile(
    rf"{_WHOSE}+names?|{_WHOSE}*(?:first|last|middle|family|given|maiden|fore|sur)names?(?:[0-9]|ofrespondent)?"
    r"|nameof(?:the)?(?:respondent|interviewee|person|participant|contact)"
)
_BIRTH_COLUMN = re.compile(
    r".*(?:dateofbirth|birthdates?|birthday|datebirth)|(?:resp|respondent|your|r)?d(?:o|of)b[0-9]?"
)
_PHONE_COLUMN = re.compile(r".*(?:phone|mobile|telno|telephone)(?:no|number|num)?[0-9]?|tel[0-9]?|contactn(?:o|umber)")
_POSTCODE_COLUMN = re.compile(r".*(?:postcode|postalcode|zipcode)s?[0-9]?|pcode|pcd[0-9]?")

# Words of longer names and of labels. They may also be of a question about such things, so the values must fit more
# closely.
_SOMEONE = (
    r"(?:respondents?|resp|interviewees?|interviewed|interviewers?|persons?|people|participants?|contacts?|customers?"
    r"|victims?|clients?|residents?|tenants?|callers?|householders?|household|adults?|child|children|your)"
)
_BARE_NAME_WORDS = re.compile(r"(?:q? ?\d+ )*(?:the )?names?(?: \d+)*")
_NAME_WORDS = re.compile(
    r"\b(?:sur|fore|first|last|full|family|given|middle|maiden|christian|nick|preferred) ?names?\b|\b[fls]name\b"
    r"|\bnames? (?:first|last|full|middle|family)\b"
    rf"|\b{_SOMEONE}\b.*\bnames?\b|\bnames?\b.*\b{_SOMEONE}\b"
)
_BIRTH_WORDS = re.compile(r"\b(?:d ?o ?b|born|birth|births|birthdays?|birthdates?)\b")
_PHONE_WORDS = re.compile(
    r"\b(?:telephones?|phones?|mobiles?|mob|tel|landlines?|cellphones?|whatsapp)\b|\bcontact (?:no|num|numbers?)\b"
)
_MOMENT = re.compile(r"\b(?:dates?|timestamp|duration|minutes|seconds|starte?d?|ende?d?)\b")
_POSTCODE_WORDS = re.compile(r"\b(?:postcodes?|post code|postal code|zip ?code)\b")
_ASKS_WHETHER = re.compile(r"(?:q ?\d+ (?:[a-z] )?)?(?:do|does|did|is|are|was|were|have|has|had|how|whether)\b")
_THING = re.compile(
    r"\b(?:wards?|boroughs?|areas?|stations?|streets?|roads?|estates?|schools?|college|university|company|employers?"
    r"|business|organi[sz]ations?|agency|firm|teams?|councils?|authority|party|brand|product|venue|events?|scheme"
    r"|programme|project|force|division|neighbou?rhoods?|beats?|sectors?|county|country|city|town|village|parish|region"
    r"|districts?|places?|locations?|localit(?:y|ies)|points?|building|shop|sites?|group|club|cent(?:re|er)s?|hospital"
    r"|constituency|lads?|lsoas?|msoas?|la|occupations?|jobs?|profession|language|religion|newspaper|website|app"
    r"|channel|service|file|variable|column)\b"
)
_NUMBERED = re.compile(
    r"\b(?:ids?|identifiers?|serials?|refs?|reference|u[ps]?rn)\b"
    r"|^(?:case|record|row|respondent|response|sample|interview|interviewer)(?: (?:no|num|numbers?|key))?$"
)
_OTHER_DAY = re.compile(
    r"\b(?:mov(?:ed?|ing)|contact(?:ed)?|tenancy|join(?:ed|ing)?|start(?:ed|s)?|since|arriv(?:ed|al)|incident|offence"
    r"|crime|report(?:ed)?|purchase[ds]?|bought|built|last|marri(?:ed|age)|graduat(?:ed|ion)|left|retire[ds]?"
    r"|retirement|death|died|event|visit(?:ed)?|regist(?:ered|ration)|employ(?:ed|ment)|licen[cs]ed?|open(?:ed)?"
    r"|stopped|hired|settled|citizenship|qualified|trained|victim)\b"
)

# Words of short answers, of places and of jobs; hardly anybody is called so.
_NO_NAMES = """
    abbey about accountant administrator after again against agree all alone along always am an analyst and anonymous
    any anything apprentice are area areas around as asb assistant at away bad be beach because been before being
    better between big bikes bobbies both bridge builder building buildings burglary but by call can canal car carer
    cars castle cctv central centre chef children church city civil clean cleaner clerk close clubs come common
    community confidence confident consultant cope council county court courts crime crimes cross cycling daily damage
    dangerous day days dealers dealing definitely designer developer director disagree dk do docks doctor does dog dogs
    doing don don't done door drink drinking driver drivers driving drug drugs drunk east electrician employed end
    engage engineer enough estate estates even ever every everyone everything excellent factory fair fairly far farmer
    fast fear feel female few field fields fighting find fine fly for force forest free from gang gangs garden gardener
    gardens gate general get gets getting give given go good graffiti great green grove had hall happy harassment
    harbour hard hardly has have having health heath help high hill hills homeless housewife how if important improve
    in information into is issues it it's job just keep kids knife know labourer lack lake lane lanes late lecturer
    less lighting lights like likely listen litter little local locally long lot loud low lower make male manager manor
    many marsh me meadow mechanic meeting meetings men met mid mill money month monthly moor more most mount move much
    my na nearby need needed needs neighbour neighbourhood neighbours neither never new newtown next nice night nil no
    nobody noise noisy none nor north not nothing nuisance null nurse nursery occasionally of off officer officers
    often ok okay old on once one only open operator or other our out outside over parade park parking parks partly
    patrol patrolling patrols pcso pcsos pedestrians people petty phone place plumber police policing poor port prefer
    presence prevention primary probably problem problems property public pubs quality quay quick quicker quickly quiet
    racism rarely rather really receptionist refused regular reporting respect response retired rise riverside road
    roads robbery row rubbish rude rural safe safer safety saint sales same satisfied say scheme school schools
    secondary secretary see seen seldom self senior serious servant shop shoplifting shops side slow social software
    some someone something sometimes sort south speed speeding square st staff stated station stay still stop stops
    street streets strongly student such supervisor support take talk teacher teaching technician teenagers tend than
    thank that the theft thefts their them there they thing things this time tipping to together too town traffic
    trainee transport trust twice under unemployed unknown unlikely unsafe up upper us use usually vale valley van
    vandalism very view village violence violent visibility visible visit walk want ward warehouse was watch waterside
    way we week weekly well west what when where which who why will with withheld women wood woods work worker working
    worried would year yearly yes yet yobs you young your youth youths
"""
_NO_NAME_WORDS = frozenset(_NO_NAMES.split())

_YOUNGEST = 16
"""Days this many years before the wave or more, if most of a column are, may be birth dates."""

_GENERATION = 20
"""Years that birth dates of adults span at least; those of other days seldom do."""

_OLDEST = 110


@dataclass(frozen=True)
class _Headers:
    """What a column is called: its name and its label."""

    name: str
    label: str

    def are(self, pattern: re.Pattern[str]) -> bool:
        """Whether the whole name or label, in small letters without spaces, is of a pattern."""
        return any(pattern.fullmatch(_letters(header)) for header in (self.name, self.label) if header)

    def ask_for(self, pattern: re.Pattern[str], but: re.Pattern[str] | None = None) -> bool:
        """Whether the words of name or label hold a pattern, and neither what excludes it nor a yes-or-no question."""
        return any(
            pattern.search(words) and not (but and but.search(words)) and not _ASKS_WHETHER.match(words)
            for words in map(_words, (self.name, self.label))
        )

    def hold(self, pattern: re.Pattern[str]) -> bool:
        """Whether the words of name or label hold a pattern, whatever is asked."""
        return any(pattern.search(words) for words in map(_words, (self.name, self.label)))


def personal_columns(sheet: Sheet, day: date, area: str | None = None) -> dict[str, str]:
    """Columns that look like personal data, and what each of them looks like.

    Parameters
    ----------
    sheet
        Every column of the file, whether it is wanted or not.
    day
        A day of the wave, against which dates are told from birth dates.
    area
        The column of areas, if one is known: the names in it are those of places.

    Returns
    -------
    dict
        For example ``{"Q9_1": "names"}``.
    """
    found = {}
    for column in sheet.columns:
        values = sheet.cells[column]
        values = values[values != ""]
        headers = _Headers(column, sheet.labels.get(column, ""))
        what = _what(headers, values, day, column == area) if len(values) else None
        if what is not None:
            found[column] = what
    return found


def personal_problems(sheet: Sheet, day: date, dropped: tuple[str, ...], area: str | None = None) -> list[Problem]:
    """One problem for each column that looks like personal data and is not dropped on purpose.

    Parameters
    ----------
    sheet, day, area
        As for `personal_columns`.
    dropped
        Columns that the mapping drops.
    """
    return [
        Problem(
            f"this column looks like {what}",
            "List it under drop = [...] in the mapping, or remove it from the file",
            column=column,
            in_form=InForm(
                f"this column looks like {what}",
                f"Choose “{ROLES[DROPPED]}” for it under The columns, or remove it from the file",
            ),
        )
        for column, what in personal_columns(sheet, day, area).items()
        if column not in dropped
    ]


def _what(headers: _Headers, values: pd.Series, day: date, is_area: bool) -> str | None:
    """What the values of a column are, given what it is called."""
    every = [str(value) for value in values.unique()]
    distinct = [value for value in every if len(value) > 3]
    if any(_EMAIL.search(value) for value in distinct if "@" in value):
        return "e-mail addresses"
    if _postcodes(headers, distinct):
        return "full postcodes"
    if _phones(headers, distinct):
        return "phone numbers"
    if _births(headers, distinct, day):
        return "birth dates"
    if _names(headers, every, len(values), is_area):
        return "names"
    return None


def _postcodes(headers: _Headers, distinct: list[str]) -> bool:
    if any(_POSTCODE_IN_TEXT.search(value) for value in distinct if " " in value):
        return True
    whole = sum(_POSTCODE.fullmatch(value) is not None for value in distinct)
    if headers.are(_POSTCODE_COLUMN) or headers.ask_for(_POSTCODE_WORDS):
        return whole > 0
    # Without a space a serial number may look like one, and not all of them do.
    return whole > 0 and whole >= len(distinct) / 2


def _phones(headers: _Headers, distinct: list[str]) -> bool:
    if any(_MOBILE_IN_TEXT.search(value) for value in distinct):
        return True
    if headers.are(_PHONE_COLUMN):
        return any(_digits(value) >= 7 for value in distinct)
    numbered = headers.hold(_NUMBERED)
    if headers.ask_for(_PHONE_WORDS, but=_MOMENT) and not numbered:
        return any(_LONG_NUMBER.fullmatch(value) and not _DAY.fullmatch(value) for value in distinct)
    written = [
        value
        for value in distinct
        if (_PHONE.fullmatch(value) and 10 <= _digits(value) <= 15)
        or (not numbered and _BARE_MOBILE.fullmatch(value) is not None)
    ]
    return bool(written) and len(written) >= len(distinct) / 2


def _births(headers: _Headers, distinct: list[str], day: date) -> bool:
    years = [year for year in map(_year, distinct) if year is not None]
    if headers.are(_BIRTH_COLUMN):
        return bool(years) or any(_digits(value) >= 5 for value in distinct)
    if headers.hold(_BIRTH_WORDS):
        days = len(years) + sum(_DAY_NUMBER.fullmatch(value) is not None and len(value) > 4 for value in distinct)
        return days > 0 and days >= len(distinct) / 2
    if headers.hold(_OTHER_DAY):
        return False
    lived = [year for year in years if day.year - _OLDEST <= year <= day.year]
    old = sum(year <= day.year - _YOUNGEST for year in lived)
    return len(lived) >= len(distinct) / 2 and old > len(lived) / 2 and max(lived) - min(lived) >= _GENERATION


def _year(value: str) -> int | None:
    """The year of a day; None where the value is no day. Of two digits, 30 and above are of the last century."""
    match = _DAY.fullmatch(value)
    if match is None:
        return None
    year = match[1] or match[2]
    return int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 30 else 2000)


def _names(headers: _Headers, every: list[str], answers: int, is_area: bool) -> bool:
    distinct = [value for value in every if len(value) > 3]
    if sum(_TITLED_NAME.fullmatch(value) is not None for value in distinct) > len(distinct) / 2:
        return True
    if headers.are(_NAME_COLUMN):
        return any(any(map(str.isalpha, value)) for value in every)
    if is_area:
        return False
    alike = sum(map(_like_a_name, every))
    if any(_BARE_NAME_WORDS.fullmatch(_words(header)) for header in (headers.name, headers.label)):
        return not headers.hold(_THING) and any(any(map(str.isalpha, value)) for value in every)
    if headers.ask_for(_NAME_WORDS, but=_THING):
        return alike > 0 and alike >= len(every) / 2
    if headers.hold(_THING):
        return False
    # Several respondents live in one place, and hardly two have one name; some are called Green, Hall or Young.
    whole = sum(_like_a_name(value) for value in every if " " in value or "," in value)
    return answers >= 20 and len(every) >= 0.9 * answers and whole >= 0.7 * len(every)


def _like_a_name(value: str) -> bool:
    if len(value) < 2 or not _NAME.fullmatch(value):
        return False
    return _NO_NAME_WORDS.isdisjoint(value.casefold().replace("’", "'").replace(".", "").replace(",", " ").split())


def _digits(value: str) -> int:
    return sum(map(str.isdigit, value))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _words(header: str) -> str:
    """The words of a header in small letters: ``q 9 contact tel`` for Q9_ContactTel."""
    split = re.sub(
        r"[\W_]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)",
        " ",
        re.sub("['’]", "", header),
    )
    return " ".join(split.split()).casefold()


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


def pseudonyms(numbers: pd.Series, surveys: pd.Series, forces: pd.Series, key: bytes) -> pd.Series:
    """Keyed hashes in place of respondents' numbers: 16 hexadecimal digits, blank where there is no number.

    Survey and force are hashed with the number: two surveys, or those of two forces, may both have a respondent 1.

    Parameters
    ----------
    numbers
        The numbers as the files have them.
    surveys, forces
        The survey of each and its force, aligned with them.
    key
        The key of the store.
    """
    import pandas as pd

    return pd.Series(list(_hashes(numbers, surveys, forces, key)), index=numbers.index, dtype="str")


def _hashes(numbers: pd.Series, surveys: pd.Series, forces: pd.Series, key: bytes) -> Iterator[str | None]:
    for number, survey, force in zip(numbers, surveys, forces, strict=True):
        whole = f"{survey}\n{force}\n{number}".encode()
        yield hmac.new(key, whole, "sha256").hexdigest()[:16] if isinstance(number, str) else None
