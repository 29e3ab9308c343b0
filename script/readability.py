"""The Flesch-Kincaid grade of the sentences on the demo's pages. Run by script/readability."""

import argparse
import os
import re
import sys
from collections import defaultdict, deque
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import django
import textstat
import yaml
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

ROOT = Path(__file__).resolve().parent.parent
ROLES = ("member", "officer", "manager", "peer", "admin")
# Pages of one kind, such as risks, that each person opens.
PAGES_OF_A_KIND = 3
SHORTEST = 4  # words: less is a label
BLOCKS = (
    "//main//*[(self::p or self::li or self::dd or self::td or self::label or self::summary "
    "or self::legend or self::caption or contains(@class, 'govuk-hint')) "
    "and not(.//p or .//li or .//dd or .//div)]"
)
OUTSIDE = re.compile(r"/(?:admin|accounts|registers/eastvale)")
END = re.compile(r"(?<=[.?!])\s+")
FILES = re.compile(r"\.(?:csv|xlsx|json|docx|ics)$")


def main():
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "failing_well.settings")
    django.setup()
    parser = argparse.ArgumentParser()
    parser.add_argument("--worst", type=int, default=0, help="sentences to print")
    options = parser.parse_args()
    grades, pages = grade_pages()
    for kind, sentences in sorted(pages.items(), key=lambda row: -mean_of(row[1], grades)):
        print(f"{mean_of(sentences, grades):6.1f}  {len(sentences):4} sentences  {kind}")
    for sentence in sorted(grades, key=grades.get, reverse=True)[: options.worst]:
        print(f"{grades[sentence]:6.1f}  {sentence}")
    print(f"Mean grade of {len(grades):,} sentences: {mean_of(grades, grades):.2f}")


def grade_pages():
    """(sentence -> grade, kind of page -> its sentences), of every person of the demo."""
    data = fixture_text()
    grades, pages = {}, defaultdict(set)
    for role in ROLES:
        for kind, content in pages_of(role):
            for sentence in sentences_of(content):
                if sentence.rstrip(".?!") not in data:
                    pages[kind].add(sentence)
                    if sentence not in grades:
                        grades[sentence] = textstat.flesch_kincaid_grade(sentence)
    return grades, pages


def fixture_text():
    """All texts of the library and the demo, in one."""

    def texts(row):
        if isinstance(row, dict):
            row = list(row.values())
        return [text for part in row for text in texts(part)] if isinstance(row, list) else [row]

    files = sorted(ROOT.joinpath("fixtures").rglob("*.yaml"))
    rows = [text for file in files for text in texts(yaml.safe_load(file.read_text()))]
    return "\n".join(" ".join(str(text).split()) for text in rows)


def pages_of(role):
    """(name of the address, content) of the pages that this person reaches by links from home."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.get(email=f"{role}@northmoor.example"))
    opened, waiting, counts = set(), deque(["/"]), defaultdict(int)
    while waiting:
        path = waiting.popleft()
        kind = kind_of(path)
        if not kind or path in opened or counts[kind] >= PAGES_OF_A_KIND:
            continue
        opened.add(path)
        counts[kind] += 1
        response = client.get(path)
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        yield kind, response.content
        links = html.fromstring(response.content).xpath("//a/@href")
        waiting.extend(local for link in links if (local := local_address(path, link)))


def local_address(path, link):
    address = urlsplit(urljoin(path, link))
    return "" if address.netloc or address.query else address.path


def kind_of(path):
    if OUTSIDE.match(path) or FILES.search(path):
        return ""
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def sentences_of(content):
    """The whole sentences of a page without its citations, each once."""
    page, sentences = html.fromstring(content), {}
    for citations in page.xpath("//*[contains(@class, 'app-cit')]"):
        citations.drop_tree()
    for block in page.xpath(BLOCKS):
        text = " ".join(block.text_content().split())
        for sentence in END.split(text):
            if len(sentence.split()) >= SHORTEST and sentence[-1] in ".?!":
                sentences[sentence] = None
    return list(sentences)


def mean_of(sentences, grades):
    return sum(grades[sentence] for sentence in sentences) / max(1, len(sentences))


main()
