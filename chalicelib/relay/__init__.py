"""The relay: telling the timeline's events to everybody who listens, and what could not be told again."""
