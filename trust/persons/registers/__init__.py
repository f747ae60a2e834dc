"""Proofing by registers (核验渠道): a question, a channel, an answer, and a record of who asked why."""
