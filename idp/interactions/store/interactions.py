"""Interactions once a factor is proved or the person goes upstream (DESIGN 5.12).

Whatever is spent here is refused once its interaction has ended: a burnt one can't be carried on elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from idp.database.of_person import person_given
from idp.ids import HandleKind, PersonId, bucket_of, parse_handle
from idp.interactions.model import PasswordProof, UpstreamJourney
from idp.interactions.store import ends, journeys, proofs
from keys.envelope import Vault


@dataclass(frozen=True, slots=True)
class InteractionStore:
    """The interactions of one transaction."""

    connection: Connection
    vault: Vault

    def begin_upstream(self, journey: UpstreamJourney) -> None:
        """Keep what must come back with a person who goes upstream."""
        if parse_handle(journey.state, HandleKind.UPSTREAM_STATE) is None:
            raise ValueError("a state is a handle")
        row = {
            "state": self.vault.digest(journey.state),
            "interaction_id": journey.interaction_id,
            "nonce": self.vault.seal_text(journey.nonce, purpose=journeys.PURPOSE),
            "code_verifier": self.vault.seal_text(journey.code_verifier, purpose=journeys.PURPOSE),
            "requested_loa": journey.requested_loa,
            "expires_at": journey.expires_at,
        }
        self.connection.execute(journeys.ADD, row)

    def spend_upstream(self, state: str, now: datetime) -> UpstreamJourney | None:
        """Return what belongs to a state that comes back, to the one who brings it first."""
        if parse_handle(state, HandleKind.UPSTREAM_STATE) is None:
            return None
        given = {"of_state": self.vault.digest(state), "now": now}
        row = self.connection.execute(journeys.SPEND, given).one_or_none()
        if row is None:
            return None
        return UpstreamJourney(
            interaction_id=row.interaction_id,
            state=state,
            nonce=self.vault.open_text(row.nonce, purpose=journeys.PURPOSE),
            code_verifier=self.vault.open_text(row.code_verifier, purpose=journeys.PURPOSE),
            requested_loa=row.requested_loa,
            expires_at=row.expires_at,
        )

    def find_upstream(self, state: str, now: datetime) -> str | None:
        """Return the interaction of a state that was not spent, and leave it so."""
        if parse_handle(state, HandleKind.UPSTREAM_STATE) is None:
            return None
        given = {"of_state": self.vault.digest(state), "now": now}
        interaction_id: str | None = self.connection.execute(journeys.FIND, given).scalar_one_or_none()
        return interaction_id

    def prove_password(self, proof: PasswordProof) -> None:
        """Note a proved password, in place of the one before in the same interaction."""
        row = {
            "interaction_id": proof.interaction_id,
            "bucket": bucket_of(proof.person_id),
            "person_id": proof.person_id,
            "proved_at": proof.proved_at,
            "expires_at": proof.expires_at,
        }
        self.connection.execute(proofs.PROVE, row)

    def password_proof(self, interaction_id: str, now: datetime) -> PasswordProof | None:
        """Return the proved password that waits in an interaction."""
        given = {"this_interaction": interaction_id, "now": now}
        row = self.connection.execute(proofs.FIND, given).one_or_none()
        return None if row is None else _proof(row)

    def spend_password_proof(self, interaction_id: str, now: datetime) -> PasswordProof | None:
        """Use up the proved password; only the first caller gets it."""
        given = {"this_interaction": interaction_id, "now": now}
        row = self.connection.execute(proofs.SPEND, given).one_or_none()
        return None if row is None else _proof(row)

    def end_proofs_of(self, person_id: PersonId, now: datetime) -> int:
        """Use up every password this person has proved and not followed by a second factor; return how many."""
        given = {**person_given(person_id), "now": now}
        return len(self.connection.execute(proofs.END_OF_PERSON, given).all())

    def finish(self, interaction_id: str, now: datetime, expires_at: datetime) -> bool:
        """End an interaction; True for the first caller only. Kept as long as its sealed cookie."""
        return self._end(interaction_id, now, expires_at, declined=False)

    def decline(self, interaction_id: str, now: datetime, expires_at: datetime) -> bool:
        """End an interaction by a no; True for the first caller only."""
        return self._end(interaction_id, now, expires_at, declined=True)

    def was_declined(self, interaction_id: str) -> bool:
        """Tell whether an interaction has ended by a no."""
        given = {"this_interaction": interaction_id}
        return self.connection.execute(ends.WAS_DECLINED, given).one_or_none() is not None

    def is_finished(self, interaction_id: str) -> bool:
        """Tell whether an interaction has ended."""
        given = {"this_interaction": interaction_id}
        return self.connection.execute(ends.IS_FINISHED, given).one_or_none() is not None

    def _end(self, interaction_id: str, now: datetime, expires_at: datetime, *, declined: bool) -> bool:
        row = {
            "interaction_id": interaction_id,
            "ended_at": now,
            "expires_at": expires_at,
            "declined": declined,
        }
        return self.connection.execute(ends.FINISH, row).one_or_none() is not None

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete what expired by this moment, at most so many rows of all kinds together."""
        erased = 0
        for statement in (journeys.ERASE, proofs.ERASE, ends.ERASE):
            given = {"before": now, "most": limit - erased}
            erased += len(self.connection.execute(statement, given).all())
        return erased


def _proof(row: Row[Any]) -> PasswordProof:
    return PasswordProof(
        interaction_id=row.interaction_id,
        person_id=PersonId(row.person_id),
        proved_at=row.proved_at,
        expires_at=row.expires_at,
    )
