"""Results of heavy fits: each is one commit, known by the rows that it was made from, and nothing of a release."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from benchmarks.kills import fingerprints, leftovers
from data import fit_results
from data import store as module
from data.copying import back_up
from data.fit_results import Key, Result, kept, key_of, of_json, to_json
from data.loading import load_files
from data.publishing import RECOUNT, recount, restore, withdraw
from data.staging import stage
from data.store import Store, StoreError
from data.tables import FITS, STOPS
from data.verifying import verify

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"
READS = (STOPS.name,)
TABLES = {"slopes": pd.DataFrame({"term": ["a", "b"], "estimate": [0.1 + 0.2, np.nan], "base": [3, 4]})}


@pytest.fixture(scope="module")
def template(tmp_path_factory, police_csv):
    """A store of one month with a fit of it, and the file of another month."""
    folder = tmp_path_factory.mktemp("template")
    for name in (APRIL, MAY):
        (folder / name).write_bytes(police_csv([{"Type": "Person search"}] * 2))
    made = Store(folder / "store")
    load_files([folder / APRIL], made)
    keep(made)
    return folder


@pytest.fixture
def one(store, template):
    """The store of one month with a fit."""
    shutil.copytree(template / "store", store.root)
    return store


def key(view, method=1, reads=READS):
    return key_of(view, "test.mean", {"force": "surrey"}, method, reads)


def keep(store, tables=TABLES, refusal="", **more):
    view = store.view()
    fit_results.keep(store, key(view, **more), Result(tables, refusal, view.release.number, 1.5))


def same(one, other):
    """Frames of the same values and types; what was imported first decides how texts are kept."""
    assert one.dtypes.map(str).to_dict() == other.dtypes.map(str).to_dict()
    pd.testing.assert_frame_equal(one, other, check_exact=True, check_column_type=False, check_dtype=False)


def test_a_table_comes_back_as_it_was(one):
    found = kept(one, key(one.view()))
    same(found.tables["slopes"], TABLES["slopes"])
    assert (found.refusal, found.release, found.seconds) == ("", 1, 1.5)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": [1 / 3, 1e-300, -0.0], "n": pd.array([1, None, 3], "Int64")}),
        pd.DataFrame(
            {"text": ["“é”", None, "a"], "flag": [True, False, True], "f": pd.array([0.1, None, 2], "Float64")}
        ),
        pd.DataFrame({"none": pd.Series([], dtype="float64"), "word": pd.Series([], dtype="str")}),
        pd.DataFrame({"any": pd.Series(["a", 1, None], dtype="object")}),
    ],
)
def test_json_loses_no_digit_and_no_type(frame):
    same(of_json(to_json(frame)), frame)


def test_what_has_no_end_is_not_written():
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        to_json(pd.DataFrame({"x": [np.inf]}))


def test_a_refusal_is_kept_too(one):
    keep(one, {}, "There are too few answers.", method=2)
    assert kept(one, key(one.view(), method=2)).refusal == "There are too few answers."
    assert kept(one, key(one.view(), method=2)).tables == {}


def test_another_method_or_scope_is_not_there(one):
    view = one.view()
    assert kept(one, key(view, method=2)) is None
    assert kept(one, key_of(view, "test.mean", {"force": "kent"}, 1, READS)) is None
    assert kept(one, key_of(view, "test.other", {"force": "surrey"}, 1, READS)) is None


@pytest.mark.long
def test_a_release_of_other_rows_asks_anew_and_an_old_one_finds_its_own(one, template):
    first = key(one.view())
    load_files([template / MAY], one)
    assert kept(one, key(one.view())) is None
    assert kept(one, key(one.view(1))) is not None
    keep(one, {"slopes": TABLES["slopes"][:1]})
    assert len(kept(one, key(one.view())).tables["slopes"]) == 1
    assert len(kept(one, first).tables["slopes"]) == 2
    # What was withdrawn is not in the fit, and the fit of before is there.
    load = one.view(2).release.added[0]
    withdraw(one, load, "Ada", "wrong month")
    assert key(one.view()) == first
    restore(one, load, "Ada", "right after all")
    assert len(kept(one, key(one.view())).tables["slopes"]) == 1


@pytest.mark.long
def test_a_release_that_changes_none_of_the_rows_keeps_the_fit(one, square_areas, tmp_path):
    (tmp_path / "wards.geojson").write_bytes(square_areas("WD22", {"E05000001": (0, 51)}))
    of_cube = key(one.view(), reads=("stops_cube",))
    load_files([tmp_path / "wards.geojson"], one)
    recount(one, "Ada", "again")
    assert one.release().action == RECOUNT
    assert kept(one, key(one.view())) is not None
    assert key(one.view(), reads=("stops_cube",)) != of_cube  # places changed under every search


def test_other_lists_ask_anew(one, monkeypatch):
    from data import counting

    monkeypatch.setattr(counting, "CODE", counting.CODE + 1)
    recount(one, "Ada", "again")
    assert kept(one, key(one.view())) is None


def test_a_fit_is_read_again_whoever_else_keeps_one_meanwhile(one):
    keep(one)  # the same: nothing is written
    assert fit_results.version(one) == 0
    keep(one, method=2)
    assert fit_results.version(one) == 1
    assert kept(one, key(one.view())).release == 1


def test_many_fits_lie_in_few_files(one, monkeypatch):
    monkeypatch.setattr(fit_results, "_TOGETHER", 3)
    for method in range(2, 6):
        keep(one, method=method)
    view = one.view()
    assert len(module.DeltaTable(str(one.table_path(FITS.name))).file_uris()) == 2
    assert all(kept(one, key(view, method=method)) for method in range(1, 6))
    assert verify(one).fits == 5
    with one.writing():
        pass
    assert leftovers(one) != []  # files of earlier versions stay: somebody may be reading them
    assert all(kept(one, key(view, method=method)) for method in range(1, 6))


def test_a_kill_before_the_commit_leaves_no_half_of_a_fit(one, monkeypatch):
    before = fingerprints(one)
    half = one.table_path(FITS.name) / "part-00000-0.snappy.parquet"
    half.write_bytes(b"killed before its commit")
    assert kept(one, key(one.view(), method=2)) is None
    with one.writing():
        pass
    assert not half.exists()
    assert leftovers(one) == []
    assert kept(one, key(one.view())) is not None
    assert fingerprints(one) == before


def test_a_first_fit_that_was_killed_goes(store, template):
    shutil.copytree(template / "store", store.root)
    shutil.rmtree(store.table_path(FITS.name))
    half = store.table_path(FITS.name)
    half.mkdir()
    (half / "part-00000-0.snappy.parquet").write_bytes(b"")
    with store.writing():
        pass
    assert not half.exists()
    keep(store)
    assert kept(store, key(store.view())) is not None


def test_a_fit_that_could_not_be_written_is_not_there(one, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_deltalake", full)
        with pytest.raises(StoreError, match="is full, so nothing was changed"):
            keep(one, method=2)
    assert kept(one, key(one.view(), method=2)) is None
    assert leftovers(one) == []


@pytest.mark.long
def test_a_fit_goes_into_copies_and_previews(one, template, tmp_path):
    back_up(one, tmp_path / "copy")
    copy = Store(tmp_path / "copy")
    assert kept(copy, key(copy.view())) is not None
    assert verify(copy) == verify(one)
    staged = stage([template / MAY], one)
    assert kept(staged.after.store, key(staged.before)) is not None
    assert kept(staged.after.store, key(staged.after)) is None
    staged.discard()


def test_the_list_of_fits_is_copied_before_what_it_names(one):
    from data.copying import _in_order

    order = [
        path.relative_to(one.root / "tables").parts[:2] for path in _in_order(one.root, False) if "tables" in path.parts
    ]
    first = order.index((FITS.name, "_delta_log"))
    assert order[:first] == [("releases", "_delta_log")] * first


def test_verify_counts_fits_and_finds_the_one_that_is_otherwise(one, capsys):
    assert verify(one).faults == ()
    assert " and 1 fit, as they were written." in str(verify(one))
    rows = fit_results._every_row(one.table_path(FITS.name))
    with one.writing() as writer:
        writer.replace(FITS, rows.assign(rows=rows["rows"].str.replace("0.3", "0.4")))
    assert verify(one).faults == ("The fit “test.mean” is not as written.",)
    next(one.table_path(FITS.name).glob("*.parquet")).unlink()


def test_a_damaged_table_of_fits_is_said_to_be_so(one):
    for path in one.table_path(FITS.name).glob("*.parquet"):
        path.write_bytes(b"")
    with pytest.raises(StoreError, match="The table “fits” of the store can't be read"):
        kept(one, key(one.view()))
    assert verify(one).faults == (
        "The table “fits” of the store can't be read, because a file of it is missing or damaged: restore the store "
        "from a backup.",
    )


def test_a_fit_reads_no_table_but_those_that_it_names(one):
    part = one.view().only(READS)
    assert len(part.rows(STOPS.name).collect("pandas")) == 2
    for ask in (lambda: part.rows("stops_cube"), lambda: part.has("responses")):
        with pytest.raises(ValueError, match="is none of those that may be read here"):
            ask()


def test_a_key_is_plain_text():
    assert json.loads(Key("a", "{}", 1, "f").scope) == {}
