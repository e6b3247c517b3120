"""Which rows: what a person may see, and words that read as a sentence."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

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
