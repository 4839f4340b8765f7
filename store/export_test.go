package store

// OrganizationPlace is the place of the organization's own secrets. They have the
// implementation of a hook's, and are tested with it.
var OrganizationPlace = Place{own: true}
