"""How people are reached, over HTTP."""
