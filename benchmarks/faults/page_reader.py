"""People who never stop reading, and every answer they got."""

import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

_PATIENCE_S = 60.0
_PAUSE_S = 0.25
_TOLD = re.compile("pas (pu être|été) lue|ne répond pas|Pas tout de suite")
CSRF = "k" * 32


@dataclass(frozen=True)
class Answer:
    at: float
    path: str
    status: int
    ms: float
    said: str
    retry_after: str

    @property
    def is_told(self) -> bool:
        """In the reader's words, and nothing of ours."""
        return bool(_TOLD.search(self.said)) and "Traceback" not in self.said


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


class Reader:
    def __init__(self, address: str, cookie: str) -> None:
        self.address = address
        self.paths = ["/", "/?tri=-ca", "/viviers/", "/exports/"]
        self._cookie = cookie
        self._answers: list[Answer] = []
        self._asking = False
        self._people: list[threading.Thread] = []

    def ask(
        self, path: str, form: dict[str, str] | None = None, *, signed_in: bool = True
    ) -> Answer:
        data = urllib.parse.urlencode(form, doseq=True).encode() if form else None
        request = urllib.request.Request(self.address + path, data=data)  # noqa: S310
        cookie = f"{self._cookie}; csrf={CSRF}" if signed_in else f"csrf={CSRF}"
        request.add_header("Cookie", cookie)
        request.add_header("X-CSRFToken", CSRF)
        began = time.monotonic()
        status, said, again = 0, "", ""
        try:
            with _OPENER.open(request, timeout=_PATIENCE_S) as answer:
                status, said = answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                status, said = error.code, error.read().decode(errors="replace")
                again = error.headers.get("Retry-After", "")
        except OSError as error:
            said = repr(error)
        now = time.monotonic()
        return Answer(now, path, status, 1000 * (now - began), said, again)

    def is_up(self) -> bool:
        return self.ask("/healthz").status == 200

    def start(self, people: int) -> None:
        self._answers, self._asking = [], True
        self._people = [
            threading.Thread(target=self._read, args=(turn,), daemon=True)
            for turn in range(people)
        ]
        for person in self._people:
            person.start()

    def stop(self) -> list[Answer]:
        self._asking = False
        for person in self._people:
            person.join()
        return self._answers

    def _read(self, turn: int) -> None:
        while self._asking:
            path = self.paths[turn % len(self.paths)]
            self._answers.append(self.ask(path))
            turn += 1
            time.sleep(_PAUSE_S)
