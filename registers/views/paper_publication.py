"""Publishing a paper. The answer is sent while its files are made, so that it shows how far it is.

Nothing is stored before all files are made: whoever closes the page, or a server that stops, leaves
the paper as it was. The same form again publishes nothing twice.
"""

import uuid

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from registers.forms.papers import FILES, PublishForm
from registers.models import InvalidTransition
from registers.models.paper import CHANGED
from registers.papers.formats import FILE_ERRORS, file_of, planned_files
from registers.papers.pango import is_available
from registers.papers.parts import EXEMPT_SINCE, PaperParts, final_documents
from registers.papers.progress import PaperProgress
from registers.permissions import Permission, get_paper_for
from registers.phrases.paper_files import file_in_words
from registers.views.form_flow import post_data, response_status, submit


def paper_publish(request, slug, pk):
    """Publish the final text, or record where it is published."""
    paper = get_paper_for(request.user, slug, pk, Permission.RUN_MEETINGS)
    final = paper.finals.order_by("pk").last()
    form = PublishForm(post_data(request))
    if form.is_valid():
        rows = submit(form, _published_by_form, form, final, paper, by=request.user)
        if rows == [] and form.cleaned_data["method"] == FILES:
            return _publish_while_sent(request, form, final, paper)
        if rows == []:
            rows = submit(form, final.publish, by=request.user, **form.publication)
        if rows:
            messages.success(request, "Paper published.")
            return redirect(paper)
    progress = PaperProgress(paper)
    context = {
        **{"register": paper.register, "paper": paper, "form": form, "final": final},
        "has_pdf": is_available(),
        "consultation": progress.consultation,
        "is_published": request.method != "POST" and progress.is_published,
    }
    return render(request, "papers/paper_publish.html", context, status=response_status(form))


def _published_by_form(form, final, paper, *, by):
    """What the same form published before; [] where the paper can be published, as far as can be
    known before its files are made.
    """
    if final is None:
        raise InvalidTransition("the paper is not final yet")
    final.paper = paper
    if final.published.exists():
        files = [(*place, b"") for place in planned_files(final.documents)]
        return final.publish(by=by, files=files, **form.publication)
    _refuse_exempt_since(paper)
    if final.version != paper.version:
        raise InvalidTransition(CHANGED)
    return []


def _refuse_exempt_since(paper):
    if PaperParts.of(paper).exempt_since:
        raise InvalidTransition(EXEMPT_SINCE)


def _publish_while_sent(request, form, final, paper):
    place = uuid.uuid4().hex  # of the lines, in the page
    context = {"register": paper.register, "paper": paper, "place": place}
    head, tail = render_to_string("papers/paper_publishing.html", context, request).split(place)
    lines = _lines(form, final, paper, by=request.user)
    answer = StreamingHttpResponse(_stream(head, lines, tail))
    answer["X-Accel-Buffering"] = "no"  # nginx passes each line on at once
    return answer


def _stream(head, lines, tail):
    yield head
    yield from lines
    yield tail


def _lines(form, final, paper, *, by):
    """A line before each file is made, and one that says how it ended."""
    try:
        documents, template = final_documents(final), final.draft.template_content
        files = []
        for part, kind in planned_files(documents):
            yield _line(words=file_in_words(part, kind.label))
            files.append((part, kind, file_of(documents[part], kind, template)))
        _refuse_exempt_since(paper)  # while they were made
        final.publish(by=by, files=files, token=form.cleaned_data["token"])
    except (*FILE_ERRORS, InvalidTransition) as problem:
        sentence = str(problem).removesuffix(".")
        yield _line(paper=paper, problem=f"{sentence[0].upper()}{sentence[1:]}.")
    else:
        yield _line(paper=paper)


def _line(**context):
    return render_to_string("papers/publishing_line.html", context)
