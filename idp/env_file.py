"""`hpid.env` in the state folder: the settings of one installation, a `NAME=value` line each; the environment wins.

Blank lines and lines that begin with `#` are passed over, one pair of quotes around a value is taken off, and nothing
else is interpreted. Whatever is wrong with the file stops the command: what an operator wrote never counts for nothing.
No message repeats a value, which may be a secret.
"""

import re
import stat
from collections.abc import Collection, Iterable, MutableMapping
from difflib import get_close_matches
from pathlib import Path

from idp.risk_settings import RiskSettings
from idp.settings import Lifetimes, Settings

NAME = "hpid.env"
_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", re.ASCII)
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<value>.*)(?P=quote)")
_PREFIX = "HPID_"
_STATE = "HPID_STATE"
_ALMOST = 0.85
"""How alike two names are of which one was meant; what others put there under our prefix is less."""
_GROUPS: dict[str, type[Lifetimes] | type[RiskSettings]] = {"life": Lifetimes, "risk": RiskSettings}
"""Settings that are several of one kind."""
_OTHERS = 0o027
"""Whoever may read it all but owner and group, and whoever may change it but the owner."""


class UnusableEnvFile(ValueError):
    """The file can't be used; the text says where and why."""


def take_env_file(environment: MutableMapping[str, str]) -> None:
    """Add the settings of the file to the environment, where that does not set them itself."""
    folder = Path(environment.get(_STATE) or Settings.model_fields["state"].default)
    given = {name.upper() for name in environment}
    for name, value in read_env_file(folder / NAME).items():
        if name not in given:
            environment[name] = value


def read_env_file(path: Path) -> dict[str, str]:
    """Return what the file sets; nothing if there is none."""
    try:
        _check_mode(path)
        text = path.read_text("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UnusableEnvFile(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnusableEnvFile(f"{path}: can't be read: not UTF-8") from error
    values: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip()
        if plain and not plain.startswith("#"):
            name, value = _parse(plain, f"{path} line {number}", taken=values)
            values[name] = value
    return values


def setting_names() -> frozenset[str]:
    """Return the names a file may set: every setting but the folder it lies in."""
    names = {f"HPID_{name.upper()}" for name in Settings.model_fields if name not in _GROUPS}
    for group, settings in _GROUPS.items():
        names |= {f"HPID_{group.upper()}_{name.upper()}" for name in settings.model_fields}
    return frozenset(names) - {_STATE}


def misspelt(environment: Iterable[str]) -> dict[str, str]:
    """Return names of the environment that are no setting, each with the one that it is almost."""
    known = setting_names() | {_STATE}
    written = {name.upper().replace("__", "_"): name for name in environment}
    strangers = [name for name in written if name.startswith(_PREFIX) and name not in known]
    almost = {name: get_close_matches(name, known, n=1, cutoff=_ALMOST) for name in strangers}
    return {written[name]: found[0] for name, found in sorted(almost.items()) if found}


def _check_mode(path: Path) -> None:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise UnusableEnvFile(f"{path}: not a file")
    if mode & _OTHERS:
        raise UnusableEnvFile(f"{path}: others may read or change it; its mode must be 0600 or 0640")


def _parse(line: str, place: str, *, taken: Collection[str]) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None or "\0" in line:
        raise UnusableEnvFile(f"{place}: not NAME=value")
    name, value = match[1], match[2]
    if name == _STATE:
        raise UnusableEnvFile(
            f"{place}: {_STATE} says where this file is and stands in the environment alone"
        )
    if name not in setting_names():
        raise UnusableEnvFile(f"{place}: {name} is not a setting")
    if name in taken:
        raise UnusableEnvFile(f"{place}: {name} is set twice")
    quoted = _QUOTED.fullmatch(value)
    return name, quoted["value"] if quoted else value
