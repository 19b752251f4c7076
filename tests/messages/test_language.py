"""In which language people are told, where the address says nothing of it: the national system's tell none."""

from typing import Any

import pytest

from idp.database import Done
from idp.messages.model.notices import Notice
from tests.messages.office import Office
from tests.messages.test_contacts import somebody

pytestmark = pytest.mark.network
PHONE: dict[str, Any] = {"phone": "+84539900012", "phone_verified": True}


async def told(office: Office, person_id: Any) -> str:
    """Let something be told; return the text that came by SMS."""

    def notify(tx: Any) -> Done[None]:
        tx.outbox.notify(person_id, Notice.NEW_FACTOR, occasion=office.world.occasion, factor="password")
        return Done(None)

    await office.world.write(notify)
    await office.deliver()
    return str(office.sms.messages[-1]["text"])


async def test_a_citizen_is_told_in_vietnamese(office: Office) -> None:
    one = await somebody(office, **PHONE)
    assert "mật khẩu" in await told(office, one.person.person_id)


async def test_a_foreign_resident_is_told_in_english(office: Office) -> None:
    one = await somebody(office, foreigner_id="031290000012", nationality="IRL", **PHONE)
    assert "password" in await told(office, one.person.person_id)


@pytest.mark.parametrize(("language", "words"), [("vi", "mật khẩu"), ("en", "password")])
@pytest.mark.parametrize("foreigner_id", ["", "031290000012"])
async def test_what_they_read_when_they_confirmed_an_address_goes_before(
    office: Office, foreigner_id: str, language: str, words: str
) -> None:
    one = await somebody(office, foreigner_id=foreigner_id, **PHONE)
    one.browser.client.cookies.set("hpid-lang", language, domain="localhost.local", path="/")
    await one.add("moi@example.vn")
    assert words in await told(office, one.person.person_id)
