from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from failing_well.urls import urlpatterns as app_patterns


def floor(request):
    """The middleware and the reader's session alone."""
    return HttpResponse(str(request.user.pk))


def empty_page(request):
    """An empty page within the template of all pages."""
    return render(request, "base.html")


urlpatterns = [*app_patterns, path("bench/floor/", floor), path("bench/empty/", empty_page)]
