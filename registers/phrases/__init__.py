"""What Python says in sentences: numbers, plurals and lists in words.

Every plural goes through ngettext, with the whole sentence or clause as its message, so that
another language is a catalogue. Where a sentence has two counts it has a clause for each.
"""
