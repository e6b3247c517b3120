"""The dozen lines that differ in tests; servers are real, given by bin/test."""

import os
import tempfile

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
# Each xdist worker has databases and keys of its own.
TEST_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
CACHES["default"]["KEY_PREFIX"] = f"test-{TEST_WORKER}"
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
LOGGING["root"]["level"] = "ERROR"
