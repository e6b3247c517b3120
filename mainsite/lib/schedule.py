"""What is done again and again, by name: this file imports nothing of ours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A function by its dotted path. Without a queue the scheduler runs it itself.

    Either every so many seconds, or once a day at an hour of Paris. Its slots are the
    same for everybody who computes them: only the moment given counts.
    """

    path: str
    queue: str = ""
    every_s: int = 0
    daily_at: str = ""

    def slot(self, now: datetime) -> datetime:
        """The last moment at which it was due."""
        if self.daily_at:
            return self._day(now)
        seconds = int(now.timestamp())
        return datetime.fromtimestamp(seconds - seconds % self.every_s, UTC)

    def next_slot(self, now: datetime) -> datetime:
        if not self.daily_at:
            return self.slot(now) + timedelta(seconds=self.every_s)
        today = now.astimezone(PARIS).date()
        days = (self._at(today + timedelta(days=ahead)) for ahead in range(2))
        return min(moment for moment in days if moment > now)

    def _day(self, now: datetime) -> datetime:
        today = now.astimezone(PARIS).date()
        days = (self._at(today - timedelta(days=ago)) for ago in range(2))
        return max(moment for moment in days if moment <= now)

    def _at(self, day: date) -> datetime:
        # An hour that the change to summer skips comes one hour later by the clock;
        # one that the change to winter repeats is the first of both.
        local = datetime.combine(day, time.fromisoformat(self.daily_at), PARIS)
        return local.astimezone(UTC)


PERIODIC = (
    # In the scheduler's own process: they are what notices that no worker is alive.
    Periodic(every_s=5, path="enrichment.jobs.sweep"),
    Periodic(every_s=5, path="mainsite.lib.queue.enqueue_due"),
    Periodic(every_s=3600, path="scoring.jobs.score_stale_companies", queue="scoring"),
    Periodic(every_s=3600, path="scoring.experiments.jobs.follow", queue="scoring"),
    Periodic(every_s=60, path="exports.jobs.sweep", queue="exports"),
    Periodic(every_s=60, path="exports.jobs.run_schedules", queue="default"),
    Periodic(every_s=60, path="companies.jobs.sweep", queue="default"),
    Periodic(every_s=60, path="companies.imports.jobs.sweep", queue="default"),
    Periodic(every_s=3600, path="companies.imports.jobs.delete_expired", queue="low"),
    Periodic(every_s=60, path="accounts.trail.seal", queue="low"),
    Periodic(every_s=60, path="accounts.jobs.mail_waiting_links", queue="default"),
    Periodic(every_s=3600, path="accounts.throttle.forget_old", queue="low"),
    Periodic(daily_at="00:20", path="accounts.tokens.record_calls", queue="low"),
    Periodic(every_s=3600, path="exports.jobs.delete_expired", queue="low"),
    # Three months ahead are made: a day without it costs nothing.
    Periodic(daily_at="02:10", path="mainsite.lib.history.maintain", queue="low"),
    Periodic(daily_at="02:20", path="accounts.retention.forget", queue="low"),
    Periodic(every_s=21600, path="companies.statistics.refresh", queue="low"),
    Periodic(daily_at="02:30", path="companies.jobs.purge_contacts", queue="low"),
    Periodic(daily_at="02:50", path="enrichment.contact_erasure.sweep", queue="low"),
    Periodic(daily_at="03:10", path="enrichment.jobs.clean_up", queue="low"),
    Periodic(daily_at="03:30", path="enrichment.jobs.watch_events", queue="low"),
    Periodic(daily_at="04:00", path="enrichment.jobs.renew_stale", queue="low"),
    Periodic(daily_at="05:00", path="enrichment.jobs.check_ledger", queue="low"),
    Periodic(daily_at="05:05", path="mainsite.invariants.check", queue="low"),
    Periodic(daily_at="05:10", path="accounts.trail.anchor", queue="low"),
    Periodic(
        daily_at="05:15", path="companies.jobs.reconcile_oppositions", queue="low"
    ),
    Periodic(daily_at="05:20", path="accounts.trail.check", queue="low"),
    Periodic(daily_at="05:30", path="scoring.registry.jobs.watch", queue="low"),
)
