"""Survey answers through the one door into real tables: mappings found, loads told apart, respondents hashed."""

import io
import zipfile

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from data.loading import check_files, load_files
from data.publishing import withdraw
from data.readers.personal_data import KEY_FILE
from data.store import Store

MAPPING = """
survey = "Public Attitude Survey"
force = "metropolitan"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
[columns]
respondent = "Serial"
[measures.good_job_local]
column = "Q60"
answers = { 1 = "Excellent", 2 = "Good", 3 = "Fair", 4 = "Poor", 5 = "Very poor" }
"""
OTHER = MAPPING.replace('1 = "Excellent", 2 = "Good"', '1 = "Good", 2 = "Excellent"')
CSV = b"Serial,Q60,Comment\n900017001,1,secret words\n900017002,2,secret words\n900017003,6,secret words\n"
WAVE, BESIDE = "wave.csv", "wave.csv.mapping.toml"


def told(report):
    return [str(outcome) for outcome in report.outcomes]


def rows(store, table):
    return store.view().rows(table).collect("pandas").to_native()


def answers(store):
    return [None if pd.isna(a) else a for a in rows(store, "responses").sort_values("row")["good_job_local"]]


def loads(store):
    history = store.history()
    return dict(zip(history["load_id"], history["status"], strict=True))


def test_a_file_is_read_with_the_mapping_beside_it(store, load):
    report = load({WAVE: CSV, BESIDE: MAPPING.encode()})
    assert told(report) == [
        "loaded · wave.csv · survey wave, Public Attitude Survey, Metropolitan Police 2026-Q3: 3 rows",
        "passed over · wave.csv.mapping.toml · it is a mapping, read with the file that it is named after",
    ]
    assert answers(store) == ["Excellent", "Good", None]
    (wave,), (question,) = (rows(store, table).to_dict("records") for table in ("waves", "questions"))
    (identity,) = loads(store)
    assert {wave["load_id"], question["load_id"], *rows(store, "responses")["load_id"]} == {identity}
    assert (wave["respondents"], question["measure"], question["answered"]) == (3, "good_job_local", 2)


def test_what_is_blank_is_a_null_of_the_table_and_no_text(store, load):
    load({WAVE: CSV, BESIDE: MAPPING.encode()})
    stored = DeltaTable(str(store.table_path("responses"))).to_pyarrow_table()
    assert pa.table(stored)["good_job_local"].null_count == 1
    assert stored["listen"].null_count == stored["psu"].null_count == 3


def test_a_code_without_an_answer_is_told_even_unasked(load):
    report = load({WAVE: CSV, BESIDE: MAPPING.encode()})
    assert report.outcomes[0].unlisted == ()


@pytest.mark.parametrize("packed", [False, True])
def test_folders_and_zips_keep_each_mapping_with_its_file(store, load, packed):
    later = MAPPING.replace("2026-Q3", "2026-Q4")
    files = {f"a/{WAVE}": CSV, f"a/{BESIDE}": MAPPING.encode(), f"b/{WAVE}": CSV, f"b/{BESIDE}": later.encode()}
    if packed:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        files = {"in/pack.zip": content.getvalue()}
    report = load(files)
    assert report.count("loaded") == 2
    assert rows(store, "responses").groupby("wave").size().to_dict() == {"2026-Q3": 3, "2026-Q4": 3}


def test_a_file_named_alone_finds_the_mapping_beside_it(store, tmp_path):
    (tmp_path / WAVE).write_bytes(CSV)
    (tmp_path / BESIDE).write_text(MAPPING)
    assert told(load_files([tmp_path / WAVE], store)) == [
        "loaded · wave.csv · survey wave, Public Attitude Survey, Metropolitan Police 2026-Q3: 3 rows"
    ]


def test_a_mapping_named_on_the_command_line_takes_the_files_that_have_its_columns(store, tmp_path):
    folder, mapping = tmp_path / "in", tmp_path / "q3.toml"
    folder.mkdir()
    mapping.write_text(MAPPING)
    (folder / "answers.csv").write_bytes(CSV)
    (folder / "other.csv").write_bytes(b"a,b\n1,2\n")
    assert told(load_files([folder], store, mappings=[mapping])) == [
        "loaded · answers.csv · survey wave, Public Attitude Survey, Metropolitan Police 2026-Q3: 3 rows",
        "passed over · other.csv · its columns are not those of any file we read",
    ]


def test_a_mapping_that_is_for_no_file_is_refused(store, tmp_path):
    mapping, bad = tmp_path / "q3.toml", tmp_path / "bad.toml"
    mapping.write_text(MAPPING)
    bad.write_text(MAPPING.replace("nothing", "people"))
    (tmp_path / "wave.csv").write_bytes(b"Serial,Q61\n" + b"1,1\n" * 3)
    report = load_files([tmp_path / "wave.csv"], store, mappings=[mapping, bad, tmp_path / "gone.toml"])
    assert told(report) == [
        "refused · bad.toml · value “people”: in the mapping “bad.toml”, shared: waves can't share that. Write one of "
        "“nothing”, “psus” and “respondents”.",
        f"refused · {tmp_path / 'gone.toml'} · there is no file or folder of this name",
        "passed over · wave.csv · its columns are not those of any file we read",
        "refused · q3.toml · no file has every column that this mapping names",
    ]
    assert not store.releases()


def test_answers_without_a_mapping_need_one_and_are_not_refused(store, load):
    content = b"Serial,Q60,Q62A,Q62C\n" + b"".join(b"%d,%d,%d,%d\n" % (n, n % 5, n % 4, n % 6) for n in range(40))
    report = load({WAVE: content})
    assert told(report) == [
        "needs a mapping · wave.csv · it looks like survey answers; `python -m data mapping FILE` writes one to start "
        "from"
    ]
    assert (report.refused, report.release) == (False, None)


def test_answers_that_no_named_mapping_is_for_say_why(store, tmp_path):
    (tmp_path / "q3.toml").write_text(MAPPING)
    lines = [f"{n % 5},{n % 4},{n % 6}" for n in range(40)]
    (tmp_path / WAVE).write_text("Q61,Q62A,Q62C\n" + "\n".join(lines))
    first = load_files([tmp_path / WAVE], store, mappings=[tmp_path / "q3.toml"]).outcomes[0]
    assert (first.status, first.detail) == (
        "needs a mapping",
        "it looks like survey answers; “q3.toml” is not for it: the file has no column “Serial” and “Q60”",
    )


def test_the_problems_of_a_mapping_refuse_its_file(load):
    report = load({WAVE: CSV, BESIDE: MAPPING.replace("2026-Q3", "Q3").replace('"Fair"', '"Fine"').encode()})
    (refused,) = (outcome for outcome in report.outcomes if outcome.status == "refused")
    assert refused.path == WAVE
    assert len(refused.notes) == 2
    assert all("in the mapping “wave.csv.mapping.toml”" in note for note in refused.notes)


# Loads


def test_the_same_file_with_the_same_mapping_is_one_load(store, load):
    load({WAVE: CSV, BESIDE: MAPPING.encode()})
    again = load({"copy.csv": CSV, "copy.csv.mapping.toml": MAPPING.encode()})
    assert (again.outcomes[0].status, again.release, len(loads(store))) == ("already loaded", None, 1)


@pytest.mark.long
def test_a_changed_mapping_takes_the_place_and_withdrawing_it_brings_the_earlier_one_back(store, load):
    load({WAVE: CSV, BESIDE: MAPPING.encode()})
    (first,) = loads(store)
    report = load({WAVE: CSV, BESIDE: OTHER.encode()})
    assert (
        report.outcomes[0].detail
        == "survey wave, Public Attitude Survey, Metropolitan Police 2026-Q3: 3 rows; replaces wave.csv"
    )
    assert answers(store) == ["Good", "Excellent", None]
    (second,) = set(loads(store)) - {first}
    assert loads(store) == {first: "superseded", second: "current"}
    withdraw(store, second, "Ada", "the codes were right before")
    assert answers(store) == ["Excellent", "Good", None]
    assert loads(store) == {first: "current", second: "withdrawn"}
    assert len(rows(store, "waves")) == len(rows(store, "questions")) == 1


def test_the_store_keeps_the_mapping_and_never_the_answers(store, load):
    load({WAVE: CSV, BESIDE: MAPPING.encode(), "shares.csv": b"date,measure,proportion\nDec-14,Police do a good job in "
          b"the local area,68\n"})  # fmt: skip
    kept = []
    for path in (store.root / "files").rglob("*.zst"):
        with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as stream:
            kept.append(stream.read())
    assert len(kept) == 2
    assert MAPPING.encode() in kept
    for path in store.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"secret words" not in content, path
            assert b"900017001" not in content, path
    for name in ("responses", "loads"):
        text = str(DeltaTable(str(store.table_path(name))).to_pyarrow_table().to_pydict())
        assert "secret" not in text
        assert "'900017001'" not in text


# Respondents


@pytest.mark.long
def test_a_respondent_has_one_hash_in_a_store_and_another_elsewhere(store, load, tmp_path):
    load({WAVE: CSV, BESIDE: MAPPING.encode()})
    later = MAPPING.replace("2026-Q3", "2026-Q4").encode()
    load({WAVE: b"Serial,Q60\n900017001.0,3\n,4\n", BESIDE: later})
    found = rows(store, "responses").sort_values(["wave", "row"])
    one, other, third, again, nobody = found["respondent"]
    assert one == again
    assert len({one, other, third}) == 3
    assert pd.isna(nobody)
    assert found["respondent"].dropna().str.fullmatch("[0-9a-f]{16}").all()
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / WAVE).write_bytes(CSV)
    (tmp_path / "x" / BESIDE).write_text(MAPPING)
    elsewhere = Store(tmp_path / "elsewhere")
    load_files([tmp_path / "x"], elsewhere)
    assert not set(rows(elsewhere, "responses")["respondent"]) & set(found["respondent"])


def test_the_same_survey_of_two_forces_stands_side_by_side(store, load):
    surrey = MAPPING.replace("metropolitan", "surrey").encode()
    for mapping in (MAPPING.encode(), surrey):
        assert load({WAVE: CSV, BESIDE: mapping}).count("loaded") == 1
    assert set(loads(store).values()) == {"current"}
    found = rows(store, "responses").sort_values(["force", "row"])
    assert found.groupby("force").size().to_dict() == {"metropolitan": 3, "surrey": 3}
    # Whoever has the number 900017001 in one force is somebody else in the other.
    assert found["respondent"].nunique() == 6


def test_checking_makes_no_key_and_loading_does(store, tmp_path):
    (tmp_path / WAVE).write_bytes(CSV)
    (tmp_path / BESIDE).write_text(MAPPING)
    checked = check_files([tmp_path / WAVE], store)
    assert not store.root.exists()
    assert load_files([tmp_path / WAVE], store).outcomes == checked.outcomes
    assert (store.root / KEY_FILE).exists()


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("Name", "Ada", "names"),
        ("x", "ada@example.org", "e-mail addresses"),
        ("x", "SE1 7PB", "full postcodes"),
        ("Mobile", "07700 900123", "phone numbers"),
        ("DOB", "01/02/1955", "birth dates"),
    ],
)
def test_personal_data_is_refused_until_it_is_dropped(store, load, column, value, what):
    content = f"Serial,Q60,{column}\n900017001,1,{value}\n".encode()
    (first, _) = load({WAVE: content, BESIDE: MAPPING.encode()}).outcomes
    assert (first.status, first.detail) == (
        "refused",
        f"column “{column}”: this column looks like {what}. List it under drop = [...] in the mapping, or remove it "
        "from the file.",
    )
    assert not store.releases()
    (first, _) = load({WAVE: content, BESIDE: f'drop = ["{column}"]\n{MAPPING}'.encode()}).outcomes
    assert first.status == "loaded"
    assert value not in str(DeltaTable(str(store.table_path("responses"))).to_pyarrow_table().to_pydict())
