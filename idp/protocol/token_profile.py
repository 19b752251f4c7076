"""Every claim of every token as a JSON Schema – one table from which docs/reference/token-profile.md is written. Pure.

Claims that scopes open come from scopes.py; what each token carries comes from the module that builds it. Nothing
beyond these schemas is ever in a token: a test validates the tokens of real journeys against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from idp.protocol import (
    access_token,
    id_token,
    introspection,
    logout,
    machine_token,
    userinfo,
    verified_claims,
)
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import ACR_VALUES_SUPPORTED, Acr
from idp.protocol.degraded_claims import CLAIMS as DEGRADED
from idp.protocol.profiles import SIGNING_ALGORITHMS
from idp.protocol.scopes import CLAIM_SCOPE

_TEXT: Mapping[str, object] = {"type": "string", "minLength": 1}
_TIME: Mapping[str, object] = {"type": "integer", "minimum": 0}
_URL: Mapping[str, object] = {"type": "string", "format": "uri"}
_FLAG: Mapping[str, object] = {"type": "boolean"}
_SUB: Mapping[str, object] = {"type": "string", "minLength": 1, "maxLength": 255}
_ADDRESS: Mapping[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "properties": dict.fromkeys(
        ("formatted", "street_address", "locality", "region", "country", "vn_ward_code", "vn_province_code"),
        _TEXT,
    ),
}


def _object(required: tuple[str, ...], **optional: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "type": "object",
        "properties": {**dict.fromkeys(required, _TEXT), **optional},
        "required": list(required),
        "additionalProperties": False,
    }


_VERIFIED: Mapping[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["verification", "claims"],
    "properties": {
        "verification": {
            "type": "object",
            "additionalProperties": False,
            "required": ["trust_framework"],
            "properties": {
                "trust_framework": {"const": verified_claims.TRUST_FRAMEWORK},
                "assurance_level": {"const": verified_claims.ASSURANCE_LEVEL},
                "time": {"type": "string", "format": "date-time"},
                "evidence": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": verified_claims.EVIDENCE_TYPE},
                            "record": {"type": "object"},
                        },
                    },
                },
            },
        },
        "claims": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"enum": list(verified_claims.CLAIMS)},
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim: the shape of its value and what it means."""

    schema: Mapping[str, object]
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One kind of token or answer, and which claims it may and must have."""

    name: str
    title: str
    typ: str
    algorithms: tuple[str, ...]
    claims: tuple[str, ...]
    optional: frozenset[str]
    source: str
    own: Mapping[str, Claim] = field(default_factory=dict)
    """Claims that may say more here than elsewhere."""

    def claim(self, name: str) -> Claim:
        """Return what a claim is in this token."""
        return self.own.get(name, CLAIMS[name])


CLAIMS: Mapping[str, Claim] = {
    "iss": Claim(schema={"type": "string", "format": "uri"}, meaning="The issuer identifier, exactly."),
    "sub": Claim(
        schema=_SUB,
        meaning="The person in this sector (its own, or that of all public clients); never an ID number."
        " Of a client itself: its client_id.",
    ),
    "aud": Claim(
        schema=_TEXT,
        meaning="Exactly one audience: the client; of an access token the API it is for, or the issuer for userinfo.",
    ),
    "exp": Claim(schema=_TIME, meaning="Not to be accepted from this second on."),
    "iat": Claim(schema=_TIME, meaning="When it was issued."),
    "jti": Claim(schema=_TEXT, meaning="Id of this token."),
    "auth_time": Claim(
        schema=_TIME,
        meaning="When the person last proved who they are (at the national system: there), not when the token was made.",
    ),
    "nonce": Claim(schema=_TEXT, meaning="As the relying party sent it; absent if it sent none."),
    "acr": Claim(schema={"enum": [acr.value for acr in Acr]}, meaning="Level of authentication."),
    "amr": Claim(schema={"type": "array", "items": _TEXT, "minItems": 1}, meaning="Means used (RFC 8176)."),
    "sid": Claim(schema=_TEXT, meaning="The session at this client; comes back in the logout token."),
    "ial": Claim(schema={"enum": [0, 1, 2]}, meaning="Account level (identity proofing): 0 none, 1 or 2."),
    "idp": Claim(schema={"enum": ["national", "haiphong"]}, meaning="Who authenticated."),
    "degraded": Claim(
        schema={"const": True},
        meaning="The national system was down, and city credentials stood in for it; absent otherwise. Only to clients"
        " that accept it (`hpid_local_login`, `hpid_accept_degraded`).",
    ),
    "ial_at": Claim(
        schema=_TIME,
        meaning="Of a degraded sign-in: when the national system last vouched for the person. How old that may be is"
        " yours to decide.",
    ),
    "txn": Claim(schema=_TEXT, meaning="Reference of the request; quote it to support."),
    "client_id": Claim(schema=_TEXT, meaning="The client the token was issued to."),
    "scope": Claim(
        schema={"type": "string"}, meaning="Granted scopes, separated by spaces; whatever the audience."
    ),
    "gid": Claim(
        schema=_TEXT,
        meaning="Mark of the grant, the same in all its tokens for this audience, another at any other; ends with it.",
    ),
    "active": Claim(schema=_FLAG, meaning="Whether the token is valid now; false alone says nothing else."),
    "token_type": Claim(
        schema={"const": "Bearer"}, meaning="How an access token is sent; absent of a refresh token."
    ),
    "token_introspection": Claim(
        schema={
            "type": "object",
            "properties": {"active": _FLAG},
            "required": ["active"],
        },
        meaning="What the same answer says as JSON.",
    ),
    "events": Claim(
        schema={
            "type": "object",
            "properties": {logout.BACKCHANNEL_EVENT: {"type": "object", "maxProperties": 0}},
            "required": [logout.BACKCHANNEL_EVENT],
            "additionalProperties": False,
        },
        meaning="Exactly the back-channel logout event, empty.",
    ),
    "ctx": Claim(
        schema={"enum": [kind.value for kind in ContextKind]},
        meaning="For whom the person acts; only to clients that ask (`hpid_subject_contexts`).",
    ),
    "org": Claim(
        schema=_object(("id", "scheme", "name", "status"), identifier=_TEXT),
        meaning="The organisation acted for. `id` is the reader's own; `identifier` is left out where it is a personal"
        " ID number (household business).",
    ),
    "mandate": Claim(
        schema=_object(("id", "role", "source"), services={"type": "array", "items": _TEXT}, exp=_TIME),
        meaning="The power it is done by; `id` is the reader's own. Without `services` it reaches into all areas, without"
        " `exp` it has no set end; of a ward's the end is not told, as it would tell the birth date.",
    ),
    "post": Claim(
        schema=_object(("id", "agency"), roles={"type": "array", "items": _TEXT}, commune=_TEXT),
        meaning="The official's post: `id` is the reader's own; agency code of QĐ 20/2020, commune code of a commune's"
        " agency, roles.",
    ),
    "act": Claim(
        schema=_object(("sub",)),
        meaning="Who acts, where `sub` is a child or a person under care (RFC 8693 §4.1).",
    ),
    "mandates": Claim(
        schema={
            "type": "array",
            "items": _object(("role",), service=_TEXT, start=_TIME, end=_TIME),
        },
        meaning="What the mandate lets do, a row an area; a row without `service` is about all of them.",
    ),
    "agency": Claim(schema=_TEXT, meaning="Code of the official's agency (QĐ 20/2020)."),
    "agency_name": Claim(schema=_TEXT, meaning="Its name."),
    "commune": Claim(schema=_TEXT, meaning="Code of the commune whose agency it is."),
    "employee_number": Claim(schema=_TEXT, meaning="The official's number at their employer."),
    "position": Claim(schema=_TEXT, meaning="The position held in this post."),
    "roles": Claim(schema={"type": "array", "items": _TEXT}, meaning="Roles in this post."),
    "name": Claim(schema=_TEXT, meaning="Full name in Vietnamese order: family, middle, given."),
    "family_name": Claim(schema=_TEXT, meaning="Family name (họ)."),
    "middle_name": Claim(schema=_TEXT, meaning="Middle name (chữ đệm)."),
    "given_name": Claim(schema=_TEXT, meaning="Given name (tên)."),
    "nickname": Claim(schema=_TEXT, meaning="Casual name, the person's own."),
    "preferred_username": Claim(
        schema=_TEXT, meaning="What the person likes to be called; neither unique nor a key."
    ),
    "profile": Claim(schema=_URL, meaning="The person's own page about themselves."),
    "picture": Claim(schema=_URL, meaning="A picture of the person."),
    "website": Claim(schema=_URL, meaning="The person's own website."),
    "gender": Claim(schema={"enum": ["male", "female"]}, meaning="As registered."),
    "birthdate": Claim(
        schema={"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$"},
        meaning="YYYY-MM-DD, or YYYY where only the year is known.",
    ),
    "locale": Claim(schema=_TEXT, meaning="Language of the record."),
    "zoneinfo": Claim(schema=_TEXT, meaning="Time zone."),
    "updated_at": Claim(schema=_TIME, meaning="When the record last changed."),
    "email": Claim(schema=_TEXT, meaning="E-mail address."),
    "email_verified": Claim(schema=_FLAG, meaning="Whether somebody has proved it."),
    "phone_number": Claim(schema={"type": "string", "pattern": "^\\+[1-9][0-9]{7,14}$"}, meaning="E.164."),
    "phone_number_verified": Claim(schema=_FLAG, meaning="Whether somebody has proved it."),
    "address": Claim(schema=_ADDRESS, meaning="Registered address with the commune's code."),
    "age_over_14": Claim(schema=_FLAG, meaning="Whether the person is 14 or older, for certain."),
    "age_over_16": Claim(schema=_FLAG, meaning="Whether the person is 16 or older, for certain."),
    "age_over_18": Claim(schema=_FLAG, meaning="Whether the person is 18 or older, for certain."),
    "resident_of_commune": Claim(
        schema={"type": "string", "pattern": "^[0-9]{5}$"},
        meaning="Code of the commune of the registered address; absent where it isn't known for sure.",
    ),
    "verified_claims": Claim(
        schema={"oneOf": [_VERIFIED, {"type": "array", "items": _VERIFIED, "minItems": 1}]},
        meaning="Claims that the national register vouches for, with how; only where asked for (OpenID Connect for"
        " Identity Assurance).",
    ),
    "vn_id_number": Claim(
        schema={"type": "string", "pattern": "^[0-9A-Z]{9,12}$"}, meaning="Personal identification number."
    ),
}
"""Every claim there is; discovery, schemas and the profile page know no other."""

_SCOPE_CLAIMS = (*(claim for claim in CLAIM_SCOPE if claim != "sub"), verified_claims.NAME)

TOKENS: tuple[Token, ...] = (
    Token(
        name="id_token",
        title="ID token",
        typ=id_token.TYP,
        algorithms=SIGNING_ALGORITHMS,
        claims=(*id_token.CLAIMS, *_SCOPE_CLAIMS),
        optional=id_token.OPTIONAL | frozenset(_SCOPE_CLAIMS),
        source="OpenID Connect Core §2; scope claims only where asked for one by one (§5.5)",
        own={
            "acr": Claim(
                schema={"enum": list(ACR_VALUES_SUPPORTED)},
                meaning="Level of authentication. Where the request made `acr` essential and listed values, the strongest"
                " of those that was reached, spelled as there (§5.5.1.1); an access token always has our own name.",
            )
        },
    ),
    Token(
        name="access_token",
        title="Access token",
        typ=access_token.TYP,
        algorithms=("ES256",),
        claims=access_token.CLAIMS,
        optional=access_token.OPTIONAL,
        source="RFC 9068 §2",
    ),
    Token(
        name="client_access_token",
        title="Access token of a client itself",
        typ=access_token.TYP,
        algorithms=("ES256",),
        claims=machine_token.CLAIMS,
        optional=frozenset(),
        source="RFC 9068 §2.2, RFC 6749 §4.4; no person, no grant, no level: whatever asks for one refuses it",
    ),
    Token(
        name="logout_token",
        title="Logout token",
        typ=logout.LOGOUT_TOKEN_TYP,
        algorithms=SIGNING_ALGORITHMS,
        claims=logout.LOGOUT_TOKEN_CLAIMS,
        optional=frozenset({"sub", "sid"}),
        source="OpenID Connect Back-Channel Logout §2.4; never a nonce",
    ),
    Token(
        name="userinfo",
        title="Userinfo answer",
        typ="",
        algorithms=(),
        claims=("sub", *DEGRADED, *_SCOPE_CLAIMS),
        optional=frozenset((*DEGRADED, *_SCOPE_CLAIMS)),
        source="OpenID Connect Core §5.3; JSON, what a person has not is left out",
    ),
    Token(
        name="userinfo_jwt",
        title="Signed userinfo answer",
        typ=userinfo.TYP,
        algorithms=SIGNING_ALGORITHMS,
        claims=(*userinfo.SIGNED_CLAIMS, "sub", *DEGRADED, *_SCOPE_CLAIMS),
        optional=frozenset((*DEGRADED, *_SCOPE_CLAIMS)),
        source="OpenID Connect Core §5.3.2; for a client that registered `userinfo_signed_response_alg`",
    ),
    Token(
        name="introspection",
        title="Introspection answer",
        typ="",
        algorithms=(),
        claims=introspection.MEMBERS,
        optional=frozenset(introspection.MEMBERS) - {"active"},
        source="RFC 7662 §2.2; to the client of a token and to the API it is for; of anything not valid `active` alone",
    ),
    Token(
        name="introspection_jwt",
        title="Signed introspection answer",
        typ=introspection.TYP,
        algorithms=SIGNING_ALGORITHMS,
        claims=introspection.CLAIMS,
        optional=frozenset(),
        source="RFC 9701 §5; where the caller's `Accept` names `application/token-introspection+jwt`",
    ),
)
"""The tokens and answers this provider issues."""


def schema_of(token: Token) -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of a token's claims; nothing else may be in it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Hải Phòng ID: {token.title}",
        "description": token.source,
        "type": "object",
        "properties": {
            name: {**token.claim(name).schema, "description": token.claim(name).meaning}
            for name in token.claims
        },
        "required": [name for name in token.claims if name not in token.optional],
        "additionalProperties": False,
    }
