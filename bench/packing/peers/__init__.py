"""Other packers on the bench's work: run by path in a virtual environment of their own, so nothing here imports Leafmark.

python bench/packing/peers/work.py NAME WORK.json OUT.json PART PARTS
"""
