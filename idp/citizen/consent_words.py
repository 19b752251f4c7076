"""The words of the notice and consent page: what its record proves by their hash (PAGES §3.1.7, Law 91/2025/QH15).

All that the page states of what is sent, to whom, for what and by which law, in the language it is read in; not the
person's own values. Whatever the template says is said here too: a test compares the two. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from idp.protocol.acting import ContextKind
from idp.protocol.facts import ClientFacts
from idp.ui.language import Language
from idp.ui.pages import RelyingParty, name_in
from idp.ui.rows import ConsentMode
from idp.ui.strings import Texts

_TEXTS = {language: Texts(language) for language in Language}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a page states: each of `told`, `asked` and `not_sent` names a string."""

    mode: ConsentMode
    told: tuple[str, ...]
    asked: tuple[str, ...]
    not_sent: tuple[str, ...]
    is_for_parents: bool


def purpose_in(client: ClientFacts, language: Language) -> str:
    """Return what the service says it wants it for; Vietnamese where it says it in no other."""
    return (client.purpose_en or client.purpose) if language is Language.EN else client.purpose


def words_of(client: ClientFacts, rp: RelyingParty, stated: Stated, language: Language) -> Iterator[str]:
    """Return the words, a line a sentence, in the order of the page."""
    t = _TEXTS[language].plain
    name, _ = name_in(rp, language)
    yield from (language.value, name, rp.agency, rp.host, t("consent_title"))
    if stated.told:
        yield t("claims_public_task")
        if client.law:
            yield t("legal_basis", law=client.law)
        yield from map(t, stated.told)
    if stated.asked:
        yield from _asked(client, stated, language)
    if stated.not_sent:
        yield t("not_shared", not_sent=_listed(stated.not_sent, language))
    yield from _ending(rp, name, stated, language)


def _asked(client: ClientFacts, stated: Stated, language: Language) -> Iterator[str]:
    t = _TEXTS[language].plain
    if stated.is_for_parents:
        where = (
            "parents_decide_where"
            if ContextKind.WARD in client.subject_contexts
            else "parents_decide_nowhere"
        )
        yield from (t("parents_decide_title"), t("parents_decide_text"), *map(t, stated.asked), t(where))
        return
    yield t("claims_consent")
    if purpose := purpose_in(client, language):
        yield t("consent_purpose", purpose=purpose)
    yield from (t("consent_free"), *map(t, stated.asked))


def _ending(rp: RelyingParty, name: str, stated: Stated, language: Language) -> Iterator[str]:
    t = _TEXTS[language].plain
    if stated.mode is ConsentMode.NOTICE:
        yield from (t("submit"), t("cancel"))
    elif stated.mode is ConsentMode.MIXED:
        yield from (t("consent_only_ticked"), t("submit"), t("consent_deny"))
    else:
        yield from (t("consent_ticked_or_nothing"), t("consent_agree"), t("consent_deny"))
    if stated.asked and not stated.is_for_parents:
        yield t("consent_manage")
    if rp.policy_uri and rp.tos_uri:
        yield t("rp_policy_and_tos", policy=rp.policy_uri, tos=rp.tos_uri, rp=name)
    elif rp.policy_uri:
        yield t("rp_policy", policy=rp.policy_uri, rp=name)
    elif rp.tos_uri:
        yield t("rp_tos", tos=rp.tos_uri, rp=name)


def _listed(keys: tuple[str, ...], language: Language) -> str:
    t = _TEXTS[language].plain
    *first, last = map(t, keys)
    return f"{', '.join(first)} {t('not_shared_last')} {last}" if first else last
