"""The page of every `hpid` command, from the command line itself."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from docs.generators.texts import shown, table
from idp.cli import app

PATH = "docs/reference/cli.md"
_INTRODUCTION = (
    "`hpid` is the provider's only program; [settings](settings.md) come from the environment and `hpid.env`."
)


def page() -> str:
    """Return the page."""
    sections = ["# Commands", _INTRODUCTION]
    for path, command in _leaves("hpid", typer.main.get_command(app)):
        sections += [f"## `{path}`", " ".join((command.help or "").split())]
        if rows := [_row(parameter) for parameter in command.params]:
            sections.append(table(("argument or option", "default", "meaning"), rows))
    return "\n\n".join(sections)


def _leaves(path: str, command: object) -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        for name, child in sorted(command.commands.items()):
            yield from _leaves(f"{path} {name}", child)
    elif isinstance(command, TyperCommand):
        yield path, command


def _row(parameter: object) -> tuple[str, str, str]:
    if not isinstance(parameter, TyperOption | TyperArgument):
        raise TypeError(f"{parameter} is neither an option nor an argument")
    names = parameter.opts if isinstance(parameter, TyperOption) else [parameter.name or ""]
    default = "required" if parameter.required else shown(parameter.default)
    return (
        ", ".join(f"`{name}`" for name in [*names, *parameter.secondary_opts]),
        default,
        parameter.help or "",
    )
