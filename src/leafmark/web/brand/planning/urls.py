"""Addresses of the planning rooms, below a brand's own."""

from __future__ import annotations

from django.urls import path

from leafmark.web.brand.planning import claims_page, files, shelf_page, targets_page, wizard

planning_urls = [
    path("<str:brand>/wizard/", wizard.wizard, name="wizard"),
    path("<str:brand>/wizard/bill.csv", files.bill_csv, name="wizard_bill"),
    path("<str:brand>/wizard/product.csv", files.product_csv, name="wizard_product"),
    path("<str:brand>/claims/", claims_page.claims, name="claims"),
    path("<str:brand>/shelf/", shelf_page.shelf, name="shelf"),
    path("<str:brand>/shelf/<path:product_id>/", shelf_page.shelf_product, name="shelf_product"),
    path("<str:brand>/targets/", targets_page.targets, name="targets"),
    path("<str:brand>/targets/<int:number>/", targets_page.target, name="target"),
    path("<str:brand>/targets/<int:number>/withdraw/", targets_page.withdraw, name="target_withdraw"),
]
