"""Pages of passkeys, by name."""

import datetime as dt
from dataclasses import dataclass, replace

from idp.ui.errors import one_error
from tests.ui.sample import FRAME, NOW, PORTAL, Sample, same


@dataclass(frozen=True)
class Question:
    options: str = '{"challenge": "AA", "rpId": "id.haiphong.example", "user": "<&\\""}'
    sealed: str = "c2VhbGVk"


@dataclass(frozen=True)
class Row:
    passkey_id: str
    name: str
    is_synced: bool
    created_at: dt.datetime = NOW - dt.timedelta(days=40)
    last_used_at: dt.datetime | None = NOW


QUESTION = Question()
NAMES = replace(FRAME, signed_in_name="Nguyễn Thị Hương", path="/account/methods/passkeys")
PHONE = Row("7K2M", "Điện thoại của Hương", is_synced=True)
LONG = Row(
    "9QXD", "Khóa-cất-trong-ngăn-kéo-của-tủ-sách-ở-nhà-bà-ngoại-Kiến-An", is_synced=False, last_used_at=None
)

PASSKEYS: dict[str, Sample] = {
    "sign-in-passkey-alone": Sample(
        template="sign_in.html",
        context=same(
            rp=PORTAL,
            i="7K2M",
            methods=("national", "passkey"),
            national_down=False,
            rp_refuses_local=False,
            is_known_here=False,
            continue_as=None,
            failed=None,
            time=NOW,
        ),
    ),
    "passkey": Sample(
        template="passkey.html", context=same(rp=PORTAL, i="7K2M", passkey=QUESTION, public_minutes=10)
    ),
    "passkey-failed": Sample(
        template="passkey.html",
        context=same(
            rp=None, i="7K2M", passkey=QUESTION, public_minutes=10, errors=one_error("passkey_failed")
        ),
    ),
    "passkeys": Sample(
        template="passkeys.html",
        context=same(passkeys=(PHONE, LONG)),
        frame=replace(NAMES, notice="passkey_added"),
    ),
    "passkeys-none": Sample(
        template="passkeys.html", context=same(passkeys=()), frame=replace(NAMES, notice="passkey_removed")
    ),
    "passkeys-renamed": Sample(
        template="passkeys.html",
        context=same(passkeys=(PHONE,)),
        frame=replace(NAMES, notice="passkey_renamed"),
    ),
    "passkey-add": Sample(
        template="passkey_add.html",
        context=same(passkey=QUESTION, name=None, device_key="passkey_device_android"),
        frame=NAMES,
    ),
    **{
        f"passkey-add-{key}": Sample(
            template="passkey_add.html",
            context=same(
                passkey=QUESTION, name="", device_key="passkey_device_other", errors=one_error(key, at=at)
            ),
            frame=NAMES,
        )
        for key, at in (
            ("passkey_name_empty", "passkey-name"),
            ("passkey_not_made", None),
            ("passkey_many", None),
        )
    },
    "passkey-rename": Sample(
        template="passkey_rename.html", context=same(row=PHONE, name=PHONE.name), frame=NAMES
    ),
    "passkey-rename-long": Sample(
        template="passkey_rename.html",
        context=same(row=PHONE, name="x" * 61, errors=one_error("passkey_name_long", at="passkey-name")),
        frame=NAMES,
    ),
    "passkey-remove": Sample(template="passkey_remove.html", context=same(row=LONG), frame=NAMES),
}
