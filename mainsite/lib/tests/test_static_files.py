from whitenoise.storage import CompressedManifestStaticFilesStorage

from mainsite.lib.static_files import RememberedAddresses


def test_an_address_is_worked_out_once(monkeypatch):
    asked = []

    def url(self, name, force=False):
        asked.append((name, force))
        return f"/static/{name}"

    monkeypatch.setattr(CompressedManifestStaticFilesStorage, "url", url)
    storage = RememberedAddresses()
    told = [storage.url(name) for name in ("a.css", "b.css", "a.css")]
    assert told == ["/static/a.css", "/static/b.css", "/static/a.css"]
    assert asked == [("a.css", False), ("b.css", False)]
    storage.url("a.css", force=True)
    assert asked[2:] == [("a.css", True)]
