"""Materials of a case (办件材料): their documents, how they are handed in, and how long they stay."""
