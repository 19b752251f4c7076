"""Countries by the codes that a nationality is stated in (ISO 3166-1), in both languages.

`countries.tsv` has a line each: three letters, two letters, the name in Vietnamese, the name in English. Facts of
the Unicode CLDR for states and for what else issues travel documents; pure but for reading that file once.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from idp.ui.language import Language


def country_name(code: str, language: Language) -> str | None:
    """Return a country's name; None for what is no code: a register may say it in words of its own."""
    names = _NAMES.get(code.upper())
    return None if names is None else names[language]


def _read() -> Mapping[str, Mapping[Language, str]]:
    lines = (Path(__file__).parent / "countries.tsv").read_text("utf-8").splitlines()
    names = {}
    for three, two, vietnamese, english in (line.split("\t") for line in lines):
        names[three] = names[two] = {Language.VI: vietnamese, Language.EN: english}
    return MappingProxyType(names)


_NAMES = _read()
