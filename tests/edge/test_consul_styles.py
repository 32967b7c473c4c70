"""What only Consul can do to a source of styles, most of it with a real agent."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from app.core.style_source import SourceFault
from app.edge.consul_styles import ConsulStyles
from app.edge.consul_transport import ConsulSettings
from tests.consul.agent import Agent
from tests.edge import peers
from tests.edge.peers import OK_HEAD, answer, answering, passing_on_to, peer

READ_STYLES = 'key_prefix "plotting/styles/" { policy = "read" }'


def settings(port: int, token: str | None = None) -> ConsulSettings:
    return ConsulSettings(port=port, token=token, connect_timeout=5, read_timeout=5)


@pytest.fixture
def styles(consul_agent: Agent, consul_prefix: str) -> Iterator[ConsulStyles]:
    with closing(ConsulStyles(settings(consul_agent.port), consul_prefix)) as source:
        yield source


def test_the_index_is_the_keys_modify_index(styles: ConsulStyles, consul_agent: Agent) -> None:
    consul_agent.put(f"{styles.prefix}/brand", b"{}")
    _, body = consul_agent.request("GET", f"/v1/kv/{styles.prefix}/brand")
    assert styles.read(["brand"])["brand"].index == json.loads(body)[0]["ModifyIndex"]


def test_a_style_put_again_after_a_delete_has_a_greater_index(styles: ConsulStyles, consul_agent: Agent) -> None:
    consul_agent.put(f"{styles.prefix}/brand", b"{}")
    before = styles.read(["brand"])["brand"].index
    consul_agent.delete(f"{styles.prefix}/brand")
    consul_agent.put(f"{styles.prefix}/brand", b"{}")
    assert styles.read(["brand"])["brand"].index > before


def test_folders_and_other_keys_beside_the_styles_are_not_styles(styles: ConsulStyles, consul_agent: Agent) -> None:
    for key in ("brand", "sub/deep", "README.md", "Upper", "brand%20two", "", "flagged?flags=18446744073709551615"):
        consul_agent.put(f"{styles.prefix}/{key}", b"{}")
    consul_agent.put(f"{styles.prefix}-other/brand", b"{}")
    assert styles.names() == ["brand", "flagged"]
    assert set(styles.read(["brand", "flagged", "sub"])) == {"brand", "flagged"}


def test_several_styles_are_one_request_once_the_absent_ones_are_known(consul_agent: Agent, consul_prefix: str) -> None:
    requests: list[bytes] = []
    consul_agent.put(f"{consul_prefix}/child", b"{}")
    with (
        peer(passing_on_to(consul_agent.port, requests)) as proxy,
        closing(ConsulStyles(settings(proxy.port), consul_prefix)) as source,
    ):
        for expected in (2, 1, 1):
            requests.clear()
            assert set(source.read(["child", "parent", "grandparent"])) == {"child"}
            assert len(requests) == expected
        consul_agent.put(f"{consul_prefix}/parent", b"{}")
        requests.clear()
        for _ in range(2):
            assert set(source.read(["child", "parent"])) == {"child", "parent"}
        assert [b"get-tree" in request for request in requests] == [True, False]


def test_a_parent_and_its_child_are_never_from_two_moments(styles: ConsulStyles, consul_agent: Agent) -> None:
    """A writer changes both in one transaction; a reader that asked one after the other would see them differ."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            encoded = "MTIzNDU2Nzg5"[: 4 * (1 + number % 3)]
            operations = [
                {"KV": {"Verb": "set", "Key": f"{styles.prefix}/{name}", "Value": encoded}}
                for name in ("child", "parent")
            ]
            status, _ = consul_agent.request("PUT", "/v1/txn", json.dumps(operations).encode())
            assert status == 200

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(200):
            entries = styles.read(["child", "parent", "absent"])
            assert len({(entry.value, entry.index) for entry in entries.values()}) <= 1
    finally:
        stop.set()
        writer.join()


@pytest.fixture
def reader(guarded_agent: Agent) -> Iterator[ConsulStyles]:
    """With a token that may read styles, and nothing else."""
    with closing(ConsulStyles(settings(guarded_agent.port, guarded_agent.create_token(READ_STYLES)))) as source:
        yield source


def test_a_token_that_may_only_read_is_enough(reader: ConsulStyles, guarded_agent: Agent) -> None:
    guarded_agent.put("plotting/styles/child", b"1")
    guarded_agent.put("plotting/styles/parent", b"2")
    assert set(reader.names()) == {"child", "parent"}
    assert set(reader.read(["child"])) == {"child"}
    for _ in range(3):
        assert set(reader.read(["child", "parent", "absent"])) == {"child", "parent"}


def test_a_key_that_the_token_may_not_read_is_a_fault_and_not_an_absent_style(guarded_agent: Agent) -> None:
    guarded_agent.put("plotting/styles/child", b"1")
    guarded_agent.put("plotting/styles/hidden", b"2")
    only_child = guarded_agent.create_token('key "plotting/styles/child" { policy = "read" }')
    with closing(ConsulStyles(settings(guarded_agent.port, only_child))) as source:
        for _ in range(2):
            with pytest.raises(SourceFault, match=r"left out plotting/styles/hidden: may this token read it\?"):
                source.read(["child", "hidden"])
        with pytest.raises(SourceFault, match=r"refused the token \(403\)"):
            source.read(["hidden"])
    guarded_agent.delete("plotting/styles/hidden")


def conflict(*errors: object) -> bytes:
    return answer(b"HTTP/1.1 409 Conflict\r\n", json.dumps({"Results": None, "Errors": errors}).encode())


MISSING = {"OpIndex": 0, "What": 'key "plotting/styles/a" doesn\'t exist'}
ODD_ANSWERS = {
    "permission denied": (conflict({"OpIndex": 0, "What": "Permission denied"}), "rolled .* back: .*Permission denied"),
    "a conflict that stays": (conflict(MISSING), "lost one of the styles a, b in each of 4 tries"),
    "a conflict without errors": (conflict(), "rolled the transaction back"),
    "errors that are none": (conflict(1), "rolled the transaction back"),
    "an error outside": (conflict({**MISSING, "OpIndex": 9}), "rolled the transaction back"),
    "a conflict in HTML": (answer(b"HTTP/1.1 409 Conflict\r\n", b"<html>"), "rolled the transaction back: <html>"),
    "no results": (answer(OK_HEAD, b"{}"), "answered a transaction without its results"),
    "a list": (answer(OK_HEAD, b"[]"), "answered a transaction without its results"),
    "a text": (answer(OK_HEAD, b'{"Results": "abc"}'), "answered a transaction without its results"),
    "a key that is a list": (answer(OK_HEAD, b'{"Results": [{"KV": {"Key": [], "Value": 0}}]}'), "without its results"),
    "a value that is a number": (answer(OK_HEAD, b'{"Results": [{"KV": {"Value": 1}}]}'), "without its results"),
    "nothing": (answer(OK_HEAD, b'{"Results": []}'), "left out plotting/styles/a, plotting/styles/b: may this token"),
}


@pytest.mark.parametrize(("data", "said"), ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_an_odd_answer_to_a_transaction_is_a_fault(data: bytes, said: str) -> None:
    with (
        peer(answering(data)) as odd,
        closing(ConsulStyles(settings(odd.port))) as source,
        pytest.raises(SourceFault, match=said),
    ):
        source.read(["a", "b"])


ODD_PAIRS = [b"[]", b"null", b"[{}]", b"[[1]]", b'[{"Value": "dg=="}]', b'[{"Value": "dg==", "ModifyIndex": "7"}]']


@pytest.mark.parametrize("body", ODD_PAIRS)
def test_an_odd_answer_to_a_read_is_a_fault_and_not_an_absent_style(body: bytes) -> None:
    with (
        peer(answering(answer(OK_HEAD, body))) as odd,
        closing(ConsulStyles(settings(odd.port))) as source,
        pytest.raises(SourceFault, match=r"without its Value and ModifyIndex|other than Consul's JSON"),
    ):
        source.read(["a"])


@pytest.mark.parametrize("body", [b"[]", b"{}", b"7", b'{"a": 1}', b"[1]", b'"abc"', b"[null]"])
def test_an_odd_list_of_keys_is_a_fault(body: bytes) -> None:
    with (
        peer(answering(answer(OK_HEAD, body))) as odd,
        closing(ConsulStyles(settings(odd.port))) as source,
        pytest.raises(SourceFault, match=r"listed keys that are not texts|other than Consul's JSON"),
    ):
        source.names()


def test_a_transaction_on_a_connection_closed_in_the_meantime_is_asked_again() -> None:
    pair = {"Key": "plotting/styles/a", "Value": "dg==", "ModifyIndex": 7}
    body = json.dumps({"Results": [{"KV": pair}, {"KV": {**pair, "Key": "plotting/styles/b"}}]}).encode()
    with peer(peers.hanging_up_on_the_second(answer(OK_HEAD, body))) as hasty:
        with closing(ConsulStyles(settings(hasty.port))) as source:
            for _ in range(3):
                assert set(source.read(["a", "b"])) == {"a", "b"}
        assert hasty.connections == 3


def test_the_tries_of_one_read_share_one_deadline() -> None:
    def slow(sock: socket.socket, over: threading.Event) -> None:
        while peers.read_request(sock) and not over.wait(0.3):
            sock.sendall(conflict(MISSING))

    with (
        peer(slow) as tardy,
        closing(ConsulStyles(ConsulSettings(port=tardy.port, connect_timeout=0.4, read_timeout=0.4))) as source,
        pytest.raises(SourceFault, match="did not answer within"),
    ):
        source.read(["a", "b"])
