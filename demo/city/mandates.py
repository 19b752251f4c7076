"""Who may act for an organisation: legal representatives, appointed staff, accounting firms.

DOMAIN §3.1 and §5.4: 35 % of enterprises appoint an administrator and people for single service areas, 12 %
let an accounting firm act; of those powers 5 % have run out and 1 % were withdrawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from demo.city.candidates import Pool
from demo.city.dates import AS_OF, day_between
from demo.city.model import Mandate, MandateRole, MandateStatus, Organisation
from demo.city.numbers import Numbers

SERVICES: dict[str, tuple[str, str]] = {
    "tax": ("Thuế", "Tax"),
    "customs": ("Hải quan", "Customs"),
    "social-insurance": ("Bảo hiểm xã hội", "Social insurance"),
    "business-registration": ("Đăng ký kinh doanh", "Business registration"),
    "construction": ("Xây dựng", "Construction"),
    "land": ("Đất đai", "Land"),
    "environment": ("Môi trường", "Environment"),
    "labour": ("Lao động", "Labour"),
}
"""Service areas a power may be limited to: key → (Vietnamese, English)."""

FIRM_SERVICES = ("tax", "social-insurance")
_STAFF_ROLES: tuple[MandateRole, ...] = ("maker", "approver", "viewer")


class Powers:
    """The register of powers of one city."""

    def __init__(self, seed: int, numbers: Numbers, pool: Pool) -> None:
        self._rng = Random(f"mandates/{seed}")
        self._numbers = numbers
        self._pool = pool

    def of_representatives(self, organisation: Organisation) -> Iterator[Mandate]:
        """Full powers straight from the register; they end with the organisation."""
        gone = organisation.status == "dissolved"
        for representative in organisation.representatives:
            yield Mandate(
                key=self._key(),
                principal_kind="organisation",
                principal=organisation.key,
                delegate=representative,
                through=None,
                source="register",
                role="approver",
                powers="full",
                services=(),
                valid_from=organisation.founded,
                valid_to=AS_OF - timedelta(days=30) if gone else None,
                status="expired" if gone else "active",
                revoked_on=None,
            )

    def of_staff(self, enterprise: Organisation) -> Iterator[Mandate]:
        """An administrator (at most two), and people for single service areas."""
        if self._rng.random() > 0.35:
            return
        for _ in range(2 if self._rng.random() < 0.1 else 1):
            yield self._appointed(
                enterprise, self._pool.take().key, role="administrator", services=tuple(SERVICES)
            )
        for _ in range(self._rng.randint(0, 3)):
            services = self._rng.sample(list(SERVICES), self._rng.randint(1, 3))
            yield self._appointed(
                enterprise,
                self._pool.take().key,
                role=self._rng.choice(_STAFF_ROLES),
                services=tuple(sorted(services)),
            )

    def accountants_of(self, firms: Sequence[Organisation]) -> dict[str, list[str]]:
        """Firm → who works there: its director and one accountant."""
        return {firm.key: [*firm.representatives, self._pool.take().key] for firm in firms}

    def of_firms(
        self, enterprises: Sequence[Organisation], accountants: Mapping[str, Sequence[str]]
    ) -> Iterator[Mandate]:
        """12 % of enterprises act through a firm."""
        firms = list(accountants)
        for enterprise in enterprises:
            if not enterprise.accounting_firm and self._rng.random() < 0.12:
                firm = self._rng.choice(firms)
                accountant = self._rng.choice(accountants[firm])
                yield self._appointed(
                    enterprise, accountant, role="maker", services=FIRM_SERVICES, through=firm
                )

    def of_client(self, principal: Organisation, *, firm: str, accountant: str) -> Mandate:
        """A client who keeps the firm."""
        mandate = self._appointed(principal, accountant, role="maker", services=FIRM_SERVICES, through=firm)
        return replace(mandate, status="active", valid_to=date(AS_OF.year + 4, 12, 31), revoked_on=None)

    def _appointed(
        self,
        principal: Organisation,
        delegate: str,
        *,
        role: MandateRole,
        services: tuple[str, ...],
        through: str | None = None,
    ) -> Mandate:
        status, start, end, revoked_on = self._draw_term()
        return Mandate(
            key=self._key(),
            principal_kind="organisation",
            principal=principal.key,
            delegate=delegate,
            through=through,
            source="appointed",
            role=role,
            powers="listed",
            services=services,
            valid_from=max(start, principal.founded),
            valid_to=end,
            status=status,
            revoked_on=revoked_on,
        )

    def _draw_term(self) -> tuple[MandateStatus, date, date, date | None]:
        roll = self._rng.random()
        if roll < 0.05:
            end = day_between(self._rng, AS_OF - timedelta(days=60), AS_OF - timedelta(days=1))
            return "expired", end - timedelta(days=365), end, None
        start = day_between(self._rng, AS_OF - timedelta(days=500), AS_OF - timedelta(days=10))
        end = day_between(self._rng, date(AS_OF.year + 3, 1, 1), date(AS_OF.year + 5, 12, 31))
        if roll < 0.06:
            return "revoked", start, end, day_between(self._rng, start, AS_OF)
        return "active", start, end, None

    def _key(self) -> str:
        return f"m-{self._numbers.serial('mandate'):06d}"
