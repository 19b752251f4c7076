"""What the record is to say was why: one line that says something, or nothing is done."""

import typer

from idp.cli.context import CommandFailed

_LONGEST = 200


def check_reason(param: typer.CallbackParam, value: str) -> str:
    """Refuse an option that would leave the record with nothing to read."""
    if not value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise CommandFailed(f"--{param.name} is one line of 1 to {_LONGEST} letters: the record keeps it")
    return value
