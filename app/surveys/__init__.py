"""Cards and sentences on answers to surveys that several pages share."""
