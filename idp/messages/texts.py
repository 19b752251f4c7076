"""A notice or a code as the text of a mail or an SMS. Pure.

Everything that comes from elsewhere (a service's name and host, a browser's) is one line of printing characters, with
nothing that turns the direction of writing; all else are words of ours. No text has a link but the one by which the
reader of a mail can lock their account, and do nothing else (adr/0051).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from idp.days import VIETNAM_TIME
from idp.messages.model import Channel
from idp.messages.model.notices import Act
from idp.messages.words import WORDS

_LONGEST = 80
_DEFAULT = "vi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What every text says of us."""

    host: str
    hotline: str = ""
    origin: str = ""
    """Scheme and host, for the one link a mail may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as a text names it."""

    name: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a message says; an SMS has no subject."""

    subject: str
    body: str


def one_line(text: str, *, most: int = _LONGEST) -> str:
    """Return a text as one line: without control, format and unassigned characters, and not too long."""
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace() or unicodedata.category(letter)[0] not in "CZ"
    )
    shown = " ".join(kept.split())
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def notice_text(
    facts: Mapping[str, str],
    *,
    at: datetime,
    channel: Channel,
    language: str,
    site: Site,
    service: Service | None,
    is_last_today: bool,
    link: str = "",
) -> Text:
    """Return what tells of a notice. `link` locks its reader's account. KeyError: its facts are of a newer release."""
    words = WORDS.get(language, WORDS[_DEFAULT])
    what = _what(facts, words)
    time = _time(at)
    lines = [words["when"].format(time=time)]
    if service is not None:
        named = {"service": one_line(service.name), "host": one_line(service.host)}
        lines.append(words["service"].format(**named))
    if browser := facts.get("browser"):
        lines.append(words["browser"].format(browser=one_line(browser)))
    if case := facts.get("case"):
        lines.append(words["case"].format(case=one_line(case)))
    way = "unlock" if facts.get("act") == Act.LOCKED else "dispute"
    if channel is Channel.PHONE:
        lines = [f"Hải Phòng ID: {what}.", *lines, words[f"{way}_sms"].format(host=site.host)]
        return Text(subject="", body=" ".join([*lines, *([words["last_today"]] if is_last_today else [])]))
    lines = [f"{what[:1].upper()}{what[1:]}.", *lines, "", words[way].format(host=site.host)]
    if link:
        lines.append(words["dispute_link"].format(url=f"{site.origin}/not-me?t={link}"))
    if site.hotline:
        lines.append(words[f"{way}_hotline"].format(hotline=site.hotline))
    lines += ["", words["never"], *([words["last_today"]] if is_last_today else [])]
    return Text(subject=words["subject"].format(what=what), body="\n".join(lines))


def code_text(code: str, *, until: datetime, now: datetime, channel: Channel, language: str) -> Text:
    """Return what brings a code to the address that is to be confirmed."""
    words = WORDS.get(language, WORDS[_DEFAULT])
    if channel is Channel.PHONE:
        minutes = max(1, round((until - now).total_seconds() / 60))
        first = words["code_phone"].format(code=code, minutes=minutes)
        return Text(subject="", body=f"{first} {words['code_never']}")
    lines = [words["code_email"].format(code=code), words["code_where"].format(time=_time(until))]
    return Text(
        subject=words["code_subject"],
        body="\n".join([*lines, "", words["code_never"], words["code_ignore"], words["never"]]),
    )


def sign_in_code_text(
    code: str,
    *,
    until: datetime,
    now: datetime,
    channel: Channel,
    language: str,
    site: Site,
    service: Service,
) -> Text:
    """Return what brings a code that signs somebody in: it names the service, so that a code got by a trick shows it."""
    words = WORDS.get(language, WORDS[_DEFAULT])
    named = {"service": one_line(service.name), "host": one_line(service.host), "code": code}
    if channel is Channel.PHONE:
        minutes = max(1, round((until - now).total_seconds() / 60))
        first = words["sign_in_code_phone"].format(**named, minutes=minutes)
        return Text(subject="", body=f"{first} {words['code_never']}")
    lines = [
        words["sign_in_code_email"].format(**named),
        words["sign_in_code_where"].format(site=site.host, time=_time(until)),
    ]
    return Text(
        subject=words["sign_in_code_subject"],
        body="\n".join([*lines, "", words["code_never"], words["sign_in_code_ignore"], words["never"]]),
    )


def what_of(facts: Mapping[str, str], language: str) -> str:
    """Return the sentence a notice begins with, as a page says it again."""
    what = _what(facts, WORDS.get(language, WORDS[_DEFAULT]))
    return f"{what[:1].upper()}{what[1:]}"


def _what(facts: Mapping[str, str], words: Mapping[str, str]) -> str:
    """Return the sentence of a notice: its kind, and the fact that tells which of several."""
    notice = facts["notice"]
    which = next((facts[name] for name in ("act", "change", "deed", "step") if facts.get(name)), "")
    sentence = words[f"{notice}_{which}" if which else notice]
    named = {name: words[f"{name}_{facts[name]}"] for name in ("factor", "channel") if name in facts}
    return sentence.format(**named)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).astimezone(VIETNAM_TIME):%H:%M %d/%m/%Y}"
