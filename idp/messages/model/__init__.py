"""What is sent to a person, by which channel, and what a sender is (DESIGN 5.21). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from idp.outbox.model import OutboxKind


class Channel(StrEnum):
    """How a person is reached."""

    EMAIL = "email"
    PHONE = "phone"
    """By SMS."""


KINDS: Mapping[Channel, OutboxKind] = {Channel.EMAIL: OutboxKind.MAIL, Channel.PHONE: OutboxKind.SMS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a person is reached."""

    channel: Channel
    to: str = field(repr=False)
    language: str = ""
    """The one its owner read when they confirmed it; empty: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One text to one address."""

    message_id: str
    """The same at every attempt, so that whoever gets it twice can tell."""
    to: str = field(repr=False)
    subject: str
    """One line; an SMS has none."""
    at: datetime
    text: str = field(repr=False)


class NotSent(Exception):
    """A message was not taken; the text says why, and holds no address and nothing of the message."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final
        """No other attempt would end otherwise."""


class Sender(Protocol):
    """Gets messages to people by one channel."""

    async def send(self, message: Message) -> None:
        """Hand a message over, or raise NotSent."""
