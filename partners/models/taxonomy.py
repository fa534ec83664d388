"""What people know, and the kinds of activity that an agreement may cover."""

from __future__ import annotations

from django.db import models

from slp.lib.scopes import SignedIn
from slp.lib.track import tracked


class Sector(models.TextChoices):
    POLICE = "POL", "Police"
    JUSTICE = "JUS", "Justice"
    CORRECTIONS = "COR", "Corrections"
    MARITIME = "MAR", "Maritime and port"
    FORENSICS = "FOR", "Forensics"
    STANDARDS = "STD", "Standards and training"


class ActivityKind(models.TextChoices):
    """The kinds of engagement. What each kind allows stands in `engagements.kinds.KINDS`."""

    TRAINING = "training", "Training course"
    MENTORING = "mentoring", "Mentoring and advising"
    ASSESSMENT = "assessment", "In-country assessment"
    DESIGN = "design", "Programme design"
    STUDY_VISIT = "study_visit", "Study visit hosted in the U.S."
    EMBED = "embed", "Guests embedded with an agency"
    ACADEMY = "academy", "Teaching at an ILEA"
    IPPOS = "ippos", "Preparing a peacekeeping police unit (IPPOS)"
    EQUIPMENT = "equipment", "Equipment and infrastructure"
    VIRTUAL = "virtual", "Remote training or advice"


@tracked()
class Expertise(models.Model):
    """One field of expertise, with the phrase of the source that named it."""

    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=100, unique=True)
    sector = models.CharField(max_length=3, choices=Sector)
    source_phrase = models.CharField(max_length=160, blank=True)
    source_file = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SignedIn.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "expertise"

    def __str__(self) -> str:
        return self.name
