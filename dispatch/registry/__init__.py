"""The register of units, people, classification, places and the dispatch catalogue: its changes.

Each change is one transaction that also writes an `admin_change` row (before and after, in
words) and a new `reference` version, so that every process reads the rulebook again.
"""
