"""Pages by which people lock, dispute, unlock and ask why."""

from dataclasses import replace

from idp.cases.model import Case, CaseKind, CaseState
from idp.ids import PersonId
from idp.life_events.disputed import Said
from idp.ui.errors import ErrorSummary, FieldError, one_error
from tests.ui.account_samples import HERS, HISTORY
from tests.ui.sample import FRAME, NOW, Sample, same

ASKED = Case(
    case_id="7K2M-9QXD-4HJR",
    kind=CaseKind.QUESTION,
    person_id=PersonId("p"),
    opened_at=NOW,
)
ANSWERED = replace(
    ASKED, state=CaseState.CLOSED, closed_at=NOW, outcome="Cán bộ một cửa tra cứu khi chủ tài khoản đến quầy."
)


def lock(**changes: object) -> Sample:
    context = {"is_signed_in": False, "hotline": "", "username": "", "was_sent": False, **changes}
    return Sample(template="lock.html", frame=replace(FRAME, path="/lock"), context=same(**context))


def unlock(**changes: object) -> Sample:
    context = {"has_national": True, "hotline": "1900 0000", **changes}
    return Sample(template="unlock.html", frame=replace(FRAME, path="/unlock"), context=same(**context))


def dispute(**changes: object) -> Sample:
    context: dict[str, object] = {
        "link": "hp_notme_3d" + "k" * 43,
        "what": "Đăng nhập từ một trình duyệt mới",
        "at": NOW,
        "service": "Kho dữ liệu công dân",
        "device": "Chrome, Android",
        "ends_power": False,
        "choices": tuple(Said),
        **changes,
    }
    return Sample(template="dispute.html", frame=replace(FRAME, path="/not-me"), context=same(**context))


def ask_why(asked: Case | None) -> Sample:
    return Sample(
        template="account_ask_why.html",
        frame=replace(HERS, path="/account/history/ask-why?e=e5"),
        context=same(event=HISTORY[1].rows[0], asked=asked),
    )


LOCKS: dict[str, Sample] = {
    "lock": lock(),
    "lock-signed-in": lock(is_signed_in=True, hotline="1900 0000"),
    "lock-pressed-twice": lock(was_sent=True),
    "lock-wrong": lock(username="huong.nt", errors=one_error("lock_wrong")),
    "lock-incomplete": lock(
        errors=ErrorSummary(
            (
                FieldError(key="username_empty", field="username"),
                FieldError(key="recovery_incomplete", field="recovery-code"),
            )
        )
    ),
    "unlock": unlock(),
    "unlock-desk-only": unlock(has_national=False, hotline=""),
    "dispute": dispute(),
    "dispute-bare": dispute(service="", device=""),
    "dispute-power": dispute(
        what="Mời hoặc giao người khác làm thay một tổ chức", service="", ends_power=True
    ),
    "dispute-over": Sample(template="dispute_over.html", context=same()),
    "ask-why": ask_why(None),
    "ask-why-asked": ask_why(ASKED),
    "ask-why-answered": ask_why(ANSWERED),
}
