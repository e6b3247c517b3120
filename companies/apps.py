from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompaniesConfig(AppConfig):
    name = "companies"
    verbose_name = _("Sociétés")

    def ready(self) -> None:
        import_module("companies.imports.subscribers")
        import_module("companies.watched")
