"""All that leaves for another machine, and that nobody types where it goes.

Addresses of calls stand in settings, in the sources' own code, or in the environment of
the server (EXPORT_TARGET_…): no page takes one. A new door fails here until it is told.
"""

import ast
import re
from importlib import import_module
from pathlib import Path

from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models

APPS = ("accounts", "api", "companies", "enrichment", "scoring", "exports", "mainsite")
LIBRARIES = {
    *("aiohttp", "httpx", "requests", "urllib3", "ftplib", "smtplib", "telnetlib"),
    *("http.client", "urllib.request", "xmlrpc", "paramiko", "imaplib"),
    *("psycopg", "pymysql", "mlflow", "redis", "django_redis"),
    *("django.core.mail", "polars.io.database", "boto3"),
}
DOORS = {
    "accounts/letters.py": "EMAIL_URL, in the environment",
    "exports/delivering/database_mariadb.py": "EXPORT_TARGET_…, in the environment",
    "exports/delivering/database_postgres.py": "EXPORT_TARGET_…, in the environment",
    "mainsite/lib/addresses.py": "checks the addresses that outgoing dials",
    "mainsite/lib/outgoing.py": "the sources and Airtable, by name",
    "scoring/registry/tracking.py": "MLFLOW_TRACKING_URI, in the environment",
}
# Programs of their own, which answer and call nobody.
LISTENING = {"sandbox", "airtable_sandbox"}
_DIALS = re.compile(
    r"psycopg\.connect\(|socket\.(create_connection|socket)\(|MlflowClient\("
)
# The database, the queues and the cache of settings.
OURS = {"redis", "django_redis", "psycopg"}


def sources():
    for app in APPS:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if not {"tests", "migrations", *LISTENING} & set(path.parts):
                yield path, path.read_text(encoding="utf-8")


def imported(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def libraries_of(text):
    likely = {each for each in LIBRARIES if each.rpartition(".")[2] in text}
    return {
        library
        for name in (imported(text) if likely else ())
        for library in likely
        if name == library or name.startswith(f"{library}.")
    }


def test_every_door_is_told():
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for path, text in sources()
        # Another database than ours is dialled by name.
        if libraries_of(text) - OURS or _DIALS.search(text)
    }

    assert found == set(DOORS)


def test_no_row_holds_an_address_to_call():
    """The sites of companies are shown as links; they are never fetched."""
    held = {
        f"{model._meta.label}.{each.name}"
        for model in apps.get_models()
        for each in model._meta.get_fields()
        if isinstance(each, models.URLField)
        or each.name in {"url", "uri", "webhook", "callback", "endpoint", "website"}
    }

    assert held == {"companies.Company.website"}


def _subclasses(kind):
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def test_no_form_asks_for_an_address():
    # It leads to every view, hence to every form.
    import_module("mainsite.urls")
    fields = {
        f"{form.__module__}.{form.__name__}.{name}": field
        for form in _subclasses(forms.BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
    }

    assert len(fields) > 50
    assert [n for n, field in fields.items() if isinstance(field, forms.URLField)] == []
