"""Peers that hang, trickle, lie or babble: each ends in a `SourceFault` within the deadline, without a secret."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.style_source import SourceFault
from app.edge import timed_socket
from app.edge.consul_transport import Consul, ConsulSettings
from tests.consul.agent import Agent
from tests.edge import peers
from tests.edge.peers import FOUND, OK_HEAD, Behaviour, answer, answering, peer

CONNECT, READ = 0.4, 0.2
TEN_DEADLINES = 10 * (CONNECT + READ)


@contextlib.contextmanager
def client(**settings: Any) -> Iterator[Consul]:
    consul = Consul(ConsulSettings(**{"connect_timeout": CONNECT, "read_timeout": READ, **settings}))
    with contextlib.closing(consul.http):
        yield consul


@contextlib.contextmanager
def patient_client(**settings: Any) -> Iterator[Consul]:
    """One for peers that do answer: a busy machine is no reason to fail."""
    with client(**{"connect_timeout": 5, "read_timeout": 5, **settings}) as consul:
        yield consul


@contextlib.contextmanager
def cut_at_the_deadline(said: str) -> Iterator[None]:
    start = time.monotonic()
    with pytest.raises(SourceFault, match=said):
        yield
    assert time.monotonic() - start < TEN_DEADLINES


def test_a_hung_agent_is_cut_at_the_deadline_and_found_again_when_it_wakes(own_agent: Agent) -> None:
    own_agent.put("key", b"value")
    with client(port=own_agent.port, connect_timeout=1, read_timeout=1) as consul:
        assert consul.kv.get("key")[1]["Value"] == b"value"
        own_agent.pause()
        for _ in range(2):
            with pytest.raises(SourceFault, match=f"^Consul at 127.0.0.1:{own_agent.port} did not answer within 1 s$"):
                consul.kv.get("key")
        own_agent.resume()
        assert consul.kv.get("key")[1]["Value"] == b"value"


NEVER_DONE = {
    "silent": peers.silent,
    "a byte of the status line at a time": peers.trickling(b"", b"H"),
    "endless interim answers": peers.trickling(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless headers": peers.trickling(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
    "a byte of the body at a time": peers.trickling(OK_HEAD + b"Content-Length: 100000\r\n\r\n", b"["),
    "a chunk at a time": peers.trickling(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n[\r\n"),
    "a body without a length or an end": peers.trickling(OK_HEAD + b"\r\n", b"["),
}


@pytest.mark.parametrize("behaviour", NEVER_DONE.values(), ids=NEVER_DONE)
def test_a_peer_that_is_never_done_is_cut_at_the_deadline(behaviour: Behaviour) -> None:
    with (
        peer(behaviour) as never_done,
        client(port=never_done.port) as consul,
        cut_at_the_deadline(f"did not answer within {READ} s"),
    ):
        consul.kv.get("key")


@pytest.mark.parametrize(
    "behaviour", [peers.silent, peers.trickling(b"\x16\x03\x03\x40\x00", b"\x02")], ids=["silent", "trickling"]
)
def test_a_hung_tls_handshake_is_cut_at_the_deadline(behaviour: Behaviour) -> None:
    with (
        peer(behaviour) as hung,
        client(scheme="https", port=hung.port) as consul,
        cut_at_the_deadline(f"did not take the connection within {CONNECT} s"),
    ):
        consul.kv.get("key")


def test_a_port_that_neither_takes_nor_refuses_is_cut_at_the_deadline() -> None:
    with (
        peers.full_port() as port,
        client(port=port) as consul,
        cut_at_the_deadline(f"did not take the connection within {CONNECT} s"),
    ):
        consul.kv.get("key")


def test_a_peer_that_does_not_read_is_cut_at_the_deadline() -> None:
    with (
        peer(peers.silent) as hung,
        client(port=hung.port) as consul,
        cut_at_the_deadline(f"did not answer within {READ} s"),
    ):
        consul.kv.put("key", b"x" * 50_000_000)


def test_several_requests_of_one_read_share_one_deadline() -> None:
    def slow(sock: socket.socket, over: threading.Event) -> None:
        while peers.read_request(sock) and not over.wait(READ / 2):
            sock.sendall(answer(OK_HEAD, FOUND))

    with (
        peer(slow) as tardy,
        client(port=tardy.port) as consul,
        cut_at_the_deadline("did not"),
        consul.http.one_read(),
    ):
        for _ in range(100):
            consul.kv.get("key")


def test_a_hung_resolver_is_left_behind_and_asked_once_for_all_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    release, asked = threading.Event(), []

    def hang(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        release.wait(30)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with peer(answering(answer(OK_HEAD, FOUND))) as found, client(host="consul.invalid", port=found.port) as consul:
        for _ in range(3):
            with cut_at_the_deadline(rf"^Consul at consul.invalid:\d+ did not take the connection within {CONNECT} s$"):
                consul.kv.get("key")
        assert asked == ["consul.invalid"]
        (lookup,) = timed_socket._lookups.values()
        release.set()
        assert lookup.done.wait(30)
    with peer(answering(answer(OK_HEAD, FOUND))) as found, patient_client(host="x.invalid", port=found.port) as consul:
        assert consul.kv.get("key")[1]["Value"] == b"v"


def test_a_name_that_does_not_resolve_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with (
        patient_client(host="consul.invalid") as consul,
        pytest.raises(SourceFault, match=r"the name consul.invalid can't be resolved: .*Name or service not known"),
    ):
        consul.kv.get("key")


def test_an_address_that_is_silent_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with peers.full_port() as hole, peer(answering(answer(OK_HEAD, FOUND))) as found:
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in (hole, found.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        with patient_client(host="consul.invalid", connect_timeout=1) as consul:
            assert consul.kv.get("key")[1]["Value"] == b"v"


def test_a_kept_connection_closed_in_the_meantime_is_replaced_for_a_read() -> None:
    with (
        peer(peers.hanging_up_on_the_second(answer(OK_HEAD, FOUND))) as hasty,
        patient_client(port=hasty.port) as consul,
    ):
        for _ in range(3):
            assert consul.kv.get("key")[1]["Value"] == b"v"
        assert hasty.connections == 3


def test_one_silent_connection_ends_the_other_kept_ones_too() -> None:
    both = threading.Barrier(2)

    def forget_after_one_answer(sock: socket.socket, over: threading.Event) -> None:
        peers.read_request(sock)
        if forgetful.connections <= 2:
            both.wait(30)
        sock.sendall(answer(OK_HEAD, FOUND))
        over.wait()

    with peer(forget_after_one_answer) as forgetful, client(port=forgetful.port, read_timeout=1) as consul:
        beside = threading.Thread(target=consul.kv.get, args=("key",))
        beside.start()
        consul.kv.get("key")
        beside.join()
        with pytest.raises(SourceFault, match="did not answer"):
            consul.kv.get("key")
        assert consul.kv.get("key")[1]["Value"] == b"v"
        assert forgetful.connections == 3


def test_a_write_is_never_sent_twice() -> None:
    with (
        peer(peers.hanging_up_on_the_second(answer(OK_HEAD, b"true"))) as hasty,
        patient_client(port=hasty.port) as consul,
    ):
        assert consul.kv.put("key", b"") is True
        with pytest.raises(SourceFault, match="closed the connection without an answer"):
            consul.kv.put("key", b"")
        assert hasty.connections == 1


def test_a_write_on_a_connection_that_was_closed_while_idle_goes_over_a_new_one() -> None:
    with (
        peer(peers.answering_then_closing(answer(OK_HEAD, b"true"))) as closing,
        patient_client(port=closing.port) as consul,
    ):
        for _ in range(3):
            assert consul.kv.put("key", b"") is True
            assert closing.closed.acquire(timeout=30)
        assert closing.connections == 3


def test_a_new_connection_that_is_closed_without_an_answer_is_a_fault() -> None:
    with (
        peer(peers.answering_then_closing(b"")) as closing,
        patient_client(port=closing.port) as consul,
        pytest.raises(SourceFault, match=r"^Consul at 127.0.0.1:\d+ closed the connection without an answer$"),
    ):
        consul.kv.get("key")


ABSENT_HEAD = b"HTTP/1.1 404 Not Found\r\n"
FAULTS = {
    "no leader": (answer(b"HTTP/1.1 500 Oops\r\n", b"No cluster leader"), "answered 500: No cluster leader"),
    "too many requests": (answer(b"HTTP/1.1 429 Too\r\n", b"rate limited"), "answered 429: rate limited"),
    "a redirect": (answer(b"HTTP/1.1 301 M\r\nLocation: http://127.0.0.1:1/\r\n", b""), "answered 301$"),
    "not Consul, 404": (answer(ABSENT_HEAD, b"nginx"), "404 without X-Consul-Index: is this Consul"),
    "not Consul, 200": (answer(b"HTTP/1.1 200 OK\r\n", FOUND), "200 without X-Consul-Index: is this Consul"),
    "HTML": (answer(OK_HEAD, b"<html>\n <b>hi</b>"), r"something other than Consul's JSON: <html> <b>hi</b>$"),
    "no JSON": (answer(OK_HEAD, b""), "something other than Consul's JSON"),
    "not UTF-8": (answer(OK_HEAD, b'["\xff"]'), "something other than Consul's JSON"),
    "deep JSON": (answer(OK_HEAD, b"[" * 100_000), r"something other than Consul's JSON: \[{200}\.\.\.$"),
    "an object": (answer(OK_HEAD, b'{"a": 1}'), "something other than Consul's JSON"),
    "numbers": (answer(OK_HEAD, b"[1]"), "something other than Consul's JSON"),
    "a value that is a number": (answer(OK_HEAD, b'[{"Value": 1}]'), "something other than Consul's JSON"),
    "a value not in base64": (answer(OK_HEAD, b'[{"Value": "x"}]'), "something other than Consul's JSON"),
    "cut in the body": (OK_HEAD + b"Content-Length: 100\r\n\r\n[", "cut its answer short"),
    "cut in a chunk": (OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n[", "cut its answer short"),
    "cut in the status": (b"HTTP/1.1 2", "something other than HTTP"),
    "garbage": (b"\x00\xff\x16garbage\r\n\r\n", "something other than HTTP .BadStatusLine"),
    "a long line": (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", "something other than HTTP .LineTooLong"),
    "many headers": (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n", "other than HTTP .*more than 100 headers"),
    "control signs": (answer(b"HTTP/1.1 500 O\r\n", b"\x1b[31m\x00\r\n" + b"x" * 999), r"500: \[31m x{195}\.\.\.$"),
}


@pytest.mark.parametrize(("data", "said"), FAULTS.values(), ids=FAULTS)
def test_a_senseless_answer_is_a_fault_that_says_what_came(data: bytes, said: str) -> None:
    with (
        peer(peers.answering_then_closing(data)) as senseless,
        patient_client(port=senseless.port) as consul,
        pytest.raises(SourceFault, match=f"Consul at 127.0.0.1:{senseless.port} .*{said}"),
    ):
        consul.kv.get("key")


def test_an_answer_of_the_allowed_length_given_without_its_length_is_read_to_its_end() -> None:
    with (
        peer(peers.answering_then_closing(OK_HEAD + b"\r\n" + FOUND)) as old_fashioned,
        patient_client(port=old_fashioned.port) as consul,
    ):
        assert consul.kv.get("key")[1]["Value"] == b"v"
        assert consul.kv.get("key")[1]["Value"] == b"v"


def test_a_connection_that_said_more_than_its_answer_is_not_kept() -> None:
    babble = answer(OK_HEAD, b" " * 50_000)  # more than was read along with the answer
    with peer(answering(answer(OK_HEAD, FOUND) + babble)) as talkative, patient_client(port=talkative.port) as consul:
        for _ in range(5):
            assert consul.kv.get("key")[1]["Value"] == b"v"
        assert talkative.connections == 5


def test_the_settings_are_in_the_request() -> None:
    requests: list[bytes] = []
    settings = {"token": "t0ken", "http_auth": ("user", "hunter2"), "datacenter": "dc 2", "namespace": "team"}
    with (
        peer(peers.recording(requests, answer(OK_HEAD, FOUND))) as agent,
        patient_client(port=agent.port, **settings) as consul,
    ):
        consul.kv.get("key")
    (head,) = requests
    assert head.startswith(b"GET /v1/kv/key?dc=dc+2&ns=team HTTP/1.1\r\n")
    assert b"\r\nX-Consul-Token: t0ken\r\n" in head
    assert b"\r\nAuthorization: Basic " + base64.b64encode(b"user:hunter2") + b"\r\n" in head
    assert b"\r\nHost: 127.0.0.1:%d\r\n" % agent.port in head


TOKEN, PASSWORD = "T0p-Secret", "hunter2"
ECHOES = [
    *(b"HTTP/1.1 200 OK\r\nX-Consul-Index: 1\r\n", b"HTTP/1.1 404 No\r\n", b"HTTP/1.1 400 No\r\n"),
    *(b"HTTP/1.1 403 No\r\n", b"HTTP/1.1 409 No\r\n", b"HTTP/1.1 500 No\r\n", TOKEN.encode() + b"\r\n"),
]


@pytest.mark.parametrize("head", ECHOES)
def test_no_secret_is_in_a_message_or_its_traceback_even_if_the_peer_echoes_it(head: bytes) -> None:
    credentials: dict[str, Any] = {"token": TOKEN, "http_auth": ("user", PASSWORD)}
    with peer(peers.echoing(head)) as echo, patient_client(port=echo.port, **credentials) as consul:
        for method, argument in ((consul.kv.get, "key"), (consul.txn.put, [TOKEN + PASSWORD])):
            with pytest.raises(SourceFault) as fault:
                method(argument)
            said = "".join(traceback.format_exception(fault.value)) + repr(fault.value)
            for secret in (TOKEN, PASSWORD, base64.b64encode(f"user:{PASSWORD}".encode()).decode()):
                assert secret not in said
