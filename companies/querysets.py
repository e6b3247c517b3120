"""Which rows: what a person may see, and words that read as a sentence."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User


class CompanyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        """The register is common to the installation: every user sees it."""
        return self if user.is_active else self.none()


class DeskQuerySet(models.QuerySet[Any]):
    """Rows of a desk: another desk's are not there, whoever asks."""

    def visible_to(self, user: "User") -> Self:
        if not user.is_active or user.desk_id is None:
            return self.none()
        return self.filter(desk_id=user.desk_id)

    def about(self, siren: str) -> Self:
        return self.filter(siren=siren)


class TargetListQuerySet(DeskQuerySet):
    def visible_to(self, user: "User") -> Self:
        return super().visible_to(user).present()

    def present(self) -> Self:
        """A deleted list is gone at once, whatever time its rows take to leave."""
        return self.filter(deleted_at__isnull=True)

    def followed(self) -> Self:
        return self.filter(is_followed=True)

    def deleted(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def with_size(self) -> Self:
        return self.annotate(size=models.Count("entries"))

    def by_name(self) -> Self:
        """Those the desk follows first."""
        return self.order_by("-is_followed", Lower("name"), "pk")


class ListChangeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> Self:
        """The changes of the lists that the user sees."""
        if not user.is_active or user.desk_id is None:
            return self.none()
        return self.filter(list__desk_id=user.desk_id, list__deleted_at__isnull=True)

    def pending(self) -> Self:
        return self.filter(state__in=("queued", "running"))

    def silent_for(self, delay: timedelta) -> Self:
        return self.filter(heartbeat_at__lt=timezone.now() - delay)

    def newest_first(self) -> Self:
        return self.order_by("-asked_at", "-pk")


class SavedSearchQuerySet(DeskQuerySet):
    def visible_to(self, user: "User") -> Self:
        """One's own, and what colleagues share."""
        mine = models.Q(owner_id=user.pk) | models.Q(is_shared=True)
        return super().visible_to(user).filter(mine)

    def with_author(self) -> Self:
        """What a link to each of them says, and nothing else of its row."""
        owner = ("owner__email", "owner__full_name")
        shown = ("public_id", "name", "query", "columns", "is_shared")
        return self.select_related("owner").only(*shown, *owner)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")
