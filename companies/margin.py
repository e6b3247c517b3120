"""The notes of the right margin, numbered in reading order as the page is made."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class MarginNote:
    number: int
    text: str
    cite: str = ""


@dataclass(kw_only=True)
class Margin:
    """Numbers go on from one section to the next; each section shows its own notes."""

    first: int = 1
    notes: list[MarginNote] = field(default_factory=list)

    def add(self, text: str, *, cite: str = "") -> int:
        """The number to call; the same note is written once, however often called."""
        for note in self.notes:
            if (note.text, note.cite) == (text, cite):
                return note.number
        number = self.first + len(self.notes)
        self.notes.append(MarginNote(number=number, text=text, cite=cite))
        return number

    @property
    def next(self) -> int:
        return self.first + len(self.notes)
