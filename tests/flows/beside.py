"""What happens beside the browsers: at a desk, in a mailbox, in the worker."""

from datetime import datetime, timedelta

from idp.data_rights.jobs import close_accounts, make_copies
from idp.database import Done
from idp.ids import HandleKind, PersonId, bucket_of
from idp.transaction import Tx
from tests.flows.kept import Change
from tests.flows.scene import OFFICIAL, Scene
from tests.flows.wire import Broken, Watch
from tests.stores.desk_samples import opened, seen

_CLOSES_AFTER = timedelta(days=7)
_COPIES = "data_copies"


async def paper_for(scene: Scene, person_id: str) -> tuple[str, str, datetime] | None:
    """Let an official prove somebody; return the number, the code and until when, or nothing if that is refused."""
    database = scene.world.provider.database
    official = await database.read(lambda tx: tx.officials.find_by_number(OFFICIAL))
    assert official is not None
    found = await opened(database, seen(PersonId(person_id), official), scene.world.time())
    if isinstance(found, str) or found.code is None:
        return None
    return found.case.case_id, found.code, found.case.expires_at


async def mail_for(scene: Scene, person_id: str) -> dict[str, tuple[str, datetime]]:
    """Put a notice's link into somebody's mailbox."""
    until = scene.world.time() + scene.world.provider.settings.life.dispute_link
    link = scene.world.provider.clock.handle(HandleKind.DISPUTE, bucket_of(PersonId(person_id)))
    facts = {"notice": "new_factor", "factor": "password", "at": scene.world.time().isoformat()}

    def add(tx: Tx) -> Done[None]:
        tx.dispute_links.add(link, PersonId(person_id), facts, expires_at=until)
        return Done(None)

    await scene.world.write(add)
    return {link: (person_id, until)}


async def work_through(scene: Scene, watch: Watch) -> None:
    """Let the worker make copies and close accounts; it may touch those alone whose days are over."""
    now = scene.world.time()
    due = {
        row["person_id"]
        for row in watch.kept["data_requests"].values()
        if row["closed_at"] is None
        and row["close_at"] is not None
        and row["received_at"] + _CLOSES_AFTER <= now
    }
    provider, occasion = scene.world.provider, scene.world.occasion
    issuer, lasts = provider.settings.issuer, provider.settings.life.data_copy
    await make_copies(provider.database, occasion, issuer=issuer, lasts=lasts)
    await close_accounts(provider.database, occasion)
    for change in await watch.look():
        if change.table != _COPIES and not _is_of(change, due):
            raise Broken(f"the worker changed {change.table}: its person did not close the account")
    for number, person_id in list(watch.told.people.items()):
        if person_id in due and watch.is_closed(person_id):
            del watch.told.people[number]


def _is_of(change: Change, people: set[str]) -> bool:
    named = {
        value for name, value in change.row.items() if name in {"person_id", "delegate_id", "principal_id"}
    }
    return bool(named & people)
