"""What the service says of itself – RFC 7644 §4, RFC 7643 §5 to §7. The same for everybody, and about nobody."""

from collections.abc import Mapping
from functools import cache

from scim2_models import ResourceType, ScimProvider, ServiceProviderConfig
from scim2_models.resources.service_provider_config import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ETag,
    Filter,
    Pagination,
    Patch,
    Sort,
)

from idp.scim.resources import Enterprise, FullUser, Group, Official, User

BASE = "/scim/v2"
MOST_RESULTS = 200
USUAL_RESULTS = 100
MOST_OPERATIONS = 30
LARGEST_BODY = 64 * 1024


@cache
def described() -> ScimProvider:
    """Return resources, schemas and capabilities."""
    user = ResourceType.from_resource(FullUser)
    user.description = "Officials: employment records with posts"
    group = ResourceType.from_resource(Group)
    group.description = "One role in one agency; read-only"
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=True, max_operations=MOST_OPERATIONS, max_payload_size=LARGEST_BODY),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        pagination=Pagination(
            cursor=False, index=True, default_page_size=USUAL_RESULTS, max_page_size=MOST_RESULTS
        ),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="OAuth 2.0 bearer token",
                description="An access token of client_credentials with scope scim.read or scim.write",
                primary=True,
            )
        ],
    )
    return ScimProvider(
        models=[User, Enterprise, Official, Group], resource_types=[user, group], config=config
    )


def endpoints() -> Mapping[str, type[User | Group]]:
    """Return the resources by the name of their endpoint."""
    return {"Users": FullUser, "Groups": Group}
