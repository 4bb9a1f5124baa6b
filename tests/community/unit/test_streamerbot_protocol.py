"""Talking to Streamer.bot: proving who we are, asking, understanding the answer."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread
from typing import Any

import pytest

from doors.outbound import Rejected, Unavailable
from functions.community.notify_streamerbot import protocol
from functions.community.notify_streamerbot.protocol import AuthenticatedSession, authentication
from tests.support.fake_streamerbot import FakeStreamerbot, Ran

SALT = "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI="
CHALLENGE = "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY="


def open_session(fake: FakeStreamerbot, password: str = "", **more: Any) -> closing[AuthenticatedSession]:
    return closing(AuthenticatedSession.open(fake.url, lambda: password, seconds=10, **more))


@contextmanager
def deaf() -> Iterator[str]:
    """The address of somebody who takes a WebSocket connection and never reads from it."""
    listener = socket.create_server(("127.0.0.1", 0))
    accepted: list[socket.socket] = []

    def accept() -> None:
        peer, _ = listener.accept()
        accepted.append(peer)
        lines = peer.recv(65536).decode().split("\r\n")
        (key,) = [line.split(": ")[1] for line in lines if line.lower().startswith("sec-websocket-key: ")]
        digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        peer.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
        )

    thread = Thread(target=accept)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        thread.join()
        for peer in accepted:
            # Reset: a client may still wait for us to read.
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("@ii", 1, 0))
            peer.close()
        listener.close()


@pytest.mark.parametrize(
    ("raw", "proof"),
    [
        (False, "1Ct943GAT+6YQUUX47Ia/ncufilbe6+oD6lY+5kaCu4="),
        (True, "D4kHleZrx6muS+IeH9J30O5xdxRUWA2/aPHmwVosSuU="),
    ],
)
def test_the_proof_is_what_openssl_makes_of_the_documented_steps(raw: bool, proof: str):
    assert authentication("supersecretpassword", SALT, CHALLENGE, raw=raw) == proof


def test_a_password_may_have_letters_that_are_not_english():
    assert authentication("pässwört", "OTY4Nzk2", "MTM1Nzkx") == "CKJUx1f5xy4tVs3i4DsY0yMIck5lqC2DSqVQErPAiNQ="


@pytest.mark.parametrize("chatty", [False, True])
def test_an_action_runs_with_its_arguments(chatty: bool):
    with FakeStreamerbot(chatty=chatty) as fake, open_session(fake) as session:
        session.do_action("1", "BrandishBot_AllUnlocked", {"message": "Ünlocked – all of it"})
        session.do_action("2", "BrandishBot_CycleCompleted", {})

    assert fake.ran == [
        Ran("1", "BrandishBot_AllUnlocked", {"message": "Ünlocked – all of it"}),
        Ran("2", "BrandishBot_CycleCompleted", {}),
    ]
    assert fake.faults == []


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("hello", ["outside", "inside"])
def test_who_knows_the_password_is_let_in_wherever_the_challenge_stands(hello: Any, raw: bool):
    with FakeStreamerbot("secret", hello=hello, raw=raw) as fake, open_session(fake, "secret", raw=raw) as session:
        session.do_action("1", "Hi", {})

    assert [ran.id for ran in fake.ran] == ["1"]


def test_a_wrong_password_leads_nowhere():
    with FakeStreamerbot("secret") as fake, pytest.raises(Unavailable, match="authentication failed"):
        open_session(fake, "guessed")

    assert fake.ran == []


def test_without_a_password_streamerbot_decides_itself_what_it_allows():
    with (
        FakeStreamerbot("secret") as fake,
        open_session(fake) as session,
        pytest.raises(Rejected, match="authentication required"),
    ):
        session.do_action("1", "Hi", {})


def test_a_password_is_not_looked_up_for_who_does_not_ask():
    def password() -> str:
        raise AssertionError("nobody asked")

    with FakeStreamerbot() as fake, closing(AuthenticatedSession.open(fake.url, password, seconds=10)) as session:
        session.do_action("1", "Hi", {})

    assert [ran.id for ran in fake.ran] == ["1"]


def test_who_says_nothing_on_connecting_wants_no_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "HELLO_SECONDS", 0.1)
    with FakeStreamerbot(hello=None) as fake, open_session(fake, "secret") as session:
        session.do_action("1", "Hi", {})

    assert [ran.id for ran in fake.ran] == ["1"]


def test_an_action_that_the_streamer_does_not_have_is_refused_and_the_next_one_runs():
    with FakeStreamerbot(actions={"Hi"}) as fake, open_session(fake) as session:
        with pytest.raises(Rejected, match="action not found"):
            session.do_action("1", "Ho", {})
        session.do_action("2", "Hi", {})

    assert [ran.id for ran in fake.ran] == ["2"]


def test_nobody_waits_for_an_answer_for_ever():
    with (
        FakeStreamerbot(answers=False) as fake,
        open_session(fake) as session,
        pytest.raises(Unavailable, match="TimeoutError"),
    ):
        session.do_action("1", "Hi", {}, seconds=0.1)


def test_who_hangs_up_instead_of_answering_is_unavailable():
    with FakeStreamerbot(hangs_up=True) as fake, open_session(fake) as session, pytest.raises(Unavailable):
        session.do_action("1", "Hi", {})


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1/", "http://127.0.0.1:1/", "ws://"])
def test_where_nobody_is_nobody_is_available(url: str):
    with pytest.raises(Unavailable):
        AuthenticatedSession.open(url, str, seconds=10)


def test_what_is_no_websocket_server_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(Unavailable, match="TimeoutError"):
        AuthenticatedSession.open(f"ws://127.0.0.1:{listener.getsockname()[1]}/", str, seconds=0.1)


def test_after_a_rest_a_connection_is_asked_whether_it_is_still_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "FRESH_SECONDS", -1.0)
    with FakeStreamerbot() as fake, open_session(fake) as session:
        assert session.is_alive()
        fake.stop()
        assert not session.is_alive()


def test_a_connection_whose_other_end_is_silent_is_dead(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "FRESH_SECONDS", -1.0)
    monkeypatch.setattr(protocol, "PONG_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "HELLO_SECONDS", 0.1)
    with deaf() as url, closing(AuthenticatedSession.open(url, str, seconds=10)) as session:
        assert not session.is_alive()


def test_who_does_not_read_cannot_hold_us_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "WRITE_SECONDS", 0.2)
    monkeypatch.setattr(protocol, "HELLO_SECONDS", 0.1)
    with deaf() as url, closing(AuthenticatedSession.open(url, str, seconds=10)) as session, pytest.raises(Unavailable):
        session.do_action("1", "Hi", {"much": "x" * 30_000_000})
