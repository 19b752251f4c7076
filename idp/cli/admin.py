"""`hpid admin bootstrap`: a one-time link for the first administrator, good for fifteen minutes."""

from functools import partial

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.citizen.administrator import PURPOSE
from idp.cli.context import AsJson, occasion, operator, show, with_provider
from idp.database import Done
from idp.ids import NO_BUCKET, HandleKind
from idp.provider import Provider
from idp.settings import Lifetimes
from idp.transaction import Tx

app = typer.Typer(help="Administrators.", no_args_is_help=True)


@app.callback()
def _admin() -> None:
    """Administrators."""


@app.command()
def bootstrap(*, as_json: AsJson = False) -> None:
    """Print a link that makes one administrator; a newer link ends an older one."""

    async def work(provider: Provider) -> dict[str, object]:
        happening = occasion(provider)
        link = provider.clock.handle(HandleKind.LINK, NO_BUCKET)
        expires_at = (
            await provider.database.transact(
                partial(_add, link=link, life=provider.settings.life, happening=happening)
            )
        ).unwrap()
        url = f"{provider.settings.issuer}/administrator?link={link}"
        return {"link": url, "works_until": expires_at}

    show(with_provider(work), as_json=as_json, title="one-time link")


def _add(tx: Tx, *, link: str, life: Lifetimes, happening: Occasion) -> Done[str]:
    expires_at = happening.now + life.admin_link
    tx.links.add(link, purpose=PURPOSE, expires_at=expires_at, now=happening.now)
    text = expires_at.isoformat(timespec="seconds")
    tx.audit.add(happening.event(EventType.ADMIN_LINK_ISSUED, actor=operator(), expires_at=text))
    return Done(text)
