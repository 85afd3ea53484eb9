"""Builds the portal's style sheet out of govuk-frontend's, which is not committed, and its catalogues of texts.

The faces of issued documents are fetched as well.
"""
