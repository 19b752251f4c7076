"""`hpid`: run and govern the provider from a shell. One file a noun; every command speaks `--json` too."""

import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import ValidationError

from federation.fetch import UnusableCaBundle
from idp.app import release
from idp.backup.model import UnusableBackup
from idp.cli import (
    admin,
    agencies,
    backup,
    cases,
    clients,
    conflicts,
    consents,
    demo,
    desk,
    emergency,
    initialise,
    keys,
    life_events,
    logouts,
    mandates,
    merges,
    officials,
    organisations,
    people,
    requests,
    restore,
    serve,
    sessions,
    upstreams,
    worker,
)
from idp.cli.context import CommandFailed, say, show_error
from idp.cli.streams import hold_streams
from idp.database import DatabaseUnavailable, UnusableUrl
from idp.env_file import UnusableEnvFile, take_env_file
from idp.exposition import PortTaken
from idp.risk_settings import RiskSettings
from idp.settings import Lifetimes, Settings, UnsafeSettings
from idp.tracing import TracingMissing
from keys.keyring import UnusableKeyRecord
from keys.master import KeyFileError
from keys.signer import SigningUnavailable
from migrations.run import head

app = typer.Typer(
    name="hpid",
    help="Hải Phòng ID: the city's OpenID Provider.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(initialise.init)
app.command("migrate")(initialise.migrate)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.add_typer(keys.app, name="keys")
app.add_typer(clients.app, name="clients")
app.add_typer(people.app, name="people")
app.add_typer(merges.app, name="merges")
app.add_typer(conflicts.app, name="conflicts")
app.add_typer(cases.app, name="cases")
app.add_typer(requests.app, name="requests")
app.add_typer(organisations.app, name="organisations")
app.add_typer(agencies.app, name="agencies")
app.add_typer(mandates.app, name="mandates")
app.add_typer(consents.app, name="consents")
app.add_typer(sessions.app, name="sessions")
app.add_typer(logouts.app, name="logouts")
app.add_typer(officials.app, name="officials")
app.add_typer(desk.app, name="desk")
app.add_typer(life_events.app, name="life-events")
app.add_typer(emergency.app, name="emergency")
app.add_typer(upstreams.app, name="upstreams")
app.add_typer(admin.app, name="admin")
app.add_typer(demo.app, name="demo")

_EXPECTED = (
    CommandFailed,
    DatabaseUnavailable,
    KeyFileError,
    PortTaken,
    TracingMissing,
    SigningUnavailable,
    UnsafeSettings,
    UnusableBackup,
    UnusableEnvFile,
    UnusableKeyRecord,
)


def _show_release(asked: bool) -> None:
    if asked:
        say(f"hpid {release()}, schema {head()}")
        raise typer.Exit


@app.callback()
def _before_every_command(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the release and the schema it needs, and exit.",
            callback=_show_release,
            is_eager=True,
        ),
    ] = False,
) -> None:
    logging.getLogger("hpid.keys.device").addHandler(
        logging.NullHandler()
    )  # commands say it in their one line
    take_env_file(os.environ)


def main() -> None:
    """Run a command; what an operator can mend is one clear line and exit status 1, never a stack trace."""
    hold_streams()
    try:
        _check_words(sys.argv[1:])
        app()
    except ValidationError as error:
        for problem in error.errors():
            show_error(_explained(problem["loc"], problem["msg"], model=error.title))
        sys.exit(1)
    except UnusableCaBundle as error:
        show_error(f"HPID_CA_BUNDLE: {error}")
        sys.exit(1)
    except UnusableUrl as error:
        show_error(f"HPID_DATABASE_URL: {error}")
        sys.exit(1)
    except _EXPECTED as error:
        show_error(str(error).split("\n")[0])  # a driver's text goes on with its statement
        sys.exit(1)


def _check_words(words: Sequence[str]) -> None:
    """Refuse bytes that are no text: they would break later, in a database or an encoder."""
    for number, word in enumerate(words, 1):
        try:
            word.encode()
        except UnicodeEncodeError:
            raise CommandFailed(f"word {number} of the command is not UTF-8") from None


def _explained(place: tuple[int | str, ...], message: str, *, model: str) -> str:
    """Name the setting as the environment does; a refusal of several settings together names them itself."""
    message = message.removeprefix("Value error, ")
    prefix = next((one for one in (Lifetimes, RiskSettings) if model == one.__name__), Settings)
    name = "__".join(str(part).upper() for part in place)
    return f"{prefix.model_config['env_prefix']}{name}: {message}" if name else message
