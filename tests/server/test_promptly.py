"""Connections send small messages at once."""

from __future__ import annotations

import socket

import pytest

from pages.parts.server import promptly


def accepted(listening):
    with socket.create_connection(listening.getsockname()), listening.accept()[0] as connection:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.skipif(not promptly._HELD.is_dir(), reason="this system has no folder of open files")
def test_what_a_listening_socket_accepts_sends_at_once():
    with socket.socket() as listening:
        listening.bind(("localhost", 0))
        listening.listen()
        assert accepted(listening) == 0
        promptly.send_at_once()
        assert accepted(listening) != 0


@pytest.mark.skipif(not promptly._HELD.is_dir(), reason="this system has no folder of open files")
def test_no_file_is_held_open_longer(tmp_path):
    with (tmp_path / "file").open("w"), socket.socket() as listening:
        listening.bind(("localhost", 0))
        listening.listen()
        before = len(list(promptly._HELD.iterdir()))
        promptly.send_at_once()
        assert len(list(promptly._HELD.iterdir())) == before


def test_where_open_files_are_not_listed_nothing_is_done(monkeypatch, tmp_path):
    monkeypatch.setattr(promptly, "_HELD", tmp_path / "none")
    promptly.send_at_once()
