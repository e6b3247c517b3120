"""Which rows: what a person may see, and words that read as a sentence."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Lower

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
    def by_name(self) -> Self:
        """Those the desk follows first."""
        return self.order_by("-is_followed", Lower("name"), "pk")


class SavedSearchQuerySet(DeskQuerySet):
    def visible_to(self, user: "User") -> Self:
        """One's own, and what colleagues share."""
        mine = models.Q(owner_id=user.pk) | models.Q(is_shared=True)
        return super().visible_to(user).filter(mine)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")
