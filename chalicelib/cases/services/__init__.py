"""The procedures on cases (办件), each from its checks to its one write."""
