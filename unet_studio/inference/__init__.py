"""Image to Proposal, by way of training's network and preprocessing."""
