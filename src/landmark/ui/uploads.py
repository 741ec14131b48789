"""Files that people hand over as evidence.

Answers: a form field that takes a file of any kind up to a size and checks e-mails (.eml) and calendar files (.ics).
Does not answer: where the file is kept (``ledger.attachments``). No file is unpacked: what is in a zip or a document
stays in it.
"""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.documents.letters import BadLetter, check_letter

LIMIT_BYTES = 25 * 1024 * 1024
LETTERS = (".eml", ".ics")


class EvidenceFileField(forms.FileField):
    """A file that says it is a letter has to be one; it is read once and handed on from its beginning."""

    default_error_messages: ClassVar = {"empty": gettext_lazy("This file is empty. Save it again, then choose it.")}

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not file:
            return file
        if file.size > LIMIT_BYTES:
            raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": LIMIT_BYTES // 2**20})
        if not str(file.name).lower().endswith(LETTERS):
            return file
        try:
            check_letter(file.read(), str(file.name))
        except BadLetter as bad:
            raise ValidationError(tell_bad_letter(bad)) from bad
        file.seek(0)
        return file


def tell_bad_letter(bad: BadLetter) -> str:
    if bad.reason == "not_calendar":
        return _("This file is called .ics but is no calendar file we can read. Export it again from the calendar.")
    if bad.reason == "empty":
        return _("This file is empty. Save it again from your mail program or calendar.")
    return _("This file is called .eml but is no e-mail we can read. Save the mail again from your mail program.")
