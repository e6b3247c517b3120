"""django-import-export as its manual says for large files, in its own environment."""

import subprocess
from pathlib import Path

from benchmarks.peers.environments import interpreter
from benchmarks.peers.rows import UnavailableError

__all__ = ["UnavailableError", "rows_per_s"]

VERSION = "4.4.3"
_SCRIPT = """
import csv, sys, time
import django
from django.conf import settings
path, url = sys.argv[1], sys.argv[2]
from psycopg.conninfo import conninfo_to_dict
facts = conninfo_to_dict(url)
settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": facts["dbname"],
        "USER": facts.get("user", ""), "PASSWORD": facts.get("password", ""),
        "HOST": facts.get("host", ""), "PORT": facts.get("port", ""),
    }},
    INSTALLED_APPS=["import_export"], USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.db import connection, models
import tablib
from import_export import resources
with open(path, encoding="utf-8", newline="") as file:
    names = next(csv.reader(file, delimiter=";"))
fields = {f"c{i}": models.TextField(default="") for i in range(1, len(names))}
class Meta:
    app_label = "peer"
Row = type("Row", (models.Model,), {
    "__module__": "peer", "Meta": Meta,
    "c0": models.CharField(max_length=9, primary_key=True), **fields})
class RowResource(resources.ModelResource):
    class Meta:
        model = Row
        import_id_fields = ("c0",)
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        use_transactions = True
with connection.schema_editor() as editor:
    editor.create_model(Row)
began = time.perf_counter()
with open(path, encoding="utf-8", newline="") as file:
    text = file.read().partition("\\n")[2]
data = tablib.Dataset().load(
    ";".join(f"c{i}" for i in range(len(names))) + "\\n" + text, format="csv",
    delimiter=";")
result = RowResource().import_data(data, dry_run=False, raise_errors=True)
took = time.perf_counter() - began
assert Row.objects.count() == len(data)
with connection.schema_editor() as editor:
    editor.delete_model(Row)
print(len(data) / took)
"""


def rows_per_s(path: Path, url: str) -> float:
    """Into a flat table without an index but its key: kind to it."""
    command = [str(_installed()), "-c", _SCRIPT, str(path), url]
    done = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603
    if done.returncode:
        raise UnavailableError(done.stderr[-600:])
    return float(done.stdout.splitlines()[-1])


def _installed() -> Path:
    return interpreter(
        f"django-import-export-{VERSION}",
        f"django-import-export=={VERSION}",
        "psycopg[binary]==3.*",
    )
