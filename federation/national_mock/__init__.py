"""The national identity system of Việt Nam, simulated: a service of its own.

Own process, port, signing key, database and look. It imports nothing of the provider it serves and is built
on Authlib's server core, so that our upstream is somebody else's idea of OpenID Connect. Nothing in it is
real. Start it with ``python -m federation.national_mock``.
"""
