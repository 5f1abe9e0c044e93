package scan

// The functions of this file are for texts that are known to be JSON.

// SkipValue returns the offset behind a value in a text that is known to be
// JSON, and the number of members or elements that the value has.
func SkipValue(s string, i int) (end, count int) {
	depth := 0
	for {
		switch c := s[i]; c {
		case '"':
			i, _ = String(s, i+1)
			i++
		case '{', '[':
			depth++
			if i = SkipSpace(s, i+1); depth == 1 && s[i] != '}' && s[i] != ']' {
				count++
			}
			continue
		case '}', ']':
			depth--
			i++
		case ',':
			if depth == 1 {
				count++
			}
			i++
			continue
		default:
			i = skipScalar(s, i)
		}
		if depth == 0 {
			return i, count
		}
	}
}

// skipScalar passes over a literal, a number, a colon or white space.
func skipScalar(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"', '{', '[', '}', ']', ',', ':', ' ', '\n', '\r', '\t':
			return i
		}
	}
	return i
}

// MemberName returns the name at i and the offset of its value, in valid JSON.
func MemberName(s string, i int) (name string, value int) {
	end, escaped := String(s, i+1)
	name = s[i+1 : end]
	if escaped {
		name = Unescape(name)
	}
	return name, SkipSpace(s, SkipSpace(s, end+1)+1)
}

// NextItem returns the offset of the next member or element, or of the end, in
// valid JSON.
func NextItem(s string, i int) int {
	if i = SkipSpace(s, i); s[i] == ',' {
		i = SkipSpace(s, i+1)
	}
	return i
}
