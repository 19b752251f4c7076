"""Authlib's Starlette client, imported in one place.

Authlib 1.9 tells at import that it will prefer httpx2 over httpx one day; that one sentence is silenced here,
so that a process started with warnings as errors runs.
"""

import warnings

from authlib.deprecate import AuthlibDeprecationWarning

with warnings.catch_warnings():
    warnings.filterwarnings(
        "ignore", message="The httpx module is deprecated", category=AuthlibDeprecationWarning
    )
    from authlib.integrations.starlette_client import OAuthError, StarletteOAuth2App

__all__ = ["OAuthError", "StarletteOAuth2App"]
