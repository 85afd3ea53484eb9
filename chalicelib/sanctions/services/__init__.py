"""The procedures on flags (失信惩戒), each from its checks to its one write."""
