"""Uploads by raw requests: from whom, how large, how many, and where their bytes are meanwhile."""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.server import Server, started
from tests.servers import Session, ask

pytestmark = pytest.mark.long

MEGABYTE = 1024 * 1024
LARGEST = 20
"""Megabytes, in .streamlit/config.toml."""
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n'
TAIL = b"\r\n--b--\r\n"


@pytest.fixture(scope="module")
def cramped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with room for 45 MB a page, and for 70 MB in all."""
    place = tmp_path_factory.mktemp("cramped")
    room = {"CONFIDENCE_UPLOAD_SESSION": "45", "CONFIDENCE_UPLOAD_SERVER": "70"}
    with started(store=place / "store", log=place / "log", **room) as running:
        yield running


@pytest.fixture
def session(cramped) -> Iterator[Session]:
    opened = Session(cramped, "upload")
    yield opened
    for number in range(9):
        remove(opened, str(number))
    opened.close()


class Put:
    """A file on its way, written by hand."""

    def __init__(self, session: Session, file: str = "0", *, token: str | None = None, **headers: str) -> None:
        name, _, port = session.server.host.partition(":")
        self.socket = socket.create_connection((name, int(port)), timeout=30)
        lines = {
            "Host": session.server.host,
            "Content-Type": "multipart/form-data; boundary=b",
            "Cookie": session.cookie,
            "X-Xsrftoken": session.token if token is None else token,
            **{key.replace("_", "-"): value for key, value in headers.items()},
        }
        said = "".join(f"{key}: {value}\r\n" for key, value in lines.items() if value)
        self.socket.sendall(f"PUT /_stcore/upload_file/{session.id}/{file} HTTP/1.1\r\n{said}\r\n".encode())
        self.sent = 0

    def send(self, content: bytes, chunked: bool = False) -> bool:
        """Send some bytes; whether the server still takes them."""
        framed = b"%x\r\n%s\r\n" % (len(content), content) if chunked else content
        try:
            self.socket.sendall(framed)
        except OSError:
            return False
        self.sent += len(content)
        return True

    def status(self) -> int:
        """The status of the answer; 0 where the connection was closed without one."""
        try:
            first = self.socket.recv(4096).split(b" ", 2)
        except OSError:
            first = []
        self.socket.close()
        return int(first[1]) if len(first) > 1 else 0


def put(session: Session, megabytes: float, file: str = "0", **more) -> int:
    """Send a file of this size as a browser does."""
    content = b"x" * int(megabytes * MEGABYTE)
    sending = Put(session, file, Content_Length=str(len(HEAD) + len(content) + len(TAIL)), **more)
    sending.send(HEAD + content + TAIL)
    return sending.status()


def remove(session: Session, file: str) -> int:
    headers = {"Cookie": session.cookie, "X-Xsrftoken": session.token}
    return ask(session.server, f"/_stcore/upload_file/{session.id}/{file}", headers, "DELETE")[0]


def test_a_file_below_the_limit_is_taken(session) -> None:
    assert put(session, LARGEST - 0.01) == 204
    assert remove(session, "0") == 204


@pytest.mark.parametrize("token", ["", "2|00000000|00000000000000000000000000000000|1"])
def test_without_the_token_of_the_page_nothing_is_taken(token, session) -> None:
    assert put(session, 0.1, token=token) == 403
    assert put(session, 0.1) == 204


def test_a_larger_file_is_refused_by_its_announcement(session) -> None:
    sending = Put(session, Content_Length=str(40 * MEGABYTE))
    assert sending.status() == 413  # before a byte of it was sent
    assert put(session, LARGEST + 0.01) == 413


def test_a_file_that_announces_less_than_it_has_is_cut_off(session) -> None:
    sending = Put(session, Content_Length=str(len(HEAD) + 10))
    sending.send(HEAD + b"x" * 30 * MEGABYTE + TAIL)
    assert sending.status() in (0, 400)
    assert put(session, 0.1) == 204


def test_a_file_that_announces_nothing_is_refused_while_it_comes_and_memory_stays(session, cramped) -> None:
    before = memory(cramped)
    sending = Put(session, Transfer_Encoding="chunked")
    sending.send(HEAD, chunked=True)
    while sending.sent < 400 * MEGABYTE and sending.send(b"x" * MEGABYTE, chunked=True):
        pass
    assert sending.sent < 60 * MEGABYTE
    assert sending.status() in (0, 413)
    if before:
        assert memory(cramped) - before < 4 * LARGEST * MEGABYTE
    assert "Upload rejected: request body exceeded the size limit" in cramped.log.read_text()


def memory(server: Server) -> int:
    """The most bytes that the server ever had; 0 where the system does not say."""
    status = Path(f"/proc/{server.process.pid}/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def test_the_files_of_a_page_have_a_bound_together(session) -> None:
    assert [put(session, 19, "0"), put(session, 19, "1")] == [204, 204]
    assert put(session, 10, "2") == 413
    assert put(session, 6, "2") == 204
    assert remove(session, "0") == 204
    assert put(session, 10, "3") == 204


def test_files_that_come_at_once_count_before_they_are_there(session) -> None:
    coming = [Put(session, str(n), Content_Length=str(19 * MEGABYTE)) for n in range(2)]
    for sending in coming:
        sending.send(HEAD)
    time.sleep(0.5)
    assert put(session, 10, "2") == 413
    for sending in coming:
        sending.socket.close()
    for _ in range(50):
        if put(session, 10, "2") == 204:
            break
        time.sleep(0.1)
    else:
        pytest.fail("Room for files that never came is still kept")


def test_the_files_of_all_pages_have_a_bound_together(session, cramped) -> None:
    other = Session(cramped, "upload")
    assert [put(session, 19, "0"), put(session, 19, "1"), put(other, 19, "0")] == [204] * 3
    assert put(other, 15, "1") == 413
    assert remove(session, "0") == 204
    assert put(other, 15, "1") == 204
    assert [remove(other, file) for file in "01"] == [204, 204]
    other.close()


def test_a_page_that_nobody_opened_takes_nothing(session) -> None:
    session.id, opened = "00000000-0000-4000-8000-000000000000", session.id
    assert put(session, 0.1) == 403
    session.id = opened


def test_whoever_may_only_look_sends_nothing(open_server) -> None:
    looking = Session(open_server, "upload")
    assert put(looking, 0.1) == 403
    looking.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the open files of another process")
def test_a_file_on_its_way_is_on_no_disk(session, cramped) -> None:
    content = b"x" * (12 * MEGABYTE)
    sending = Put(session, Content_Length=str(len(HEAD) + len(content) + len(TAIL)))
    sending.send(HEAD + content)
    time.sleep(1)
    folder = Path(f"/proc/{cramped.process.pid}/fd")
    files = [str(entry.readlink()) for entry in folder.iterdir() if entry.is_symlink()]
    assert len(files) > 3
    assert [file for file in files if file.startswith(tempfile.gettempdir()) and "(deleted)" in file] == []
    sending.send(TAIL)
    assert sending.status() == 204
