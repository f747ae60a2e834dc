"""Pages for people: context, words, and the drawing of an answer. Pure; the routes give them what they show."""
