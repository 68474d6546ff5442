"""The calibration meeting: who is talked about, what was decided, and what that did."""
