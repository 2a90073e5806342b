"""Does the number hold on your own people?  Measures, and what they cannot say."""
