import gc
from types import ModuleType

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from mainsite.lib import slow_queries


class MainsiteConfig(AppConfig):
    name = "mainsite"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        super().__init__(app_name, app_module)
        # Two thousand modules come with the apps, and stay: to look through them again
        # and again for what may be forgotten is a sixth of a start.
        gc.disable()

    def ready(self) -> None:
        gc.freeze()
        gc.enable()
        from mainsite import checks  # noqa: F401  registers them

        connection_created.connect(slow_queries.watch, dispatch_uid="slow_queries")
