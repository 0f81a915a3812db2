"""A description a vendor (`<vendor>.yml`): where in its records the columns of our entities are, and what reads them.

What needs no description (csv) is a module in the folder of its kind.
"""
