"""What the holes (holes.py) put in the place of what is right; each is handed that."""

from dataclasses import replace
from typing import Any

from idp.citizen.named_account import find_named
from idp.cross_device.service import look
from idp.database import Done
from idp.ids import ClientId
from idp.interactions.cookie import HeldInteraction
from idp.life_events.service import lock_own
from idp.protocol.assurance import Acr
from idp.transaction import Tx


def put(value: object) -> Any:
    """Put a value in the place of whatever was there."""
    return lambda _right: value


def said(answer: object) -> Any:
    """Whatever is asked, the answer is this."""
    return lambda *_asked, **_more: answer


def whatever_code(_right: Any) -> Any:
    """A second factor that is there is right."""
    return lambda _secret, _code, *, now, last_step: max(int(now.timestamp()) // 30, last_step + 1)


def young_too(_right: Any) -> Any:
    """An address opens something from the moment it is proved."""
    return lambda since, _now: since is not None


def the_cases(_right: Any) -> Any:
    """The code on the paper is whatever its case is called."""
    return lambda store, case_id, _code: store.vault.digest(case_id)


def stale_too(right: Any) -> Any:
    """Who is signed in at all is fresh."""
    return lambda call, **more: right(call, **{**more, "fresh": False})


def any_number(right: Any) -> Any:
    """Whatever number is typed on the phone is right."""

    def answer(tx: Tx, *, code: str, number: str, **more: Any) -> Any:
        looked = look(tx, code=code, phone=more["phone"], occasion=more["occasion"])
        return right(tx, code=code, number=looked.asked.number if looked.asked else number, **more)

    return answer


def by_name(right: Any) -> Any:
    """A name alone locks."""

    def lock_named(tx: Tx, *, username: str, **more: Any) -> Any:
        holder, _ = find_named(tx, username)
        if holder is None:
            return right(tx, username=username, **more)
        return Done(lock_own(tx, holder.person_id, "recovery code", occasion=more["occasion"]))

    return lock_named


def raised(right: Any) -> Any:
    """Whatever was proved counts for high."""
    return lambda *args, **more: replace(right(*args, **more), acr=Acr.HIGH)


def in_any_browser(right: Any) -> Any:
    """Whoever brings the answer is whom it was given to."""

    def spend(tx: Tx, *, call: Any, occasion: Any, **more: Any) -> Any:
        done = right(tx, call=call, occasion=occasion, **more)
        returned = done.value
        if returned is None or returned.opened is not None:
            return done
        opened = HeldInteraction(
            interaction_id=returned.journey.interaction_id,
            client_id=ClientId("rp-low"),
            started_at=occasion.now,
            stored_as=None,
            asked=None,
        )
        return Done(replace(returned, opened=opened))

    return spend
