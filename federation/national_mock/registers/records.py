"""What the registers hold of a person and of an enterprise, in the shape in which it is told.

`status` of a person is never stored: it follows from the death and from the lock.
"""

from typing import Annotated, Literal
from unicodedata import normalize

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Text = Annotated[str, AfterValidator(lambda text: normalize("NFC", text))]
PersonalId = Annotated[str, Field(pattern=r"^[0-9A-Z]{12}$")]
"""Twelve digits; of a foreigner twelve characters."""
TaxCode = Annotated[str, Field(pattern=r"^[0-9]{10}(-[0-9]{3})?$|^[0-9A-Z]{12}$")]
"""Of a household business the personal ID number of its owner."""
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
BirthDate = Annotated[
    str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$")
]  # some records know the year only
Gender = Literal["male", "female"]
AccountLevel = Literal[0, 1, 2]
CardStatus = Literal["valid", "expired", "revoked", "lost"]
RelationKind = Literal["parent", "spouse", "guardian", "child", "ward"]
"""Who the other one is to the person of the record."""
EnterpriseStatus = Literal["active", "suspended", "dissolving", "dissolved", "invalid_address"]
INVERSE: dict[RelationKind, RelationKind] = {
    "parent": "child",
    "child": "parent",
    "guardian": "ward",
    "ward": "guardian",
    "spouse": "spouse",
}


class Part(BaseModel):
    """Read strictly: what the register does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Card(Part):
    status: CardStatus
    expires_on: Day | None


class Residence(Part):
    ward_code: str = ""
    detail: Text = ""
    as_written: Text = ""
    until: Day | None = None
    """The last day of a foreigner's residence; None: no end."""


class Relation(Part):
    kind: RelationKind
    personal_id: PersonalId
    contested: bool = False


class Person(Part):
    """One person of the population register."""

    personal_id: PersonalId
    former_ids: tuple[PersonalId, ...] = ()
    dead: bool = False
    died_on: Day | None = None
    """None also where the register knows of the death and not of its day."""
    locked: bool = False
    """The national account is locked."""
    family_name: Text = ""
    middle_name: Text = ""
    given_name: Text = ""
    name: Text = Field(min_length=1)
    gender: Gender | None = None
    birthdate: BirthDate | None = None
    nationality: str = "VNM"
    """ISO 3166-1 alpha-3."""
    account_level: AccountLevel = 0
    card: Card | None = None
    """None: never had one."""
    residence: Residence = Residence()
    relations: tuple[Relation, ...] = ()

    @property
    def status(self) -> str:
        """living, dead or locked; who is dead is nothing else."""
        if self.dead:
            return "dead"
        return "locked" if self.locked else "living"

    def told(self) -> dict[str, object]:
        """Return what the register tells of this person."""
        return {"status": self.status, **self.model_dump(mode="json", exclude={"dead", "locked"})}


class Representative(Part):
    """Who acts for the enterprise, and since when."""

    personal_id: PersonalId
    since: Day | None = Field(default=None, alias="from")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Enterprise(Part):
    """One enterprise or household business of the enterprise register."""

    tax_code: TaxCode
    name: Text
    status: EnterpriseStatus = "active"
    representatives: tuple[Representative, ...] = ()
    """Empty where the seat is vacant."""

    def told(self) -> dict[str, object]:
        """Return what the register tells of this enterprise."""
        return self.model_dump(mode="json", by_alias=True)


class Registers(Part):
    """The file: both registers as they are before any event."""

    people: tuple[Person, ...] = ()
    enterprises: tuple[Enterprise, ...] = ()
