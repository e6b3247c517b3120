from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = _("Scores")

    def ready(self) -> None:
        import_module("scoring.subscribers")
        import_module("scoring.overrides")
        import_module("scoring.watched")
