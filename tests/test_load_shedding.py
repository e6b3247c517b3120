import time
from datetime import UTC, datetime, timedelta

import django_rq
import pytest
from rq import Queue

from companies.tests.makers import make_company
from mainsite.lib import queue, shedding
from mainsite.lib.shedding import PoolWait

MINUTES_AGO = timedelta(minutes=10)
DEAR = (
    "/statistiques/",
    "/compter/?q=mecanique",
    "/?q=mecanique",
    "/semblables/",
    "/societes/coller/",
    "/exports/nouveau/?q=mecanique",
)
CHEAP = ("/", "/?tri=-ca", "/viviers/", "/exports/", "/compte/connexion/", "/healthz")


@pytest.fixture
def pool_is_short(monkeypatch, settings):
    monkeypatch.setattr(shedding.pool_wait, "ms", lambda: 1000.0)


@pytest.fixture
def old_job(monkeypatch):
    """Nobody has come for it for ten minutes."""

    def put(name):
        monkeypatch.setattr(shedding, "queue_age", shedding.QueueAge())
        ours = django_rq.get_queue(name)
        # django-rq's own waits for the end of the transaction, which never comes.
        plain = Queue(name, connection=ours.connection, serializer=ours.serializer)
        job = plain.enqueue(time.sleep, 0)
        job.enqueued_at = datetime.now(UTC) - MINUTES_AGO
        job.save()

    yield put
    for name in ("exports", "enrichment", "imports"):
        django_rq.get_queue(name).empty()


@pytest.mark.django_db
class TestWhilePagesWaitForTheDatabase:
    @pytest.mark.parametrize("path", DEAR)
    def test_what_costs_much_is_refused_in_words(
        self, analyst_client, pool_is_short, path
    ):
        answer = analyst_client.get(path)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "5"
        assert answer["Cache-Control"] == "no-store"
        assert "Les listes et les fiches restent ouvertes" in answer.content.decode()

    @pytest.mark.parametrize("path", CHEAP)
    def test_what_costs_little_is_answered(self, analyst_client, pool_is_short, path):
        assert analyst_client.get(path).status_code in (200, 302)

    def test_a_company_and_the_next_page_are_answered(
        self, analyst_client, pool_is_short
    ):
        company = make_company("MÉCANIQUE")
        page = analyst_client.get(f"/societes/{company.siren}/")
        assert page.status_code == 200
        assert analyst_client.get("/?q=meca&curseur=x").status_code == 200

    def test_a_program_reads_a_problem(self, analyst_client, pool_is_short):
        answer = analyst_client.get("/statistiques/", headers={"Accept": "text/json"})
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "overloaded_pool"

    def test_it_is_counted_for_the_metrics(self, analyst_client, pool_is_short):
        name = ("companies:statistics", "pool")
        before = shedding.counts().get(name, 0)
        analyst_client.get("/statistiques/")
        assert shedding.counts()[name] == before + 1
        told = analyst_client.get("/metrics").content.decode()
        line = 'ma_requests_shed_total{reason="pool",view="companies:statistics"}'
        assert f"{line} {before + 1}.0" in told


@pytest.mark.django_db
class TestWhileJobsWaitForTheirWorker:
    def test_more_work_for_that_queue_is_refused(self, analyst_client, old_job):
        old_job("exports")
        asked = {"requete": "", "tout": "1", "faire": "exporter"}
        answer = analyst_client.post("/exports/nouveau/", asked)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "60"
        assert "attendent leur tour" in answer.content.decode()

    def test_pages_and_other_queues_go_on(self, analyst_client, old_job):
        old_job("enrichment")
        assert analyst_client.get("/exports/nouveau/").status_code != 503
        assert analyst_client.post("/exports/nouveau/", {}).status_code != 503

    def test_a_young_queue_refuses_nothing(self, analyst_client, old_job, settings):
        old_job("exports")
        settings.SHED_QUEUE_AGE_S = 3600
        assert analyst_client.post("/exports/nouveau/", {}).status_code != 503

    def test_without_redis_the_age_is_nobodys_business(self, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1"
        assert shedding.QueueAge().seconds("exports") == 0.0

    def test_the_age_is_that_of_the_next_job(self, old_job):
        assert queue.age_s("exports") == 0.0
        old_job("exports")
        assert queue.age_s("exports") == pytest.approx(600, abs=5)


class TestTheWaitForAConnection:
    @pytest.fixture
    def stats(self, monkeypatch):
        known = {}

        class Pool:
            def get_stats(self):
                return dict(known)

        class Connection:
            pool = Pool()

        monkeypatch.setattr(shedding, "connection", Connection)
        return known

    def test_is_the_mean_since_the_last_look(self, stats):
        now = [100.0]
        wait = PoolWait(clock=lambda: now[0])
        stats.update(requests_num=10, requests_wait_ms=1000)
        assert wait.ms() == 100
        stats.update(requests_num=12, requests_wait_ms=3000)
        assert wait.ms() == 100
        now[0] += shedding.POOL_LOOK_S
        assert wait.ms() == 1000
        now[0] += shedding.POOL_LOOK_S
        assert wait.ms() == 0

    def test_is_not_that_for_a_database_that_is_away(self, stats):
        now = [100.0]
        wait = PoolWait(clock=lambda: now[0])
        stats.update(requests_num=10, requests_wait_ms=9000, connections_errors=1)
        assert wait.ms() == 0
        # Between two tries of the pool: nothing new failed, and everybody waits.
        stats.update(requests_num=20, requests_wait_ms=30_000)
        now[0] += shedding.AWAY_S - 1
        assert wait.ms() == 0
        stats.update(requests_num=30, requests_wait_ms=40_000)
        now[0] += shedding.POOL_LOOK_S
        assert wait.ms() == 1000

    def test_is_nothing_without_a_pool(self, db):
        assert PoolWait().ms() == 0.0
