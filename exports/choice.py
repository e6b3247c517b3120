"""How a selection is written: with its query, all that defines an export."""

from dataclasses import dataclass, replace
from typing import Self

from exports.models import Destination, Export, ExportSchedule, Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``destination`` None: a file kept here."""

    profile: str
    format: str
    columns: tuple[str, ...]
    with_contacts: bool = False
    destination: Destination | None = None

    @property
    def is_delivery(self) -> bool:
        """Rows go to a destination, and no file is made."""
        return self.format == Format.DELIVERY

    @property
    def tried(self) -> Self:
        """The dry run of a delivery.

        A format of its own: a worker of a release before it fails, and sends nothing.
        """
        return replace(self, format=Format.TRIAL)


def of(made: Export | ExportSchedule) -> Choice:
    """The one an earlier export, or each of a schedule's, was made by."""
    return Choice(
        profile=made.profile,
        format=made.format,
        columns=tuple(made.columns),
        with_contacts=made.with_contacts,
        destination=made.destination,
    )
