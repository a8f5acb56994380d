"""A site of its own, on real files: somebody signs up, leaves traces everywhere, and is forgotten. Run by test_me_erasure.py."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import django
from django.core.management import call_command

WORKSPACE = Path(sys.argv[1])
EMAIL, NAME, PASSWORD = "marguerite.unmistakable@leafmark.example", "Marguerite Unmistakable", "a long enough sentence"


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    from leafmark.ledger.privacy import account_of
    from leafmark.web.books import close, ledger
    from leafmark.web.people.models import User

    def fill(start: int) -> None:
        User.objects.bulk_create(
            User(email=f"person-{n}@leafmark.example", name=f"Person {n}") for n in range(start, start + 500)
        )

    fill(0)
    client = Client()
    client.post("/me/join/", {"email": EMAIL, "password": PASSWORD})
    (letter,) = (WORKSPACE / "mail").iterdir()
    link = re.search(r"http://[^/]+(/me/join/\S+)", letter.read_text())[1]
    assert client.post(link, {"password": PASSWORD}).status_code == 302
    client.post("/account/logout/")
    client.post("/account/login/", {"username": EMAIL, "password": "wrong"})
    assert client.post("/account/login/", {"username": EMAIL, "password": PASSWORD}).status_code == 302
    client.post("/account/password/reset/", {"email": EMAIL})
    user = User.objects.get(email=EMAIL)
    user.name = NAME
    user.save()
    fill(1000)  # rows move from page to page, and leave copies of themselves
    User.objects.filter(name__startswith="Person").filter(pk__lt=user.pk).update(name="P" * 70)
    client.post("/me/goals/", {"kind": "metro", "target": "8"})
    books = ledger()
    account, subject = account_of(books, user.subject), user.subject
    before = [needle for needle in (EMAIL, NAME, subject) if found(needle)]

    assert client.get("/me/data/erase/").status_code == 200
    assert client.post("/me/data/erase/confirm/", {"password": "wrong"}).status_code == 400
    assert User.objects.filter(email=EMAIL).exists()
    answers = [client.post("/me/data/erase/confirm/", {"password": PASSWORD}) for _ in range(2)]
    after = {needle: found(needle) for needle in (EMAIL, NAME, subject)}
    verified = books.verify()
    close()
    print(json.dumps({
        "before": before, "after": after, "answers": [each.headers["Location"] for each in answers],
        "users": User.objects.count(), "verify": [str(each) for each in verified.findings],
        "feed": client.get("/me/").headers["Location"], "closed": {needle: found(needle) for needle in (EMAIL, NAME, subject)},
        "account": account,
    }))  # fmt: skip


def found(needle: str) -> list[str]:
    """Files of the workspace that hold a text, whatever they are."""
    return sorted(
        str(path.relative_to(WORKSPACE))
        for path in WORKSPACE.rglob("*")
        if path.is_file() and needle.lower().encode() in path.read_bytes().lower()
    )


main()
