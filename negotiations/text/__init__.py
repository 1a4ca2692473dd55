"""Words: tokens, quotations, sentences, languages."""
