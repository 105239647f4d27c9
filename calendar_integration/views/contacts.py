"""The contact directory."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import query_text, signed_in_user
from calendar_integration import contacts
from calendar_integration.mailbox_status.status_reading import mailbox_status

PAGE_SIZE = 50


@require_GET
def contact_list(request: HttpRequest) -> HttpResponse:
    """The person's contacts, fifty a page, searched by name, company or e-mail."""
    user = signed_in_user(request)
    words = query_text(request, "q", longest=200)
    paginator = Paginator(contacts.of_user(user, words), PAGE_SIZE)
    status = mailbox_status(user)
    context = {
        "status": status,
        "is_empty": status.has_nothing_to_show,
        "page": paginator.get_page(request.GET.get("page")),
        "words": words,
    }
    return render(request, "calendar_integration/contacts.html", context)
