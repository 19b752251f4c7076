"""What the suite's scripted browser does on our pages: tasks by address, commands by element id.

A browser rule belongs to the address the suite sends the browser to; its tasks run in order, each on one page, and an
optional one is passed over when the browser is elsewhere. Pure.
"""

from collections.abc import Sequence

from idp.cli.certification_person import PASSWORD, USERNAME

Rule = dict[str, object]
Command = list[str | int]

CONSENT_BOXES = ("claim-email", "claim-phone", "claim-address", "claim-offline-access")
"""Boxes of the consent page; a static client's are not there, because its scopes are told and not asked."""
_SECONDS = 10


def sign_in_rules(issuer: str, alias: str, *, first_page: Sequence[Command] = ()) -> Rule:
    """Sign in and agree where that is asked, then be back at the relying party; `first_page` looks at the form first."""
    return {
        "match": f"{issuer}/authorize*",
        "tasks": [
            {
                "task": "Sign in",
                "optional": True,
                "match": f"{issuer}/sign-in*",
                "commands": [
                    *first_page,
                    ["text", "id", "username", USERNAME],
                    ["text", "id", "password", PASSWORD],
                    ["click", "id", "submit"],
                ],
            },
            {
                "task": "Agree",
                "optional": True,
                "match": f"{issuer}/consent*",
                "commands": [
                    *(["click", "id", box, "optional"] for box in CONSENT_BOXES),
                    ["click", "id", "allow"],
                ],
            },
            {
                "task": "Let the form go back to the relying party",
                "optional": True,
                "match": f"{issuer}/authorize*",
                "commands": [["wait", "match", _at(alias, "callback"), _SECONDS]],
            },
            {
                "task": "Be back at the relying party",
                "match": f"*/test/a/{alias}/callback*",
                "commands": [["wait", "id", "submission_complete", _SECONDS]],
            },
        ],
    }


def picture_rules(issuer: str, path: str, element: str) -> Rule:
    """Stop at the first page that comes, and take its picture for the reviewer once the element is there."""
    return {
        "match": f"{issuer}{path}*",
        "tasks": [{"task": "Take a picture", "match": f"{issuer}/*", "commands": [picture_of(element)]}],
    }


def picture_of(element: str, *, optional: bool = False) -> Command:
    """Return the command that takes a picture once an element with any text is there."""
    kind = "update-image-placeholder-optional" if optional else "update-image-placeholder"
    return ["wait", "id", element, _SECONDS, "(?s).+", kind]


def sign_out_rules(issuer: str, alias: str) -> Rule:
    """Sign out at a relying party's request and be back there; asked, say yes."""
    return {
        "match": f"{issuer}/end_session*",
        "tasks": [
            {
                "task": "Say yes",
                "optional": True,
                "match": f"{issuer}/end_session*",
                "commands": [["click", "id", "sign-out-here", "optional"]],
            },
            {
                "task": "Be back at the relying party",
                "match": "*",
                "commands": [["wait", "match", _at(alias, "post_logout_redirect"), _SECONDS]],
            },
        ],
    }


def signed_out_rules(issuer: str) -> Rule:
    """Sign out where no relying party is gone back to, and take a picture of what is said."""
    return {
        "match": f"{issuer}/end_session*",
        "tasks": [
            {
                "task": "Say yes",
                "optional": True,
                "match": f"{issuer}/end_session*",
                "commands": [["click", "id", "sign-out-here"]],
            },
            {
                "task": "Take a picture",
                "match": f"{issuer}/signed-out*",
                "commands": [picture_of("title")],
            },
        ],
    }


def _at(alias: str, page: str) -> str:
    """Return the regular expression of a page of the suite; as a parameter of our address it does not count."""
    return f"^https://[^/?#]+/test/a/{alias}/{page}"


def session_rules(alias: str) -> Rule:
    """Stay on the suite's own page while its frame and ours talk about the session."""
    return {
        "match": f"*/test/a/{alias}/*session_verify*",
        "tasks": [
            {
                "task": "Let the frames talk",
                "match": f"*/test/a/{alias}/*",
                "commands": [["wait", "match", _at(alias, "(second_)?session_result"), _SECONDS]],
            }
        ],
    }
