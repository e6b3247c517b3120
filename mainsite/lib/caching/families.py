"""What is kept, and by what names: a family per kind of value, a key per value."""

import hashlib
from dataclasses import dataclass
from random import random
from typing import Literal

PREFIX = "ma"
JITTER = 0.1
_SPAN = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Values of one kind, and how long they are good; times in seconds.

    ``negative_s`` and ``partial_s`` are for values that say "nothing" or only half.
    For ``stale_s`` more an old value is served while one caller makes a new one.
    ``local_s`` is how long a process believes its own copy without asking Redis: what
    another process invalidated is served that much longer; 0 keeps no copy.
    ``lock_s`` is the longest a value may take to be made, ``wait_s`` how long others
    wait for it. ``version`` goes up with each change of the value's form. ``jitter``
    spreads the ends by ten percent, "stable" by the key so that it is always the same.
    """

    name: str
    ttl_s: float
    negative_s: float = 60.0
    partial_s: float = 60.0
    stale_s: float = 0.0
    local_s: float = 0.0
    lock_s: float = 10.0
    wait_s: float = 10.0
    version: int = 1
    jitter: Literal["stable", "random"] = "random"

    def key(self, *parts: str, scope: str = "") -> "Key":
        return Key(family=self, name=":".join(parts), scope=scope)

    def life_s(self, kind: str, name: str) -> float:
        usual = {"negative": self.negative_s, "partial": self.partial_s}
        life_s = usual.get(kind, self.ttl_s)
        return life_s * (1 + JITTER * self._spread(name))

    def _spread(self, name: str) -> float:
        if self.jitter == "random":
            # Spreading ends is not a secret: an ordinary generator will do.
            return 2 * random() - 1  # noqa: S311
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        return 2 * int.from_bytes(digest, "big") / _SPAN - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One value: ``ma:answer:pappers:957520448:v1``, whole and readable.

    ``scope`` is what it tells of, whose version ends it at once: a company.
    """

    family: Family
    name: str
    scope: str = ""

    def __str__(self) -> str:
        return f"{PREFIX}:{self.family.name}:{self.name}:v{self.family.version}"

    @property
    def lock(self) -> str:
        return f"{PREFIX}:lock:{self.family.name}:{self.name}"

    @property
    def versions(self) -> tuple[str, ...]:
        """Under which counters a value holds: its family's, and its scope's."""
        own = version_of_family(self.family.name)
        return (own, version_of(self.scope)) if self.scope else (own,)


def version_of(scope: str) -> str:
    return f"{PREFIX}:version:{scope}"


def version_of_family(name: str) -> str:
    return version_of(f"family:{name}")
