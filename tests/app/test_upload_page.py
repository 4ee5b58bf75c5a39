"""The Upload page: files in, checked, compared with now, published with a reason, and nothing changed before that."""

from __future__ import annotations

import pytest

from analytics.findings.upload import too_large
from analytics.wording import plain
from data.loading import load_files
from data.readers.own_table import TABLES
from data.readers.sources import Upload
from data.store import Store
from pages.parts.identity import User

PAGE = "pages/manage/upload.py"
MONTH = "2018-07-surrey-stop-and-search.csv"
SEARCH = {"Type": "Person search", "Self-defined ethnicity": "White - Irish", "Date": "2018-07-02T10:00:00+00:00"}


def texts(app) -> list[str]:
    return [part.value for part in app.markdown]


def give(app, *files: tuple[str, bytes]):
    field = next(part for part in app.file_uploader if part.key.startswith("upload_files_"))
    field.set_value([(name, content, "") for name, content in files]) if len(files) > 1 else field.upload(*files[0])
    return app.run()


def press(app, label: str):
    next(button for button in app.button if button.label == label).click()
    return app.run()


def staged(store: Store) -> list[str]:
    return [path.name for path in (store.root / "staged").glob("*")]


def test_a_month_of_stops_is_previewed_published_and_listed(run, own, police_csv) -> None:
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH] * 3)))
    assert not app.exception
    assert "## 1 file can be published" in texts(app)
    assert any(plain("1 file: 1 ready to publish; 3 rows in all would be published.") in text for text in texts(app))
    # Before anything is published the store is as it was, and the preview stands in a copy beside it.
    assert len(own.releases()) == 1
    assert len(staged(own)) == 1
    assert any(text.startswith(":gray[**Now**]") or text.startswith("It stays as it is") for text in texts(app))
    app.text_input(key="upload_name").set_value("Grace")
    app.text_input(key="upload_reason_0").set_value("July")
    press(app, "Publish")
    assert not app.exception
    assert [plain("1 file is published: every page now shows release 2.")] == [said.value for said in app.success]
    assert [link.proto.label for link in app.get("page_link")] == ["See it on Stop and search"]
    release = own.release()
    assert (release.number, release.by, release.reason) == (2, "Grace", "July")
    assert own.history().iloc[0]["file"] == MONTH
    assert staged(own) == []
    assert not any(text.startswith("### :material/check_circle: 2") for text in texts(app))


@pytest.mark.long
@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_published(reason, run, own, police_csv) -> None:
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH])))
    app.text_input(key="upload_reason_0").set_value(reason)
    press(app, "Publish")
    assert [said.value for said in app.error] == ["Say why: the reason stays in the history."]
    assert len(own.releases()) == 1


def test_problems_are_grouped_by_rule_with_row_column_value_and_remedy(run, own, police_csv) -> None:
    bad = [SEARCH, {**SEARCH, "Date": "yesterday"}, {**SEARCH, "Date": "31/07/2018"}]
    app = give(run(PAGE, own), (MONTH, police_csv(bad)))
    assert "## 1 file can't be loaded as it is" in texts(app)
    assert any("2 rows" in text and "**This is not a date and time**" in text for text in texts(app))
    table = next(part.value for part in app.table if "What to do" in part.value)
    assert table[["Row", "Column", "Value"]].to_numpy().tolist() == [
        ["3", "Date", "yesterday"],
        ["4", "Date", "31/07/2018"],
    ]
    assert [button.label for button in app.button if button.label == "Publish"] == []
    assert [button.label for button in app.get("download_button")][:1] == ["Download what was found"]
    assert staged(own) == []


def test_hostile_names_and_values_are_shown_as_text(run, own, police_csv) -> None:
    hostile = "![x](https://beacon.invalid/x.png)"
    app = give(run(PAGE, own), (MONTH, police_csv([{**SEARCH, "Date": hostile}])))
    shown = [*texts(app), *(cell for table in app.table for cell in table.value.to_numpy().ravel())]
    assert [text for text in shown if "![x](" in str(text)] == []
    assert any("beacon" in str(text) for text in shown)


@pytest.mark.long
def test_starting_again_takes_everything_back(run, own, police_csv) -> None:
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH])))
    press(app, "Start again")
    assert not app.exception
    assert staged(own) == []
    assert len(own.releases()) == 1
    assert app.file_uploader[0].key == "upload_files_1"


@pytest.mark.long
def test_a_file_that_is_loaded_already_changes_nothing(run, own, police_csv) -> None:
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH])))
    app.text_input(key="upload_reason_0").set_value("July")
    press(app, "Publish")
    app = give(app, (MONTH, police_csv([SEARCH])))
    assert "## There is nothing new in these files" in texts(app)
    assert "There is nothing to publish yet." in texts(app)


def test_a_file_that_nobody_knows_is_answered_for(run, own) -> None:
    app = give(run(PAGE, own), ("notes.csv", b"one,two\n1,2\n"))
    table = app.table[0].value
    assert table["What becomes of it"].tolist() == ["Not loaded"]
    assert "columns are not those of any file we read" in table["What we recognised"][0]


def wave(people: int = 90) -> bytes:
    rows = ["Serial,Weight,InterviewDate,Q60,Q62F,Q13,Name"]
    rows += [
        f"{n},1.0,{n % 28 + 1:02d}/07/2026,{n % 5 + 1},{n % 5 + 1},{n % 4 + 1},{('Ada Smith', 'Grace Jones')[n % 2]}"
        for n in range(people)
    ]
    return "\n".join(rows).encode()


def widget(app, kind: str, ending: str):
    return next(part for part in app.get(kind) if part.key and part.key.endswith(ending))


@pytest.mark.long
def test_a_wave_gets_its_mapping_in_a_form_and_the_next_wave_begins_with_it(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", wave()))
    assert not app.exception
    assert any("1 file of answers needs you" in text for text in texts(app))
    guessed = {part.label: part.value for part in app.selectbox if part.label.startswith("What ")}
    assert guessed["What Q60 is"] == "measure good_job_local"
    assert guessed["What Name is"] == "drop"
    press(app, "Use this mapping")
    assert [said.value for said in app.error] == [plain("Fill in, under The wave: survey and force.")]
    widget(app, "text_input", "_survey").set_value("Residents")
    widget(app, "selectbox", "_force").set_value("surrey")
    widget(app, "checkbox", "Q62F_measure matter_reversed").set_value(True)
    press(app, "Use this mapping")
    said = (
        "Write, under The answers, how “Deal with what matters” was worded: a negative item has a wording of its own."
    )
    assert [error.value for error in app.error] == [plain(said)]
    widget(app, "text_input", "Q62F_measure matter_wording").set_value("They do not deal with what matters")
    press(app, "Use this mapping")
    assert not app.error
    assert "## 1 file can be published" in texts(app)
    app.text_input(key="upload_reason_0").set_value("first wave")
    press(app, "Publish")
    assert store.history()["kind"].tolist() == ["survey wave"]
    rows = store.view().rows("responses").collect("pandas").to_native()
    assert len(rows) == 90
    # By hand: person 0 gave code 1, which the usual order calls Strongly agree; the item is reversed.
    first = rows.sort_values("row").iloc[0]
    assert (first["good_job_local"], first["matter"]) == ("Excellent", "Strongly disagree")
    assert "Ada Smith" not in rows.to_csv()

    app = give(app, ("next.csv", wave(95).replace(b"/07/2026", b"/10/2026")))
    assert any(
        text.startswith("It begins with the mapping of **Residents, Surrey Police, 2026\\-07**") for text in texts(app)
    )
    assert (widget(app, "text_input", "_wave").value, widget(app, "text_input", "_label").value) == (
        "2026-10",
        "October 2026",
    )
    assert widget(app, "checkbox", "Q62F_measure matter_reversed").value is True
    press(app, "Use this mapping")
    assert "## 1 file can be published" in texts(app)


def test_a_question_without_a_meaning_for_every_code_is_not_taken(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", wave()))
    widget(app, "text_input", "_survey").set_value("Residents")
    widget(app, "selectbox", "_force").set_value("surrey")
    for code in ("4", "5"):
        widget(app, "selectbox", f"code_Q60_measure good_job_local_{code}").set_value("")
    press(app, "Use this mapping")
    said = "Say, under The answers, what “4” and “5” of “Q60” mean for “Good job locally”, or that they are no answers."
    assert [error.value for error in app.error] == [plain(said)]
    assert any("1 file of answers needs you" in text for text in texts(app))


@pytest.mark.long
def test_two_waves_at_once_have_a_form_and_a_mapping_each(run, store) -> None:
    later = wave().replace(b"/07/2026", b"/10/2026")
    app = give(run(PAGE, store), ("a.csv", wave()), ("b.csv", later))
    for number in range(2):
        forms = [part for part in app.text_input if part.key and part.key.endswith("_survey")]
        assert len(forms) == 2
        forms[number].set_value("Residents")
        [part for part in app.selectbox if part.key and part.key.endswith("_force")][number].set_value("surrey")
        [button for button in app.button if button.label == "Use this mapping"][number].click()
        app.run()
        assert not app.exception
    assert "## 2 files can be published" in texts(app)
    app.text_input(key="upload_reason_0").set_value("two waves")
    press(app, "Publish")
    assert sorted(store.history()["period"]) == ["2026-07", "2026-10"]


@pytest.mark.long
def test_two_files_of_one_name_are_told_before_anything_is_read(run, own, police_csv) -> None:
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH])), (MONTH, police_csv([SEARCH] * 2)))
    assert [said.value for said in app.error] == [
        plain(f"Several files are called “{MONTH}”. Take away all but one of each.")
    ]
    assert staged(own) == []


@pytest.mark.long
def test_nothing_is_published_over_what_nobody_has_seen(run, own, police_csv) -> None:
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH] * 3)))
    load_files([Upload(MONTH, police_csv([SEARCH] * 50))], own, "Grace", "meanwhile")
    app.text_input(key="upload_reason_0").set_value("July")
    press(app, "Publish")
    assert [said.value for said in app.warning] == [
        "Something was published meanwhile. Look at what would change now, then publish again."
    ]
    assert own.history().iloc[0]["by"] == "Grace"
    assert any(f"replaces {MONTH}" in text.replace("\\", "") for text in app.table[0].value["What we recognised"])
    press(app, "Publish")
    assert not app.exception
    assert own.release().number == 3


@pytest.mark.long
def test_a_figure_that_fails_loses_no_file(run, own, police_csv, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("analytics.findings.upload.previews", fail)
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH])))
    assert not app.exception
    assert any("could not be made; the log says why" in said.value for said in app.warning)
    app.text_input(key="upload_reason_0").set_value("July")
    press(app, "Publish")
    assert own.release().number == 2


def test_hostile_headers_and_labels_are_shown_as_text_in_the_form(run, store) -> None:
    hostile = "![x](https://beacon.invalid/x.png)"
    rows = [
        f'Serial,Q60,"{hostile}",Q13',
        *(f"{n},{n % 5 + 1},{hostile if n % 2 else 'b'},{n % 4 + 1}" for n in range(90)),
    ]
    app = give(run(PAGE, store), (f"{hostile.replace('/', '_')}.csv", "\n".join([*rows]).encode()))
    assert not app.exception
    live = [text for text in texts(app) if "![x](" in text]
    labels = [part.label for kind in ("selectbox", "text_input", "checkbox", "expander") for part in app.get(kind)]
    assert live == []
    assert [label for label in labels if "![x](" in label] == []


def test_a_viewer_may_look_and_not_upload(run, own, monkeypatch) -> None:
    monkeypatch.setattr("pages.parts.identity.current_user", lambda: User("Vera", "viewer"))
    app = run(PAGE, own)
    assert not app.exception
    assert not app.file_uploader
    assert any("You may look, but not upload" in text for text in texts(app))


def test_templates_of_every_table_are_offered(run, own) -> None:
    app = run(PAGE, own)
    app.session_state["templates"] = True
    app.run()
    labels = [button.label for button in app.get("download_button")]
    assert labels.count("Excel") == labels.count("CSV") == len(TABLES) + 1
    assert "Data dictionary" in labels


def test_a_file_that_is_too_large_is_refused_where_it_is_read(run, own) -> None:
    largest = 20 * 1024 * 1024  # maxUploadSize in .streamlit/config.toml
    app = give(run(PAGE, own), ("small.csv", b"x" * 10), ("large.csv", b"x" * (largest + 1)))
    assert [said.value for said in app.error] == [
        plain("More than 20 MB: “large.csv”. Take it away here, and load it with python -m data load.")
    ]
    assert staged(own) == []
    assert too_large({"just.csv": largest}, 20) == ""


@pytest.mark.long
def test_new_words_of_a_question_are_a_break_or_a_wording_change_by_choice(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", wave()))
    widget(app, "text_input", "_survey").set_value("Residents")
    widget(app, "selectbox", "_force").set_value("surrey")
    press(app, "Use this mapping")
    app.text_input(key="upload_reason_0").set_value("first wave")
    press(app, "Publish")
    assert [part for part in app.radio if part.key and part.key.endswith("_comparable")] == []

    app = give(app, ("next.csv", wave(95).replace(b"/07/2026", b"/10/2026")))
    widget(app, "text_input", "Q60_measure good_job_local_wording").set_value("How well do the police here do?")
    app.run()
    choice = widget(app, "radio", "Q60_measure good_job_local_comparable")
    assert "how good a job do you think the police in this area are doing" in choice.label
    assert choice.value is False
    choice.set_value(True)
    app.run()
    press(app, "Use this mapping")
    app.text_input(key="upload_reason_1").set_value("second wave")
    press(app, "Publish")
    assert not app.exception
    asked = store.view().rows("questions").collect("pandas").to_native()
    said = asked[asked["measure"] == "good_job_local"].set_index("wave")
    assert said["comparable"].astype(bool).to_dict() == {"2026-07": False, "2026-10": True}
    assert said.at["2026-10", "wording"] == "How well do the police here do?"
