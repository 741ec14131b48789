"""Tables about from the trial close to the signed contract and the hand-over."""
