"""Who a matter is about: identifiers, subject keys, masking and signing keys (主体)."""
