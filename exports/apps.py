import importlib

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    name = "exports"
    verbose_name = _("Exports")

    def ready(self) -> None:
        importlib.import_module("exports.subscribers")
        importlib.import_module("exports.watched")
