"""Tables about who buys and how: people, decision process, discovery, qualification."""
