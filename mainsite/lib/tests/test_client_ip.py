import pytest

from mainsite.lib.client_ip import client_group, client_ip


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        ([], "203.0.113.5", None, "203.0.113.5"),
        ([], "203.0.113.5", "6.6.6.6", "203.0.113.5"),
        ([], "203.0.113.5", "not-an-ip", "203.0.113.5"),
        (["10.0.0.0/8"], "203.0.113.5", "6.6.6.6", "203.0.113.5"),
        (["10.0.0.0/8"], "10.0.0.1", None, "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "203.0.113.5", "203.0.113.5"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, not-an-ip", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "not-an-ip, 10.0.0.2", "10.0.0.2"),
        (["10.0.0.0/8"], "10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        (["10.0.0.0/8"], "10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
        (["10.0.0.0/8"], "10.0.0.1", ", ,", "10.0.0.1"),
        (["unix"], "", "203.0.113.5", "203.0.113.5"),
        ([], "", "203.0.113.5", None),
        (["2001:db8::/32"], "2001:db8::9", "fe80::1%eth0", "fe80::1"),
    ],
)
def test_trusts_only_our_own_proxies(rf, settings, trusted, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = trusted
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = rf.get("/", REMOTE_ADDR=peer, headers=headers)

    assert client_ip(request) == expected


@pytest.mark.parametrize(
    ("peer", "group"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_an_ipv6_network_is_one_client(rf, peer, group):
    assert client_group(rf.get("/", REMOTE_ADDR=peer)) == group
