"""People and organisations (自然人、法人): who they are, how that was proven, for whom they may act, who
looked."""
