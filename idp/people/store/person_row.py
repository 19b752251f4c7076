"""A person as a row: the profile sealed as one value, name fold, commune and birth year in clear (DESIGN 5.10)."""

from idp.ids import bucket_of
from idp.name_fold import fold
from idp.people.model import Person
from idp.people.name_parts import with_composed_names
from idp.people.rows import profile_text, roles_text
from keys.envelope import Vault

PROFILE_PURPOSE = "person.profile"


def person_row(vault: Vault, person: Person) -> dict[str, object]:
    """Return the row of a person, sealed."""
    return {
        "bucket": bucket_of(person.person_id),
        "person_id": person.person_id,
        "name_fold": fold(person.profile.full_name),
        "birth_year": person.birth_year,
        "commune_code": person.commune_code,
        "account_level": person.account_level,
        "status": person.status.value,
        "status_reason": person.status_reason,
        "roles": roles_text(person.roles),
        "profile": vault.seal_text(
            profile_text(with_composed_names(person.profile)), purpose=PROFILE_PURPOSE
        ),
        "synthetic": person.synthetic,
        "created_at": person.created_at,
        "updated_at": person.updated_at,
        "canonical_id": person.canonical_id,
    }
