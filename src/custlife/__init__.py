"""The customer lifecycle as code."""
