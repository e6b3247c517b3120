"""The dozen lines that differ in tests; servers are real, given by bin/test."""

import os
import tempfile
from urllib.parse import urlsplit

os.environ.setdefault("SECRET_KEY", "t" * 64)
os.environ.setdefault("FIELD_KEY", "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=")
os.environ.setdefault("PEPPER", "p" * 64)
os.environ.setdefault("INSECURE_HTTP", "1")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="ma-test-"))

from mainsite.settings import *

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
# A hash of a millisecond: who comes in is tested, not how slow Argon2 is.
PASSWORD_HASHERS = ["accounts.tests.hashers.QuickArgon2PasswordHasher"]
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = ""
# They all come from one address, and one process outlives many databases.
REMEMBER_BLOCKED = False
# All tests come from one address; those of limits set the true figures again.
RATE_LIMIT_SCALE = 1000.0
# Each xdist worker has databases of its own, in PostgreSQL and in both Redis: what a
# test empties is nobody else's.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
_NUMBER = int(_WORKER.removeprefix("gw")) % 15 + 1


def _numbered(url: str) -> str:
    return urlsplit(url)._replace(path=f"/{_NUMBER}").geturl()


REDIS_URL = _numbered(REDIS_URL)
REDIS_CACHE_URL = _numbered(REDIS_CACHE_URL)
CACHES["default"]["LOCATION"] = REDIS_CACHE_URL
for _queue in RQ_QUEUES.values():
    _queue["URL"] = REDIS_URL
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
LOGGING["root"]["level"] = "ERROR"
