"""The composition root: settings → database → keyring → routes. The only package that imports everything."""

from idp.app.release import release
from idp.app.routes import ROUTES, routes_of
from idp.app.serving import application, make_app
from idp.app.wiring import make_provider, signing_device

__all__ = ["ROUTES", "application", "make_app", "make_provider", "release", "routes_of", "signing_device"]
