package trade1688

import (
	"errors"
	"regexp"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

var errNoID = errors.New("no exact id")

// orderID prefers the string twin: gateways that pass through JavaScript round the number, and the
// two then differ. A broken number beside a good twin is no error.
func (b baseInfo) orderID() (core.OrderID, error) {
	if id := exactID(b.IDOfStr); id != "" {
		return core.OrderID(id), nil
	}
	if id := exactID(b.IDNumber); id != "" {
		return core.OrderID(id), nil
	}
	return "", field("baseInfo.id", errNoID)
}

var entryID = regexp.MustCompile(`[?&]order_entry_id=(\d{1,19})(?:[&#]|$)`)

// lineID takes the string twin, else the id in the address of the line's snapshot, which is text and
// so exact, else the number. A line may have none.
func (i item) lineID() core.LineID {
	if id := exactID(i.SubItemIDString); id != "" {
		return core.LineID(id)
	}
	if found := entryID.FindStringSubmatch(wirejson.CleanURL(string(i.ProductSnapshotURL))); found != nil {
		return core.LineID(found[1])
	}
	return core.LineID(exactID(i.SubItemIDNumber))
}

// exactID is text if it is the digits of an int64's length, else "".
func exactID(text wirejson.Text) string {
	id := strings.TrimSpace(string(text))
	if id == "" || len(id) > 19 || strings.Trim(id, "0123456789") != "" || strings.Trim(id, "0") == "" {
		return ""
	}
	return id
}
