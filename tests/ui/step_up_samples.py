"""The page of one more check, by what is missing."""

from dataclasses import replace

from idp.ui.errors import one_error
from tests.ui.sample import FRAME, PORTAL, Sample, same


def _step_up(**changes: object) -> Sample:
    context: dict[str, object] = {
        "rp": PORTAL,
        "i": "7K2M",
        "methods": ("national",),
        "is_high": True,
        "is_level_01": False,
        "national_down": False,
        **changes,
    }
    return Sample(template="step_up.html", context=same(**context))


STEP_UPS: dict[str, Sample] = {
    "step-up": _step_up(),
    "step-up-substantial": _step_up(methods=("national", "password", "passkey"), is_high=False),
    "step-up-level-01": _step_up(is_high=False, is_level_01=True),
    "step-up-missed": _step_up(errors=one_error("step_up_missed")),
    "step-up-down": replace(_step_up(national_down=True), frame=replace(FRAME, theme="dark")),
    "step-up-no-way": _step_up(methods=()),
}
