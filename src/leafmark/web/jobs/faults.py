"""Why a job could not be done, in the language of who reads it."""

from __future__ import annotations

from typing import Any, Final

from leafmark.products.imports.said import in_language
from leafmark.web import languages
from leafmark.web.jobs.models import Job
from leafmark.web.jobs.run import LOST, UNEXPECTED

IN_OUR_WORDS: Final = (LOST, UNEXPECTED)


def fault_in(job: Job, lang: str) -> tuple[str, str]:
    """(words, their language): the reader's, or English where the fault came from the engine and has no other words."""
    if job.fault in IN_OUR_WORDS:
        return languages.say(lang, f"jobs.fault.{job.fault}"), lang
    return said_in(job.said, job.fault, lang)


def said_in(said: Any, english: str, lang: str) -> tuple[str, str]:
    """The same of any fault: its code and values, and its words in English, which stay as they were told."""
    if lang == "en" or not said:
        return english, "en"
    if "site" in said:
        return languages.say(lang, said["site"], **said["values"]), lang
    return in_language(said, lang), lang
