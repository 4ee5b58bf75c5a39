"""Weights in the form of a mapping: raked to margins that are typed or pasted, seen before anything is published."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.findings import QUESTIONS
from analytics.scope import Scope
from data.__main__ import main
from data.store import Store
from tests.app.small_store import DISTRICTS
from tests.app.test_upload_page import PAGE, give, press, texts, widget
from tests.surveys import raked_by_hand

SIZE = 200
AGES = {"1": "16-34", "2": "35-64", "3": "65+"}
SEXES = {"1": "Female", "2": "Male"}
SHARES = {"Age": {"1": 0.3, "2": 0.45, "3": 0.25}, "Sex": {"1": 0.51, "2": 0.49}}


def drawn(seed: int = 3) -> list[dict[str, str]]:
    random = np.random.default_rng(seed)
    return [
        {
            "Age": str(random.choice(list(AGES), p=[0.1, 0.4, 0.5])),
            "Sex": str(random.choice(list(SEXES), p=[0.6, 0.4])),
            "Weight": f"{random.uniform(0.5, 2):.3f}",
            "Q60": str(random.integers(1, 6)),
            "Q62C": str(random.integers(1, 6)),
            "Q62A": str(random.integers(1, 6)),
        }
        for _ in range(SIZE)
    ]


def file_of(rows: list[dict[str, str]], *left_out: str) -> bytes:
    names = [name for name in rows[0] if name not in left_out]
    return "\n".join([",".join(names), *(",".join(row[name] for name in names) for row in rows)]).encode()


def share_of(rows: list[dict[str, str]], weights: list[float]) -> float:
    """The weighted share of Excellent and Good, counted here and nowhere else."""
    return sum(w for row, w in zip(rows, weights, strict=True) if row["Q60"] in "12") / sum(weights)


def say(app) -> None:
    """Say what the wave is and what the codes of age and sex mean."""
    widget(app, "text_input", "_survey").set_value("Residents")
    widget(app, "selectbox", "_force").set_value("surrey")
    widget(app, "text_input", "_wave").set_value("2026-Q3")
    widget(app, "text_input", "_label").set_value("July to September 2026")
    from datetime import date

    widget(app, "date_input", "_starts").set_value(date(2026, 7, 1))
    widget(app, "date_input", "_ends").set_value(date(2026, 9, 30))
    for column, id, words in (("Age", "age_band", AGES), ("Sex", "sex", SEXES)):
        for code, word in words.items():
            widget(app, "text_input", f"code_{column}_attribute {id}_{code}").set_value(word)
    app.run()


def fields(app, margin: str) -> dict[str, object]:
    """The fields of a margin, by group."""
    found = {}
    for part in app.number_input:
        if part.key and f"_share_{margin}_" in part.key:
            found[part.label.partition(" ·")[0].replace("\\", "")] = part
    return found


def choose(app, way: str):
    next(part for part in app.radio if part.key and "_weights_" in part.key).set_value(way)
    return app.run()


def answered(view) -> tuple[dict, object]:
    finding = QUESTIONS["trends.measure"].answer(Scope.of({"force": "surrey", "measure": "good_job_local"}), view)
    return finding.tables["trend"].iloc[-1].to_dict(), finding.provenance


@pytest.mark.long
def test_a_wave_is_raked_in_the_form_and_its_figure_is_that_of_weights_fitted_by_hand(
    run, store, tmp_path, monkeypatch
) -> None:
    rows = drawn()
    app = give(run(PAGE, store), ("wave.csv", file_of(rows, "Weight")))
    assert not app.exception
    assert "No column is the weight, so every respondent counts as 1." in texts(app)
    say(app)
    choose(app, "raked")
    assert "No column is the weight, so every respondent counts as 1." not in texts(app)
    # Age and sex are chosen at first, each with the groups that the file has, and nothing is tried before all is said.
    ages = fields(app, "age_band")
    old = sum(row["Age"] == "3" for row in rows)
    assert [part.label.replace("\\", "") for part in ages.values()][2] == (
        f"65+ · {old} people, {old * 100 / SIZE:.0f} % of those with an answer"
    )
    assert list(fields(app, "sex")) == ["Female", "Male"]
    assert not app.info
    for group, share in (("16-34", 30.0), ("35-64", 45.0)):
        fields(app, "age_band")[group].set_value(share)
    app.run()
    assert any("They add up to 75.0" in text and "1 group has no share yet" in text for text in texts(app))
    fields(app, "age_band")["65+"].set_value(25.0)
    widget(app, "text_area", "pasted_sex").set_value("Female\t51\nMale\t49\nOther\t0")
    widget(app, "text_input", "source_sex").set_value("Census 2021, Surrey")
    app.run()
    assert any(text.startswith("Not taken, as no group of the file stands there") for text in texts(app))
    assert [part.value for part in fields(app, "sex").values()] == [51.0, 49.0]
    expected = raked_by_hand(rows, SHARES, [1.0] * SIZE)
    effect = SIZE * sum(w * w for w in expected) / sum(expected) ** 2
    (said,) = (part.value.replace("\\", "") for part in app.info)
    assert f"Smallest weight {min(expected):.2f} and largest {max(expected):.2f}, the mean being 1" in said
    assert f"effective base {SIZE / effect:,.0f} of 200 respondents." in said
    assert f"Raked to age and sex; design effect of weighting {effect:.2f}; " in said
    press(app, "Use this mapping")
    assert not app.error
    assert "## 1 file can be published" in texts(app)
    (text,) = app.session_state["upload"].mappings.values()
    publish = next(button for button in app.button if button.label == "Publish")
    assert not publish.disabled
    # What is changed in the form after that is not published as it was.
    fields(app, "age_band")["65+"].set_value(20.0)
    fields(app, "age_band")["16-34"].set_value(35.0)
    app.run()
    assert any("was changed since it was used" in part.value for part in app.warning)
    assert next(button for button in app.button if button.label == "Publish").disabled
    fields(app, "age_band")["65+"].set_value(25.0)
    fields(app, "age_band")["16-34"].set_value(30.0)
    app.run()
    assert not any("since it was used" in part.value for part in app.warning)
    app.text_input(key="upload_reason_0").set_value("raked")
    press(app, "Publish")
    assert not app.exception

    held = store.view().rows("responses").sort("row").collect("pandas").to_native()
    assert held["weight"].tolist() == pytest.approx(expected, rel=1e-6)
    row, provenance = answered(store.view())
    assert row["estimate"] == pytest.approx(share_of(rows, expected), abs=1e-9)
    assert row["base"] == SIZE
    assert provenance.weights.startswith(
        f"July to September 2026: raked to age and sex; design effect of weighting {effect:.2f}; "
    )
    assert "population by sex: Female 51.0\u00a0%, Male 49.0\u00a0%, from Census 2021, Surrey" in provenance.weights
    assert "population by age: 16-34 30.0\u00a0%, 35-64 45.0\u00a0%, 65+ 25.0\u00a0%" in provenance.weights
    assert any(rule.startswith("Weights raked to age and sex are taken as given") for rule in provenance.rules)

    # The mapping that the form made gives the same by the command line.
    file, mapping, again = tmp_path / "wave.csv", tmp_path / "raked.toml", str(tmp_path / "second")
    file.write_bytes(file_of(rows, "Weight"))
    mapping.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CONFIDENCE_STORE", again)
    assert main(["load", str(file), "--mapping", str(mapping), "--by", "Ada", "--reason", "x", "--store", again]) == 0
    same, _ = answered(Store(again).view())
    assert (same["estimate"], same["low"], same["high"]) == (row["estimate"], row["low"], row["high"])

    # The next wave begins with the same margins.
    app = give(app, ("next.csv", file_of(drawn(4), "Weight")))
    assert next(part for part in app.radio if part.key and "_weights_" in part.key).value == "raked"
    assert [part.value for part in fields(app, "age_band").values()] == [30.0, 45.0, 25.0]
    assert widget(app, "text_input", "source_sex").value == "Census 2021, Surrey"
    assert len(app.info) == 1
    # A group of the population that nobody of the next file is of is named with its share.
    young = [row for row in drawn(5) if row["Age"] != "3"]
    app = give(app, ("third.csv", file_of(young, "Weight")))
    (said,) = (part.value.replace("\\", "") for part in app.warning)
    assert said.startswith("Nobody in this file is of 65+ (25.0 %), as the mapping before has it")
    assert any("They add up to 75.0" in text for text in texts(app))


@pytest.mark.long
def test_weights_of_the_file_are_used_begun_with_or_left_out(run, store) -> None:
    rows = drawn()
    app = give(run(PAGE, store), ("wave.csv", file_of(rows)))
    say(app)
    way = next(part for part in app.radio if part.key and "_weights_" in part.key)
    assert (way.value, way.options) == (
        "given",
        ["As the file has them", "Raked to margins of the population", "None: every respondent counts as 1"],
    )
    weights = [float(row["Weight"]) for row in rows]
    expected = {
        "given": weights,
        "alike": [1.0] * SIZE,
        "raked": raked_by_hand(rows, {"Sex": SHARES["Sex"]}, weights),
    }
    for number, (chosen, made) in enumerate(expected.items()):
        choose(app, chosen)
        if chosen == "raked":
            widget(app, "multiselect", "_margins").set_value(["sex"])
            app.run()
            for group, share in (("Female", 51.0), ("Male", 49.0)):
                fields(app, "sex")[group].set_value(share)
            app.run()
        press(app, "Use this mapping")
        assert not app.error, chosen
        (text,) = app.session_state["upload"].mappings.values()
        assert ('weight = "Weight"' in text) == (chosen != "alike")
        after = app.session_state["upload"].staged.after
        held = after.rows("responses").sort("row").collect("pandas").to_native()
        assert held["weight"].tolist() == pytest.approx(made, rel=1e-6), (number, chosen)


def test_the_limits_and_what_raking_begins_with_are_chosen(run, store) -> None:
    rows = drawn()
    app = give(run(PAGE, store), ("wave.csv", file_of(rows)))
    say(app)
    choose(app, "raked")
    for margin, shares in (("age_band", (30.0, 45.0, 25.0)), ("sex", (51.0, 49.0))):
        for field, share in zip(fields(app, margin).values(), shares, strict=True):
            field.set_value(share)
    widget(app, "checkbox", "_begin_Weight").set_value(False)
    widget(app, "number_input", "_least").set_value(0.7)
    widget(app, "number_input", "_greatest").set_value(1.4)
    app.run()
    ones = [1.0] * SIZE
    for limits, changed in (((0.7, 1.4), True), (None, False)):
        widget(app, "checkbox", "_trims").set_value(changed)
        app.run()
        expected = raked_by_hand(rows, SHARES, ones, limits)
        (said,) = (part.value.replace("\\", "") for part in app.info)
        assert f"Smallest weight {min(expected):.2f} and largest {max(expected):.2f}" in said
        assert ("trimmed to 0.7 to 1.4 times the median" in said) == changed
        assert ("nothing trimmed" in said) != changed
        assert "beginning with" not in said
    # Who looks at another way and comes back finds what was typed.
    choose(app, "given")
    choose(app, "raked")
    assert [part.value for part in fields(app, "age_band").values()] == [30.0, 45.0, 25.0]
    assert widget(app, "number_input", "_least").value == 0.7
    assert not widget(app, "checkbox", "_trims").value


def test_weights_that_leave_too_few_to_say_anything_are_a_warning(run, store, monkeypatch) -> None:
    monkeypatch.setenv("CONFIDENCE_FEWEST_EFFECTIVE", "199")
    app = give(run(PAGE, store), ("wave.csv", file_of(drawn(), "Weight")))
    say(app)
    choose(app, "raked")
    widget(app, "multiselect", "_margins").set_value(["sex"])
    app.run()
    for group, share in (("Female", 70.0), ("Male", 30.0)):
        fields(app, "sex")[group].set_value(share)
    app.run()
    assert not app.info
    (said,) = (part.value.replace("\\", "") for part in app.warning)
    assert "effective base of 199: look at the shares" in said


def test_margins_that_do_not_fit_are_not_taken(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", file_of(drawn(), "Weight")))
    say(app)
    choose(app, "raked")
    widget(app, "multiselect", "_margins").set_value([])
    app.run()
    assert "Choose at least one margin." in texts(app)
    press(app, "Use this mapping")
    assert [error.value.replace("\\", "") for error in app.error] == [
        "“Margins to rake to”, under The weights: none is chosen. Choose at least one, or another way under “How "
        "people are weighted”."
    ]
    widget(app, "multiselect", "_margins").set_value(["sex"])
    app.run()
    fields(app, "sex")["Female"].set_value(100.0)
    press(app, "Use this mapping")
    (said,) = (error.value.replace("\\", "") for error in app.error)
    assert said.startswith("value “Male”: “Sex”, under The weights: this group has no share")
    assert any("1 file of answers needs you" in text for text in texts(app))


def test_those_who_refused_are_no_group_and_keep_their_share(run, store) -> None:
    rows = drawn()
    for row in rows[:5]:
        row["Sex"] = "9"
    app = give(run(PAGE, store), ("wave.csv", file_of(rows, "Weight")))
    say(app)
    widget(app, "text_input", "code_Sex_attribute sex_9").set_value("Refused")
    choose(app, "raked")
    widget(app, "multiselect", "_margins").set_value(["sex"])
    app.run()
    assert next(part for part in app.multiselect if part.key and "_kept_sex_" in part.key).value == ["Refused"]
    assert list(fields(app, "sex")) == ["Female", "Male"]
    for group, share in (("Female", 51.0), ("Male", 49.0)):
        fields(app, "sex")[group].set_value(share)
    app.run()
    (said,) = (part.value.replace("\\", "") for part in app.info)
    assert "5 people without a known sex keep the share they have" in said


@pytest.mark.long
def test_residents_that_the_store_holds_by_the_same_groups_can_be_filled_in(run, own) -> None:
    rows = drawn()
    groups = ("White", "Black", "Asian", "Mixed", "Other")
    for place, row in enumerate(rows):
        row["Ethnicity"] = groups[place % 5]
    app = give(run(PAGE, own), ("wave.csv", file_of(rows, "Weight")))
    say(app)
    choose(app, "raked")
    widget(app, "multiselect", "_margins").set_value(["ethnicity"])
    app.run()
    assert len(fields(app, "ethnicity")) == 5
    press(app, "Fill in Census 2021")
    districts = [one.residents_2021 for one in DISTRICTS.values() if one.force == "surrey"]
    total = sum(sum(held.values()) for held in districts)
    expected = [100 * sum(held[group] for held in districts) / total for group in fields(app, "ethnicity")]
    assert [part.value for part in fields(app, "ethnicity").values()] == pytest.approx(expected, abs=1e-5)
    assert len(app.info) == 1
    # Sex is not counted by these files, and of another force nobody is.
    widget(app, "multiselect", "_margins").set_value(["sex"])
    app.run()
    assert [button.label for button in app.button if button.label.startswith("Fill in")] == []
    widget(app, "multiselect", "_margins").set_value(["ethnicity"])
    widget(app, "selectbox", "_force").set_value("kent")
    app.run()
    assert [button.label for button in app.button if button.label.startswith("Fill in")] == []
