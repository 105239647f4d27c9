"""A forgotten password, by Django's own views: ask, read the mail, choose a new one."""

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from accounts import audit
from accounts.forms.sign_in import NewPasswordForm, PasswordResetForm
from accounts.models import AuditAction, User
from accounts.signing_in import password_policy, sessions


@method_decorator(login_not_required, name="dispatch")
class AskView(auth_views.PasswordResetView):
    """Takes an e-mail; the answer is the same whether anyone has it or not."""

    template_name = "accounts/password_reset/ask.html"
    email_template_name = "accounts/password_reset/mail.txt"
    subject_template_name = "accounts/password_reset/subject.txt"
    form_class = PasswordResetForm
    extra_email_context = {"portal_url": settings.PORTAL_URL}
    success_url = reverse_lazy("password_reset_sent")


@method_decorator(login_not_required, name="dispatch")
class SentView(auth_views.PasswordResetDoneView):
    """Says to look into the mailbox."""

    template_name = "accounts/password_reset/sent.html"


@method_decorator(login_not_required, name="dispatch")
class ChooseView(auth_views.PasswordResetConfirmView):
    """The address of the mail: choose a new password."""

    template_name = "accounts/password_reset/choose.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign_in")

    def get_user(self, uidb64: str) -> User | None:
        """The person of the link; nobody where a password is of no use to them any more."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and password_policy.allows(user) else None

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:  # type: ignore[override]  # narrower by form_class
        """Keep it, audited, and end all sessions of the person, also one in this browser.

        Somebody who was deactivated since they opened the link is told that it no longer works.
        """
        with transaction.atomic():
            people = User.objects.select_related("account").select_for_update(of=("self",))
            user = people.filter(pk=form.user.pk, is_active=True).first()
            if user is None:
                self.validlink = False
                return self.render_to_response(self.get_context_data())
            response = super().form_valid(form)
            audit.record(
                AuditAction.PASSWORD_RESET, account=user.account, actor=user, target=user, request=self.request
            )
            if self.request.user.is_authenticated:
                logout(self.request)
            sessions.end_all(user)
        return response
