"""The closed vocabulary of metrics: what each says, in which unit, and which words its labels take.

`docs/reference/metrics.md` is generated from the texts below. Names and units are those of the Prometheus conventions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum


class Kind(StrEnum):
    """What may be done with the numbers of a metric."""

    COUNTER = "counter"
    """Only grows, from 0 at the start of the process: ask for its rate."""
    GAUGE = "gauge"
    """Goes up and down: what it is now."""
    HISTOGRAM = "histogram"
    """Seconds in buckets, with their count and sum: ask for quantiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One metric as its reader needs to know it."""

    name: str
    kind: Kind
    text: str
    labels: Mapping[str, str] = field(default_factory=dict)
    """Label → the words it takes; each a closed set of ours."""


class SignInMethod(StrEnum):
    """How somebody tried to sign in."""

    NATIONAL = "national"
    """Through the national system."""
    PASSWORD = "password"  # noqa: S105 - a word
    """With a city password, the first step or the only one."""
    OTP = "otp"
    """With a code of an authenticator, the second step."""
    RECOVERY_CODE = "recovery-code"
    """With a recovery code, in the place of the second step."""
    PASSKEY = "passkey"
    """With a passkey, in one step."""
    SENT_CODE = "sent-code"
    """With a code sent by SMS or mail, in one step, at level low alone."""
    QR_CODE = "qr-code"
    """Confirmed on a phone that is signed in, by QR code and number."""


class SignInOutcome(StrEnum):
    """What came of an attempt to sign in."""

    SIGNED_IN = "signed-in"
    """A session began."""
    CONTINUED = "continued"
    """The password was right, the second step follows."""
    REFUSED = "refused"
    """Wrong, too low, too old, locked, or not a citizen's."""
    SLOWED = "slowed"
    """Too many failures: the account must wait."""
    CANCELLED = "cancelled"
    """The person turned back at the national system."""
    FAILED = "failed"
    """The national system did not answer, or not as it should."""


class Metric(Enum):
    """Every metric of ours; beside them stand the `process_…` ones that Prometheus defines."""

    REQUEST_SECONDS = Description(
        name="hpid_request_seconds",
        kind=Kind.HISTOGRAM,
        text="Requests answered, with the seconds from the first byte read to the last handed to the server.",
        labels={
            "endpoint": "the route as the provider declares it, `/static` for all assets, `other` for what nobody serves",
            "status": "the class of the status: `2xx` to `5xx`; `none` where the caller went away before",
        },
    )
    REQUESTS_SHED = Description(
        name="hpid_requests_shed",
        kind=Kind.COUNTER,
        text="Requests told to come again because too many were under way; they are in no other count.",
        labels={
            "kind": "`first` (services, signing out), `under_way` (people who are in), `new`, `administration`,"
            " `records` (HR systems)"
        },
    )
    REQUESTS_UNDER_WAY = Description(
        name="hpid_requests_under_way",
        kind=Kind.GAUGE,
        text="Requests being worked on; `HPID_MOST_REQUESTS` is the most there may be.",
    )
    TOKENS_ISSUED = Description(
        name="hpid_tokens_issued",
        kind=Kind.COUNTER,
        text="Answers of the token endpoint that held an access token.",
        labels={"grant": "the grant_type"},
    )
    SIGN_INS = Description(
        name="hpid_sign_ins",
        kind=Kind.COUNTER,
        text="Attempts to sign in that came to an end.",
        labels={
            "method": "one of the [ways](#ways-to-sign-in)",
            "outcome": "`signed-in`, `continued`, `refused`, `slowed`, `cancelled`, `failed`",
        },
    )
    RISK_SIGNALS = Description(
        name="hpid_risk_signals",
        kind=Kind.COUNTER,
        text="Sign-ins in which something stood out, one for each thing that did (docs/explanation/risk.md).",
        labels={
            "signal": "`new-device`, `travel`, `accounts-on-device`, `accounts-at-address`, `burst-at-service`"
        },
    )
    RISK_OUTCOMES = Description(
        name="hpid_risk_outcomes",
        kind=Kind.COUNTER,
        text="What followed from it, one for each outcome of a sign-in; each begins at 0.",
        labels={"outcome": "`notify`, `ask-more`, `delay`, `case`"},
    )
    REFUSALS = Description(
        name="hpid_refusals",
        kind=Kind.COUNTER,
        text="Requests refused with an error of OAuth or OpenID Connect, pages of ours included.",
        labels={"error": "the error code as on the wire"},
    )
    DATABASE_SECONDS = Description(
        name="hpid_database_seconds",
        kind=Kind.HISTOGRAM,
        text="Reads and transactions, with the seconds from asking to the answer, the wait for a connection included.",
        labels={"kind": "`read`, `write`, `append` (a row whose commit others share)"},
    )
    DATABASE_UNAVAILABLE = Description(
        name="hpid_database_unavailable",
        kind=Kind.COUNTER,
        text="Reads and transactions given up because the database did not answer or was too busy.",
    )
    DATABASE_CONNECTIONS = Description(
        name="hpid_database_connections",
        kind=Kind.GAUGE,
        text="Connections to the database that are in use; `HPID_DATABASE_POOL` is the most there may be.",
    )
    DATABASE_CONNECTIONS_MOST = Description(
        name="hpid_database_connections_most",
        kind=Kind.GAUGE,
        text="The most connections of this process at once; further reads and transactions wait.",
    )
    DATABASE_WAITING = Description(
        name="hpid_database_waiting",
        kind=Kind.GAUGE,
        text="Reads and transactions that wait for a connection or for their turn to commit.",
    )
    HASHING_WAITING = Description(
        name="hpid_hashing_waiting",
        kind=Kind.GAUGE,
        text="Passwords being hashed or waiting for it; beyond 64 people are asked to try again.",
    )
    SIGNING_SECONDS = Description(
        name="hpid_signing_seconds",
        kind=Kind.HISTOGRAM,
        text="Signatures made, with the seconds each took.",
        labels={"alg": "the JWS algorithm"},
    )
    SIGNING_FAILURES = Description(
        name="hpid_signing_failures",
        kind=Kind.COUNTER,
        text="Signatures that could not be made: no active key, or its module does not answer. Nothing is spent then.",
        labels={"alg": "the JWS algorithm"},
    )
    CONFIGURATION_AGE = Description(
        name="hpid_configuration_age_seconds",
        kind=Kind.GAUGE,
        text="Seconds since clients and keys were last known to be current; beyond 1 no authority is taken from them.",
    )
    UPSTREAM_DOWN = Description(
        name="hpid_upstream_down",
        kind=Kind.GAUGE,
        text="1 while this node sends nobody to the national system: it keeps failing, or an operator said so; else 0.",
        labels={"upstream": "`national`"},
    )
    UPSTREAM_EXCHANGES = Description(
        name="hpid_upstream_exchanges",
        kind=Kind.GAUGE,
        text="Exchanges under way for people who came back; at most `HPID_NATIONAL_CONNECTIONS` less two.",
        labels={"upstream": "`national`"},
    )
    UPSTREAM_WAITING = Description(
        name="hpid_upstream_waiting",
        kind=Kind.GAUGE,
        text="People in the waiting room of this process; `HPID_NATIONAL_WAITING` is the most there may be.",
        labels={"upstream": "`national`"},
    )
    UPSTREAM_SECONDS = Description(
        name="hpid_upstream_seconds",
        kind=Kind.HISTOGRAM,
        text="Exchanges for somebody who came back from the national system, with the seconds all its calls took.",
        labels={
            "upstream": "`national`",
            "outcome": "`answered`, `refused` (it answered, and was not believed), `failed` (it did not answer)",
        },
    )
    UPSTREAM_PROBES = Description(
        name="hpid_upstream_probes",
        kind=Kind.COUNTER,
        text="Looks at the national system whether it is there, by this process.",
        labels={"upstream": "`national`", "outcome": "`there`, `not-there`"},
    )
    OUTBOX_WAITING = Description(
        name="hpid_outbox_waiting",
        kind=Kind.GAUGE,
        text="Messages to relying parties and people that wait; counted up to 10,000.",
    )
    OUTBOX_DEAD = Description(
        name="hpid_outbox_dead",
        kind=Kind.GAUGE,
        text="Messages given up within the ledger's 30 days; counted up to 10,000.",
    )
    OUTBOX_OLDEST_SECONDS = Description(
        name="hpid_outbox_oldest_seconds",
        kind=Kind.GAUGE,
        text="Seconds that the message which was due first has waited beyond that; 0 when none is late.",
    )
    AUDIT_UNNUMBERED = Description(
        name="hpid_audit_unnumbered",
        kind=Kind.GAUGE,
        text="Audit events that have no number yet; counted up to 10,000.",
    )
    OFFICIAL_POSTS_OVERDUE = Description(
        name="hpid_official_posts_overdue",
        kind=Kind.GAUGE,
        text="Officials with a post that is over and whose grants have not been ended yet; counted up to 100.",
    )
    CONFLICTS_OPEN = Description(
        name="hpid_conflicts_open",
        kind=Kind.GAUGE,
        text="Conflicts about records that wait for a steward; counted up to 10,000.",
    )
    CONFLICTS_OLDEST_SECONDS = Description(
        name="hpid_conflicts_oldest_seconds",
        kind=Kind.GAUGE,
        text="Seconds that the oldest open conflict has waited; 0 when none is open.",
    )
    CASES_OPEN = Description(
        name="hpid_cases_open",
        kind=Kind.GAUGE,
        text="Cases of people's accounts that wait for an official; counted up to 10,000.",
    )
    CASES_OLDEST_SECONDS = Description(
        name="hpid_cases_oldest_seconds",
        kind=Kind.GAUGE,
        text="Seconds that the oldest open case has waited; 0 when none is open.",
    )
    JOB_RUNS = Description(
        name="hpid_job_runs",
        kind=Kind.COUNTER,
        text="Runs of the worker's jobs.",
        labels={
            "task": "the job's name",
            "outcome": "`done`, `waiting` (the database is away), `failed` (a fault, with its trace in the log)",
        },
    )
    JOB_LAST_DONE = Description(
        name="hpid_job_last_done_timestamp_seconds",
        kind=Kind.GAUGE,
        text="When the job was last done, in seconds since 1970.",
        labels={"task": "the job's name"},
    )
    ROWS_ERASED = Description(
        name="hpid_rows_erased",
        kind=Kind.COUNTER,
        text="Expired rows erased.",
        labels={"table": "the store they were in"},
    )
    ROWS_ALL_ERASED = Description(
        name="hpid_rows_all_erased_timestamp_seconds",
        kind=Kind.GAUGE,
        text="When nothing that had expired was left in a table, in seconds since 1970.",
        labels={"table": "the store"},
    )
    MESSAGES = Description(
        name="hpid_messages",
        kind=Kind.COUNTER,
        text="Mail and SMS to people, by what became of an attempt.",
        labels={
            "channel": "email or phone",
            "outcome": "sent, failed (it comes again), given-up",
        },
    )
    NOTICES = Description(
        name="hpid_notices",
        kind=Kind.COUNTER,
        text="Notices to people, by whether there was a way to tell them.",
        labels={
            "notice": "its kind; `other`: of another release",
            "outcome": "addressed, unreachable (no verified address with a sender), bounded (had their share of the day)",
        },
    )
    MANDATES_OVER = Description(
        name="hpid_mandates_over",
        kind=Kind.COUNTER,
        text="Mandates and firms' appointments that a job ended because their term was over.",
    )
    LIFE_EVENTS = Description(
        name="hpid_life_events",
        kind=Kind.COUNTER,
        text="Events of registers, and days of cards, residences and ages, by what became of them.",
        labels={
            "type": "the register's word, or card-over, residence-over, age",
            "outcome": "applied, unchanged, repeated, stale, unknown or unresolved",
        },
    )
    REGISTERS_READ = Description(
        name="hpid_registers_read_timestamp_seconds",
        kind=Kind.GAUGE,
        text="When the registers' feed was read to its end, in seconds since 1970; absent where none is configured.",
    )
    REGISTER_READINGS = Description(
        name="hpid_register_readings",
        kind=Kind.COUNTER,
        text="Readings of the population register of one person, at a sign-in or put off to after it.",
        labels={
            "outcome": "applied (it changed something), unchanged, unknown (nobody there by the number), or put off (the"
            " register did not answer: it is read later)"
        },
    )
    LIFE_UNRESOLVED = Description(
        name="hpid_life_events_unresolved",
        kind=Kind.GAUGE,
        text="Events that contradict what is kept and wait for a steward.",
    )
    LOCK_REQUESTS_OVERDUE = Description(
        name="hpid_lock_requests_overdue",
        kind=Kind.GAUGE,
        text="Written requests to lock or unlock an account that should have been decided by now.",
    )
    DATA_REQUESTS_OVERDUE = Description(
        name="hpid_data_requests_overdue",
        kind=Kind.GAUGE,
        text="Requests of people about their data that should have been answered or done by now.",
    )
    CERTIFICATE_EXPIRES = Description(
        name="hpid_certificate_expires_timestamp_seconds",
        kind=Kind.GAUGE,
        text="When the certificate that `hpid serve` answers with expires, in seconds since 1970; absent behind a proxy.",
    )
    TIME = Description(
        name="hpid_time_seconds",
        kind=Kind.GAUGE,
        text="This process's clock, in seconds since 1970: compare it with the scrape's own time.",
    )
    RELEASE = Description(
        name="hpid_release",
        kind=Kind.GAUGE,
        text="1; its label names the release that runs.",
        labels={"release": "the version"},
    )
