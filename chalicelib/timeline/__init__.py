"""The timeline (时间线): append-only, hash-chained events, which are also the outbox."""
