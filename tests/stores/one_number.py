"""A database with nothing of ours around it, and one number in it: what tests of the pump itself work with."""

from sqlalchemy import Connection, text

from idp.database import Done

RAISE = text("UPDATE config_version SET version = version + 1 RETURNING version")
GET = text("SELECT version FROM config_version")


def bare(connection: Connection) -> Connection:
    return connection


def raise_version(connection: Connection) -> Done[int]:
    return Done(connection.execute(RAISE).scalar_one())


def version(connection: Connection) -> int:
    number: int = connection.execute(GET).scalar_one()
    return number
