"""The provider and the national system of the demo, without its relying parties: for who speaks to them as one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from demo.run.children import Child, start, stop_all
from demo.run.demo_secrets import load_or_make
from demo.run.health import wait_until_ready
from demo.run.options import ROOT, Options, parse
from demo.run.prepare import prepare_national_system, prepare_provider
from demo.run.services import NATIONAL, PROVIDER, seed_environment, services
from tests.journeys.stack import free_port_base


@contextmanager
def provider_and_national(state: Path) -> Iterator[tuple[Options, dict[str, str]]]:
    """Run both on a state of their own; yield where they are, and the secrets of the clients."""
    (state / "log").mkdir(parents=True)
    options = replace(parse(["--port-base", str(free_port_base())]), folder=state)
    secrets = load_or_make(state / "demo-secrets.json")
    children: list[Child] = []
    try:
        prepare_national_system(options)
        prepare_provider(options, seed_environment(options, secrets))
        planned = [one for one in services(options, secrets) if one.name in {NATIONAL, PROVIDER}]
        for one in planned:
            log = state / "log" / f"{one.name}.log"
            environment = one.environment
            children.append(start(one.name, one.command, environment=environment, log=log, folder=ROOT))
        wait_until_ready([(child, one.ready) for child, one in zip(children, planned, strict=True)])
        yield options, secrets
    finally:
        stop_all(children)
