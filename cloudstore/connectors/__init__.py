"""Everything the product knows about other companies' platforms, in plain Python.

No web framework in here: a connector turns bytes into frozen messages and calls into requests, and nothing else.
`messages.py` says what platforms tell us, `errors.py` what can go wrong, each folder speaks with one platform,
`simulator/` is a platform of our own for demonstrations and tests.
"""
