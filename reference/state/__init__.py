"""The state of the chain's economy: records, and nothing that changes them by a rule.

Every field carries its unit, default and upstream storage name; :mod:`.record` says how, and
``spec/state`` what each is.
"""
