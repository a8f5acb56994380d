"""What the tests of a brand's imports share: a brand with its people, files of products and bills, and the jobs done at once."""

from __future__ import annotations

import dataclasses
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leafmark.web.brand.models import Draft, Upload
from leafmark.web.jobs.run import run_waiting
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand

PASSWORD = "a long enough word"
PRODUCTS = (
    "product_id,gtin,name_en,name_zh_hant,category,sector,functional_unit,mass_kg\n"
    "chair,9506000134352,Oak chair,橡木椅,chair,home,seating one person,6.2\n"
    "oats,96385074,Oat drink,燕麥飲,oat drink,food,one litre to drink,1.03\n"
)
BILLS = (
    "product_id,stage,material,key,amount,unit,region\n"
    "chair,materials,Oak wood,,6,kg,GB\n"
    "chair,packaging,,material.corrugated_board,0.8,kg,GB\n"
    "oats,materials,,food.oatmeal,0.12,kg,\n"
)


@dataclasses.dataclass
class Console:
    """A brand's console in two members' hands: Mei sends and proposes, Bo publishes."""

    brand: Brand
    mei: Client
    bo: Client

    def client(self, name: str, brand: Brand | None = None, may_publish: bool = False, **fields: bool) -> Client:
        """A logged-in browser of a new user."""
        user = User.objects.create_user(f"{name}@example.org", PASSWORD, name=name.title(), **fields)
        if brand is not None:
            Membership.objects.create(user=user, brand=brand, may_publish=may_publish)
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    def send(
        self, products: str | bytes = PRODUCTS, bills: str | bytes | None = BILLS, by: Client | None = None, **said: str
    ) -> Any:
        """Send files; the answer."""
        files = {"products": products} | ({} if bills is None else {"bills": bills})
        body: dict[str, Any] = {
            name: SimpleUploadedFile(f"{name}.csv", each.encode() if isinstance(each, str) else each) for name, each in files.items()
        }  # fmt: skip
        return (by or self.mei).post(self.at("imports/"), body | {"token": uuid.uuid4().hex} | said)

    def checked(self, *args: Any, **more: Any) -> Upload:
        """Send files and have them checked."""
        answer = self.send(*args, **more)
        assert answer.status_code == 302, answer.content.decode()
        run_waiting()
        return Upload.objects.get(pk=answer.headers["Location"].rstrip("/").rpartition("/")[2])

    def drafted(self, *args: Any, **more: Any) -> Draft:
        """Send files, have them checked and calculated."""
        return self.calculated(self.checked(*args, **more))

    def calculated(self, upload: Upload, token: str = "") -> Draft:
        """A new draft of an upload."""
        self.mei.post(self.at(f"imports/{upload.pk}/calculate/"), {"token": token or uuid.uuid4().hex})
        run_waiting()
        return upload.drafts.select_related("upload__job").latest("prepared_at")

    def published(self, *args: Any, **more: Any) -> Draft:
        """Send files, all the way to the shelf."""
        draft = self.drafted(*args, **more)
        self.step(draft, "propose", note="the evidence is in our files")
        self.step(draft, "publish", self.bo)
        run_waiting()
        draft.refresh_from_db()
        return draft

    def step(self, draft: Draft, step: str, by: Client | None = None, **said: str) -> Any:
        """Propose, withdraw, publish, refuse."""
        return (by or self.mei).post(self.at(f"drafts/{draft.pk}/{step}/"), said)

    def page(self, path: str, by: Client | None = None, prefix: str = "") -> str:
        """A page of the console, as text."""
        answer = (by or self.mei).get(prefix + self.at(path))
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def at(self, path: str) -> str:
        return f"/brand/{self.brand.slug}/{path}"


@pytest.fixture
def console(db: None, settings: Any, tmp_path: Path) -> Console:
    """A new brand in a workspace of its own."""
    from leafmark.web.shelf import finding

    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    finding.index.cache_clear()
    made = Console(Brand.objects.create(slug="nordwald", name="Nordwald"), Client(), Client())
    made.mei, made.bo = made.client("mei", made.brand), made.client("bo", made.brand, may_publish=True)
    return made


def visible(text: str) -> str:
    """A page's text without its mark-up."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())
