"""Authorities (委托授权): who may act for whom, in which items, with which acts and until when."""
