"""The frames benchmark: a maker of rows, one report written six ways, and the harness that runs each by itself."""
