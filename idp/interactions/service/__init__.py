"""Use cases of an authorization in progress: decide what comes next, end it with a code, for whom a person may act."""

from idp.interactions.service.contexts import choices_of, held, may_enter
from idp.interactions.service.deciding import Decision, decide
from idp.interactions.service.settling import settle

__all__ = ["Decision", "choices_of", "decide", "held", "may_enter", "settle"]
