package diag

// The codes of findings, each explained by Codes.
const (
	CodeSyntax           Code = "syntax"
	CodeEncoding         Code = "encoding"
	CodeSecondDocument   Code = "second-document"
	CodeAlias            Code = "alias"
	CodeUnknownKey       Code = "unknown-key"
	CodeDuplicateKey     Code = "duplicate-key"
	CodeWrongType        Code = "wrong-type"
	CodeMissingField     Code = "missing-field"
	CodeOutOfBounds      Code = "out-of-bounds"
	CodeBadValue         Code = "bad-value"
	CodeConflict         Code = "conflict"
	CodeCutComment       Code = "cut-comment"
	CodeUnquotedTemplate Code = "unquoted-template"
	CodeFile             Code = "file"
	CodeUnused           Code = "unused"
	CodeCycle            Code = "cycle"
)

// The codes of findings about names that refer to something else.
const (
	CodeUnknownConnection Code = "unknown-connection"
	CodeUnknownConnector  Code = "unknown-connector"
	CodeUnknownStream     Code = "unknown-stream"
	CodeUnknownOperation  Code = "unknown-operation"
	CodeUnknownSetting    Code = "unknown-setting"
	CodeUnknownFunction   Code = "unknown-function"
	CodeUnknownVariable   Code = "unknown-variable"
	CodeUnknownMember     Code = "unknown-member"
	CodeUnknownStep       Code = "unknown-step"
	CodeMissingVariable   Code = "missing-variable"
)

// The codes of findings about rules and templates.
const (
	CodeExpressionSyntax Code = "expression-syntax"
	CodeExpressionType   Code = "expression-type"
	CodeEnumValue        Code = "enum-value"
	CodeNullMember       Code = "null-member"
	CodeTemplateSyntax   Code = "template-syntax"
	CodeUnknownFilter    Code = "unknown-filter"
	CodeUnknownTest      Code = "unknown-test"
	CodeUnknownTag       Code = "unknown-tag"
	CodeUnknownTemplate  Code = "unknown-template"
	CodeTemplateType     Code = "template-type"
)

// The codes of findings about a pipeline as a whole.
const (
	CodeTableIncomplete     Code = "table-incomplete"
	CodeMissingMember       Code = "missing-member"
	CodeUnknownTargetMember Code = "unknown-target-member"
	CodeTargetType          Code = "target-type"
	CodeBadCron             Code = "bad-cron"
	CodeBadTimeZone         Code = "bad-time-zone"
	CodeUnreachable         Code = "unreachable"
	CodeInDoubt             Code = "in-doubt"
)
