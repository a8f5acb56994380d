"""Files of a form, written to disk as they come, under names of ours; a body past the limit is refused before it is read."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from leafmark.products.imports import DEFAULT_LIMITS
from leafmark.web.brand.access import Console
from leafmark.web.pages import page

FIELDS: Final = ("products", "bills")
BODY_MAX: Final = len(FIELDS) * DEFAULT_LIMITS.bytes_max + (1 << 16)
"""Bytes of both files and of what the form says besides."""
BYTES_OF_MIB: Final = 1 << 20


class Received(UploadedFile):
    """A file of the form; `path` is where it lies until it is taken."""

    def __init__(self, file: BinaryIO, path: Path, name: str, size: int) -> None:
        super().__init__(file=file, name=name, size=size)
        self.path = path

    def take(self, to: Path) -> None:
        """Move it to where it is kept."""
        self.file.close()
        self.path.replace(to)


class _Writing(FileUploadHandler):
    """Writes the files of known fields, the first of each, into a folder; those of other fields are passed over."""

    def __init__(self, request: HttpRequest, folder: Path) -> None:
        super().__init__(request)
        self.folder, self.paths, self.seen = folder, list[Path](), set[str]()
        self.out: BinaryIO | None = None

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, *args, **kwargs)
        if field_name not in FIELDS or field_name in self.seen:
            raise SkipFile
        self.seen.add(field_name)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.paths.append(self.folder / secrets.token_hex(16))
        self.out = self.paths[-1].open("x+b")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.out is not None
        self.out.write(raw_data)

    def file_complete(self, file_size: int) -> Received | None:
        if self.out is None:
            return None
        self.out.flush()
        file, self.out = self.out, None
        return Received(file, self.paths[-1], self.file_name, file_size)

    def discard(self) -> None:
        """Remove what nobody took."""
        if self.out is not None:
            self.out.close()
        for path in self.paths:
            path.unlink(missing_ok=True)


View = Callable[..., HttpResponse]


def takes_files(view: View) -> View:
    """A page of the console whose form sends files. The length is looked at first, then the files are written, then the form's token."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def taking(request: HttpRequest, at: Console, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return protected(request, at, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > BODY_MAX:
            values = {"at": at, "here": "imports", "most": DEFAULT_LIMITS.bytes_max // BYTES_OF_MIB}
            return page(request, "brand/sending/too_large.html", values, status=413)
        writing = _Writing(request, Path(settings.WORKSPACE.folder) / "uploads" / "incoming")
        request.upload_handlers = [writing]
        try:
            return protected(request, at, *args, **kwargs)
        finally:
            writing.discard()

    return taking
