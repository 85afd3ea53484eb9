"""The procedures on credit (信用), each from its checks to its one write."""
