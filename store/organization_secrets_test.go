package store_test

import "hooksafe/store"

// own is the place of the secrets of the organization itself.
var own = store.OrganizationPlace()
