"""The gazette's day, read page by page from a real local server."""

import json
import threading
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from companies.models import SourceReading, Target
from enrichment import jobs, watch
from enrichment.models import Answer, Batch, Call, Item, Provider, SourceDay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sources")]
NIGHT = date(2026, 11, 23)


class Gazette:
    """Notices by day and part; each a text as the portal writes `registre`."""

    def __init__(self):
        self.days = {}
        self.asked = []
        self.status = 200
        gazette = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                body = gazette.answer({k: v[0] for k, v in query.items()})
                self.send_response(gazette.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, query):
        self.asked.append(query)
        day, part = query["where"][18:28], query["where"][-2]
        rows = self.days.get((day, part), [])
        start = int(query["offset"])
        results = [{"registre": row} for row in rows[start : start + 100]]
        return json.dumps({"total_count": len(rows), "results": results}).encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def gazette(settings):
    played = Gazette()
    settings.SANDBOX_URL = played.url
    yield played
    played.close()


@pytest.fixture
def held(companies):
    numbers = companies(4)
    Target.objects.bulk_create(Target(siren=siren) for siren in numbers)
    return numbers


def spaced(siren):
    return f"{siren},{siren[:3]} {siren[3:6]} {siren[6:]}"


def read_at(siren, moment):
    SourceReading.objects.create(
        siren=siren, source="bodacc", status="found", retrieved_at=moment
    )


def test_only_our_companies_of_the_last_days_are_asked_about(gazette, held, sirens):
    stranger = sirens(9)[-1]
    gazette.days = {
        ("2026-11-22", "A"): [[held[0], f"{held[0][:3]} {held[0][3:]}"]],
        ("2026-11-20", "C"): [spaced(stranger)] * 150 + [spaced(held[1])],
        ("2026-11-19", "A"): [spaced(held[2])],
    }
    assert watch.watch_events(night=NIGHT) == 2
    batch = Batch.objects.get()
    assert set(batch.items.values_list("siren", "source")) == {
        (held[0], "bodacc"),
        (held[1], "bodacc"),
    }
    # Four days in three parts, one of them on two pages, all counted in the day's.
    assert len(gazette.asked) == 13
    assert SourceDay.objects.get(source="bodacc").calls == 13


def test_what_was_read_since_is_left_alone(gazette, held):
    gazette.days = {("2026-11-20", "A"): [spaced(siren) for siren in held]}
    noon = timezone.make_aware(datetime(2026, 11, 20, 12))
    # The notice may have come out after noon; on the day after it was there.
    read_at(held[0], noon)
    read_at(held[1], noon + timedelta(days=1))
    assert watch.watch_events(night=NIGHT) == 3
    assert held[1] not in Item.objects.values_list("siren", flat=True)


def test_older_answers_are_good_no_longer(gazette, held):
    gazette.days = {("2026-11-23", "B"): [spaced(held[0])]}
    call = Call.objects.create(siren=held[0], source="bodacc", state="free")
    now = timezone.now()
    Answer.objects.create(
        siren=held[0],
        source="bodacc",
        call=call,
        status="found",
        raw=b"{}",
        sha256="a" * 64,
        http_status=200,
        fetched_at=now - timedelta(hours=3),
        expires_at=now + timedelta(hours=20),
    )
    watch.watch_events(night=NIGHT)
    assert not Answer.objects.fresh().exists()


def test_twice_in_a_night_is_once(gazette, held):
    gazette.days = {("2026-11-23", "B"): [spaced(held[0])]}
    assert watch.watch_events(night=NIGHT) == 1
    assert watch.watch_events(night=NIGHT) == 0


def test_a_gazette_that_fails_is_for_the_next_night(gazette, held):
    gazette.status = 503
    assert watch.watch_events(night=NIGHT) == 0
    assert not Batch.objects.exists()


@pytest.mark.parametrize("fields", [{"is_enabled": False}, {"is_held": True}])
def test_ops_may_stop_it(gazette, held, fields):
    Provider.objects.filter(pk="bodacc").update(**fields)
    jobs.watch_events()
    assert gazette.asked == []


def test_the_sandbox_answers_to_a_day(sandbox, held):
    assert watch.watch_events() == 0
    assert SourceDay.objects.get(source="bodacc").calls == 12
