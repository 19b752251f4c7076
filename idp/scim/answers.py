"""What comes in and goes out as SCIM – RFC 7644 §3.1, §3.8, §3.9, §3.14: media type, ETag, chosen attributes."""

import json
from collections.abc import Mapping
from typing import Any

from scim2_models import Context, ListResponse, ResponseParameters, SearchRequest

from idp.edge import Answer, Call
from idp.edge.answer import NO_STORE
from idp.scim.errors import MEDIA_TYPE, ScimRefusal
from idp.scim.filters import check_length, is_too_long
from idp.scim.service import MOST_RESULTS, USUAL_RESULTS, described
from keys.strict_json import parse_json_object

_TYPES = frozenset({MEDIA_TYPE, "application/json"})
_ASKED = frozenset(
    {"attributes", "excludedattributes", "filter", "sortby", "sortorder", "startindex", "count"}
)
_LONGEST_LIST = 2_000
_FARTHEST = 10**9
"""Results that are skipped at most: more than there are people, and a number that every database takes."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def payload_of(call: Call) -> dict[str, Any]:
    """Return the body, which must be one JSON object."""
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        raise ScimRefusal(415, f"the body must be {MEDIA_TYPE}")
    try:
        payload = parse_json_object(call.body)
    except ValueError:
        raise ScimRefusal(400, "the body must be one JSON object", scim_type="invalidSyntax") from None
    _check_names(payload)
    return payload


def _check_names(payload: dict[str, Any]) -> None:
    """Refuse names and paths that are longer or deeper than any of ours, before anything parses them as paths."""
    left: list[Any] = [payload]
    while left:
        match left.pop():
            case dict() as members:
                texts = [*members, members.get("path")]
                if any(isinstance(text, str) and is_too_long(text) for text in texts):
                    raise ScimRefusal(400, "a name or path is too long", scim_type="invalidPath")
                left += members.values()
            case list() as items:
                left += items
            case _:
                pass


def is_of(payload: Mapping[str, Any], schema: str) -> bool:
    """Tell whether a message says it is of this schema (§3.1)."""
    schemas = payload.get("schemas")
    return isinstance(schemas, list) and schema in schemas


def asked(call: Call) -> dict[str, Any]:
    """Return the parameters of the address that SCIM knows, each once; others are ignored (§3.4.2)."""
    given: dict[str, Any] = {}
    for name, value in call.query():
        if name.lower() not in _ASKED:
            continue
        if name.lower() in given:
            raise ScimRefusal(400, f"{name}: once", scim_type="invalidValue")
        given[name.lower()] = value
    return given


def search_of(given: Mapping[str, Any], model: Any) -> SearchRequest[Any]:
    """Return what is searched for, bounded, or refuse it by its part."""
    check_length(str(given.get("filter") or ""))
    for name in ("attributes", "excludedattributes", "sortby"):
        if len(str(given.get(name) or "")) > _LONGEST_LIST:
            raise ScimRefusal(400, f"{name}: at most {_LONGEST_LIST} characters", scim_type="invalidValue")
    request: SearchRequest[Any] = SearchRequest[model].model_validate(
        {key: value for key, value in given.items() if value not in (None, "")}
    )
    return request


def stretch(request: SearchRequest[Any]) -> tuple[int, int]:
    """Return how many results to skip, and how many to give at most (§3.4.2.4)."""
    count = USUAL_RESULTS if request.count is None else request.count
    return min(max(0, (request.start_index or 1) - 1), _FARTHEST), min(count, MOST_RESULTS)


def parameters_of(call: Call, model: Any) -> ResponseParameters[Any]:
    """Return which attributes are asked for in the answer (§3.9)."""
    given = {name: value for name, value in asked(call).items() if name.endswith("attributes")}
    return search_of(given, model)


def answer(
    content: Mapping[str, object], *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    """Return an answer in SCIM's media type."""
    return Answer(
        status=status,
        headers=(("content-type", MEDIA_TYPE), *NO_STORE, *headers),
        body=_encode(content).encode(),
    )


def empty() -> Answer:
    """Return 204."""
    return Answer(status=204, headers=NO_STORE)


def dumped(resource: Any, parameters: ResponseParameters[Any] | None = None) -> dict[str, Any]:
    """Return a resource as it is told."""
    told: dict[str, Any] = resource.model_dump(
        scim_ctx=Context.RESOURCE_QUERY_RESPONSE,
        response_parameters=parameters,
        scim_provider=described(),
    )
    return told


def listed(
    resources: list[Any], model: Any, *, total: int, start: int, parameters: ResponseParameters[Any] | None
) -> Answer:
    """Return a stretch of results (§3.4.2)."""
    response = ListResponse[model](
        total_results=total, start_index=start, items_per_page=len(resources), resources=resources
    )
    return answer(
        response.model_dump(
            scim_ctx=Context.SEARCH_RESPONSE, response_parameters=parameters, scim_provider=described()
        )
    )


def matches(header: str | None, version: str) -> bool:
    """Tell whether a list of ETags names this one; weak comparison, `*` names any (RFC 9110 §13.1)."""
    if header is None:
        return False
    named = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in named or version.removeprefix("W/") in named
