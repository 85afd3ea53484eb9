"""What can be done with redress (异议、修复、撤销): each procedure from its checks to its one write."""
