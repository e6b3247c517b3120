import pytest

from mainsite.lib import strict_json


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b'{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        (b'\xef\xbb\xbf{"a": "\xc3\xa9"}', {"a": "é"}),
    ],
)
def test_reads_json(body, document):
    assert strict_json.decode(body) == document


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html></html>",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "a": 2}}',
        b"[" * 100_000 + b"]" * 100_000,
        '{"a": "é"}'.encode("latin-1"),
        '{"a": "é"}'.encode("utf-16"),
        b'{"a": 1} trailing',
        b'{"a": ' + b"1" * 5000 + b"}",
    ],
)
def test_refuses_what_would_hurt_later(body):
    with pytest.raises(strict_json.NotJson) as caught:
        strict_json.decode(body)

    assert not caught.value.is_cut


@pytest.mark.parametrize(
    "body", [b"", b'{"a": "b', b'{"a": [1, 2', b'{"a":', '{"a": "é'.encode()[:-1]]
)
def test_tells_an_answer_cut_short(body):
    with pytest.raises(strict_json.NotJson) as caught:
        strict_json.decode(body)

    assert caught.value.is_cut
