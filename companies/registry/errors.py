"""What can be wrong with a file, said to the person who gave it."""

from companies.registry.report import LoadReport


class RegistryFileError(Exception):
    """The file cannot be read; the message is French and meant for the screen."""


class LoadInterruptedError(RegistryFileError):
    """Reading failed on the way: what ``report`` counts is stored for good."""

    def __init__(self, message: str, report: LoadReport) -> None:
        super().__init__(message)
        self.report = report
