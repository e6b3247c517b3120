"""The way in for programs: by token, under /api/, and nowhere else."""

import pytest
import redis
from django.http import JsonResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, include, path, reverse

from accounts import limits, throttle
from accounts.choices import Role, Scope
from accounts.models import AuditEntry, User
from accounts.tests.people import make_user, verified_client
from accounts.tests.tokens import bearing, make_token
from accounts.wall import for_tokens

ME = reverse("api:me")
CONTACTS_FROM = "203.0.113.0/24"


def closed(request):
    raise AssertionError("a view without a mark was called")


@for_tokens(scope=Scope.CONTACTS)
def contacts(request):
    return JsonResponse({"read": True})


@for_tokens(scope=Scope.ENRICH)
def enrich(request):
    return JsonResponse({"started": request.method})


@for_tokens(scope=None)
def broken(request):
    raise RuntimeError("as no view of ours does")


urlpatterns = [
    path("", include("mainsite.urls")),
    path("api/closed/", closed),
    path("api/contacts/", contacts),
    path("api/enrich/", enrich),
    path("api/broken/", broken),
]
handler500 = "mainsite.errors.server_error"
more_views = pytest.mark.urls(__name__)


@pytest.fixture
def caller(client, analyst, rf):
    """The analyst's program, which may read."""
    _token, secret = make_token(analyst, rf)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def assert_problem(answer, status, code):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["code"]) == (status, code)
    assert said["title"]


class TestMe:
    def test_says_what_the_token_is_and_may(self, caller):
        said = caller.get(ME).json()

        assert said["token"]["name"] == "Tableur"
        assert said["token"]["plan"] == "standard"
        assert said["scopes"] == ["read"]

    def test_counts_down_what_is_left(self, caller, settings):
        settings.RATE_LIMIT_SCALE = 1.0
        left = [caller.get(ME).json()["limits"][0]["left"] for _call in range(2)]

        assert left == [999, 998]

    def test_tells_nothing_of_the_secret_nor_of_the_owner(self, caller, analyst):
        text = caller.get(ME).text

        assert caller.defaults["HTTP_AUTHORIZATION"].split()[1] not in text
        assert analyst.email not in text

    def test_is_kept_nowhere(self, caller):
        answer = caller.get(ME)

        assert answer["Cache-Control"] == "no-store"
        assert "Authorization" in answer["Vary"]
        assert not answer.cookies

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
    def test_is_read_only(self, caller, method):
        answer = getattr(caller, method)(ME)

        assert_problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "GET, HEAD"


class TestWithoutAToken:
    def test_asks_for_one(self, client, db):
        answer = client.get(ME)

        assert_problem(answer, 401, "token_missing")
        assert answer["WWW-Authenticate"].startswith("Bearer realm=")

    @pytest.mark.parametrize(
        "header",
        [
            "Bearer",
            "Bearer ",
            "Bearer mai_" + "x" * 43,
            "Bearer mai_" + "é" * 43,
            "bearer " + "A" * 100_000,
            "Basic YTpi",
            "\x00",
        ],
        ids=lambda header: header[:20],
    )
    def test_nothing_else_opens(self, client, db, header):
        answer = client.get(ME, headers={"Authorization": header})

        assert_problem(answer, 401, "token_invalid")
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]

    def test_a_session_is_not_read(self, analyst_client):
        answer = analyst_client.get(ME)

        assert_problem(answer, 401, "token_missing")
        assert not answer.cookies

    def test_the_query_is_not_read(self, client, analyst, rf):
        _token, secret = make_token(analyst, rf)

        answer = client.get(ME, {"token": secret, "access_token": secret})

        assert_problem(answer, 401, "token_missing")

    def test_guesses_are_limited_and_good_tokens_are_not(self, caller, monkeypatch):
        limit = throttle.Limit("bad", 3, 60)
        monkeypatch.setattr(throttle, "BAD_TOKEN", limit)
        guesser = Client(headers={"Authorization": "Bearer mai_" + "x" * 43})
        for _guess in range(3):
            assert guesser.get(ME).status_code == 401

        answer = guesser.get(ME)

        assert_problem(answer, 429, "too_many_bad_tokens")
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert caller.get(ME).status_code == 200
        assert AuditEntry.objects.filter(action="token_refused").count() == 3

    def test_is_not_redirected_from_http(self, client, db, settings):
        settings.SECURE_SSL_REDIRECT = True

        assert_problem(Client().get(ME), 403, "https_required")


class TestElsewhere:
    """A token opens nothing that is not under /api/."""

    @pytest.mark.parametrize(
        "name",
        ["companies:list", "accounts:security", "accounts:tokens", "admin:index"],
    )
    def test_a_token_is_nobody(self, ops, rf, client, name):
        _token, secret = make_token(ops, rf)

        answer = client.get(reverse(name), headers=bearing(secret))

        assert answer.status_code == 302
        assert answer.url.startswith(reverse("accounts:sign_in"))

    @pytest.mark.parametrize("address", ["/API/v2.1/me/", "//api/v2.1/me/", "/api"])
    def test_variants_of_the_path_are_nothing(self, caller, address):
        assert caller.get(address).status_code in (301, 404)


class TestErrors:
    def test_an_unknown_address_is_a_problem(self, caller):
        assert_problem(caller.get("/api/v9/"), 404, "not_found")

    @more_views
    def test_so_is_a_fault_of_ours(self, caller):
        caller.raise_request_exception = False

        assert_problem(caller.get("/api/broken/"), 500, "server_error")

    @more_views
    def test_a_view_that_says_nothing_is_closed(self, caller):
        assert_problem(caller.get("/api/closed/"), 403, "not_for_tokens")


@more_views
class TestScopes:
    def test_a_missing_one_is_named(self, caller):
        answer = caller.post("/api/enrich/")

        assert_problem(answer, 403, "scope_missing")
        assert 'scope="enrich"' in answer["WWW-Authenticate"]

    def test_a_post_needs_no_cookie(self, analyst, rf):
        _token, secret = make_token(analyst, rf, scopes=[Scope.ENRICH])
        caller = Client(enforce_csrf_checks=True, headers=bearing(secret))

        assert caller.post("/api/enrich/").json() == {"started": "POST"}

    def test_never_more_than_the_owner_may_now(self, client, analyst, rf):
        _token, secret = make_token(analyst, rf, scopes=[Scope.ENRICH])
        User.objects.filter(pk=analyst.pk).update(role=Role.READ_ONLY)

        answer = client.post("/api/enrich/", headers=bearing(secret))

        assert_problem(answer, 403, "scope_missing")

    def test_contacts_come_from_their_network_only(self, db, rf):
        owner = make_user(may_read_contacts=True)
        scopes = [Scope.CONTACTS]
        _t, secret = make_token(owner, rf, scopes=scopes, networks=[CONTACTS_FROM])
        inside = Client(REMOTE_ADDR="203.0.113.77", headers=bearing(secret))
        spoofed = bearing(secret) | {"X-Forwarded-For": "203.0.113.77"}
        outside = Client(REMOTE_ADDR="198.51.100.1", headers=spoofed)

        assert inside.get("/api/contacts/").json() == {"read": True}
        assert_problem(outside.get("/api/contacts/"), 403, "network_not_allowed")
        User.objects.filter(pk=owner.pk).update(may_read_contacts=False)
        assert_problem(inside.get("/api/contacts/"), 403, "scope_missing")


class TestPace:
    @pytest.fixture(autouse=True)
    def true_figures(self, settings):
        settings.RATE_LIMIT_SCALE = 1.0
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "api_standard": (3, 3600)}
        client = redis.Redis.from_url(settings.REDIS_URL)
        for key in client.scan_iter("ma:window:*"):
            client.delete(key)

    def test_is_the_plans(self, caller):
        statuses = [caller.get(ME).status_code for _call in range(3)]

        answer = caller.get(ME)

        assert statuses == [200] * 3
        assert_problem(answer, 429, "too_many_api_standard")
        assert 3500 < int(answer["Retry-After"]) <= 3600
        assert answer["RateLimit-Policy"] == '"api_standard";q=3;w=3600'
        assert answer["RateLimit"].startswith('"api_standard";r=0;t=')

    def test_is_another_in_another_plan(self, client, analyst, rf):
        _token, secret = make_token(analyst, rf, plan="extended")
        answers = [client.get(ME, headers=bearing(secret)) for _call in range(5)]

        assert {answer.status_code for answer in answers} == {200}

    def test_counts_pages_and_calls_together(self, analyst, rf, settings):
        settings.RATE_LIMITS = {
            **settings.RATE_LIMITS,
            "reads": (4, 3600),
            "api_standard": (100, 3600),
        }
        web, (_token, secret) = verified_client(analyst), make_token(analyst, rf)
        program = Client(headers=bearing(secret))
        for caller, address in ((web, reverse("accounts:security")), (program, ME)):
            for _turn in range(2):
                assert caller.get(address).status_code == 200

        assert_problem(program.get(ME), 429, "too_many_reads")
        assert web.get(reverse("accounts:security")).status_code == 429

    def test_many_tokens_of_one_address_share_a_count(self, rf, db, monkeypatch):
        monkeypatch.setattr(limits, "PEOPLE_AT_AN_ADDRESS", 2)
        secrets = [make_token(make_user(), rf)[1] for _number in range(3)]
        clients = [Client(headers=bearing(secret)) for secret in secrets]
        statuses = [client.get(ME).status_code for client in clients for _ in range(3)]

        assert statuses == [200] * 6 + [429] * 3

    def test_goes_on_without_redis(self, caller, settings, monkeypatch):
        def away(*_):
            raise redis.ConnectionError

        monkeypatch.setattr("mainsite.lib.windows.take", away)
        monkeypatch.setattr("mainsite.lib.windows.used", away)

        answer = caller.get(ME)

        assert answer.status_code == 200
        assert {each["left"] for each in answer.json()["limits"]} == {None}


class TestEveryView:
    def test_wears_its_mark_under_api_and_nowhere_else(self):
        """The mark lets a POST in without its cookie: it has no place on a page."""
        marked, unmarked = set(), set()
        for name, view in views_of(get_resolver("mainsite.urls").url_patterns):
            (marked if hasattr(view, "token_scope") else unmarked).add(name)

        assert {name.partition(":")[0] for name in marked} == {"api"}
        assert not any(name.startswith("api:") for name in unmarked)


def views_of(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from views_of(pattern.url_patterns, inner)
        else:
            yield f"{prefix}{pattern.name}", pattern.callback
