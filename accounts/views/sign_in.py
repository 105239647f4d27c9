"""Signing in with e-mail and password, and out again."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator

from accounts import audit, extensions
from accounts.forms.sign_in import PasswordSignInForm
from accounts.models import Account, AuditAction, User
from accounts.requests import signed_in_user
from accounts.signing_in import break_glass, password_policy


@method_decorator(login_not_required, name="dispatch")  # so that a session that has ended can be left as well
class SignOutView(auth_views.LogoutView):
    """Leaving Atrium, and the identity provider as well only where that offers it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session and say what that means, or go on to where that is said."""
        onward = extensions.farewell_path(request, request.user) if isinstance(request.user, User) else ""
        response = super().post(request, *args, **kwargs)
        if onward:
            return HttpResponseRedirect(onward)
        messages.info(request, "You are signed out of Atrium. Your company's single sign-on may still know you.")
        return response


@method_decorator(login_not_required, name="dispatch")
class PasswordSignInView(auth_views.LoginView):
    """Django's own sign-in, for everyone or at one account's address."""

    template_name = "accounts/sign_in.html"
    authentication_form = PasswordSignInForm
    redirect_authenticated_user = True

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows the account of an address such as /sign-in/contoso/."""
        return {**super().get_form_kwargs(), "vanity": self.kwargs.get("vanity")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The account whose address this is, if any; unknown ones are not found.

        Where single sign-on is enforced, whether at this address or for the domain that was typed, it takes the place
        of the password, and whoever asks for the emergency sign-in still gets it: this tells nobody who is an owner.
        """
        vanity = self.kwargs.get("vanity")
        account = get_object_or_404(Account, vanity=vanity) if vanity else None
        form = kwargs.get("form")
        if account is not None:
            enforcing = account if password_policy.is_enforced(account) else None
        else:
            enforcing = password_policy.enforcing_account(form.data.get("username", "")) if form else None
        shown = account or enforcing
        is_emergency = enforcing is not None and "emergency" in self.request.GET
        return super().get_context_data(
            **kwargs,
            account=shown,
            has_single_sign_on=shown is not None and extensions.has_way_in(shown),
            hides_password=enforcing is not None and not is_emergency,
            is_emergency=is_emergency,
        )

    def get_success_url(self) -> str:
        """Where the person wanted to be; not this very page, at which Django would refuse to go round in circles."""
        url = super().get_success_url()
        return self.get_default_redirect_url() if url == self.request.path else url

    def form_valid(self, form: PasswordSignInForm) -> HttpResponse:  # type: ignore[override]  # narrower by authentication_form
        """Sign in, and remember that it happened."""
        response = super().form_valid(form)
        user = signed_in_user(self.request)
        is_break_glass = password_policy.is_break_glass(user)
        audit.record(
            AuditAction.SIGNED_IN,
            account=user.account,
            actor=user,
            target=user,
            after={"method": "password", **({"break_glass": True} if is_break_glass else {})},
            request=self.request,
        )
        if is_break_glass:
            break_glass.tell_owners(user, self.request)
        return response
