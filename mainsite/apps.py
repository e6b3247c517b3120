from django.apps import AppConfig
from django.db.backends.signals import connection_created

from mainsite.lib import slow_queries


class MainsiteConfig(AppConfig):
    name = "mainsite"

    def ready(self) -> None:
        connection_created.connect(slow_queries.watch, dispatch_uid="slow_queries")
