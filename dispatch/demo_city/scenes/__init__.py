"""The demonstration's plays: one file of scenes for each kind (see `dispatch.demo_scenes`)."""
