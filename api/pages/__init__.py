"""Pages for people: context, words, the drawing of an answer. Pure; routes give them what they show."""
