"""The read side of contacts."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from calendar_integration.models import Contact


def of_user(user: User, words: str = "") -> QuerySet[Contact]:
    """The person's own contacts by name; with words, those that have each of them in some column."""
    contacts = Contact.objects.filter(connection__user=user, connection__to_forget=False)
    for word in words.split()[:10]:
        contacts = contacts.filter(
            Q(name__icontains=word)
            | Q(company__icontains=word)
            | Q(job_title__icontains=word)
            | Q(emails__icontains=word)
            | Q(phones__icontains=word)
        )
    return contacts.order_by(Lower("name"), "pk")
