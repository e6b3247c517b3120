"""Lists of a desk: made, filled by whole selections, followed, undone, deleted."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.tests.people import make_user
from companies import jobs, list_changes, lists, selection
from companies.choices import ListChangeKind, ListChangeState
from companies.models import Company, ListChange, ListEntry, Target, TargetList
from companies.tests.makers import make_company
from companies.views import list_changes as list_changes_view
from mainsite.lib import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def vivier(analyst):
    return lists.create(name="À relancer", by=analyst)


@pytest.fixture
def companies(db):
    """Two enriched, three of which only the register knows."""
    return [
        *(make_company(f"CIBLE {n}", target={"revenue": 10**6}) for n in range(2)),
        *(make_company(f"REGISTRE {n}") for n in range(3)),
    ]


def ask(kind, vivier, by, query=""):
    chosen = selection.of_query(query, desk_id=by.desk_id)
    return list_changes.ask(kind=kind, target_list=vivier, chosen=chosen, by=by)


def add(vivier, by, query=""):
    change = ask(ListChangeKind.ADD, vivier, by, query)
    list_changes.advance(change_id=change.pk)
    change.refresh_from_db()
    return change


def held(vivier):
    return set(ListEntry.objects.filter(list=vivier).values_list("siren", flat=True))


def page(answer):
    return answer.content.decode().replace("\u00a0", " ")


class TestNames:
    def test_are_tidied_and_belong_to_a_desk(self, analyst):
        made = lists.create(name="  Plasturgie \n  Ain ", by=analyst)
        assert (made.name, made.desk, made.created_by) == (
            "Plasturgie Ain",
            analyst.desk,
            analyst,
        )
        entry = AuditEntry.objects.get(action="list_created")
        assert entry.resource == f"list:{made.public_id}"

    def test_are_one_by_desk_whatever_the_capitals(self, vivier, colleague, stranger):
        with pytest.raises(lists.NameIsTaken):
            lists.create(name="à RELANCER", by=colleague)
        assert lists.create(name="À relancer", by=stranger)

    def test_are_never_empty(self, analyst):
        with pytest.raises(lists.NameIsMissing):
            lists.create(name=" \n ", by=analyst)

    def test_of_a_deleted_list_are_free(self, vivier, analyst):
        lists.delete(target_list=vivier, by=analyst)
        assert lists.create(name="À relancer", by=analyst)

    def test_need_a_desk(self, db):
        with pytest.raises(lists.PersonHasNoDesk):
            lists.create(name="Sans équipe", by=make_user(role=Role.API_CLIENT))

    def test_change_without_losing_the_list(self, vivier, colleague):
        lists.rename(target_list=vivier, name="À voir", by=colleague)
        assert TargetList.objects.get().name == "À voir"
        assert AuditEntry.objects.filter(action="list_renamed").exists()


class TestDelete:
    def test_hides_at_once_and_empties_later(self, vivier, analyst, companies):
        add(vivier, analyst)
        lists.delete(target_list=vivier, by=analyst)
        assert not TargetList.objects.visible_to(analyst).exists()
        assert ListEntry.objects.exists()
        jobs.sweep()
        assert not TargetList.objects.exists()
        assert not ListEntry.objects.exists()
        assert not ListChange.objects.exists()

    def test_goes_on_another_time_when_it_is_long(
        self, vivier, analyst, companies, monkeypatch
    ):
        monkeypatch.setattr(lists, "BATCH", 2)
        add(vivier, analyst)
        lists.delete(target_list=vivier, by=analyst)
        lists.purge_deleted(within=timedelta(0))
        assert ListEntry.objects.count() == 3
        lists.purge_deleted()
        assert not TargetList.objects.exists()


class TestOneCompany:
    def test_becomes_a_target(self, vivier, analyst, companies):
        siren = companies[4].siren
        assert lists.add_company(target_list=vivier, siren=siren, by=analyst)
        assert held(vivier) == {siren}
        assert Target.objects.get(siren=siren).folded_name.startswith("REGISTRE 2")
        assert AuditEntry.objects.filter(action="listed").count() == 1

    def test_twice_changes_nothing(self, vivier, analyst, companies):
        siren = companies[0].siren
        lists.add_company(target_list=vivier, siren=siren, by=analyst)
        assert not lists.add_company(target_list=vivier, siren=siren, by=analyst)
        assert AuditEntry.objects.filter(action="listed").count() == 1
        assert lists.remove_company(target_list=vivier, siren=siren, by=analyst)
        assert not lists.remove_company(target_list=vivier, siren=siren, by=analyst)
        assert AuditEntry.objects.filter(action="unlisted").count() == 1

    def test_that_nobody_loaded_is_refused(self, vivier, analyst):
        with pytest.raises(Company.DoesNotExist):
            lists.add_company(target_list=vivier, siren="552100554", by=analyst)


class TestAdd:
    def test_takes_all_that_is_found(self, vivier, analyst, companies):
        change = add(vivier, analyst)
        assert held(vivier) == {company.siren for company in companies}
        assert (change.total, change.changed, change.unchanged) == (5, 5, 0)
        assert Target.objects.count() == 5

    def test_gives_new_targets_what_the_register_knows(
        self, vivier, analyst, companies
    ):
        add(vivier, analyst)
        new = Target.objects.get(siren=companies[3].siren)
        old = Target.objects.get(siren=companies[0].siren)
        assert (new.geo, new.naf, new.flags) == (old.geo, old.naf, old.flags)
        assert old.revenue == 10**6

    def test_says_what_was_there_already(self, vivier, analyst, companies):
        add(vivier, analyst, "ca_min=1")
        change = add(vivier, analyst)
        assert (change.total, change.changed, change.unchanged) == (5, 3, 2)
        again = add(vivier, analyst)
        assert (again.changed, again.unchanged) == (0, 5)

    def test_leaves_one_line_in_the_trail(self, vivier, analyst, companies):
        change = add(vivier, analyst, "ca_min=1")
        entry = AuditEntry.objects.get(action="listed")
        assert entry.actor_id == analyst.pk
        assert entry.details["query"] == "ca_min=1&tri=-attractivite"
        assert (entry.details["total"], entry.details["changed"]) == (2, 2)
        assert entry.details["digest"] == change.digest
        assert len(change.digest) == 64

    def test_goes_by_batches(self, vivier, analyst, companies, monkeypatch):
        monkeypatch.setattr(list_changes, "BATCH", 2)
        change = add(vivier, analyst)
        assert (change.seen, change.changed) == (5, 5)
        assert len(held(vivier)) == 5

    def test_stops_in_time_and_is_taken_up(
        self, vivier, analyst, companies, monkeypatch
    ):
        monkeypatch.setattr(list_changes, "BATCH", 2)
        change = ask(ListChangeKind.ADD, vivier, analyst)
        assert list_changes.advance(change_id=change.pk, within=timedelta(0))
        assert len(held(vivier)) == 2
        assert not list_changes.advance(change_id=change.pk)
        change.refresh_from_db()
        assert (change.state, change.seen, change.changed) == ("done", 5, 5)

    def test_twice_carries_out_once(self, vivier, analyst, companies):
        change = add(vivier, analyst)
        assert not list_changes.advance(change_id=change.pk)
        change.refresh_from_db()
        assert change.attempt == 1

    def test_stops_when_another_took_over(
        self, vivier, analyst, companies, monkeypatch
    ):
        change = ask(ListChangeKind.ADD, vivier, analyst)

        def taken(*arguments, **options):
            ListChange.objects.update(attempt=7)
            return 0

        monkeypatch.setattr(lists, "insert", taken)
        assert not list_changes.advance(change_id=change.pk)
        change.refresh_from_db()
        assert (change.state, change.seen) == ("running", 0)

    def test_stops_when_its_list_is_deleted(self, vivier, analyst, companies):
        change = ask(ListChangeKind.ADD, vivier, analyst)
        lists.delete(target_list=vivier, by=analyst)
        list_changes.advance(change_id=change.pk)
        assert held(vivier) == set()

    def test_never_takes_more_than_was_asked(self, vivier, analyst, companies):
        """A list of the query was deleted in between: its criterion is not dropped."""
        other = lists.create(name="Autre", by=analyst)
        add(other, analyst, "ca_min=1")
        change = ask(ListChangeKind.ADD, vivier, analyst, f"liste={other.public_id}")
        lists.delete(target_list=other, by=analyst)
        list_changes.advance(change_id=change.pk)
        change.refresh_from_db()
        assert change.state == "failed"
        assert str(other.public_id) in change.reason
        assert held(vivier) == set()


class TestRemove:
    def test_takes_out_what_is_found(self, vivier, analyst, companies):
        add(vivier, analyst)
        change = ask(ListChangeKind.REMOVE, vivier, analyst, "ca_min=1")
        assert change.expected == 2
        list_changes.advance(change_id=change.pk)
        assert held(vivier) == {company.siren for company in companies[2:]}

    def test_says_what_was_not_there(self, vivier, analyst, companies):
        add(vivier, analyst, "ca_min=1")
        change = ask(ListChangeKind.REMOVE, vivier, analyst)
        list_changes.advance(change_id=change.pk)
        change.refresh_from_db()
        assert (change.changed, change.unchanged) == (2, 3)

    def test_of_the_list_itself_empties_it(
        self, vivier, analyst, companies, monkeypatch
    ):
        monkeypatch.setattr(list_changes, "BATCH", 2)
        add(vivier, analyst)
        query = f"liste={vivier.public_id}"
        change = ask(ListChangeKind.REMOVE, vivier, analyst, query)
        list_changes.advance(change_id=change.pk)
        change.refresh_from_db()
        assert (change.changed, change.unchanged) == (5, 0)
        assert held(vivier) == set()

    def test_from_one_of_two_lists_leaves_the_other(self, vivier, analyst, companies):
        other = lists.create(name="Autre", by=analyst)
        add(vivier, analyst, "ca_min=1")
        add(other, analyst)
        query = f"liste={vivier.public_id}&liste={other.public_id}"
        change = ask(ListChangeKind.REMOVE, vivier, analyst, query)
        list_changes.advance(change_id=change.pk)
        assert held(vivier) == set()
        assert len(held(other)) == 5


class TestUndo:
    def test_takes_out_what_the_addition_put_in(self, vivier, analyst, companies):
        add(vivier, analyst, "ca_min=1")
        addition = add(vivier, analyst)
        undoing = list_changes.undo(change=addition, by=analyst)
        list_changes.advance(change_id=undoing.pk)
        assert held(vivier) == {company.siren for company in companies[:2]}
        undoing.refresh_from_db()
        assert undoing.changed == 3

    def test_is_done_once(self, vivier, analyst, companies):
        addition = add(vivier, analyst)
        list_changes.undo(change=addition, by=analyst)
        with pytest.raises(list_changes.CannotBeUndone):
            list_changes.undo(change=addition, by=analyst)

    def test_is_for_additions(self, vivier, analyst, companies):
        add(vivier, analyst)
        removal = ask(ListChangeKind.REMOVE, vivier, analyst)
        list_changes.advance(change_id=removal.pk)
        removal.refresh_from_db()
        with pytest.raises(list_changes.CannotBeUndone):
            list_changes.undo(change=removal, by=analyst)


class TestSweep:
    @pytest.fixture
    def asked(self, monkeypatch):
        asked = []
        monkeypatch.setattr(queue, "enqueue", lambda job, **given: asked.append(given))
        return asked

    def silence(self, change, **fields):
        long_ago = timezone.now() - timedelta(minutes=10)
        ListChange.objects.filter(pk=change.pk).update(heartbeat_at=long_ago, **fields)

    def test_asks_again_for_what_waits(self, vivier, analyst, companies, asked):
        change = ask(ListChangeKind.ADD, vivier, analyst)
        self.silence(change)
        jobs.sweep()
        assert [given["change_id"] for given in asked] == [change.pk]
        jobs.change_list(change_id=change.pk)
        assert len(held(vivier)) == 5

    def test_takes_over_from_the_dead(self, vivier, analyst, companies, asked):
        change = ask(ListChangeKind.ADD, vivier, analyst)
        self.silence(change, state=ListChangeState.RUNNING, attempt=1)
        jobs.sweep()
        jobs.change_list(change_id=change.pk)
        change.refresh_from_db()
        assert (change.state, change.attempt, change.revivals) == ("done", 2, 1)

    def test_gives_up_after_three_deaths(self, vivier, analyst, companies, asked):
        change = ask(ListChangeKind.ADD, vivier, analyst)
        for _ in range(3):
            self.silence(change, state=ListChangeState.RUNNING)
            jobs.sweep()
        change.refresh_from_db()
        assert change.state == "failed"
        assert len(asked) == 2

    def test_leaves_alone_who_is_alive(self, vivier, analyst, companies, asked):
        ask(ListChangeKind.ADD, vivier, analyst)
        jobs.sweep()
        assert asked == []

    def test_a_job_hands_what_is_left_to_another(
        self, vivier, analyst, companies, asked, monkeypatch
    ):
        monkeypatch.setattr(list_changes, "advance", lambda **given: True)
        jobs.change_list(change_id=3)
        assert asked == [{"queue": "default", "change_id": 3}]


class TestIndex:
    URL = "/viviers/"

    def test_shows_the_desks_lists_with_their_size(
        self, vivier, analyst, companies, reader_client, stranger_client
    ):
        add(vivier, analyst)
        text = page(reader_client.get(self.URL))
        assert "À relancer" in text
        assert '<td class="n">5' in text
        assert "À relancer" not in page(stranger_client.get(self.URL))

    def test_says_how_many_are_closed(self, vivier, analyst, analyst_client):
        make_company("FERMÉE", is_active=False, target={})
        add(vivier, analyst, "fermees=1")
        assert "dont 1 fermée" in page(analyst_client.get(self.URL))

    def test_makes_a_list(self, analyst, analyst_client):
        answer = analyst_client.post(self.URL, {"nom": "Plasturgie"}, follow=True)
        assert "Le vivier « Plasturgie » est créé." in page(answer)

    @pytest.mark.parametrize("name", ["", "  ", "x" * 81, "à relancer", "a\x00b"])
    def test_refuses_a_name_in_a_sentence(self, vivier, analyst_client, name):
        answer = analyst_client.post(self.URL, {"nom": name})
        assert answer.status_code == 422
        assert "err-line" in page(answer)
        assert TargetList.objects.count() == 1

    def test_is_not_for_readers_to_change(self, vivier, reader_client):
        assert reader_client.post(self.URL, {"nom": "Non"}).status_code == 403
        assert "Créer le vivier" not in page(reader_client.get(self.URL))

    def test_takes_few_queries(
        self, vivier, analyst, companies, analyst_client, django_assert_max_num_queries
    ):
        lists.create(name="Vide", by=analyst)
        with django_assert_max_num_queries(12):
            analyst_client.get(self.URL)


class TestOneList:
    def url(self, name, vivier):
        return reverse(f"companies:{name}", args=[vivier.public_id])

    def test_is_the_list_filtered(self, vivier, analyst, companies, analyst_client):
        add(vivier, analyst, "ca_min=1")
        answer = analyst_client.get(self.url("target_list", vivier), follow=True)
        text = page(answer)
        assert answer.redirect_chain[0][0] == f"/?liste={vivier.public_id}"
        assert "<h1>À relancer</h1>" in text
        assert "CIBLE 1" in text
        assert "REGISTRE 1" not in text
        assert "Retirer du vivier…" in text

    def test_is_renamed(self, vivier, analyst_client):
        url = self.url("rename_list", vivier)
        assert analyst_client.post(url, {"nom": "À voir"}).status_code == 302
        vivier.refresh_from_db()
        assert vivier.name == "À voir"

    def test_keeps_its_name_when_another_bears_it(
        self, vivier, analyst, analyst_client
    ):
        lists.create(name="Prise", by=analyst)
        answer = analyst_client.post(self.url("rename_list", vivier), {"nom": "prise"})
        assert answer.status_code == 422
        assert "<h1>À relancer</h1>" in page(answer)
        assert "porte déjà ce nom" in page(answer)

    def test_is_followed_above_the_list(self, vivier, analyst_client, colleague_client):
        url = self.url("follow_list", vivier)
        assert "vivier suivi" not in page(colleague_client.get("/"))
        analyst_client.post(url, {"suivi": "1"})
        assert "vivier suivi" in page(colleague_client.get("/"))
        answer = analyst_client.post(url, {"retour": "vivier"})
        assert answer["Location"] == f"/?liste={vivier.public_id}"
        assert "vivier suivi" not in page(colleague_client.get("/"))

    def test_is_deleted_once_it_was_asked_again(self, vivier, analyst_client):
        url = self.url("delete_list", vivier)
        assert "Supprimer « À relancer »" in page(analyst_client.get(url))
        assert TargetList.objects.present().exists()
        answer = analyst_client.post(url, follow=True)
        assert "Le vivier « À relancer » est supprimé." in page(answer)
        assert not TargetList.objects.present().exists()

    @pytest.mark.parametrize(
        "name", ["target_list", "manage_list", "delete_list", "rename_list"]
    )
    def test_is_not_there_for_strangers(self, vivier, stranger_client, name):
        url = self.url(name, vivier)
        send = stranger_client.post if name == "rename_list" else stranger_client.get
        assert send(url, {"nom": "Vol"}).status_code == 404

    @pytest.mark.parametrize("name", ["rename_list", "follow_list", "delete_list"])
    def test_is_not_for_readers_to_change(self, vivier, reader_client, name):
        answer = reader_client.post(self.url(name, vivier), {"nom": "Non"})
        assert answer.status_code == 403
        vivier.refresh_from_db()
        assert (vivier.name, vivier.is_followed) == ("À relancer", False)

    def test_is_read_by_readers(self, vivier, analyst, companies, reader_client):
        change = add(vivier, analyst)
        assert reader_client.get(self.url("manage_list", vivier)).status_code == 200
        url = reverse("companies:list_change", args=[change.public_id])
        assert "Annuler l’ajout" not in page(reader_client.get(url))


class TestSelection:
    ADD, REMOVE = "/viviers/ajouter/", "/viviers/retirer/"

    def ticked(self, companies, **fields):
        return {"siren": [company.siren for company in companies], **fields}

    def test_is_shown_first_with_what_each_list_has(
        self, vivier, analyst, companies, analyst_client
    ):
        add(vivier, analyst, "ca_min=1")
        answer = analyst_client.post(self.ADD, self.ticked(companies[1:]))
        text = page(answer)
        assert answer.status_code == 200
        assert "Ajouter 4 sociétés à un vivier" in text
        assert '<td class="n"><b>3</b></td>' in text
        assert '<td class="n q">1</td>' in text
        assert ListEntry.objects.count() == 2

    def test_goes_into_a_list(self, vivier, companies, analyst_client):
        data = self.ticked(companies[:2], vivier=vivier.public_id, requete="tri=nom")
        answer = analyst_client.post(self.ADD, data, follow=True)
        assert answer.redirect_chain[0][0] == "/?tri=nom"
        assert "2 sociétés ajoutées." in page(answer)
        assert len(held(vivier)) == 2
        answer = analyst_client.post(self.ADD, data, follow=True)
        assert "0 société ajoutée, 2 déjà présentes." in page(answer)

    def test_goes_into_a_new_list(self, companies, analyst_client):
        data = self.ticked(companies, vivier="nouveau", nom="Neuf")
        analyst_client.post(self.ADD, data)
        assert len(held(TargetList.objects.get(name="Neuf"))) == 5

    @pytest.mark.parametrize("name", ["", "à relancer"])
    def test_waits_for_a_good_name(self, vivier, companies, analyst_client, name):
        data = self.ticked(companies, vivier="nouveau", nom=name)
        answer = analyst_client.post(self.ADD, data)
        assert answer.status_code == 422
        assert "err-line" in page(answer)
        assert not ListEntry.objects.exists()

    def test_is_everything_found(self, vivier, companies, analyst_client):
        data = {"tout": "1", "requete": "ca_min=1", "vivier": vivier.public_id}
        analyst_client.post(self.ADD, data)
        assert len(held(vivier)) == 2

    def test_leaves_a_list(self, vivier, analyst, companies, analyst_client):
        add(vivier, analyst)
        data = self.ticked(companies[:2], vivier=vivier.public_id)
        answer = analyst_client.post(self.REMOVE, data, follow=True)
        assert "2 sociétés retirées." in page(answer)
        assert len(held(vivier)) == 3

    def test_leaves_only_lists_where_it_is(
        self, vivier, analyst, companies, analyst_client
    ):
        lists.create(name="Vide", by=analyst)
        add(vivier, analyst)
        query = f"liste={vivier.public_id}"
        data = self.ticked(companies[:1], requete=query)
        text = page(analyst_client.post(self.REMOVE, data))
        assert "À relancer" in text
        assert "Vide" not in text

    def test_takes_the_closed_that_were_ticked(self, vivier, analyst_client):
        closed = make_company("FERMÉE", is_active=False, target={})
        data = self.ticked([closed], requete="fermees=1", vivier=vivier.public_id)
        analyst_client.post(self.ADD, data)
        assert held(vivier) == {closed.siren}

    def test_that_is_large_goes_in_the_background(
        self, vivier, companies, analyst_client, monkeypatch
    ):
        asked = []
        monkeypatch.setattr(list_changes, "AT_ONCE", 3)
        monkeypatch.setattr(queue, "enqueue", lambda job, **given: asked.append(given))
        data = {"tout": "1", "requete": "", "vivier": vivier.public_id}
        answer = analyst_client.post(self.ADD, data, follow=True)
        change = ListChange.objects.get()
        assert (
            answer.redirect_chain[0][0] == f"/viviers/changements/{change.public_id}/"
        )
        assert "0 / 5" in page(answer)
        assert "hx-trigger" in page(answer)
        jobs.change_list(change_id=asked[0]["change_id"])
        url = reverse("companies:list_change_progress", args=[change.public_id])
        headers = {"HX-Request": "true", "HX-Target": "list-change-state"}
        piece = page(analyst_client.get(url, headers=headers)).strip()
        assert piece.startswith('<section id="list-change-state"')
        assert "5 sociétés ajoutées." in piece
        assert "hx-trigger" not in piece

    def test_waits_when_the_queue_is_away(
        self, vivier, companies, analyst_client, monkeypatch
    ):
        def away(*arguments, **options):
            raise list_changes_view.RedisError

        monkeypatch.setattr(list_changes, "AT_ONCE", 3)
        monkeypatch.setattr(queue, "enqueue", away)
        data = {"tout": "1", "requete": "", "vivier": vivier.public_id}
        assert analyst_client.post(self.ADD, data).status_code == 302
        assert ListChange.objects.get().state == "queued"

    def test_that_is_empty_is_said(self, analyst_client):
        for url in (self.ADD, self.REMOVE):
            answer = analyst_client.post(url, follow=True)
            assert "Aucune société n’est sélectionnée" in page(answer)

    def test_of_a_criterion_not_understood_is_refused(
        self, vivier, companies, analyst_client
    ):
        data = {"tout": "1", "requete": "naf=ZZ", "vivier": vivier.public_id}
        answer = analyst_client.post(self.ADD, data, follow=True)
        assert "ZZ" in page(answer)
        assert not ListEntry.objects.exists()

    @pytest.mark.parametrize("which", ["stranger", "none", "word"])
    def test_goes_into_lists_of_the_desk_only(
        self, companies, stranger, analyst_client, which
    ):
        theirs = lists.create(name="À eux", by=stranger)
        choice = {"stranger": theirs.public_id, "none": uuid4(), "word": "x'"}[which]
        for url in (self.ADD, self.REMOVE):
            data = self.ticked(companies, vivier=choice)
            answer = analyst_client.post(url, data)
            assert answer.status_code == 422
            assert "À eux" not in page(answer)
        assert not ListEntry.objects.exists()

    def test_is_not_for_readers_to_change(self, vivier, companies, reader_client):
        for url in (self.ADD, self.REMOVE):
            data = self.ticked(companies, vivier=vivier.public_id)
            assert reader_client.post(url, data).status_code == 403
        assert not ListEntry.objects.exists()


class TestChange:
    def url(self, name, change):
        return reverse(f"companies:{name}", args=[change.public_id])

    def test_is_undone_from_its_page(self, vivier, analyst, companies, analyst_client):
        change = add(vivier, analyst)
        url = self.url("list_change", change)
        assert "Annuler l’ajout : retirer 5 sociétés" in page(analyst_client.get(url))
        undo = self.url("undo_list_change", change)
        answer = analyst_client.post(undo, follow=True)
        assert "5 sociétés retirées." in page(answer)
        assert held(vivier) == set()
        answer = analyst_client.post(undo, follow=True)
        assert "déjà annulé" in page(answer)

    def test_is_the_desks_alone(
        self, vivier, analyst, companies, stranger_client, reader_client
    ):
        change = add(vivier, analyst)
        for name in ("list_change", "list_change_progress"):
            assert stranger_client.get(self.url(name, change)).status_code == 404
        undo = self.url("undo_list_change", change)
        assert stranger_client.post(undo).status_code == 404
        assert reader_client.post(undo).status_code == 403
        assert len(held(vivier)) == 5


class TestCompanyPage:
    def url(self, company):
        return reverse("companies:company", args=[company.siren])

    def post(self, browser, company, vivier, **fields):
        url = reverse("companies:lists", args=[company.siren])
        return browser.post(url, {"vivier": vivier.public_id, **fields})

    def test_says_where_the_company_is_and_changes_it(
        self, vivier, companies, analyst_client
    ):
        company = companies[3]
        assert "Dans aucun vivier." in page(analyst_client.get(self.url(company)))
        answer = self.post(analyst_client, company, vivier)
        assert answer["Location"].endswith("#lists-panel")
        text = page(analyst_client.get(self.url(company)))
        assert f'<a href="/?liste={vivier.public_id}">À relancer</a>' in text
        self.post(analyst_client, company, vivier, retirer="1")
        assert held(vivier) == set()

    def test_swaps_the_panel_alone(self, vivier, companies, analyst_client):
        headers = {"HX-Request": "true", "HX-Target": "lists-panel"}
        piece = analyst_client.get(self.url(companies[0]), headers=headers)
        assert page(piece).strip().startswith('<section id="lists-panel"')

    def test_shows_and_takes_lists_of_the_desk_only(
        self, vivier, companies, stranger_client
    ):
        assert "À relancer" not in page(stranger_client.get(self.url(companies[0])))
        assert self.post(stranger_client, companies[0], vivier).status_code == 404
        assert held(vivier) == set()

    def test_is_not_for_readers_to_change(self, vivier, companies, reader_client):
        assert self.post(reader_client, companies[0], vivier).status_code == 403
