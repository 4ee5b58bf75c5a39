"""Registers: versions that are appended, conflicts that are told, undo and removal that lose nothing."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from data import registers as module
from data.loading import load_files
from data.registers import Register, Stale, current, history, newest, one_line, record, remove, undo
from data.store import Store, StoreError, Writer
from data.tables import Column

APRIL = "2018-04-surrey-stop-and-search.csv"
NOON = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)


def as_given(view, values):
    return values


LIST = Register(
    "things",
    "thing",
    "One version of one thing.",
    (Column("text", "text", "What it says"), Column("size", "integer", "How large it is")),
    as_given,
)


def say(store, text, row=None, seen=None, by="Ada", reason="because", **more):
    """Add a thing, or change one as somebody who saw a version of it."""
    given = {"text": text, **more, **({"row": row} if row else {})}
    return record(store, LIST, [given], by, reason, {row: seen} if row else {})[0]


def told(view, row=None):
    """Every version, the oldest first: number, version, text, whether removed, what was done."""
    rows = history(view, LIST, row)[::-1]
    return list(rows[["row", "version", "text", "removed", "action"]].itertuples(index=False, name=None))


def shown(view):
    frame = current(view, LIST)
    return dict(zip(frame["row"], frame["text"], strict=True))


def test_a_record_is_added_changed_removed_and_brought_back(store):
    say(store, "one")
    say(store, "two")
    say(store, "two and a half", row=2, seen=1, by="Grace", reason="measured again")
    remove(store, LIST, 1, "Ada", "a mistake", 1)
    undo(store, LIST, 1, "Ada", "no mistake", 2)
    assert shown(store.view()) == {1: "one", 2: "two and a half"}
    assert told(store.view()) == [
        (1, 1, "one", False, "add"),
        (1, 2, "one", True, "remove"),
        (1, 3, "one", False, "undo"),
        (2, 1, "two", False, "add"),
        (2, 2, "two and a half", False, "change"),
    ]
    (last,) = history(store.view(), LIST, 2).head(1).to_dict("records")
    assert (last["by"], last["reason"]) == ("Grace", "measured again")
    assert [(r.number, r.by, r.reason, r.action) for r in store.releases()][2:4] == [
        (3, "Grace", "measured again", "thing"),
        (4, "Ada", "a mistake", "thing"),
    ]


def test_undo_of_the_first_version_removes_and_undo_of_an_undo_brings_back(store):
    say(store, "one")
    assert undo(store, LIST, 1, "Ada", "never", 1)["removed"]
    assert shown(store.view()) == {}
    assert list(newest(store.view(), LIST)["text"]) == ["one"]
    assert not undo(store, LIST, 1, "Ada", "after all", 2)["removed"]
    assert undo(store, LIST, 1, "Ada", "no", 3)["removed"]
    assert not undo(store, LIST, 1, "Ada", "yes", 4)["removed"]
    say(store, "other", row=1, seen=5)
    undo(store, LIST, 1, "Ada", "back", 6)
    assert shown(store.view()) == {1: "one"}
    undo(store, LIST, 1, "Ada", "forth", 7)
    assert shown(store.view()) == {1: "other"}
    assert [version for _, version, *_ in told(store.view())] == list(range(1, 9))


def test_a_removed_record_can_be_written_anew(store):
    say(store, "one")
    remove(store, LIST, 1, "Ada", "gone", 1)
    assert say(store, "one", row=1, seen=2)["version"] == 3
    assert shown(store.view()) == {1: "one"}


def test_the_second_editor_of_a_row_is_told_who_and_when_and_nothing_is_saved(store, monkeypatch):
    class Clock:
        @staticmethod
        def now(zone):
            return NOON

    monkeypatch.setattr(module, "datetime", Clock)
    say(store, "one")
    say(store, "Grace's", row=1, seen=1, by="Grace")
    before = store.version
    for attempt in (
        lambda: say(store, "mine", row=1, seen=1),
        lambda: remove(store, LIST, 1, "Ada", "gone", 1),
        lambda: undo(store, LIST, 1, "Ada", "back", 1),
        lambda: say(store, "mine", row=1, seen=None),
    ):
        with pytest.raises(Stale) as caught:
            attempt()
        assert str(caught.value) == (
            "Thing 1 was changed by Grace on 1 March 2026 at 12:05 UTC after you opened it, so nothing of yours is "
            "saved yet."
        )
        assert (caught.value.now["version"], caught.value.now["text"]) == (2, "Grace's")
    assert store.version == before
    say(store, "mine", row=1, seen=2)
    assert shown(store.view()) == {1: "mine"}


def test_editors_of_different_rows_do_not_meet(store):
    say(store, "one")
    say(store, "two")
    say(store, "Ada's", row=1, seen=1)
    say(store, "Grace's", row=2, seen=1, by="Grace")
    assert shown(store.view()) == {1: "Ada's", 2: "Grace's"}


def test_several_rows_land_together_or_not_at_all(store):
    made = record(store, LIST, [{"text": "one"}, {"text": "two"}], "Ada", "both")
    assert [version["row"] for version in made] == [1, 2]
    say(store, "changed", row=2, seen=1)
    with pytest.raises(Stale):
        record(
            store, LIST, [{"text": "x", "row": 1}, {"text": "y", "row": 2}, {"text": "z"}], "Ada", "all", {1: 1, 2: 1}
        )
    assert shown(store.view()) == {1: "one", 2: "changed"}
    assert store.release().number == 2


def test_a_pinned_view_never_changes(store):
    say(store, "one")
    pinned = store.view()
    say(store, "other", row=1, seen=1)
    remove(store, LIST, 1, "Ada", "gone", 2)
    assert (shown(pinned), len(told(pinned))) == ({1: "one"}, 1)
    assert shown(store.view(1)) == {1: "one"}
    assert shown(store.view()) == {}


@pytest.mark.long
def test_an_edit_counts_nothing_again_and_keeps_every_load(store, load, police_csv):
    load({APRIL: police_csv([{"Type": "Person search"}] * 2)})
    before = store.release()
    say(store, "one")
    after = store.release()
    assert after.versions == {**before.versions, "things": 0}
    assert (after.current, after.added, after.withdrawn) == (before.current, (), ())
    load({APRIL.replace("04", "05"): police_csv([{"Type": "Person search"}])})
    assert shown(store.view()) == {1: "one"}


def test_what_a_killed_edit_left_behind_is_swept(store, monkeypatch):
    say(store, "one")

    class Killed(BaseException):
        """Stands for the end of the process."""

    def killed(writer, view):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "publish", killed)
        with pytest.raises(Killed):
            say(store, "half", row=1, seen=1)
    assert shown(store.view()) == {1: "one"}
    say(store, "whole", row=1, seen=1)
    assert told(store.view()) == [(1, 1, "one", False, "add"), (1, 2, "whole", False, "change")]


def test_many_versions_are_put_together_and_stay_the_same(store, monkeypatch):
    monkeypatch.setattr(module, "_TOGETHER", 4)
    for number in range(9):
        say(store, f"text {number}")
    view = store.view()
    assert shown(view) == {number + 1: f"text {number}" for number in range(9)}
    assert len(view._files("things")[0]) < 4
    assert [len(shown(store.view(number))) for number in (3, 4, 7)] == [3, 4, 7]


def test_a_clock_that_goes_back_does_not_turn_versions_round(store, monkeypatch):
    say(store, "one")

    class Clock:
        @staticmethod
        def now(zone):
            return datetime(2001, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(module, "datetime", Clock)
    say(store, "two", row=1, seen=1)
    assert shown(store.view()) == {1: "two"}


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda store: say(store, "one", row=1, seen=1), "Thing 1 says this already, so nothing is saved."),
        (lambda store: say(store, "x", row=8, seen=1), "There is no thing 8; the newest is 1."),
        (lambda store: remove(store, LIST, 7, "Ada", "x", 1), "There is no thing 7; the newest is 1."),
        (lambda store: say(store, "x", by=" \t"), "Say who you are: the name stays in the history of the thing."),
        (lambda store: say(store, "x", reason="\x00"), "Say why: the reason stays in the history of the thing."),
        (lambda store: say(store, "x", by="a" * 101), "The name has 101 characters; 100 are the most."),
        (lambda store: say(store, "x", reason="a" * 301), "The reason has 301 characters; 300 are the most."),
        (lambda store: record(store, LIST, [], "Ada", "x"), "Nothing was given, so nothing is saved."),
        (
            lambda store: record(store, LIST, [{"row": 1, "text": text} for text in "ab"], "Ada", "x", {1: 1}),
            "Thing 1 is given twice, so nothing is saved.",
        ),
    ],
)
def test_what_can_not_be_done_is_said_in_one_sentence(attempt, words, store):
    say(store, "one")
    with pytest.raises(StoreError) as caught:
        attempt(store)
    assert str(caught.value) == words
    assert told(store.view()) == [(1, 1, "one", False, "add")]


def test_what_is_removed_is_not_removed_again(store):
    say(store, "one")
    remove(store, LIST, 1, "Ada", "gone", 1)
    with pytest.raises(StoreError, match=r"^Thing 1 was removed by Ada on .* UTC already\.$"):
        remove(store, LIST, 1, "Ada", "gone", 2)


def test_a_column_that_is_none_of_the_register_is_an_error_of_the_program(store):
    with pytest.raises(KeyError, match="things has no column colour"):
        say(store, "one", colour="red")


def test_an_empty_register_and_a_store_without_one(store):
    assert current(store.view(), LIST).empty
    assert list(history(store.view(), LIST).columns) == LIST.table.names
    with pytest.raises(StoreError, match="There is no thing 1; there is none yet"):
        undo(store, LIST, 1, "Ada", "x", 1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  two\n\nlines\tof it ", "two lines of it"),
        ("a\u202eb\u200bc\x07d\ud800", "abcd"),
        ("no\u00a0break", "no break"),
        ("café ☕ ‘quoted’", "café ☕ ‘quoted’"),
        (None, ""),
    ],
)
def test_text_is_kept_in_one_line_without_unseen_characters(text, kept):
    assert one_line(text) == kept


class Editing(RuleBasedStateMachine):
    """A register against plain lists of what each record said; people saw the newest version or the one before."""

    rows = st.integers(1, 3)
    texts = st.sampled_from(["a", "b", "c"])

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.folder.name) / "store")
        record(self.store, LIST, [{"text": "a"}, {"text": "b"}], "Ada", "begun")
        self.model: dict[int, list[tuple[str, bool]]] = {1: [("a", False)], 2: [("b", False)]}
        self.pinned: list[tuple[object, dict[int, str]]] = []

    def expected(self) -> dict[int, str]:
        return {row: held[-1][0] for row, held in self.model.items() if not held[-1][1]}

    def attempt(self, row, late, act, made):
        """Do it as somebody who saw the newest version, or the one before; say what came of it in the model too."""
        held = self.model.get(row)
        try:
            act((len(held) if held else 1) - late)
        except Stale:
            assert late
            assert held
        except StoreError:
            assert held is None or made is None
        else:
            assert not late
            held.append(made)

    @rule(text=texts)
    def add(self, text):
        assert say(self.store, text)["row"] == len(self.model) + 1
        self.model[len(self.model) + 1] = [(text, False)]

    @rule(row=rows, text=texts, late=st.booleans())
    def change(self, row, text, late):
        same = self.model.get(row, [None])[-1] == (text, False)
        made = None if same else (text, False)
        self.attempt(row, late, lambda seen: say(self.store, text, row, seen), made)

    @rule(row=rows, late=st.booleans())
    def remove(self, row, late):
        held = self.model.get(row)
        made = None if held is None or held[-1][1] else (held[-1][0], True)
        self.attempt(row, late, lambda seen: remove(self.store, LIST, row, "Ada", "gone", seen), made)

    @rule(row=rows, late=st.booleans())
    def undo(self, row, late):
        held = self.model.get(row)
        if held is None:
            made = None
        elif len(held) == 1 or held[-2][1]:
            made = ((held[-2] if len(held) > 1 else held[-1])[0], True)
        else:
            made = held[-2]
        self.attempt(row, late, lambda seen: undo(self.store, LIST, row, "Ada", "back", seen), made)

    @precondition(lambda self: len(self.pinned) < 2 and self.model)
    @rule()
    def pin(self):
        self.pinned.append((self.store.view(), self.expected()))

    @invariant()
    def the_register_is_what_the_list_says(self):
        view = self.store.view()
        assert shown(view) == self.expected()
        assert [(row, version, text, gone) for row, version, text, gone, _ in told(view)] == [
            (row, place, text, gone)
            for row, held in sorted(self.model.items())
            for place, (text, gone) in enumerate(held, start=1)
        ]
        assert all(shown(pinned) == then for pinned, then in self.pinned)

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()


Editing.TestCase.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)
TestEditing = pytest.mark.long(Editing.TestCase)


def _edit(root, name, rounds, ready, results):
    """Add a thing of one's own each round, and race the others for thing 1."""
    store, said, refused = Store(root), [], []
    for number in range(rounds):
        seen = int(newest(store.view(), LIST)["version"].iloc[0])
        ready.wait(60)  # Everybody has seen the same version.
        text = f"{name} {number}"
        try:
            record(store, LIST, [{"text": text, "row": 1}], name, "race", {1: seen})
            said.append(text)
        except Stale as stale:
            refused.append(str(stale))
        record(store, LIST, [{"text": text}], name, "own")
        ready.wait(60)
    results.put(("edit", name, said, refused))


def _load(root, files, results):
    """Load files one after the other."""
    statuses = [load_files([Path(file)], Store(root), "Loader", "a month").outcomes[0].status for file in files]
    results.put(("load", files, statuses, []))


@pytest.mark.long
def test_eight_processes_load_and_edit_at_once_and_nothing_is_lost(store, tmp_path, police_csv):
    editors, loaders, rounds = 5, 3, 2
    say(store, "begun")
    files = []
    for number in range(loaders * 2):
        path = tmp_path / f"2018-{number + 1:02d}-surrey-stop-and-search.csv"
        path.write_bytes(police_csv([{"Type": "Person search"}] * (number + 1)))
        files.append(str(path))
    # Processes that begin with everything imported already, where the system can make them.
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
    if os.name != "nt":
        context.set_forkserver_preload(["data.loading", "data.registers", "pandas", "pandera.pandas"])
    results, ready = context.Queue(), context.Barrier(editors)
    names = [f"Editor {number}" for number in range(editors)]
    work = [context.Process(target=_edit, args=(store.root, name, rounds, ready, results)) for name in names]
    work += [
        context.Process(target=_load, args=(store.root, files[n * 2 : n * 2 + 2], results)) for n in range(loaders)
    ]
    for process in work:
        process.start()
    end = time.monotonic() + 120
    found = [results.get(timeout=max(end - time.monotonic(), 1)) for _ in work]
    for process in work:
        process.join(30)
    assert [process.exitcode for process in work] == [0] * 8

    view, edits = store.view(), [row for row in found if row[0] == "edit"]
    said = [text for _, _, texts, _ in edits for text in texts]
    refused = [sentence for *_, sentences in edits for sentence in sentences]
    assert len(said) + len(refused) == editors * rounds
    assert len(said) == rounds  # Of those who saw one version, one is first.
    assert all(sentence.startswith("Thing 1 was changed by Editor") for sentence in refused)
    raced = history(view, LIST, 1)[::-1]
    assert list(raced["version"]) == list(range(1, rounds + 2))
    assert list(raced["text"][1:]) == sorted(said, key=lambda text: text[-1])
    own = newest(view, LIST).iloc[1:]
    assert list(own["row"]) == list(range(2, editors * rounds + 2))
    assert sorted(own["text"]) == sorted(f"{name} {number}" for name in names for number in range(rounds))
    assert {status for kind, _, statuses, _ in found if kind == "load" for status in statuses} == {"loaded"}
    assert len(view.rows("stops").collect("pandas").to_native()) == sum(range(1, loaders * 2 + 1))
    assert list(store.history()["status"]) == ["current"] * loaders * 2
    releases = [release.number for release in store.releases()]
    assert releases == list(range(1, 1 + len(said) + editors * rounds + loaders * 2 + 1))
