"""The page that says what went wrong, in every case it has, by name."""

from tests.ui.sample import NOW, PORTAL, SKILLS, Sample, same


def problem(case: str, **changes: object) -> Sample:
    context: dict[str, object] = {"case": case, "txn": "7K2M-9QXD-4FHT", "time": NOW, **changes}
    return Sample(template="error.html", context=same(**context))


PROBLEMS: dict[str, Sample] = {
    "error-waiting-full": problem("waiting-full"),
    "error-not-prepared": problem("not-prepared", rp=PORTAL),
    "error-untrusted-client": problem(
        "untrusted-client", developer=("invalid_request", "redirect_uri is not registered for this client")
    ),
    "error-expired": problem("expired", rp=PORTAL),
    "error-expired-unknown": problem("expired"),
    "error-expired-no-cookies": problem("expired", sends_cookies=False),
    "error-two-tabs": problem("two-tabs", rp=SKILLS),
    "error-locked": problem("locked", reason_key="card_expired"),
    "error-locked-residence": problem("locked", reason_key="residence"),
    "error-locked-owner": problem("locked", reason_key="owner"),
    "error-locked-authority": problem("locked", reason_key="authority"),
    "error-locked-unknown": problem("locked"),
    "error-account-over": problem("account-over"),
    "error-no-post": problem("no-post", rp=PORTAL),
    "error-not-linked": problem("not-linked"),
    "error-too-many": problem("too-many", minutes=1),
    "error-server": problem("server"),
    "error-not-found": problem("not-found"),
    "error-bad-request": problem("bad-request"),
    "error-busy": problem("busy"),
    "error-upstream-down": problem("upstream-down", rp=PORTAL),
    "error-signed-out-expired": problem("signed-out-expired"),
}
