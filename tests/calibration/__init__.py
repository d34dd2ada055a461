"""Do the intervals cover the truth as often as they say? Populations whose truth is known, asked again and again.

`python -m tests.calibration` asks thousands of them and writes the table into `docs/explanation/calibration.md`; a small part of
it is a test. Everything comes from seeds, so that the same program gives the same table.
"""
