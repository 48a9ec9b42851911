"""The append-only store, the ledger of loads, quarantine."""
