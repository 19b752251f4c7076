"""Many changes in one request – RFC 7644 §3.7."""

from typing import Any

from idp.scim.resources import ENTERPRISE, OFFICIAL
from tests.scim.hr import HrSystem, operations, post, user

_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def bulk(*given: Any, **members: Any) -> dict[str, Any]:
    return {"schemas": [_REQUEST], "Operations": list(given), **members}


def joiner(number: str, **changes: Any) -> dict[str, Any]:
    return {"method": "POST", "path": "/Users", "bulkId": number, "data": user(number, **changes)}


async def test_each_operation_stands_alone_and_may_name_what_was_made_before(hr: HrSystem) -> None:
    known = await hr.create("CB0")
    change = operations({"op": "replace", "path": "displayName", "value": "B"})
    response = await hr.call(
        "POST",
        "/Bulk",
        bulk(
            joiner("CB1"),
            joiner("CB2", **{ENTERPRISE: {"department": "H24.10"}}),
            {"method": "PATCH", "path": "/Users/bulkId:CB1", "data": change},
            {"method": "PATCH", "path": "/Users/bulkId:CB2", "data": change},
            {"method": "PUT", "path": f"/Users/{known['id']}", "version": 'W/"9"', "data": user("CB0")},
            {"method": "DELETE", "path": f"/Users/{known['id']}"},
            {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {}},
            {"method": "GET", "path": "/Users"},
            {"method": "POST", "path": "/Users", "data": user("CB3")},
            "nonsense",
        ),
    )
    assert response.status_code == 200
    results = response.json()["Operations"]
    assert [one["status"] for one in results] == [
        "201",
        "403",
        "200",
        "409",
        "412",
        "204",
        "400",
        "400",
        "400",
        "400",
    ]
    assert (results[0]["bulkId"], results[2]["location"]) == ("CB1", results[0]["location"])
    assert results[1]["response"]["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert await hr.found() == ["CB1"]
    assert (await hr.read(results[0]["location"].rpartition("/")[2]))["displayName"] == "B"


async def test_it_ends_after_as_many_errors_as_it_says(hr: HrSystem) -> None:
    wrong = joiner("a b")
    response = await hr.call(
        "POST", "/Bulk", bulk(wrong, joiner("CB1"), wrong, joiner("CB2"), failOnErrors=2)
    )
    assert [one["status"] for one in response.json()["Operations"]] == ["400", "201", "400"]
    assert await hr.found() == ["CB1"]


async def test_too_many_operations_and_what_is_no_bulk_request_are_refused(hr: HrSystem) -> None:
    small = {"method": "DELETE", "path": "/Users/x"}
    assert (await hr.call("POST", "/Bulk", bulk(*[small] * 31))).status_code == 413
    for wrong in ({"Operations": [small]}, {"schemas": [_REQUEST]}, bulk(small, failOnErrors=0)):
        assert (await hr.call("POST", "/Bulk", wrong)).status_code == 400


async def test_as_many_joiners_as_may_come_at_once_with_two_posts_each_fit(hr: HrSystem) -> None:
    posts = {OFFICIAL: {"posts": [post(), post("H24.08.1", roles=["leader"])]}}
    response = await hr.call("POST", "/Bulk", bulk(*(joiner(f"N{n:02}", **posts) for n in range(30))))
    assert {one["status"] for one in response.json()["Operations"]} == {"201"}
    assert len(await hr.found()) == 30
