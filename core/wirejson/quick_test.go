package wirejson

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// everything has members of every type that is read.
type everything struct {
	ID       ID                       `json:"id"`
	IntID    IntID                    `json:"intId"`
	Text     Text                     `json:"text"`
	Number   Number                   `json:"number"`
	Bool     Bool                     `json:"bool"`
	Int      Int                      `json:"int"`
	Time     Time                     `json:"time"`
	Deep     Embedded[deeper]         `json:"deep"`
	List     List[deeper]             `json:"list"`
	Soft     Soft[deeper]             `json:"soft"`
	Softs    Soft[List[Soft[deeper]]] `json:"softs"`
	Texts    Embedded[List[Text]]     `json:"texts"`
	Raw      json.RawMessage          `json:"raw"`
	Rows     List[json.RawMessage]    `json:"rows"`
	Part     Part                     `json:"part"`
	Parts    List[Part]               `json:"parts"`
	Plain    string                   `json:"plain"`
	Count    int                      `json:"count"`
	Small    int8                     `json:"small"`
	Truth    bool                     `json:"truth"`
	Words    []string                 `json:"words"`
	Bytes    []byte                   `json:"bytes"`
	Map      map[string]ID            `json:"map"`
	Any      any                      `json:"any"`
	Pointer  *deeper                  `json:"pointer"`
	Own      own2                     `json:"own"`
	NoTag    Text
	Ignored  string `json:"-"`
	internal string //nolint:unused // encoding/json does not read it, and nor may we
	embedded
}

type embedded struct {
	Inside Text `json:"inside"`
}

type deeper struct {
	ID   ID           `json:"id"`
	Name Text         `json:"name"`
	More List[deeper] `json:"more"`
}

// own2 is a type of an author's.
type own2 struct{ data string }

func (o *own2) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), "[") {
		return fmt.Errorf("no list")
	}
	o.data = string(data)
	return nil
}

// plainly reads as encoding/json does, after check.
func plainly(data []byte, into any) error {
	if f := check(data); f != nil {
		return f
	}
	if err := unmarshal(data, into); err != nil {
		return asFault(err)
	}
	return nil
}

// requireSame holds both ways of reading to each other: the same value, or the same error.
func requireSame[T any](t *testing.T, data []byte) {
	t.Helper()
	var quick, plain T
	quickErr, plainErr := Decode(data, &quick), plainly(data, &plain)
	if fmt.Sprint(quickErr) != fmt.Sprint(plainErr) {
		t.Fatalf("%.300s\nquick: %v\nplain: %v", data, quickErr, plainErr)
	}
	if quickErr == nil && !reflect.DeepEqual(quick, plain) {
		t.Fatalf("%.300s\nquick: %+v\nplain: %+v", data, quick, plain)
	}
}

func requireSameEverywhere(t *testing.T, data []byte) {
	t.Helper()
	requireSame[any](t, data)
	requireSame[everything](t, data)
	requireSame[deeper](t, data)
	requireSame[Embedded[everything]](t, data)
	requireSame[List[everything]](t, data)
	requireSame[List[Embedded[deeper]]](t, data)
	requireSame[map[string]everything](t, data)
	requireSame[json.RawMessage](t, data)
}

// odd are values of every kind, right and wrong, for any member.
var odd = []string{`null`, `""`, `"x"`, `"12"`, `12`, `-0`, `0.50`, `1e2`, `1E+400`, `-7.0`, `true`, `false`, `"true"`, `{}`, `[]`, `{"id":7}`, `[{"id":"7"}]`,
	`"{\"id\":7}"`, `"[{\"id\":7}]"`, `"{\"id\":7,\"ID\":8}"`, `"{bad"`, `" "`, `"2025-04-24T17:17:43.000+08:00"`, `1667193198819`, `9007199254740993`, `99999999999999999999`,
	`"\u4e2d\ud83d\ude00\ud83d\n\"\\\/"`, `"中文 件"`, `[1,"2",null,[3]]`, `{"more":[{"id":1},{"more":{"id":2}}],"name":["x"]}`, `"MTIz"`, `300`, `{"K":1}`, `[`, `"\q"`, `01`, `nul`, `"` + "\u202e" + `"`}

var names = []string{"id", "intId", "text", "number", "bool", "int", "time", "deep", "part", "parts", "soft", "softs", "list", "texts", "raw", "rows", "plain", "count", "small", "truth", "words", "bytes",
	"map", "any", "pointer", "own", "NoTag", "notag", "ID", "Ignored", "-", "internal", "inside", "unknown", "te\\u0078t", "中", "\u212a", "k"}

func TestBothWaysOfReadingAgreeOnEveryMember(t *testing.T) {
	for _, name := range names {
		for _, value := range odd {
			requireSameEverywhere(t, []byte(`{"`+name+`":`+value+`}`))
			requireSameEverywhere(t, []byte(" [ {\"other\":"+value+" ,\n\""+name+"\" : "+value+"}, 1 ] "))
		}
	}
}

func TestBothWaysOfReadingAgreeOnWhatIsPutTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var object func(depth int) string
	object = func(depth int) string {
		var members []string
		for range random.IntN(6) {
			value := odd[random.IntN(len(odd)-5)]
			if depth > 0 && random.IntN(3) == 0 {
				value = object(depth - 1)
				if random.IntN(3) == 0 {
					text, _ := json.Marshal(value)
					value = string(text)
				}
			}
			members = append(members, `"`+names[random.IntN(len(names))]+`":`+value)
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	for range 20_000 {
		data := []byte(object(4))
		if random.IntN(4) == 0 { // cut, or with another byte somewhere
			data[random.IntN(len(data))] = `{}[]",:\ntf0-e `[random.IntN(15)]
		}
		requireSame[everything](t, data)
		requireSame[Embedded[deeper]](t, data)
	}
}

func TestBothWaysOfReadingAgreeOnTheSamples(t *testing.T) {
	for name, data := range samples(t) {
		if !sound(data) {
			t.Errorf("%s is read slowly", name)
		}
		requireSameEverywhere(t, data)
	}
}

func TestSoundRefusesWhatCheckRefuses(t *testing.T) {
	for _, data := range []string{``, ` `, `{`, `[1,]`, `{"a":1,}`, `{"a"}`, `{"a":1 "b":2}`, `{"a":1,"A":2}`, `{"a":1}x`, `01`, `-`, `1.`, `1e`, `.5`, `+1`, `"\u12g4"`, "\"\t\"", `tru`, `nulL`,
		strings.Repeat("[", 65) + strings.Repeat("]", 65), `"` + strings.Repeat("x", maxString+1) + `"`, "[" + strings.Repeat("1,", maxElements) + "1]", strings.Repeat("9", 65)} {
		if sound([]byte(data)) {
			t.Errorf("sound took %.40s", data)
		}
		if check([]byte(data)) == nil {
			t.Errorf("check took %.40s", data)
		}
	}
	if !sound([]byte(strings.Repeat("[", 64) + strings.Repeat("]", 64))) {
		t.Error("sound refused 64 levels")
	}
}

func FuzzBothWaysOfReadingAgree(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
	}
	for _, value := range odd {
		f.Add([]byte(`{"deep":` + value + `,"list":` + value + `,"time":` + value + `}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) { requireSameEverywhere(t, data) })
}

// BenchmarkDecode reads a page of 100 orders.
func BenchmarkDecode(b *testing.B) {
	data := samples(b)["../../testdata/wire/1688/pandapon/order_page.response.json"]
	var page struct {
		Data struct{ Data []json.RawMessage }
	}
	if err := json.Unmarshal(data, &page); err != nil {
		b.Fatal(err)
	}
	row := []byte("[" + strings.Repeat(string(page.Data.Data[0])+",", 99) + string(page.Data.Data[1]) + "]")
	type order struct {
		TBOrderID   ID                        `json:"tbOrderId"`
		TotalAmount Number                    `json:"totalAmount"`
		CreateTime  Time                      `json:"createTime"`
		Address     Embedded[map[string]Text] `json:"warehouseAddressInfo"`
		Lines       Embedded[List[struct {
			ID   ID   `json:"subTbOrderId"`
			Name Text `json:"name"`
		}]] `json:"orderDetailInfoVOS"`
	}
	for _, way := range []struct {
		name   string
		decode func([]byte, any) error
	}{{"quickly", Decode}, {"plainly", plainly}, {"encoding-json-alone", func(data []byte, into any) error { return json.Unmarshal(data, into) }}} {
		b.Run(way.name, func(b *testing.B) {
			b.SetBytes(int64(len(row)))
			b.ReportAllocs()
			for b.Loop() {
				var into List[order]
				if err := way.decode(row, &into); err != nil || len(into) != 100 {
					b.Fatal(err)
				}
			}
		})
	}
}
