"""The doors of programs; ``accounts.bearer`` has let them in."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts import bearer, limits, tokens
from accounts.wall import for_tokens


@for_tokens(scope=None)
@require_safe
def me(request: HttpRequest) -> JsonResponse:
    """Which token this is, what it may, how often still."""
    token = bearer.token_of(request)
    return JsonResponse(
        {
            "token": {
                "id": str(token.public_id),
                "name": token.name,
                "prefix": token.prefix,
                "plan": token.plan,
                "expires_at": token.expires_at.isoformat(),
            },
            "scopes": tokens.scopes_of(token),
            "limits": [
                {
                    "name": each.limit.name,
                    "limit": each.limit.most,
                    "window_s": each.limit.period_s,
                    "left": each.count,
                }
                for each in limits.left_for(token)
            ],
        }
    )
