"""Every lifetime there is, none longer than so many seconds, as settings in the environment."""

from datetime import timedelta

from idp.settings import Lifetimes


def capped(seconds: int) -> dict[str, str]:
    """Return the settings; a key is published for half as long as it signs, since it must be shorter.

    Raises:
        ValueError: these lifetimes are no settings.
    """
    longest = timedelta(seconds=seconds)
    usual = Lifetimes.model_construct()
    lives = {name: min(getattr(usual, name), longest) for name in Lifetimes.model_fields}
    lives["key_publish"] = min(lives["key_publish"], lives["signing_key"] / 2)
    Lifetimes(**lives)
    return {f"HPID_LIFE_{name.upper()}": str(int(life.total_seconds())) for name, life in lives.items()}
