package diag

func ruleCodes() []CodeInfo {
	return []CodeInfo{
		{
			Code: CodeExpressionSyntax, Title: "an expression that cannot be read",
			Doc: "The rule or expression is not well formed from this place on: a bracket, an operand or an operator is missing, or there is one too many.",
		},
		{
			Code: CodeExpressionType, Title: "types that do not fit together",
			Doc: "An operator or function gets values of a type that it does not take, such as a text compared with a number, or the expression gives another type than its place needs.",
		},
		{
			Code: CodeEnumValue, Title: "a value that an enum does not have",
			Doc: "The text is compared with a member that has known values, and it is none of them, so the comparison would never hold.",
		},
		{
			Code: CodeNullMember, Title: "a member of something that may be null",
			Doc: "The value may be null, and null has no members, elements or value to work with: the record would fail at run time. Write ?. or say with ?? what to take instead.",
		},
		{
			Code: CodeTemplateSyntax, Title: "a template that cannot be read",
			Doc: "The template is not well formed from this place on: a tag is not closed, a block does not end, or an expression in it is broken.",
		},
		{
			Code: CodeUnknownFilter, Title: "an unknown filter",
			Doc: "The template uses a filter that its dialect does not have.",
		},
		{
			Code: CodeUnknownTest, Title: "an unknown test",
			Doc: "The template uses, after is, a test that its dialect does not have.",
		},
		{
			Code: CodeUnknownTag, Title: "an unknown tag",
			Doc: "The template uses a tag that its dialect does not have, or that is not allowed here.",
		},
		{
			Code: CodeUnknownTemplate, Title: "an unknown template",
			Doc: "A template includes, extends or imports another, and there is none of the name under templates.",
		},
		{
			Code: CodeTemplateType, Title: "a value that a template cannot use",
			Doc: "A filter, function or operator of the template gets a value of a type that it does not take, or an object or list is printed as if it were text.",
		},
	}
}

func pipelineCodes() []CodeInfo {
	return []CodeInfo{
		{
			Code: CodeTableIncomplete, Title: "a table that misses values",
			Doc: "The table has no default, and the value that it is asked for can be one that it does not list. A record with that value would fail.",
		},
		{
			Code: CodeMissingMember, Title: "the target needs a member that is not mapped",
			Doc: "The operation that takes the result requires a member that the mapping does not make.",
		},
		{
			Code: CodeUnknownTargetMember, Title: "the target does not take a member that is mapped",
			Doc: "The operation that takes the result has no member of this name. The vendor would refuse the record or, worse, leave the member out without a word.",
		},
		{
			Code: CodeTargetType, Title: "the target takes another type",
			Doc: "The mapping makes a value of another type than the operation takes.",
		},
		{
			Code: CodeBadCron, Title: "a schedule that cannot be read",
			Doc: "A schedule has five fields: minute, hour, day of the month, month and day of the week. This one does not, has a value out of range, or names a day that never comes.",
		},
		{
			Code: CodeBadTimeZone, Title: "an unknown time zone",
			Doc: "Time zones are named as in the IANA database, such as America/New_York. Abbreviations such as PST are no names: they do not tell when summer time begins.",
		},
		{
			Code: CodeUnreachable, Title: "something that no record reaches",
			Doc: "A branch comes after one that takes every record, or its rule can never hold.",
		},
		{
			Code: CodeInDoubt, Title: "a write that cannot be looked up",
			Doc: "When the answer to a write is lost, nobody knows whether the vendor took it. The connector has neither a look-up for this operation nor an idempotency key, so such a record would be left in doubt for a person to decide.",
		},
	}
}
