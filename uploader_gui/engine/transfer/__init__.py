"""Sending registered uploads to their presigned S3 URLs: slots, attempts, the PUT, its confirmation, time left."""
