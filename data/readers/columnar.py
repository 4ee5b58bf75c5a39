"""Columns of cells as Arrow computes with them: of a small file ten times faster than pandas.

Each function gives what the reader's slower way gives, or None where a cell is not as it usually is: that way then says
in which row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import pyarrow as pa

    from data.tables import Table

_USUAL = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"


def counts(values: pd.Series | pa.Array) -> dict[str, int]:
    """Number of cells of each value, the most frequent first; of equally many the one that comes first."""
    import pyarrow as pa

    found = pa.array(values, from_pandas=True).value_counts()
    pairs = zip(*(field.to_pylist() for field in found.flatten()), strict=True)
    return dict(sorted(pairs, key=lambda pair: -pair[1]))


def filled_in(cells: pa.Array) -> pa.Array:
    """Texts, null where the cell is blank."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(cells, ""), pa.scalar(None, cells.type), cells)


def degrees(cells: pa.Array, most: float) -> pa.Array | None:
    """Degrees, null where the cell is blank; None where one is no number or beyond the most on either side of 0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        found = pc.cast(filled_in(cells), pa.float64())
    except pa.ArrowInvalid:
        return None
    within = pc.all(pc.less_equal(pc.abs(found), most)).as_py()
    return None if within is False else found


def truth(cells: pa.Array) -> pa.Array | None:
    """True or False in any case, null where the cell is blank; None where one is something else."""
    import pyarrow as pa

    known = {"true": True, "false": False, "": None}
    coded = cells.dictionary_encode()
    words = [value.casefold() for value in coded.dictionary.to_pylist()]
    if not known.keys() >= set(words):
        return None
    return pa.array([known[word] for word in words], pa.bool_()).take(coded.indices)


def one_of(cells: pa.Array, options: Sequence[str]) -> pa.Array | None:
    """Some words in any case, as they are listed, null where the cell is blank; None where one is something else."""
    import pyarrow as pa

    known = {option.casefold(): option for option in options} | {"": None}
    coded = cells.dictionary_encode()
    words = [value.casefold() for value in coded.dictionary.to_pylist()]
    if not known.keys() >= set(words):
        return None
    return pa.array([known[word] for word in words], pa.large_string()).take(coded.indices)


def moments(cells: pa.Array) -> pa.Array | None:
    """Times in UTC, null where the cell is blank; None where one is not written as the archive writes it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    written = filled_in(cells)
    if pc.all(pc.match_substring_regex(written, _USUAL)).as_py() is False:
        return None
    try:
        local = pc.cast(pc.utf8_slice_codeunits(written, 0, 19), pa.timestamp("us"))
    except pa.ArrowInvalid:  # there is no such day
        return None
    return local.cast(pa.timestamp("us", tz="UTC"))


def away_from(at: pa.Array, month: str) -> int:
    """Number of times that are outside a month, YYYY-MM, by London's clock."""
    import pandas as pd
    import pyarrow.compute as pc

    first = pd.Timestamp(f"{month}-01", tz="Europe/London")
    after = first + pd.DateOffset(months=1)
    outside = pc.or_(pc.less(at, first.tz_convert("UTC")), pc.greater_equal(at, after.tz_convert("UTC")))
    return pc.sum(outside).as_py() or 0


def typed(table: Table, columns: Mapping[str, object]) -> pd.DataFrame:
    """What `Table.frame` makes of Arrow arrays of the right types, ranges and texts that stand for every row."""
    import pandas as pd
    import pyarrow as pa

    rows = max(len(values) for values in columns.values() if isinstance(values, pa.Array))

    def array(name: str, kind: pa.DataType) -> pa.Array:
        values = columns.get(name)
        if isinstance(values, pa.Array):
            return values
        return pa.repeat(pa.scalar(values, kind), rows) if not isinstance(values, range) else pa.array(values, kind)

    text, whole, yes_or_no = pd.StringDtype(na_value=float("nan")), pd.Int64Dtype(), pd.BooleanDtype()
    of_type = {pa.large_string(): text, pa.string(): text, pa.int64(): whole, pa.bool_(): yes_or_no}
    made = pa.table({field.name: array(field.name, field.type) for field in table.arrow})
    return made.to_pandas(types_mapper=of_type.get)
