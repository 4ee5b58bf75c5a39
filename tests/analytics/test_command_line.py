"""The command line: what it prints, and how it fails."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analytics.__main__ import main
from analytics.finding import Finding
from analytics.findings import QUESTIONS
from analytics.scope import Scope

RATES = "stop_and_search.rates"


@pytest.fixture
def ask(golden_town, capsys):
    """A function that runs a command on a store of the golden example, and gives code, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main([*words, *(["--store", str(golden_town.store.root)] if words[0] == "answer" else [])])
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def test_answers_lists_every_question(ask):
    code, output, errors = ask("answers")
    assert (code, errors) == (0, "")
    lines = output.splitlines()
    assert len(lines) == len(QUESTIONS)
    assert lines[0] == (
        "stop_and_search.rates · How often were people of each ethnic group searched? · "
        "force, area, from, to, definition, power, population"
    )


CONTACT = ("cycle.treatment_or_outcome", "cycle.contact_asymmetry")
ASSOCIATED = ("stop_and_search.diagnostic", "stop_and_search.confidence_link", "cycle.levers", *CONTACT)
UNFITTED = ("cycle.links", "cycle.weakest_link", "cycle.drivers", "cycle.paths", "cycle.influence")
"""What a store without fits says how to fit."""
NOTHING_TO_SHOW = (*UNFITTED, "stop_and_search.similar_forces")
"""And an invented force has no force that is most similar."""

NEEDED = {"neighbourhoods.profile": ["--scope", "area=X05000011"]}
"""What a question can't be answered without."""


@pytest.mark.long
@pytest.mark.parametrize("key", list(QUESTIONS))
def test_json_has_the_documented_shape(demonstration, capsys, key):
    code = main(["answer", key, "--store", str(demonstration.root), *NEEDED.get(key, [])])
    output, errors = capsys.readouterr()
    assert (code, errors) == (0, "")
    made = json.loads(output)
    for name, kind in {
        "key": str,
        "question": str,
        "answer": str,
        "claim": int,
        "claim_name": str,
        "scope": dict,
        "table": list,
        "tables": dict,
        "caveats": list,
        "provenance": dict,
    }.items():
        assert isinstance(made[name], kind), name
    assert (made["key"], made["question"]) == (key, QUESTIONS[key].asks)
    assert made["claim_name"] == ("associated" if key in ASSOCIATED else "described")
    assert made["table"] == next(iter(made["tables"].values()))
    assert bool(made["table"]) != (key in NOTHING_TO_SHOW)
    assert set(made["scope"]) <= set(Scope.names())


def test_the_scope_is_taken_from_the_words(ask):
    _, output, _ = ask(
        "answer",
        "stop_and_search.disproportionality",
        "--scope",
        "group=Asian",
        "--scope",
        "comparator=Black",
        "--scope",
        "from=2019-06",
    )
    scope = json.loads(output)["scope"]
    assert (scope["group"], scope["comparator"], scope["from"]) == ("Asian", "Black", "2019-06")


def test_text(ask):
    code, output, _ = ask("answer", RATES, "--format", "text")
    assert code == 0
    assert output.startswith(
        "How often were people of each ethnic group searched?\n\nWhite 2.5 (2.2 to 2.9); Black 12.0"
    )
    assert "no search is recorded as Asian, Mixed or Other." in output
    assert "A search is an event, not a person" in output
    assert "no search is recorded as Asian; check whether the force uses this category" in output


@pytest.mark.long
def test_csv(golden_town, ask):
    """Read by another program: as many records as the table has, with its columns."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    store = str(golden_town.store.root)
    command = [sys.executable, "-m", "analytics", "answer", RATES, "--format", "csv", "--store", store]
    run = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert (run.returncode, run.stderr) == (0, b"")
    text = run.stdout.decode("utf-8-sig")
    table = json.loads(ask("answer", RATES)[1])["table"]
    rows = list(csv.reader(io.StringIO(text)))
    scope = {
        "force": "surrey",
        "from": "2019-06",
        "to": "2019-06",
        "definition": "self",
        "residents_source": "Census 2021",
    }
    assert rows[0] == [*scope, *table[0]]
    assert {tuple(row[:5]) for row in rows[1:]} == {tuple(scope.values())}
    assert [row[5] for row in rows[1:]] == [record["group"] for record in table]
    assert (rows[2][5], float(rows[2][6]), float(rows[2][8])) == ("Black", 60, pytest.approx(12))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["answer", "no.such"], "There is no question “no.such”; `python -m analytics answers` lists them."),
        (
            ["answer", RATES, "--scope", "force"],
            "“force” is not a part of a scope; write NAME=VALUE, such as force=surrey.",
        ),
        (
            ["answer", RATES, "--scope", "force=gotham"],
            "“gotham” is not a force; use its name on data.police.uk, such as west-yorkshire.",
        ),
        (["answer", RATES, "--scope", "from=June"], "“June” is not a month; write it as 2018-04."),
        (
            ["answer", RATES, "--scope", "group=Black"],
            "stop_and_search.rates takes no group; it takes force, area, from, to, definition, power, population.",
        ),
        (
            ["answer", "data.coverage", "--scope", "colour=red"],
            "data.coverage takes no colour; it takes force, from, to.",
        ),
    ],
    ids=["question", "pair", "force", "month", "surplus", "unknown name"],
)
def test_a_mistake_is_one_sentence_on_stderr(ask, words, sentence):
    assert ask(*words) == (1, "", f"{sentence}\n")


def test_a_question_that_the_data_cannot_answer_is_still_an_answer(ask):
    code, output, errors = ask("answer", RATES, "--scope", "force=kent", "--format", "text")
    assert (code, errors) == (0, "")
    assert output == (
        "How often were people of each ethnic group searched?\n\nNo stop-and-search file of Kent Police is loaded.\n"
    )


def test_every_question_takes_what_a_scope_has():
    for key, question in QUESTIONS.items():
        assert question.key == key
        assert set(question.takes) <= set(Scope.names())


def test_an_empty_store(town, capsys):
    assert main(["answer", "data.coverage", "--store", str(town.store.root)]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["refused"], made["table"], made["provenance"]["release"]) == (True, [], 0)


def test_without_a_command_the_usage_is_shown(capsys):
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 2
    assert "usage: python -m analytics" in capsys.readouterr().err


def test_the_answer_is_that_of_the_function(golden_town, ask):
    made = QUESTIONS[RATES].answer(Scope(), golden_town.view())
    assert isinstance(made, Finding)
    assert json.loads(ask("answer", RATES)[1]) == json.loads(made.as_json())
