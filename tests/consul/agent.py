"""A real Consul agent for the tests: found, or taken from Debian, and run on free loopback ports.

A fake Consul would agree with what we believe of the real one; the tests are there to find out where we are wrong.
The binary is the `consul` on PATH, else Debian bullseye's package (the last release of Debian that has one), fetched
with apt from the mirror that this machine uses already, checked by apt's own signatures, and kept in `.cache/consul`.

`python -m tests.consul.agent` fetches it now, and prints where it is.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "consul"
BINARY = CACHE / "usr" / "bin" / "consul"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DEBIAN_SUITES = {"bullseye", "bookworm", "trixie", "forky", "sid", "unstable", "testing", "stable", "oldstable"}
START_SECONDS = 30.0
PORTS = ("http", "https", "serf_lan", "serf_wan", "server")


class Unavailable(Exception):
    """There is no Consul here, and none could be fetched; the message says what to install."""


def consul_binary() -> Path:
    """The path of a `consul` that runs, fetched if need be.

    Raises:
        Unavailable: with what was tried.
    """
    if found := shutil.which("consul"):
        return Path(found)
    if not os.access(BINARY, os.X_OK):
        _fetch()
    return BINARY


def _fetch() -> None:
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise Unavailable(f"no consul on PATH, and no {tool} to fetch it with: install Consul 1.8 or newer")
    sources = _bullseye_sources(Path("/etc/apt"))
    if not sources:
        raise Unavailable("no consul on PATH, and /etc/apt names no Debian mirror: install Consul 1.8 or newer")
    CACHE.parent.mkdir(exist_ok=True)
    failures = []
    for source in sources:
        with tempfile.TemporaryDirectory(dir=CACHE.parent, prefix="consul-") as folder:
            Path(folder).chmod(0o755)  # apt fetches as a user of its own, who must get in
            try:
                _publish(_unpack(Path(folder), source))
            except (OSError, subprocess.SubprocessError) as error:
                failures.append(_reason(error))
            else:
                return
    raise Unavailable(f"no consul on PATH, and apt could not fetch bullseye's ({'; '.join(failures)}): install Consul")


def _unpack(folder: Path, source: dict[str, str]) -> Path:
    """The package's tree, unpacked. apt is given a state and a cache of its own: the machine's stay as they are."""
    for name in ("sources", "lists/partial", "cache/archives/partial", "package"):
        (folder / name).mkdir(parents=True)
    stanza = "".join(f"{key}: {value}\n" for key, value in source.items())
    (folder / "sources" / "bullseye.sources").write_text(stanza)
    options = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": folder / "sources",
        "Dir::State": folder,
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": 2,
        "APT::Update::Error-Mode": "any",
    }
    apt = ["apt-get", *(f"-o{key}={value}" for key, value in options.items())]
    _say("consul: not on PATH; reading the package lists of Debian bullseye ...")
    _run([*apt, "update"], folder)
    _say("consul: fetching the package (14 MB) ...")
    _run([*apt, "download", "consul"], folder / "package")
    (package,) = (folder / "package").glob("consul_*.deb")
    _run(["dpkg-deb", "-x", str(package), str(folder / "tree")], folder)
    _run([str(folder / "tree" / BINARY.relative_to(CACHE)), "version"], folder)
    return folder / "tree"


def _publish(tree: Path) -> None:
    """Put the tree in its place in one step, so that nobody meets half a binary."""
    try:
        tree.rename(CACHE)
    except OSError:
        if not os.access(BINARY, os.X_OK):  # else another process was first, and its tree is as good
            shutil.rmtree(CACHE)
            tree.rename(CACHE)
    _say(f"consul: kept in {CACHE}")


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(
        command, cwd=folder, check=True, timeout=300, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


def _reason(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    lines = [line for line in str(said).splitlines() if line.strip() and not line.startswith("W:")]
    return " ".join(lines[:2])[:300]


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _bullseye_sources(apt: Path) -> list[dict[str, str]]:
    """Bullseye on each of the machine's Debian mirrors, with the trust that the mirror's own entry has."""
    texts = [path.read_text(errors="replace") for path in [apt / "sources.list"] if path.exists()]
    texts += [path.read_text(errors="replace") for path in sorted((apt / "sources.list.d").glob("*.list"))]
    stanzas = [stanza for text in texts for stanza in _one_line_entries(text)]
    for path in sorted((apt / "sources.list.d").glob("*.sources")):
        stanzas += _deb822_entries(path.read_text(errors="replace"))
    found = []
    for stanza in stanzas:
        is_debian = DEBIAN_SUITES.intersection(stanza.get("suites", "").split())
        is_main = "main" in stanza.get("components", "").split() and "deb" in stanza.get("types", "").split()
        if not is_debian or not is_main or stanza.get("enabled", "yes").lower() == "no":
            continue
        source = {"Types": "deb", "URIs": stanza["uris"], "Suites": "bullseye", "Components": "main"}
        if trust := _trust(stanza.get("signed-by", "")):
            source["Signed-By"] = trust
        if "trusted" in stanza:
            source["Trusted"] = stanza["trusted"]
        if source not in found:
            found.append(source)
    return found


def _trust(signed_by: str) -> str:
    """The entry's own keys, and Debian's: an entry may trust the keys of its own release only."""
    if "-----BEGIN" in signed_by or not KEYRING.exists():
        return signed_by
    return signed_by if str(KEYRING) in signed_by else f"{signed_by} {KEYRING}".strip()


def _one_line_entries(text: str) -> Iterator[dict[str, str]]:
    for line in text.splitlines():
        found = re.match(r"deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)", line.strip())
        if found:
            options = dict(option.split("=", 1) for option in (found[1] or "").split() if "=" in option)
            trust = {str(key): options[key].replace(",", " ") for key in ("signed-by", "trusted") if key in options}
            yield {**trust, "types": "deb", "uris": found[2], "suites": found[3], "components": found[4]}


def _deb822_entries(text: str) -> Iterator[dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1].isspace() and name:
                fields[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if fields.get("uris"):
            yield fields


class Agent:
    """A `consul agent -dev`: its data is in memory, and gone after a restart, indexes included.

    `config` is merged into its configuration. With ACLs on, `token` is the management token, and every request of
    this class uses it.
    """

    def __init__(self, config: dict[str, Any] | None = None) -> None:
        self.binary = consul_binary()
        self.config = config or {}
        self.folder = Path(tempfile.mkdtemp(prefix="limn-consul-"))
        self.log = self.folder / "agent.log"
        self.ports: dict[str, int] = {}
        self.token: str | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Agent:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return self.ports["http"]

    def start(self) -> None:
        """Start on free ports; if another process was quicker to take one of them, on other ones."""
        for _ in range(5):
            self.ports = _free_ports()
            if self._launch():
                return
        raise RuntimeError(f"the agent found its ports taken five times: {self._log_tail()}")

    def restart(self) -> None:
        """Kill it and start it anew on the ports it had."""
        self.kill()
        if not self._launch():
            raise RuntimeError(f"the agent's ports were taken while it was down: {self._log_tail()}")

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End it at once, as an outage does: connections are reset, nothing is said."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """Hang it: connections are still taken, by the kernel, and nothing is answered."""
        self._signal(signal.SIGSTOP)
        assert self.process is not None
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)  # else a thread may answer one request yet

    def resume(self) -> None:
        self._signal(signal.SIGCONT)
        self._wait_for_a_leader()

    def put(self, key: str, value: bytes) -> None:
        self._expect_true("PUT", f"/v1/kv/{key}", value)

    def delete(self, key: str) -> None:
        self._expect_true("DELETE", f"/v1/kv/{key}", b"")

    def create_token(self, rules: str) -> str:
        """The secret of a new token with a policy of these rules; ACLs must be on."""
        name = f"policy-{time.monotonic_ns()}"
        self.request("PUT", "/v1/acl/policy", json.dumps({"Name": name, "Rules": rules}).encode())
        _, body = self.request("PUT", "/v1/acl/token", json.dumps({"Policies": [{"Name": name}]}).encode())
        return str(json.loads(body)["SecretID"])

    def revoke_token(self, secret: str) -> None:
        _, body = self.request("GET", "/v1/acl/token/self", token=secret)
        self._expect_true("DELETE", f"/v1/acl/token/{json.loads(body)['AccessorID']}", b"")

    def request(self, method: str, path: str, body: bytes = b"", token: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            secret = token or self.token
            connection.request(method, path, body, {"X-Consul-Token": secret} if secret else {})
            response = connection.getresponse()
            return response.status, response.read()

    def _expect_true(self, method: str, path: str, body: bytes) -> None:
        status, said = self.request(method, path, body)
        if (status, said.strip()) != (200, b"true"):
            raise RuntimeError(f"{method} {path} was answered {status}: {said[:200]!r}")

    def _launch(self) -> bool:
        """Whether it runs and has a leader, and not: a port of its was taken."""
        has_tls = "cert_file" in self.config
        ports = {**self.ports, "https": self.ports["https"] if has_tls else -1, "dns": -1, "grpc": -1}
        config = {"ports": ports, "disable_update_check": True, **self.config}
        path = self.folder / "agent.json"
        path.write_text(json.dumps(config))
        command = [str(self.binary), "agent", "-dev", "-bind=127.0.0.1", "-client=127.0.0.1", f"-config-file={path}"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CONSUL_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        if not self._wait_for_a_leader():
            return False
        if self.config.get("acl", {}).get("enabled"):
            self.token = None
            self.token = json.loads(self._wait_for("PUT", "/v1/acl/bootstrap", b"SecretID") or b"{}")["SecretID"]
        return True

    def _wait_for_a_leader(self) -> bool:
        return self._wait_for("GET", "/v1/status/leader", b":") is not None

    def _wait_for(self, method: str, path: str, sign: bytes) -> bytes | None:
        """The first answer that holds `sign`; None if the agent ended because a port of its was taken."""
        assert self.process is not None
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, body = self.request(method, path)
                if status == 200 and sign in body:
                    return body
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
                if "address already in use" in self.log.read_text(errors="replace"):
                    return None
                raise RuntimeError(f"the agent ended with {self.process.returncode}: {self._log_tail()}")
        raise RuntimeError(f"the agent did not answer {path} within {START_SECONDS:g} s: {self._log_tail()}")

    def _signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def _log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-1500:]


def _free_ports() -> dict[str, int]:
    """A port for each use, free on TCP and UDP of 127.0.0.1 just now (serf speaks both)."""
    with contextlib.ExitStack() as held:
        ports: dict[str, int] = {}
        while len(ports) < len(PORTS):
            tcp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            udp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            tcp.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                udp.bind(("127.0.0.1", tcp.getsockname()[1]))
                ports[PORTS[len(ports)]] = tcp.getsockname()[1]
        return ports


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{consul_binary()}\n")
    except Unavailable as error:
        sys.exit(str(error))
