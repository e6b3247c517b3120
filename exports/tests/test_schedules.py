from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from companies import lists
from companies.tests.makers import make_company
from exports import asked, jobs, schedules, weekly
from exports.models import Export, ExportSchedule, ExportState
from exports.tests.asking import again, ask, audited, choose, make_destination

LIST = "/exports/programmes/"


@pytest.fixture
def company(db):
    return make_company("SOCIETE DU LUNDI")


@pytest.fixture
def wanted(monkeypatch):
    """What workers were asked for."""
    asked_for = []
    monkeypatch.setattr(
        "mainsite.lib.queue.enqueue",
        lambda job, *, queue, export_id: asked_for.append((queue, export_id)),
    )
    return asked_for


def make(by, query="tri=nom", *, name="Ma veille", **choice):
    return schedules.make(
        wish=asked.of_query(query, desk_id=by.desk_id),
        choice=choose(**choice),
        name=name,
        weekday=0,
        hour=7,
        by=by,
    )


def come_due(schedule, **ago):
    """As if the slot had come."""
    moment = timezone.now() - timedelta(**(ago or {"minutes": 1}))
    ExportSchedule.objects.filter(pk=schedule.pk).update(next_at=moment)
    schedule.refresh_from_db()
    return schedule


@pytest.fixture
def schedule(company, analyst):
    return come_due(make(analyst))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


class TestTheSlot:
    @pytest.mark.parametrize(
        ("after", "weekday", "hour", "slot"),
        [
            # A Monday: later the same day, or a week later once it has come.
            (utc(2026, 11, 23, 5), 0, 7, utc(2026, 11, 23, 6)),
            (utc(2026, 11, 23, 6), 0, 7, utc(2026, 11, 30, 6)),
            (utc(2026, 11, 23, 6), 2, 0, utc(2026, 11, 24, 23)),
            # Seven in Paris stays seven across both changes of clock.
            (utc(2026, 3, 23, 12), 0, 7, utc(2026, 3, 30, 5)),
            (utc(2026, 10, 19, 12), 0, 7, utc(2026, 10, 26, 6)),
            # 2 h is skipped on 29 March 2026, and is twice on 25 October.
            (utc(2026, 3, 25), 6, 2, utc(2026, 3, 29, 1)),
            (utc(2026, 10, 21), 6, 2, utc(2026, 10, 25, 0)),
            (utc(2026, 10, 25, 0, 30), 6, 2, utc(2026, 11, 1, 1)),
        ],
    )
    def test_is_an_hour_of_paris(self, after, weekday, hour, slot):
        assert weekly.next_slot(weekday=weekday, hour=hour, after=after) == slot


class TestRunDue:
    def test_asks_for_the_export_of_its_creator(self, schedule, wanted, analyst):
        jobs.run_schedules()
        export = Export.objects.get()
        assert wanted == [("exports", export.pk)]
        assert export.created_by == analyst
        assert export.schedule == schedule
        assert (export.profile, export.format) == ("rapide", "csv")
        jobs.write_export(export_id=export.pk)
        assert again(export).state == ExportState.DONE
        assert audited() == ["export_schedule_made", "export_asked"]

    def test_does_each_slot_once_whoever_else_runs(self, schedule, wanted, monkeypatch):
        """The other scheduler claims it between our look and our claim."""
        claim = schedules._claim

        def second(found, now):
            monkeypatch.setattr(schedules, "_claim", claim)
            jobs.run_schedules()
            return claim(found, now)

        monkeypatch.setattr(schedules, "_claim", second)
        jobs.run_schedules()
        jobs.run_schedules()
        assert len(wanted) == Export.objects.count() == 1

    def test_catches_up_missed_slots_once(self, schedule, wanted):
        come_due(schedule, weeks=5)
        jobs.run_schedules()
        schedule.refresh_from_db()
        assert Export.objects.count() == 1
        assert timezone.now() < schedule.next_at <= timezone.now() + timedelta(days=7)

    def test_leaves_alone_what_is_suspended_or_not_due(self, schedule, analyst, wanted):
        schedules.suspend(schedule=schedule, by=analyst)
        make(analyst)
        jobs.run_schedules()
        assert wanted == []

    def test_says_so_when_nothing_is_found_this_week(self, schedule, wanted):
        ExportSchedule.objects.update(query="q=introuvable")
        jobs.run_schedules()
        assert wanted == []
        assert "Aucune société" in Export.objects.get().reason
        schedule.refresh_from_db()
        assert schedule.is_active

    def test_keeps_none_of_a_slot_that_failed_half_way(
        self, schedule, wanted, monkeypatch
    ):
        def broken(*_, **__):
            raise RuntimeError("?")

        monkeypatch.setattr(schedules.trail, "record", broken)
        with pytest.raises(RuntimeError):
            jobs.run_schedules()
        before = schedule.next_at
        schedule.refresh_from_db()
        assert schedule.next_at == before
        assert not Export.objects.exists()


class TestSuspendedByItself:
    def reason(self, schedule):
        jobs.run_schedules()
        schedule.refresh_from_db()
        assert not schedule.is_active
        assert not Export.objects.exists()
        entry = AuditEntry.objects.get(action="export_schedule_suspended")
        assert entry.actor_id is None
        assert entry.details["reason"] == schedule.reason
        return schedule.reason

    def test_when_its_creator_left(self, schedule, analyst, wanted):
        analyst.is_active = False
        analyst.save()
        assert "fermé" in self.reason(schedule)

    def test_when_its_creator_may_not_export_any_more(self, schedule, analyst, wanted):
        analyst.role = "read_only"
        analyst.save()
        assert "plus le droit d’exporter" in self.reason(schedule)

    def test_when_its_creator_may_not_read_contacts_any_more(
        self, company, analyst, wanted
    ):
        analyst.may_read_contacts = True
        analyst.save()
        made = come_due(make(analyst, contacts=True))
        analyst.may_read_contacts = False
        analyst.save()
        assert "contacts" in self.reason(made)

    def test_when_a_criterion_is_gone(self, company, analyst, wanted):
        kept = lists.create(name="Vivier", by=analyst)
        made = come_due(make(analyst, f"liste={kept.public_id}"))
        lists.delete(target_list=kept, by=analyst)
        assert "Un critère a disparu" in self.reason(made)

    def test_when_a_column_is_gone(self, schedule, wanted):
        ExportSchedule.objects.update(columns=["siren", "horoscope"])
        assert "horoscope" in self.reason(schedule)

    def test_when_its_destination_was_closed(self, company, analyst, wanted):
        place = make_destination()
        made = come_due(make(analyst, to=place))
        place.is_active = False
        place.save()
        assert "n’est plus ouverte" in self.reason(made)


class TestPages:
    def address(self, name, schedule):
        return reverse(f"exports:{name}", args=[schedule.public_id])

    def test_programme_the_choice_of_the_export_page(self, company, analyst_client):
        data = {
            "tout": "1",
            "requete": "q=societe&tri=nom",
            "profil": "excel",
            "faire": "programmer",
            "nom": "Chaque mardi",
            "jour": "1",
            "heure": "6",
        }
        answer = analyst_client.post("/exports/nouveau/", data, follow=True)
        assert answer.redirect_chain == [(LIST, 302)]
        page = answer.content.decode()
        assert "Chaque mardi" in page
        assert "Mardi, 6" in page
        made = ExportSchedule.objects.get()
        assert (made.profile, made.format, made.weekday) == ("excel", "xlsx", 1)
        assert not Export.objects.exists()

    def test_refuse_an_hour_that_does_not_exist(self, company, analyst_client):
        data = {"tout": "1", "faire": "programmer", "jour": "1", "heure": "25"}
        assert analyst_client.post("/exports/nouveau/", data).status_code == 422
        assert not ExportSchedule.objects.exists()

    def test_programme_an_earlier_export(self, company, analyst, analyst_client):
        export = ask(analyst, "tri=nom", columns=["siren", "ville"])
        url = reverse("exports:schedule", args=[export.public_id])
        analyst_client.post(url, {"jour": "4", "heure": "18"})
        made = ExportSchedule.objects.get()
        assert made.columns == ["siren", "ville"]
        assert made.name == export.words

    def test_suspend_resume_and_delete(self, schedule, colleague_client):
        for name, active in (("suspend", False), ("resume", True)):
            colleague_client.post(self.address(name, schedule))
            schedule.refresh_from_db()
            assert schedule.is_active is active
        assert schedule.next_at > timezone.now()
        colleague_client.post(self.address("delete", schedule))
        assert not ExportSchedule.objects.exists()
        assert audited() == [
            "export_schedule_made",
            "export_schedule_suspended",
            "export_schedule_resumed",
            "export_schedule_deleted",
        ]

    def test_resume_not_what_would_be_suspended_again(
        self, schedule, analyst, colleague_client
    ):
        analyst.is_active = False
        analyst.save()
        schedules.suspend(schedule=schedule, by=analyst)
        url = self.address("resume", schedule)
        assert "fermé" in colleague_client.post(url, follow=True).content.decode()
        schedule.refresh_from_db()
        assert not schedule.is_active

    def test_show_why_one_was_suspended(self, schedule, analyst_client):
        ExportSchedule.objects.update(is_active=False, reason="Parce que.")
        assert "Parce que." in analyst_client.get(LIST).content.decode()

    def test_are_the_desk_s_own(self, schedule, stranger_client, reader_client):
        assert "Ma veille" not in stranger_client.get(LIST).content.decode()
        for name in ("suspend", "resume", "delete"):
            url = self.address(name, schedule)
            assert stranger_client.post(url).status_code == 404
            assert reader_client.post(url).status_code == 403
        schedule.refresh_from_db()
        assert schedule.is_active

    def test_say_how_to_make_one(self, analyst_client):
        assert "Aucun export programmé" in analyst_client.get(LIST).content.decode()
