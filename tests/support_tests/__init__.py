"""Do the servers the other tests trust do what they say?"""
