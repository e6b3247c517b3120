"""What a profile can become for a desk: files of its formats, and places to send to."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exports import destinations
from exports.models import (
    Destination,
    DestinationKind,
    Format,
    Profile,
    WriteMode,
)
from exports.profiles import FORMATS

# Profiles whose rows a kind of destination understands.
SENT_TO = {
    Profile.AIRTABLE: DestinationKind.AIRTABLE,
    Profile.SQL: DestinationKind.DATABASE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    format: str
    destination: Destination | None = None

    @property
    def code(self) -> str:
        place = f"-{self.destination.pk}" if self.destination else ""
        return f"{self.format}{place}"

    @property
    def label(self) -> str:
        kind = str(Format(self.format).label)
        if self.destination is None:
            return kind
        given = {"kind": kind, "name": self.destination.name}
        if self.format == Format.DELIVERY:
            mode = WriteMode(self.destination.mode).label
            return _("Envoi à « %(name)s » : %(mode)s") % {**given, "mode": mode}
        return _("%(kind)s, et une copie dans « %(name)s »") % given


def of(profile: str, *, desk_id: int | None) -> list[Output]:
    """The plain files first; a profile that is only sent may have none."""
    files = [Output(format=each) for each in FORMATS[profile]]
    return [*files, *_elsewhere(profile, desk_id)]


def _elsewhere(profile: str, desk_id: int | None) -> Iterator[Output]:
    for destination in destinations.open_to(desk_id):
        if destination.kind == DestinationKind.STORAGE:
            for each in FORMATS[profile]:
                yield Output(format=each, destination=destination)
        elif destination.kind == SENT_TO.get(Profile(profile)):
            yield Output(format=Format.DELIVERY, destination=destination)
