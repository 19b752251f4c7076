"""docs/how-to/register-a-client.md: its registration is one we take, and it names every member of ours."""

import json
import re

from idp.cli.client_documents import facts_of
from idp.protocol.client_metadata import MEMBERS
from idp.protocol.registration import check_registration
from tests.processes import ROOT

PAGE = (ROOT / "docs" / "how-to" / "register-a-client.md").read_text(encoding="utf-8")


def test_the_registration_of_the_page_is_one_we_take() -> None:
    (document,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    facts = check_registration(facts_of(json.loads(document), None))
    assert (facts.name, facts.name_en, facts.sector) == ("Hồ sơ sức khoẻ", "Health records", facts.client_id)


def test_every_member_that_the_specs_do_not_name_is_on_the_page() -> None:
    ours = {member for member in MEMBERS if member.startswith("hpid_")}
    assert ours
    assert {member for member in ours if f"`{member}`" not in PAGE} == set()
