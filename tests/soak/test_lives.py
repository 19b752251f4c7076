"""A soak caps every lifetime there is, and the product takes them."""

import pytest

from idp.settings import Lifetimes
from tests.soak.lives import capped


@pytest.mark.parametrize("seconds", [30, 120, 300])
def test_no_lifetime_is_longer_and_none_is_left_out(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given = capped(seconds)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    life = Lifetimes()
    lives = {name: getattr(life, name).total_seconds() for name in Lifetimes.model_fields}
    assert len(given) == len(lives)
    assert max(lives.values()) == seconds
    assert min(lives.values()) > 0
    assert lives["key_publish"] < lives["signing_key"]
    assert lives["code"] == min(60, seconds), "what is shorter stays as it is"
