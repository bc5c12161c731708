package wirejson

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Beijing is the zone of Chinese gateways' times that name none.
var Beijing = time.FixedZone("+08:00", 8*60*60)

// Time is an instant in UTC, read by [ParseTime] with [Beijing] as the zone. null and "" are the
// zero time.
//
// A time that cannot be read is the zero time too, with what was sent in Raw: a time is not worth
// losing an order's money and ids. Whoever needs the error reads a [Text] and calls ParseTime.
type Time struct {
	time.Time
	// Raw is the head of what was sent, only where it could not be read.
	Raw string
}

// UnmarshalJSON never fails.
func (t *Time) UnmarshalJSON(data []byte) error {
	*t = Time{}
	text, err := readText[Time](data)
	if err != nil {
		t.Raw = kindOf(data)
		return nil
	}
	t.read(text)
	return nil
}

// MarshalJSON writes RFC 3339, or null for the zero time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.Time.MarshalJSON()
}

// layouts are the written forms. time.Parse takes a fraction of a second in all of them.
var layouts = []string{
	time.RFC3339,               // 2025-04-24T17:17:43.000+08:00
	"2006-01-02T15:04:05-0700", // the same from Jackson's defaults
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"20060102150405.000-0700", // 20170913231916.000-0700, see withPoint
}

var (
	strayBlanks = regexp.MustCompile(`:\s+`)
	compact     = regexp.MustCompile(`^\d{17}[+-]\d{4}$`)
	errTime     = errors.New("wirejson: a time in none of the known formats")
)

// ParseTime reads RFC 3339 with or without milliseconds, yyyyMMddHHmmssSSS±HHMM,
// "yyyy-MM-dd HH:mm:ss" (also with the stray blanks of "15: 27: 58"), and Unix time as 10 digits
// (seconds) or 13 (milliseconds). A time without a zone is in zone; nil is [Beijing]. The result is
// in UTC. Empty text is an error.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	if len(text) > 64 {
		return time.Time{}, errTime
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil { // nearly all of them
		return bounded(t.UTC())
	}
	text = strayBlanks.ReplaceAllString(strings.TrimSpace(text), ":")
	if isDigits(text) {
		return unixTime(text)
	}
	if zone == nil {
		zone = Beijing
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, withPoint(text), zone); err == nil {
			return bounded(t.UTC())
		}
	}
	return time.Time{}, errTime
}

// unixTime tells seconds from milliseconds by the count of digits alone.
func unixTime(digits string) (time.Time, error) {
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil:
	case len(digits) == 10:
		return time.Unix(n, 0).UTC(), nil
	case len(digits) == 13:
		return time.UnixMilli(n).UTC(), nil
	}
	return time.Time{}, errTime
}

// withPoint writes the point that time.Parse needs before the milliseconds of the compact form.
func withPoint(text string) string {
	if !compact.MatchString(text) {
		return text
	}
	return text[:14] + "." + text[14:]
}

// bounded refuses years that RFC 3339 cannot write.
func bounded(t time.Time) (time.Time, error) {
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, errTime
	}
	return t, nil
}
