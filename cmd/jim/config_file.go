package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"

	"github.com/pelletier/go-toml/v2"
)

// readConfig reads the settings that a TOML file says, by their names. A path ""
// is a file that says nothing. Unknown keys and values of the wrong kind are
// errors that show the line.
func readConfig(path string) (map[string]said, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, exitf(exitConfig, "the configuration: %w", err)
	}
	table := reflect.New(tomlTable())
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(table.Interface()); err != nil {
		return nil, exitf(exitConfig, "%s: %s", path, inTOML(text, err))
	}
	inFile := make(map[string]said)
	for i := range settings {
		field := table.Elem().Field(i)
		if field.IsNil() {
			continue
		}
		v := said{by: path, exit: exitConfig}
		switch x := field.Elem().Interface().(type) {
		case []string:
			v.values = x
		case string:
			v.values = []string{x}
		case bool:
			v.values = []string{strconv.FormatBool(x)}
		}
		inFile[settings[i].name] = v
	}
	return inFile, nil
}

// tomlTable is a type for the TOML decoder: a struct with one pointer for each
// setting, in their order.
func tomlTable() reflect.Type {
	fields := make([]reflect.StructField, len(settings))
	for i := range settings {
		fields[i] = reflect.StructField{
			Name: "F" + strconv.Itoa(i),
			Type: reflect.TypeOf(settings[i].field(&config{})),
			Tag:  reflect.StructTag(`toml:"` + settings[i].name + `"`),
		}
	}
	return reflect.StructOf(fields)
}

// inTOML says what is wrong in text, and shows where.
func inTOML(text []byte, err error) string {
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		return "no such setting:\n" + unknown.String()
	case !errors.As(err, &wrong):
		return err.Error()
	}
	row, _ := wrong.Position()
	for i := range settings {
		s := &settings[i]
		if key := wrong.Key(); len(key) == 1 && key[0] == s.name {
			line := bytes.Split(text, []byte("\n"))[row-1]
			return fmt.Sprintf("%s must be %s:\n%d| %s", s.name, s.inFile(), row, line)
		}
	}
	return "not understood:\n" + wrong.String()
}

// inFile is the kind of value that s takes in the file.
func (s *setting) inFile() string {
	switch {
	case s.isList():
		return `an array of strings, ["…", "…"]`
	case s.isBool():
		return "true or false"
	}
	return `a string, "…"`
}
