"""What a process sends and follows the registers with, made of the provider's parts."""

from datetime import timedelta
from urllib.parse import urlsplit

from idp.life_events.jobs import Follower
from idp.messages.relay import Post
from idp.messages.texts import Site
from idp.outbox.relay import Relay
from idp.provider import Provider
from idp.worker.loop import attempt


def relay_of(provider: Provider) -> Relay:
    """Return what sends the outbox of this process."""
    return Relay(
        database=provider.database,
        keyring=provider.keyring,
        fetcher=provider.fetcher,
        find_client=provider.configuration.client,
        encrypt=provider.client_keys.encrypt,
        issuer=provider.settings.issuer,
        clock=provider.clock,
        give_up_after=provider.settings.life.delivery,
    )


def post_of(provider: Provider) -> Post:
    """Return what sends mail and SMS in this process."""
    settings = provider.settings
    return Post(
        database=provider.database,
        senders=provider.senders,
        find_client=provider.configuration.client,
        site=Site(host=urlsplit(settings.issuer).netloc, origin=settings.issuer, hotline=settings.hotline),
        clock=provider.clock,
        give_up_after=settings.life.delivery,
        dispute_link=settings.life.dispute_link,
    )


def follower_of(provider: Provider) -> Follower | None:
    """Return what follows the registers' feed in this process; None where none is configured."""
    if provider.registers is None:
        return None
    return Follower(
        database=provider.database,
        reader=provider.registers,
        clock=provider.clock,
        every=timedelta(seconds=provider.settings.registers_every),
        attempt=attempt,
    )
