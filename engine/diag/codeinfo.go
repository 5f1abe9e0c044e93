package diag

import (
	"embed"
	"slices"
)

// CodeInfo explains a code, for the reference page of findings.
type CodeInfo struct {
	Code Code
	// Title says in a few words what is wrong.
	Title string
	// Doc explains in a paragraph what is wrong, why it matters and what to do.
	Doc string
	// Example is a small file that has the finding, and no other. It is run as a
	// test.
	Example string
}

// examples has a file for each code.
//
//go:embed examples/*.yaml
var examples embed.FS

// Codes explains every code, in the order of the reference page.
func Codes() []CodeInfo {
	all := slices.Concat(fileCodes(), structureCodes(), nameCodes(), ruleCodes(), pipelineCodes())
	for i := range all {
		// A test sees that each has an example.
		data, _ := examples.ReadFile("examples/" + string(all[i].Code) + ".yaml")
		all[i].Example = string(data)
	}
	return all
}

// Info explains the code.
func (c Code) Info() (CodeInfo, bool) {
	all := Codes()
	i := slices.IndexFunc(all, func(x CodeInfo) bool { return x.Code == c })
	if i < 0 {
		return CodeInfo{}, false
	}
	return all[i], true
}

func fileCodes() []CodeInfo {
	return []CodeInfo{
		{
			Code: CodeFile, Title: "a file cannot be read",
			Doc: "A file that was named is not there, may not be read, or is of a kind that is not expected at its place. Nothing else in it was checked.",
		},
		{
			Code: CodeEncoding, Title: "not text in UTF-8",
			Doc: "Files are text in UTF-8. The place is that of the first byte that is none, or of a control character that YAML does not allow. Editors write UTF-16 or Latin-1 when a file was made by an older program; save it as UTF-8.",
		},
		{
			Code: CodeSyntax, Title: "not valid YAML",
			Doc: "The file cannot be read as YAML from this place on, so nothing else in it was checked. Most often a text with a colon, a quote or a bracket in it needs quotes, or a line is indented differently from those that it belongs with.",
		},
		{
			Code: CodeSecondDocument, Title: "a second YAML document",
			Doc: "A file holds one document. YAML begins another one after a line of three dashes; it would be read by nobody, so it is refused. Put it into a file of its own.",
		},
		{
			Code: CodeAlias, Title: "an alias that cannot be followed",
			Doc: "An alias (*name) repeats the value that an anchor (&name) marks further up in the same file. This one names no anchor, stands inside the value that it names, or repeats so many values that the file would not fit into memory.",
		},
		{
			Code: CodeDuplicateKey, Title: "a key given twice",
			Doc: "A mapping has the same key twice. Many programs take the last one and say nothing; here one of the two must go.",
		},
		{
			Code: CodeCutComment, Title: "a text cut short by a comment",
			Doc: "In a text without quotes, a number sign after a space begins a comment. The rest of the text is lost: here it has the closing quote or bracket of what stands before it. Quote the whole text.",
		},
		{
			Code: CodeUnquotedTemplate, Title: "a template without quotes",
			Doc: "A value that begins with {{ or {%, or with ${ inside brackets, is a mapping to YAML unless it is quoted.",
		},
	}
}

func structureCodes() []CodeInfo {
	return []CodeInfo{
		{
			Code: CodeUnknownKey, Title: "an unknown key",
			Doc: "The key means nothing at its place: it is misspelt, or stands one level too high or too low.",
		},
		{
			Code: CodeWrongType, Title: "a value of the wrong type",
			Doc: "The field takes another kind of value: a list instead of a text, a whole number instead of one with decimals, true or false instead of yes or no. Texts may be written without quotes; the type of the field decides what they are.",
		},
		{
			Code: CodeMissingField, Title: "a required field is missing",
			Doc: "The field has no default and must be given. The hint says what it is for.",
		},
		{
			Code: CodeOutOfBounds, Title: "a value out of bounds",
			Doc: "The value is of the right type but too small, too large, too short or too long.",
		},
		{
			Code: CodeBadValue, Title: "a value that is not taken",
			Doc: "The field takes one of a few values, or values of a certain form, and this is none of them.",
		},
		{
			Code: CodeConflict, Title: "things that exclude each other",
			Doc: "Two fields are given of which each makes the other meaningless, a name is used for two things, or a field is given where it has no meaning. Nothing decides which one was meant, so one has to go.",
		},
		{
			Code: CodeUnused, Title: "something that nothing uses",
			Doc: "A name is declared and nothing refers to it. Either it can go, or a reference to it is misspelt.",
		},
		{
			Code: CodeCycle, Title: "things that need each other in a circle",
			Doc: "Each of the things named needs the next one, and the last one needs the first, so none of them can come first.",
		},
	}
}

func nameCodes() []CodeInfo {
	return []CodeInfo{
		{
			Code: CodeUnknownConnection, Title: "an unknown connection",
			Doc: "A read or write names a connection that the pipeline does not list under connections, or the workspace binds a connection to an account that it does not have.",
		},
		{
			Code: CodeUnknownConnector, Title: "an unknown connector",
			Doc: "There is no connector of this name, neither built in nor in the workspace.",
		},
		{
			Code: CodeUnknownStream, Title: "a stream that the connector does not have",
			Doc: "The part after the point names what is read from a connection. The connector has no such stream.",
		},
		{
			Code: CodeUnknownOperation, Title: "an operation that the connector does not have",
			Doc: "The part after the point names what is written to a connection. The connector has no such operation.",
		},
		{
			Code: CodeUnknownSetting, Title: "an unknown setting",
			Doc: "The pipeline or the connector declares no setting of this name.",
		},
		{
			Code: CodeUnknownFunction, Title: "an unknown function",
			Doc: "The expression or template calls a function that is neither built in nor a table of the pipeline.",
		},
		{
			Code: CodeUnknownVariable, Title: "an unknown variable",
			Doc: "The name is not in scope here. In scope are the record under the name that its source gives it, settings, lookups, what earlier steps named, and run.",
		},
		{
			Code: CodeUnknownMember, Title: "a member that the shape does not have",
			Doc: "The shape of the value says which members it has, and this is none of them. Open shapes, such as metadata, take any name.",
		},
		{
			Code: CodeUnknownStep, Title: "an unknown step",
			Doc: "A step is written as a mapping whose first key is the step's name. There is no step of this name.",
		},
		{
			Code: CodeMissingVariable, Title: "an environment variable or secret that is not set",
			Doc: "The file asks for an environment variable or a secret file that is not there. With --offline a stand-in of the right type is taken instead.",
		},
	}
}
