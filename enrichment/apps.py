import importlib
from typing import Any

from django.apps import AppConfig
from django.apps import apps as registry
from django.core.exceptions import FieldDoesNotExist
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EnrichmentConfig(AppConfig):
    name = "enrichment"
    verbose_name = _("Enrichissement")

    def ready(self) -> None:
        importlib.import_module("enrichment.subscribers")
        importlib.import_module("enrichment.watched")
        post_migrate.connect(ensure_sources, sender=self)


def ensure_sources(apps: Any = registry, **kwargs: Any) -> None:
    """A new source is one folder: its row comes by itself with the next migration."""
    try:
        apps.get_model("enrichment", "Provider")._meta.get_field("reuse_hours")
    except (LookupError, FieldDoesNotExist):
        # Migrated to an earlier state, whose table is another.
        return
    with importlib.import_module("accounts.edits").unnoticed():
        importlib.import_module("enrichment.sources").ensure_rows()
        importlib.import_module("enrichment.money_rows").ensure_default_budget()
