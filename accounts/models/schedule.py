"""What the schedule has done: who claimed which slot of a task."""

from datetime import datetime

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

# One statement, so that of two schedulers only one is answered; one row per task, so
# that a sweep every five seconds leaves no more than a row behind.
_CLAIM = """
    INSERT INTO accounts_scheduledrun AS run (name, slot, claimed_at, claimed_by)
    VALUES (%s, %s, clock_timestamp(), %s)
    ON CONFLICT (name) DO UPDATE SET slot = EXCLUDED.slot,
        claimed_at = EXCLUDED.claimed_at, claimed_by = EXCLUDED.claimed_by
    WHERE run.slot < EXCLUDED.slot
    RETURNING name
"""


class ScheduledRun(models.Model):
    """The last slot of a periodic task that a scheduler took."""

    name = models.CharField(
        _("tâche"),
        max_length=200,
        primary_key=True,
        db_comment="Dotted path of the task.",
    )
    slot = models.DateTimeField(
        _("échéance"), db_comment="The moment at which it was due."
    )
    claimed_at = models.DateTimeField(
        _("prise à"), db_comment="When a scheduler took it; later when it caught up."
    )
    claimed_by = models.CharField(
        _("prise par"), max_length=120, db_comment="Host and process that took it."
    )

    class Meta:
        verbose_name = _("tâche périodique")
        verbose_name_plural = _("tâches périodiques")
        ordering = ("name",)
        db_table_comment = "Last slot taken of each periodic task, one row per task."

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def claim(*, name: str, slot: datetime, by: str) -> bool:
        """Whether the slot is ours: nobody took it, nor a later one."""
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [name, slot, by[:120]])
            return cursor.fetchone() is not None

    @staticmethod
    def now_and_taken() -> tuple[datetime, dict[str, datetime]]:
        """The database's clock, and the last slot taken of each task.

        Ours may be ten minutes wrong.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            now: datetime = cursor.fetchone()[0]
        taken = dict(ScheduledRun.objects.values_list("name", "slot"))
        return now, taken
