"""Tests of the playbook: what to do next, hand-overs, content beside demand."""
