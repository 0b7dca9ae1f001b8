"""Image to Proposal, by way of training's network and preprocessing."""

import os

# read when torch loads its threads: beside a busy process, threads that spin made a proposal five times slower
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
