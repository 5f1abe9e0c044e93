package item

import "testing"

// TestWriteTimeInForm holds that a time with a zone, as one vendor sends it, is
// written in the form of another, which takes UTC without a zone.
func TestWriteTimeInForm(t *testing.T) {
	naive := &Type{Kind: KindTime, Format: "2006-01-02 15:04:05"}
	at, err := Convert(Text("2026-03-04T09:12:44-07:00"), TypeTime)
	if err != nil {
		t.Fatal(err)
	}
	got, err := AppendJSONAs(nil, at, naive)
	if want := `"2026-03-04 16:12:44"`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
