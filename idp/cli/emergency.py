"""`hpid emergency`: end all sessions or grants of a person, client, upstream, signing key, address range, or all.

It shows how much would end, and ends it only when told to. Each case has a runbook in docs/runbooks/.
"""

from functools import partial
from typing import Annotated

import typer

from idp.cli.context import AsJson, CommandFailed, say, show, warn, with_provider
from idp.cli.emergency_target import Asked, Chosen, choose
from idp.cli.emergency_work import Ended, end_meant, longest_offline, measure, vars_of
from idp.cli.moments import read_time
from idp.emergency.model import Affected, Kinds
from idp.protocol.facts import ClientFacts
from idp.provider import Provider

app = typer.Typer(help="Ending at once what an incident reaches.", no_args_is_help=True)

_LONGEST_REASON = 200
_CLIENTS_SHOWN = 20

Person = Annotated[str | None, typer.Option("--person", help="Of this person (id).")]
Client = Annotated[str | None, typer.Option("--client", help="Of this client; sessions that reached it.")]
Upstream = Annotated[
    str | None, typer.Option("--upstream", help="Proved there: `national` or its issuer, or `haiphong`.")
]
Key = Annotated[str | None, typer.Option("--key", help="That may hold tokens signed by this key (kid).")]
Addresses = Annotated[
    str | None, typer.Option("--addresses", help="Begun in this range, e.g. 203.0.113.0/24.")
]
Everything = Annotated[bool, typer.Option("--all", help="All there are; takes --issuer too.")]
Issuer = Annotated[str, typer.Option("--issuer", help="The issuer, typed once more: for --all.")]
Since = Annotated[
    str | None, typer.Option("--since", help="Begun, or proved again, from this time on, with its zone.")
]
Until = Annotated[str | None, typer.Option("--until", help="Begun before this time, with its zone.")]
OnlySessions = Annotated[
    bool, typer.Option("--sessions", help="Sessions, with the grants that live by them.")
]
OnlyGrants = Annotated[bool, typer.Option("--grants", help="Grants: sessions go on.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why: incident or case number. Must be given with --yes.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without, it only shows what would end.")]


@app.command("end")
def end_all(
    *,
    person: Person = None,
    client: Client = None,
    upstream: Upstream = None,
    key: Key = None,
    addresses: Addresses = None,
    everything: Everything = False,
    issuer: Issuer = "",
    since: Since = None,
    until: Until = None,
    sessions: OnlySessions = False,
    grants: OnlyGrants = False,
    reason: Reason = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """End all sessions and grants of what is named, once --yes is given; before that, show how much it is.

    Sessions and grants both, unless --sessions or --grants says which. It can be repeated: what is left is ended.
    """
    asked = Asked(
        person=person,
        client=client,
        upstream=upstream,
        key=key,
        addresses=addresses,
        everything=everything,
        since=None if since is None else read_time("--since", since),
        until=None if until is None else read_time("--until", until),
    )
    if (
        asked.since and asked.until and asked.until <= asked.since
    ):  # not "0 would end", in the midst of an incident
        raise CommandFailed("--until must be later than --since")
    kinds = Kinds(sessions=sessions or not grants, grants=grants or not sessions)
    _check_reason(reason, is_needed=yes)
    report = with_provider(
        partial(_carry_out, asked=asked, kinds=kinds, issuer=issuer, reason=reason, acts=yes)
    )
    _show(
        report,
        acts=yes,
        as_json=as_json,
        again="--issuer … --reason … --yes" if everything else "--reason … --yes",
    )


def _check_reason(reason: str, *, is_needed: bool) -> None:
    if is_needed and not reason.strip():
        raise CommandFailed("--yes goes with --reason: it is what the record will say")
    if len(reason) > _LONGEST_REASON or not reason.isprintable():
        raise CommandFailed(f"--reason is one line of at most {_LONGEST_REASON} characters")


async def _carry_out(
    provider: Provider, *, asked: Asked, kinds: Kinds, issuer: str, reason: str, acts: bool
) -> dict[str, object]:
    chosen = await choose(provider, asked)
    if asked.everything and acts and issuer != provider.settings.issuer:
        raise CommandFailed(f"--all ends everything at {provider.settings.issuer}: type that as --issuer")
    affected = await measure(provider, chosen.target, kinds)
    report = await _report(provider, chosen, kinds, affected)
    if acts:
        record = {"target": chosen.name, "sessions": affected.sessions, "grants": affected.grants}
        ended = await end_meant(provider, chosen.target, kinds, reason=reason, record=record)
        report |= await _outcome(provider, chosen, kinds, ended)
    return report


def _show(report: dict[str, object], *, acts: bool, as_json: bool, again: str) -> None:
    if as_json:
        show(report, as_json=True)
        return
    notes = report.pop("notes")
    for name in ("ended", "left"):  # that nothing is left is the answer that was waited for
        if isinstance(counts := report.get(name), dict):
            report[name] = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    show(report, as_json=False, title="ended" if acts else "would end")
    for note in notes if isinstance(notes, list) else ():
        warn(str(note))
    if not acts:
        say(f"Nothing has ended. To do it: the same with {again}")


async def _report(provider: Provider, chosen: Chosen, kinds: Kinds, affected: Affected) -> dict[str, object]:
    """Return the blast radius as it is shown."""
    told, silent = await _told(provider, affected)
    until = None
    if affected.last_token_at is not None:
        until = affected.last_token_at + longest_offline(provider.settings.life)
    notes = list(chosen.notes)
    if affected.unplaced and kinds.sessions:
        notes.append(f"of {affected.unplaced} live sessions no network is known; none of them is meant here")
    clients = sorted(affected.clients | affected.reached.keys())
    return {
        "target": chosen.name,
        "people": affected.people,
        "sessions": affected.sessions,
        "grants": affected.grants,
        "grants_offline": affected.offline_grants,
        "refresh_families": affected.families,
        "clients": len(clients),
        "client_ids": clients[:_CLIENTS_SHOWN],
        "logouts_sent": told,
        "logouts_that_nobody_hears": silent,
        "grants_with_access_tokens": affected.token_grants,
        "access_tokens_until": until,
        "notes": notes,
    }


async def _told(provider: Provider, affected: Affected) -> tuple[int, int]:
    """Return how many sign-outs are sent, and how many reach a service that takes no word of one."""
    told = 0
    for client_id, count in affected.reached.items():
        client = await provider.configuration.client(client_id)
        told += count if client is not None and _hears(client.facts) else 0
    return told, affected.reached.total() - told


def _hears(client: ClientFacts) -> bool:
    return client.backchannel_logout_uri is not None


async def _outcome(provider: Provider, chosen: Chosen, kinds: Kinds, ended: Ended) -> dict[str, object]:
    """Return what has ended, and what has begun meanwhile and is still there."""
    left = await measure(provider, chosen.target, kinds)
    return {"ended": vars_of(ended), "left": {"sessions": left.sessions, "grants": left.grants}}
