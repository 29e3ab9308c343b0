"""Extreme values of every type for forms and addresses, and how to submit them to a form."""

import copy
import datetime
import html
import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import quote_plus, unquote_to_bytes

from django import forms
from django.forms.formsets import BaseFormSet
from django.http import QueryDict

FIRST, LAST = datetime.date.min, datetime.date.max
DAYS = ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31")
ARABIC_DAY = "2026-01-01".translate({ord("0") + n: chr(0x660 + n) for n in range(10)})
NOT_DAYS = (
    "0000-00-00",
    "2026-02-30",
    "10000-01-01",
    "1-1-1",
    "-0001-01-01",
    ARABIC_DAY,
    "9" * 5000,
)
NUMBERS = (
    *(
        "0",
        "-1",
        str(2**31),
        str(2**63),
        str(2**64),
        "9" * 17,
        "9" * 18,
        "9" * 5000,
        "-" + "9" * 5000,
    ),
    *("1e309", "NaN", "Infinity", "٣", "²", "1.0", "0x10", " 1 ", "1_000"),
)
TEXTS = (
    "x" * 20_000,
    "\N{RIGHT-TO-LEFT OVERRIDE}drowssap",
    "a" + "\N{COMBINING ACUTE ACCENT}" * 5_000,
    "{{ 7*7 }}{% load x %}",
    "%s%n%(a)s{0}{a.b}",
    "' OR 1=1; DROP TABLE registers_risk --",
    "../../../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "CORP-" + "9" * 17,
    "none",
    "None",
    " ",
)
UNSTORABLE = (
    "a\0b",
    "\0",
    "\ud800",
    "\udfffx",
)  # refused when the request is read; a form that gets one reports an error
VALUES = (*DAYS, *NOT_DAYS, *NUMBERS, *TEXTS, "x" * 100_000)


def values_for(field):
    """The values to try for a field, by its type: the extremes, and for text every odd one."""
    if isinstance(field, forms.DateField | forms.DateTimeField):
        return (*DAYS, *NOT_DAYS, *UNSTORABLE, "9" * 18, "NaN")
    if isinstance(field, forms.IntegerField | forms.FloatField | forms.ModelChoiceField):
        return (*NUMBERS, *UNSTORABLE, "0001-01-01", "' OR 1=1 --")
    if isinstance(field, forms.BooleanField | forms.ChoiceField | forms.UUIDField):
        return ("9" * 5000, str(2**64), "NaN", "٣", *UNSTORABLE, "' OR 1=1 --")
    return (*TEXTS, *UNSTORABLE, *DAYS, "9" * 5000)


def widget_data(widget, name, value):
    """{control name: texts it sends for a value}; a day is split where the widget has parts."""
    parts = getattr(widget, "widgets", None)
    if not parts:
        return {name: [value]}
    parts_of_day = (
        value.split("-", 2)[::-1] if len(value) == 10 and value[4] == "-" else [value] * len(parts)
    )
    return {
        f"{name}{suffix}": [text]
        for suffix, text in zip(widget.widgets_names, parts_of_day, strict=False)
    }


def initial_data(form):
    """The data of an unchanged form: {control name: texts}."""
    data = {}
    for name, field in form.fields.items():
        value = form[name].value()
        if parts := getattr(field.widget, "widgets_names", None):
            day_parts = field.widget.decompress(value) if not isinstance(value, list) else value
            data |= {
                f"{form[name].html_name}{part}": texts_of(text)
                for part, text in zip(parts, day_parts, strict=False)
            }
        else:
            data[form[name].html_name] = texts_of(field.prepare_value(value))
    return data


def texts_of(value):
    return (
        [str(item) for item in value]
        if isinstance(value, list | tuple)
        else []
        if value is None
        else [str(value)]
    )


def query_of(data):
    query = QueryDict(mutable=True)
    for name, texts in data.items():
        query.setlist(name, texts)
    return query


def bound_form(form, data):
    """The same form, bound to this data and cleaned, valid or not."""
    bound = copy.copy(form)
    bound.data, bound.files, bound.is_bound, bound._errors = query_of(data), {}, True, None
    bound.__dict__.pop("_bound_fields_cache", None)
    bound._bound_fields_cache = {}
    bound.full_clean()
    return bound


def filled_in(form, data):
    """The same form, bound to data as a test client takes it."""
    return bound_form(
        form, {name: v if isinstance(v, list) else [str(v)] for name, v in data.items()}
    )


def messages_of(form):
    """The error messages of a form, joined."""
    return " ".join(words for messages in form.errors.values() for words in messages)


def forms_of(answer):
    """The forms on a page, each form of a formset and its management form included."""
    page_forms = {}
    for context in answer.context or ():
        for value in (
            context.flatten().values() if hasattr(context, "flatten") else context.values()
        ):
            page_forms |= {id(form): form for form in forms_in(value)}
    return list(page_forms.values())


def forms_in(value):
    """The forms in a context value: a form, a formset, or the admin site's wrapper of one."""
    if isinstance(value, forms.BaseForm):
        return [value]
    if isinstance(value, BaseFormSet):
        return [
            value.management_form,
            *value.forms,
            *([value.empty_form] if not value.is_bound else []),
        ]
    if isinstance(value, list):
        return [form for item in value for form in forms_in(getattr(item, "formset", None))]
    return forms_in(value.form) if hasattr(value, "fieldsets") and hasattr(value, "form") else []


class Controls(HTMLParser):
    """The controls of a page: name -> list of values that it would send."""

    def __init__(self, page):
        super().__init__()
        self.values, self._area, self._select = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name, value = attrs.get("name"), attrs.get("value") or ""
        if (
            tag == "input"
            and name
            and (attrs.get("type") not in ("radio", "checkbox") or "checked" in attrs)
        ):
            self._add(name, value)
        elif tag == "textarea":
            self._area = name
            self._add(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in attrs:
            self._add(self._select, value)

    def handle_data(self, data):
        if self._area:
            self.values[self._area][-1] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.values[self._area][-1] = self.values[self._area][-1].removeprefix("\n")
            self._area = None

    def _add(self, name, value):
        self.values.setdefault(name, []).append(value)


def errors_in(answer):
    """The sentences of the error summary."""
    summary = re.search(r'class="govuk-error-summary".*?</ul>', answer.text, re.DOTALL)
    return (
        [html.unescape(re.sub("<[^>]*>", "", e)) for e in re.findall("<li>(.*?)</li>", summary[0])]
        if summary
        else []
    )


NO_TEXT = ("lone surrogates", "broken UTF-8")  # refused whole, with 400


HOSTILE = {
    "NUL": "a\0b",
    "NUL alone": "\0",
    "escape": "a\x1b[31mb",
    "bell and backspace": "a\x07\x08b",
    "lone surrogates": b"a%ED%A0%80b",
    "broken UTF-8": b"a%FF%FE%C0%AFb",
    "100 kB": "x" * 100_000,
    "100 kB of lines": "line\n" * 20_000,
    "5,000 digits": "9" * 5_000,
    "number too large": str(2**63),
    "negative": "-1",
    "NaN": "NaN",
    "infinity": "1e309",
    "hexadecimal": "0x1F",
    "Arabic digits": "٣",
    "full-width digits": "\uff13",
    "right-to-left override": "safe \u202eexe.fdp",
    "right to left": "הסיכון של העיר",
    "combining marks": "e" + "\u0301" * 5_000,
    "zero width": "\u200b",
    "byte order mark": "\ufeffx",
    "beyond the first plane": "👩🏽‍🚒 \U0001d518 \U0010ffff",
    "CRLF": "a\r\nSet-Cookie: x=1\r\n\r\nb",
    "template": "{{ settings.SECRET_KEY }}{% debug %}",
    "format": "%s%n%x {0.__class__} ${7*7}",
    "SQL": "'; DROP TABLE registers_risk; --",
    "path": "../../../../etc/passwd",
    "script": "</textarea><script>alert(1)</script>",
    "formula": "=cmd|' /C calc'!A0",
    "JSON": '{"$ne": null}',
    "only spaces": "   \t \u00a0 ",
    "tab and newline": "a\tb\nc",
}


def encoded(data):
    """A form's body as bytes; values in bytes are kept."""
    pairs = [
        (name, v)
        for name, value in data.items()
        for v in (value if isinstance(value, list) else [value])
    ]
    return b"&".join(
        name.encode() + b"=" + (v if isinstance(v, bytes) else _quoted(v)) for name, v in pairs
    )


def _quoted(value):
    return quote_plus(str(value)).encode()


def as_read(value):
    """The value as sent by a browser and read by Django."""
    text = unquote_to_bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else value
    return text.replace("\r\n", "\n").replace("\r", "\n")


def as_stored(value, field):
    """Composed and trimmed, a title on one line; empty where nothing is visible."""
    text = unicodedata.normalize("NFC", as_read(value)).strip()
    if all(unicodedata.category(character) in ("Cf", "Zs") for character in text):
        return ""
    return " ".join(text.split()) if field == "title" else text
