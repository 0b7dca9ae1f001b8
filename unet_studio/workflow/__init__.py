"""The verbs, free of Qt: open, propose, correct, accept, learn, roll back, export."""
