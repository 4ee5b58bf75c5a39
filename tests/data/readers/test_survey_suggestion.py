"""Which files look like survey answers, and the mapping that is written to start from."""

import io
import tomllib

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from data.__main__ import main
from data.loading import load_files
from data.readers.source import Refused
from data.readers.survey_mapping import EXAMPLES
from data.readers.survey_suggestion import looks_like_answers, suggest_for, suggest_mapping

PEOPLE = 40


def answers(**columns):
    """Forty respondents of a made survey as CSV."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "Serial": np.arange(1000, 1000 + PEOPLE),
            "Borough": rng.choice(["Barnet", "Brent"], PEOPLE),
            "IntDate": [f"{day:02}/08/2026" for day in rng.integers(1, 29, PEOPLE)],
            "WT_Discrete": rng.uniform(0.5, 2, PEOPLE).round(3),
            "ReQ136": np.arange(PEOPLE) % 6 + 1,
            "Q60": np.arange(PEOPLE) % 6 + 1,
            "A121": np.arange(PEOPLE) % 5 + 1,
            "Q999": np.arange(PEOPLE) % 3,
        }
        | columns
    )
    return frame.to_csv(index=False).encode()


def completed(text):
    """A suggestion with the lines filled in that could not be guessed."""
    for key, example in EXAMPLES.items():
        if f"\n# {key} = " in text:
            text = text.replace(f"\n# {example}", f"\n{example}")
    return text


@pytest.fixture
def spss(tmp_path):
    def write(frame, **options):
        pyreadstat.write_sav(frame, str(tmp_path / "x.sav"), **options)
        return (tmp_path / "x.sav").read_bytes()

    return write


# Which files


def test_coded_columns_of_many_people_look_like_answers(source, tmp_path):
    assert looks_like_answers(source("w.csv", answers()))
    pd.read_csv(io.BytesIO(answers())).to_excel(tmp_path / "w.xlsx", index=False)
    assert looks_like_answers(source("w.xlsx", tmp_path / "w.xlsx"))


def test_answers_in_words_look_like_answers(source):
    lines = ["Strongly agree,Yes,Very safe,x", "Tend to disagree,No,A bit unsafe,y"] * 20
    assert looks_like_answers(source("w.csv", ("a,b,c,d\n" + "\n".join(lines)).encode()))


@pytest.mark.parametrize(
    ("why", "content"),
    [
        ("few rows", b"a,b,c\n" + b"1,2,3\n2,1,2\n" * 10),
        ("no codes", b"a,b,c\n" + b"".join(b"%d,%d,%d\n" % (n, n * 3, n * 7) for n in range(60))),
        ("one row an area", b"code,a,b,c\n"
         + b"".join(b"E0100%04d,%d,%d,%d\n" % (n, n % 5, n % 4, n % 3) for n in range(60))),
        ("few of many columns", b"a,b,c," + b",".join(b"x%d" % n for n in range(20)) + b"\n"
         + b"".join(b"%d,%d,%d," % (n % 5, n % 4, n % 3) + b",".join(b"%d" % (n * 1000 + k) for k in range(20)) + b"\n"
                    for n in range(60))),
        ("no table", b"a,b\n1\n"),
        ("nothing", b""),
    ],
)  # fmt: skip
def test_other_tables_do_not(source, why, content):
    assert not looks_like_answers(source("w.csv", content)), why
    assert not looks_like_answers(source("w.json", answers()))


def few(header, one):
    """Forty rows of a file of one or two questions."""
    return "\n".join([header, *(one(n) for n in range(PEOPLE))]).encode()


@pytest.mark.parametrize(
    "content",
    [
        few("Serial,Weight,Q60", lambda n: f"{n},1.{n},{n % 5 + 1}"),
        few("id,good_job,town", lambda n: f"{n},{n % 5 + 1},{'abcdefghijklmnopqrstuvwxyz'[n % 26]}"),
        few("id,age,v1", lambda n: f"{n},{n + 18},{('Strongly agree', 'Tend to disagree')[n % 2]}"),
        few("id,How safe do you feel walking alone after dark?", lambda n: f"{n},{n % 4 + 1}"),
        few("id,Good job locally", lambda n: f"{n},{('Good', 'Fair', 'Poor')[n % 3]}"),
    ],
)
def test_one_question_of_the_catalogue_is_enough(source, content):
    assert looks_like_answers(source("w.csv", content))


@pytest.mark.parametrize(
    ("why", "content"),
    [
        ("codes under any header", few("road,length,grade", lambda n: f"{n},{n * 7},{n % 3 + 1}")),
        ("words of any table", few("road,length,condition", lambda n: f"{n},{n * 7},{('Good', 'Poor')[n % 2]}")),
        ("yes and no", few("road,lit", lambda n: f"{n},{('Yes', 'No')[n % 2]}")),
        ("a question by area", few("code,Q60", lambda n: f"E0500{n:04d},{n % 5 + 1}")),
        ("shares under a question", few("month,good_job_local", lambda n: f"{n},0.{n + 10}")),
    ],
)
def test_other_tables_of_few_columns_are_none(source, why, content):
    assert not looks_like_answers(source("w.csv", content)), why


@pytest.mark.long
def test_an_spss_file_always_does_and_a_damaged_one_is_refused(source, spss):
    assert looks_like_answers(source("w.sav", spss(pd.DataFrame({"q": [1.0]}))))
    with pytest.raises(Refused, match="can't be opened as an SPSS file"):
        looks_like_answers(source("w.sav", b"$FL2"))


# What is suggested


def test_a_suggestion_is_a_mapping_that_only_a_person_can_finish(source):
    suggested = tomllib.loads(suggest_mapping(source("w.csv", answers())))
    assert set(suggested) == {"starts", "ends", "columns", "attributes", "measures"}
    assert suggested["columns"] == {
        "respondent": "Serial",
        "weight": "WT_Discrete",
        "date": "IntDate",
        "area": "Borough",
    }
    assert suggested["starts"].isoformat().startswith("2026-08-")
    assert suggested["attributes"] == {"age_band": {"column": "ReQ136", "values": {}}}
    assert {id: measure["column"] for id, measure in suggested["measures"].items()} == {
        "good_job_local": "Q60",
        "ss_fair": "A121",
    }
    assert suggested["measures"]["good_job_local"] == {
        "column": "Q60",
        "not_answers": ["6"],
        "answers": {"1": "Excellent", "2": "Good", "3": "Fair", "4": "Poor", "5": "Very poor"},
    }
    assert suggested["measures"]["ss_fair"]["not_answers"] == ["5"]


@pytest.mark.parametrize("name", ["Contact reason", "ReasonForContact", "reason_for_the_contact", "contact_role"])
def test_the_reason_for_a_contact_is_known_by_its_name(source, name):
    rows = [f"{n % 5 + 1},{n % 4 + 1},{('Victim', 'Witness')[n % 2]}" for n in range(PEOPLE)]
    content = "\n".join([f"Q60,Q13,{name}", *rows]).encode()
    suggested = tomllib.loads(suggest_mapping(source("w.csv", content)))
    assert suggested["attributes"] == {"contact_reason": {"column": name}}


def test_a_finished_suggestion_loads(store, tmp_path):
    (tmp_path / "w.csv").write_bytes(answers())
    text = suggest_for(tmp_path / "w.csv")
    (tmp_path / "w.csv.mapping.toml").write_text(completed(text), encoding="utf-8")
    (outcome,) = load_files([tmp_path / "w.csv"], store).outcomes
    assert outcome.status == "loaded", outcome
    responses = store.view().rows("responses").collect("pandas").to_native()
    assert responses["good_job_local"].value_counts()["Excellent"] == sum(n % 6 == 0 for n in range(PEOPLE))


def test_columns_that_look_personal_are_named_and_dropped_by_a_person_alone(source):
    text = suggest_mapping(source("w.csv", answers(Mobile=["07700 900123"] * PEOPLE)))
    assert '#   "Mobile": phone numbers\n# drop = ["Mobile"]\n' in text
    assert "drop" not in tomllib.loads(text)


def test_what_was_not_guessed_is_listed(source):
    text = suggest_mapping(source("w.csv", answers()))
    assert text.endswith('# Columns that nothing was guessed for; those that stay unmapped are not kept:\n#   "Q999"\n')
    assert '# stratum = "…"' in text


def test_headers_that_are_questions_and_answers_in_words(source):
    lines = ["Strongly agree,Very safe", "Tend to disagree,Don't know", "Refused,A bit unsafe"] * 15
    header = "The police in your area treat everyone fairly,How safe do you feel walking alone after dark?"
    suggested = tomllib.loads(suggest_mapping(source("w.csv", (header + "\n" + "\n".join(lines)).encode())))
    assert suggested["measures"] == {
        "fair": {
            "column": "The police in your area treat everyone fairly",
            "answers": {
                "Refused": "Don't know",
                "Strongly agree": "Strongly agree",
                "Tend to disagree": "Tend to disagree",
            },
        },
        "safe_dark": {"column": "How safe do you feel walking alone after dark?"},
    }


@pytest.mark.long
def test_labels_of_an_spss_file_say_what_its_columns_are(source, spss):
    frame = pd.DataFrame({"v1": [1.0, 2.0, 8.0, 5.0] * 10, "v2": [1.0, 2.0] * 20, "v3": [1.0, 2.0] * 20})
    labels = {"v1": "How worried about having car stolen?", "v2": "Do you smoke?", "v3": "How safe: after dark, alone?"}
    codes = {
        "v1": {1.0: "Very worried", 2.0: "Fairly worried", 5.0: "Not applicable", 8.0: "Refusal"},
        "v2": {1.0: "Yes", 2.0: "No"},
        "v3": {1.0: "Left", 2.0: "Right"},
    }
    content = spss(frame, column_labels=labels, variable_value_labels=codes)
    assert tomllib.loads(suggest_mapping(source("w.sav", content)))["measures"] == {
        "worry_car_stolen": {
            "column": "v1",
            "not_answers": ["5"],
            "answers": {"1": "Very worried", "2": "Fairly worried", "8": "Don't know"},
        }
    }


def test_hostile_names_stay_in_their_quotes(source):
    name = 'x"] \n[evil]\n# \x7f'
    content = '"x""] \n[evil]\n# \x7f",Q60,A121,Q62C\n' + "\n".join(f"{n},{n % 5},{n % 4},{n % 3}" for n in range(40))
    text = suggest_mapping(source(f"{name}.csv", content.encode()))
    assert "evil" not in tomllib.loads(text)


def test_the_crime_survey_is_guessed_whole(source, real_files):
    name = "csew1314teachingopen.sav"
    suggested = tomllib.loads(suggest_mapping(source(name, real_files / "survey" / name)))
    assert {id: measure["column"] for id, measure in suggested["measures"].items()} == {
        "safe_dark": "walkdark",
        "safe_day": "walkday",
        "safe_home": "homealon",
        "worry_burglary": "wburgl",
        "worry_mugging": "wmugged",
        "worry_car_stolen": "wcarstol",
        "worry_from_car": "wfromcar",
        "worry_rape": "wraped",
        "worry_attack": "wattack",
        "worry_race_attack": "wraceatt",
        "rubbish_common": "rubbcomm",
        "vandalism_common": "vandcomm",
        "poor_housing": "poorhou",
    }
    assert suggested["columns"] == {"respondent": "rowlabel", "weight": "IndivWgtx"}


def test_of_the_real_tables_the_survey_alone_looks_like_answers(source, real_files):
    found = [
        path.name
        for folder in ("asb", "census", "deprivation", "population", "reference", "stats_reference", "survey")
        for path in sorted((real_files / folder).iterdir())
        if path.suffix != ".gz" and looks_like_answers(source(path.name, path))
    ]
    assert found == ["csew1314teachingopen.sav"]


# The command


@pytest.fixture
def run(tmp_path, capsys):
    def command(*arguments):
        code = main([*map(str, arguments), "--store", str(tmp_path / "store")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_the_command_prints_a_mapping(run, source, tmp_path):
    (tmp_path / "w.csv").write_bytes(answers())
    assert run("mapping", tmp_path / "w.csv") == (0, suggest_mapping(source("w.csv", answers())), "")
    assert not (tmp_path / "store").exists()


def test_the_command_writes_a_new_file_and_never_over_one(run, tmp_path):
    (tmp_path / "w.csv").write_bytes(answers())
    out = tmp_path / "w.csv.mapping.toml"
    told = f"{out} is written. Check every line, then load the file with --mapping.\n"
    assert run("mapping", tmp_path / "w.csv", "--out", out) == (0, told, "")
    assert out.read_text(encoding="utf-8") == suggest_for(tmp_path / "w.csv")
    code, _, said = run("mapping", tmp_path / "w.csv", "--out", out)
    assert (code, said.endswith(f"“{out}” is there already. Name another file, or remove that one.\n")) == (1, True)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("gone.csv", None, "there is no file or folder of this name. Name a file that can be opened."),
        ("notes.md", b"# Notes", "it is no table. Name one .csv, .tsv, .tab, .xlsx or .sav file."),
        ("w.sav", b"$FL2", "the file can't be opened as an SPSS file. It may be damaged or cut short; export it again "
         "as .sav."),
    ],
)  # fmt: skip
def test_the_command_says_why_there_is_no_mapping(run, tmp_path, name, content, why):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert run("mapping", tmp_path / name) == (1, "", f"{tmp_path / name}: {why}\n")


def test_load_and_check_take_mappings(run, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "w.csv").write_bytes(answers())
    code, out, _ = run("load", tmp_path / "in")
    assert (code, out.splitlines()[-1]) == (0, "1 needs a mapping. Nothing new; no release made.")
    mapping = tmp_path / "q3.toml"
    mapping.write_text(completed(suggest_for(tmp_path / "in" / "w.csv")), encoding="utf-8")
    for command, word, end in (
        ("check", "would load", "Nothing was stored."),
        ("load", "loaded", "Release 1 is published."),
    ):
        code, out, _ = run(command, tmp_path / "in", "--mapping", mapping)
        assert code == 0
        assert (
            out.splitlines()[0]
            == f"{word} · w.csv · survey wave, Public Attitude Survey, Metropolitan Police 2026-Q3: 40 rows"
            " · 1 thing to look at"
        )
        assert out.splitlines()[-1] == f"1 {word}. {end}"
