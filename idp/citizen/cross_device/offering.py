"""Whether a sign-in may be confirmed on a phone: by this deployment, and by what is asked (RFC 10027: not everywhere)."""

from idp.citizen.interaction import Opened
from idp.edge import Call
from idp.protocol.cross_device import offers_cross_device
from idp.settings import DeploymentProfile


def is_on(call: Call) -> bool:
    """Tell whether this deployment lets people do so: in production only where that was said."""
    settings = call.provider.settings
    if settings.qr_sign_in is None:
        return settings.profile is not DeploymentProfile.PRODUCTION
    return settings.qr_sign_in


def may_use_phone(call: Call, opened: Opened) -> bool:
    """Tell whether a phone could do for this interaction."""
    return is_on(call) and offers_cross_device(opened.request, opened.client)
