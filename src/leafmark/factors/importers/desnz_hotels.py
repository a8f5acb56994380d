"""ISO 3166-1 codes of the places in the UK flat file's table of hotel nights."""

from __future__ import annotations

_CODES = """
UK GB|UK (London) GB|Argentina AR|Australia AU|Austria AT|Belgium BE|Brazil BR|Canada CA|Chile CL|China CN|Colombia CO
|Costa Rica CR|Czech Republic CZ|Egypt EG|Fiji FJ|Finland FI|France FR|Germany DE|Greece GR|Hong Kong, China HK
|India IN|Indonesia ID|Ireland IE|Israel IL|Italy IT|Japan JP|Jordan JO|Kazakhstan KZ|Korea KR|Macau, China MO
|Malaysia MY|Maldives MV|Mexico MX|Netherlands NL|New Zealand NZ|Oman OM|Panama PA|Peru PE|Philippines PH|Poland PL
|Portugal PT|Qatar QA|Romania RO|Russian Federation RU|Saudi Arabia SA|Singapore SG|Slovak Republic SK|South Africa ZA
|Spain ES|Switzerland CH|Taiwan, China TW|Thailand TH|Turkey TR|Ukraine UA|United Arab Emirates AE|United States US
|Vietnam VN|Hong Kong HK|Macau MO|Taiwan TW|South Korea KR|Russia RU|Cambodia KH|Sri Lanka LK|Norway NO|Sweden SE
|Denmark DK
"""

HOTEL_REGIONS = {
    entry.rsplit(" ", 1)[0].strip(): entry.rsplit(" ", 1)[1].strip() for entry in _CODES.strip().split("|")
}
