"""Joint punishment (联合惩戒): the list of measures, and flags that stand on an effective document."""
