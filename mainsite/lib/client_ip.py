"""The one answer to « which address is this request from ».

X-Forwarded-For is what a client says, except for the entries that proxies of ours
added at its right end. So the peer must be one of TRUSTED_PROXIES before the header
is read at all, and it is read from the right until the first stranger.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# A server behind a Unix socket sees no peer address; only a proxy of ours gets there.
UNIX_SOCKET = "unix"
# A home or an office holds a whole /64: one client, not 2^64 of them.
IPV6_CLIENT_PREFIX = 64


def client_ip(request: HttpRequest) -> str | None:
    """The address of the nearest machine that is not a proxy of ours, or None."""
    peer = _parse(request.META.get("REMOTE_ADDR", ""))
    if not _is_trusted_peer(peer, has_peer=bool(request.META.get("REMOTE_ADDR"))):
        return str(peer) if peer else None
    nearest = peer
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        address = _parse(hop)
        if address is None:
            break
        nearest = address
        if not _is_trusted(address):
            break
    return str(nearest) if nearest else None


def client_group(request: HttpRequest) -> str:
    """The address as limits count it: an IPv6 client may use its whole /64."""
    address = _parse(client_ip(request) or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_CLIENT_PREFIX), strict=False))
    return str(address) if address else "unknown"


def _is_trusted_peer(peer: Address | None, *, has_peer: bool) -> bool:
    if not has_peer:
        return UNIX_SOCKET in settings.TRUSTED_PROXIES
    return peer is not None and _is_trusted(peer)


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in _trusted_networks())


def _trusted_networks() -> list[Network]:
    return [ip_network(n) for n in settings.TRUSTED_PROXIES if n != UNIX_SOCKET]


def _parse(text: str) -> Address | None:
    """An address as proxies write it: with a port, brackets or an IPv4 in IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
