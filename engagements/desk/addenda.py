"""The paperwork between yes and go, INL's side."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import path

from engagements.forms.engagements import AddendumForm, CostFormSet
from engagements.pages import addenda as pages
from engagements.pages.common import door, form_page, sent
from engagements.permissions import can_edit_addendum
from engagements.services.addenda import change_addendum
from slp.lib.answers import require
from slp.lib.forms import refused_at


@door("desk")
def addendum_detail(request, key):
    return pages.addendum_detail(request, "desk", key)


@door("desk")
def addendum_sign(request, key):
    return pages.addendum_sign(request, "desk", key)


@door("desk")
def addendum_edit(request, key):
    """Change the terms. Whoever had signed signs again: the hash is another one."""
    addendum = pages.load_addendum(request, key)
    require(can_edit_addendum(request.user, addendum))
    initial = [{"category": c.category, "amount": c.amount, "basis": c.basis} for c in addendum.costs.all()]
    data = sent(request)
    costs = CostFormSet(data, prefix="costs", engagement=addendum.engagement, initial=initial)
    form = AddendumForm(data, instance=addendum)
    form.costs_changed = data is not None and costs.has_changed()
    if request.method == "POST" and form.is_valid() & costs.is_valid():
        with refused_at(form):
            change_addendum(
                addendum=addendum,
                actor=request.user,
                fields={name: form.cleaned_data[name] for name in form.changed_fields()},
                costs=costs.rows() if form.costs_changed else None,
                seen_version=form.cleaned_data["seen_version"],
            )
            messages.success(request, "Saved. Signatures over the earlier terms no longer count.")
            return redirect("desk:addendum-detail", addendum.pk)
    signed = list(addendum.signatures.all())
    return form_page(
        request, "desk", form, template="desk/addendum_edit.html", addendum=addendum, costs=costs, signed=signed
    )


urlpatterns = [
    path("addenda/<int:key>/", addendum_detail, name="addendum-detail"),
    path("addenda/<int:key>/edit/", addendum_edit, name="addendum-edit"),
    path("addenda/<int:key>/sign/", addendum_sign, name="addendum-sign"),
]
