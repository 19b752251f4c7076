"""Forty times the new sign-ins that fill a node, for forty seconds: refused by kind, and itself again (SECURITY R30).

The load comes from a process of its own. Sixteen callers who ask again as soon as they are answered use all of a node
already; the flood is forty times as many, beside services that refresh as before and somebody who watches its health.
"""

import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.driver import RelyingParty
from tests.faults.kept_alive import Answer, Failed, Kept, basic
from tests.server import A_NODE_KNOWS_IT, Installation, Node, free_ports, open_served, serving

SERVICES = 4
NEW = 16
FLOOD = 40 * NEW
MOST = 64
CALM_SECONDS, FLOOD_SECONDS = 10.0, 40.0
_HONEST_SECONDS = 2.0


@dataclass(kw_only=True)
class Seen:
    """What one kind of caller saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def p(self, percent: int) -> float:
        """Return a percentile of the answers that were no refusal."""
        return statistics.quantiles(self.seconds, n=100)[percent - 1] if len(self.seconds) > 1 else 0.0

    def __str__(self) -> str:
        return f"{dict(self.statuses)}, p50 {self.p(50) * 1000:.0f} ms, p99 {self.p(99) * 1000:.0f} ms"


async def _note(seen: Seen, kept: Kept, path: str, form: dict[str, str], **headers: str) -> Answer | None:
    began = time.monotonic()
    try:
        answer = await kept.ask("POST" if form else "GET", path, form, **headers)
    except (Failed, TimeoutError, OSError) as error:
        seen.wrong.append(repr(error))
        kept.close()
        return None
    seen.statuses[answer.status] += 1
    if answer.status == 503:
        if "retry-after" not in answer.headers:
            seen.wrong.append("503 without Retry-After")
        if not form and "Nhiều người".lower() not in answer.body.decode().lower():
            seen.wrong.append("no page for people")
    else:
        seen.seconds.append(time.monotonic() - began)
    return answer


async def _service(port: int, rp: RelyingParty, refresh_token: str, seen: Seen, until: float) -> None:
    """Refresh twenty times a second, as often as answers come; what is refused is asked again."""
    kept = Kept(port)
    while time.monotonic() < until:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        answer = await _note(seen, kept, "/token", form, authorization=basic(rp))
        if answer is not None and answer.status == 200:
            refresh_token = json.loads(answer.body)["refresh_token"]
        await asyncio.sleep(0.05)


async def _newcomer(port: int, url: str, seen: Seen, until: float, pause: float) -> None:
    """Begin a sign-in, again and again; who is refused comes again after a moment, sooner than it was asked to."""
    kept = Kept(port)
    while time.monotonic() < until:
        answer = await _note(seen, kept, url, {})
        if answer is None or answer.status == 503:
            await asyncio.sleep(pause)


async def _watcher(port: int, seen: Seen, until: float) -> None:
    kept = Kept(port)
    while time.monotonic() < until:
        for path in ("/health/live", "/jwks", "/.well-known/openid-configuration"):
            answer = await _note(seen, kept, path, {})
            if answer is not None and answer.status != 200:
                seen.wrong.append(f"{path}: {answer.status}")
        await asyncio.sleep(0.2)


async def _phase(
    port: int, rp: RelyingParty, tokens: Sequence[str], new: int, seconds: float
) -> tuple[Seen, Seen, Seen]:
    services, people, watch = Seen(), Seen(), Seen()
    until = time.monotonic() + seconds
    await asyncio.gather(
        *(_service(port, rp, token, services, until) for token in tokens),
        *(_newcomer(port, rp.authorize_url(), people, until, 0.1) for _ in range(new)),
        _watcher(port, watch, until),
    )
    return services, people, watch


def _drive(
    port: int, rp: RelyingParty, families: list[list[str]], say: "multiprocessing.SimpleQueue[object]"
) -> None:
    """Be calm, flood, and see how soon it is calm again; in a process of its own."""
    say.put(asyncio.run(_phase(port, rp, families[0], NEW, CALM_SECONDS)))
    say.put(asyncio.run(_phase(port, rp, families[1], FLOOD, FLOOD_SECONDS)))
    say.put(asyncio.run(_phase(port, rp, families[2], NEW, CALM_SECONDS)))


async def _arrange(node: Node) -> tuple[RelyingParty, list[list[str]]]:
    async with open_served(node.installation, node) as world:
        rp = await world.client("rp-flood")
        await asyncio.sleep(A_NODE_KNOWS_IT)
        visitor = await world.visitor(rp)
        scope = "openid offline_access"
        return rp, [
            [str((await world.tokens(rp, visitor, scope=scope))["refresh_token"]) for _ in range(SERVICES)]
            for _ in range(3)
        ]


def main() -> int:
    """Prove it on SQLite, where all of it is in one process."""
    with tempfile.TemporaryDirectory() as name:
        installation = Installation(
            folder=Path(name) / "state",
            port=free_ports(1)[0],
            settings={"HPID_MOST_REQUESTS": str(MOST), "HPID_LOG_LEVEL": "WARNING"},
        )
        installation.prepare()
        node = Node(installation)
        with serving(node):
            rp, families = asyncio.run(_arrange(node))
            context = multiprocessing.get_context("spawn")
            say = context.SimpleQueue()
            driver = context.Process(target=_drive, args=(node.port, rp, families, say))
            driver.start()
            calm, flood, after = (say.get() for _ in range(3))
            driver.join()
            faults = [line for line in node.complaints() if line["logger"] == "hpid.fault"]
    for words, seen in (("calm", calm), ("flood", flood), ("after", after)):
        print(f"{words}: services {seen[0]}; new sign-ins {seen[1]}; health and keys {seen[2]}")
    return int(bool(faults) or not _holds(calm, flood, after))


def _holds(calm: Sequence[Seen], flood: Sequence[Seen], after: Sequence[Seen]) -> bool:
    wrong = [text for phase in (calm, flood, after) for seen in phase for text in seen.wrong]
    promises = {
        "nothing failed without an answer": not wrong,
        "services are served": set(flood[0].statuses) == {200},
        "and honestly": flood[0].p(99) <= _HONEST_SECONDS,
        "new sign-ins are refused in part": flood[1].statuses[503] > 0 and flood[1].statuses[303] > 0,
        "health and keys are never refused": set(flood[2].statuses) == {200},
        "nobody is refused afterwards": not after[1].statuses[503],
        "it is itself again": after[0].p(50) <= max(2 * calm[0].p(50), 0.1),
    }
    for promise, kept in promises.items():
        print(f"{promise}: {kept}")
    print(wrong[:5])
    return all(promises.values())


if __name__ == "__main__":
    sys.exit(main())
