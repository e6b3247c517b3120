"""django-import-export as its manual says for large files, in its own environment.

Twice: into a flat table of text, no cell looked at, which is the least it can do; and
into the product's own ``company``, its cells checked by the library's means.
"""

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
path, url, is_checked = sys.argv[1], sys.argv[2], sys.argv[3] == "checked"
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
if is_checked:
    from django.core.validators import MinValueValidator, RegexValidator
    from django.utils import timezone
    from import_export import fields, widgets
    def text(**how):
        return models.TextField(blank=True, default="", **how)
    class Company(models.Model):
        siren = models.IntegerField(primary_key=True)
        siret = models.BigIntegerField(null=True, blank=True)
        name = models.TextField()
        trade_name, acronym, address, commune, website = (text() for _ in range(5))
        legal_form = text(validators=[RegexValidator("^([0-9]{4})?$")])
        naf_code = text(validators=[RegexValidator("^[0-9]{4}[A-Z]$")])
        postal_code = text(validators=[RegexValidator("^[0-9]{5}$")])
        headcount_band, naf25_code, category, commune_code = (text() for _ in range(4))
        created_on = models.DateField(null=True, blank=True)
        capital_eur = models.BigIntegerField(
            null=True, blank=True, validators=[MinValueValidator(0)])
        is_active = models.BooleanField(default=True)
        diffusion = models.TextField(default="O")
        source = models.TextField(default="import")
        source_file = models.TextField(default="peer.csv")
        registered_at = models.DateTimeField(default=timezone.now)
        class Meta:
            app_label, managed, db_table = "peer", False, "company"
    def has_key(digits):
        twice = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
        return sum(n - 9 if n > 9 else n for n in twice) % 10 == 0
    class Number(widgets.Widget):
        def clean(self, value, row=None, **kwargs):
            if not value.isdigit() or not has_key(value):
                raise ValueError(value)
            return int(value)
    class Euros(widgets.Widget):
        def clean(self, value, row=None, **kwargs):
            plain = value.replace(" ", "").replace(",", ".")
            return round(float(plain)) if plain else None
    class Vat(widgets.Widget):
        def clean(self, value, row=None, **kwargs):
            siren = int(value[4:])
            if int(value[2:4]) != (12 + 3 * (siren % 97)) % 97:
                raise ValueError(value)
            return int(row["c0"])
    BANDS = [(0, "00"), (2, "01"), (5, "02"), (9, "03"), (19, "11"), (49, "12"),
             (99, "21"), (199, "22"), (249, "31"), (499, "32")]
    class Band(widgets.Widget):
        def clean(self, value, row=None, **kwargs):
            people = int(value)
            return next(code for most, code in BANDS if people <= most)
    def column(number, name, widget=None):
        return fields.Field(
            column_name=f"c{number}", attribute=name,
            widget=widget or widgets.CharWidget())
    class RowResource(resources.ModelResource):
        # Looked at before the company is looked for.
        vat = column(14, "siren", Vat())
        siren = column(0, "siren", Number())
        siret = column(1, "siret", Number())
        name = column(2, "name")
        trade_name = column(3, "trade_name")
        acronym = column(4, "acronym")
        legal_form = column(5, "legal_form")
        created_on = column(6, "created_on", widgets.DateWidget("%d/%m/%Y"))
        address = column(7, "address")
        postal_code = column(8, "postal_code")
        commune = column(9, "commune")
        naf_code = column(10, "naf_code")
        headcount_band = column(11, "headcount_band", Band())
        capital_eur = column(12, "capital_eur", Euros())
        website = column(13, "website")
        class Meta:
            model = Company
            import_id_fields = ("siren",)
            use_bulk = True
            batch_size = 1000
            skip_diff = True
            skip_html_diff = True
            use_transactions = True
            clean_model_instances = True
    Row = Company
else:
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
if not is_checked:
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
if not is_checked:
    with connection.schema_editor() as editor:
        editor.delete_model(Row)
print(len(data) / took)
"""


def rows_per_s(path: Path, url: str, *, is_checked: bool) -> float:
    """``is_checked``: into ``company``, which is empty; else into a table of its own.

    The second has no index but its key.
    """
    way = "checked" if is_checked else "flat"
    command = [str(_installed()), "-c", _SCRIPT, str(path), url, way]
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
