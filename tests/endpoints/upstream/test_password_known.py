"""Who comes from the national system while others know their password is led to a new one – SP 800-63B-4 §3.1.1.2."""

import pytest

from idp.audit.events import EventType
from idp.credentials.model import PasswordCredential
from idp.credentials.service import mark_compromised
from idp.database import Done
from idp.ids import PersonId
from idp.people.model import IdentifierScheme
from idp.protocol.assurance import Acr
from idp.transaction import Tx
from tests.national import Traveller
from tests.world import World

pytestmark = pytest.mark.network

OLD, NEW = "một câu dài mà người khác đã biết", "một câu dài chưa ai biết bao giờ"


async def test_from_the_national_system_to_a_new_password_and_on_to_the_service(
    world: World, huong: Traveller
) -> None:
    rp = await world.client()
    await huong.sign_in(rp)
    (started,) = await world.records(EventType.SESSION_STARTED)
    person_id = PersonId(started.subject_ref.removeprefix("person:"))
    password_hash, now = await world.provider.hashing.hash(OLD), world.time()
    password = PasswordCredential(person_id=person_id, password_hash=password_hash, changed_at=now)

    def give_and_mark(tx: Tx) -> Done[int | None]:
        tx.people.add_identifier(person_id, IdentifierScheme.USERNAME, "huong.nt", now=now)
        tx.passwords.put(password)
        reason, actor = "case 9", "operator:lan"
        return Done(mark_compromised(tx, person_id, reason=reason, actor=actor, occasion=world.occasion))

    assert await world.write(give_and_mark) == 1, "the session ends"
    page = await huong.sign_in(rp, acr_values=Acr.SUBSTANTIAL.value)
    assert "page-new-password" in page.ids
    form = await huong.browser.get(page.links["set-password"])
    assert "page-method-password" in form.ids, "the sign-in just now is enough"
    page = await huong.browser.press(form, "submit", None, **{"new-password": NEW})
    assert "page-consent" in page.ids
    page = await huong.sign_in(rp, prompt="login")
    assert "page-consent" in page.ids
