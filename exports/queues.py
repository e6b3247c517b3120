"""The dashboard of the queues, inside the administration only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django_rq import stats_views
from django_rq.admin import QueueAdmin
from django_rq.urls import get_admin_urlpatterns, get_api_urlpatterns

View = Callable[..., HttpResponse]


class QueuesAdmin(QueueAdmin):
    """django-rq's own, with every address behind the administration's check.

    Its statistics for machines would answer to ``is_staff`` or to a token in the
    address; the readiness probe tells machines what they need.
    """

    def get_urls(self) -> list[URLPattern]:
        statistics = [
            URLPattern(
                each.pattern, self._guarded(each.callback), each.default_args, each.name
            )
            for each in get_api_urlpatterns(name_prefix="django_rq_")
        ]
        pages: list[URLPattern] = get_admin_urlpatterns(
            name_prefix="django_rq_", view_wrapper=self._guarded
        )
        # The model has no table: of its own pages only the entry makes sense.
        name = "django_rq_dashboard_changelist"
        entry = path("", self._guarded(stats_views.stats), name=name)
        return [entry, *statistics, *pages]

    def _guarded(self, view: View) -> View:
        guarded = self.admin_site.admin_view(view)

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.current_app = self.admin_site.name
            return guarded(request, *args, **kwargs)

        return answer
