import importlib

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrichmentConfig(AppConfig):
    name = "enrichment"
    verbose_name = _("Enrichissement")

    def ready(self) -> None:
        importlib.import_module("enrichment.subscribers")
