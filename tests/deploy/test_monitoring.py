"""Alerts and the dashboard name what there is: metrics, labels, runbooks."""

import json
import re
from typing import Any

import pytest
import yaml

from idp.metrics import INSTRUMENTS, RISK_OUTCOMES, Counts
from idp.risk.model import Outcome
from tests.architecture.source_tree import ROOT, source_of
from tests.deploy.metric_names import series_names, unknown

ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load(source_of("deploy/prometheus/alerts.yml"))["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads(source_of("deploy/grafana/dashboard.json"))
_SECONDS = {"s": 1, "m": 60, "h": 3600}
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_asks_for_what_there_is_and_leads_to_a_runbook_that_knows_it(alert: dict[str, Any]) -> None:
    assert list(unknown(alert["expr"])) == []
    runbook = alert["annotations"]["runbook"]
    assert runbook.startswith("docs/runbooks/")
    assert f"`{alert['alert']}`" in source_of(runbook)
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"]["summary"].endswith(".")


@pytest.mark.parametrize("query", QUERIES)
def test_the_dashboard_asks_for_what_there_is(query: str) -> None:
    assert list(unknown(query)) == []


def test_every_metric_is_on_the_dashboard_or_in_an_alert() -> None:
    asked = " ".join([*QUERIES, *(alert["expr"] for alert in ALERTS)])
    bases = {
        name.removesuffix("_count").removesuffix("_sum").removesuffix("_bucket") for name in series_names()
    }

    assert sorted(base for base in bases if base not in asked) == []


def test_whoever_scrapes_as_told_has_four_scrapes_in_every_range() -> None:
    """A rate over one scrape has no value: the alert would never come."""
    (told,) = re.findall(r"scrape_interval: (\d+)s", source_of("docs/how-to/operate.md"))
    asked = " ".join([*QUERIES, *(alert["expr"] for alert in ALERTS)])
    ranges = {int(number) * _SECONDS[unit] for number, unit in re.findall(r"\[(\d+)([smh])\]", asked)}

    assert min(ranges) >= 4 * int(told)


def test_the_health_checks_of_a_proxy_are_in_no_alert_about_requests() -> None:
    """A node told to leave answers them 503: nobody is woken because a release was changed in a quiet hour."""
    asked = re.compile(r"hpid_request_seconds_\w+(?:\{([^}]*)\})?")
    selectors = [one for alert in ALERTS for one in asked.findall(alert["expr"])]

    assert selectors
    assert all("/health/.*" in selector for selector in selectors), selectors


def test_what_wakes_by_happening_once_begins_at_0() -> None:
    """Of a series that begins at 1 there is no increase."""
    asked = re.compile(r'increase\((hpid_\w+)_total\{\w+="([^"]+)"\}\[\w+\]\)\) > 0')
    found = [one for alert in ALERTS for one in asked.findall(alert["expr"])]
    begun = {counts.metric.value.name: counts for counts in INSTRUMENTS if isinstance(counts, Counts)}

    assert found
    for name, word in found:
        assert (word,) in begun[name].series()
    assert {(outcome,) for outcome in Outcome} == set(RISK_OUTCOMES.series())


def test_alerts_and_panels_have_names_of_their_own() -> None:
    assert len({alert["alert"] for alert in ALERTS}) == len(ALERTS)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("rate(hpid_refusal_total[5m]) > 0", ["hpid_refusal_total"]),
        ('rate(hpid_refusals_total{grant="x"}[5m])', ["hpid_refusals_total{grant}"]),
        ("sum by (client_id) (rate(hpid_refusals_total[5m]))", ["client_id"]),
        ("hpid_request_seconds", ["hpid_request_seconds"]),
        ('sum by (error) (rate(hpid_refusals_total{error="a", job="hpid"}[5m]))', []),
    ],
)
def test_what_is_not_there_is_noticed(expression: str, found: list[str]) -> None:
    assert list(unknown(expression)) == found


def test_every_runbook_is_in_the_index() -> None:
    index = source_of("docs/runbooks/README.md")
    pages = {path.name for path in (ROOT / "docs" / "runbooks").glob("*.md")} - {"README.md"}

    assert {page for page in pages if f"[{page}]({page})" not in index} == set()
