"""The chain over the audit trail: what somebody with every right would leave behind."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts import audit, trail
from accounts.models import AuditEntry, AuditSeal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors" / "audit.jsonl"
    return settings.AUDIT_ANCHOR_FILE


@pytest.fixture
def sealed():
    """Three entries in one seal, two in the next."""
    entries = [audit.record(actor=None, action=f"act {n}") for n in range(3)]
    trail.seal()
    entries += [audit.record(actor=None, action=f"late {n}") for n in range(2)]
    trail.seal()
    return entries


class TestSealing:
    def test_takes_every_entry_once(self, sealed):
        verdict = trail.verify()

        assert verdict.entries == AuditEntry.objects.count()
        assert verdict.seals == AuditSeal.objects.count() >= 2
        assert verdict.faults == ()

    def test_makes_no_empty_seal(self, sealed):
        before = AuditSeal.objects.count()

        assert trail.seal() == 0
        assert AuditSeal.objects.count() == before

    def test_goes_on_until_nothing_is_left(self, monkeypatch):
        trail.seal()
        before = AuditSeal.objects.count()
        monkeypatch.setattr(trail, "_MOST", 2)
        for number in range(5):
            audit.record(actor=None, action=f"act {number}")

        assert trail.seal() == 5
        assert AuditSeal.objects.count() == before + 3

    def test_takes_an_entry_that_was_committed_after_younger_ones(self, sealed):
        # Its key is older than what is sealed, as a long transaction's would be.
        early = AuditEntry.objects.create(
            pk=sealed[0].pk - 1_000_000,
            at=timezone.now() - timedelta(minutes=5),
            action="long",
            details={},
        )
        trail.seal()

        assert trail.verify().faults == ()
        assert AuditSeal.objects.latest("number").first_at == early.at

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_seal SET digest = digest",
            "DELETE FROM audit_seal",
            "INSERT INTO audit_seal SELECT * FROM audit_seal",
        ],
    )
    def test_is_the_only_way_to_write_a_seal(self, sealed, statement):
        with pytest.raises(ProgrammingError), transaction.atomic():
            connection.cursor().execute(statement)


class TestVerifying:
    def test_finds_what_was_never_sealed(self, sealed):
        old = timezone.now() - timedelta(hours=2)
        AuditEntry.objects.create(at=old, action="forged", details={})

        assert len(trail.verify().faults) == 1

    def test_the_command_says_that_all_is_whole(self, sealed, capsys):
        call_command("verify_audit")

        assert "entière" in capsys.readouterr().out

    def test_an_anchor_that_the_chain_no_longer_passes_is_found(self, sealed, anchors):
        assert trail.anchor() == AuditSeal.objects.latest("number").digest
        assert trail.verify().anchors == 1
        line = json.loads(anchors.read_text())
        line["seal"] -= 1
        anchors.write_text(json.dumps(line), encoding="utf-8")

        assert "ancre" in trail.verify().faults[0]

    def test_the_anchor_is_readable_by_us_only_and_grows(self, sealed, anchors):
        trail.anchor()
        trail.anchor()

        assert anchors.stat().st_mode & 0o777 == 0o600
        assert len(anchors.read_text().splitlines()) == 2


@pytest.mark.django_db(transaction=True)
class TestSomebodyWithEveryRight:
    """The owner of the tables can put its triggers to sleep; the chain tells."""

    @pytest.fixture
    def tampered(self, owner, sealed):
        """Runs a statement past the triggers; the trail is given back afterwards."""

        def tamper(table, statement, undo):
            self.undo = (table, undo)
            self._past_triggers(owner, table, statement)

        self.undo = None
        yield tamper
        if self.undo:
            self._past_triggers(owner, *self.undo)

    @staticmethod
    def _past_triggers(owner, table, statement):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement)
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        owner.commit()

    def test_who_changes_an_entry_is_found(self, tampered, sealed):
        partition = _partition_of(sealed[1])
        where = f"WHERE id = {sealed[1].pk}"
        tampered(
            partition,
            f"UPDATE {partition} SET resource = 'company:1' {where}",
            f"UPDATE {partition} SET resource = '' {where}",
        )

        assert "modifiée" in trail.verify().faults[0]
        with pytest.raises(SystemExit):
            call_command("verify_audit")

    def test_who_takes_one_away_is_found(self, tampered, sealed, owner):
        partition = _partition_of(sealed[3])
        owner.execute(
            f"CREATE TABLE away AS SELECT * FROM {partition} WHERE id = {sealed[3].pk}"
        )
        tampered(
            partition,
            f"DELETE FROM {partition} WHERE id = {sealed[3].pk}",
            f"INSERT INTO {partition} SELECT * FROM away; DROP TABLE away",
        )

        assert "1 de ses" in trail.verify().faults[0]

    def test_who_writes_a_seal_anew_is_found(self, tampered, sealed):
        seal = AuditSeal.objects.latest("number")
        where = f"WHERE number = {seal.number}"
        tampered(
            "audit_seal",
            f"UPDATE audit_seal SET digest = repeat('0', 64) {where}",
            f"UPDATE audit_seal SET digest = '{seal.digest}' {where}",
        )

        assert "réécrit" in trail.verify().faults[0]


def _partition_of(entry):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM accounts_auditentry WHERE id = %s",
            [entry.pk],
        )
        return cursor.fetchone()[0]
