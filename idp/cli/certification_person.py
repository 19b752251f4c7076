"""The one person of the certification profile: a password and no second factor, every standard claim filled. Pure.

The password is public and stands in tests/conformance/README.md, so this record exists in that profile alone
(DESIGN 5.17): `hpid serve` refuses a database that holds it in any other.
"""

from datetime import datetime

from idp.ids import PersonId
from idp.people.model import Address, Attribute, Origin, Person, PersonProfile, PersonStatus, Source

PERSON_ID = PersonId("00000000-0000-4000-8000-00000c0f0001")
USERNAME = "tester"
PASSWORD = "conformance-hai-phong-2026"  # noqa: S105 - public, for tests alone


def certification_person(now: datetime) -> Person:
    """Return the record; the register is taken to have said all of it."""
    stated = Origin(source=Source.REGISTER, level=2, at=now)
    return Person(
        person_id=PERSON_ID,
        status=PersonStatus.ACTIVE,
        account_level=2,
        commune_code="11383",
        birth_year=1990,
        synthetic=True,
        created_at=now,
        updated_at=now,
        profile=PersonProfile(
            full_name="Trần Thị Kiểm Thử",
            family_name="Trần",
            middle_name="Thị Kiểm",
            given_name="Thử",
            nickname="Bé Thử",
            preferred_username="kiemthu",
            profile_page="https://tester.hpid.example/about",
            picture="https://tester.hpid.example/picture.png",
            website="https://tester.hpid.example/",
            origins=dict.fromkeys(Attribute, stated),
            gender="female",
            birthdate="1990-05-13",
            phone="+84539900099",
            phone_verified=True,
            email="tester@hpid.example",
            email_verified=True,
            address=Address(
                ward_code="11383",
                detail="số 1 đường Thử Nghiệm",
                formatted="số 1 đường Thử Nghiệm, phường Lê Chân, thành phố Hải Phòng",
            ),
        ),
    )
