package streamspec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

const (
	longestString  = 5_000_000
	deepestNesting = 64
)

// Reading is one way to a value of an error.
type Reading struct {
	value any
	via   string
}

// Attribute is an exported field or method of the error; at its zero value the SDK has the field and leaves it empty.
func Attribute(value any) Reading { return Reading{value, "attribute"} }

// Body is a value in the body that the error exposes as JSON, a field only where there is a fitting value.
func Body(raw string, path ...string) Reading {
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return Reading{}
	}
	for _, key := range path {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return Reading{value, "body"}
}

// Header is a header of the response that the error exposes.
func Header(response *http.Response, name string) Reading {
	if response == nil {
		return Reading{}
	}
	return Reading{response.Header.Get(name), "header"}
}

// Fields are the ways to each field of an error that the SDK offers, best first, by the contract's names: status,
// type, code, request_id, retry_after; and message, where another field holds it than what Error returns.
type Fields map[string][]Reading

// ErrorType is one of the SDK's own exported error types.
type ErrorType struct {
	name string
	is   func(error) bool
	find func(error) (Fields, bool)
}

// Own declares an exported error type of the SDK by the name that its users write, which for an alias is not the
// type's own, and what can be read of it.
func Own[E error](name string, read func(err E) Fields) ErrorType {
	return ErrorType{
		name: name,
		is:   func(err error) bool { return reflect.TypeOf(err) == reflect.TypeFor[E]() },
		find: func(err error) (Fields, bool) {
			var own E
			if !errors.As(err, &own) {
				return nil, false
			}
			return read(own), true
		},
	}
}

// panicError is a panic of the SDK, which its caller gets in the place of an error.
type panicError struct{ panicked any }

func (err panicError) Error() string { return fmt.Sprint("panic: ", err.panicked) }

// typeName is a type's name with its package: that alone tells `url.Error` from an SDK's own `Error`.
func typeName(value any, own []ErrorType) string {
	if err, ok := value.(error); ok {
		for _, known := range own {
			if known.is(err) {
				return known.name
			}
		}
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", value), "*")
}

// describeError is an error as its receiver can read it: `errors.As` finds the SDK's own types also in what wraps them.
func describeError(err error, own []ErrorType) map[string]any {
	if panicked, ok := err.(panicError); ok {
		return described([]string{"panic", typeName(panicked.panicked, nil)}, err.Error(), nil)
	}
	classes := []string{typeName(err, own)}
	var fields Fields
	for _, known := range own {
		found, ok := known.find(err)
		if !ok {
			continue
		}
		if !known.is(err) {
			classes = append(classes, known.name)
		}
		if fields == nil {
			fields = found
		}
	}
	failure := described(classes, err.Error(), fields)
	failure["causes"] = causes(err, own)
	return failure
}

// causes are the types in the chain of what an error wraps, nearest first.
func causes(err error, own []ErrorType) []string {
	names := []string{}
	wrapped := []error{}
	switch wrapping := err.(type) {
	case interface{ Unwrap() error }:
		wrapped = append(wrapped, wrapping.Unwrap())
	case interface{ Unwrap() []error }:
		wrapped = wrapping.Unwrap()
	}
	for _, cause := range wrapped {
		if cause != nil && len(names) < deepestNesting {
			names = append(append(names, typeName(cause, own)), causes(cause, own)...)
		}
	}
	return names
}

// described is the contract's `ObservedError`, but for the site.
func described(classes []string, message string, fields Fields) map[string]any {
	failure := map[string]any{"class": classes[0], "classes": classes, "message": message, "causes": []string{}}
	for field, ways := range fields {
		reading, offered := first(field, ways)
		switch {
		case !offered:
		case field == "message":
			if reading.value != nil {
				failure[field] = reading.value
			}
		case reading.value == nil:
			failure[field] = nil
		default:
			failure[field] = map[string]any{"value": reading.value, "via": reading.via}
		}
	}
	return failure
}

// first is the first of the ways that leads to a value; without one, whether the error offers the field at all.
func first(field string, ways []Reading) (reading Reading, offered bool) {
	for _, way := range ways {
		offered = offered || way.via == "attribute" || way.via == "header"
		if value := converted(field, way.value); value != nil {
			return Reading{value, way.via}, true
		}
	}
	return Reading{}, offered
}

// converted is a value as the contract has it; nil for a zero value and for one that the field cannot have.
func converted(field string, value any) any {
	if value == nil || reflect.ValueOf(value).IsZero() {
		return nil
	}
	switch field {
	case "status":
		return status(value)
	case "retry_after":
		return seconds(fmt.Sprint(value))
	default:
		return word(value)
	}
}

// status is a number with the three digits of an HTTP status; providers count their own codes, too.
func status(value any) any {
	switch value.(type) {
	case int, json.Number:
		if number, err := strconv.Atoi(fmt.Sprint(value)); err == nil && number >= 100 && number <= 999 {
			return number
		}
	}
	return nil
}

// word is a provider's word as text; what should have been text and is not, as JSON.
func word(value any) string {
	if reflect.TypeOf(value).Kind() == reflect.String {
		return fmt.Sprint(value)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// seconds is a delay, given in seconds or as an HTTP date; nil if it is neither.
func seconds(value string) any {
	if delay, err := strconv.ParseFloat(value, 64); err == nil && !math.IsNaN(delay) && !math.IsInf(delay, 0) {
		return max(delay, 0)
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(time.Until(date).Round(time.Second).Seconds(), 0)
	}
	return nil
}

// encode is a message as one line.
func encode(message map[string]any) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(plain(message, 0))
	return line.Bytes(), err
}

// plain is a value whose strings and depth every reader takes.
func plain(value any, depth int) any {
	switch value := value.(type) {
	case string:
		if len(value) > longestString {
			return strings.ToValidUTF8(value[:longestString], "") + fmt.Sprintf(" [cut by the adapter: %d bytes]", len(value))
		}
	case map[string]any:
		if depth >= deepestNesting {
			return fmt.Sprint(value)
		}
		copied := make(map[string]any, len(value))
		for key, each := range value {
			copied[key] = plain(each, depth+1)
		}
		return copied
	case []any:
		if depth >= deepestNesting {
			return fmt.Sprint(value)
		}
		copied := make([]any, len(value))
		for at, each := range value {
			copied[at] = plain(each, depth+1)
		}
		return copied
	}
	return value
}
