from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.tests.people import make_user
from companies import pipeline
from companies.choices import Status
from companies.models import Company, Note, Pursuit, PursuitChange, Register, Target

SIREN = "957520448"


@pytest.fixture
def company(db):
    Register.objects.create(siren=SIREN, geo=12, naf=218)
    return Company.objects.create(
        siren=SIREN, name="CHIMICOLOR", registered_at=timezone.now()
    )


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


class TestStatusOf:
    @pytest.mark.parametrize("status", Status)
    def test_knows_every_code_and_its_name_on_screen(self, status):
        assert pipeline.status_of(status.value) == status
        assert pipeline.status_of(str(status.label)) == status

    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("à contacter", "prospect"),
            ("a_contacter", "prospect"),
            ("Contacté", "contacte"),
            ("qualifie", "qualification"),
            ("qualifié", "qualification"),
            ("propose", "negociation"),
            ("en_cours", "negociation"),
            ("en discussion", "negociation"),
            ("en négociation", "negociation"),
            ("client", "gagne"),
            ("clos_gagne", "gagne"),
            ("Signé", "gagne"),
            ("perdue", "perdu"),
            ("deal signé", "gagne"),
            ("clos_perdu", "perdu"),
            ("abandonné", "perdu"),
            ("refuse", "ecarte"),
            ("non qualifié", "ecarte"),
            ("  EN SOMMEIL ", "en_sommeil"),
        ],
    )
    def test_knows_the_words_of_other_tools(self, word, status):
        assert pipeline.status_of(word) == status

    @pytest.mark.parametrize("word", ["", "chaud", "prospects"])
    def test_refuses_any_other_word(self, word):
        with pytest.raises(pipeline.UnknownStatus):
            pipeline.status_of(word)


class TestSetStatus:
    def test_writes_the_status_and_its_history(self, company, analyst):
        pursuit = pipeline.set_status(siren=SIREN, status="contacté", by=analyst)
        assert (pursuit.status, pursuit.owner) == ("contacte", analyst)
        change = PursuitChange.objects.get()
        assert (change.before, change.after) == ("prospect", "contacte")
        assert (change.by, change.desk) == (analyst, analyst.desk)

    def test_makes_the_company_a_target_with_its_register_columns(
        self, company, analyst
    ):
        pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        target = Target.objects.get(siren=SIREN)
        assert (target.geo, target.naf) == (12, 218)
        assert target.folded_name.startswith("CHIMICOLOR")

    def test_leaves_a_trace(self, company, analyst):
        pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        entry = AuditEntry.objects.get(action="status_set")
        assert entry.resource == f"company:{SIREN}"
        assert entry.details == {"before": "prospect", "after": "contacte"}

    def test_wants_a_reason_to_put_aside(self, company, analyst):
        for reason in ("", "  "):
            with pytest.raises(pipeline.ReasonIsMissing):
                pipeline.set_status(
                    siren=SIREN, status="ecarte", reason=reason, by=analyst
                )
        assert not Pursuit.objects.exists()
        pipeline.set_status(
            siren=SIREN, status="ecarte", reason="trop petite", by=analyst
        )
        assert Pursuit.objects.get().reason == "trop petite"

    def test_wants_a_day_to_come_to_put_to_sleep(self, company, analyst):
        with pytest.raises(pipeline.WakeDateIsMissing):
            pipeline.set_status(siren=SIREN, status="en_sommeil", by=analyst)
        with pytest.raises(pipeline.WakeDateIsPast):
            pipeline.set_status(
                siren=SIREN,
                status="en_sommeil",
                wake_on=timezone.localdate(),
                by=analyst,
            )
        pipeline.set_status(
            siren=SIREN, status="en_sommeil", wake_on=tomorrow(), by=analyst
        )
        assert Pursuit.objects.get().wake_on == tomorrow()

    def test_forgets_the_day_of_waking_once_awake(self, company, analyst):
        pipeline.set_status(
            siren=SIREN, status="en_sommeil", wake_on=tomorrow(), by=analyst
        )
        pipeline.set_status(
            siren=SIREN, status="contacte", wake_on=tomorrow(), by=analyst
        )
        assert Pursuit.objects.get().wake_on is None

    def test_says_nothing_new_when_nothing_is(self, company, analyst):
        first = pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        again = pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        assert PursuitChange.objects.count() == 1
        assert again.since == first.since

    def test_keeps_who_follows_until_a_colleague_takes_over(
        self, company, analyst, colleague
    ):
        pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        moved = pipeline.set_status(siren=SIREN, status="qualification", by=colleague)
        assert moved.owner == analyst
        taken = pipeline.set_status(
            siren=SIREN, status="qualification", by=colleague, takes_over=True
        )
        assert taken.owner == colleague
        assert PursuitChange.objects.count() == 2

    def test_leaves_a_prospect_to_nobody(self, company, analyst):
        pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        back = pipeline.set_status(siren=SIREN, status="prospect", by=analyst)
        assert back.owner is None
        assert PursuitChange.objects.count() == 2

    def test_is_one_row_per_desk(self, company, analyst, stranger):
        pipeline.set_status(siren=SIREN, status="contacte", by=analyst)
        pipeline.set_status(siren=SIREN, status="perdu", by=stranger)
        assert Pursuit.objects.visible_to(analyst).get().status == "contacte"
        assert Pursuit.objects.visible_to(stranger).get().status == "perdu"

    def test_refuses_a_company_nobody_loaded(self, analyst):
        with pytest.raises(Company.DoesNotExist):
            pipeline.set_status(siren="552100554", status="contacte", by=analyst)

    def test_refuses_someone_without_a_desk(self, company):
        client = make_user(role=Role.API_CLIENT)
        with pytest.raises(pipeline.PersonHasNoDesk):
            pipeline.set_status(siren=SIREN, status="contacte", by=client)


class TestTwoAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_make_one_row_and_one_chain_of_history(self, company, analyst, colleague):
        start = Barrier(2)

        def move(wish):
            person, status = wish
            start.wait()
            try:
                pipeline.set_status(siren=SIREN, status=status, by=person)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            wishes = [(analyst, "contacte"), (colleague, "qualification")]
            list(pool.map(move, wishes))
        first, second = PursuitChange.objects.order_by("at")
        assert first.before == "prospect"
        assert second.before == first.after
        assert Pursuit.objects.get().status == second.after


class TestAddNote:
    def test_keeps_the_text_for_the_desk(self, company, analyst, stranger):
        pipeline.add_note(siren=SIREN, text="  <b>Reçoit</b> volontiers ", by=analyst)
        note = Note.objects.visible_to(analyst).get()
        assert (note.text, note.author) == ("<b>Reçoit</b> volontiers", analyst)
        assert not Note.objects.visible_to(stranger).exists()

    def test_keeps_the_words_out_of_the_trail(self, company, analyst):
        note = pipeline.add_note(siren=SIREN, text="confidence", by=analyst)
        entry = AuditEntry.objects.get(action="note_added")
        assert entry.details == {"note": note.pk}

    def test_refuses_nothing(self, company, analyst):
        with pytest.raises(pipeline.NoteIsEmpty):
            pipeline.add_note(siren=SIREN, text=" \n", by=analyst)

    def test_refuses_someone_without_a_desk(self, company):
        client = make_user(role=Role.API_CLIENT)
        with pytest.raises(pipeline.PersonHasNoDesk):
            pipeline.add_note(siren=SIREN, text="bonjour", by=client)
