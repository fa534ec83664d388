"""The categories of cost that a partner may claim."""

from django.db import models


class CostCategory(models.TextChoices):
    TRAVEL = "travel", "Travel"
    LODGING = "lodging", "Lodging"
    MEALS = "meals", "Meals and incidentals"
    MATERIALS = "materials", "Training materials"
    EQUIPMENT = "equipment", "Equipment"
    SALARY = "salary", "Salary"
    BENEFITS = "benefits", "Benefits"
    OTHER = "other", "Other"
