"""Other identity providers: how people and organisations known elsewhere reach Hải Phòng ID."""
