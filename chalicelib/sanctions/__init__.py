"""Joint sanctions (联合惩戒): the list of measures, and flags based on an effective document."""
