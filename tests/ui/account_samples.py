"""Pages of the account that show a person what is theirs."""

from dataclasses import replace

from idp.ui.formatting import mask_id_number
from tests.ui.sample import FRAME, NOW, Sample, same

HERS = replace(FRAME, signed_in_name="Nguyễn Thị Hương", path="/account")


def home(**changes: object) -> Sample:
    context: dict[str, object] = {
        "name": "Nguyễn Thị Hương",
        "number": mask_id_number("031184990456"),
        "level": 2,
        "level_on": NOW,
        **changes,
    }
    return Sample(template="account_home.html", context=same(**context), frame=HERS)


ACCOUNT: dict[str, Sample] = {
    "account-home": home(),
    "account-home-level-1": home(level=1, level_on=None),
    "account-home-notice": replace(
        home(number=None, level=0), frame=replace(HERS, notice="upstream_cancelled")
    ),
}
