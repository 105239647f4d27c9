"""People. They belong to one account, and an e-mail address is theirs within it."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from accounts.models.account import Account


class Role(models.TextChoices):
    """What someone may do in their account. Admins of a group are members with Membership.is_admin."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"


def opaque_username() -> str:
    """A name for Django's machinery that says nothing about the person."""
    return uuid.uuid4().hex


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is kept in small letters, so that it has one spelling."""

    def create_user(
        self,
        account: Account,
        email: str,
        *,
        name: str,
        role: Role = Role.MEMBER,
        password: str | None = None,
    ) -> "User":
        """A new person. Without a password they can sign in with SSO only."""
        user = self.model(account=account, email=email.strip().lower(), name=name.strip(), role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person of an account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="users")
    username = models.CharField(max_length=32, unique=True, default=opaque_username, editable=False)
    email = models.EmailField()
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    is_active = models.BooleanField(default=True)
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty: never chosen, the account's.")
    created_at = models.DateTimeField(auto_now_add=True)
    invited_at = models.DateTimeField(
        null=True, blank=True, help_text="Until they accept by choosing a password or signing in."
    )
    password_mail_at = models.DateTimeField(null=True, blank=True, help_text="When the way to a new password was sent.")

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint("account", Lower("email"), name="email_once_per_account")]
        indexes = [
            models.Index(Lower("email"), name="user_by_email"),
            # The users list's orders.
            models.Index("account", Lower("name"), "id", name="users_by_name"),
            models.Index("account", "email", "id", name="users_by_email"),
            models.Index(
                "account",
                models.F("last_login").desc(nulls_last=True),
                models.F("id").desc(),
                name="users_by_last_login",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """The name people would call across the room."""
        return self.name.split(" ")[0] or self.email

    @property
    def is_account_admin(self) -> bool:
        """Whether they manage the whole account."""
        return self.role in (Role.OWNER, Role.ADMIN)
