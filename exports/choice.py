"""How a selection is written: with its query, all that defines an export."""

from dataclasses import dataclass

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


def of(made: Export | ExportSchedule) -> Choice:
    """The one an earlier export, or each of a schedule's, was made by."""
    return Choice(
        profile=made.profile,
        format=made.format,
        columns=tuple(made.columns),
        with_contacts=made.with_contacts,
        destination=made.destination,
    )
