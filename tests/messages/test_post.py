"""Notices get to people by a real mail server and a real gateway, are bounded, retried, and leave nothing behind."""

import asyncio
import logging
import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from idp.database import Done, sqlite
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.messages.model.notices import Notice
from idp.messages.relay import MOST_A_DAY
from idp.outbox.model import NO_CLIENT, DeliveryState, OutboxKind, OutboxMessage
from idp.people.model import Person, PersonProfile, PersonStatus
from idp.transaction import Tx
from tests.messages.office import SECRET, Office, open_office
from tests.told import messages_of
from tests.world import World

pytestmark = pytest.mark.network

PROFILE = PersonProfile(
    full_name="Nguyễn Thị Hương",
    email="huong@example.vn",
    email_verified=True,
    phone="+84539900001",
    phone_verified=True,
)


async def huong(world: World, **changes: Any) -> Person:
    return await world.person("huong", profile=replace(PROFILE, **changes))


async def tell(
    world: World,
    person: Person,
    notice: Notice = Notice.NEW_FACTOR,
    *,
    once_a_day: bool = False,
    **facts: str,
) -> None:
    def note(tx: Tx) -> Done[None]:
        tx.outbox.notify(
            person.person_id,
            notice,
            occasion=world.occasion,
            once_a_day=once_a_day,
            **(facts or {"factor": "totp"}),
        )
        return Done(None)

    await world.write(note)


async def rows(world: World, person_id: PersonId) -> list[OutboxMessage]:
    return list(await world.provider.database.read(lambda tx: messages_of(tx, person_id)))


async def test_a_notice_goes_to_every_verified_address_once(office: Office) -> None:
    person = await huong(office.world)
    await tell(office.world, person)
    await office.deliver()
    await office.deliver()
    (mail,) = office.mail.mails
    assert office.mail.recipients == [["huong@example.vn"]]
    assert (mail["To"], mail["From"]) == ("huong@example.vn", "Hải Phòng ID <khong-tra-loi@haiphong.example>")
    assert mail["Subject"] == "Hải Phòng ID: thêm hoặc đổi cách đăng nhập: ứng dụng xác thực"
    assert mail.get_content_type() == "text/plain"
    assert "Thời gian: 08:00 02/03/2026." in office.mail.texts[0]
    (sms,) = office.sms.messages
    assert (sms["to"], sms["from"]) == ("+84539900001", "HaiPhongID")
    assert "ứng dụng xác thực" in sms["text"]
    assert f"authorization: Bearer {SECRET}".encode() in office.sms.peer.requests[0]


@pytest.mark.parametrize(
    "changes", [{"email_verified": False, "phone_verified": False}, {"email": "", "phone": ""}]
)
async def test_what_is_not_verified_gets_nothing(office: Office, changes: dict[str, Any]) -> None:
    person = await huong(office.world, **changes)
    await tell(office.world, person)
    await office.deliver()
    assert (office.mail.mails, office.sms.messages) == ([], [])
    (told,) = await rows(office.world, person.person_id)
    assert told.state is DeliveryState.UNSUPPORTED


async def test_the_dead_are_told_nothing(office: Office) -> None:
    person = await office.world.person("huong", profile=PROFILE, status=PersonStatus.DECEASED)
    await tell(office.world, person)
    await office.deliver()
    assert (office.mail.mails, office.sms.messages) == ([], [])


async def test_an_old_address_is_told_of_its_change_though_it_is_no_longer_there(office: Office) -> None:
    person = await huong(office.world, phone="", email="moi@example.vn")
    await tell(
        office.world,
        person,
        Notice.CONTACT_CHANGED,
        channel="email",
        change="removed",
        old_address="cu@example.vn",
    )
    await office.deliver()
    assert sorted(office.mail.recipients) == [["cu@example.vn"], ["moi@example.vn"]]
    assert all("cu@example.vn" not in text for text in office.mail.texts)


async def test_a_service_is_named_with_its_host_in_one_line(office: Office) -> None:
    name = "Cổng\r\nBcc: ke-gian@example.vn\r\n\r\nBấm"
    await office.world.client("rp-c", unchecked=True, name=name)
    person = await huong(office.world)
    await tell(office.world, person, Notice.NEW_SERVICE, client_id="rp-c")
    await office.deliver()
    assert office.mail.recipients == [["huong@example.vn"]]
    assert "Dịch vụ: Cổng Bcc: ke-gian@example.vn Bấm (rp-c.example)." in office.mail.texts[0].splitlines()
    assert office.mail.mails[0]["Bcc"] is None


async def test_a_parent_is_told_what_the_other_one_did_and_neither_they_nor_the_child_are_named(
    office: Office,
) -> None:
    mother, father = await huong(office.world), await office.world.person("nam", profile=PROFILE)
    child = await office.world.person("khoi")
    ids = {"ward": str(child.person_id), "actor": str(mother.person_id)}
    await tell(office.world, father, Notice.OTHER_PARENT, deed="acted", client_id="", once_a_day=True, **ids)
    await office.deliver()
    sent = [office.mail.mails[0]["Subject"], office.mail.texts[0], office.sms.messages[0]["text"]]
    assert all("người đại diện khác đã dùng dịch vụ thay cho trẻ" in text for text in (sent[0], sent[2]))
    named = (*mother.profile.full_name.split(), child.profile.full_name, mother.person_id, child.person_id)
    assert not any(name in text for text in sent for name in named)


async def test_an_address_with_a_line_break_is_never_sent_to(office: Office) -> None:
    person = await huong(office.world, email="a@example.vn\r\nBcc: b@example.vn", phone="")
    await tell(office.world, person)
    await office.deliver()
    assert office.mail.mails == []
    mail = next(one for one in await rows(office.world, person.person_id) if one.kind is OutboxKind.MAIL)
    assert (mail.state, mail.last_error) == (DeliveryState.DEAD, "a header would not be one line")


async def test_nobody_is_flooded_and_one_kind_does_not_drown_another(office: Office) -> None:
    person = await huong(office.world)
    for _ in range(12):
        await tell(office.world, person)
    await tell(office.world, person, Notice.HIGH_RISK_ACT, act="locked")
    await office.deliver()
    mails, texts = MOST_A_DAY[Channel.EMAIL], MOST_A_DAY[Channel.PHONE]
    assert len(office.mail.mails) == mails + 1
    assert len(office.sms.messages) == texts + 1
    assert sum("Hôm nay sẽ không nhắn thêm" in text for text in office.mail.texts) == 1
    assert sum("tài khoản bị khóa" in one["text"] for one in office.sms.messages) == 1
    office.world.time.move(days=1)
    await tell(office.world, person)
    await office.deliver()
    assert len(office.mail.mails) == mails + 2


async def test_a_server_that_is_busy_gets_it_again_and_one_that_is_not_sure_gets_the_same_id(
    office: Office,
) -> None:
    person = await huong(office.world, phone="")
    office.mail.answer = "451 later"
    await tell(office.world, person)
    await office.deliver()
    (mail,) = [one for one in await rows(office.world, person.person_id) if one.kind is OutboxKind.MAIL]
    assert (mail.state, mail.attempts, mail.last_error) == (
        DeliveryState.WAITING,
        1,
        "the server answers 451",
    )
    office.mail.answer = "250 OK"
    await office.deliver()
    assert office.mail.mails == [], "not before its pause is over"
    office.world.time.move(seconds=2)
    await office.deliver()
    assert office.mail.mails[0]["Message-ID"] == f"<{mail.message_id}@haiphong.example>"


async def test_what_is_never_taken_is_a_dead_letter_after_a_day(office: Office) -> None:
    person = await huong(office.world, phone="")
    office.mail.answer = "451 later"
    await tell(office.world, person)
    for _ in range(60):
        await office.deliver()
        office.world.time.move(minutes=30)
    (mail,) = [one for one in await rows(office.world, person.person_id) if one.kind is OutboxKind.MAIL]
    assert (mail.state, mail.payload) == (DeliveryState.DEAD, {})


async def test_an_address_that_is_refused_for_good_is_given_up(office: Office) -> None:
    person = await huong(office.world, phone="")
    office.mail.rcpt_answer = "550 no such huong@example.vn"
    await tell(office.world, person)
    await office.deliver()
    (mail,) = [one for one in await rows(office.world, person.person_id) if one.kind is OutboxKind.MAIL]
    assert (mail.state, mail.last_error) == (DeliveryState.DEAD, "the server refuses the address")


async def test_what_was_sent_is_kept_without_address_and_text_and_no_log_names_them(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = await huong(office.world)
    await tell(office.world, person)
    office.mail.answer = "554 huong@example.vn is spam"
    await office.deliver()
    sent = [one for one in await rows(office.world, person.person_id) if one.kind is not OutboxKind.NOTICE]
    assert {one.kind: one.state for one in sent} == {
        OutboxKind.MAIL: DeliveryState.DEAD,
        OutboxKind.SMS: DeliveryState.DELIVERED,
    }
    assert all(one.payload == {} for one in sent)
    ours = [record for record in caplog.records if record.name.startswith("hpid")]
    logged = "".join(f"{record.getMessage()} {record.__dict__}" for record in ours)
    assert "given up" in logged
    assert not any(secret in logged for secret in ("huong@", "539900001", SECRET, person.person_id))


async def test_a_worker_that_dies_leaves_its_messages_to_the_next(office: Office) -> None:
    person = await huong(office.world, phone="")
    await tell(office.world, person)
    await office.post.address()
    lease = timedelta(minutes=3)
    now = office.world.time()
    claim = await office.world.provider.database.transact(
        lambda tx: Done(tx.outbox.claim_kind(OutboxKind.MAIL, now, most=5, lease=lease))
    )
    assert len(claim.unwrap()) == 1
    await office.deliver()
    assert office.mail.mails == []
    office.world.time.move(minutes=4)
    await office.deliver()
    assert len(office.mail.mails) == 1


async def test_what_goes_wrong_with_one_message_sends_no_other_again(office: Office) -> None:
    """Others of its batch that were taken are settled; as it was, each lease brought them once more."""
    world = office.world
    person = await huong(world, phone="")
    await tell(world, person)
    spoilt = OutboxMessage(
        message_id="spoilt",
        kind=OutboxKind.MAIL,
        client_id=NO_CLIENT,
        logout_id="",
        payload={"to": "hoa@example.vn", "code": "123456", "until": "no moment"},
        created_at=world.time(),
        next_attempt_at=world.time(),
    )

    def add(tx: Tx) -> Done[None]:
        tx.outbox.add([spoilt])
        return Done(None)

    await world.write(add)
    await office.post.address()
    for _ in range(3):
        with suppress(ValueError):
            await office.post.send(Channel.EMAIL)
        world.time.move(minutes=4)
    assert office.mail.recipients == [["huong@example.vn"]]
    (mail,) = [one for one in await rows(world, person.person_id) if one.kind is OutboxKind.MAIL]
    assert (mail.state, mail.attempts) == (DeliveryState.DELIVERED, 1)


async def test_what_was_sent_while_the_database_was_away_for_a_moment_is_noted(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another server of it takes over: up to forty people would get the same again, once the lease is over."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    async with open_office(template, tmp_path) as office:
        take = office.mail.handle_DATA

        async def take_and_lose_the_database(*about: Any) -> str:
            neighbour = sqlite3.connect(
                tmp_path / "hpid.sqlite3", isolation_level=None, check_same_thread=False
            )
            neighbour.execute("BEGIN IMMEDIATE")
            asyncio.get_running_loop().call_later(0.3, neighbour.close)
            return await take(*about)

        monkeypatch.setattr(office.mail, "handle_DATA", take_and_lose_the_database)
        person = await huong(office.world, phone="")
        await tell(office.world, person)
        await office.deliver()
        office.world.time.move(minutes=4)
        await office.deliver()
        assert office.mail.recipients == [["huong@example.vn"]]
        states = {one.state for one in await rows(office.world, person.person_id)}
        assert states == {DeliveryState.DELIVERED}
