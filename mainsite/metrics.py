"""/metrics: figures of all processes, read from Redis and PostgreSQL when asked.

Nothing is counted in a process for this page: several web workers would each show their
own, and a worker forks for every job. Whoever may not read it is told that it is not
there.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from hmac import compare_digest
from ipaddress import ip_address

import django_rq
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache as django_cache
from django.db import DatabaseError
from django.db.models import Count, Min, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from accounts.choices import Action
from accounts.models import AuditEntry
from accounts.trail import TRAIL_CHECK
from companies.contacts.actions import Action as ContactAction
from enrichment.jobs import LEDGER_CHECK
from enrichment.models import Batch, Call, Item, Provider, SchemaDrift
from exports.trail import Action as ExportAction
from mainsite import invariants
from mainsite.lib import cache, limiter, shedding
from mainsite.lib.client_ip import client_ip
from mainsite.lib.queue import age_s

logger = logging.getLogger(__name__)

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
_CIRCUITS = ("closed", "half_open", "open")
Part = Callable[[], Iterator[Metric]]


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not (_is_local(request) or _has_token(request)):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected())
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4
    )


def _is_local(request: HttpRequest) -> bool:
    """From this machine itself: a proxy on it speaks for somebody else."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    address = client_ip(request)
    return address is not None and ip_address(address).is_loopback


def _has_token(request: HttpRequest) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    token = str(settings.METRICS_TOKEN)
    return (
        bool(token)
        and kind.lower() == "bearer"
        and compare_digest(given.encode(), token.encode())
    )


class Collected(Collector):
    """Each part by itself: what is down is told as down, the others are read."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "ma_part_up", "Whether it could be read.", labels=["part"]
        )
        for part, read in PARTS.items():
            found = _read(part, read)
            up.add_metric([part], 0 if found is None else 1)
            yield from found or ()
        yield up


def _read(part: str, read: Part) -> list[Metric] | None:
    try:
        return list(read())
    except (DatabaseError, RedisError, OSError):
        logger.warning("metrics: %s cannot be read", part)
        return None


# The cache


def _cache() -> Iterator[Metric]:
    figures, server = cache.figures(), cache.server()
    if figures is None or server is None:
        raise RedisError
    labels = ["family", "level"]
    looked = CounterMetricFamily(
        "ma_cache_lookups", "Look-ups in a level.", labels=[*labels, "result"]
    )
    moved = CounterMetricFamily(
        "ma_cache_bytes", "Bytes read and written.", labels=[*labels, "way"]
    )
    made = CounterMetricFamily("ma_cache_made", "Values made anew.", labels=labels)
    calls = CounterMetricFamily(
        "ma_cache_saved_calls", "Calls to sources that were not needed.", labels=labels
    )
    euros = CounterMetricFamily(
        "ma_cache_saved_euros", "What those calls had cost.", labels=labels
    )
    for each in figures:
        name = [each.family, each.level]
        looked.add_metric([*name, "hit"], each.hits)
        looked.add_metric([*name, "miss"], each.misses)
        looked.add_metric([*name, "stale"], each.stale)
        moved.add_metric([*name, "read"], each.bytes_read)
        moved.add_metric([*name, "written"], each.bytes_written)
        made.add_metric(name, each.made)
        calls.add_metric(name, each.saved_calls)
        euros.add_metric(name, float(each.saved_eur))
    yield from (looked, moved, made, calls, euros)
    yield from _server(server)


def _server(server: cache.Server) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "ma_cache_memory_bytes", "Memory of the cache's Redis.", server.used_bytes
    )
    yield GaugeMetricFamily(
        "ma_cache_memory_limit_bytes", "Its limit; 0: none.", server.most_bytes
    )
    yield CounterMetricFamily(
        "ma_cache_evicted_keys", "Keys that had to make room.", server.evicted
    )


# The sources


def _sources() -> Iterator[Metric]:
    drifts = GaugeMetricFamily(
        "ma_schema_drift_paths",
        "Unknown fields of a source's answers, ops not having seen them.",
        labels=["source"],
    )
    answers = GaugeMetricFamily(
        "ma_schema_drift_answers", "Answers that had one.", labels=["source"]
    )
    unseen = SchemaDrift.objects.filter(is_seen=False).values_list("source")
    for source, paths, count in unseen.annotate(Count("pk"), Sum("count")):
        drifts.add_metric([source], paths)
        answers.add_metric([source], count)
    calls = GaugeMetricFamily(
        "ma_source_calls_today", "Calls of the budget day.", labels=["source", "state"]
    )
    euros = GaugeMetricFamily(
        "ma_source_euros_today", "Euros charged for them.", labels=["source"]
    )
    spent: dict[str, float] = {}
    today = Call.objects.filter(day=timezone.localdate()).values_list("source", "state")
    for source, state, count, amount in today.annotate(Count("pk"), Sum("amount_eur")):
        calls.add_metric([source, state], count)
        spent[source] = spent.get(source, 0.0) + float(amount)
    for source, amount in spent.items():
        euros.add_metric([source], amount)
    yield from (drifts, answers, calls, euros)


def _gates() -> Iterator[Metric]:
    circuits = GaugeMetricFamily(
        "ma_source_circuit", "1 for the state it is in.", labels=["source", "state"]
    )
    used = GaugeMetricFamily("ma_source_calls_under_way", "Now.", labels=["source"])
    paused = GaugeMetricFamily(
        "ma_source_pause_seconds", "Until calls may leave again.", labels=["source"]
    )
    names = list(Provider.objects.order_by("name").values_list("name", flat=True))
    for gate in limiter.state_of(names):
        for state in _CIRCUITS:
            circuits.add_metric([gate.name, state], gate.circuit == state)
        used.add_metric([gate.name], gate.in_use)
        paused.add_metric([gate.name], max(gate.rests_s, gate.paused_s))
    yield from (circuits, used, paused)


# Work


def _batches() -> Iterator[Metric]:
    batches = GaugeMetricFamily("ma_batches", "By state.", labels=["state"])
    oldest = GaugeMetricFamily(
        "ma_batch_oldest_seconds", "Since the oldest of them began.", labels=["state"]
    )
    unfinished = Batch.objects.filter(state__in=("running", "paused"))
    now = timezone.now()
    rows = unfinished.values_list("state").annotate(Count("pk"), Min("started_at"))
    for state, count, began in rows:
        batches.add_metric([state], count)
        if began:
            oldest.add_metric([state], (now - began).total_seconds())
    items = GaugeMetricFamily("ma_items", "Not at their end.", labels=["state"])
    left = Item.objects.unfinished().filter(batch__state__in=("running", "paused"))
    for state, count in left.values_list("state").annotate(Count("pk")):
        items.add_metric([state], count)
    yield from (batches, oldest, items)
    checked = django_cache.get(LEDGER_CHECK)
    if checked is not None:
        yield GaugeMetricFamily(
            "ma_ledger_rules_broken", "At the last night's check.", checked["broken"]
        )
    trail = django_cache.get(TRAIL_CHECK)
    if trail is not None:
        yield GaugeMetricFamily(
            "ma_audit_trail_faults", "At the last night's check.", trail["faults"]
        )


def _queues() -> Iterator[Metric]:
    jobs = GaugeMetricFamily("ma_queue_jobs", "Waiting.", labels=["queue"])
    ages = GaugeMetricFamily(
        "ma_queue_oldest_job_seconds",
        "Since the next one was queued.",
        labels=["queue"],
    )
    for name in settings.RQ_QUEUES:
        queue = django_rq.get_queue(name)
        jobs.add_metric([name], queue.count)
        ages.add_metric([name], age_s(name))
    yield from (jobs, ages)


def _shed() -> Iterator[Metric]:
    shed = CounterMetricFamily(
        "ma_requests_shed", "Refused while too busy.", labels=["view", "reason"]
    )
    for (view, reason), count in shedding.counts().items():
        shed.add_metric([view, reason], count)
    yield shed


def _invariants() -> Iterator[Metric]:
    broken = GaugeMetricFamily(
        "ma_invariants_broken",
        "Rules of « nothing lost » that did not hold at the last night's check.",
        labels=["part"],
    )
    for part, count in invariants.last_night():
        broken.add_metric([part], count)
    yield broken


# The trail: what an attack, or somebody who leaves with the files, would look like

_WATCHED = (
    Action.SIGN_IN_REFUSED,
    Action.SECOND_FACTOR_REFUSED,
    Action.RECOVERY_CODE_REFUSED,
    Action.FACTOR_RESET,
    Action.USER_CREATED,
    Action.CONTACTS_GRANTED,
    Action.TRAIL_EXPORTED,
    ContactAction.READ,
    ExportAction.EXPORT_ASKED,
    ExportAction.CONTACTS_EXPORTED,
)


def _trail() -> Iterator[Metric]:
    """Each is counted by its index, over one hour: no more than what happened in it."""
    entries = GaugeMetricFamily(
        "ma_audit_entries_hour", "Entries of the last hour.", labels=["action"]
    )
    since = timezone.now() - timedelta(hours=1)
    rows = AuditEntry.objects.filter(action__in=_WATCHED, at__gte=since)
    found = dict(rows.order_by().values_list("action").annotate(Count("pk")))
    for word in _WATCHED:
        entries.add_metric([str(word)], found.get(str(word), 0))
    yield entries


PARTS: dict[str, Part] = {
    "cache": _cache,
    "sources": _sources,
    "gates": _gates,
    "batches": _batches,
    "queues": _queues,
    "shed": _shed,
    "invariants": _invariants,
    "trail": _trail,
}
