"""Addresses as they are taken, and what services get of those that were proved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idp.messages.model import Channel
from idp.people.contacts import Contact, PendingCode, code_material, read_address, same_address, with_contacts
from idp.people.model import Attribute, Origin, PersonProfile, Source
from idp.people.provenance import merge

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NATIONAL = Origin(source=Source.UPSTREAM, issuer="https://national.example", level=2, at=NOW)
OLD = PersonProfile(full_name="Nguyễn Thị Hương", email="cu@example.vn", origins={Attribute.EMAIL: NATIONAL})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" Huong@Example.VN ", "Huong@example.vn"),
        ("huong+ma@a.b.example", "huong+ma@a.b.example"),
        ("huong@example", None),
        ("huong@@example.vn", None),
        (".huong@example.vn", None),
        ("hu..ong@example.vn", None),
        ('"hu ong"@example.vn', None),
        ("huong@[127.0.0.1]", None),
        ("huong@exаmple.vn", None),  # Cyrillic а
        ("hương@example.vn", None),
        ("huong@example.vn\r\nBcc: b@example.vn", None),
        ("huong@example.vn,b@example.vn", None),
        ("Huong <huong@example.vn>", None),
        ("a" * 65 + "@example.vn", None),
        ("", None),
    ],
)
def test_an_email_address_is_ascii_and_one(typed: str, read: str | None) -> None:
    assert read_address(Channel.EMAIL, typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0901 234 567", "+84901234567"),
        ("+84 (901) 234-567", "+84901234567"),
        ("+4915112345678", "+4915112345678"),
        ("０９０１２３４５６７", "+84901234567"),
        ("٠٩٠١٢٣٤٥٦٧", None),
        ("113", None),
        ("+84901234567\n+84901234568", None),
        ("", None),
    ],
)
def test_a_phone_number_is_e164(typed: str, read: str | None) -> None:
    assert read_address(Channel.PHONE, typed) == read


def test_spellings_of_one_address_are_one() -> None:
    assert same_address(Channel.EMAIL, "Huong@example.vn", "huong@EXAMPLE.vn")
    assert not same_address(Channel.EMAIL, "huong@example.vn", "huong1@example.vn")


def test_a_code_is_bound_to_all_it_is_for() -> None:
    pending = PendingCode(
        channel=Channel.EMAIL,
        address="a@example.vn",
        replaces="",
        language="vi",
        digest=b"",
        tries=0,
        expires_at=NOW,
    )
    others = [
        code_material("p1", pending, "123456"),
        code_material("p2", pending, "123456"),
        code_material("p1", pending, "123457"),
        code_material("p1", replace(pending, address="b@example.vn"), "123456"),
        code_material("p1", replace(pending, channel=Channel.PHONE), "123456"),
        code_material("p1", replace(pending, replaces="k"), "123456"),
    ]
    assert len(set(others)) == len(others)


def contact(address: str, *, channel: Channel = Channel.EMAIL, days: int = 0) -> Contact:
    return Contact(
        contact_id=address,
        channel=channel,
        address=address,
        language="vi",
        verified_at=NOW + timedelta(days=days),
    )


def test_services_get_the_first_proved_address_in_place_of_one_that_was_merely_said() -> None:
    both = (contact("hai@example.vn", days=1), contact("mot@example.vn"))
    profile = with_contacts(OLD, both, NOW)
    assert (profile.email, profile.email_verified) == ("mot@example.vn", True)
    assert profile.origins[Attribute.EMAIL].source is Source.SELF
    profile = with_contacts(profile, both[:1], NOW)
    assert (profile.email, profile.email_verified) == ("hai@example.vn", True)
    profile = with_contacts(profile, (), NOW)
    assert (profile.email, profile.email_verified) == ("", False)
    assert Attribute.EMAIL not in profile.origins


def test_a_number_that_the_national_system_vouches_for_stays() -> None:
    national = replace(OLD, phone="+84901234567", phone_verified=True, origins={Attribute.PHONE: NATIONAL})
    own = contact("+84909999999", channel=Channel.PHONE)
    assert with_contacts(national, (own,), NOW).phone == "+84901234567"
    assert with_contacts(replace(national, phone_verified=False), (own,), NOW).phone == "+84909999999"


def test_nothing_proved_changes_nothing() -> None:
    assert with_contacts(OLD, (), NOW) == OLD


def test_what_is_merely_said_at_a_sign_in_does_not_displace_a_proved_address() -> None:
    proved = with_contacts(OLD, (contact("mot@example.vn"),), NOW)
    said = {Attribute.EMAIL: {"email": "khac@example.vn", "email_verified": False}}
    merged = merge(proved, said, NATIONAL, unknown=NATIONAL)
    assert (merged.profile.email, merged.profile.email_verified, merged.kept) == ("mot@example.vn", True, ())
    number = with_contacts(OLD, (contact("+84909999999", channel=Channel.PHONE),), NOW)
    vouched = {Attribute.PHONE: {"phone": "+84901234567", "phone_verified": True}}
    assert merge(number, vouched, NATIONAL, unknown=NATIONAL).profile.phone == "+84901234567"
