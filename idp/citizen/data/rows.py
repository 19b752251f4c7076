"""What is held of somebody as rows of a page, numbers masked (PAGES §3.1.20, §4.3)."""

from datetime import datetime

from idp.citizen.history import service_name
from idp.data_rights.model import Copy, CopyState, DataRequest, RequestState
from idp.days import day_of, last_day
from idp.edge import Call
from idp.people.model import Attribute, IdentifierScheme, Person, PersonProfile
from idp.ui.countries import country_name
from idp.ui.data_rows import CopyRow, FoundByRow, HeldRow, RequestRow
from idp.ui.formatting import (
    Masked,
    birth_date,
    mask_email,
    mask_id_number,
    mask_phone,
    reference,
)
from idp.ui.language import Language

_OWN = ("nickname", "preferred_username", "profile_page", "picture", "website")


def held(person: Person, language: Language) -> tuple[HeldRow, ...]:
    """Return every attribute that is known, with who stated it, at which level and when."""
    profile = person.profile
    number = profile.personal_id or profile.foreigner_id
    country = country_name(profile.nationality, language)
    shown: dict[Attribute, str | Masked] = {
        Attribute.NAME: profile.full_name,
        Attribute.ID_NUMBER: mask_id_number(number) if number else "",
        Attribute.BIRTHDATE: birth_date(profile.birthdate, language) if profile.birthdate else "",
        Attribute.GENDER: profile.gender,
        Attribute.NATIONALITY: country or profile.nationality,
        Attribute.ADDRESS: "" if profile.address is None else profile.address.formatted,
        Attribute.PHONE: mask_phone(profile.phone) if profile.phone else "",
        Attribute.EMAIL: mask_email(profile.email) if profile.email else "",
    }
    rows = [
        _row(
            profile,
            attribute,
            value,
            is_translated=attribute is Attribute.NATIONALITY and country is not None,
        )
        for attribute, value in shown.items()
        if value
    ]
    own = [(name, getattr(profile, name)) for name in _OWN]
    return (*rows, *(HeldRow(label=name, value=value, source="self") for name, value in own if value))


def _row(
    profile: PersonProfile, attribute: Attribute, value: str | Masked, *, is_translated: bool
) -> HeldRow:
    origin = profile.origins.get(attribute)
    word = f"data_gender_{value}" if attribute is Attribute.GENDER else ""
    return HeldRow(
        label=attribute.value,
        value="" if word else value,
        is_translated=is_translated,
        word=word,
        source="" if origin is None else origin.source.value,
        level=None if origin is None else origin.level,
        at=None if origin is None else origin.at,
    )


def found_by(scheme: IdentifierScheme, value: str, *, since: datetime, until: datetime | None) -> FoundByRow:
    """Return what a person is or was found by, masked."""
    return FoundByRow(scheme=scheme.value, value=_masked(scheme, value), since=since, until=until)


def _masked(scheme: IdentifierScheme, value: str) -> str | Masked:
    match scheme:
        case IdentifierScheme.EMAIL:
            return mask_email(value)
        case IdentifierScheme.PHONE:
            return mask_phone(value)
        case IdentifierScheme.USERNAME:
            return value
        case _:
            return mask_id_number(value)


def copy_row(copy: Copy | None) -> CopyRow | None:
    """Return the copy, if there is one."""
    if copy is None:
        return None
    return CopyRow(is_ready=copy.state is CopyState.READY, until=copy.expires_at)


async def request_row(call: Call, request: DataRequest, now: datetime) -> RequestRow:
    """Return a request as its person reads it."""
    complete_by = last_day(request.complete_due_at)
    is_kept = request.closes_account and request.state is RequestState.WITHDRAWN
    return RequestRow(
        request_id=request.request_id,
        number=reference(request.request_id.upper()),
        right="close" if request.closes_account else request.right.value,
        service=await service_name(call, request.client_id) if request.client_id else "",
        what=request.what,
        received_at=request.received_at,
        answer_by=last_day(request.answer_due_at),
        complete_by=complete_by,
        days=(complete_by - day_of(request.received_at)).days,
        state="kept" if is_kept else request.state.value,
        is_open=request.closed_at is None,
        is_overdue=request.is_overdue(now),
        answer=request.answer,
        extension=request.extension,
        outcome=request.outcome,
        closes_at=request.close_at,
    )
