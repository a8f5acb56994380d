"""Brands, categories, products, and what was published of each product.

A publication is never changed: a new figure is the product's next publication, and `Product.current` points at the one that is
shown. What was published is kept as it came, the row of the run and the row of the catalogue, and the label is made of these.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from leafmark.products import imports

SECTORS = (*sorted(imports.SECTORS), "other")
"""The words of an import, and what belongs to none of them."""
STATES = ("graded", "declared", "category_estimate", "unknown", "not_applicable")
OWN_FIGURES = ("declared", "graded")
"""States of a figure that is the product's own."""


class Brand(models.Model):
    """Who answers for a product's figure."""

    slug = models.SlugField(max_length=80, unique=True, allow_unicode=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """What a product is; products of different categories are never compared."""

    key = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True, allow_unicode=True)
    sector = models.CharField(max_length=20, choices=[(each, each) for each in SECTORS], db_index=True)
    names = models.JSONField(default=dict, help_text="By language")

    def __str__(self) -> str:
        return self.key


class FrozenTable(models.Model):
    """A benchmark that labels of a run are held against, as `products.benchmarks` froze it. Never changed."""

    sha256 = models.CharField(max_length=64, unique=True)
    body = models.JSONField(help_text="leafmark.benchmark/1")

    def __str__(self) -> str:
        return f"{self.body['id']} {self.body['version']}"


class Grading(models.Model):
    """What labels were graded by, as an operator let it count (`shelf.grading`). Never changed."""

    sha256 = models.CharField(max_length=64, unique=True)
    scheme = models.TextField(help_text="TOML of `products.schemes`")
    table = models.ForeignKey(FrozenTable, models.PROTECT, to_field="sha256", null=True, related_name="+")
    evidence = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.sha256[:16]


class ShelfState(models.Model):
    """The one row of `shelf.state`."""

    stamp = models.CharField(max_length=32)
    grading = models.ForeignKey(Grading, models.PROTECT, to_field="sha256", null=True, related_name="+")

    def __str__(self) -> str:
        return self.stamp


class Run(models.Model):
    """A run of the engine that figures came from; its folder holds the lines that explain them."""

    run_id = models.CharField(max_length=80, unique=True)
    folder = models.CharField(max_length=400, help_text="Below the workspace, or a whole path")
    method = models.JSONField(help_text="id, version, standard and reference, as a label names them")
    gwp_set = models.CharField(max_length=12)
    vintage = models.CharField(max_length=200, help_text="The factor packs")
    known_on = models.DateField()
    benchmark = models.ForeignKey(
        FrozenTable,
        models.PROTECT,
        to_field="sha256",
        null=True,
        related_name="runs",
        help_text="What its labels are compared with",
    )

    def __str__(self) -> str:
        return self.run_id


class MarketGrid(models.Model):
    """A market's grid as a run of appliances would have met it (`products.grids`): for a what-if beside its figures."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="grids")
    region = models.CharField(max_length=40)
    kg_per_kwh = models.FloatField()
    relative_sd = models.FloatField()
    factor_id = models.CharField(max_length=400)
    data_year = models.CharField(max_length=40)

    class Meta:
        """One for each place."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "region"], name="one_grid_of_a_place")]

    def __str__(self) -> str:
        return self.region


class Product(models.Model):
    """A product of a brand."""

    stamp: str | None = None
    """Of the shelf it was read from (`shelf.rows`); of one that came otherwise there is none."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="products")
    product_id = models.CharField(max_length=120, help_text="The brand's own")
    gtin = models.CharField(max_length=14, null=True, unique=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    name = models.CharField(max_length=300)
    current = models.ForeignKey("Publication", models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        max_length=20, default="unknown", db_default="unknown", help_text="Of the current publication"
    )
    co2e_ug = models.BigIntegerField(null=True, help_text="Of the current publication")
    in_channel = models.BooleanField(
        default=False, db_default=False, help_text="Whether it meets the channel's criterion"
    )

    class Meta:
        """One product under each of a brand's ids."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["brand", "product_id"], name="once_in_a_shelf")]
        indexes: ClassVar = [
            models.Index(fields=["category", "co2e_ug"], name="by_figure"),
            models.Index(fields=["category", "name"], name="by_name"),
            models.Index(fields=["name"], name="of_the_channel", condition=models.Q(in_channel=True)),
            models.Index(fields=["name"], name="of_own_figures", condition=models.Q(state__in=OWN_FIGURES)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def published(self) -> Publication:
        """The publication that is shown. For products of `find.shown`: others have none, which is a fault of ours."""
        assert self.current is not None
        found: Publication = self.current
        return found


class Publication(models.Model):
    """A version of a product's figure, as it was published; micrograms CO2e per declared unit."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="publications")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    made_on = models.DateField()
    run = models.ForeignKey(Run, models.PROTECT, related_name="publications")
    state = models.CharField(max_length=20, choices=[(each, each) for each in STATES])
    letter = models.CharField(max_length=8, null=True, help_text="Where it was graded")
    grading = models.ForeignKey(
        Grading,
        models.PROTECT,
        to_field="sha256",
        null=True,
        related_name="+",
        db_index=False,
        help_text="None: it declares",
    )
    co2e_ug = models.BigIntegerField(null=True)
    row = models.JSONField(help_text="The run's row of this product")
    catalogue = models.JSONField(help_text="The catalogue's row of this product")
    evidence = models.JSONField(null=True)
    saving = models.JSONField(
        null=True, help_text="The saving in use, as products.saving made it; no part of the figure"
    )

    class Meta:
        """Numbered from 1 for each product."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["product", "number"], name="numbered_once")]
        indexes: ClassVar = [models.Index(fields=["run", "state"], name="of_a_run")]

    def __str__(self) -> str:
        return f"{self.product} {self.number}"


class CategoryAverage(models.Model):
    """The average of a category's published estimates that serve one purpose and are made alike (`products.averages`), per unit."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="averages")
    purpose = models.CharField(max_length=60, help_text="A code of products/purposes.toml, which says the unit")
    basis = models.CharField(max_length=64, help_text="Hash of all else that must be the same")
    boundary = models.CharField(max_length=20)
    count = models.PositiveIntegerField(help_text="Products")
    mean_ug = models.BigIntegerField()
    low_ug = models.BigIntegerField()
    high_ug = models.BigIntegerField()

    class Meta:
        """One of each kind."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["purpose", "basis", "category"], name="averaged_once")]

    def __str__(self) -> str:
        return f"{self.category}, {self.purpose}"


class Venue(models.Model):
    """A festival: open for a time, for products of some sectors that have a figure of their own."""

    slug = models.SlugField(max_length=80, unique=True)
    names = models.JSONField(help_text="By language")
    sectors = models.JSONField(default=list, help_text="Which sectors it is for; none: all")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        """It opens before it closes."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="opens_before_it_closes"
            )
        ]

    def __str__(self) -> str:
        return self.slug
