"""Which addresses our calls may reach: public ones, every one of them checked.

A name is resolved once; the connection goes to the addresses that were checked, so that
a name server which answers otherwise a moment later changes nothing.
"""

import ipaddress
import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

LOOPBACK_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
# An IPv4 address in IPv6's clothes is judged as itself.
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


class NotPublic(OSError):
    """A name led to an address of this machine or of a private network."""


def is_public(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not getattr(address, "is_site_local", False)
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


class CheckedResolver(AbstractResolver):
    """One bad address among several refuses the name.

    ``local``: names that settings say are of this machine (a sandbox of ours).
    """

    def __init__(self, *, local: Collection[str] = ()) -> None:
        self._local = frozenset(local)
        self._resolver = ThreadedResolver()

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        is_allowed = is_loopback if host in self._local else is_public
        if not found or not all(is_allowed(each["host"]) for each in found):
            raise NotPublic(f"{host} is no public address")
        return found

    async def close(self) -> None:
        await self._resolver.close()
