"""Consul is put, spoilt, hung, killed and restarted at random while charts are asked for: every one of them comes.

`make chaos` runs LIMN_CHAOS_ROUNDS rounds (100). The seed is printed, and LIMN_CHAOS_SEED repeats a run.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.consul.agent import Agent
from tests.consul.test_live_restyle import BODY, DEADLINE, FAULTS, KEY, ask, serve, styled

ROUNDS = int(os.environ.get("LIMN_CHAOS_ROUNDS", "100"))
SEED = int(os.environ.get("LIMN_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


@contextmanager
def asking(url: str, counts: Counter[str]) -> Iterator[None]:
    """Two clients that ask without a pause, and count what they get."""
    over = threading.Event()

    def client() -> None:
        while not over.is_set():
            try:
                status, headers, _ = ask(url, "/plot", BODY)
                counts[f"{status}"] += 1
                counts["told"] += "limn-style-fault" in headers
            except OSError as error:
                counts[type(error).__name__] += 1

    clients = [threading.Thread(target=client) for _ in range(2)]
    for one in clients:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in clients:
            one.join(10 * DEADLINE + 60)


@pytest.mark.chaos
def test_whatever_happens_to_consul_every_chart_comes(consul_binary_or_skip: None) -> None:
    chance = random.Random(SEED)
    counts: Counter[str] = Counter()
    sys.stderr.write(f"\nchaos: seed {SEED}, {ROUNDS} rounds\n")
    with Agent() as agent, serve(agent) as served:
        agent.put(KEY, styled("#aa0000"))
        harm: dict[str, Callable[[], object]] = {
            "kill": agent.restart,
            "hang": lambda: hang(agent, served.url),
            "delete": lambda: agent.delete(KEY),
            "spoil": lambda: agent.put(KEY, chance.choice(list(FAULTS.values()))[0]),
        }
        with asking(served.url, counts):
            for number in range(ROUNDS):
                what = chance.choice(sorted(harm))
                harm[what]()
                status, _, _ = ask(served.url, "/plot", BODY)
                assert status == 200, what
                agent.put(KEY, styled(f"#{chance.randrange(16**6):06x}"))
                status, headers, _ = ask(served.url, "/plot", BODY)
                assert (status, headers.get("limn-style-fault")) == (200, None), what
                if number % 10 == 9:
                    sys.stderr.write(f"chaos: round {number + 1}: {dict(counts)}\n")
    assert set(counts) <= {"200", "told"}, counts
    assert counts["200"] > ROUNDS


def hang(agent: Agent, url: str) -> None:
    agent.pause()
    try:
        assert ask(url, "/plot", BODY)[0] == 200
    finally:
        agent.resume()
