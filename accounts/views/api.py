"""The part of the JSON API that says who is asking."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from accounts.models import User


@require_GET
@login_not_required
def me(request: HttpRequest) -> JsonResponse:
    """Who is signed in: id, email, name and account; 401 for nobody."""
    user = request.user
    if not isinstance(user, User):
        return JsonResponse({"error": "not_signed_in"}, status=401)
    return JsonResponse(
        {
            "id": user.pk,
            "email": user.email,
            "name": user.name,
            "account": {"vanity": user.account.vanity, "name": user.account.name},
        }
    )
