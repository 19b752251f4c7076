"""`python -m demo.run`: prepare the state, start the services, say where they are, stop them all together.

Exit status 0 when told to stop (Ctrl-C, SIGTERM), 1 when something can't start or ends by itself.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Never

from demo.run import screen
from demo.run.checks import CannotStart, check_certificate, check_port, forget, take_state
from demo.run.children import Child, start, stop_all
from demo.run.demo_secrets import load_or_make
from demo.run.health import ServiceEnded, wait_until_ready
from demo.run.options import ROOT, Options, parse
from demo.run.prepare import prepare_national_system, prepare_provider
from demo.run.services import NATIONAL, PROVIDER, Service, seed_environment, services

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PAUSE_SECONDS = 0.2


class _ToldToStop(BaseException):
    pass


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise _ToldToStop


def main(arguments: Sequence[str]) -> int:
    """Run the demo until told to stop."""
    options = parse(arguments)
    for number in _SIGNALS:
        signal.signal(number, _stop)
    children: list[Child] = []
    try:
        _run(options, children)
    except _ToldToStop:
        screen.say("Stopping ...")
        return 0
    except CannotStart as error:
        screen.refuse(str(error))
        return 1
    except ServiceEnded as ended:
        screen.show_end(ended.child)
        return 1
    finally:
        stop_all(children)


def _run(options: Options, children: list[Child]) -> Never:
    began = time.monotonic()
    if options.certification:
        check_certificate(options.certification.certificate, options.certification.key)
    way_out = "--issuer" if options.certification else "--port-base N"
    for service in services(options, secrets={}):
        for port in service.ports:
            check_port(service.ready.host, port, service=service.name, way_out=way_out)
    lock = take_state(options.state)
    try:
        if options.fresh:
            forget(options.state)
        secrets = load_or_make(options.state / "demo-secrets.json")
        planned = services(options, secrets)
        for service in planned:
            if service.name == NATIONAL:
                prepare_national_system(options)
            if service.name == PROVIDER:
                prepare_provider(options, seed_environment(options, secrets))
            children.append(_start(options, service))
        wait_until_ready([(child, service.ready) for child, service in zip(children, planned, strict=True)])
        screen.show(options, seconds=time.monotonic() - began)
        _watch(children)
    finally:
        os.close(lock)


def _start(options: Options, service: Service) -> Child:
    return start(
        service.name,
        service.command,
        environment=service.environment,
        log=options.state / "log" / f"{service.name}.log",
        folder=ROOT,
    )


def _watch(children: Sequence[Child]) -> Never:
    while True:
        for child in children:
            if child.exit_code is not None:
                raise ServiceEnded(child)
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
