"""Partitions made ahead and dropped for real, by the application's own role."""

import threading
from datetime import timedelta

import pytest
from django.core import checks
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from mainsite.lib import history

TRAIL = "accounts_auditentry"
HISTORIES = [
    "accounts_auditentry",
    "enrichment_answer",
    "legal_event",
    "pursuit_change",
    "scoring_score",
]

pytestmark = pytest.mark.django_db


def write(*, days, action="seen"):
    at = timezone.now() + timedelta(days=days)
    return AuditEntry.objects.create(
        at=at, action=action, resource="", details={}, agent="", request_id=""
    )


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def partition_of(entry):
    ((name,),) = ask(
        "SELECT tableoid::regclass::text FROM accounts_auditentry WHERE id = %s",
        entry.pk,
    )
    return name


def month_of(entry):
    return f"{TRAIL}_{entry.at:%Y%m}"


class TestMaintain:
    def test_knows_every_history(self):
        assert history.tables() == HISTORIES

    def test_has_nothing_to_do_twice(self):
        history.maintain()

        assert history.maintain() == []

    def test_gives_stray_rows_their_month(self):
        now, stray, to_come = write(days=0), write(days=-70), write(days=200)
        assert partition_of(stray) == f"{TRAIL}_default"

        assert history.maintain() == [f"made {month_of(stray)}"]

        assert partition_of(now) == month_of(now)
        assert partition_of(stray) == month_of(stray)
        assert partition_of(to_come) == f"{TRAIL}_default"

    def test_a_month_made_is_closed_like_the_others(self):
        stray = write(days=-70)
        history.maintain()

        for statement in ("SELECT * FROM {}", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                ask(statement.format(month_of(stray)))
        ((triggers,),) = ask(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass"
            " AND tgname = 'auditentry_never_changes'",
            month_of(stray),
        )
        assert triggers == 1

    def test_drops_what_is_past_the_retention(self):
        old, kept = write(days=-38 * 31), write(days=-35 * 30)

        done = history.maintain()

        assert f"dropped {month_of(old)}" in done
        assert list(AuditEntry.objects.values_list("pk", flat=True)) == [kept.pk]

    def test_drops_no_label(self):
        ask(
            "INSERT INTO legal_event (siren, kind, occurred_on, label, source,"
            " source_id, is_sandbox)"
            " VALUES (1, 'sale', '1950-01-01', '', 'pappers', 'A', false)"
        )
        history.maintain()

        assert ask("SELECT source_id FROM legal_event") == [("A",)]

    @pytest.mark.parametrize(
        ("table", "before"),
        [
            (TRAIL, timezone.now().date()),
            (TRAIL, timezone.now().date() - timedelta(days=1000)),
            ("legal_event", "1900-01-01"),
        ],
    )
    def test_refuses_what_is_inside_the_retention(self, table, before):
        with pytest.raises(DatabaseError, match="inside the retention"):
            ask("SELECT * FROM history_maintain(%s, %s)", table, before)

    def test_refuses_any_other_table(self):
        with pytest.raises(DatabaseError, match="is not a history table"):
            ask("SELECT * FROM history_maintain('company')")

    @pytest.mark.parametrize(
        "statement",
        [
            f"SELECT history_attach('{TRAIL}', 'x', 'DEFAULT')",
            "SELECT history_partition('company', 'created_on', 12, '')",
            "UPDATE history_retention SET keep_months = 12",
            "INSERT INTO history_retention VALUES ('company', 'created_on', 12, 3, '')",
            f"ALTER TABLE {TRAIL} DETACH PARTITION {TRAIL}_default",
            f"DROP TABLE {TRAIL}_default",
        ],
    )
    def test_the_application_can_do_nothing_else(self, statement):
        with pytest.raises(ProgrammingError), transaction.atomic():
            ask(statement)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_it_once():
    done = []

    def run():
        try:
            done.extend(history.maintain())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert len(done) == len(set(done))
    assert history.missing() == []


class TestWarning:
    def test_nothing_lacks_today(self):
        assert history.missing() == []
        assert checks.run_checks(tags=["database"], databases=["default"]) == []

    def test_a_scheduler_that_stopped_is_told(self, time_machine):
        time_machine.move_to(timezone.now() + timedelta(days=150))

        assert history.missing() == HISTORIES
        found = checks.run_checks(tags=["database"], databases=["default"])
        assert [warning.id for warning in found] == ["accounts.W002"]
