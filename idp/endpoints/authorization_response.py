"""How an answer leaves for the relying party: a redirect, or a page that posts it – Form Post Response Mode §2.

Used for codes and for errors alike. Called only with a redirect_uri that was checked. A page that posts holds nothing
but the answer, may post to that origin alone, and sends it by itself where scripts run, else by its one button.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from idp.edge import Answer, Call, Cookie
from idp.edge.page import answering_page
from idp.protocol.authorization_response import FORM_POST, query_uri
from idp.protocol.front_channel import FRAGMENT, fragment_uri


def authorization_response(
    call: Call, redirect_uri: str, parameters: Mapping[str, str], *cookies: Cookie, response_mode: str
) -> Answer:
    """Return the answer by the response mode that was asked for."""
    if response_mode == FORM_POST:
        host = urlsplit(redirect_uri).netloc
        page = answering_page(call, redirect_uri, host=host, fields=parameters)
        return page.with_cookies(*cookies)
    if response_mode == FRAGMENT:
        return Answer.redirect(fragment_uri(redirect_uri, parameters), *cookies)
    return Answer.redirect(query_uri(redirect_uri, parameters), *cookies)
