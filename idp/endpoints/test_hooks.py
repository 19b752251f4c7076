"""What the conformance suite needs done at a moment of its own; routed only where HPID_TEST_HOOKS says so.

`POST /test-hooks/rotate-keys` gives every algorithm in use a new key that signs at once; the old ones stay published.
But for EdDSA: the suite's `oidcc-server-rotate-keys` fails at a new key whose type is neither RSA nor EC.
"""

from datetime import timedelta
from functools import partial

from idp.database import Done
from idp.edge import Answer, Call
from idp.signing_keys.service import announce_key
from idp.transaction import Tx
from keys.rotation import KeyRecord, RotationRefused

_ACTOR = "test-hook"
_STAYS = frozenset({"EdDSA"})


async def rotate_keys(call: Call) -> Answer:
    """Rotate the keys, now; answers the new ones by algorithm."""
    provider = call.provider
    algorithms = sorted(provider.keyring.algorithms() - _STAYS)
    now = provider.clock.now()
    made = await provider.keyring.make_records(algorithms, now)
    try:
        await provider.database.transact(partial(_announce, made=made, call=call))
    except RotationRefused as refused:
        await provider.keyring.discard(made)
        return Answer.json({"error": str(refused)}, status=409)
    await provider.configuration.refresh()
    return Answer.json({"kids": {record.alg: record.kid for record in made}})


def _announce(tx: Tx, *, made: tuple[KeyRecord, ...], call: Call) -> Done[None]:
    for record in made:
        announce_key(
            tx,
            record,
            publish_for=timedelta(),
            life=call.provider.settings.life,
            actor=_ACTOR,
            occasion=call.occasion(),
        )
    return Done(None)
