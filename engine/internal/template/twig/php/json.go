package php

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
)

// maxJSONDepth is how deeply data may nest.
const maxJSONDepth = 512

// FromJSON reads data as PHP's json_decode does: the order of members is kept,
// whole numbers are ints, and others floats.
func FromJSON(raw []byte) (Value, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := decodeJSON(d, 0)
	if err != nil {
		return Value{}, err
	}
	if _, err = d.Token(); !errors.Is(err, io.EOF) {
		return Value{}, errors.New("there is something behind the data")
	}
	return v, nil
}

func decodeJSON(d *json.Decoder, depth int) (Value, error) {
	if depth > maxJSONDepth {
		return Value{}, errors.New("the data nests too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return Value{}, err
	}
	switch t := t.(type) {
	case bool:
		return Bool(t), nil
	case string:
		return String(t), nil
	case json.Number:
		return numberFromJSON(string(t)), nil
	case json.Delim:
		return arrayFromJSON(d, t == '{', depth)
	}
	return Null, nil
}

func numberFromJSON(s string) Value {
	if !strings.ContainsAny(s, ".eE") {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return Int(i)
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && f == 0 {
		f = math.NaN()
	}
	return Float(f)
}

func arrayFromJSON(d *json.Decoder, named bool, depth int) (Value, error) {
	a := NewArray(0)
	for d.More() {
		var key Key
		if named {
			t, err := d.Token()
			if err != nil {
				return Value{}, err
			}
			name, _ := t.(string)
			key = TextKey(name)
		}
		v, err := decodeJSON(d, depth+1)
		if err != nil {
			return Value{}, err
		}
		if named {
			a.Set(key, v)
		} else {
			a.Append(v)
		}
	}
	_, err := d.Token()
	return Arr(a), err
}
