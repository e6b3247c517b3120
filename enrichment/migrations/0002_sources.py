from datetime import date

from django.conf import settings
from django.db import migrations

# Seven calls a second per address is the State's rule; the sandbox has none.
SOURCES = {
    "recherche_entreprises": {"rate_per_s": 7, "concurrency": 25, "reuse_days": 7},
    "pappers": {"rate_per_s": 20, "concurrency": 20, "reuse_days": 1},
}
SANDBOX_PRICE_EUR = "0.10"


def write_sources(apps, schema_editor):
    provider_model = apps.get_model("enrichment", "Provider")
    is_sandbox = settings.PROVIDERS == "sandbox"
    for name, fields in SOURCES.items():
        if is_sandbox:
            fields = fields | {"rate_per_s": None, "concurrency": 25}
        provider_model.objects.get_or_create(name=name, defaults=fields)
    if is_sandbox:
        # A price of the sandbox only: a live one is ops' to enter.
        apps.get_model("enrichment", "ProviderPrice").objects.get_or_create(
            provider_id="pappers",
            valid_from=date(2026, 1, 1),
            defaults={"token_eur": SANDBOX_PRICE_EUR},
        )


class Migration(migrations.Migration):
    dependencies = [("enrichment", "0001_ledger")]
    operations = [migrations.RunPython(write_sources, migrations.RunPython.noop)]
