"""A registration that is refused, and how its case is named."""

from typing import Any

import pytest

from idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.protocol.facts import ClientFacts
from idp.protocol.registration import check_registration


def refused_for(client: ClientFacts) -> str:
    with pytest.raises((InvalidClientMetadata, InvalidRedirectUri)) as refused:
        check_registration(client)
    member = refused.value.error_description.partition(": ")[0]
    assert (refused.type is InvalidRedirectUri) is (member == "redirect_uris")  # RFC 7591 §3.2.2
    return str(refused.value)


def words_of(case: str | dict[str, Any]) -> str:
    """Name a case alike in every process: a set has no order of its own."""
    if isinstance(case, str):
        return case
    return str(
        {field: sorted(value) if isinstance(value, frozenset) else value for field, value in case.items()}
    )[:50]
