package streamspec

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
)

// manifestVariable holds the adapter's manifest as JSON, with the keys of `adapter.toml`.
const manifestVariable = "STREAMSPEC_MANIFEST"

// manifest is what an adapter needs of its adapter.toml, which the harness hands over: what it says, no adapter repeats.
type manifest struct {
	Package  string
	Surfaces map[string]Surface
}

// Surface is one way of using the SDK.
type Surface struct {
	APIs     []string
	Delivers Delivers
	// AlsoShows are the fields that its caller is handed beside those of every surface that delivers the same.
	AlsoShows []string `json:"also-shows"`
}

// handedOver returns the manifest of this adapter; an adapter is started by the harness, which hands it over.
func handedOver() (said manifest, err error) {
	text, there := os.LookupEnv(manifestVariable)
	if !there {
		why := "is not set: an adapter is started by the harness, which hands its adapter.toml over"
		return said, fmt.Errorf("%s %s", manifestVariable, why)
	}
	return said, json.Unmarshal([]byte(text), &said)
}

// apis returns those of all surfaces.
func (said manifest) apis() []string {
	apis := map[string]bool{}
	for _, surface := range said.Surfaces {
		for _, api := range surface.APIs {
			apis[api] = true
		}
	}
	return slices.Sorted(maps.Keys(apis))
}
