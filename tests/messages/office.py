"""A provider with a mail server and an SMS gateway, driven in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from idp.messages.model import Channel
from idp.messages.relay import Post
from idp.settings import MailTls
from idp.worker import post_of
from tests.messages.post_office import Gateway, MailServer, gateway, mail_server
from tests.world import World, open_world

SECRET = "gui-tin-nhan-2026"


@dataclass
class Office:
    """The provider, what it sends through, and its worker's part."""

    world: World
    mail: MailServer
    sms: Gateway
    post: Post = field(repr=False)

    async def deliver(self) -> None:
        """Do what the worker does until nothing is due."""
        while await self.post.address():
            pass
        for channel in Channel:
            while await self.post.send(channel):
                pass


@asynccontextmanager
async def open_office(template: Path, folder: Path, **settings: Any) -> AsyncIterator[Office]:
    secret = folder / "sms-secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET, encoding="ascii")
    async with (
        mail_server() as mail,
        gateway() as sms,
        open_world(
            template,
            folder,
            mail_host="127.0.0.1",
            mail_port=mail.port,
            mail_tls=MailTls.NONE,
            mail_from="khong-tra-loi@haiphong.example",
            sms_url=sms.url,
            sms_secret_file=secret,
            loopback_origins=(sms.peer.origin,),
            **settings,
        ) as world,
    ):
        yield Office(world, mail, sms, post_of(world.provider))
