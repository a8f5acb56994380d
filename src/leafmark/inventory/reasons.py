"""Why a row of a company's files was refused or doubted: a closed list, in words. The engine's reasons come beside them as they are.

A refused row is in no figure; a doubted one is, and says so. Either way the rest is computed and the completeness table tells of it.
"""

from __future__ import annotations

from typing import Final

REASONS: Final[dict[str, str]] = {
    # the company's tables
    "unknown_entity": "the entity is not in entities",
    "unknown_site": "the site or fleet is neither in sites nor in fleets",
    "unknown_word": "the word is not one of the closed list",
    "duplicate_id": "the id occurred before in the same table",
    "over_owned": "the shares of an entity add up to more than 100 % on a day",
    "owned_in_a_circle": "an entity owns itself through others",
    "overlapping_meters": "two readings of one meter, or a meter and its sub-meter, cover the same days",
    "no_rate": "the currency has no rate on that day",
    # activities
    "outside_boundary": "the site is not within the boundary by this approach on that day",
    "outside_year": "the activity lies outside the reporting year",
    "across_years": "the period reaches over the year's end: split it",
    "short_year": "the year does not have twelve months",
    "missing_months": "a meter that is read by month has no reading for a month of the year",
    "counted_twice": "purchased freight is here as fuel and as tonne-kilometres",
    "offset_in_inventory": "an offset or a removal credit is no activity: it stands in its own row beside gross emissions",
    "negative_amount": "a negative amount: a credit note belongs to the row it corrects",
    # the company's folder
    "unreadable_file": "the file cannot be read as a table of its template",
    "unknown_template": "the file's name, or a sheet's, begins with no template's name",
    "same_file_twice": "another file of the template has the same content",
    "no_method": "this Leafmark has no method for the template",
    "period_backwards": "the period ends before it begins",
    "control_contradicts": "the ownership's accounting and its financial control say different things",
    "influence_not_told": "a stake under 20 % that does not say whether it is an investment without influence",
    "unknown_meter": "the meter is not in meters, or belongs to another site",
    "origin_not_told": "the amount does not say where it comes from: taken as calculated, not as primary",
    "share_changes": "the company's share changes within the period: the mean of its days was taken",
    "no_price_index": "the price index does not reach the year: its last year stands in",
    # products sold, from the product book
    "not_own_retail": "sold by a third-party seller: neither bought nor sold by the company, and in no category of its own",
    "stage_not_assessed": "the run of the product book has no figure of this stage: it is not assessed, and not 0",
    "product_unknown": "a line of the product was refused in the run of the product book, so its figures are not known",
    # contracts of electricity
    "used_twice": "the certificate's serial numbers were used before",
    "wrong_market": "the instrument was issued in another market than the consumption is in",
    "wrong_period": "the instrument's generation does not lie in the period of the consumption",
    "not_retired": "the certificate was not redeemed, retired or cancelled on behalf of the company",
    "not_needed": "more is contracted than consumed: the surplus serves nothing",
    "criterion_not_shown": "a quality criterion of contracts cannot be told from the row: the contract serves, and its paper is to be found",
    "no_residual_mix": "the market has no residual mix: the grid's average stands in",
    # a bill of the cloud: why a line has no grams, or is doubted
    "no_hardware": "licence, support or software: the hardware it runs on is a line of its own",
    "no_machine": "hours of something whose size no word tells",
    "no_coefficient": "billed by what no published coefficient turns into energy (requests, keys, addresses, throughput)",
    "no_direction": "gigabytes, and no word says whether they were sent, received or only processed",
    "unknown_provider": "no coefficients of this provider",
    "missing_quantity": "usage without a quantity",
    "missing_unit": "usage without a unit",
    "tax_charge": "a tax: no usage",
    "purchase_charge": "a commitment or reservation bought: its use is billed in rows of usage",
    "adjustment_charge": "an adjustment of an invoice: no usage",
    "credit_charge": "a credit: money, not hardware",
    "correction_charge": "a correction of an earlier period: belongs to the row it corrects",
    "unused_commitment": "the part of a commitment that was not used: paid, and no hardware was reserved for it by that",
    "negative_usage": "less than nothing used: a reversal belongs to the row it reverses; it takes no grams away",
    "other_charge": "a kind of charge that is not usage",
    "negative_cost": "a negative cost beside usage: the usage counts, whatever it cost",
    "broken_line": "a line of the file that is no row of its table",
    # bonds
    "unknown_bond": "the bond is not in bonds, or was refused there",
    "unknown_tranche": "the tranche is not in tranches, or was refused there",
    "unknown_project": "the project is not in projects, or was refused there",
    "not_money": "not an exact amount in the currency's smallest unit: money is never a float",
    "net_differs": "gross proceeds less issuance costs are not the net proceeds",
    "over_proceeds": "the allocation takes its tranche past its net proceeds",
    "over_cost": "the allocation takes its project past its cost, all tranches together: a unit of money would count twice",
    "cost_unknown": "several tranches finance a project whose cost was not told: whether a unit of it counts twice cannot be seen",
    "over_amount": "a part is larger than its whole",
    "same_allocation": "the same allocation stands twice: tranche, project, amount, day and document are alike",
    "other_currency": "the project's cost is in another currency than the bond",
    "before_issue": "the allocation lies before the issue",
    "after_maturity": "the allocation lies after the tranche has matured",
    "no_period": "the period ends before it begins",
    "past_look_back": "the refinanced expenditure lies before the look-back period",
    "no_look_back": "the bond tells no look-back period for refinancing",
    "new_but_earlier": "told as new, but spent before the year of issuance: that is refinancing",
    "category_of_another_label": "the bond's label does not finance projects of that kind",
    "undisclosed_use": "the use was told as a sum alone: it stays one bucket",
    "unbalanced": "allocations plus unallocated are not the net proceeds",
    "half_cited": "an indicator names a run without an address, or an address without a run",
    "no_such_entry": "the run that the indicator cites is not there, or does not explain that address",
    "differs_from_entries": "the indicator is not what the entries it cites add up to",
    "share_unknown": "the project's cost was not told, so no share of its result can be",
    # grams per order
    "unknown_order": "the entry's order is not in the table of orders",
    "other_book": "an entry of the impact book, or of none, is in neither row per order",
    "goods_for_resale": "goods bought or sold are no service of an order: their grams come from the product book",
    "past_the_gate": "the stage lies past the maker's gate, or is not told: goods are counted cradle to gate",
    "nothing_to_spread_on": "no order of that day and warehouse has anything to spread shared grams by",
    # impact
    "unknown_programme": "the programme is not in programmes, or the question is not asked of it",
    "not_minted": "only avoided emissions and participants' reductions are minted: the rest is in an inventory already, or earns points alone",
    "no_participant": "a fall in a participant's own inventory names the participant",
    "same_effect": "the act counts already, as a mint or in another comparison",
    "in_future": "the answer is of a day that has not come",
}
"""Reason code -> what it means."""
