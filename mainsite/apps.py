from django.apps import AppConfig
from django.db.backends.signals import connection_created

from mainsite.lib import slow_queries


class MainsiteConfig(AppConfig):
    name = "mainsite"

    def ready(self) -> None:
        from mainsite import checks  # noqa: F401  registers them

        connection_created.connect(slow_queries.watch, dispatch_uid="slow_queries")
