"""What registers say of the people and organisations of the city, late and twice too."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from idp.days import day_of
from idp.life_events.model import LifeEvent, LifeEventType, Outcome, Subject
from idp.life_events.service import apply_event
from tests.life_events.city import ADULTS, COMPANIES
from tests.life_events.life import Life


def _facts(life: Life, event_type: LifeEventType, n: int) -> Mapping[str, object]:
    """Return what an event of a type may say."""
    match event_type:
        case LifeEventType.DIED:
            return {"died_on": None}
        case LifeEventType.LOCKED | LifeEventType.UNLOCKED:
            return {"reference": "n"}
        case LifeEventType.CARD:
            return {"status": ("valid", "lost", "expired")[n % 3], "expires_on": _day(life, n)}
        case LifeEventType.RESIDENCE:
            return {"until": _day(life, n)}
        case LifeEventType.LEVEL:
            return {"account_level": n % 3}
        case LifeEventType.CORRECTED:
            return {"birthdate": f"{2004 + n % 16}-02-2{n % 9}", "gender": "female"}
        case LifeEventType.NUMBER_CHANGED:
            return _number(life, n)
        case LifeEventType.RELATIONS:
            return {"relations": _relations(life, n)}
        case _:
            return {}


_HAPPENS = tuple(one for one in LifeEventType if not one.value.startswith("organisation."))


def _day(life: Life, n: int) -> str | None:
    """Return a day around now, or none."""
    return None if n % 5 == 0 else (day_of(life.now) + timedelta(days=n % 400 - 100)).isoformat()


def _number(life: Life, n: int) -> Mapping[str, object]:
    new = life.one(n).profile.personal_id if n % 4 == 0 else f"0311{n % 10_000_0000:08d}"
    return {"new": new or "031199999999", "cause": "data-corrected"}


def _relations(life: Life, n: int) -> list[dict[str, object]]:
    parents = [life.city.adults[(n + place) % ADULTS] for place in range(n % 3)]
    said: list[dict[str, object]] = [
        {"kind": "parent", "personal_id": life.one_number(one), "contested": n % 7 == 0} for one in parents
    ]
    if n % 2:
        guardian = life.city.adults[(n + 3) % ADULTS]
        said.append({"kind": "guardian", "personal_id": life.one_number(guardian), "contested": False})
    return said


def event_of_a_person(life: Life, kind: int, who: int, n: int, late: int) -> str:
    """A register speaks of somebody; it may have entered it up to some hours ago."""
    event_type = _HAPPENS[kind % len(_HAPPENS)]
    person = life.one(who)
    return _apply(
        life,
        LifeEvent(
            event_id=life.new_id(),
            type=event_type,
            entered_at=life.now - timedelta(hours=late),
            subject=Subject(personal_id=life.one_number(person)),
            facts=_facts(life, event_type, n),
        ),
    )


def event_of_an_organisation(life: Life, place: int, n: int, late: int) -> str:
    """A register speaks of an organisation: its status, or who represents it."""
    statuses = ("active", "suspended", "dissolved", "dissolving")
    kind, facts = LifeEventType.STATUS, cast("dict[str, object]", {"status": statuses[n % 4 if n % 3 else 0]})
    if n % 2 == 0:
        who = [life.city.adults[(n + at) % ADULTS] for at in range(n % 3)]
        said = [{"personal_id": life.one_number(one), "from": None} for one in who]
        kind, facts = LifeEventType.REPRESENTATIVES, {"representatives": said}
    return _apply(
        life,
        LifeEvent(
            event_id=life.new_id(),
            type=kind,
            entered_at=life.now - timedelta(hours=late),
            subject=Subject(tax_code=life.city.codes[place % COMPANIES]),
            facts=facts,
        ),
    )


def event_again(life: Life, place: int) -> str:
    """The feed brings something once more: it does nothing."""
    if not life.applied:
        return "none"
    before = _fingerprint(life.tx)
    came = apply_event(
        life.tx, life.applied[place % len(life.applied)], actor="register:test", occasion=life.occasion
    )
    assert came is Outcome.REPEATED, came
    assert _fingerprint(life.tx) == before, "an event that was applied did something again"
    return came.value


def _apply(life: Life, event: LifeEvent) -> str:
    came = apply_event(life.tx, event, actor="register:test", occasion=life.occasion)
    if came is not Outcome.UNKNOWN:
        life.applied.append(event)
    return f"{event.type} {came.value}"


def _fingerprint(tx: Any) -> list[Any]:
    """What an event may change, in figures."""
    return [
        tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}{where}").scalar_one()  # noqa: S608 - ours
        for table, where in (
            ("audit_events", ""),
            ("outbox", ""),
            ("mandates", " WHERE ended_at IS NULL"),
            ("grants", " WHERE revoked_at IS NULL"),
            ("sessions", " WHERE ended_at IS NULL"),
            ("people", " WHERE status = 'active'"),
        )
    ]
