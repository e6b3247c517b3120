"""Facts about accounts that somebody else acts on after commit."""

from dataclasses import dataclass

from mainsite.lib.events import Event


@dataclass(frozen=True, kw_only=True)
class LinkWaits(Event):
    """A link was made that its owner is to receive by mail."""

    link_id: int


@dataclass(frozen=True, kw_only=True)
class AccountTouched(Event):
    """Something was done to how a person comes in, which they must hear of."""

    user_id: int
    action: str


@dataclass(frozen=True, kw_only=True)
class AddressChanged(Event):
    """Operations gave an account another address: the former one hears of it too."""

    user_id: int
    former: str
