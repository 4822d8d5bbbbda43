package streamspec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
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

// Attribute returns an exported field or method of the error; at its zero value the SDK has the field and leaves it empty,
// but for a boolean, which is a value either way.
func Attribute(value any) Reading {
	if at := reflect.ValueOf(value); !at.IsValid() || at.IsZero() && at.Kind() != reflect.Bool {
		value = nil
	}
	return Reading{value, "attribute"}
}

// Header returns a header of the response that the error exposes.
func Header(response *http.Response, name string) Reading {
	if response == nil {
		return Reading{}
	}
	return Reading{response.Header.Get(name), "header"}
}

// AWSErrorType returns the type of an error in a response of AWS's, which its header has before a colon.
func AWSErrorType(response *http.Response) Reading {
	if response == nil {
		return Reading{}
	}
	kind, _, _ := strings.Cut(response.Header.Get("x-amzn-errortype"), ":")
	return Reading{kind, "header"}
}

// Fields are the ways to each field of an error that the SDK offers, best first, by the contract's names: status,
// type, code, request_id, retry_after, retryable; and message, where another field holds it than what Error returns.
type Fields map[string][]Reading

// unread is the key of what is there and cannot be read, a sentence each.
const unread = "unread"

// Or adds other ways to the same fields, which count where the first ones lead to no value.
func (fields Fields) Or(others Fields) Fields {
	for field, ways := range others {
		fields[field] = append(fields[field], ways...)
	}
	return fields
}

// Body returns the fields that an error's raw body has, by the rule in adapters/README.md: a field only where there is a value.
func Body(raw string) Fields {
	body, said, why := parsed(raw)
	kind := said["type"]
	if _, enveloped := body["error"].(map[string]any); !enveloped && kind == "error" {
		// It names the envelope.
		kind = nil
	}
	return inBody(body, said, kind, why)
}

// GoogleBody returns a raw body in Google's shape, whose status is the type.
func GoogleBody(raw string) Fields {
	body, said, why := parsed(raw)
	return inBody(body, said, said["status"], why)
}

// inBody adds to the type what stands in the same place in every shape. A number that can be an HTTP status is one: Google
// and OpenRouter document it of `code`, and Groq of `status_code`.
func inBody(body, said map[string]any, kind any, why string) Fields {
	code := Reading{said["code"], "body"}
	return Fields{
		unread:       {{why, "body"}},
		"status":     {{said["status_code"], "body"}, code},
		"type":       {{kind, "body"}},
		"code":       {code},
		"request_id": {{body["request_id"], "body"}, {said["request_id"], "body"}},
	}
}

// parsed returns a body and the error in it: the object at `error`, or the body itself where it has none; or else the reason why nothing
// is read in it, though it is not empty. Google puts an array around the errors of a stream.
func parsed(raw string) (body, said map[string]any, why string) {
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil || decoder.More() {
		value = nil
	}
	if list, ok := value.([]any); ok && len(list) > 0 {
		value = list[0]
	}
	body, ok := value.(map[string]any)
	if !ok && strings.TrimSpace(raw) != "" {
		return nil, nil, "the body is text that is not a JSON object"
	}
	if body["error"] == nil {
		return body, body, ""
	}
	if said, ok = body["error"].(map[string]any); !ok {
		why = fmt.Sprintf("the `error` in the body is a %T", body["error"])
	}
	return body, said, why
}

// ErrorType is one of the SDK's own exported error types.
type ErrorType struct {
	name  string
	is    func(error) bool
	find  func(error) (error, Fields)
	wraps bool
}

// Own declares an exported error type of the SDK by the name that its users write, which for an alias is not the
// type's own, and what can be read of it. An interface is one, too: its name is then a class of each error that has it.
func Own[E error](name string, read func(err E) Fields) ErrorType {
	return OwnIn(name, func(err E, _ error) Fields { return read(err) })
}

// OwnIn declares an error type of which more can be read in the whole error, as that wraps it with a response.
func OwnIn[E error](name string, read func(err E, whole error) Fields) ErrorType {
	return ErrorType{
		name: name,
		is:   func(err error) bool { return reflect.TypeOf(err) == reflect.TypeFor[E]() },
		find: func(err error) (error, Fields) {
			var own E
			if !errors.As(err, &own) {
				return nil, nil
			}
			return own, read(own, err)
		},
	}
}

// Sentinel declares an exported error value of the SDK, which its users find by errors.Is, under the name that they write. What wraps
// the value has the message.
func Sentinel(name string, value error) ErrorType {
	return ErrorType{
		name: name,
		is:   func(err error) bool { return err == value },
		find: func(err error) (error, Fields) {
			if !errors.Is(err, value) {
				return nil, nil
			}
			return value, Fields{"message": {Attribute(err.Error())}}
		},
	}
}

// Wrapper declares an error type that the SDK puts around its other ones: an error in it of a type that is declared before
// counts more.
func Wrapper[E error](name string, read func(err E, whole error) Fields) ErrorType {
	wrapper := OwnIn(name, read)
	wrapper.wraps = true
	return wrapper
}

// panicError is a panic of the SDK, which its caller gets in the place of an error.
type panicError struct{ panicked any }

func (err panicError) Error() string { return fmt.Sprint("panic: ", err.panicked) }

// typeName returns a type's name with its package: that alone tells `url.Error` from an SDK's own `Error`.
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

// describeError returns an error as its receiver can read it: `errors.As` finds the SDK's own error also in what wraps it,
// and then that is the error.
func describeError(err error, own []ErrorType) map[string]any {
	if panicked, ok := err.(panicError); ok {
		return described([]string{"panic", typeName(panicked.panicked, nil)}, err.Error(), nil)
	}
	found, fields, classes := err, Fields(nil), []string{}
	for _, known := range own {
		if each, read := known.find(err); each != nil && (fields == nil || known.is(err) && !known.wraps) {
			found, fields, classes = each, read, []string{known.name}
		}
	}
	if name := typeName(found, own); !slices.Contains(classes, name) {
		classes = append([]string{name}, classes...)
	}
	failure := described(classes, found.Error(), fields)
	failure["causes"] = causes(found, own)
	if reflect.TypeOf(found) != reflect.TypeOf(err) {
		throughCause(failure)
	}
	return failure
}

// throughCause says of every reading that it was reached inside a wrapper.
func throughCause(failure map[string]any) {
	for _, field := range failure {
		if reading, ok := field.(map[string]any); ok {
			reading["via"] = "cause"
		}
	}
}

// causes returns the types in the chain of what an error wraps, nearest first.
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

// described returns the contract's `ObservedError`, but for the site.
func described(classes []string, message string, fields Fields) map[string]any {
	failure := map[string]any{"class": classes[0], "classes": classes, "message": message, "causes": []string{}}
	sentences := notReadable(fields)
	if len(sentences) > 0 {
		failure[unread] = sentences
	}
	for field, ways := range fields {
		reading, offered := first(field, ways)
		switch {
		case field == unread:
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

// notReadable says what is there and cannot be read, each once, in the order of the fields' names.
func notReadable(fields Fields) []string {
	sentences := []string{}
	add := func(sentence string) {
		if sentence != "" && !slices.Contains(sentences, sentence) {
			sentences = append(sentences, sentence)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		for _, way := range fields[field] {
			switch {
			case field == unread:
				add(way.value.(string))
			// A body's numbers are no statuses unless they can be.
			case way.via == "body" || way.value == nil || way.value == "":
			case converted(field, way.value) == nil:
				add(fmt.Sprintf("%s: %.60q, a %T, is none", field, fmt.Sprint(way.value), way.value))
			}
		}
	}
	return sentences
}

// first returns the first of the ways that leads to a value, and says whether the error offers the field at all.
func first(field string, ways []Reading) (reading Reading, offered bool) {
	for _, way := range ways {
		offered = offered || way.via == "attribute" || way.via == "header"
		if value := converted(field, way.value); value != nil {
			return Reading{value, way.via}, true
		}
	}
	return Reading{}, offered
}

// converted returns a value as the contract has it; nil for an empty one and for one that the field cannot have.
func converted(field string, value any) any {
	switch field {
	case "status":
		return status(value)
	case "retry_after":
		return seconds(strings.TrimSpace(fmt.Sprint(value)))
	case "retryable":
		if flag, ok := value.(bool); ok {
			return flag
		}
		return nil
	default:
		return word(value)
	}
}

// status returns a number with the three digits of an HTTP status; providers count their own codes, too.
func status(value any) any {
	switch value.(type) {
	case int, json.Number:
		if number, err := strconv.Atoi(fmt.Sprint(value)); err == nil && number >= 100 && number <= 999 {
			return number
		}
	}
	return nil
}

// word returns a provider's word as text, what should have been text and is not as its JSON; nil for an empty one.
func word(value any) any {
	if value == nil {
		return nil
	}
	text := fmt.Sprint(value)
	if reflect.TypeOf(value).Kind() != reflect.String {
		if whole, err := json.Marshal(value); err == nil {
			text = string(whole)
		}
	}
	if text == "" {
		return nil
	}
	return text
}

var delaySeconds = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// seconds returns a delay, given in seconds or as an HTTP date, of which one that has passed asks for none; nil if it is
// neither.
func seconds(value string) any {
	if delaySeconds.MatchString(value) {
		if delay, err := strconv.ParseFloat(value, 64); err == nil {
			return delay
		}
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(time.Until(date).Round(time.Second).Seconds(), 0)
	}
	return nil
}

// encode returns a message as one line.
func encode(message map[string]any) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(plain(message, 0))
	return line.Bytes(), err
}

// plain returns a value whose strings and depth every reader takes.
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
