"""Adding, changing, ordering and deleting the rules of the mapping. For owners and admins."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import require_admin
from accounts.views.confirming import confirmation, confirmed
from sso.mapping import listing, writing
from sso.mapping.forms import RuleForm, initial_of
from sso.mapping.writing import DuplicateRuleError, TooManyRulesError
from sso.models import MappingRule

STEPS = {"up": -1, "down": 1}


@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """Add a rule."""
    user = require_admin(request)
    form = RuleForm(request.POST if request.method == "POST" else None, account=user.account)
    if request.method == "POST" and form.is_valid():
        rule = _added(request, user, form)
        if rule is not None:
            _say_saved(request, user, rule)
            return redirect(_address(rule))
    return _rule_page(request, user, form)


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Let a rule say something else, or stand elsewhere."""
    user = require_admin(request)
    known = _rule_of(user, rule_id)
    initial = initial_of(known, listing.place_of(known))
    form = RuleForm(request.POST if request.method == "POST" else None, account=user.account, initial=initial)
    if request.method == "POST" and form.is_valid() and _changed(request, user, known, form):
        known.refresh_from_db()
        _say_saved(request, user, known)
        return redirect(_address(known))
    return _rule_page(request, user, form, known)


@require_http_methods(["GET", "POST"])
def delete_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Delete a rule, after asking."""
    user = require_admin(request)
    known = _rule_of(user, rule_id)
    if request.method == "GET":
        return confirmation(request, "sso/mapping/_delete.html", {"rule": known, "title": "Delete rule"})
    try:
        writing.delete(known, actor=user, request=request)
    except MappingRule.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, "The rule is deleted. Nobody's role or groups have changed.")
    return confirmed(request, reverse("sso_mapping"))


@require_POST
def move_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Move a rule one place up or down."""
    user = require_admin(request)
    known = _rule_of(user, rule_id)
    try:
        writing.move(known, STEPS.get(request.POST.get("to", ""), 0), actor=user, request=request)
        known.refresh_from_db(fields=["position"])
    except MappingRule.DoesNotExist as error:
        raise Http404 from error
    return redirect(_address(known))


def _rule_page(request: HttpRequest, user: User, form: RuleForm, known: MappingRule | None = None) -> HttpResponse:
    context = {
        "form": form,
        "rule": known,
        "attributes": listing.known_attributes(user.account),
        "groups": listing.group_names(user.account),
        "owners": listing.owners_of(user.account),
    }
    return render(request, "sso/mapping/rule.html", context, status=422 if form.errors else 200)


def _added(request: HttpRequest, user: User, form: RuleForm) -> MappingRule | None:
    """The new rule, or nothing and a message in the form."""
    place = form.cleaned_data["place"]
    try:
        return writing.add(user.account, form.content, place=place, actor=user, request=request)
    except DuplicateRuleError as error:
        form.is_duplicate(error.place)
    except TooManyRulesError:
        form.add_error(None, f"An account can have {writing.MOST_RULES} rules. Delete one that is no longer needed.")
    return None


def _changed(request: HttpRequest, user: User, known: MappingRule, form: RuleForm) -> bool:
    """Whether it was saved; if not, the form says why. Raises Http404 where somebody deleted it meanwhile."""
    try:
        writing.change(known, form.content, place=form.cleaned_data["place"], actor=user, request=request)
    except DuplicateRuleError as error:
        form.is_duplicate(error.place)
        return False
    except MappingRule.DoesNotExist as error:
        raise Http404 from error
    return True


def _say_saved(request: HttpRequest, user: User, rule: MappingRule) -> None:
    messages.success(request, "The rule is saved. It counts from the next sign-in.")
    people = listing.newly_decided(user.account, rule.group)
    if people:
        who = "The 1 person in it leaves it" if people == 1 else f"The {people} people in it leave it"
        messages.warning(
            request,
            f"Rules now decide who is in {rule.group}. {who} at the next sign-in if no rule matches then.",
        )


def _rule_of(user: User, rule_id: int) -> MappingRule:
    rules = MappingRule.objects.select_related("account", "group")
    return get_object_or_404(rules, account=user.account_id, pk=rule_id)


def _address(rule: MappingRule) -> str:
    """The page of the list on which the rule stands, scrolled to it."""
    page = (rule.position - 1) // listing.PAGE + 1
    return f"{reverse('sso_mapping')}{f'?page={page}' if page > 1 else ''}#rule-{rule.pk}"
