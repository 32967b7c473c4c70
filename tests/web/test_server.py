"""The real server: admission, slow clients, and a stop that drops nothing.

A chart that is "being drawn" for as long as a test wants it is one whose style is being read from a Consul that does
not answer yet: its place in the drawing queue is taken, and the test knows when.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from gunicorn.workers.gthread import ThreadWorker

from app import create_app
from app.config import Config
from app.web.body import READERS
from app.web.server import Server
from app.web.worker import Worker
from tests.edge.peers import Peer, peer
from tests.serving import Served
from tests.web.shapes import assert_is_problem, png_size
from tests.web.wire import SMALL, Answer, ask, ask_meanwhile, connect, get, post, read_answer, until
from tests.web.workers import workers


class Hold:
    """A Consul that answers nobody until `release` is called; `held` counts the charts that wait for it."""

    def __init__(self, consul: Peer, released: threading.Event) -> None:
        self._consul = consul
        self.release = released.set

    @property
    def environ(self) -> dict[str, str]:
        return {"CONSUL_HTTP_ADDR": f"127.0.0.1:{self._consul.port}", "LIMN_CONSUL_READ_TIMEOUT": "50"}

    @property
    def held(self) -> int:
        return self._consul.connections


@pytest.fixture
def hold() -> Iterator[Hold]:
    released = threading.Event()

    def silent(_: socket.socket, over: threading.Event) -> None:
        while not over.is_set() and not released.wait(0.02):
            pass

    with peer(silent) as consul:
        yield Hold(consul, released)
        released.set()


def hold_charts(server: Served, hold: Hold, count: int) -> list[Future[Answer]]:
    """`count` charts in the middle of being drawn."""
    charts: list[Future[Answer]] = []
    for i in range(count):
        charts.append(ask_meanwhile(server, post()))
        until(lambda i=i: hold.held > i or charts[-1].done())  # type: ignore[misc]
    return charts


def assert_drawn(chart: Future[Answer]) -> None:
    answer = chart.result(timeout=60)
    assert answer.status == 200, answer.body
    assert png_size(answer.body) == (64, 64)


def test_past_the_queue_the_answer_is_a_quick_no_while_probes_and_304s_are_served(hold: Hold) -> None:
    with Served({"LIMN_WORKERS": "1", "LIMN_QUEUE": "0", "LIMN_DRAIN": "0", **hold.environ}) as server:
        (chart,) = hold_charts(server, hold, 1)
        refused = [ask(server, post()) for _ in range(20)]
        assert not chart.done()
        for answer in refused:
            assert_is_problem(answer.status, answer.headers, answer.body)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        assert sorted(answer.seconds for answer in refused)[18] < 0.5
        for path in ("/healthz", "/readyz"):
            assert ask(server, get(path)).status == 200
        assert not chart.done()
        hold.release()
        assert_drawn(chart)
        assert ask(server, post()).status == 200


def test_a_few_charts_wait_for_their_turn(hold: Hold) -> None:
    with Served({"LIMN_WORKERS": "1", "LIMN_QUEUE": "2", "LIMN_DRAIN": "0", **hold.environ}) as server:
        charts = hold_charts(server, hold, 3)
        assert ask(server, post()).status == 503
        hold.release()
        for chart in charts:
            assert_drawn(chart)


def test_a_large_chart_that_is_really_being_drawn_keeps_no_probe_waiting() -> None:
    with Served({"LIMN_WORKERS": "1", "LIMN_QUEUE": "0", "LIMN_DRAIN": "0"}) as server:
        large = b'{"kind":"scatter","width":4000,"height":4000,"y":[%b]}' % b",".join([b"1", b"2"] * 99_000)
        chart = ask_meanwhile(server, post(large))
        probes = 0
        while not (chart.done() and probes):
            answer = ask(server, get("/healthz"))
            assert answer.status == 200
            assert answer.seconds < 5
            probes += 1
        assert chart.result().status == 200


def test_each_process_draws(hold: Hold) -> None:
    with Served({"LIMN_WORKERS": "2", "LIMN_QUEUE": "0", "LIMN_DRAIN": "0", **hold.environ}) as server:
        charts: list[Future[Answer]] = []
        deadline = time.monotonic() + 60
        while hold.held < 2:
            assert time.monotonic() < deadline, "one process took nothing"
            chart = ask_meanwhile(server, post())
            until(lambda: chart.done() or hold.held > len(charts))  # noqa: B023 - called before the next turn
            if not chart.done():
                charts.append(chart)
        assert ask(server, post()).status == 503
        hold.release()
        for chart in charts:
            assert_drawn(chart)


def test_sigterm_answers_every_accepted_request_and_ends_in_order(hold: Hold) -> None:
    with Served({"LIMN_WORKERS": "1", "LIMN_QUEUE": "4", "LIMN_DRAIN": "30", **hold.environ}) as server:
        assert ask(server, get("/readyz")).status == 200
        charts = hold_charts(server, hold, 4)
        with connect(server) as kept:
            kept.sendall(get("/healthz"))
            assert read_answer(kept).status == 200
            server.terminate()
            until(lambda: ask(server, get("/readyz")).status == 503)
            # Whoever has not noticed yet is still served.
            assert ask(server, get("/healthz")).status == 200
            charts.append(ask_meanwhile(server, post()))
            until(lambda: hold.held == 5)
            # A second signal ends the wait; requests are finished all the same.
            server.terminate()
            until(lambda: _refuses(server))
            assert not any(chart.done() for chart in charts)
            hold.release()
            for chart in charts:
                assert_drawn(chart)
        assert server.process is not None
        assert server.process.wait(60) == 0


def test_what_the_kernel_has_accepted_is_answered_at_sigterm(hold: Hold) -> None:
    """A stopped worker accepts nothing, so the kernel holds these when SIGTERM comes."""
    with Served({"LIMN_WORKERS": "1", "LIMN_DRAIN": "0", "LIMN_QUEUE": "20", **hold.environ}) as server:
        (worker,) = workers(server)
        os.kill(worker, signal.SIGSTOP)
        with contextlib.ExitStack() as stack:
            socks = [stack.enter_context(connect(server)) for _ in range(12)]
            for sock in socks:
                sock.sendall(post())
            server.terminate()
            until(lambda: "Handling signal: term" in server.log())
            hold.release()
            os.kill(worker, signal.SIGCONT)
            assert [read_answer(sock).status for sock in socks] == [200] * 12
        assert server.process is not None
        assert server.process.wait(60) == 0


def test_silent_connections_do_not_hold_up_a_stop() -> None:
    with Served({"LIMN_WORKERS": "1", "LIMN_DRAIN": "0"}) as server, contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(connect(server))
        with connect(server) as kept:
            kept.sendall(get("/healthz"))
            assert read_answer(kept).status == 200
            started = time.monotonic()
            assert server.stop() == 0
        assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "unfinished",
    [
        post(b'{"y":[1', length=1_000),
        b'POST /plot HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"y":\r\n',
    ],
    ids=["length", "chunked"],
)
def test_a_body_that_stops_in_the_middle_is_408(impatient: Served, unfinished: bytes) -> None:
    with connect(impatient) as sock:
        sock.sendall(unfinished)
        assert ask(impatient, post()).status == 200
        answer = read_answer(sock)
        assert_is_problem(answer.status, answer.headers, answer.body)
        assert answer.status == 408
        assert b"LIMN_BODY_TIMEOUT" in answer.body
        assert answer.seconds < 10 * PATIENCE
        assert sock.recv(1) == b""


def test_a_body_that_comes_byte_by_byte_is_408(impatient: Served) -> None:
    """Each read is quick; it is the whole that has a deadline."""
    started = time.monotonic()
    with connect(impatient) as sock:
        sock.sendall(post(b'{"y":[1', length=1_000))
        sock.settimeout(0.05)
        while time.monotonic() < started + 10 * PATIENCE:
            with contextlib.suppress(TimeoutError, BrokenPipeError):
                sock.sendall(b" ")
                if sock.recv(1, socket.MSG_PEEK):
                    break
        sock.settimeout(60)
        assert read_answer(sock).status == 408
    assert time.monotonic() - started < 10 * PATIENCE


def test_a_head_that_stops_in_the_middle_is_let_go(impatient: Served) -> None:
    started = time.monotonic()
    with connect(impatient) as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHo")
        assert sock.recv(1) == b""
    assert time.monotonic() - started < 10 * PATIENCE
    assert "Traceback" not in impatient.log()


def test_who_hangs_up_in_the_middle_is_no_error(impatient: Served) -> None:
    for part in (b"POST /pl", post(b"{", length=100), post(), get("/styles")):
        with connect(impatient) as sock:
            sock.sendall(part)
    assert ask(impatient, post()).status == 200
    assert "Traceback" not in impatient.log()


def test_slow_clients_take_no_thread_that_a_probe_needs() -> None:
    """More silent connections and unfinished bodies than there are threads, for longer than this test lasts."""
    with (
        Served({"LIMN_WORKERS": "1", "LIMN_DRAIN": "0", "LIMN_BODY_TIMEOUT": "60"}) as server,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(50):
            stack.enter_context(connect(server))
        slow = [stack.enter_context(connect(server)) for _ in range(50)]
        for sock in slow:
            sock.sendall(post(b"{", length=1_000))
        for _ in range(3):
            answer = ask(server, get("/healthz"))
            assert answer.status == 200
            assert answer.seconds < 4
        refused = sum(_is_answered(sock) for sock in slow)
        assert refused == len(slow) - READERS
        for sock in slow:
            sock.close()
        until(lambda: ask(server, post()).status == 200)


def test_a_connection_is_used_again(served: Served) -> None:
    with connect(served) as sock:
        for request, status in ((post(), 200), (get("/healthz"), 200), (post(b"{"), 400), (get("/nope"), 404)) * 3:
            sock.sendall(request)
            answer = read_answer(sock)
            assert answer.status == status
            assert answer.headers["Connection"] == "keep-alive"


def test_a_304_on_the_wire_has_no_body_and_leaves_the_connection_open(served: Served) -> None:
    with connect(served) as sock:
        sock.sendall(get("/plot?y=1&width=64&height=64"))
        known = read_answer(sock).headers["ETag"]
        for _ in range(2):
            sock.sendall(get("/plot?y=1&width=64&height=64", f"If-None-Match: {known}"))
            assert read_answer(sock).status == 304


def test_missing_glyphs_go_over_the_wire_as_ascii(served: Served) -> None:
    body = '{"y":[1],"title":"\U00013000财\\u0007","width":200,"height":100}'.encode()
    answer = ask(served, post(body))
    assert (answer.status, answer.headers["Limn-Missing-Glyphs"]) == (200, '%"%f0%93%80%80"')


@pytest.mark.parametrize("size", [1_000_001, 3_000_000, 50_000_000])
def test_who_sends_too_much_can_read_the_refusal(served: Served, size: int) -> None:
    for request in (post(b"[", length=size), _chunked(size)):
        with connect(served) as sock:
            sent = threading.Thread(target=_send, args=(sock, request + (b"[" * (size - 1) if size > 2 else b"")))
            sent.start()
            answer = read_answer(sock)
        sent.join(60)
        assert_is_problem(answer.status, answer.headers, answer.body)
        assert answer.status == 413
        assert b"LIMN_MAX_BODY" in answer.body


def test_a_body_declared_too_large_is_refused_before_it_is_sent(served: Served) -> None:
    answer = ask(served, post(b"", length=50_000_000_000))
    assert (answer.status, answer.seconds < 5) == (413, True)
    assert b"the body has 50,000,000,000 bytes or more; at most 1,000,000 are allowed (LIMN_MAX_BODY)" in answer.body


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"HELLO\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nLong: " + b"x" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /plot?title=" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"POST /plot HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST /plot HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /plot HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}xyz\r\n", 400),
        (b"POST /plot HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: other\r\n\r\n", 501),
    ],
    ids=lambda value: str(value[:60]) if isinstance(value, bytes) else str(value),
)
def test_what_is_no_http_is_refused_in_the_one_shape(served: Served, request_: bytes, status: int) -> None:
    answer = ask(served, request_)
    assert_is_problem(answer.status, answer.headers, answer.body)
    assert answer.status == status
    assert "Traceback" not in served.log()


def test_a_body_that_ends_early_is_no_chart(served: Served) -> None:
    with connect(served) as sock:
        sock.sendall(post(length=len(SMALL) + 10))
        sock.shutdown(socket.SHUT_WR)
        answer = read_answer(sock)
    assert answer.status == 400
    assert b"ended after" in answer.body


def test_a_link_of_eight_thousand_bytes_is_served(served: Served) -> None:
    assert ask(served, get("/plot?width=64&height=64&y=" + "1," * 4_000 + "1")).status == 200


def test_no_timeout_of_gunicorn_ends_a_drawing(tmp_path: Path) -> None:
    """The sync worker is killed after `timeout`; the threaded one's own loop reports, whatever its threads do."""
    config = Config({"LIMN_STATE": str(tmp_path), "LIMN_QUEUE": "7", "LIMN_WORKERS": "3"})
    server = Server(lambda is_draining: create_app(config, is_draining), config)
    assert server.cfg.worker_class is Worker
    assert issubclass(Worker, ThreadWorker)
    assert server.cfg.threads > 8 + READERS, "drawings and slow bodies could take every thread"
    assert server.cfg.workers == 3
    assert server.cfg.preload_app
    assert server.cfg.keepalive > 90, "below the platform's proxy, a request meets a closing connection"
    assert server.cfg.graceful_timeout == 300


PATIENCE = 0.5


@pytest.fixture(scope="module")
def impatient() -> Iterator[Served]:
    """A server that gives a body half a second."""
    with Served({"LIMN_WORKERS": "1", "LIMN_DRAIN": "0", "LIMN_BODY_TIMEOUT": str(PATIENCE)}) as server:
        yield server


def _refuses(server: Served) -> bool:
    try:
        connect(server).close()
    except OSError:
        return True
    return False


def _is_answered(sock: socket.socket) -> bool:
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        return bool(sock.recv(1, socket.MSG_PEEK))
    return False


def _chunked(size: int) -> bytes:
    return b"POST /plot HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n[" % size


def _send(sock: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        sock.sendall(data)
