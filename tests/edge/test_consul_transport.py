"""The transport against a real agent; what no agent can be made to do is in test_consul_faults.py."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.style_source import SourceFault
from app.edge.consul_transport import Conflict, Consul, ConsulSettings
from tests.consul.agent import Agent
from tests.edge.peers import passing_on_to, peer

READ_ALL = 'key_prefix "" { policy = "read" }'


class Clients:
    """Makes clients whose deadline a busy machine does not reach, and closes them."""

    def __init__(self) -> None:
        self.made: list[Consul] = []

    def __call__(self, **settings: Any) -> Consul:
        self.made.append(Consul(ConsulSettings(**{"connect_timeout": 5, "read_timeout": 5, **settings})))
        return self.made[-1]

    def guarded(self, agent: Agent, certificates: Path, **settings: Any) -> Consul:
        """One that the guarded agent's TLS lets in, but for what `settings` change."""
        return self(
            **{
                "scheme": "https",
                "port": agent.ports["https"],
                "token": agent.token,
                "ca_file": str(certificates / "ca.pem"),
                "client_cert": str(certificates / "client.pem"),
                "client_key": str(certificates / "client-key.pem"),
                **settings,
            }
        )


@pytest.fixture
def client() -> Iterator[Clients]:
    clients = Clients()
    yield clients
    for made in clients.made:
        made.http.close()


def value(consul: Consul, key: str) -> bytes:
    _, pair = consul.kv.get(key)
    found: bytes = pair["Value"]
    return found


@pytest.fixture
def key(consul_agent: Agent, consul_prefix: str) -> str:
    consul_agent.put(f"{consul_prefix}/key", b"value")
    return f"{consul_prefix}/key"


def test_neither_requests_nor_the_package_itself_is_imported() -> None:
    code = "import sys, app.edge.consul_styles; print([m for m in ('requests', 'consul') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_library_never_reads_the_environment(
    client: Clients, guarded_agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSUL_HTTP_ADDR", "http://192.0.2.1:1")
    monkeypatch.setenv("CONSUL_HTTP_TOKEN", "00000000-0000-0000-0000-000000000000")
    monkeypatch.setenv("CONSUL_HTTP_SSL", "true")
    consul = client(port=guarded_agent.port, token=guarded_agent.token)
    assert value(consul, "tests/guarded") == b"behind the guard"


def test_a_key_is_put_read_and_deleted(client: Clients, consul_agent: Agent, consul_prefix: str) -> None:
    consul = client(port=consul_agent.port)
    key = f"{consul_prefix}/a key? with=signs&%20"
    assert consul.kv.put(key, b"\x00\xff") is True
    assert value(consul, key) == b"\x00\xff"
    assert consul.kv.put(key, "new", cas=1) is False
    assert consul.kv.delete(key) is True
    assert consul.kv.get(key)[1] is None


def test_requests_in_a_row_use_one_connection(client: Clients, consul_agent: Agent, key: str) -> None:
    with peer(passing_on_to(consul_agent.port)) as proxy:
        consul = client(port=proxy.port)
        for _ in range(20):
            assert value(consul, key) == b"value"
            assert consul.kv.get(key + "-absent")[1] is None
        assert proxy.connections == 1
        consul.http.close()


def test_eight_threads_share_at_most_eight_connections(
    client: Clients, consul_agent: Agent, consul_prefix: str
) -> None:
    for number in range(8):
        consul_agent.put(f"{consul_prefix}/{number}", b"%d" % number)
    wrong: list[object] = []

    def read_often(number: int) -> None:
        try:
            wrong.extend(
                got for _ in range(50) if (got := value(consul, f"{consul_prefix}/{number}")) != b"%d" % number
            )
        except SourceFault as fault:
            wrong.append(fault)

    with peer(passing_on_to(consul_agent.port)) as proxy:
        consul = client(port=proxy.port)
        threads = [threading.Thread(target=read_often, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert proxy.connections <= 8
        consul.http.close()


def test_a_forked_child_opens_a_connection_of_its_own(client: Clients, consul_agent: Agent, key: str) -> None:
    with peer(passing_on_to(consul_agent.port)) as proxy:
        consul = client(port=proxy.port)
        assert value(consul, key) == b"value"
        child = os.fork()
        if child == 0:
            found = b""
            try:
                found = value(consul, key)
            finally:
                os._exit(0 if found == b"value" else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert proxy.connections == 2
        assert value(consul, key) == b"value"
        assert proxy.connections == 2
        consul.http.close()


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    client: Clients, consul_agent: Agent, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.edge.consul_transport.IDLE_SECONDS", -1.0)
    with peer(passing_on_to(consul_agent.port)) as proxy:
        consul = client(port=proxy.port)
        assert value(consul, key) == value(consul, key) == b"value"
        assert proxy.connections == 2
        consul.http.close()


def test_an_agent_that_restarts_is_found_again(client: Clients, own_agent: Agent) -> None:
    consul = client(port=own_agent.port)
    own_agent.put("key", b"before")
    assert value(consul, "key") == b"before"
    own_agent.kill()
    with pytest.raises(SourceFault, match=r"can't be reached: .*Connection refused"):
        consul.kv.get("key")
    own_agent.restart()
    own_agent.put("key", b"after")
    assert value(consul, "key") == b"after"


def test_a_value_over_consuls_limit_is_refused_and_the_next_request_works(
    client: Clients, consul_agent: Agent, key: str
) -> None:
    consul = client(port=consul_agent.port)
    with pytest.raises(SourceFault, match=r"answered 413: Request body\(524289 bytes\) too large"):
        consul.kv.put(key, b"x" * 524289)
    assert value(consul, key) == b"value"


def test_an_answer_longer_than_allowed_is_a_fault(
    client: Clients, consul_agent: Agent, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    consul = client(port=consul_agent.port)
    consul_agent.put(key, b"x" * 100_000)
    for limit in (1000, 130_000):
        monkeypatch.setattr("app.edge.consul_transport.MAX_ANSWER", limit)
        with pytest.raises(SourceFault, match=f"answered with more than {limit} bytes"):
            consul.kv.get(key)


def test_another_datacenter_is_asked_for_in_reads_and_in_transactions(client: Clients, consul_agent: Agent) -> None:
    consul = client(port=consul_agent.port, datacenter="nowhere")
    with pytest.raises(SourceFault, match="answered 500: No path to datacenter"):
        consul.kv.get("key")
    with pytest.raises(SourceFault, match="answered 500: No path to datacenter"):
        consul.txn.put([{"KV": {"Verb": "get", "Key": "key"}}])


def test_a_namespace_is_asked_for(client: Clients, consul_agent: Agent) -> None:
    with pytest.raises(SourceFault, match=r"answered 400: .*Namespaces are a Consul Enterprise feature"):
        client(port=consul_agent.port, namespace="team").kv.get("key")


def test_a_transaction_that_fails_is_a_conflict_with_its_errors(client: Clients, consul_agent: Agent) -> None:
    with pytest.raises(Conflict, match="rolled the transaction back") as conflict:
        client(port=consul_agent.port).txn.put([{"KV": {"Verb": "get", "Key": "no-such-key"}}])
    assert '"OpIndex": 0' in conflict.value.body


def test_a_request_without_a_token_is_refused_where_one_is_needed(client: Clients, guarded_agent: Agent) -> None:
    with pytest.raises(SourceFault, match=r"refused a request without a token \(403\): Permission denied"):
        client(port=guarded_agent.port).kv.get("tests/guarded")


def test_a_wrong_token_is_refused_without_being_shown(client: Clients, guarded_agent: Agent) -> None:
    wrong = "6f4238aa-882b-9ddc-4a9d-5b6758e4159e"
    with pytest.raises(SourceFault, match=r"refused the token \(403\): ACL not found") as fault:
        client(port=guarded_agent.port, token=wrong).kv.get("tests/guarded")
    assert wrong not in str(fault.value)


def test_a_token_that_rotates_in_its_file_is_read_again(client: Clients, guarded_agent: Agent, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(old := guarded_agent.create_token(READ_ALL))
    written = file.stat()
    consul = client(port=guarded_agent.port, token_file=str(file), token="outranked")
    assert value(consul, "tests/guarded") == b"behind the guard"
    file.write_text(guarded_agent.create_token(READ_ALL) + "\n")
    os.utime(file, ns=(written.st_atime_ns, written.st_mtime_ns))
    guarded_agent.revoke_token(old)
    assert value(consul, "tests/guarded") == b"behind the guard"
    file.write_text(old)
    with pytest.raises(SourceFault, match=r"refused the token \(403\)"):
        consul.kv.get("tests/guarded")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, r"token can't be read: No such file or directory"),
        (b" \n", r"token is empty"),
        (b"hush-1\nhush-2", r"token is not one token: expected printable ASCII"),
        ("hush-ü".encode(), r"token is not one token"),
        (b"hush-\x00", r"token is not one token"),
    ],
)
def test_a_token_file_that_will_not_do_is_named_without_its_content(
    client: Clients, guarded_agent: Agent, tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(SourceFault, match=f"Consul's token file {tmp_path}/{said}") as fault:
        client(port=guarded_agent.port, token_file=str(tmp_path / "token")).kv.get("tests/guarded")
    assert "hush" not in str(fault.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_with_certificates_of_both_sides_is_verified_and_kept_alive(
    client: Clients, guarded_agent: Agent, certificates: Path, host: str
) -> None:
    with peer(passing_on_to(guarded_agent.ports["https"])) as proxy:
        consul = client.guarded(guarded_agent, certificates, host=host, port=proxy.port)
        for _ in range(5):
            assert value(consul, "tests/guarded") == b"behind the guard"
        assert proxy.connections == 1
        consul.http.close()


def test_tls_takes_the_servers_name_from_the_settings(
    client: Clients, guarded_agent: Agent, certificates: Path
) -> None:
    named = client.guarded(guarded_agent, certificates, tls_server_name="server.dc1.consul")
    assert value(named, "tests/guarded") == b"behind the guard"
    misnamed = client.guarded(guarded_agent, certificates, tls_server_name="server.dc2.consul")
    with pytest.raises(SourceFault, match=r"can't be reached: .*certificate verify failed: Hostname mismatch"):
        misnamed.kv.get("tests/guarded")


def test_a_certificate_of_an_unknown_authority_is_refused_unless_verification_is_off(
    client: Clients, guarded_agent: Agent, certificates: Path
) -> None:
    with pytest.raises(SourceFault, match=r"can't be reached: .*certificate verify failed"):
        client.guarded(guarded_agent, certificates, ca_file=None).kv.get("tests/guarded")
    lenient = client.guarded(guarded_agent, certificates, ca_file=None, verify=False)
    assert value(lenient, "tests/guarded") == b"behind the guard"


def test_an_agent_that_asks_for_a_certificate_gets_one_or_says_so(
    client: Clients, guarded_agent: Agent, certificates: Path
) -> None:
    without = client.guarded(guarded_agent, certificates, client_cert=None, client_key=None)
    with pytest.raises(SourceFault, match=r"broke off its answer: .*(?i:certificate)"):
        without.kv.get("tests/guarded")
    missing = client.guarded(guarded_agent, certificates, client_cert="/nowhere/client.pem")
    with pytest.raises(SourceFault, match=r"over TLS: .*No such file.*in one of .*ca\.pem, /nowhere/client\.pem"):
        missing.kv.get("tests/guarded")


def test_plain_http_to_a_tls_port_says_so(client: Clients, guarded_agent: Agent) -> None:
    with pytest.raises(SourceFault, match="answered 400: Client sent an HTTP request to an HTTPS server"):
        client(port=guarded_agent.ports["https"]).kv.get("tests/guarded")


def test_a_unix_socket_is_asked_as_a_port_is(client: Clients, guarded_agent: Agent) -> None:
    path = guarded_agent.config["addresses"]["http"].split("unix://")[1].split()[0]
    consul = client(socket_path=path, token=guarded_agent.token)
    assert value(consul, "tests/guarded") == b"behind the guard"
    with pytest.raises(SourceFault, match=r"Consul at unix:///nowhere/http\.sock can't be reached: .*No such file"):
        client(socket_path="/nowhere/http.sock").kv.get("key")


def test_an_ipv6_literal_is_asked_as_a_name_is(client: Clients, guarded_agent: Agent) -> None:
    if "::1" not in guarded_agent.config["addresses"]["http"]:
        pytest.skip("this machine has no ::1")
    assert value(client(host="::1", port=guarded_agent.port, token=guarded_agent.token), "tests/guarded")
    with pytest.raises(SourceFault, match=r"Consul at \[::1\]:1 can't be reached: .*Connection refused"):
        client(host="::1", port=1).kv.get("key")
