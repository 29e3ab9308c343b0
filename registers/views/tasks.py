"""My tasks: everything that is due or waits for the reader, from all registers."""

from itertools import groupby

from django.core.exceptions import BadRequest, ValidationError
from django.core.validators import validate_slug
from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone

from registers.permissions import (
    counts_everything,
    positions_across,
    registers_for,
    sandbox_registers_for,
)
from registers.tasks.task_list import TaskList
from registers.tasks.task_list import task_count as count_tasks
from registers.views.as_of import page_of, read_only
from registers.views.registers import news_for


@read_only
def tasks(request):
    reader, today = request.user, timezone.localdate()
    sandbox = sandbox_from(request)
    registers = list(registers_of_tasks(reader, sandbox))
    task_list = TaskList(reader, today, registers)
    if sandbox is None:
        # The navigation shows the same count.
        request.task_count = len(task_list) if task_list.reader.registers else None
    positions = positions_across(reader, registers, today).on_register()
    context = {
        "today": today,
        "organisation": sandbox,
        "has_tasks": bool(task_list.reader.registers),
        "registers": registers,
        "register_counts": task_list.register_counts,
        **list_context(request, task_list),
        "news": news_for(reader, registers, positions, today),
        "counts_everything": all(counts_everything(reader, register) for register in registers),
    }
    return render(request, "tasks/tasks.html", context)


def sandbox_from(request):
    """The sandbox to which the register belongs that the address names; None for any other."""
    slug = register_from(request)
    registers = sandbox_registers_for(request.user).filter(slug=slug) if slug else ()
    return next((register.organisation for register in registers), None)


def registers_of_tasks(reader, sandbox):
    """The registers whose tasks a page lists: of real work, or of one sandbox."""
    if sandbox is None:
        return registers_for(reader)
    return sandbox_registers_for(reader).filter(organisation=sandbox)


@read_only
def task_count(request):
    """How many tasks the reader has, as JSON; null for whoever has none by their role."""
    return JsonResponse({"count": count_tasks(request.user, timezone.localdate())})


def list_context(request, task_list):
    """A page of the list, narrowed to the register that the address names, if any."""
    slug = register_from(request)
    if slug:
        task_list.of_register(slug)
    page = page_of(request, task_list.keys)
    page.object_list = task_list.load(page.object_list)
    groups = groupby(page.object_list, lambda task: task.urgency(task_list.day))
    return {
        "narrowed_to": slug,
        "page": page,
        "groups": [
            (urgency, task_list.urgency_counts[urgency], list(rows)) for urgency, rows in groups
        ],
        "has_manager_tasks": any(task.is_for_manager for task in page.object_list),
    }


def register_from(request):
    """The slug of the register that the address narrows the list to, or ""."""
    slug = request.GET.get("register", "")
    try:
        if slug:
            validate_slug(slug)
    except ValidationError as error:
        raise BadRequest("register takes the name of a register in addresses.") from error
    return slug
