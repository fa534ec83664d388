"""People who sign in, by e-mail. Whom they speak for is said elsewhere (`Membership`, `PostAssignment`)."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from slp.lib.track import tracked


class StaffRole(models.TextChoices):
    """INL/KM's roles. A person has at most one: the separation of duties starts here."""

    OFFICER = "officer", "Programme officer"
    FINANCE = "finance", "Finance officer"
    DIRECTOR = "director", "Director"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Auditor (reads all, changes nothing)"


class UserQuerySet(models.QuerySet):
    def visible_to(self, user) -> UserQuerySet:
        """The accounts themselves are INL/KM's to look at; names of others stand beside what they did."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(pk=user.pk)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, email: str) -> User:
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        """Make an account. Without a password nobody can sign in until it is reset by mail."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> User:
        """`manage.py createsuperuser`: an administrator, who takes no business decisions."""
        return self.create_user(email, password, staff_role=StaffRole.ADMINISTRATOR, **fields)


@tracked(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """One person. `staff_role` is empty for agency and post people."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField("position", max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    staff_role = models.CharField(max_length=20, choices=StaffRole, blank=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    is_active = models.BooleanField("may sign in", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message="There is already an account with this e-mail address.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    get_short_name = get_full_name

    # The admin asks these. What each role may do is decided per object by the apps' permissions.
    @property
    def is_staff(self) -> bool:
        return bool(self.staff_role)

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_perms(self, perms, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff

    @property
    def is_officer(self) -> bool:
        return self.staff_role == StaffRole.OFFICER

    @property
    def is_finance(self) -> bool:
        return self.staff_role == StaffRole.FINANCE

    @property
    def is_director(self) -> bool:
        return self.staff_role == StaffRole.DIRECTOR

    @property
    def is_administrator(self) -> bool:
        return self.staff_role == StaffRole.ADMINISTRATOR

    @property
    def is_auditor(self) -> bool:
        return self.staff_role == StaffRole.AUDITOR

    @property
    def speaks_for_somebody(self) -> bool:
        """May sign in, and works for INL/KM, an agency or a post today."""
        if not self.is_active or self.is_staff:
            return self.is_active
        return self.memberships.filter(is_active=True).exists() or self.assignments.filter(is_active=True).exists()

    @property
    def needs_second_factor(self) -> bool:
        """Staff and coordinators (OMB M-22-09 asks it of staff and partners)."""
        return self.is_staff or self.memberships.filter(is_active=True, role="coordinator").exists()
