"""The services of clocks (时限): each method runs from its checks to a single write."""
