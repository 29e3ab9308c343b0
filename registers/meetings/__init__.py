"""Meetings of bodies: their deadlines, their series, and the meeting of each agreement."""
