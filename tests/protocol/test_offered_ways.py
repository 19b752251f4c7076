"""Which ways of signing in a request is offered, and what each counts for – PAGES 3.1.1, 3.1.8; DESIGN 5.16."""

from typing import Any

import pytest

from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr
from idp.protocol.facts import OWN_PASSKEYS, LocalLogin
from idp.protocol.offered_ways import offers_city_credentials, offers_passkeys, offers_sent_codes
from idp.protocol.reaching import most_of_city_credentials, most_of_passkeys
from tests import make

LOW, SUBSTANTIAL, HIGH = Acr.LOW, Acr.SUBSTANTIAL, Acr.HIGH
OFFICIALS: dict[str, Any] = {"subject_contexts": (ContextKind.OFFICIAL,)}


@pytest.mark.parametrize(
    ("changes", "level", "offered"),
    [
        ({"local_login": LocalLogin.LOW}, LOW, True),
        ({"local_login": LocalLogin.LOW}, SUBSTANTIAL, False),
        ({"local_login": LocalLogin.LOW}, HIGH, False),
        ({"local_login": LocalLogin.DEGRADED, "accept_degraded": True}, LOW, False),
        ({"local_login": LocalLogin.NEVER}, LOW, False),
        ({"local_login": LocalLogin.LOW, **OFFICIALS}, LOW, False),
    ],
)
def test_a_sent_code_is_offered_to_citizens_for_level_low_alone(
    changes: dict[str, Any], level: Acr, offered: bool
) -> None:
    client = make.client(default_acr=level, **changes)
    assert offers_sent_codes(make.request(client), client) is offered


def test_officials_are_offered_their_city_credentials_and_have_no_others() -> None:
    client = make.client(default_acr=SUBSTANTIAL, **OFFICIALS)
    assert offers_city_credentials(make.request(client), client, upstream_down=False)


@pytest.mark.parametrize(
    ("is_kept_there", "local_login", "level", "offered"),
    [
        (True, LocalLogin.NEVER, LOW, True),
        (True, LocalLogin.NEVER, SUBSTANTIAL, True),
        (True, LocalLogin.LOW, HIGH, False),
        (False, LocalLogin.NEVER, LOW, False),
        (False, LocalLogin.LOW, LOW, True),
    ],
)
def test_a_passkey_is_offered_where_it_is_kept_but_for_high_and_else_as_city_credentials_are(
    is_kept_there: bool, local_login: LocalLogin, level: Acr, offered: bool
) -> None:
    where: dict[str, Any] = {"client_id": OWN_PASSKEYS} if is_kept_there else {}
    client = make.client(default_acr=level, local_login=local_login, **where)
    assert offers_passkeys(make.request(client), client, upstream_down=False) is offered


@pytest.mark.parametrize(
    ("changes", "upstream_down", "most"),
    [
        ({}, False, LOW),
        ({}, True, LOW),
        ({"accept_degraded": True}, False, LOW),
        ({"accept_degraded": True}, True, SUBSTANTIAL),
        (OFFICIALS, False, SUBSTANTIAL),
    ],
)
def test_city_credentials_count_above_low_only_in_the_national_system_s_place_and_for_officials(
    changes: dict[str, Any], upstream_down: bool, most: Acr
) -> None:
    client = make.client(**changes)
    assert most_of_city_credentials(client, upstream_down=upstream_down) is most
    assert most_of_passkeys(client, upstream_down=upstream_down) is most
    kept = make.client(client_id=OWN_PASSKEYS, **changes)
    assert most_of_passkeys(kept, upstream_down=upstream_down) is SUBSTANTIAL
