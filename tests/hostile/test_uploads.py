"""Bad files at the two doors that take some: refused whole or taken whole.

``HOSTILE_FILES`` says how many at both together (`make hostile`: 2,000).
"""

import logging
import os
import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tests.people import verified_client
from companies.imports import jobs
from companies.imports.models import Import
from companies.tests.makers import make_company
from enrichment.models import Batch, Item
from tests.hostile import bad_files
from tests.hostile.guards import undone

pytestmark = pytest.mark.django_db

COUNT = int(os.environ.get("HOSTILE_FILES", "40"))
# PostgreSQL counts what was written and taken back too: their rows are counted.
IN_ONE_TRANSACTION = {"enrichment_batch", "enrichment_item", "import_file"}
REFUSED = {400, 413, 422}


@pytest.fixture
def web(analyst, settings, tmp_path):
    settings.RATE_LIMIT_SCALE = 1_000_000
    settings.UPLOAD_DIR = tmp_path / "uploads"
    make_company("MÉCANIQUE DU LAC", siren="732829320")
    logging.disable(logging.CRITICAL)
    client = verified_client(analyst)
    client.raise_request_exception = False
    yield client
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def book():
    return bad_files.workbook()


def brought(web, address, field, data, name, **more):
    """The status, what a refusal left behind, and what broke behind the door."""
    # A browser sends no NUL in a name.
    file = SimpleUploadedFile(name.replace("\x00", ""), data)
    with undone(web) as written:
        answer = web.post(address, {field: file, **more})
        faults = list(follow(web, answer)) if answer.status_code == 302 else []
        left = {
            kind.__name__ for kind in (Import, Batch, Item) if kind.objects.exists()
        }
    return answer.status_code, left | written - IN_ONE_TRANSACTION, faults


def follow(web, answer):
    """What was taken is whole, and the pages and the job after it hold."""
    for imp in Import.objects.all():
        if web.get(answer.url).status_code >= 500:
            yield "reading"
        columns = reverse("companies:imports:columns", args=[imp.public_id])
        if web.get(columns).status_code >= 500:
            yield "columns"
        state = web.post(columns, {"objet": "companies", "champ-0": "siren"})
        if state.status_code >= 500:
            yield "mapping"
        jobs.check(import_id=imp.pk)
    for batch in Batch.objects.all():
        if web.get(answer.url).status_code >= 500:
            yield "batch"
        if not Item.objects.filter(batch=batch).exists():
            yield "a batch of nothing"


@pytest.mark.parametrize(
    ("name", "field"),
    [("companies:imports:new", "fichier"), ("enrichment:new", "file")],
)
def test_is_refused_whole_or_taken_whole(web, book, name, field):
    address, broken, taken = reverse(name), [], 0
    for seed in range(COUNT // 2):
        chance = random.Random(seed)
        data, file_name = bad_files.made(chance, book)
        more = {"objet": "companies"}
        status, left, faults = brought(web, address, field, data, file_name, **more)
        if status == 302:
            taken += 1
        elif status not in REFUSED or left:
            faults.append(f"{status}: left {sorted(left)}")
        if faults:
            broken.append((seed, file_name, faults))
    assert broken == []
    # Some are good in spite of all, else nothing behind the door was tried.
    assert 0 < taken < COUNT // 2


def test_a_table_of_contents_that_points_before_the_file_is_damage(web, book):
    """What one byte less in front of it makes of every workbook."""
    end = book.rindex(b"PK\x05\x06")
    start = int.from_bytes(book[end + 16 : end + 20], "little") + 400
    moved = book[: end + 16] + start.to_bytes(4, "little") + book[end + 20 :]
    address = reverse("companies:imports:new")
    for data in (moved, book[300:]):
        status, left, _faults = brought(
            web, address, "fichier", data, "x.xlsx", objet="companies"
        )
        assert (status, left) == (422, set())


def test_what_is_refused_leaves_no_file(web, book, settings):
    address = reverse("companies:imports:new")
    for data in (b"%PDF-1.7", b"", book[:500]):
        status, _left, _faults = brought(
            web, address, "fichier", data, "x.csv", objet="companies"
        )
        assert status in REFUSED
    assert not [path for path in settings.UPLOAD_DIR.rglob("*") if path.is_file()]
