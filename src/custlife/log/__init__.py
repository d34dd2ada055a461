"""Logs: the histories of many customers, ready to be asked; `StageLog` of stages, `EventLog` of events."""
