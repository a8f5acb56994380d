"""The forms of drafts: what a revision says, a comment, an answer, and freezing."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from leafmark.methods.toml_shape import TEXT_CHARS_MAX
from leafmark.web.operate.forms import ReasonForm
from leafmark.web.operate.models import RulesComment
from leafmark.web.operate.models.decision import REASON_MAX
from leafmark.web.operate.models.rules import NOTE_MAX
from leafmark.web.operate.rules.known import versions
from leafmark.web.operate.rules.texts import SCHEMES_MAX, Texts, texts_of

NUMBER_MAX: Final = 10**9


class BeginForm(forms.Form):
    """Where a draft begins: a version, or the worked example."""

    origin = forms.ChoiceField(required=False)
    token = forms.CharField(max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {each.rules.name: each for each in versions()}
        self.fields["origin"].choices = [("", ""), *((each, each) for each in self.versions)]


class RevisionForm(forms.Form):
    """What a draft says now, over which revision. Its schemes are as many fields `scheme` as there are."""

    rules = forms.CharField(strip=False)
    note = forms.CharField(required=False, max_length=NOTE_MAX)
    parent = forms.IntegerField(min_value=1, max_value=NUMBER_MAX)
    token = forms.CharField(max_length=64)
    scheme = forms.Field(required=False)

    def clean(self) -> None:
        """Hold the texts to what a draft keeps; whether they can be read is said on the page, and only a frozen one must."""
        super().clean()
        texts = self.texts()
        if len(texts.schemes) > SCHEMES_MAX:
            self.add_error("scheme", ValidationError("", code="too_many"))
        if any("\x00" in each for each in texts.schemes):
            self.add_error("scheme", ValidationError("", code="null_characters_not_allowed"))
        for name, some in (("rules", (texts.rules,)), ("scheme", texts.schemes)):
            if max(map(len, some), default=0) > TEXT_CHARS_MAX:
                self.add_error(name, ValidationError("", code="max_length"))

    def texts(self) -> Texts:
        """The texts as they were typed, in one form."""
        return texts_of(self.data.get("rules", ""), self.data.getlist("scheme"))


class CommentForm(forms.Form):
    """Something said of a draft, or of one of its fields."""

    field = forms.ChoiceField(required=False)
    text = forms.CharField(max_length=REASON_MAX)
    token = forms.CharField(max_length=64)

    def __init__(self, *args: Any, fields_of: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", ""), *((each, each) for each in fields_of)]


class AnswerForm(forms.Form):
    """An answer, which may settle a comment or open it again."""

    text = forms.CharField(max_length=REASON_MAX)
    kind = forms.ChoiceField(choices=[(each, each) for each in RulesComment.KINDS[1:]])
    token = forms.CharField(max_length=64)


class FreezeForm(ReasonForm):
    """Why a draft becomes a version, and what was seen of it."""

    sha256 = forms.CharField(max_length=64)
    heard = forms.IntegerField(min_value=0)
    despite = forms.BooleanField(required=False)
