"""Which ways lead into a service now, at the level it asks for by itself – PAGES 3.1.10, DESIGN 5.16."""

from typing import Any

import pytest

from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin, Profile
from idp.protocol.open_ways import Way, takes_city_sign_in, ways_into
from tests import make

LOW, SUBSTANTIAL, HIGH = Acr.LOW, Acr.SUBSTANTIAL, Acr.HIGH
OFFICIALS: dict[str, Any] = {"subject_contexts": (ContextKind.OFFICIAL,)}
ACCEPTS: dict[str, Any] = {"local_login": LocalLogin.DEGRADED, "accept_degraded": True}


@pytest.mark.parametrize(
    ("changes", "usually", "in_an_outage"),
    [
        ({"local_login": LocalLogin.NEVER, "default_acr": LOW}, False, False),
        ({"local_login": LocalLogin.LOW, "default_acr": LOW}, True, True),
        ({"local_login": LocalLogin.LOW, "default_acr": SUBSTANTIAL}, False, False),
        ({"local_login": LocalLogin.LOW, "default_acr": None}, False, False),
        ({"local_login": LocalLogin.LOW, "default_acr": SUBSTANTIAL, "profile": Profile.OIDC}, True, True),
        ({"local_login": LocalLogin.DEGRADED, "default_acr": LOW}, False, True),
        ({"local_login": LocalLogin.DEGRADED, "default_acr": SUBSTANTIAL}, False, False),
        ({**ACCEPTS, "default_acr": SUBSTANTIAL}, False, True),
        ({**ACCEPTS, "default_acr": HIGH}, False, False),
        ({**OFFICIALS, "default_acr": SUBSTANTIAL}, True, True),
        ({**OFFICIALS, "default_acr": HIGH}, False, False),
    ],
)
def test_city_credentials_lead_in_where_they_are_taken_and_reach_what_is_asked_for(
    changes: dict[str, Any], usually: bool, in_an_outage: bool
) -> None:
    client = make.client(**changes)
    assert takes_city_sign_in(client, upstream_down=False) is usually
    assert takes_city_sign_in(client, upstream_down=True) is in_an_outage


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"local_login": LocalLogin.LOW, "default_acr": LOW}, set(Way)),
        ({"local_login": LocalLogin.NEVER, "default_acr": LOW}, {Way.NATIONAL, Way.PHONE}),
        ({"local_login": LocalLogin.NEVER, "default_acr": HIGH}, {Way.NATIONAL}),
        ({**OFFICIALS, "default_acr": SUBSTANTIAL}, {Way.PASSKEY, Way.PASSWORD}),
    ],
)
def test_no_way_is_named_that_is_not_there_or_leads_nowhere(
    changes: dict[str, Any], expected: set[Way]
) -> None:
    client = make.client(**changes)
    assert set(ways_into(client, working=frozenset(Way), upstream_down=False)) == expected
    for gone in expected:
        left = ways_into(client, working=frozenset(Way) - {gone}, upstream_down=False)
        assert set(left) == expected - {gone}
