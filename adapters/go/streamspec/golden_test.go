package streamspec

import (
	"encoding/json"
	"os"
	"testing"
)

// goldenFile is adapters/golden.json, which says what every kit reads. The items are read by the adapters' own tests.
type goldenFile struct {
	Fields []struct {
		Field      string
		Raw, Reads json.RawMessage
	}
	Bodies []struct {
		Name, API, Body string
		Reads           map[string]json.RawMessage
	}
}

func readGolden(t *testing.T) (golden goldenFile) {
	text, err := os.ReadFile("../../golden.json")
	if err == nil {
		err = json.Unmarshal(text, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(golden.Fields) == 0 || len(golden.Bodies) == 0 {
		t.Fatal("there are no vectors")
	}
	return golden
}

// sameJSON compares a value with JSON.
func sameJSON(t *testing.T, value any, expected json.RawMessage) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var seen, wanted any
	if json.Unmarshal(text, &seen) != nil || json.Unmarshal(expected, &wanted) != nil {
		t.Fatalf("%s or %s is no JSON", text, expected)
	}
	same(t, seen, wanted)
}

func TestGoldenFields(t *testing.T) {
	for _, each := range readGolden(t).Fields {
		t.Run(each.Field+" "+string(each.Raw), func(t *testing.T) {
			// As a body has it: numbers are kept as they are written.
			_, said, _ := parsed(`{"error":{"raw":` + string(each.Raw) + `}}`)
			sameJSON(t, converted(each.Field, said["raw"]), each.Reads)
		})
	}
}

func TestGoldenBodies(t *testing.T) {
	for _, each := range readGolden(t).Bodies {
		t.Run(each.API+" "+each.Name, func(t *testing.T) {
			fields := Body(each.Body)
			if each.API == "gemini-generate" {
				fields = GoogleBody(each.Body)
			}
			failure := described([]string{"E"}, "", fields)
			for _, field := range []string{"status", "type", "code", "request_id", "retry_after"} {
				reading, _ := failure[field].(map[string]any)
				wanted, offered := each.Reads[field]
				if !offered {
					wanted = json.RawMessage("null")
				}
				sameJSON(t, reading["value"], wanted)
				same(t, reading != nil, offered)
			}
		})
	}
}
