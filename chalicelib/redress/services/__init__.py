"""The procedures of redress (异议、修复、撤销), each from its checks to its one write."""
